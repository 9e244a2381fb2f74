package acts

import (
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// paid is what a payment to a work names: the work is the payee.
func paid(work registrytypes.WorkID) agenttypes.Named {
	return agenttypes.Named{Payees: []string{work.String()}, Works: []registrytypes.WorkID{work}}
}

func under(work registrytypes.WorkID, terms licensetypes.TermsID) agenttypes.Named {
	return agenttypes.Named{Works: []registrytypes.WorkID{work}, Terms: []string{terms.String()}}
}

func joined(a, b agenttypes.Named) agenttypes.Named {
	a.Payees, a.Works = append(a.Payees, b.Payees...), append(a.Works, b.Works...)
	return a
}

// registered is what a registration makes.
func registered(m *registrytypes.MsgRegister) (n agenttypes.Named) {
	registrant, err := sdk.AccAddressFromBech32(m.Registrant)
	if err != nil {
		return n // the message fails
	}
	for _, entry := range m.Works {
		n.Made = append(n.Made, registrytypes.NewWorkID(registrant, entry.Sha256))
	}
	return n
}

// derived is what a derivation names: the work that changes, its sources, which are owed from then on,
// and the terms that it relies on. Which terms a grant is of, and of which works and terms others are used up beside, stands in
// the state.
func derived(m *lineagetypes.MsgDerive) agenttypes.Named {
	n := agenttypes.Named{Works: []registrytypes.WorkID{m.Work}, Rates: []uint32{m.MaxTotalRate}}
	n.Hidden.Works, n.Hidden.Terms = m.MaxGrants > 0, m.MaxGrants > 0
	if m.Record != nil && !m.Record.Agent.IsZero() {
		n.Agents = []agenttypes.AgentID{m.Record.Agent}
	}
	for _, s := range m.Sources {
		if s.Work.IsZero() {
			continue // an external source is owed nothing
		}
		n = joined(n, paid(s.Work))
		terms, hidden := permitted(s.Permission)
		n.Terms = append(n.Terms, terms...)
		n.Hidden.Terms = n.Hidden.Terms || hidden
	}
	return n
}

// permitted reads the terms of a permission; hidden: it is a grant.
func permitted(permission string) (terms []string, hidden bool) {
	for part := range strings.SplitSeq(permission, "+") {
		switch {
		case part == "":
		case strings.HasPrefix(part, agenttypes.TermsHRP+"1"):
			terms = append(terms, part)
		default:
			hidden = true
		}
	}
	return terms, hidden
}
