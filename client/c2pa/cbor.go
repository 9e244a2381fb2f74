package c2pa

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
)

// decoding reads the CBOR of claims and assertions. A key twice is refused, since readers differ on which of the two counts; lengths are
// believed only as far as the input goes.
var decoding = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 32, MaxArrayElements: 1 << 16, MaxMapPairs: 1 << 16,
		DefaultMapType: reflect.TypeFor[map[string]any](), FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// encoding writes what a signature covers.
var encoding = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// content is what an assertion's box holds.
type content struct {
	kind      jumbf.Kind // cbor, json, or bidb for a file; empty where there is nothing to read
	mediaType string
	data      []byte
}

func contentOf(b jumbf.Box) content {
	if data, found := b.First(jumbf.CBOR); found {
		return content{jumbf.CBOR, "application/cbor", data}
	}
	if data, found := b.First(jumbf.JSON); found {
		return content{jumbf.JSON, "application/json", data}
	}
	if mediaType, _, data, err := b.File(); err == nil {
		return content{jumbf.FileContent, mediaType, data}
	}
	return content{}
}

// check says whether the content is well formed at all.
func (c content) check() (Code, error) {
	switch c.kind {
	case jumbf.CBOR:
		if err := decoding.Wellformed(c.data); err != nil {
			return AssertionCBOR, err
		}
	case jumbf.JSON:
		if !json.Valid(c.data) {
			return AssertionJSON, fmt.Errorf("it is no JSON")
		}
	}
	return "", nil
}

// decode reads the content into a struct with json tags, by which CBOR is read too.
func (c content) decode(v any) error {
	switch c.kind {
	case jumbf.CBOR:
		return decoding.Unmarshal(c.data, v)
	case jumbf.JSON:
		return json.Unmarshal(c.data, v)
	}
	return fmt.Errorf("it holds neither CBOR nor JSON")
}

// blank says whether a box holds nothing but zeros after its description: what redaction leaves of it (clause 6.8).
func blank(b jumbf.Box) bool {
	for _, one := range b.Boxes {
		data := one.Content
		if one.Kind == jumbf.UUID && len(data) >= 16 {
			data = data[16:]
		}
		for _, c := range data {
			if c != 0 {
				return false
			}
		}
	}
	return true
}

// text is a string, or anything else that some writers put in its place: of a map its name, of a date its form by RFC 3339.
type text string

func (t *text) UnmarshalCBOR(raw []byte) error {
	var v any
	if err := decoding.Unmarshal(raw, &v); err != nil {
		return err
	}
	*t = textOf(v)
	return nil
}

func (t *text) UnmarshalJSON(raw []byte) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	*t = textOf(v)
	return nil
}

func textOf(v any) text {
	switch v := v.(type) {
	case string:
		return text(v)
	case time.Time:
		return text(v.UTC().Format(time.RFC3339Nano))
	case map[string]any:
		name, _ := v["name"].(string)
		return text(name)
	case cbor.Tag:
		return textOf(v.Content)
	}
	return ""
}
