package c2pa_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/veraison/go-cose"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/timestamp"
	"github.com/stemma-chain/stemma/testutil/strangers"
)

// FuzzCheck has stores of anybody checked: memory stays in proportion, and nothing that was changed is trusted.
func FuzzCheck(f *testing.F) {
	ann, tsa := newIdentity(f, newKey(f), nil), newAuthority(f, nil)
	source := newDraft(ann, first)
	source.signed = tsa.stamp(f)
	box := source.box(f)
	d := derived(ann, box, first)
	d.parts = append(d.parts, part{label: "cawg.training-mining", value: map[string]any{"entries": map[string]any{
		"cawg.data_mining": map[string]any{"use": "notAllowed"},
	}}}, part{label: "stds.schema-org.CreativeWork", value: 1})
	d.headers = func(h *cose.Headers) { h.Unprotected["rVals"] = map[string]any{"ocspVals": []any{[]byte{1}}} }
	update := newDraft(ann, first)
	update.kind, update.parts = "c2um", []part{ingredient("c2pa.ingredient.v3", c2pa.ParentOf, second, d.box(f))}
	f.Add(storeOf(box))
	f.Add(storeOf(box, d.box(f)))
	f.Add(storeOf(d.box(f), update.box(f)))
	loop := derived(ann, []byte("01234567nothing"), second)
	f.Add(storeOf(loop.box(f)))
	stranger := newIdentity(f, newKey(f), nil)
	trust := &c2pa.Trust{Signers: append(ann.trust().Signers[:1:1], tsa.issuer)}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() {
			r, err := c2pa.Check(raw, file(t), c2pa.Options{Trust: trust, Now: now})
			if err != nil {
				require.ErrorIs(t, err, c2pa.ErrNotAStore)
				return
			}
			require.NotEmpty(t, r.Manifests)
			requireReason(t, r)
			if r.State == c2pa.Trusted {
				m, found := r.Manifest(r.Active)
				require.True(t, found)
				require.True(t, m.Update || bytes.Equal(m.Binding.Hash, sum(content)))
			}
			other, err := c2pa.Check(raw, file(t), c2pa.Options{Trust: stranger.trust(), Now: now})
			require.NoError(t, err)
			require.NotEqual(t, c2pa.Trusted, other.State)
		})
	})
}

func FuzzTimeStamp(f *testing.F) {
	tsa := newAuthority(f, nil)
	f.Add(tsa.token(f, []byte("x")))
	f.Add(tsa.response(f, []byte("x")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() {
			if token, err := timestamp.Read(raw); err == nil {
				require.Error(t, token.Covers([]byte("y")))
			}
		})
	})
}

// FuzzAssertion signs what anybody puts into an assertion, or into the claim itself, so that it is read whatever it is.
func FuzzAssertion(f *testing.F) {
	ann := newIdentity(f, newKey(f), nil)
	box := newDraft(ann, first).box(f)
	for _, p := range derived(ann, box, first).parts {
		f.Add(p.label, encode(p.value))
	}
	f.Add("cawg.training-mining", encode(map[string]any{"entries": map[string]any{"a": map[string]any{"use": "notAllowed"}}}))
	f.Add("c2pa.soft-binding", encode(map[string]any{"alg": "a", "blocks": []any{map[string]any{"value": []byte{1}}}}))
	f.Add("c2pa.time-stamp", encode(map[string]any{first: []byte{1}}))
	f.Add("c2pa.hash.boxes", encode(map[string]any{"boxes": []any{map[string]any{"names": []any{"SOI"}, "hash": []byte{1}}}}))
	f.Add("c2pa.hash.bmff.v3", encode(map[string]any{"exclusions": []any{map[string]any{"xpath": "/uuid"}}, "hash": []byte{1}}))
	f.Add("", encode(map[string]any{
		"signature": "self#jumbf=c2pa.signature", "created_assertions": []any{}, "claim_generator_info": map[string]any{"name": "a"},
	}))
	f.Fuzz(func(t *testing.T, label string, raw []byte) {
		if len(label)+len(raw) > strangers.MaxInput {
			return
		}
		d := derived(ann, box, first)
		if label == "" {
			d.rawClaim = raw
		} else {
			d.parts = append(d.parts, part{label: label, raw: raw})
		}
		store := storeOf(box, d.box(t))
		strangers.Bounded(t, len(store), func() {
			r, err := c2pa.Check(store, file(t), c2pa.Options{Trust: ann.trust(), Now: now})
			if err != nil {
				require.ErrorIs(t, err, c2pa.ErrNotAStore)
				return
			}
			requireReason(t, r)
			if label == "" {
				require.NotEqual(t, c2pa.Trusted, r.State, "no claim of anybody binds the file")
			}
		})
	})
}
