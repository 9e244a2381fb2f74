package rights

import (
	"slices"
	"strconv"
	"strings"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// duty is the code of an obligation, as reports have it.
func duty(o licensetypes.Obligation) string {
	return strings.ToLower(strings.TrimPrefix(o.Kind.String(), "OBLIGATION_"))
}

// DutyCodes lists the codes of an answer's obligations, each once, in order of name.
func DutyCodes(rights licensetypes.Rights) []string {
	codes := make([]string, len(rights.Obligations))
	for i, o := range rights.Obligations {
		codes[i] = duty(o)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// duties are an answer's obligations for a cell: the code, the work, and what counts beside:
// the terms of a share-alike, the rate of a royalty in ppm, the price of a use, the grant that a
// use is counted at and how many it has left, the withdrawals that bind and the digest of their list.
func duties(rights licensetypes.Rights) []string {
	cells := make([]string, len(rights.Obligations))
	for i, o := range rights.Obligations {
		parts := []string{duty(o)}
		if !o.Work.IsZero() {
			parts = append(parts, o.Work.String())
		}
		switch o.Kind {
		case licensetypes.OBLIGATION_SHARE_ALIKE:
			var terms []string
			for _, id := range append([]licensetypes.TermsID{o.Terms}, o.OrTerms...) {
				terms = append(terms, id.String())
			}
			parts = append(parts, strings.Join(terms, "|"))
		case licensetypes.OBLIGATION_ROYALTY:
			parts = append(parts, strconv.Itoa(int(o.RoyaltyRate)))
		case licensetypes.OBLIGATION_PAY_PER_USE:
			parts = append(parts, strings.ReplaceAll(o.Price.String(), ",", "|"))
		case licensetypes.OBLIGATION_LEAVE_OUT:
			parts = append(parts, strconv.FormatUint(o.Withdrawals, 10), o.WithdrawalsSha256.String())
		case licensetypes.OBLIGATION_COUNT_USE:
			parts = append(parts, o.Grant.String(), strconv.FormatUint(o.UsesLeft, 10))
		}
		cells[i] = strings.Join(parts, ":")
	}
	return cells
}
