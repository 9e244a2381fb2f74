package models

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	named "github.com/stemma-chain/stemma/client/termspec/licences"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Bounds of what is read of a folder of cards.
const (
	maxCards  = 10_000
	maxHeader = 1 << 20
)

// LeftOut is something on a card that is not played, and why.
type LeftOut struct{ Card, What, Why string }

func (l LeftOut) String() string { return fmt.Sprintf("%s: %s: %s", l.Card, l.What, l.Why) }

// ReadCards reads the model cards of a folder, README.md each, as they lie on a hub: what the front
// matter says of licence and base models. A model is called by its folder, owner/name; a base model
// without a card is one of which nothing is known. Parents come first. What of the cards is not used is
// returned with its reason.
func ReadCards(folder string) (list []Model, left []LeftOut, err error) {
	r := cards{folder: folder, models: map[string]*Model{}}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() || !strings.EqualFold(filepath.Ext(path), ".md"):
			return nil
		case len(r.paths) == maxCards:
			return fmt.Errorf("%s has more than %d cards: take a part of it", folder, maxCards)
		}
		r.paths = append(r.paths, path)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, path := range r.paths {
		if err := r.read(path); err != nil {
			return nil, nil, err
		}
	}
	if len(r.models) == 0 {
		return nil, r.left, fmt.Errorf("%s has no model card that can be used: a README.md that begins with front matter "+
			"between lines of ---", folder)
	}
	list = r.sorted()
	return list, r.left, validate(list)
}

type cards struct {
	folder string
	paths  []string
	models map[string]*Model
	order  []string
	left   []LeftOut
}

func (r *cards) leave(card, what, why string, args ...any) {
	r.left = append(r.left, LeftOut{card, what, fmt.Sprintf(why, args...)})
}

// read reads one card.
func (r *cards) read(path string) error {
	shown, err := filepath.Rel(r.folder, path)
	if err != nil {
		return err
	}
	header, err := frontMatter(path)
	if err != nil {
		return err
	}
	if header == nil {
		r.leave(shown, "the file", "it does not begin with front matter between lines of ---")
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(header, &doc); err != nil {
		r.leave(shown, "the card", "its front matter is no YAML: %v", err)
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		r.leave(shown, "the card", "its front matter has no names with values")
		return nil
	}
	values := members(doc.Content[0])
	id := idOf(shown)
	if had := r.models[id]; had != nil && had.Card {
		r.leave(shown, "the card", "there is another of %s", id)
		return nil
	}
	m := r.model(id)
	m.Card = true
	r.licence(m, shown, values)
	for _, name := range values["base_model"] {
		r.parent(m, shown, name)
	}
	for _, name := range values["datasets"] {
		r.leave(shown, "the dataset "+name, "the demo registers models alone")
	}
	return nil
}

// model is that of an id, made where it is not there.
func (r *cards) model(id string) *Model {
	if m := r.models[id]; m != nil {
		return m
	}
	owner, _, _ := strings.Cut(id, "/")
	r.models[id] = &Model{ID: id, Owner: owner}
	r.order = append(r.order, id)
	return r.models[id]
}

// licence reads what a card says of its licence: the first of several.
func (r *cards) licence(m *Model, card string, values map[string][]string) {
	said := values["license"]
	if len(said) == 0 {
		return
	}
	for _, other := range said[1:] {
		r.leave(card, "the licence "+other, "a model is offered under the first one, %s", said[0])
	}
	name, link := strings.ToLower(strings.TrimSpace(said[0])), ""
	if links := values["license_link"]; len(links) > 0 && strings.HasPrefix(links[0], "https://") {
		link = links[0]
	}
	if own := values["license_name"]; len(own) > 0 && (name == "other" || name == "") {
		name = own[0]
	}
	if _, known := LicenceOf(name); known {
		m.Licence = name
		return
	}
	m.Licence = name
	if terms, err := named.Named(name); err == nil {
		m.Own = &Licence{Terms: terms, Preset: licensetypes.PresetName(terms.ID())}
		return
	}
	own := permissive("LicenseRef-"+refOf(name), link, true)
	if err := own.Terms.Validate(); err != nil {
		m.Licence = ""
		r.leave(card, "the licence "+name, "it is no name for terms: %v", err)
		return
	}
	m.Own = &own
}

var noRef = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// refOf makes an SPDX reference of a name.
func refOf(name string) string {
	if name = strings.Trim(noRef.ReplaceAllString(name, "-"), "-"); len(name) > 64 {
		name = name[:64]
	}
	return name
}

// parent reads one base model.
func (r *cards) parent(m *Model, card, name string) {
	what := "the base model " + name
	id := strings.TrimSpace(name)
	for _, prefix := range []string{"https://huggingface.co/", "http://huggingface.co/", "huggingface.co/", "hf.co/", "https://hf.co/"} {
		id = strings.TrimPrefix(id, prefix)
	}
	id = strings.TrimSuffix(id, "/")
	switch {
	case strings.HasPrefix(id, ".") && !filepath.IsAbs(id):
		near := filepath.Join(filepath.Dir(filepath.Join(r.folder, filepath.FromSlash(card))), id, "README.md")
		shown, err := filepath.Rel(r.folder, near)
		if _, there := os.Stat(near); err != nil || there != nil || !filepath.IsLocal(shown) {
			r.leave(card, what, "it is a folder of its author, and not among the cards")
			return
		}
		id = idOf(shown)
	case filepath.IsAbs(id), strings.HasPrefix(id, "~"), strings.Contains(id, "\\"):
		r.leave(card, what, "it is a folder of its author, and not among the cards")
		return
	case !hubID.MatchString(id):
		r.leave(card, what, "it is no owner/name")
		return
	}
	switch {
	case id == m.ID:
		r.leave(card, what, "it is the model itself")
	case slices.ContainsFunc(m.Parents, func(p Parent) bool { return p.ID == id }):
		r.leave(card, what, "it is named twice")
	default:
		r.model(id)
		m.Parents = append(m.Parents, Parent{ID: id, Evidence: EvidenceBase})
	}
}

var hubID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9._-]{1,96}$`)

// sorted has parents first. An edge that closes a circle is left out.
func (r *cards) sorted() []Model {
	var list []Model
	const begun, done = 1, 2
	state := map[string]int{}
	var visit func(id string)
	visit = func(id string) {
		state[id] = begun
		m := r.models[id]
		m.Parents = slices.DeleteFunc(m.Parents, func(p Parent) bool {
			if state[p.ID] == 0 {
				visit(p.ID)
			}
			if state[p.ID] == done {
				return false
			}
			r.leave(id, "the base model "+p.ID, "it is made from %s itself", id)
			return true
		})
		state[id] = done
		list = append(list, *m)
	}
	for _, id := range r.order {
		if state[id] == 0 {
			visit(id)
		}
	}
	return list
}

// idOf is what a card's folder calls the model: owner/name, of a hub's cache too.
func idOf(card string) string {
	parts := strings.Split(filepath.ToSlash(filepath.Dir(card)), "/")
	for _, part := range parts {
		if cached, is := strings.CutPrefix(part, "models--"); is {
			return strings.Replace(cached, "--", "/", 1)
		}
	}
	if name := filepath.Base(card); !strings.EqualFold(name, "README.md") {
		parts = append(parts, strings.TrimSuffix(name, filepath.Ext(name)))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "." })
	switch len(parts) {
	case 0:
		return "local/model"
	case 1:
		return "local/" + parts[0]
	}
	return strings.Join(parts[len(parts)-2:], "/")
}

// frontMatter is what stands between the first two lines of ---; nil: there is none.
func frontMatter(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(io.LimitReader(f, maxHeader))
	var header []byte
	for first := true; ; first = false {
		line, err := in.ReadBytes('\n')
		if first {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		fence := string(bytes.TrimSpace(line)) == "---"
		switch {
		case first && !fence:
			return nil, nil
		case fence && !first:
			return header, nil
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, err
		case !first:
			header = append(header, line...)
		}
	}
}

// members are the texts of a mapping by name, of one value, a list, or a name that comes several times.
func members(mapping *yaml.Node) map[string][]string {
	values := map[string][]string{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		name, value := mapping.Content[i].Value, mapping.Content[i+1]
		nodes := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			nodes = value.Content
		}
		for _, n := range nodes {
			if n.Kind == yaml.ScalarNode && n.Tag != "!!null" && strings.TrimSpace(n.Value) != "" {
				values[name] = append(values[name], n.Value)
			}
		}
	}
	return values
}
