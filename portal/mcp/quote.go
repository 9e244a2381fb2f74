package mcp

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type quoteIn struct {
	Work string `json:"work" jsonschema:"work id (work1...) or SHA-256 of the file"`
	maybe
	Terms  string `json:"terms,omitempty" jsonschema:"only this offer counts: a terms id, a preset or a licence's name"`
	Amount string `json:"amount,omitempty" jsonschema:"a payment to divide, such as 5.00 USDC or 5000000uusdc"`
}

// Division is what a payment would give to whom.
type Division struct {
	Amount  Amount  `json:"amount"`
	Payees  []Payee `json:"payees"`
	Held    *Amount `json:"held,omitempty" jsonschema:"fractions of units, which later payments make whole"`
	Unknown string  `json:"unknown,omitempty" jsonschema:"why it is not divided here, though it can be paid"`
	Cut
}

type quoteOut struct {
	Work     Work      `json:"work"`
	Verdict  string    `json:"verdict,omitempty" jsonschema:"of the use: allowed, needs_grant or denied"`
	Reasons  []Reason  `json:"reasons,omitempty"`
	Buy      *Buying   `json:"to_buy,omitempty" jsonschema:"the cheapest that would do; none: nothing has to be bought, or nothing can be"`
	PerUse   []Amount  `json:"per_use,omitempty" jsonschema:"what each use costs beside; alternatives"`
	Division *Division `json:"payment,omitempty"`
	Budget   *Budget   `json:"budget,omitempty" jsonschema:"what the limit of this server's key leaves"`
	Height   int64     `json:"height"`
}

// quote says what something costs, and who gets it.
func (s *Server) quote(ctx context.Context, in quoteIn) (out quoteOut, err error) {
	if in.Use == "" && in.Amount == "" {
		return out, fmt.Errorf("%w: name a use, an amount, or both", ErrArgument)
	}
	if ctx, out.Height, err = s.pinned(ctx); err != nil {
		return out, err
	}
	claim, err := s.one(ctx, in.Work)
	if err != nil {
		return out, err
	}
	out.Work = workOf(claim)
	if in.Use != "" {
		if err := s.quoteUse(ctx, in, claim, &out); err != nil {
			return out, err
		}
	}
	if in.Amount != "" {
		amount, err := s.most(ctx, "amount", in.Amount)
		if err != nil {
			return out, err
		}
		if out.Division, err = s.divided(ctx, claim.Id, amount); err != nil {
			return out, err
		}
	}
	if s.acting != nil {
		left, err := s.left(ctx)
		if err != nil {
			return out, err
		}
		out.Budget = &left
	}
	return out, nil
}

func (s *Server) quoteUse(ctx context.Context, in quoteIn, claim registrytypes.Claim, out *quoteOut) error {
	asked, err := in.read()
	if err != nil {
		return err
	}
	only, err := s.under(ctx, claim.Id, in.Terms)
	if err != nil {
		return err
	}
	res, err := s.config.Client.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: claim.Id.String(), Use: asked, Licensee: s.account(), Permission: only,
	})
	if err != nil {
		return err
	}
	u := s.inUnits(ctx)
	out.Verdict, out.Reasons = rights.VerdictWord(res.Rights.Verdict), reasonsOf(res.Rights)
	if price, any := rights.PerUse(res.Rights); any {
		out.PerUse = coins(u, price)
	}
	if res.Rights.Verdict != licensetypes.VERDICT_NEEDS_GRANT {
		return nil
	}
	out.Buy = buyingOf(u, asked, res.Rights)
	price, err := s.besides(ctx, claim.Id, asked, res.Rights)
	if len(price) > 0 {
		out.PerUse = coins(u, price)
	}
	return err
}

// besides is what each use will cost once the grants are there that would be bought.
func (s *Server) besides(ctx context.Context, work registrytypes.WorkID, asked licensetypes.Use, answer licensetypes.Rights) (sdk.Coins, error) {
	license := s.config.Client.License()
	var terms licensetypes.Terms
	for _, item := range rights.Shown(answer) {
		if item.Offer.Work != work || item.IsPass() {
			continue
		}
		res, err := license.Terms(ctx, &licensetypes.QueryTermsRequest{Terms: item.Offer.Terms.String()})
		if err != nil {
			return nil, err
		}
		terms = res.Terms.Terms
	}
	price, _, err := rights.Beside{License: license, Registry: s.config.Client.Registry()}.Uses(ctx, work, asked, terms)
	return price, err
}

// tooMany is why a payment is not divided.
const tooMany = "Too many works pass it on to list them: it can be paid all the same."

// divided asks what a payment would give to whom.
func (s *Server) divided(ctx context.Context, work registrytypes.WorkID, amount sdk.Coin) (*Division, error) {
	u := s.inUnits(ctx)
	d := &Division{Amount: coin(u, amount), Payees: []Payee{}}
	res, err := s.config.Client.Royalty().Preview(ctx, &royaltytypes.QueryPreviewRequest{
		Work: work, Amount: amount.String(), Pagination: &query.PageRequest{Limit: maxRows, CountTotal: true},
	})
	if status.Code(err) == codes.ResourceExhausted {
		d.Unknown = tooMany
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	d.Payees = payeesOf(u, res.Payees)
	if res.Pagination != nil && int(res.Pagination.Total) > len(res.Payees) {
		d.LeftOut = int(res.Pagination.Total) - len(res.Payees)
	}
	if !res.Held.IsNil() && res.Held.IsPositive() {
		held := coin(u, res.Held)
		d.Held = &held
	}
	return d, nil
}

func payeesOf(u units.Units, list []royaltytypes.Payee) []Payee {
	payees := make([]Payee, len(list))
	for i, p := range list {
		payees[i] = Payee{Account: p.Account, Work: p.Work.String(), Amount: coin(u, p.Amount)}
		if p.Escrow {
			payees[i].Account = ""
		}
	}
	return payees
}
