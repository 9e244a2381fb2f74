// Package iscc makes and reads ISCCs (International Standard Content Code, ISO 24138:2024): short codes of a file, of which those of
// files that are alike are near each other. All but the sound and the picture of a film is made of, and compared, in pure Go; no
// network, no other program.
//
// # Units
//
// A unit is a hash of 32 to 256 bits, 64 by default: Meta (the title), Content (Text, Image, Audio, Video or Mixed: what people see,
// read and hear), Data (most of the bytes) and Instance (BLAKE3 of all of them). The ISCC-CODE is a composite of 64 bits of each. Two
// units of a type are compared by the number of bits that differ.
//
// # Normalisation
//
// The standard says how a hash is made of normalised content, and leaves to programs how content is normalised. OfFile does as
// iscc-sdk, ISCC's own program, does:
//
//   - Images: the first frame, turned as its EXIF orientation says, on white where it is transparent; a border that has the colour
//     of the upper left pixel is trimmed; grey by ITU-R 601 (0.299, 0.587, 0.114); 32 by 32 pixels by bicubic interpolation
//     with the filter widened by the reduction, in the fixed-point arithmetic of Pillow, across before down. Samples of 16 bits
//     are cut to 8. Colour profiles are passed over, as there.
//   - Text: decoded to UTF-8, NFKC, no control characters; of HTML the text alone. Markdown is taken as it stands. iscc-sdk takes HTML
//     apart by Apache Tika, which may leave more or less.
//   - Meta: the title, and a description if there is one. Where there is no title iscc-sdk takes what the file says of itself, or its
//     name; this package leaves the unit out.
//   - Audio: the whole, as mono at 11,025 Hz, by Chromaprint's algorithm 2.
//
// What a decoder cannot read, or what is larger than the bounds of Options, has no content unit: the result says why, and has all
// other units.
package iscc
