package certificate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// node is a value of what is proved, in the order of its JSON.
type node struct {
	// path are the names that lead to it, parted by points, without the numbers of lists.
	path string
	// text of a value, or of coins; empty where it is empty, zero or no.
	text string
	// kids of an object or a list.
	kids []*node
	list bool
}

// tree reads JSON.
func tree(raw json.RawMessage, path string) (*node, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	n, err := read(d, path)
	if err != nil {
		return nil, fmt.Errorf("what is proved can't be read: %w", err)
	}
	return n, nil
}

func read(d *json.Decoder, path string) (*node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	n := &node{path: path}
	delim, nested := token.(json.Delim)
	if !nested {
		n.text = said(token)
		return n, nil
	}
	n.list = delim == '['
	for d.More() {
		below := path
		if !n.list {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			below += "." + name.(string)
		}
		kid, err := read(d, below)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
	}
	if _, err = d.Token(); err != nil {
		return nil, err
	}
	if coin, is := n.coin(); is {
		return &node{path: path, text: coin}, nil
	}
	return n, nil
}

// said is a value as text. Chains write what people typed, so nothing is in it that is not printed.
func said(value any) string {
	text := fmt.Sprint(value)
	if _, isText := value.(string); value == nil || !isText && (text == "0" || text == "false") {
		return ""
	}
	return clean(text)
}

// coin is an amount in the denom's base units.
func (n *node) coin() (string, bool) {
	if n.list || len(n.kids) != 2 || n.kids[0].name() != "denom" || n.kids[1].name() != "amount" {
		return "", false
	}
	return n.kids[1].text + n.kids[0].text, true
}

// name is the last one of its path.
func (n *node) name() string { return n.path[strings.LastIndexByte(n.path, '.')+1:] }

func (n *node) leaf() bool { return !n.list && len(n.kids) == 0 }

// flat says whether all in it are values, or none.
func (n *node) flat() bool {
	for _, kid := range n.kids {
		if !kid.leaf() {
			return false
		}
	}
	return true
}

// kid is one of an object's; nil: it has none of this name.
func (n *node) kid(name string) *node {
	for _, kid := range n.kids {
		if kid.name() == name {
			return kid
		}
	}
	return nil
}
