package asset

import "slices"

// metadataBoxes are the boxes of each format that hold metadata and nothing of the content, and how long their headers are.
var metadataBoxes = map[Format]struct {
	names  []string
	header int64
}{
	JPEG: {[]string{"APP1", "APP13"}, 4}, // Exif and XMP; IPTC
	PNG:  {[]string{"eXIf", "iTXt", "tEXt", "zTXt", "tIME"}, 8},
	RIFF: {[]string{"EXIF", "XMP "}, 8},
}

// MetadataRanges tells where the file holds metadata, headers left out: what a hash of data may leave out beside the store (C2PA 2.2,
// 9.2.5 and 18.5.1). It is empty for formats where that isn't known.
func (f *File) MetadataRanges() []Range {
	known, found := metadataBoxes[f.format]
	if !found || f.layout.boxes == nil {
		return nil
	}
	var all []Range
	// Where reading fails so does the hash.
	_ = f.layout.boxes(func(b box) error {
		if slices.Contains(known.names, b.name) && b.at.Length > known.header {
			all = append(all, Range{b.at.Start + known.header, b.at.Length - known.header})
		}
		return nil
	})
	return all
}
