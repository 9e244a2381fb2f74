// Package c2pa reads Content Credentials (C2PA 2.2) and checks them: who says how a file came to be, and whether that still holds. It reads
// claims of versions 1 and 2; package asset finds them in files, package jumbf reads the boxes that they are made of.
//
// Clauses in comments are those of the C2PA specification 2.2. Where it leaves a choice, or where files of earlier versions break it and
// are called valid all the same, checking follows the library of the specification's makers, @contentauth/c2pa-node 0.9.8.
//
// What isn't checked: identity assertions (CAWG), the fields that c2pa.metadata may have, and whether the algorithm of a soft binding is
// on the list of them. What isn't read, so that it makes a file invalid: compressed manifests, hashes of collections; and of an asset in
// parts (c2pa.hash.multi-asset) the whole is compared alone. Nothing is ever fetched: no manifest, no assertion elsewhere, no answer on
// revocation.
package c2pa

import (
	"fmt"
	"slices"
	"time"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// File is what checking needs of the file that a store belongs to: an *asset.File is one.
type File interface {
	// StoreRanges is where the store lies, headers of its container included; empty for a store that lies beside the file.
	StoreRanges() []asset.Range
	// MetadataRanges is where the file holds metadata, which a hash may leave out; ascending.
	MetadataRanges() []asset.Range
	HashData(alg string, exclusions []asset.Range) ([]byte, error)
	HashBoxes(alg string, listed []asset.BoxHash) error
	HashBMFF(alg string, b asset.BMFFHash) error
}

// Options are how to check.
type Options struct {
	// Trust says whom to trust; nil means nobody, so that the state is Valid at best.
	Trust *Trust
	// Now is the time at which signatures without a time stamp must be valid; zero is the machine's.
	Now time.Time
}

// Check reads a manifest store and checks its active manifest, all that are ingredients of it, and that the file is the one that was
// signed. A file of nil leaves out the last, and the report says so. It fails with ErrNotAStore only: everything else is in the report.
func Check(raw []byte, file File, o Options) (Report, error) {
	s, err := readStore(raw)
	if err != nil {
		return Report{}, err
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	k := &check{store: s, file: file, options: o, hasher: hasher{}, visited: map[string]bool{}, known: map[knownStatus]bool{}}
	k.run()
	return k.report(), nil
}

// check is one run.
type check struct {
	store   *store
	file    File
	options Options
	hasher  hasher
	visited map[string]bool
	known   map[knownStatus]bool
	// stamps are time stamps that other manifests hold for one, by its label.
	stamps   map[string][][]byte
	statuses []Status
}

func (k *check) run() {
	active := k.store.active()
	for _, label := range k.store.twice {
		k.add(GeneralError, active, place{label, ""}, fmt.Sprintf("two manifests are called %q", label))
	}
	k.collect()
	k.manifest(active)
	k.ingredients(active, []string{active.Label})
	k.binding(active)
}

// collect gathers what manifests say of each other: redactions, time stamps, and what was known of ingredients when they were taken in.
func (k *check) collect() {
	k.stamps = map[string][][]byte{}
	reached := k.reachable()
	for _, m := range reached {
		for _, uri := range m.claim.redacted {
			p, err := resolve(uri, m.Label)
			target, found := k.store.byLabel[p.manifest]
			// The active manifest's assertions are for nobody to take out.
			if err == nil && found && p.assertion() != "" && target != m && target != k.store.active() {
				target.redacted[p.path] = true
			}
		}
		for _, ref := range m.parsed.ingredients {
			for _, one := range ref.known {
				k.known[one] = true
			}
		}
		k.collectStamps(m)
	}
	for _, m := range reached {
		for i, a := range m.Assertions {
			m.Assertions[i].Redacted = m.redacted[assertionsLabel+"/"+a.Label]
		}
	}
}

// reachable are the manifests that ingredients lead to, the active one first.
func (k *check) reachable() []*manifest {
	active := k.store.active()
	list, seen := []*manifest{active}, map[string]bool{active.Label: true}
	for i := 0; i < len(list); i++ {
		for _, one := range list[i].Ingredients {
			if m, found := k.store.byLabel[one.Manifest]; found && !seen[one.Manifest] {
				seen[one.Manifest] = true
				list = append(list, m)
			}
		}
	}
	return list
}

// add records a finding.
func (k *check) add(code Code, m *manifest, at place, reason string) {
	one := Status{Code: code, Kind: code.Kind(), Manifest: m.Label, URI: at.uri(), Reason: reason}
	one.Known = m != k.store.active() && k.known[knownStatus{code, one.URI}]
	k.statuses = append(k.statuses, one)
}

// assertion records a finding on one.
func (k *check) assertion(code Code, m *manifest, label, reason string) {
	k.add(code, m, place{m.Label, assertionsLabel + "/" + label}, reason)
}

func (k *check) report() Report {
	r := Report{Active: k.store.active().Label, Statuses: k.statuses}
	for _, m := range k.store.manifests {
		r.Manifests = append(r.Manifests, m.Manifest)
	}
	r.State = r.state()
	return r
}

// boundBy are the codes of which one must be there: without a word on the file nothing is valid.
var boundBy = []Code{DataHashMatch, BoxesHashMatch, BMFFHashMatch, NotChecked}

// tolerated are failures that make nothing invalid, but untrusted.
var tolerated = []Code{CredentialUntrusted}

func (r Report) state() State {
	failures := r.Failures()
	bound := slices.ContainsFunc(boundBy, func(code Code) bool { return r.Has(code, r.Active) })
	bad := slices.ContainsFunc(failures, func(s Status) bool { return !slices.Contains(tolerated, s.Code) })
	switch {
	case bad || !bound || !r.Has(SignatureValidated, r.Active) || !r.Has(SignatureInsideValidity, r.Active):
		return Invalid
	case len(failures) == 0 && r.Has(CredentialTrusted, r.Active):
		return Trusted
	}
	return Valid
}
