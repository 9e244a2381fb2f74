package jose

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	dcrec "github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
)

// Algorithms: ES384 signs tokens, ES256K is what keys of accounts sign, EdDSA what keys of agents sign HTTP messages with.
const (
	ES384  = "ES384"
	ES256K = "ES256K"
	EdDSA  = "EdDSA"
)

const (
	kindEC  = "EC"
	kindOKP = "OKP"

	curveP384      = "P-384"
	curveSecp256k1 = "secp256k1"
	curveEd25519   = "Ed25519"
)

// JWK is a key. Only keys that are read here have D.
type JWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y,omitempty"`
	D   string `json:"d,omitempty"`
	Kid string `json:"kid,omitempty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
}

// Set is a set of keys (RFC 7517 section 5).
type Set struct {
	Keys []JWK `json:"keys"`
}

// Thumbprint of a key (RFC 7638 section 3.2, RFC 8037 appendix A.3): SHA-256, in base64url.
func (k JWK) Thumbprint() string {
	members := map[string]string{"crv": k.Crv, "kty": k.Kty, "x": k.X} // written in order of names, without spaces
	if k.Kty == kindEC {
		members["y"] = k.Y
	}
	raw, err := json.Marshal(members)
	if err != nil {
		panic(err) // of strings, none fails
	}
	sum := sha256.Sum256(raw)
	return encoding.EncodeToString(sum[:])
}

// ErrKey is matched by the error of a key that is not of the kind that is needed.
var ErrKey = errors.New("the key is of another kind, or none")

// Ed25519 reads a public key of that curve. It fails with ErrKey.
func (k JWK) Ed25519() (ed25519.PublicKey, error) {
	x, err := encoding.DecodeString(k.X)
	if err != nil || k.Kty != kindOKP || k.Crv != curveEd25519 || len(x) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%w: it is no Ed25519 key", ErrKey)
	}
	return x, nil
}

// NewEd25519 writes a public key.
func NewEd25519(key ed25519.PublicKey) JWK {
	return JWK{Kty: kindOKP, Crv: curveEd25519, X: encoding.EncodeToString(key)}
}

// Account reads the key of an account: a point of secp256k1. It fails with ErrKey.
func (k JWK) Account() (*secp256k1.PubKey, error) {
	x, xErr := encoding.DecodeString(k.X)
	y, yErr := encoding.DecodeString(k.Y)
	if xErr != nil || yErr != nil || k.Kty != kindEC || k.Crv != curveSecp256k1 || len(x) != 32 || len(y) != 32 {
		return nil, fmt.Errorf("%w: it is no secp256k1 key", ErrKey)
	}
	point, err := dcrec.ParsePubKey(append(append([]byte{dcrec.PubKeyFormatUncompressed}, x...), y...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return &secp256k1.PubKey{Key: point.SerializeCompressed()}, nil
}

// NewAccount writes the key of an account. It fails with ErrKey.
func NewAccount(compressed []byte) (JWK, error) {
	point, err := dcrec.ParsePubKey(compressed)
	if err != nil {
		return JWK{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	raw := point.SerializeUncompressed()
	return JWK{Kty: kindEC, Crv: curveSecp256k1, X: encoding.EncodeToString(raw[1:33]), Y: encoding.EncodeToString(raw[33:])}, nil
}

// VerifyAccount says whether an account's key signed (ES256K, RFC 8812). Of the two signatures that
// are as good, libraries for JOSE write either, and those for chains the lower one.
func VerifyAccount(key *secp256k1.PubKey, signed, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	order := dcrec.Params().N
	s := new(big.Int).SetBytes(signature[32:])
	if s.Cmp(order) >= 0 {
		return false
	}
	if s.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		signature = append([]byte{}, signature...)
		s.Sub(order, s).FillBytes(signature[32:])
	}
	return key.VerifySignature(signed, signature)
}

// TokenKey signs tokens (ES384). It is of a curve that accounts of the chain can't be of: no money can ever depend on it.
type TokenKey struct{ key *ecdsa.PrivateKey }

// NewTokenKey makes a key.
func NewTokenKey() (TokenKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	return TokenKey{key}, err
}

// scalar is how long coordinates and secrets of P-384 are, in bytes.
const scalar = 48

// ReadTokenKey reads a key with its secret. It fails with ErrKey.
func ReadTokenKey(raw []byte) (TokenKey, error) {
	var k JWK
	if err := Unmarshal(raw, &k); err != nil {
		return TokenKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	d, err := encoding.DecodeString(k.D)
	if err != nil || k.Kty != kindEC || k.Crv != curveP384 || len(d) != scalar {
		return TokenKey{}, fmt.Errorf("%w: it is no P-384 key with its secret", ErrKey)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), d)
	if err != nil {
		return TokenKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	read := TokenKey{key}
	if public := read.Public(); public.X != k.X || public.Y != k.Y {
		return TokenKey{}, fmt.Errorf("%w: its public part belongs to another secret", ErrKey)
	}
	return read, nil
}

// Public is the key for those who verify, with its thumbprint as kid.
func (k TokenKey) Public() JWK {
	point, err := k.key.PublicKey.Bytes()
	if err != nil {
		panic(err) // of a key that was made or read, none fails
	}
	public := JWK{
		Kty: kindEC, Crv: curveP384, X: encoding.EncodeToString(point[1 : 1+scalar]), Y: encoding.EncodeToString(point[1+scalar:]),
		Use: "sig", Alg: ES384,
	}
	public.Kid = public.Thumbprint()
	return public
}

// Secret is the key as it is kept.
func (k TokenKey) Secret() ([]byte, error) {
	d, err := k.key.Bytes()
	if err != nil {
		return nil, err
	}
	secret := k.Public()
	secret.D = encoding.EncodeToString(d)
	return json.Marshal(secret)
}

// Sign writes a token.
func (k TokenKey) Sign(typ string, payload any) (string, error) {
	return WriteCompact(Header{Alg: ES384, Typ: typ, Kid: k.Public().Kid}, payload, func(signed []byte) ([]byte, error) {
		sum := sha512.Sum384(signed)
		r, s, err := ecdsa.Sign(rand.Reader, k.key, sum[:])
		if err != nil {
			return nil, err
		}
		return append(r.FillBytes(make([]byte, scalar)), s.FillBytes(make([]byte, scalar))...), nil
	})
}

// ErrSignature is matched by the error of a token that the key did not sign.
var ErrSignature = errors.New("the signature is not that of the key")

// Verify reads a token of the key and of a type into a value. It fails with ErrMalformed or ErrSignature.
func (k TokenKey) Verify(token, typ string, into any) error {
	c, err := ReadCompact(token, ES384)
	if err != nil {
		return err
	}
	if c.Header.Typ != typ || c.Header.Kid != k.Public().Kid || len(c.Signature) != 2*scalar {
		return ErrSignature
	}
	sum := sha512.Sum384(c.Signed)
	r, s := new(big.Int).SetBytes(c.Signature[:scalar]), new(big.Int).SetBytes(c.Signature[scalar:])
	if !ecdsa.Verify(&k.key.PublicKey, sum[:], r, s) {
		return ErrSignature
	}
	if err := Unmarshal(c.Payload, into); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}
