package c2pa_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"
	"github.com/veraison/go-cose"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
	"github.com/stemma-chain/stemma/testutil/strangers"
)

func TestAManifestByTheRules(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	d := newDraft(ann, first)
	d.parts = append(d.parts, part{label: "cawg.training-mining", value: map[string]any{"entries": map[string]any{
		"cawg.data_mining": map[string]any{"use": "notAllowed"},
		"cawg.ai_training": map[string]any{"use": "constrained", "constraint_info": "pay"},
	}}}, part{label: "c2pa.soft-binding", value: map[string]any{
		"alg": "io.iscc.v0", "pad": []byte{}, "blocks": []any{map[string]any{"scope": map[string]any{}, "value": []byte("ISCC:KAA")}},
	}})
	store := storeOf(d.box(t))

	r := check(t, store, nil)
	require.Equal(t, c2pa.Valid, r.State, "%+v", r.Failures())
	r = check(t, store, ann.trust())
	require.Equal(t, c2pa.Trusted, r.State, "%+v", r.Failures())
	require.Empty(t, r.Failures())

	m, found := r.Manifest(first)
	require.True(t, found)
	require.Equal(t, captured, m.DigitalSourceType())
	require.Equal(t, []c2pa.Generator{{Name: "test", Version: "1"}}, m.Generators)
	require.Equal(t, []c2pa.Mining{
		{Name: "cawg.ai_training", Use: "constrained", Constraint: "pay"}, {Name: "cawg.data_mining", Use: "notAllowed"},
	}, m.Mining)
	require.Equal(t, []c2pa.SoftBinding{{Algorithm: "io.iscc.v0", Values: [][]byte{[]byte("ISCC:KAA")}}}, m.SoftBindings)
	require.Equal(t, "ES256", m.Signature.Algorithm)
	require.Equal(t, "Photos", m.Signature.Organization)
	require.Equal(t, &c2pa.Binding{Label: "c2pa.hash.data", Algorithm: "sha256", Hash: sum(content)}, m.Binding)

	_, err := c2pa.Check([]byte("no store"), nil, c2pa.Options{})
	require.ErrorIs(t, err, c2pa.ErrNotAStore)
	_, err = c2pa.Check(storeOf(), nil, c2pa.Options{})
	require.ErrorIs(t, err, c2pa.ErrNotAStore)
}

// Every byte of a store counts but those that no signature covers: the description of the store's own box, and of boxes around the claim
// and the signature.
func TestAnyByteOfAStore(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	store := storeOf(newDraft(ann, first).box(t))
	boxes, err := jumbf.Parse(store)
	require.NoError(t, err)
	var open []int
	for i := range store {
		changed := bytes.Clone(store)
		changed[i] ^= 0x04
		r, err := c2pa.Check(changed, file(t), c2pa.Options{Trust: ann.trust(), Now: now})
		if err == nil && r.State != c2pa.Invalid {
			open = append(open, i)
		}
	}
	covered := [][]byte{boxes[0].Boxes[0].All("c2pa.assertions")[0].Boxes[0].Content}
	for _, box := range append(boxes[0].Boxes[0].All("c2pa.claim.v2"), boxes[0].Boxes[0].All("c2pa.signature")...) {
		raw, _ := box.First(jumbf.CBOR)
		covered = append(covered, raw)
	}
	for _, part := range covered {
		from := bytes.Index(store, part)
		for _, i := range open {
			require.False(t, i >= from && i < from+len(part), "byte %d of what is signed doesn't count", i-from)
		}
	}
	require.Less(t, len(open), 120)
}

func TestManifestsAgainstTheRules(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	other := newDraft(ann, second)
	for name, c := range map[string]struct {
		change func(*draft)
		want   c2pa.Code
	}{
		"another manifest's assertion": {func(d *draft) {
			d.listed = append(d.listed, hashed("self#jumbf=/c2pa/"+second+"/c2pa.assertions/c2pa.hash.data", binding(content).box()))
		}, c2pa.AssertionOutside},
		"its signature as assertion": {func(d *draft) {
			d.listed = append(d.listed, hashed("self#jumbf=c2pa.signature", make([]byte, 9)))
		}, c2pa.AssertionOutside},
		"an assertion on the web": {func(d *draft) {
			d.listed = append(d.listed, hashed("https://example.org/a", make([]byte, 9)))
		}, c2pa.AssertionMissing},
		"a way out of the store": {func(d *draft) {
			d.listed = append(d.listed, hashed("self#jumbf=../a", make([]byte, 9)))
		}, c2pa.AssertionMissing},
		"an assertion that is absent": {func(d *draft) {
			d.listed = append(d.listed, hashed("self#jumbf=c2pa.assertions/a", make([]byte, 9)))
		}, c2pa.AssertionMissing},
		"an assertion not listed": {func(d *draft) { d.stored = []part{{label: "a", value: 1}} }, c2pa.AssertionUndeclared},
		"one label twice":         {func(d *draft) { d.stored = []part{binding([]byte("other"))} }, c2pa.AssertionUndeclared},
		"another hash": {func(d *draft) {
			d.listed, d.stored = []any{hashed("self#jumbf=c2pa.assertions/a", make([]byte, 9))}, []part{{label: "a", value: 1}}
		}, c2pa.AssertionMismatch},
		"a hash by MD5": {func(d *draft) {
			d.listed = []any{map[string]any{"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", "alg": "md5", "hash": make([]byte, 16)}}
		}, c2pa.AlgorithmUnsupported},
		"no algorithm": {func(d *draft) {
			d.claim = map[string]any{"alg": ""}
			d.listed = []any{map[string]any{"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", "hash": sum(binding(content).box()[8:])}}
		}, c2pa.AlgorithmUnsupported},
		"no hard binding": {func(d *draft) { d.parts = []part{created()} }, c2pa.HardBindingsMissing},
		"two hard bindings": {func(d *draft) {
			b := binding(content)
			b.label += "__1"
			d.parts = append(d.parts, b)
		}, c2pa.MultipleHardBindings},
		"a hard binding of others": {func(d *draft) {
			d.parts, d.stored = []part{created()}, []part{binding(content)}
			d.claim = map[string]any{"gathered_assertions": []any{hashed("self#jumbf=c2pa.assertions/c2pa.hash.data", binding(content).box())}}
		}, c2pa.HardBindingsMissing},
		"another file":     {func(d *draft) { d.parts[1] = binding([]byte("another")) }, c2pa.DataHashMismatch},
		"a binding unread": {func(d *draft) { d.parts[1].label = "c2pa.hash.collection.data" }, c2pa.GeneralError},
		"no actions":       {func(d *draft) { d.parts = []part{binding(content)} }, c2pa.ActionMalformed},
		"opened nothing":   {func(d *draft) { d.parts[0] = opened("c2pa.ingredient.v3") }, c2pa.ActionIngredient},
		"actions of zeros": {func(d *draft) { d.parts[0].raw = []byte{0} }, c2pa.ActionMalformed},
		"two claims": {func(d *draft) {
			d.extra = [][]byte{superbox("c2cl", "c2pa.claim", jumbf.Append(nil, jumbf.CBOR, encode(1)))}
		}, c2pa.ClaimMultiple},
		"a claim of v9":  {func(d *draft) { d.claimLabel = "c2pa.claim.v9" }, c2pa.ClaimMalformed},
		"a label of old": {func(d *draft) { d.label = "contentauth:urn:uuid:1" }, c2pa.ClaimMalformed},
		"no generator":   {func(d *draft) { d.claim = map[string]any{"claim_generator_info": map[string]any{}} }, c2pa.ClaimMalformed},
		"another signature": {func(d *draft) {
			d.claim = map[string]any{"signature": "self#jumbf=/c2pa/" + second + "/c2pa.signature"}
		}, c2pa.SignatureMissing},
		"a key twice":      {func(d *draft) { d.rawClaim = []byte("\xa2\x63alg\x66sha256\x63alg\x66sha256") }, c2pa.ClaimMalformed},
		"bytes behind":     {func(d *draft) { d.rawClaim = append(encode(map[string]any{"alg": "sha256"}), 0) }, c2pa.ClaimCBOR},
		"a million levels": {func(d *draft) { d.rawClaim = bytes.Repeat([]byte{0x81}, 1<<20) }, c2pa.ClaimCBOR},
		"a huge list":      {func(d *draft) { d.rawClaim = []byte("\x9b\x7f\xff\xff\xff\xff\xff\xff\xff") }, c2pa.ClaimCBOR},
		"huge bytes":       {func(d *draft) { d.rawClaim = []byte("\x5b\x7f\xff\xff\xff\xff\xff\xff\xff") }, c2pa.ClaimCBOR},
		"without end":      {func(d *draft) { d.rawClaim = append([]byte{0x9f}, bytes.Repeat([]byte{0x9f}, 1000)...) }, c2pa.ClaimCBOR},
		"an assertion's bomb": {func(d *draft) {
			d.parts = append(d.parts, part{label: "org.example", raw: bytes.Repeat([]byte{0x81}, 1<<16)})
		}, c2pa.AssertionCBOR},
		"a hash elsewhere": {func(d *draft) {
			d.parts = append(d.parts, part{label: "c2pa.cloud-data", value: map[string]any{
				"label": "c2pa.hash.data", "size": 1, "location": map[string]any{"url": "https://example.org"}, "content_type": "application/cbor",
			}})
		}, c2pa.CloudDataHardBinding},
		"cloud data of nothing": {func(d *draft) {
			d.parts = append(d.parts, part{label: "c2pa.cloud-data", value: map[string]any{"label": "a"}})
		}, c2pa.CloudDataMalformed},
		"a binding in two boxes": {func(d *draft) {
			raw := encode(binding(content).value)
			d.parts[1].boxes = [][]byte{jumbf.Append(nil, jumbf.CBOR, raw), jumbf.Append(nil, jumbf.JSON, []byte("{}"))}
		}, c2pa.DataHashMalformed},
		"a binding in JSON": {func(d *draft) {
			d.parts[1].boxes = [][]byte{jumbf.Append(nil, jumbf.JSON, []byte("{}"))}
		}, c2pa.DataHashMalformed},
		"an icon that is absent": {func(d *draft) {
			d.claim = map[string]any{"claim_generator_info": map[string]any{
				"name": "a", "icon": map[string]any{"url": "self#jumbf=c2pa.assertions/c2pa.icon", "hash": []byte{1}},
			}}
		}, c2pa.HashedURIMissing},
		"another icon": {func(d *draft) {
			d.parts[0].value.(map[string]any)["softwareAgents"] = []any{map[string]any{
				"name": "a", "icon": map[string]any{"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", "hash": []byte{1}},
			}}
		}, c2pa.HashedURIMismatch},
		"compressed":     {func(d *draft) { d.kind = "c2cm" }, c2pa.CompressedInvalid},
		"redacts itself": {func(d *draft) { d.claim = redacts("self#jumbf=c2pa.assertions/a") }, c2pa.AssertionSelfRedacted},
		"redacts a binding": {func(d *draft) {
			d.claim = redacts("self#jumbf=/c2pa/" + second + "/c2pa.assertions/c2pa.hash.data")
		}, c2pa.DataHashRedacted},
		"redacts actions": {func(d *draft) {
			d.claim = redacts("self#jumbf=/c2pa/" + second + "/c2pa.assertions/c2pa.actions.v2")
		}, c2pa.ActionRedacted},
		"a signature's bits": {func(d *draft) { d.signed = func(m *cose.Sign1Message) { m.Signature[5] ^= 1 } }, c2pa.SignatureMismatch},
		"another payload": {func(d *draft) {
			d.signed = func(m *cose.Sign1Message) { m.Payload = []byte("another claim") }
		}, c2pa.SignatureMismatch},
		"no algorithm of a signature": {func(d *draft) {
			d.signed = func(m *cose.Sign1Message) { m.Headers.Protected.SetAlgorithm(cose.AlgorithmReserved) }
		}, c2pa.AlgorithmUnsupported},
		"two chains": {func(d *draft) {
			d.headers = func(h *cose.Headers) { h.Unprotected[cose.HeaderLabelX5Chain] = ann.leaf.Raw }
		}, c2pa.CredentialInvalid},
		"no chain": {func(d *draft) {
			d.headers = func(h *cose.Headers) { delete(h.Protected, cose.HeaderLabelX5Chain) }
		}, c2pa.CredentialInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDraft(ann, first)
			c.change(&d)
			requireFailure(t, check(t, storeOf(other.box(t), d.box(t)), ann.trust()), c.want)
		})
	}
}

func redacts(uri string) map[string]any { return map[string]any{"redacted_assertions": []any{uri}} }

// What is put in place of another's signature or claim is noticed.
func TestPartsOfTwoManifestsDontFit(t *testing.T) {
	ann, bob := newIdentity(t, newKey(t), nil), newIdentity(t, newKey(t), nil)
	one, two := newDraft(ann, first), newDraft(bob, first)
	two.claim = map[string]any{"dc:title": "Bob's"}
	a, b := one.box(t), two.box(t)
	signature, others := signatureOf(a), signatureOf(b)
	if len(signature) != len(others) {
		t.Skip("the certificates differ in length")
	}
	mixed := bytes.Replace(a, signature, others, 1)
	requireFailure(t, check(t, storeOf(mixed), ann.trust()), c2pa.SignatureMismatch)
}

func TestTheLastManifestIsActiveAndLabelsAreUnique(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	one, two := newDraft(ann, first), newDraft(ann, second)
	r := check(t, storeOf(one.box(t), two.box(t), superbox("free", "c2pa.unknown")), nil)
	require.Equal(t, second, r.Active)
	require.Equal(t, c2pa.Valid, r.State)

	two.label = first
	requireFailure(t, check(t, storeOf(one.box(t), two.box(t)), nil), c2pa.GeneralError)
}

// placed is a file with a store in it.
type placed struct {
	c2pa.File
	at []asset.Range
}

func (p placed) StoreRanges() []asset.Range { return p.at }

func (placed) MetadataRanges() []asset.Range {
	return []asset.Range{{Start: 12, Length: 4}, {Start: 16, Length: 2}}
}

func TestWhatADataHashMayLeaveOut(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	for name, c := range map[string]struct {
		out  []any
		hash []byte
		want c2pa.Code
	}{
		"the store":                {[]any{skip(2, 8)}, cutOut(2, 8), c2pa.DataHashMatch},
		"more than the store":      {[]any{skip(2, 9)}, cutOut(2, 9), c2pa.DataHashMismatch},
		"all of the file":          {[]any{skip(0, len(content))}, nil, c2pa.DataHashMismatch},
		"the store and metadata":   {[]any{skip(2, 8), skip(12, 3)}, cutOut(2, 8, 12, 3), c2pa.DataHashMatch},
		"all metadata":             {[]any{skip(2, 8), skip(12, 4), skip(16, 2)}, cutOut(2, 8, 12, 4, 16, 2), c2pa.DataHashMatch},
		"metadata and more":        {[]any{skip(2, 8), skip(12, 7)}, cutOut(2, 8, 12, 7), c2pa.DataHashMismatch},
		"something else beside it": {[]any{skip(2, 8), skip(20, 3)}, nil, c2pa.DataHashMismatch},
		"beyond the file":          {[]any{skip(2, 8), skip(20, 300)}, nil, c2pa.DataHashMismatch},
		"twice":                    {[]any{skip(2, 8), skip(2, 8)}, nil, c2pa.DataHashMalformed},
		"in another order":         {[]any{skip(20, 3), skip(2, 8)}, nil, c2pa.DataHashMalformed},
		"to below zero":            {[]any{map[string]any{"start": 2, "length": -8}}, nil, c2pa.DataHashMalformed},
		"beyond all numbers":       {[]any{map[string]any{"start": 2, "length": uint64(1)<<63 - 1}}, nil, c2pa.DataHashMalformed},
		"no number at all":         {[]any{map[string]any{"start": 2, "length": uint64(1) << 63}}, nil, c2pa.DataHashMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDraft(ann, first)
			d.parts[1] = part{label: "c2pa.hash.data", value: map[string]any{
				"alg": "sha256", "hash": sum(c.hash), "pad": []byte{}, "exclusions": c.out,
			}}
			f := placed{file(t), []asset.Range{{Start: 2, Length: 8}}}
			r, err := c2pa.Check(storeOf(d.box(t)), f, c2pa.Options{Now: now})
			require.NoError(t, err)
			require.True(t, r.Has(c.want, first), "%+v", r.Failures())
			require.Equal(t, c.want == c2pa.DataHashMatch, r.State == c2pa.Valid)
		})
	}
}

// cutOut is the content without ranges, each a start and a length.
func cutOut(ranges ...int) []byte {
	var left []byte
	at := 0
	for i := 0; i < len(ranges); i += 2 {
		left, at = append(left, content[at:ranges[i]]...), ranges[i]+ranges[i+1]
	}
	return append(left, content[at:]...)
}

func skip(start, length int) map[string]any { return map[string]any{"start": start, "length": length} }

// Names are repeated in each finding, actions look up templates and ingredients: none of it may take time or memory out of proportion.
func TestLargeStores(t *testing.T) {
	ann := newIdentity(t, newKey(t), nil)
	many, templates, known := []any{}, []any{}, []any{}
	for range 20000 {
		many, templates = append(many, map[string]any{"action": "a"}), append(templates, map[string]any{"action": "b"})
		known = append(known, map[string]any{"code": "a", "url": ""})
	}
	d := newDraft(ann, first)
	d.parts = append(d.parts, part{label: "c2pa.actions.v2__1", value: map[string]any{"actions": many, "templates": templates}})
	source := ingredient("c2pa.ingredient.v3", c2pa.ComponentOf, strings.Repeat("x", 100000), []byte("01234567nothing"))
	source.value.(map[string]any)["validationResults"] = map[string]any{"activeManifest": map[string]any{"failure": known}}
	d.parts = append(d.parts, source)
	for i := range 5000 {
		d.parts = append(d.parts, part{label: "a" + strconv.Itoa(i), raw: []byte{1}})
	}
	store := storeOf(d.box(t))
	strangers.Bounded(t, len(store)/100, func() { check(t, store, nil) })

	_, err := c2pa.Check(storeOf(superbox("c2ma", strings.Repeat("x", 1000))), nil, c2pa.Options{})
	require.ErrorIs(t, err, c2pa.ErrNotAStore)
}

// Dates and names in forms of their own make no action unreadable, and templates fill in what actions leave open.
func TestActionsAreReadAsTheyAreWritten(t *testing.T) {
	d := newDraft(newIdentity(t, newKey(t), nil), first)
	d.parts[0].value = map[string]any{
		"actions": []any{
			map[string]any{"action": "c2pa.created", "when": cbor.Tag{Number: 0, Content: "2024-03-09T20:04Z"}, "softwareAgentIndex": 1},
			map[string]any{"action": "c2pa.edited", "when": cbor.Tag{Number: 0, Content: "2024-03-09T20:04:00Z"}, "softwareAgent": "Pen"},
		},
		"softwareAgents": []any{map[string]any{"name": "A"}, map[string]any{"name": "B"}},
		"templates": []any{
			map[string]any{"action": "*", "digitalSourceType": captured, "softwareAgent": map[string]any{"name": "C"}},
			map[string]any{"action": "c2pa.edited", "description": "drawn over"},
		},
	}
	r := check(t, storeOf(d.box(t)), nil)
	require.Equal(t, c2pa.Valid, r.State, "%+v", r.Failures())
	m, _ := r.Manifest(first)
	require.Equal(t, []c2pa.Action{
		{Action: "c2pa.created", SourceType: captured, Agent: "B"},
		{Action: "c2pa.edited", When: "2024-03-09T20:04:00Z", SourceType: captured, Agent: "Pen", Description: "drawn over"},
	}, m.Actions)
}
