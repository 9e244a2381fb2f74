package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// containedAtOnce is how many works one transaction declares as contained, of which each purchase counts as two: its gas stays well
// below that of a transaction. Tests set less.
var containedAtOnce = 120

// containing declares the members of a collection as contained, in parts.
type containing struct {
	*derivation
	// rate is the most that the collection may owe, ppm.
	rate uint32
}

// contain finds on what permission each member is contained. Those that the work contains already are left out.
func contain(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, d *derivation, members []memberWork,
) (*containing, error) {
	c := &containing{derivation: d}
	d.allowUnapproved = conn.Flags().Is(flagAllowUnapproved)
	if conn.Flags().Is(flagUndeclared) {
		return c, nil
	}
	most, err := maxFee(conn)
	if err != nil {
		return nil, err
	}
	stand, err := d.containedAlready(ctx, conn)
	if err != nil {
		return nil, err
	}
	fresh := slices.DeleteFunc(slices.Clone(members), func(m memberWork) bool { return slices.Contains(stand, m.Work) })
	if err := checkDeclarable(conn, len(stand)+len(fresh)); err != nil {
		return nil, err
	}
	finder := permitted.Finder{Chain: conn, Name: termsNamer(ctx, conn), Choose: chooser(conn)}
	var failed []error
	for _, m := range fresh {
		found, err := choose(ctx, conn, finder, m.Work.String(), lineagetypes.ROLE_CONTAINS, false, permitted.Request{
			Units: conn.Units(), Request: permission.Request{
				Licensee: sender.Address, Derivative: d.work, Commercial: conn.Flags().Is(flagCommercial), Buy: conn.Flags().Is(flagBuy),
				MaxFee: most, Now: time.Now(), Several: len(members) > 1, AnyPrice: sender.DryRun(),
			},
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		d.sources = append(d.sources, found)
	}
	if err := unusable(failed, len(members)); err != nil {
		return nil, err
	}
	d.buyOnce()
	if err := d.readLimits(ctx, conn); err != nil {
		return nil, err
	}
	if err := d.readDebts(ctx, conn); err != nil {
		return nil, err
	}
	rate, given, err := maxRate(conn)
	if c.rate = rate; !given {
		c.rate = sumOf(d.debts)
	}
	return c, err
}

// containedAlready lists what a work contains.
func (d *derivation) containedAlready(ctx context.Context, conn *connect.Conn) (works []registrytypes.WorkID, err error) {
	if d.item != nil {
		return nil, nil
	}
	links := client.Rows(ctx, func(ctx context.Context, page *query.PageRequest) ([]lineagetypes.Link, *query.PageResponse, error) {
		res, err := conn.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: d.work, Pagination: page})
		return res.GetSources(), res.GetPagination(), err
	})
	for link, err := range links {
		if err != nil {
			return nil, err
		}
		if link.External == nil && link.Role != lineagetypes.ROLE_CITES {
			works = append(works, link.Source)
		}
	}
	return works, nil
}

// parts are the messages that declare it, those of one transaction each.
func (c *containing) parts(sender *send.Sender) [][]sdk.Msg {
	var parts [][]sdk.Msg
	for rest := c.sources; len(rest) > 0; {
		declaration := &lineagetypes.MsgDerive{
			Owner: sender.Account(), Work: c.work, AllowUnapproved: c.allowUnapproved, MaxTotalRate: c.rate, MaxGrants: math.MaxUint32,
		}
		var msgs []sdk.Msg
		for size := 0; len(rest) > 0 && size < containedAtOnce; rest = rest[1:] {
			s := rest[0]
			declaration.Sources = append(declaration.Sources, s.choice.Source(s.work.Id, s.role))
			msgs = append(msgs, s.choice.Messages()...)
			size += 1 + 2*len(s.choice.Messages())
		}
		parts = append(parts, append(msgs, declaration))
	}
	return parts
}

// says is what declaring it means, in lines that begin anew.
func (c *containing) says(conn *connect.Conn) string {
	if len(c.sources) == 0 {
		return "\n  No work is newly declared as contained."
	}
	text := fmt.Sprintf("\n  %s declared as contained, so that their terms bind it.", isOrAre(len(c.sources), "work"))
	prices := sdk.Coins{}
	for _, s := range c.sources {
		for _, p := range s.choice.Purchases() {
			if p.Message.MaxFee != nil {
				prices = prices.Add(*p.Message.MaxFee)
			}
		}
	}
	if !prices.Empty() {
		text += fmt.Sprintf("\n  Grants are bought for at most %s.", conn.Units().Sum(prices))
	}
	return text + c.takesOn()
}
