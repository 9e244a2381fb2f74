// Package publish writes what the chain says about works in the formats that
// crawlers and AI pipelines read: RSL, robots.txt, IETF AI preferences, TDMRep
// and schema.org. It is pure: the chain's answers go in, text comes out.
//
// It states a permission only where the chain's decision gives it to anybody,
// everywhere, and for as long as the file is valid. What a format cannot say
// is left out, and a use that nothing permits is reserved. docs/rights-formats.md
// has the mapping of each field and the version of each format.
package publish

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Formats of rights files.
const (
	RSL          = "rsl"
	Robots       = "robots"
	AIPref       = "aipref"
	TDMRep       = "tdmrep"
	SchemaJSONLD = "schema-jsonld"
)

// Formats lists the names of all formats.
func Formats() []string { return []string{RSL, Robots, AIPref, TDMRep, SchemaJSONLD} }

// ErrNeedsSite says that a format is about one site, which has to be named.
var ErrNeedsSite = errors.New("a site is needed")

// Work is a work with the chain's answers about it.
type Work struct {
	Claim registrytypes.Claim
	// Places are where the work is, as Site.Places gives them.
	Places []Place
	// Offers are the alternatives it is offered under, Published ones only.
	Offers []Offer
	// Constraints are what its sources demand.
	Constraints []licensetypes.InForce
	// Sources are the ids of the works it was made from.
	Sources []registrytypes.WorkID
	// Until is the end of the file's validity.
	Until time.Time
}

// Offer is one alternative, with the answer to each of Questions.
type Offer struct {
	Open    licensetypes.OpenOffer
	Answers []licensetypes.Rights
}

// Source says where and when the answers come from, and until when the files
// may say so.
type Source struct {
	ChainID string
	Height  int64
	Time    time.Time
	// ValidUntil is whole days after Time. Permissions that end before are not
	// stated.
	ValidUntil time.Time
}

// days is the time the file is valid for, at least one day.
func (s Source) days() int { return max(1, int(s.ValidUntil.Sub(s.Time)/(24*time.Hour))) }

// Writer writes one file, work by work. Close completes it; nothing of the works
// is kept in memory but what Close needs.
type Writer interface {
	Add(w Work) error
	Close() error
}

// New starts a file in a format. The works of robots, aipref and tdmrep files
// are those on one site: they fail with ErrNeedsSite without it.
func New(format string, out io.Writer, site Site, source Source) (Writer, error) {
	if site.Origin == "" && (format == Robots || format == AIPref || format == TDMRep) {
		return nil, fmt.Errorf("%w: a %s file is about one site: name it, such as https://example.org", ErrNeedsSite, format)
	}
	switch format {
	case RSL:
		return newRSL(out, site, source)
	case Robots, AIPref:
		return newRobots(out, site, source, format == Robots)
	case TDMRep:
		return newTDMRep(out, site)
	case SchemaJSONLD:
		return newJSONLD(out, site, source)
	}
	return nil, fmt.Errorf("%q is no format of rights: use one of %s", format, strings.Join(Formats(), ", "))
}

// Published says whether an offer is made to everybody for all the time that
// the file is valid, or was once and can't be taken back. Other offers are nobody's
// business but their licensees'.
func Published(o licensetypes.OpenOffer, validUntil time.Time) bool {
	return o.Offer.IrrevocableSince != nil || !o.Offer.Paused && len(o.Offer.Licensees) == 0 && !o.Offer.Expired(validUntil)
}

// usage is a kind of use by machines that the formats have words for.
type usage uint8

const (
	training usage = iota
	input
	search
	usages = 3
)

// actions are the uses in the order of usages.
var actions = [usages]licensetypes.Action{
	training: licensetypes.ACTION_TRAIN_AI, input: licensetypes.ACTION_AI_INPUT, search: licensetypes.ACTION_SEARCH,
}

func (u usage) action() licensetypes.Action { return actions[u] }

// Questions are what the chain is asked about each published offer, in the order
// of the answers: AI training, AI input and search, each commercial and not. The
// use is anywhere that the terms cover, in every medium, until the end of the
// file's validity.
func Questions(t licensetypes.Terms, validUntil time.Time) []licensetypes.Use {
	var uses []licensetypes.Use
	for _, action := range actions {
		for _, commercial := range []bool{true, false} {
			uses = append(uses, licensetypes.Use{
				Action: action, Commercial: commercial, Territories: slices.Clone(t.Territories), Until: &validUntil,
			})
		}
	}
	return uses
}

// answer is the chain's answer to one question; false if it was not asked.
func (o Offer) answer(u usage, commercial bool) (licensetypes.Rights, bool) {
	at := 2 * int(u)
	if !commercial {
		at++
	}
	if at >= len(o.Answers) {
		return licensetypes.Rights{}, false
	}
	return o.Answers[at], true
}
