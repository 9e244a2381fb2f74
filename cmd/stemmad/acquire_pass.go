package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// acquirePass pays a source for uses of a work that was made from it.
func acquirePass(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, source target.Work, terms []string, used string,
) error {
	if conn.Flags().Text(flagForWork) != "" {
		return fmt.Errorf("--%s is for grants, and a pass makes nothing: leave it out with --%s", flagForWork, flagUsesOf)
	}
	work, err := target.Earliest(ctx, conn.Registry(), used)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagUsesOf, err)
	}
	demand, seen, err := sellsPass(ctx, conn, source.Id, work.Id, terms)
	if err != nil {
		return err
	}
	most, err := maxFee(conn)
	if err != nil {
		return err
	}
	if most == nil && sender.DryRun() {
		most = &demand.Price[0]
	}
	price, err := pickPrice(conn.Units(), "a pass", demand.Price, most)
	if err != nil {
		return err
	}
	name := termsNamer(ctx, conn)(demand.Constraint.Terms)
	what := fmt.Sprintf("Acquire a pass for uses of %q (%s), paid to its source %s under %s, for %s.",
		table.Short(describe.Heading(work.Claim)), work.Id, source.Id, name, conn.Units().Exact(*price))
	result, err := sender.Send(ctx, what, &licensetypes.MsgAcquire{
		Licensee: sender.Account(), Work: source.Id, Terms: demand.Constraint.Terms, UsesOf: work.Id, MaxFee: price, Seen: seen,
	})
	if err != nil {
		return err
	}
	var response licensetypes.MsgAcquireResponse
	if result.Height > 0 || result.DryRun {
		if err := result.Response(0, &response); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			UsesOf    registrytypes.WorkID `json:"uses_of"`
			Source    registrytypes.WorkID `json:"source"`
			Terms     licensetypes.TermsID `json:"terms"`
			Fee       string               `json:"fee"`
			ExpiresAt *time.Time           `json:"expires_at,omitempty"`
			Tx        send.Result          `json:"tx"`
		}{work.Id, source.Id, demand.Constraint.Terms, price.String(), response.ExpiresAt, result})
	}
	conn.Say("%s a pass for uses of %s under %s, for %s: %s", result.Did("Acquired", "Would acquire"),
		work.Id, name, conn.Units().Coin(*price), result)
	if err := table.Fields(conn.Out(), "for uses of", work.Id.String(), "paid to", source.Id.String(),
		"terms", demand.Constraint.Terms.String(), "until", endless(response.ExpiresAt)); err != nil || result.DryRun {
		return err
	}
	conn.Note("A pass has no id: it counts by itself. \"stemmad grant list\" shows it.")
	return nil
}

// sellsPass finds what a source demands of a work and sells passes for; of several the
// terms have to be named. Seen is the version of all that is demanded of the work.
func sellsPass(
	ctx context.Context, conn *connect.Conn, source, work registrytypes.WorkID, terms []string,
) (demand licensetypes.InForce, seen licensetypes.Conditions, err error) {
	res, err := conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work: work, Pagination: &query.PageRequest{Limit: 1000},
	})
	if err != nil {
		return demand, seen, err
	}
	seen.DemandsVersion = res.Version
	var found []licensetypes.InForce
	for _, row := range res.Constraints {
		if row.Constraint.Source == source && len(row.Price) > 0 {
			found = append(found, row)
		}
	}
	if len(terms) > 0 {
		id, err := demandedTerms(ctx, conn, found, terms[0])
		if err != nil && !errors.Is(err, licences.ErrNotAmong) {
			return demand, seen, err
		}
		found = slices.DeleteFunc(found, func(row licensetypes.InForce) bool { return row.Constraint.Terms != id })
	}
	switch len(found) {
	case 0:
		return demand, seen, fmt.Errorf("%s sells no passes for %s: it was not made from it under such terms", source, work)
	case 1:
		return found[0], seen, nil
	}
	return demand, seen, fmt.Errorf("%s sells passes for %s under %d terms: name them, such as %s",
		source, work, len(found), found[0].Constraint.Terms)
}

// demandedTerms finds the terms that a person names among those of demands.
func demandedTerms(ctx context.Context, conn *connect.Conn, rows []licensetypes.InForce, name string) (licensetypes.TermsID, error) {
	if id, err := licensetypes.ParseTerms(name); err == nil {
		return id, nil
	}
	var at []licensetypes.IdentifiedTerms
	for _, row := range rows {
		res, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: row.Constraint.Terms.String()})
		if err != nil {
			return licensetypes.TermsID{}, err
		}
		at = append(at, res.Terms)
	}
	return licences.Among(name, at)
}
