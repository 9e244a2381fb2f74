package c2pa

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// manifest checks all of one manifest but its ingredients and its file.
func (k *check) manifest(m *manifest) {
	k.visited[m.Label] = true
	if m.problem != "" {
		k.add(m.problem, m, place{m.Label, ""}, m.reason)
		return
	}
	k.signature(m)
	k.redactions(m)
	k.assertions(m)
	k.references(m)
	k.kinds(m)
	k.checkActions(m)
}

// references compares pictures and icons with the hashes of references to them (clause 15.10.3.3). In claims of version 1 nobody has.
func (k *check) references(m *manifest) {
	if m.claim.version == 1 {
		return
	}
	for _, ref := range m.parsed.references {
		at := place{m.Label, ""}
		if ref.label != "" {
			at.path = assertionsLabel + "/" + ref.label
		}
		p, box, found := k.store.find(ref.to.URL, m)
		if target := k.store.byLabel[p.manifest]; target != nil && target.redacted[p.path] {
			continue
		}
		if !found {
			k.add(HashedURIMissing, m, at, "it refers to something that isn't there: "+ref.to.URL)
			continue
		}
		same, err := k.hasher.matches(box, ref.to, m.claim.algorithm)
		switch {
		case errors.Is(err, asset.ErrAlgorithm):
			k.add(AlgorithmUnsupported, m, at, err.Error())
		case !same:
			k.add(HashedURIMismatch, m, at, "it refers to something that is another now: "+ref.to.URL)
		}
	}
}

// redactions checks what a claim says was taken out of others, and that it was.
func (k *check) redactions(m *manifest) {
	for _, uri := range m.claim.redacted {
		p, err := resolve(uri, m.Label)
		label := p.assertion()
		switch {
		case err != nil || label == "":
			k.add(ClaimMalformed, m, place{m.Label, ""}, fmt.Sprintf("it redacts %q, which is no assertion's address", uri))
		case p.manifest == m.Label:
			k.add(AssertionSelfRedacted, m, p, "a claim takes out an assertion of its own")
		case isActions(label):
			k.add(ActionRedacted, m, p, "a list of actions was taken out, which isn't allowed")
		case isHardBinding(label):
			k.add(DataHashRedacted, m, p, "a hard binding was taken out, which isn't allowed")
		}
	}
}

// assertions compares each assertion with the hash that the claim has of it (clause 15.10.3.1).
func (k *check) assertions(m *manifest) {
	declared := map[string]bool{}
	for _, ref := range m.claim.all() {
		p, err := resolve(ref.URL, m.Label)
		label := p.assertion()
		switch {
		case err != nil:
			k.add(AssertionMissing, m, place{m.Label, ""}, "the claim lists an assertion whose address can't be read: "+err.Error())
			continue
		case p.manifest != m.Label || label == "":
			k.add(AssertionOutside, m, p, "the claim lists something that is no assertion of its own manifest")
			continue
		}
		declared[label] = true
		box, found := m.assertions[label]
		if m.redacted[p.path] {
			if found && !blank(box) {
				k.add(AssertionNotRedacted, m, p, "the assertion was declared taken out, and is still there")
			}
			continue
		}
		if !found {
			k.add(AssertionMissing, m, p, fmt.Sprintf("the assertion %s is listed and isn't there", label))
			continue
		}
		k.compare(m, p, box, ref, AssertionMatch, AssertionMismatch, fmt.Sprintf("the assertion %s was changed after signing", label))
	}
	twice := map[string]bool{}
	for _, label := range m.twice {
		twice[label] = true
	}
	for _, label := range append(m.order[:len(m.order):len(m.order)], m.twice...) {
		if !declared[label] || twice[label] {
			k.assertion(AssertionUndeclared, m, label,
				fmt.Sprintf("the manifest has an assertion %q that its claim doesn't list, or a second one", label))
			declared[label], twice[label] = true, false
		}
	}
	for _, one := range m.parsed.broken {
		k.assertion(one.code, m, one.label, one.reason)
	}
}

// compare hashes the box that a reference leads to.
func (k *check) compare(m *manifest, p place, box jumbf.Box, ref hashedURI, good, bad Code, reason string) {
	same, err := k.hasher.matches(box, ref, m.claim.algorithm)
	switch {
	case errors.Is(err, asset.ErrAlgorithm):
		k.add(AlgorithmUnsupported, m, p, "a hash is named by no algorithm that is allowed: "+err.Error())
	case same:
		k.add(good, m, p, "")
	default:
		k.add(bad, m, p, reason)
	}
}

// updateActions are the actions that leave content alone (clause 11.2.3).
var updateActions = []string{"c2pa.edited.metadata", "c2pa.opened", "c2pa.published", "c2pa.redacted"}

// kinds checks which assertions a manifest of its type must and must not have (clause 15.10.1).
func (k *check) kinds(m *manifest) {
	parents := 0
	for _, one := range m.Ingredients {
		if one.Relationship == ParentOf {
			parents++
		}
	}
	here, bindings := place{m.Label, ""}, m.parsed.bindings
	if !m.Update {
		if parents > 1 {
			k.add(MultipleParents, m, here, fmt.Sprintf("%d ingredients are each said to be what the content was made from", parents))
		}
		switch {
		case len(bindings) == 0:
			k.add(HardBindingsMissing, m, here, "no hash ties the manifest to a file")
		case len(bindings) > 1:
			k.add(MultipleHardBindings, m, here, "more than one hash ties the manifest to a file: "+strings.Join(bindings, ", "))
		case m.parsed.gatheredBinding:
			k.add(HardBindingsMissing, m, here, "the hash that ties the manifest to a file isn't the signer's own")
		}
		return
	}
	if parents != 1 || len(m.Ingredients) != 1 {
		k.add(UpdateWrongParents, m, here,
			fmt.Sprintf("an update has %d ingredients, %d of them parents, and must have one", len(m.Ingredients), parents))
	}
	for _, a := range m.Assertions {
		if isHardBinding(a.Label) || strings.HasPrefix(a.Label, "c2pa.thumbnail.claim") || base(a.Label) == "c2pa.hash.multi-asset" {
			k.assertion(UpdateInvalid, m, a.Label, fmt.Sprintf("an update must not have %s: it changes no content", a.Label))
		}
	}
	for _, list := range m.parsed.actions {
		for _, a := range list.actions {
			if !slices.Contains(updateActions, a.name) {
				k.assertion(UpdateInvalid, m, list.label, fmt.Sprintf("an update must not say %s: it changes no content", a.name))
			}
		}
	}
}

// ingredients checks the manifests that a manifest's ingredients have, each once (clause 15.11.3). The way is that from the active
// manifest.
func (k *check) ingredients(m *manifest, way []string) {
	for _, ref := range m.parsed.ingredients {
		at := place{m.Label, assertionsLabel + "/" + ref.Label}
		if m.redacted[at.path] {
			continue
		}
		if ref.manifest == nil {
			if ref.Relationship != InputTo {
				k.add(UnknownProvenance, m, at, fmt.Sprintf("the ingredient %q has no credentials", ref.Title))
			}
			continue
		}
		if ref.version == 3 && !ref.results {
			k.add(IngredientMalformed, m, at, "it doesn't say what checking the ingredient found")
		}
		target, found := k.store.byLabel[ref.Ingredient.Manifest]
		if !found {
			k.add(IngredientMissing, m, at, fmt.Sprintf("the manifest of the ingredient %q isn't in the store", ref.Title))
			continue
		}
		if slices.Contains(way, target.Label) {
			k.add(IngredientMismatch, m, at, "a manifest is an ingredient of itself")
			continue
		}
		if len(way) == MaxDepth {
			k.add(GeneralError, m, at, fmt.Sprintf("more than %d ingredients lie within each other", MaxDepth))
			continue
		}
		k.ingredientHash(m, target, ref, at)
		if k.visited[target.Label] {
			continue
		}
		k.manifest(target)
		k.ingredients(target, append(way[:len(way):len(way)], target.Label))
	}
}

// ingredientHash compares an ingredient's manifest with what was taken in: its whole box, or its signature where assertions were taken
// out of it since (clauses 15.11.3.3.1 and 15.11.3.3.2). Claims before version 1.3 hashed the claim alone.
func (k *check) ingredientHash(m, target *manifest, ref ingredientRef, at place) {
	wrong := fmt.Sprintf("the manifest of the ingredient %q isn't the one that was taken in", ref.Title)
	if len(target.redacted) == 0 {
		alg := ref.manifest.Algorithm
		if alg == "" {
			alg = m.claim.algorithm
		}
		same, err := k.hasher.matches(target.box, *ref.manifest, alg)
		switch {
		case errors.Is(err, asset.ErrAlgorithm):
			k.add(AlgorithmUnsupported, m, at, err.Error())
		case same:
			k.add(IngredientValidated, m, at, "")
		case !k.oldIngredientHash(target, ref, alg):
			k.add(IngredientMismatch, m, at, wrong)
		}
		return
	}
	if ref.signature == nil {
		// The makers' library lets this pass for claims of version 1: nothing would tell whether the manifest is the one taken in.
		k.add(IngredientSignMissing, m, at,
			fmt.Sprintf("assertions of the ingredient %q were taken out, and its signature's hash is missing", ref.Title))
		return
	}
	p, box, found := k.store.find(ref.signature.URL, m)
	if !found || p.manifest != target.Label || p.path != signatureLabel {
		k.add(IngredientSignMissing, m, at, fmt.Sprintf("the signature of the ingredient %q isn't in the store", ref.Title))
		return
	}
	k.compare(m, at, box, *ref.signature, IngredientSignature, IngredientSignMismatch, wrong)
}

func (k *check) oldIngredientHash(target *manifest, ref ingredientRef, alg string) bool {
	if len(target.claimRaw) == 0 {
		return false
	}
	sum, err := k.hasher.bytes(target.claimRaw, alg)
	return err == nil && bytes.Equal(sum, ref.manifest.Hash)
}
