package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// ours is what a release is offered under.
const ours = "Apache-2.0"

// uses are what a release does with what it is built from, all of them commercially.
var uses = []rules.Use{
	{Action: rules.Copy, Commercial: true},
	{Action: rules.Adapt, Commercial: true},
	{Action: rules.Distribute, Commercial: true},
}

// answer is what the rules say to a release's use of all that is under one licence.
type answer struct {
	licence string
	// parts are the dependencies, or parts of them.
	parts   []string
	verdict string
	// owed are the duties that the rules name, and duty what the text asks for.
	owed []string
	duty string
}

// decide asks whether everything may be used as a release does, each part by itself and all of them together. It fails with
// all that stands against it.
func decide(list []dependency) ([]answer, error) {
	parts := map[string][]string{}
	var faults []error
	for _, d := range list {
		names, err := d.licencesOf()
		if err != nil {
			faults = append(faults, err)
		}
		for _, name := range names {
			parts[name] = append(parts[name], d.name)
		}
	}
	var answers []answer
	var groups []rules.Group
	for _, name := range sorted(parts) {
		terms, err := termsOf(name)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s, of %s: %w", name, strings.Join(parts[name], ", "), err))
			continue
		}
		a := answer{licence: name, parts: parts[name], verdict: "allowed", duty: duties[name]}
		if a.duty == "" {
			faults = append(faults, fmt.Errorf("%s, of %s: nobody has read what its text asks of a binary", name, strings.Join(parts[name], ", ")))
		}
		var refused error
		if a.owed, refused = ask(name, terms); refused != nil {
			faults = append(faults, fmt.Errorf("%s: %w", strings.Join(parts[name], ", "), refused))
		}
		answers = append(answers, a)
		for _, part := range parts[name] {
			groups = append(groups, rules.Demands(part, name, terms.Rules(), rules.Part))
		}
	}
	return answers, errors.Join(append(faults, together(groups))...)
}

// ask puts each use to a work that everybody is offered under terms, as the chain does, and returns the duties.
func ask(name string, terms licensetypes.Terms) (owed []string, err error) {
	work := rules.Work{Alternatives: []rules.Alternative{{ID: name, Terms: terms.Rules()}}}
	for _, use := range uses {
		d := rules.Decide(work, use, time.Time{})
		if d.Verdict != rules.Allowed {
			for _, r := range d.Reasons {
				err = errors.Join(err, fmt.Errorf("%s: %s", name, words.Reason(string(r.Code))))
			}
			return nil, err
		}
		for _, o := range d.Obligations {
			owed = append(owed, strings.ToLower(strings.TrimPrefix(licensetypes.ObligationKind(o.Duty).String(), "OBLIGATION_")))
		}
	}
	slices.Sort(owed)
	return slices.Compact(owed), nil
}

// together asks whether what holds all these parts may be offered under our licence.
func together(groups []rules.Group) error {
	demands, conflicts := rules.Combine(groups...)
	var faults []error
	for _, c := range conflicts {
		faults = append(faults, fmt.Errorf("%s (%s) does not go with %s (%s): %s", c.A.Source, c.A.TermsID, c.B.Source, c.B.TermsID,
			words.Reason(string(c.Code))))
	}
	own, err := licences.Named(ours)
	if err != nil {
		return err
	}
	for _, r := range rules.OfferAllowed(demands, false, own.Rules(), "").Refusals {
		faults = append(faults, fmt.Errorf("%s (%s) keeps the release from being under %s: %s", r.Source, r.Terms, ours, words.Reason(string(r.Code))))
	}
	return errors.Join(faults...)
}
