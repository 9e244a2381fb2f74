package jose

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// MaxCompact is the longest compact signature that is read, in bytes.
const MaxCompact = 8 << 10

// Header is what is read of a protected header. Anything else that it says is not followed; critical extensions are refused.
type Header struct {
	Alg string `json:"alg"`
	Typ string `json:"typ,omitempty"`
	Kid string `json:"kid,omitempty"`
	JWK *JWK   `json:"jwk,omitempty"`
}

// Compact is a compact signature, taken apart and not verified.
type Compact struct {
	Header  Header
	Payload []byte
	// Signed are the bytes that the signature is over.
	Signed    []byte
	Signature []byte
}

// encoding has no padding and no bits that mean nothing, so a value is written in one way.
var encoding = base64.RawURLEncoding.Strict()

// ErrMalformed is matched by the error of what is no compact signature.
var ErrMalformed = errors.New("it is no signed token")

// ReadCompact takes a compact signature apart whose algorithm is alg. It fails with ErrMalformed, for any other algorithm too.
func ReadCompact(text, alg string) (Compact, error) {
	bad := func(err error) (Compact, error) { return Compact{}, fmt.Errorf("%w: %w", ErrMalformed, err) }
	if len(text) > MaxCompact {
		return bad(fmt.Errorf("it has %d bytes, at most %d are read", len(text), MaxCompact))
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return bad(errors.New("it has not three parts"))
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = encoding.DecodeString(part); err != nil {
			return bad(err)
		}
	}
	var header struct {
		Header
		Crit json.RawMessage `json:"crit"`
	}
	if err := Unmarshal(raw[0], &header); err != nil {
		return bad(err)
	}
	switch {
	case header.Alg != alg:
		return bad(fmt.Errorf("the algorithm is %s, not %q", alg, header.Alg))
	case header.Crit != nil:
		return bad(errors.New("critical extensions are not known"))
	}
	return Compact{
		Header: header.Header, Payload: raw[1], Signed: []byte(parts[0] + "." + parts[1]), Signature: raw[2],
	}, nil
}

// WriteCompact signs a payload.
func WriteCompact(header Header, payload any, sign func(signed []byte) ([]byte, error)) (string, error) {
	head, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return "", err
	}
	signed := encoding.EncodeToString(head) + "." + encoding.EncodeToString(body)
	signature, err := sign([]byte(signed))
	if err != nil {
		return "", err
	}
	return signed + "." + encoding.EncodeToString(signature), nil
}
