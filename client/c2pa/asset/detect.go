package asset

import (
	"bytes"
	"mime"
)

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
	case isStore(head):
		return Sidecar, "application/c2pa"
	}
	return Other, named(ending)
}

// endings are media types that systems do not agree on, or do not know.
var endings = map[string]string{
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".txt": "text/plain", ".md": "text/markdown",
	".svg": "image/svg+xml", ".tif": "image/tiff", ".tiff": "image/tiff", ".json": "application/json", ".c2pa": "application/c2pa",
	".safetensors": "application/octet-stream", ".html": "text/html", ".csv": "text/csv", ".jxl": "image/jxl", ".dng": "image/x-adobe-dng",
	".pdf": "application/pdf", ".zip": "application/zip",
}

func named(ending string) string {
	if known, is := endings[ending]; is {
		return known
	}
	if media, _, err := mime.ParseMediaType(mime.TypeByExtension(ending)); err == nil {
		return media
	}
	return "application/octet-stream"
}
