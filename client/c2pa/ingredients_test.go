package c2pa_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// derived is a manifest whose file was made from another's.
func derived(by identity, of []byte, name string) draft {
	d := newDraft(by, second)
	d.parts = []part{opened("c2pa.ingredient.v3"), binding(content), ingredient("c2pa.ingredient.v3", c2pa.ParentOf, name, of)}
	return d
}

func TestIngredientsAreChecked(t *testing.T) {
	ann, bob := newIdentity(t, newKey(t), nil), newIdentity(t, newKey(t), nil)
	source := newDraft(bob, first)
	box := source.box(t)
	d := derived(ann, box, first)
	store := storeOf(box, d.box(t))
	r := check(t, store, ann.trust())
	require.Equal(t, c2pa.Valid, r.State, "Bob is unknown: %+v", r.Failures())
	require.True(t, r.Has(c2pa.IngredientValidated, second))
	require.True(t, r.Has(c2pa.SignatureValidated, first))
	m, _ := r.Manifest(second)
	require.Equal(t, first, m.Ingredients[0].Manifest)
	source0, _ := r.Manifest(first)
	require.Equal(t, source0.Hash[:], m.Ingredients[0].ManifestHash)
	require.Equal(t, []string{"c2pa.ingredient.v3"}, m.Actions[0].Ingredients)

	both := ann.trust()
	both.Signers = append(both.Signers, bob.issuer)
	require.Equal(t, c2pa.Trusted, check(t, store, both).State)

	requireFailure(t, check(t, storeOf(d.box(t)), both), c2pa.IngredientMissing)
	changed := source
	changed.claim = map[string]any{"dc:title": "another"}
	requireFailure(t, check(t, storeOf(changed.box(t), d.box(t)), both), c2pa.IngredientMismatch)
}

func TestAnIngredientThatWasBrokenAlreadyIsNoNews(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	source := newDraft(ann, first)
	source.stored = []part{{label: "a", value: 1}}
	box := source.box(t)
	d := derived(ann, box, first)
	requireFailure(t, check(t, storeOf(box, d.box(t)), ann.trust()), c2pa.AssertionUndeclared)

	d.parts[2].value.(map[string]any)["validationResults"] = map[string]any{"activeManifest": map[string]any{
		"failure": []any{map[string]any{"code": "assertion.undeclared", "url": "self#jumbf=c2pa.assertions/a"}},
	}}
	r := check(t, storeOf(box, d.box(t)), ann.trust())
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())
	require.True(t, r.Has(c2pa.AssertionUndeclared, first))

	// Nobody can say the same of the active manifest.
	d.stored = []part{{label: "a", value: 1}}
	requireFailure(t, check(t, storeOf(box, d.box(t)), ann.trust()), c2pa.AssertionUndeclared)
}

func TestIngredientsInALoop(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	self := derived(ann, []byte("01234567nothing"), second)
	requireFailure(t, check(t, storeOf(self.box(t)), nil), c2pa.IngredientMismatch)

	one := derived(ann, []byte("01234567nothing"), second)
	one.label = first
	two := derived(ann, one.box(t), first)
	r := check(t, storeOf(one.box(t), two.box(t)), nil)
	requireFailure(t, r, c2pa.IngredientMismatch)
	signatures := 0
	for _, one := range r.Statuses {
		if one.Code == c2pa.SignatureValidated {
			signatures++
		}
	}
	require.Equal(t, 2, signatures, "each manifest is checked once")
}

func TestIngredientsAgainstTheRules(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	box := newDraft(ann, first).box(t)
	for name, c := range map[string]struct {
		change func(*draft)
		want   c2pa.Code
	}{
		"no relationship": {func(d *draft) { delete(d.parts[2].value.(map[string]any), "relationship") }, c2pa.IngredientMalformed},
		"another one":     {func(d *draft) { d.parts[2].value.(map[string]any)["relationship"] = "cousinOf" }, c2pa.IngredientMalformed},
		"no results":      {func(d *draft) { delete(d.parts[2].value.(map[string]any), "validationResults") }, c2pa.IngredientMalformed},
		"another picture": {func(d *draft) {
			d.parts[2].value.(map[string]any)["thumbnail"] = hashed("self#jumbf=c2pa.assertions/c2pa.hash.data", make([]byte, 9))
		}, c2pa.HashedURIMismatch},
		"no CBOR": {func(d *draft) { d.parts[2].raw = []byte{0xff} }, c2pa.AssertionCBOR},
		"two parents": {func(d *draft) {
			d.parts = append(d.parts, ingredient("c2pa.ingredient.v3__1", c2pa.ParentOf, "", nil))
		}, c2pa.MultipleParents},
		"opened a component": {func(d *draft) {
			d.parts[2] = ingredient("c2pa.ingredient.v3", c2pa.ComponentOf, first, box)
		}, c2pa.ActionIngredient},
		"a manifest without": {func(d *draft) { d.kind = "c2um" }, c2pa.UpdateInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			d := derived(ann, box, first)
			c.change(&d)
			requireFailure(t, check(t, storeOf(box, d.box(t)), nil), c.want)
		})
	}
}

// without takes an assertion out of a manifest's box, or puts another box in its place.
func without(t *testing.T, box []byte, label string, replacement []byte) []byte {
	t.Helper()
	boxes, err := jumbf.Parse(box)
	require.NoError(t, err)
	var parts [][]byte
	for _, part := range boxes[0].Boxes {
		if part.Label() != "c2pa.assertions" {
			parts = append(parts, part.Raw)
			continue
		}
		var kept [][]byte
		for _, one := range part.Boxes {
			if one.Label() == label {
				one.Raw = replacement
			}
			kept = append(kept, one.Raw)
		}
		parts = append(parts, superbox("c2as", "c2pa.assertions", kept...))
	}
	return superbox("c2ma", boxes[0].Label(), parts...)
}

func TestWhatWasTakenOut(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	source := newDraft(ann, first)
	source.parts = append(source.parts, part{label: "org.example.where", value: "here"})
	whole := source.box(t)
	d := derived(ann, whole, first)
	d.claim = redacts("self#jumbf=/c2pa/" + first + "/c2pa.assertions/org.example.where")

	r := check(t, storeOf(without(t, whole, "org.example.where", nil), d.box(t)), ann.trust())
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())
	require.True(t, r.Has(c2pa.IngredientSignature, second))
	m, _ := r.Manifest(first)
	require.True(t, m.Assertions[2].Redacted)

	zeros := part{label: "org.example.where", boxes: [][]byte{jumbf.AppendUUID(nil, jumbf.ID{1}, make([]byte, 20))}}.box()
	r = check(t, storeOf(without(t, whole, "org.example.where", zeros), d.box(t)), ann.trust())
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())

	requireFailure(t, check(t, storeOf(whole, d.box(t)), ann.trust()), c2pa.AssertionNotRedacted)
	signature := d.parts[2].value.(map[string]any)["claimSignature"]
	delete(d.parts[2].value.(map[string]any), "claimSignature")
	requireFailure(t, check(t, storeOf(without(t, whole, "org.example.where", nil), d.box(t)), nil), c2pa.IngredientSignMissing)
	d.parts[2].value.(map[string]any)["claimSignature"] = map[string]any{"url": signature.(map[string]any)["url"], "hash": []byte{1}}
	requireFailure(t, check(t, storeOf(without(t, whole, "org.example.where", nil), d.box(t)), nil), c2pa.IngredientSignMismatch)
	d.claim = nil
	requireFailure(t, check(t, storeOf(without(t, whole, "org.example.where", nil), d.box(t)), ann.trust()), c2pa.AssertionMissing)

	// What is taken out by a word of an ingredient stays in the active manifest's claim.
	source.claim = redacts("self#jumbf=/c2pa/" + second + "/c2pa.assertions/org.example.where")
	whole = source.box(t)
	d = derived(ann, whole, first)
	d.parts = append(d.parts, part{label: "org.example.where", value: "there"})
	requireFailure(t, check(t, storeOf(whole, without(t, d.box(t), "org.example.where", nil)), ann.trust()), c2pa.AssertionMissing)
}

func TestAnUpdate(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	box := newDraft(ann, first).box(t)
	update := newDraft(ann, second)
	update.kind, update.parts = "c2um", []part{ingredient("c2pa.ingredient.v3", c2pa.ParentOf, first, box)}
	r := check(t, storeOf(box, update.box(t)), ann.trust())
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())
	require.True(t, r.Has(c2pa.DataHashMatch, second))

	for name, c := range map[string]struct {
		part part
		want c2pa.Code
	}{
		"a binding":     {binding(content), c2pa.UpdateInvalid},
		"made anew":     {created(), c2pa.UpdateInvalid},
		"a thumbnail":   {part{label: "c2pa.thumbnail.claim", value: 1}, c2pa.UpdateInvalid},
		"two parents":   {ingredient("c2pa.ingredient.v3__1", c2pa.ParentOf, first, box), c2pa.UpdateWrongParents},
		"another thing": {ingredient("c2pa.ingredient.v3__1", c2pa.ComponentOf, "", nil), c2pa.UpdateWrongParents},
	} {
		t.Run(name, func(t *testing.T) {
			bad := update
			bad.parts = append([]part{update.parts[0]}, c.part)
			requireFailure(t, check(t, storeOf(box, bad.box(t)), nil), c.want)
		})
	}

	orphan := update
	orphan.parts = []part{ingredient("c2pa.ingredient.v3", c2pa.ParentOf, "", nil)}
	requireFailure(t, check(t, storeOf(orphan.box(t)), nil), c2pa.HardBindingsMissing)
	loop := update
	loop.parts = []part{ingredient("c2pa.ingredient.v3", c2pa.ParentOf, second, bytes.Repeat([]byte{1}, 9))}
	requireFailure(t, check(t, storeOf(loop.box(t)), nil), c2pa.HardBindingsMissing)
}
