// Package sprites reads a catalogue of real images by many authors: layers of
// game characters from the Liberated Pixel Cup, most under several licences of
// which a user picks one.
package sprites

import (
	"encoding/json"
	"fmt"
	"io"
)

// Sprite is one image and what its credits say.
type Sprite struct {
	// Path names the image within its collection; its first folder is the part
	// of a character that it shows.
	Path   string
	SHA256 string
	Bytes  int
	// Authors, the first of whom registers the image.
	Authors []string
	// Licences are alternatives, by the names of the credits.
	Licences []string
	// Sources are pages that the image was made from. The credits give no licence
	// for the pages, only for the image.
	Sources []string
}

// Read reads one JSON object a line. It fails at an unknown licence and at an
// image without author or licence.
func Read(r io.Reader) ([]Sprite, error) {
	var list []Sprite
	decoder := json.NewDecoder(r)
	for {
		var row struct {
			Path, SHA256               string
			Bytes                      int
			Authors, Licenses, Sources []string
		}
		switch err := decoder.Decode(&row); err {
		case nil:
		case io.EOF:
			return list, nil
		default:
			return nil, fmt.Errorf("row %d: %w", len(list)+1, err)
		}
		if row.Path == "" || len(row.Authors) == 0 || len(row.Licenses) == 0 {
			return nil, fmt.Errorf("row %d: %q lacks path, author or licence", len(list)+1, row.Path)
		}
		for _, name := range row.Licenses {
			if _, known := LicenceOf(name); !known {
				return nil, fmt.Errorf("%s: the licence %q is not in licences.go", row.Path, name)
			}
		}
		list = append(list, Sprite{
			Path: row.Path, SHA256: row.SHA256, Bytes: row.Bytes,
			Authors: row.Authors, Licences: row.Licenses, Sources: row.Sources,
		})
	}
}
