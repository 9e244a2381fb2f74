package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Line is one thing that is proved, by the name that JSON has for it.
type Line struct{ Name, Value string }

// Lines are what a proof proves, one behind the other in the order of its JSON, without what is empty.
func (p Proven) Lines() ([]Line, error) {
	d := json.NewDecoder(bytes.NewReader(p.Told))
	d.UseNumber()
	var lines []Line
	if err := flatten(d, nil, &lines); err != nil {
		return nil, fmt.Errorf("what is proved can't be read: %w", err)
	}
	return lines, nil
}

// flatten reads one value, that stands under a path of names.
func flatten(d *json.Decoder, path []string, lines *[]Line) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	delim, nested := token.(json.Delim)
	if !nested {
		if value := fmt.Sprint(token); token != nil && value != "" {
			*lines = append(*lines, Line{strings.Join(path, " "), value})
		}
		return nil
	}
	for i := 1; d.More(); i++ {
		name := fmt.Sprint(i)
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name = strings.ReplaceAll(key.(string), "_", " ")
		}
		if err := flatten(d, append(path[:len(path):len(path)], name), lines); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
