package rightsoracle_test

import (
	"slices"
	"time"

	. "github.com/stemma-chain/stemma/testutil/rightsoracle"
)

// ownTerms are LicenseRefs of worlds, each for something that terms can say.
var ownTerms = []Terms{
	{Name: "remix-10", Commercial: true, Credit: true, Making: Anything, Royalty: Absolute, Rate: 100_000},
	{Name: "relative-5", Commercial: true, Making: Anything, Royalty: Relative, Rate: 50_000},
	{Name: "open", Commercial: true, Making: Anything},
	{Name: "noncommercial", Credit: true, Making: Anything},
	{Name: "nothing-made", Commercial: true},
	{Name: "paid", Commercial: true, Making: Anything, Fee: 5, Transferable: true},
	{Name: "paid-for-3", Commercial: true, Making: Anything, Fee: 5, PerGrant: 3, Transferable: true},
	{Name: "two-grants", Commercial: true, Making: Anything, MaxGrants: 2, Transferable: true},
	{Name: "one-hour", Commercial: true, Making: Anything, Duration: time.Hour, Transferable: true},
	{Name: "three-hours-NC", Making: Anything, Duration: 3 * time.Hour, Fee: 5},
	{Name: "ask", Commercial: true, Making: Anything, Approval: true, SecondApprover: "di"},
	{Name: "ask-NC", Credit: true, Making: Anything, Approval: true},
	{Name: "ask-direct", Commercial: true, Making: Anything, Approval: true, ApprovalDirect: true, Transferable: true},
	{Name: "in-DE", Commercial: true, Making: Anything, Territories: []string{"DE"}},
	{Name: "in-FR-print", Commercial: true, Making: Anything, Territories: []string{"FR"}, Media: []string{"print"}},
	{Name: "training-paid", Commercial: true, Making: Anything, Training: Paid, Fee: 5},
	{Name: "training-by-hour", Commercial: true, Making: Anything, Training: Paid, Fee: 5, Duration: time.Hour, PerGrant: 2},
	{Name: "each-input-paid", Commercial: true, Making: Anything, Input: Paid, Search: Paid, UsePrice: 3},
	{Name: "input-by-grant", Commercial: true, Making: Anything, Input: Paid, Search: Paid, Fee: 4, PerGrant: 2},
	{Name: "no-machines", Commercial: true, Credit: true, Making: Anything, Training: Denied, Input: Denied, Search: Denied},
	{Name: "training-only", Commercial: true, Training: Allowed, Uses: []Action{Train}},
	{Name: "input-only", Commercial: true, Input: Allowed, Uses: []Action{Copy, Input}},
	{Name: "machines-only", Commercial: true, Training: Allowed, Input: Allowed},
	{Name: "no-stage", Commercial: true, Making: Anything, Uses: []Action{Copy, Distribute, Adapt, Input}},
	{Name: "alike", Commercial: true, Credit: true, Making: ShareAlike},
	{Name: "alike-NC", Making: ShareAlike, Training: Denied},
	{Name: "exclusive", Commercial: true, Making: Anything, Fee: 5, Duration: 2 * time.Hour, Exclusivity: Exclusive, Transferable: true},
	{Name: "sole-in-DE", Commercial: true, Making: Anything, Duration: time.Hour, Exclusivity: Sole, Territories: []string{"DE"}, PerGrant: 2},
}

// clashing are terms of which two seldom go together.
var clashing = []string{
	"CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", "GPL-3.0-only", "alike", "CC-BY-NC-4.0", "in-DE", "in-FR-print", "no-machines", "remix-10",
}

// asking are terms by which a source asks something of whoever makes more of a remix, or
// forbids it.
var asking = []string{"training-paid", "training-by-hour", "input-by-grant", "ask", "machines-only"}

// drawTerms draws the terms of one world: any or, in one of four worlds, such as clash. Half
// of the others have what it takes to be asked at a source.
func drawTerms(c chance) []Terms {
	all := append(KnownLicences(), ownTerms...)
	var list []Terms
	if once(c, 4) {
		all = slices.DeleteFunc(all, func(t Terms) bool { return !slices.Contains(clashing, t.Name) })
	} else if once(c, 2) {
		both := []string{"open", oneOf(c, asking)}
		is := func(t Terms) bool { return slices.Contains(both, t.Name) }
		list = slices.DeleteFunc(slices.Clone(all), func(t Terms) bool { return !is(t) })
		all = slices.DeleteFunc(all, is)
	}
	for range min(6+c.IntN(5), len(all)) {
		at := c.IntN(len(all))
		list, all = append(list, all[at]), slices.Delete(all, at, at+1)
	}
	return list
}
