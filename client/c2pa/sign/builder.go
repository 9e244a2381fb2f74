package sign

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// The labels of a manifest's boxes (C2PA 2.2, 11.1.4).
const (
	storeLabel      = "c2pa"
	assertionsLabel = "c2pa.assertions"
	signatureLabel  = "c2pa.signature"
	claimLabel      = "c2pa.claim.v2"
)

// builder makes a manifest store. All but the binding is fixed when it is made.
type builder struct {
	in      Input
	signer  *Signer
	label   string
	uuid    string
	kept    [][]byte // the manifests of ingredients, the oldest first
	parents []int    // indexes of ingredients that are parentOf
	inside  []carried
	binding dataHash
}

// carried is what an ingredient refers to of its own store.
type carried struct {
	active    *hashedURI
	signature *hashedURI
	results   *results
}

func newBuilder(f *asset.File, in Input, s *Signer) (*builder, error) {
	if s == nil {
		return nil, fmt.Errorf("%w: none given", ErrKey)
	}
	if in.Random == nil {
		in.Random = rand.Reader
	}
	in, err := withParent(f, in)
	if err != nil {
		return nil, err
	}
	b := &builder{in: in, signer: s}
	id := in.ID
	if id == [16]byte{} {
		if _, err := io.ReadFull(in.Random, id[:]); err != nil {
			return nil, err
		}
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	b.uuid = fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	b.label = "urn:c2pa:" + b.uuid
	return b, b.carry()
}

// withParent adds the file's own earlier manifests as those of its parent.
func withParent(f *asset.File, in Input) (Input, error) {
	store, err := f.Store()
	if len(f.StoreRanges()) == 0 || f.Format() == asset.Sidecar {
		return in, nil
	}
	if err != nil {
		return in, fmt.Errorf("the file's own manifest store: %w", err)
	}
	for _, one := range in.Ingredients {
		if one.Relationship == ParentOf {
			if bytes.Equal(one.Store, store) {
				return in, nil
			}
			return in, fmt.Errorf("%w: the file has credentials, which make it its own parent, and another parent is given", ErrInput)
		}
	}
	own := Ingredient{Title: in.Title, Format: f.MediaType(), Relationship: ParentOf, Store: store, Report: in.Own, File: f}
	in.Ingredients = append([]Ingredient{own}, in.Ingredients...)
	in.Actions = slices.Clone(in.Actions)
	for i, a := range in.Actions {
		moved := make([]int, len(a.Ingredients))
		for j, index := range a.Ingredients {
			moved[j] = index + 1
		}
		in.Actions[i].Ingredients = moved
	}
	return in, nil
}

// carry collects the manifests of ingredients' stores, and checks ingredients.
func (b *builder) carry() error {
	seen := map[string][]byte{}
	for i, one := range b.in.Ingredients {
		switch one.Relationship {
		case ParentOf:
			b.parents = append(b.parents, i)
		case ComponentOf, InputTo:
		default:
			return fmt.Errorf("%w: ingredient %d, %q: relationship %q is not parentOf, componentOf or inputTo", ErrInput, i, one.Title,
				one.Relationship)
		}
		c, err := b.keep(one, seen)
		if err != nil {
			return fmt.Errorf("ingredient %d, %q: %w", i, one.Title, err)
		}
		b.inside = append(b.inside, c)
	}
	if len(b.parents) > 1 {
		return fmt.Errorf("%w: %d ingredients are parentOf, at most one can be", ErrInput, len(b.parents))
	}
	if seen[b.label] != nil {
		return fmt.Errorf("%w: an ingredient has a manifest with the id of the one to write", ErrConflict)
	}
	return b.arrange()
}

// keep takes over the manifests of a store, and tells what refers to its active one: the last (15.5.1).
func (b *builder) keep(one Ingredient, seen map[string][]byte) (c carried, err error) {
	if len(one.Store) == 0 {
		return c, nil
	}
	if one.Report == nil {
		report, err := c2pa.Check(one.Store, one.File, b.in.Check)
		if err != nil {
			return c, err
		}
		one.Report = &report
	}
	c.results = newResults(*one.Report)
	boxes, err := jumbf.Parse(one.Store)
	if err != nil {
		return c, err
	}
	active := -1
	for i, m := range boxes[0].Boxes {
		if letters := m.ID().Letters(); letters != "c2ma" && letters != "c2um" && letters != "c2cm" || m.Label() == "" {
			continue
		}
		active = i
		same := seen[m.Label()]
		switch {
		case same == nil:
			seen[m.Label()] = m.Raw
			b.kept = append(b.kept, m.Raw)
		case !bytes.Equal(same, m.Raw):
			return c, fmt.Errorf("%w: two different manifests are %s", ErrConflict, m.Label())
		}
	}
	if active < 0 {
		return c, fmt.Errorf("%w: its manifest store holds no manifest", ErrInput)
	}
	last := boxes[0].Boxes[active]
	url := manifestURI(last.Label())
	c.active = &hashedURI{url, digest(last.HashedContent())}
	for _, inner := range last.All(signatureLabel) {
		c.signature = &hashedURI{url + "/" + signatureLabel, digest(inner.HashedContent())}
	}
	return c, nil
}

func manifestURI(label string) string { return "self#jumbf=/" + storeLabel + "/" + label }

func digest(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// arrange puts the action that begins the content first, and checks actions (C2PA 2.2, 18.14.2 and 15.10.3.2.2).
func (b *builder) arrange() error {
	first := slices.IndexFunc(b.in.Actions, begins)
	switch {
	case first < 0 && len(b.parents) == 0:
		return fmt.Errorf("%w: nothing says how the content began: c2pa.created with a digital source type, or a parent", ErrInput)
	case first < 0:
		b.in.Actions = append([]Action{{Action: "c2pa.opened"}}, b.in.Actions...)
	case first > 0:
		return fmt.Errorf("%w: %s is action %d, not the first", ErrInput, b.in.Actions[first].Action, first)
	}
	for i, a := range b.in.Actions {
		if err := b.checkAction(i, a); err != nil {
			return fmt.Errorf("action %d, %s: %w", i, a.Action, err)
		}
	}
	return nil
}

func begins(a Action) bool { return a.Action == "c2pa.created" || a.Action == "c2pa.opened" }

func (b *builder) checkAction(i int, a Action) error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrInput}, args...)...)
	}
	if i > 0 && begins(a) {
		return wrong("the content began with %s already", b.in.Actions[0].Action)
	}
	for _, index := range a.Ingredients {
		if index < 0 || index >= len(b.in.Ingredients) {
			return wrong("ingredient %d of %d", index, len(b.in.Ingredients))
		}
	}
	all := func(relationship string) bool {
		return !slices.ContainsFunc(a.Ingredients, func(index int) bool { return b.in.Ingredients[index].Relationship != relationship })
	}
	switch a.Action {
	case "":
		return wrong("no name")
	case "c2pa.created":
		if a.SourceType == "" {
			return wrong("no digital source type")
		}
		if len(b.parents) > 0 {
			return wrong("the content has a parent, so that it was opened, not created")
		}
	case "c2pa.opened":
		if len(b.parents) == 0 || len(a.Ingredients) > 1 || !all(ParentOf) {
			return wrong("it is done with one parent")
		}
		b.in.Actions[i].Ingredients = b.parents
	case "c2pa.placed":
		if len(a.Ingredients) == 0 || !all(ComponentOf) {
			return wrong("it is done with components")
		}
	case "c2pa.removed", "c2pa.redacted":
		return wrong("it is about another manifest, which is not supported")
	}
	return nil
}

// assertions are the boxes of a manifest's assertions, and what the claim says of each.
type assertions struct {
	boxes [][]byte
	uris  []hashedURI
	used  map[string]int
	err   error
}

// add makes an assertion. A label that was used gets a number (6.4).
func (a *assertions) add(label string, content any) hashedURI {
	raw, err := encode(content)
	if err != nil {
		a.err = fmt.Errorf("%s: %w", label, err)
		return hashedURI{}
	}
	a.used[label]++
	if n := a.used[label]; n > 1 {
		label = fmt.Sprintf("%s__%d", label, n-1)
	}
	box := superbox("cbor", label, jumbf.Append(nil, "cbor", raw))
	uri := hashedURI{"self#jumbf=" + assertionsLabel + "/" + label, digest(box[8:])}
	a.boxes, a.uris = append(a.boxes, box), append(a.uris, uri)
	return uri
}

func superbox(kind jumbf.Kind, label string, content ...[]byte) []byte {
	return jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf(kind), Label: label, Requestable: true}, content...)
}

// assert makes all assertions: ingredients first, which actions refer to.
func (b *builder) assert() (*assertions, error) {
	a := &assertions{used: map[string]int{}}
	var ingredients []hashedURI
	for i, one := range b.in.Ingredients {
		made := ingredient{
			Title: one.Title, Format: one.Format, Relationship: one.Relationship, InstanceID: one.InstanceID,
			Description: one.Description, URI: one.URI, ActiveManifest: b.inside[i].active, ClaimSignature: b.inside[i].signature,
			Results: b.inside[i].results,
		}
		ingredients = append(ingredients, a.add("c2pa.ingredient.v3", made))
	}
	done := actions{}
	for _, one := range b.in.Actions {
		made := action{
			Action: one.Action, When: date(one.When), SourceType: sourceType(one.SourceType), Description: one.Description, Agent: one.Agent,
		}
		for _, index := range one.Ingredients {
			if made.Parameters == nil {
				made.Parameters = &parameters{}
			}
			made.Parameters.Ingredients = append(made.Parameters.Ingredients, ingredients[index])
		}
		done.Actions = append(done.Actions, made)
	}
	a.add("c2pa.actions.v2", done)
	if len(b.in.Mining) > 0 {
		m, err := newMining(b.in.Mining)
		if err != nil {
			return nil, err
		}
		a.add("cawg.training-mining", m)
	}
	for _, one := range b.in.SoftBindings {
		if one.Algorithm == "" || len(one.Value) == 0 {
			return nil, fmt.Errorf("%w: a soft binding without algorithm or value", ErrInput)
		}
		a.add("c2pa.soft-binding", softBinding{Alg: one.Algorithm, Blocks: []softBindingBlock{{Value: one.Value}}, Pad: []byte{}})
	}
	if w := b.in.Work; w != nil {
		if !strings.Contains(w.Chain, ":") || w.ID == "" {
			return nil, fmt.Errorf("%w: a work %q on chain %q; a chain is written as CAIP-2 has it", ErrInput, w.ID, w.Chain)
		}
		a.add(WorkLabel, w)
	}
	a.add("c2pa.hash.data", b.binding)
	return a, a.err
}

// write makes the store with the binding as it is.
func (b *builder) write() (Written, error) {
	a, err := b.assert()
	if err != nil {
		return Written{}, err
	}
	if b.in.Generator.Name == "" {
		return Written{}, fmt.Errorf("%w: the program that writes has no name", ErrInput)
	}
	said, err := encode(claim{
		// The whole path of the signature, so that the manifest's own label is signed too.
		InstanceID: "xmp:iid:" + b.uuid, Generator: b.in.Generator, Signature: manifestURI(b.label) + "/" + signatureLabel,
		Created: a.uris, Title: b.in.Title, Alg: hashAlgorithm,
	})
	if err != nil {
		return Written{}, err
	}
	signature, err := b.signer.sign(b.in.Random, said)
	if err != nil {
		return Written{}, err
	}
	manifest := superbox("c2ma", b.label,
		superbox("c2as", assertionsLabel, a.boxes...),
		superbox("c2cl", claimLabel, jumbf.Append(nil, "cbor", said)),
		superbox("c2cs", signatureLabel, jumbf.Append(nil, "cbor", signature)))
	return Written{b.label, superbox("c2pa", storeLabel, append(slices.Clone(b.kept), manifest)...)}, nil
}
