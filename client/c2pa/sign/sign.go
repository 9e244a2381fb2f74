// Package sign writes Content Credentials: a C2PA manifest with a claim of version 2
// (C2PA 2.2), as a sidecar of any file or embedded into a JPEG or PNG.
package sign

import (
	"errors"
	"io"
	"time"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// What writing may fail with, beside the errors of package asset.
var (
	// ErrInput is the error of an input against C2PA's rules; its text says which.
	ErrInput = errors.New("invalid content credentials")
	// ErrKey is the error of a key that C2PA has no algorithm for, or that is not the certificate's.
	ErrKey = errors.New("unusable key")
	// ErrCertificate is the error of a certificate chain that validators refuse.
	ErrCertificate = errors.New("unusable certificate")
	// ErrConflict is the error of ingredients whose stores hold different manifests under one label.
	ErrConflict = errors.New("conflicting manifests")
)

// Input is what a manifest says.
type Input struct {
	// Title is the name of the content, such as its file name; it may be empty.
	Title string
	// Generator is the program that writes.
	Generator Generator
	// Actions are what was done. The first is created, or opened where the content comes from a parent; where neither is among them,
	// opened is put first for the parent.
	Actions []Action
	// Ingredients are what the content was made from. A store that the file has already makes it its own first ingredient, as parent.
	Ingredients []Ingredient
	// OwnResults are what checking the store that the file has already found; needed where it has one.
	OwnResults []Result
	// Mining is what is said of training and data mining (cawg.training-mining).
	Mining []Mining
	// SoftBindings are fingerprints by which the content is found again.
	SoftBindings []SoftBinding
	// Work names the content's work on a chain; it may be nil.
	Work *Work
	// ID makes the manifest's label, as a UUID; random where it is zero.
	ID [16]byte
	// Random is where random bytes come from: for the id, and for signatures with RSA. nil means the system's. Keys of Go's own types
	// for the other algorithms need none: the same input gives the same bytes.
	Random io.Reader
}

// Generator is a program, in the form of a claim's claim_generator_info.
type Generator struct {
	Name    string `cbor:"name"`
	Version string `cbor:"version,omitempty"`
}

// Action is one thing that was done.
type Action struct {
	// Action is such as c2pa.created, c2pa.opened, c2pa.edited or c2pa.placed.
	Action string
	// When it was done; left out where zero.
	When time.Time
	// SourceType is IPTC's digital source type, a URI, or the last part of one, such as trainedAlgorithmicMedia. c2pa.created needs one.
	SourceType  string
	Description string
	// Agent is the program that did it; nil leaves it out.
	Agent *Generator
	// Ingredients are those that it was done with, by their index in Input.Ingredients. For opened, empty means the parent.
	Ingredients []int
}

// The relationships of ingredients.
const (
	ParentOf    = "parentOf"
	ComponentOf = "componentOf"
	InputTo     = "inputTo"
)

// Ingredient is one thing that the content was made from.
type Ingredient struct {
	Title        string
	Format       string // media type
	Relationship string // parentOf, componentOf or inputTo
	InstanceID   string // may be empty
	Description  string
	URI          string // a page about it; may be empty
	// Store is the ingredient's own manifest store, of which all is carried along; empty where it has none.
	Store []byte
	// Results are what checking that store with the ingredient's file found. They are needed with a store.
	Results []Result
}

// Kind is the kind of a Result.
type Kind string

// The kinds, as validation results have them.
const (
	Success       Kind = "success"
	Informational Kind = "informational"
	Failure       Kind = "failure"
)

// Result is one finding of a validator about an ingredient's active manifest.
type Result struct {
	Kind        Kind
	Code        string // such as claimSignature.validated
	URL         string // of the box that it is about, such as self#jumbf=/c2pa/LABEL/c2pa.signature
	Explanation string
}

// Mining says whether a use is allowed.
type Mining struct {
	// Name is the use: cawg.ai_training, cawg.ai_generative_training, cawg.ai_inference or cawg.data_mining.
	Name string
	// Use is allowed, notAllowed or constrained.
	Use string
	// Constraint says under which condition; only with constrained.
	Constraint string
}

// SoftBinding is a fingerprint of the whole content: an algorithm of C2PA's list, such as io.iscc.v0, and the value as
// that has it; for ISCC, the code's text.
type SoftBinding struct {
	Algorithm string
	Value     []byte
}

// Work names a work on a chain, in the assertion org.stemma.work.
type Work struct {
	// Chain is the chain's id by CAIP-2, such as cosmos:stemma-1.
	Chain string `cbor:"chain"`
	// ID is the work's.
	ID string `cbor:"work"`
	// Height is the block by which the rest holds; 0 leaves it out.
	Height int64 `cbor:"height,omitempty"`
	// CertificateHash is the SHA-256 of the work's certificate, CertificateURI where it is found; either may be empty.
	CertificateHash []byte `cbor:"certificateHash,omitempty"`
	CertificateURI  string `cbor:"certificateURI,omitempty"`
}

// WorkLabel is the label of the assertion that names a work.
const WorkLabel = "org.stemma.work"

// Written is a manifest that was written.
type Written struct {
	// Label is the manifest's, such as urn:c2pa:UUID.
	Label string
	// Store is the whole manifest store.
	Store []byte
}

// Sidecar makes a manifest store for a file of any format, to lie beside it. It is bound to all bytes of the file, those of a store
// in it included.
func Sidecar(f *asset.File, in Input, s *Signer) (Written, error) {
	hash, err := f.HashData(hashAlgorithm, nil)
	if err != nil {
		return Written{}, err
	}
	b, err := newBuilder(f, in, s)
	if err != nil {
		return Written{}, err
	}
	b.binding = dataHash{Alg: hashAlgorithm, Hash: hash, Name: "all bytes of the file", Pad: []byte{}}
	return b.write()
}

// Embed writes a JPEG or PNG with a manifest in it. What the file holds of earlier manifests is kept, as its parent's. It
// fails with asset.ErrUnsupported for other formats.
func Embed(out io.Writer, f *asset.File, in Input, s *Signer) (Written, error) {
	if _, err := f.Place(0); err != nil {
		return Written{}, err
	}
	hash, err := f.Stripped(hashAlgorithm)
	if err != nil {
		return Written{}, err
	}
	b, err := newBuilder(f, in, s)
	if err != nil {
		return Written{}, err
	}
	// The store's own length is in it, as what the hash leaves out. CBOR writes a longer number in more bytes, never in fewer, so
	// that making it again with the length that it had comes to an end: after three times, mostly.
	b.binding = dataHash{Alg: hashAlgorithm, Hash: hash, Name: "all bytes but the manifest's", Pad: []byte{}}
	for size := int64(0); ; {
		place, err := f.Place(size)
		if err != nil {
			return Written{}, err
		}
		b.binding.Exclusions = []asset.Range{place}
		w, err := b.write()
		if err != nil {
			return Written{}, err
		}
		if int64(len(w.Store)) == size {
			return w, f.Embed(out, w.Store)
		}
		size = int64(len(w.Store))
	}
}
