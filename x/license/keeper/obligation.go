package keeper

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// obligation puts in full what comes with a use of a work under terms relied on.
func (q *inquiry) obligation(
	id registrytypes.WorkID, work registrytypes.Work, relied types.TermsID, o rules.Obligation,
) (types.Obligation, error) {
	owed := types.Obligation{Kind: types.ObligationKind(o.Duty), Work: id, Terms: relied}
	if o.Source != "" {
		var err error
		if owed.Work, owed.Terms, err = readAncestor(o.Source, o.TermsID); err != nil {
			return owed, err
		}
		if work, err = q.k.registry.GetWork(q.ctx, owed.Work); err != nil {
			return owed, err
		}
	}
	t, err := q.termsOf(owed.Terms)
	if err != nil {
		return owed, err
	}
	switch o.Duty {
	case rules.Credit:
		owed.Text, err = credit(owed.Work, work, t)
	case rules.OweRoyalty:
		owed.RoyaltyPolicy, owed.RoyaltyRate = t.stored.RoyaltyPolicy, t.stored.RoyaltyRate
	case rules.PayPerUse:
		owed.Price = slices.Clone(t.stored.UsePrice)
	}
	return owed, err
}

// credit is a credit line: title, author, source and licence, as Creative
// Commons recommends ("TASL", wiki.creativecommons.org/wiki/Recommended_practices_for_attribution).
func credit(id registrytypes.WorkID, work registrytypes.Work, t readTerms) (string, error) {
	revision, err := work.Revision()
	if err != nil {
		return "", err
	}
	details := revision.Details
	var line strings.Builder
	switch {
	case revision.Blanked():
		line.WriteString("Title and names blanked")
	case details.Title != "":
		fmt.Fprintf(&line, "%q", details.Title)
	default:
		line.WriteString("Untitled")
	}
	var names []string
	for _, c := range details.Creators {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		line.WriteString(" by " + strings.Join(names, ", "))
	}
	fmt.Fprintf(&line, " (%s), %s", id, t.stored.Spdx)
	if t.stored.Uri != "" {
		line.WriteString(", " + t.stored.Uri)
	}
	return line.String(), nil
}
