package asset

import "bytes"

// storeType is the JUMBF type of a manifest store, "c2pa" and the tail of all JUMBF types
// (C2PA 2.2, 11.1.4.2).
var storeType = []byte{'c', '2', 'p', 'a', 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71}

// isStore says whether bytes begin a manifest store: a superbox whose description box has
// the store's type. Long forms of the superbox' length are taken.
func isStore(b []byte) bool {
	if len(b) < 8 || string(b[4:8]) != "jumb" {
		return false
	}
	at := 8
	if be32(b) == 1 {
		at = 16
	}
	return len(b) >= at+24 && string(b[at+4:at+8]) == "jumd" && bytes.Equal(b[at+8:at+24], storeType)
}

// detect tells a format and a media type from a file's first bytes and its name's ending.
func detect(head []byte, ending string) (Format, string) {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(0, "\xff\xd8\xff"):
		return JPEG, "image/jpeg"
	case at(0, pngSignature):
		return PNG, "image/png"
	case at(0, "RIFF") && len(head) >= 12:
		if media, is := riffTypes[string(head[8:12])]; is {
			return RIFF, media
		}
		return RIFF, named(ending)
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return GIF, "image/gif"
	case at(4, "ftyp") && len(head) >= 12:
		if media, is := brands[string(head[8:12])]; is {
			return BMFF, media
		}
		if media := named(ending); media != anything {
			return BMFF, media
		}
		return BMFF, "video/mp4"
	case at(0, "\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return JXL, "image/jxl"
	case isStore(head):
		return Sidecar, "application/c2pa"
	}
	return Other, named(ending)
}

var riffTypes = map[string]string{"WEBP": "image/webp", "WAVE": "audio/wav", "AVI ": "video/x-msvideo"}

// brands are those whose media type does not depend on the name.
var brands = map[string]string{
	"heic": "image/heic", "heix": "image/heic", "mif1": "image/heif", "avif": "image/avif", "M4A ": "audio/mp4", "qt  ": "video/quicktime",
}

// endings are the media types of names, as registered with IANA where they are. A system's own table would make what is signed
// depend on the machine.
var endings = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
	".heic": "image/heic", ".heif": "image/heif", ".svg": "image/svg+xml", ".tif": "image/tiff", ".tiff": "image/tiff",
	".dng": "image/x-adobe-dng", ".jxl": "image/jxl", ".bmp": "image/bmp",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".m4a": "audio/mp4",
	".mp4": "video/mp4", ".mov": "video/quicktime", ".avi": "video/x-msvideo", ".webm": "video/webm", ".mkv": "video/matroska",
	".txt": "text/plain", ".md": "text/markdown", ".html": "text/html", ".css": "text/css", ".csv": "text/csv", ".xml": "application/xml",
	".json": "application/json", ".pdf": "application/pdf", ".epub": "application/epub+zip", ".zip": "application/zip",
	".parquet": "application/vnd.apache.parquet", ".ttf": "font/ttf", ".otf": "font/otf", ".woff": "font/woff", ".woff2": "font/woff2",
	".c2pa": "application/c2pa",
}

// anything is the media type of bytes of which nothing is known.
const anything = "application/octet-stream"

func named(ending string) string {
	if known, is := endings[ending]; is {
		return known
	}
	return anything
}
