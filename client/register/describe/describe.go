// Package describe guesses what a file is, and reads and writes the names that
// people use for kinds of works, creators and fingerprints.
package describe

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// sniffed is how many bytes http.DetectContentType looks at.
const sniffed = 512

// Kind and media type by extension. The operating system's own table is not
// asked: the same file should be described alike on every machine.
var byExtension = map[string]struct {
	kind  registrytypes.Kind
	media string
}{
	".txt": {registrytypes.KIND_TEXT, "text/plain"}, ".md": {registrytypes.KIND_TEXT, "text/markdown"},
	".pdf": {registrytypes.KIND_TEXT, "application/pdf"}, ".epub": {registrytypes.KIND_TEXT, "application/epub+zip"},
	".html": {registrytypes.KIND_TEXT, "text/html"}, ".htm": {registrytypes.KIND_TEXT, "text/html"},
	".tex": {registrytypes.KIND_TEXT, "application/x-tex"}, ".rtf": {registrytypes.KIND_TEXT, "application/rtf"},
	".docx": {registrytypes.KIND_TEXT, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	".odt":  {registrytypes.KIND_TEXT, "application/vnd.oasis.opendocument.text"},

	".jpg": {registrytypes.KIND_IMAGE, "image/jpeg"}, ".jpeg": {registrytypes.KIND_IMAGE, "image/jpeg"},
	".png": {registrytypes.KIND_IMAGE, "image/png"}, ".gif": {registrytypes.KIND_IMAGE, "image/gif"},
	".webp": {registrytypes.KIND_IMAGE, "image/webp"}, ".svg": {registrytypes.KIND_IMAGE, "image/svg+xml"},
	".tif": {registrytypes.KIND_IMAGE, "image/tiff"}, ".tiff": {registrytypes.KIND_IMAGE, "image/tiff"},
	".avif": {registrytypes.KIND_IMAGE, "image/avif"}, ".heic": {registrytypes.KIND_IMAGE, "image/heic"},
	".bmp": {registrytypes.KIND_IMAGE, "image/bmp"}, ".psd": {registrytypes.KIND_IMAGE, "image/vnd.adobe.photoshop"},
	".dng": {registrytypes.KIND_IMAGE, "image/x-adobe-dng"}, ".jxl": {registrytypes.KIND_IMAGE, "image/jxl"},

	".wav": {registrytypes.KIND_AUDIO, "audio/wav"}, ".mp3": {registrytypes.KIND_AUDIO, "audio/mpeg"},
	".flac": {registrytypes.KIND_AUDIO, "audio/flac"}, ".ogg": {registrytypes.KIND_AUDIO, "audio/ogg"},
	".opus": {registrytypes.KIND_AUDIO, "audio/ogg"}, ".m4a": {registrytypes.KIND_AUDIO, "audio/mp4"},
	".aac": {registrytypes.KIND_AUDIO, "audio/aac"}, ".aiff": {registrytypes.KIND_AUDIO, "audio/aiff"},
	".aif": {registrytypes.KIND_AUDIO, "audio/aiff"}, ".mid": {registrytypes.KIND_AUDIO, "audio/midi"},

	".mp4": {registrytypes.KIND_VIDEO, "video/mp4"}, ".mov": {registrytypes.KIND_VIDEO, "video/quicktime"},
	".mkv": {registrytypes.KIND_VIDEO, "video/x-matroska"}, ".webm": {registrytypes.KIND_VIDEO, "video/webm"},
	".avi": {registrytypes.KIND_VIDEO, "video/x-msvideo"}, ".mpg": {registrytypes.KIND_VIDEO, "video/mpeg"},

	".glb": {registrytypes.KIND_3D, "model/gltf-binary"}, ".gltf": {registrytypes.KIND_3D, "model/gltf+json"},
	".obj": {registrytypes.KIND_3D, "model/obj"}, ".stl": {registrytypes.KIND_3D, "model/stl"},
	".usdz": {registrytypes.KIND_3D, "model/vnd.usdz+zip"}, ".blend": {registrytypes.KIND_3D, "application/x-blender"},
	".fbx": {registrytypes.KIND_3D, "application/octet-stream"}, ".ply": {registrytypes.KIND_3D, "model/ply"},

	".go": {registrytypes.KIND_SOFTWARE, "text/x-go"}, ".py": {registrytypes.KIND_SOFTWARE, "text/x-python"},
	".js": {registrytypes.KIND_SOFTWARE, "text/javascript"}, ".ts": {registrytypes.KIND_SOFTWARE, "text/x-typescript"},
	".rs": {registrytypes.KIND_SOFTWARE, "text/x-rust"}, ".c": {registrytypes.KIND_SOFTWARE, "text/x-c"},
	".h": {registrytypes.KIND_SOFTWARE, "text/x-c"}, ".cpp": {registrytypes.KIND_SOFTWARE, "text/x-c++"},
	".java": {registrytypes.KIND_SOFTWARE, "text/x-java"}, ".sh": {registrytypes.KIND_SOFTWARE, "application/x-sh"},
	".wasm": {registrytypes.KIND_SOFTWARE, "application/wasm"},

	".safetensors": {registrytypes.KIND_MODEL, "application/octet-stream"}, ".gguf": {registrytypes.KIND_MODEL, "application/octet-stream"},
	".onnx": {registrytypes.KIND_MODEL, "application/octet-stream"}, ".pt": {registrytypes.KIND_MODEL, "application/octet-stream"},
	".pth": {registrytypes.KIND_MODEL, "application/octet-stream"}, ".ckpt": {registrytypes.KIND_MODEL, "application/octet-stream"},

	".csv": {registrytypes.KIND_DATASET, "text/csv"}, ".tsv": {registrytypes.KIND_DATASET, "text/tab-separated-values"},
	".parquet": {registrytypes.KIND_DATASET, "application/vnd.apache.parquet"}, ".jsonl": {registrytypes.KIND_DATASET, "application/jsonl"},
	".arrow": {registrytypes.KIND_DATASET, "application/vnd.apache.arrow.file"},

	".json": {registrytypes.KIND_OTHER, "application/json"}, ".zip": {registrytypes.KIND_OTHER, "application/zip"},
}

// Guess says what kind of work a file probably is and its media type: by its
// extension, else by its first bytes.
func Guess(path string) (registrytypes.Kind, string, error) {
	if known, ok := byExtension[strings.ToLower(filepath.Ext(path))]; ok {
		return known.kind, known.media, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, "", fmt.Errorf("read %s: %w", path, err)
	}
	media, _, _ := strings.Cut(http.DetectContentType(head[:n]), ";")
	switch top, _, _ := strings.Cut(media, "/"); top {
	case "text":
		return registrytypes.KIND_TEXT, media, nil
	case "image":
		return registrytypes.KIND_IMAGE, media, nil
	case "audio":
		return registrytypes.KIND_AUDIO, media, nil
	case "video":
		return registrytypes.KIND_VIDEO, media, nil
	}
	return registrytypes.KIND_OTHER, media, nil
}

// Title is a file's name without its extension, composed as the chain wants it:
// some file systems keep é as two characters.
func Title(path string) string {
	name := text.Compose(filepath.Base(path))
	if stem := strings.TrimSuffix(name, filepath.Ext(name)); stem != "" {
		return stem
	}
	return name
}

// Lost fails where a letter of the details was lost on their way: a program that could not read it, such as one that
// unpacks archives with names in another encoding, wrote U+FFFD in its place. The chain would keep that.
func Lost(d registrytypes.Details) error {
	texts := []string{d.Title, d.MediaType, d.MetadataUri}
	for _, c := range d.Creators {
		texts = append(texts, c.Name, c.Role)
	}
	for _, f := range d.Fingerprints {
		texts = append(texts, f.Value)
	}
	for _, t := range texts {
		if !utf8.ValidString(t) {
			return fmt.Errorf("%q is not in UTF-8: write it in UTF-8, for a file's name in the title, or rename the file", t)
		}
		if strings.ContainsRune(t, unicode.ReplacementChar) {
			return fmt.Errorf("%q has a character that a program could not read and replaced by %c: write it as it is meant, "+
				"for a file's name in the title", t, unicode.ReplacementChar)
		}
	}
	return nil
}

// Kinds lists the names of all kinds, for help texts and errors.
func Kinds() []string {
	names := make([]string, 0, len(registrytypes.Kind_name))
	for number := 1; number < len(registrytypes.Kind_name); number++ {
		names = append(names, KindName(registrytypes.Kind(number)))
	}
	return names
}

// KindName writes a kind as people do: image, 3d, other.
func KindName(kind registrytypes.Kind) string {
	return strings.ToLower(strings.TrimPrefix(kind.String(), "KIND_"))
}

// ParseKind reads a kind's name.
func ParseKind(s string) (registrytypes.Kind, error) {
	number, ok := registrytypes.Kind_value["KIND_"+strings.ToUpper(strings.TrimSpace(s))]
	if !ok || number == 0 {
		return 0, fmt.Errorf("%q is no kind of work: use one of %s", s, strings.Join(Kinds(), ", "))
	}
	return registrytypes.Kind(number), nil
}

// Heading is what a claimed work is called in text for people: its title, or in
// brackets why it has none.
func Heading(w registrytypes.Claim) string {
	switch {
	case w.Details.Title != "":
		return w.Details.Title
	case !w.BlankedSha256.IsZero():
		return "(blanked)"
	}
	return "(untitled)"
}
