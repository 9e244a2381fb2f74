package main

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// capped is a ceiling that a work is under, and how far it has come.
type capped struct {
	Source  registrytypes.WorkID `json:"source"`
	Terms   licensetypes.TermsID `json:"terms"`
	Ceiling string               `json:"ceiling"`
	TakenIn string               `json:"taken_in"`
	// Text says it in words, with what a payment makes of it.
	Text string `json:"text"`
}

// ceilingsOf finds what limits the takings of a work. Incoming is what is about to be paid;
// nil: nothing is.
func ceilingsOf(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, incoming *sdk.Coin) ([]capped, error) {
	res, err := conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work: work, Pagination: &query.PageRequest{Limit: maxConstraints},
	})
	if err != nil {
		return nil, err
	}
	list, speaker := []capped{}, limits.NewSpeaker(conn, termsNamer(ctx, conn))
	for _, row := range res.Constraints {
		if row.Constraint.Kind != licensetypes.CONSTRAINT_CEILING {
			continue
		}
		said, err := speaker.Say(ctx, row.Constraint)
		if err != nil {
			return nil, err
		}
		list = append(list, capped{
			row.Constraint.Source, row.Constraint.Terms, row.Ceiling.String(), row.TakenIn.String(),
			table.Clean(said + soFar(row, incoming)),
		})
	}
	return list, nil
}

// soFar says what a work under a ceiling has taken in, and what a payment makes of it.
func soFar(row licensetypes.InForce, incoming *sdk.Coin) string {
	text := "; so far it has taken in nothing"
	if len(row.TakenIn) > 0 && !row.TakenIn.IsZero() {
		text = "; so far it has taken in " + units.Units{}.Sum(row.TakenIn)
	}
	if incoming == nil {
		return text
	}
	limited, most := row.Ceiling.Find(incoming.Denom)
	if !limited {
		return text
	}
	before := row.TakenIn.AmountOf(incoming.Denom)
	switch {
	case before.GT(most.Amount):
		return text + ", and commercial use is denied already"
	case !before.Add(incoming.Amount).GT(most.Amount):
		return text
	}
	return fmt.Sprintf("%s: this payment takes it beyond that, and commercial use is denied from then on", text)
}
