package main

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/rates"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// What other verbs say about disputes beside their own. What can't be asked is no failure of theirs.

// openDisputes are those about a work that are open; none where they can't be asked for.
func openDisputes(ctx context.Context, conn *connect.Conn, work registrytypes.Claim) (list []disputetypes.DisputeID) {
	if work.Hold == nil || work.Hold.Disputes == 0 {
		return nil
	}
	res, err := conn.Dispute().Standing(ctx, &disputetypes.QueryStandingRequest{Work: work.Id})
	if err != nil {
		return nil
	}
	for _, d := range res.Disputes {
		list = append(list, d.Id)
	}
	return list
}

// sayObjections names weights that owners of sources object to.
func sayObjections(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) {
	res, err := conn.Dispute().Objections(ctx, &disputetypes.QueryObjectionsRequest{Work: work})
	if err != nil {
		conn.Note("Whether the weights of its sources are objected to could not be asked.")
		return
	}
	teller := tellerOf(ctx, conn)
	for _, o := range res.Objections {
		conn.Say("Objection: by the owner of %s that weighs %s in it (stemmad dispute agree %s %s)", teller.Work(o.Source),
			rates.Percent(o.Objection.Weight), work, o.Source)
	}
}

// sayRuledInvalid names the dispute in which a work was ruled invalid, and the work whose claim holds.
func sayRuledInvalid(ctx context.Context, conn *connect.Conn, work registrytypes.Claim) {
	if work.Status != registrytypes.STATUS_INVALIDATED {
		return
	}
	res, err := conn.Dispute().Disputes(ctx, &disputetypes.QueryDisputesRequest{
		Work: work.Id, Pagination: &query.PageRequest{Limit: maxDisputesListed},
	})
	if err != nil {
		conn.Note("By which ruling it is invalid could not be asked.")
		return
	}
	for _, d := range res.Disputes {
		if d.Outcome != disputetypes.OUTCOME_UPHELD || d.Ruling == nil || !d.Ruling.Redress.Invalidate {
			continue
		}
		holds := "no other is named"
		if s := d.Ruling.Redress.Successor; !s.IsZero() {
			holds = "the work whose claim holds: " + tellerOf(ctx, conn).Work(s)
		}
		conn.Say("Ruled invalid: in %s; %s. Nothing of it is on offer any more.", d.Id, holds)
	}
}

// transferredBy are the disputes whose outcome gave a work to somebody, by the time at which it did.
func transferredBy(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) map[time.Time]disputetypes.DisputeID {
	res, err := conn.Dispute().Disputes(ctx, &disputetypes.QueryDisputesRequest{
		Work: work, Pagination: &query.PageRequest{Limit: maxDisputesListed},
	})
	if err != nil {
		return nil
	}
	list := map[time.Time]disputetypes.DisputeID{}
	for _, d := range res.Disputes {
		if d.ClosedAt != nil && d.Ruling != nil && d.Ruling.Upheld && d.Ruling.Redress.TransferTo != "" {
			list[d.ClosedAt.UTC()] = d.Id
		}
	}
	return list
}

// heldLine says of a grant that its work is disputed, and what that means for whoever holds it.
func heldLine(ctx context.Context, conn *connect.Conn, g licensetypes.NamedGrant) string {
	res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: g.Work})
	if err != nil {
		return ""
	}
	line := disputedLine(ctx, conn, res.Work)
	if line != "" && res.Work.Hold.Holding > 0 {
		line += "; the grant stays good, and is not renewed meanwhile"
		if g.Grant.ExpiresAt != nil {
			line += "; it ends later by as long as that lasts"
		}
	}
	return line
}

// escrowLine is what a dispute keeps in escrow of what its work earns.
func escrowLine(ctx context.Context, conn *connect.Conn, d disputetypes.Dispute) string {
	if !d.Backed() {
		return ""
	}
	res, err := conn.Royalty().Stages(ctx, &royaltytypes.QueryStagesRequest{Work: d.Work})
	if err != nil {
		return ""
	}
	held := sdk.NewCoins()
	for _, s := range res.Stages {
		held = held.Add(sdk.NewCoin(s.Denom, s.Stages.Earned.Held))
	}
	if held.Empty() {
		return "nothing yet"
	}
	return fmt.Sprintf("%s of what the work earns", conn.Units().Sum(held))
}
