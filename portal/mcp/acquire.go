package mcp

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type acquireIn struct {
	Request string `json:"request" jsonschema:"id of your own for this purchase: with it again nothing is bought twice"`
	Work    string `json:"work" jsonschema:"work id (work1...) or SHA-256 of the file"`
	use
	Max   string `json:"max" jsonschema:"the most to pay for all of it, such as 5.00 USDC or 5000000uusdc; its denom picks the price"`
	Terms string `json:"terms,omitempty" jsonschema:"take this offer: terms id, preset or licence; empty: the cheapest that serves"`
	For   string `json:"for,omitempty" jsonschema:"work id of the controller's that the grant is reserved for, where it serves one"`
}

// Bought is a grant or a pass.
type Bought struct {
	Kind  string   `json:"kind" jsonschema:"grant or pass"`
	Grant string   `json:"grant,omitempty" jsonschema:"id of the grant; a pass has none"`
	Work  string   `json:"work" jsonschema:"the work that was paid"`
	For   string   `json:"for,omitempty" jsonschema:"the work that it is reserved for, or whose uses the pass is for"`
	Terms string   `json:"terms"`
	Price []Amount `json:"price" jsonschema:"what was paid; none: it is free"`
	Until string   `json:"until,omitempty" jsonschema:"when it ends; empty: never"`
}

type acquireOut struct {
	Done
	Work    Work     `json:"work"`
	Verdict string   `json:"verdict,omitempty" jsonschema:"of the use now, with what was bought: allowed, if nothing else stands in the way; empty: the node no longer answered"`
	Bought  []Bought `json:"bought" jsonschema:"none: nothing had to be"`
	Total   []Amount `json:"total"`
}

// acquire buys what a use needs: all of it in one transaction, or nothing.
func (s *Server) acquire(ctx context.Context, in acquireIn) (acquireOut, error) {
	return once(ctx, s, in.Request, "acquire", in, func(ctx context.Context, j *job) (out acquireOut, err error) {
		most, err := s.most(ctx, "max", in.Max)
		if err != nil {
			return out, err
		}
		asked, err := in.read()
		if err != nil {
			return out, err
		}
		at, height, err := s.pinned(ctx)
		if err != nil {
			return out, err
		}
		claim, err := s.relied(at, in.Work)
		if err != nil {
			return out, err
		}
		answer, derivative, err := s.needed(at, in, claim.Id, asked)
		if err != nil {
			return out, err
		}
		out = acquireOut{Work: workOf(claim), Verdict: rights.VerdictWord(answer.Verdict), Bought: []Bought{}, Total: []Amount{}}
		switch answer.Verdict {
		case licensetypes.VERDICT_ALLOWED:
			out.Done = Done{Request: in.Request, Height: height}
			return out, nil
		case licensetypes.VERDICT_NEEDS_GRANT:
		default:
			return out, &deniedError{answer}
		}
		items, why := rights.Basket(rights.Needs(answer), &most)
		if len(why) > 0 || waits(answer) {
			return out, &notBoughtError{why, answer}
		}
		if out, err = s.buy(ctx, j, in.Request, out, items, derivative); err != nil {
			return out, err
		}
		out.Verdict = s.afterwards(client.At(ctx, out.Height), in, claim.Id, asked)
		return out, nil
	})
}

// afterwards is the verdict with what was bought. It is bought, whatever the node answers now: empty where it does not.
func (s *Server) afterwards(ctx context.Context, in acquireIn, work registrytypes.WorkID, asked licensetypes.Use) string {
	in.Terms = "" // any permission counts, the grant of these terms too
	for range settlingTries {
		if now, _, err := s.needed(ctx, in, work, asked); err == nil {
			return rights.VerdictWord(now.Verdict)
		}
		select {
		case <-ctx.Done():
			return ""
		case <-time.After(settling):
		}
	}
	return ""
}

// A node tells of a block before it answers of the state after it.
const (
	settlingTries = 5
	settling      = 200 * time.Millisecond
)

// needed asks what a use needs, of all offers or of the one that is named.
func (s *Server) needed(
	ctx context.Context, in acquireIn, work registrytypes.WorkID, asked licensetypes.Use,
) (answer licensetypes.Rights, derivative registrytypes.WorkID, err error) {
	if in.For != "" {
		if derivative, err = registrytypes.ParseWorkID(in.For); err != nil {
			return answer, derivative, fmt.Errorf("%w: for: %w", ErrArgument, err)
		}
	}
	only, err := s.under(ctx, work, in.Terms)
	if err != nil {
		return answer, derivative, err
	}
	res, err := s.config.Client.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: work.String(), Use: asked, Licensee: s.account(), Permission: only, Derivative: derivative,
	})
	if err != nil {
		return answer, derivative, err
	}
	return res.Rights, derivative, nil
}

// waits says whether a source's owner has to approve, which no money mends.
func waits(answer licensetypes.Rights) bool {
	for _, r := range answer.Reasons {
		if rights.AsksSource(r) {
			return true
		}
	}
	return false
}

// deniedError is an answer that nothing which can be bought mends.
type deniedError struct{ answer licensetypes.Rights }

func (e *deniedError) Error() string { return ErrNotUsable.Error() }
func (e *deniedError) Unwrap() error { return ErrNotUsable }

// notBoughtError says what stands in the way of buying.
type notBoughtError struct {
	why    []rights.Obstacle
	answer licensetypes.Rights
}

func (e *notBoughtError) Error() string { return ErrNotBought.Error() }
func (e *notBoughtError) Unwrap() error { return ErrNotBought }

func (s *Server) buy(
	ctx context.Context, j *job, request string, out acquireOut, items []rights.Item, derivative registrytypes.WorkID,
) (acquireOut, error) {
	u, msgs := s.inUnits(ctx), make([]sdk.Msg, len(items))
	for i, item := range items {
		// The number tells the grants of one transaction apart.
		msg := item.Message(s.acting.Controller, uint64(time.Now().UnixNano())+uint64(i))
		if !derivative.IsZero() && item.Offer.Work.String() == out.Work.Work {
			terms, err := s.config.Client.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: item.Offer.Terms.String()})
			if err != nil {
				return out, err
			}
			msg.Derivative = item.Reserved(terms.Terms.Terms, derivative)
		}
		msgs[i] = msg
	}
	result, done, err := s.send(ctx, j, request, msgs...)
	if err != nil {
		return out, err
	}
	out.Done, out.Total = done, coins(u, rights.Total(items))
	for i, item := range items {
		out.Bought = append(out.Bought, bought(u.Coin, item, msgs[i].(*licensetypes.MsgAcquire), result, i)) //nolint:forcetypeassert // as made
	}
	return out, nil
}

// bought is what one message bought.
func bought(shown func(sdk.Coin) string, item rights.Item, msg *licensetypes.MsgAcquire, result client.Result, at int) Bought {
	b := Bought{Kind: "grant", Work: item.Offer.Work.String(), Terms: named(item.Offer.Terms), Price: []Amount{}}
	if item.Price != nil {
		b.Price = []Amount{{Amount: item.Price.Amount.String(), Denom: item.Price.Denom, Shown: shown(*item.Price)}}
	}
	if item.IsPass() {
		b.Kind, b.For = "pass", item.Offer.UsesOf.String()
	} else if !msg.Derivative.IsZero() {
		b.For = msg.Derivative.String()
	}
	var response licensetypes.MsgAcquireResponse
	if err := result.Response(at, &response); err == nil {
		b.Until = moment(response.ExpiresAt)
		if !item.IsPass() {
			b.Grant = response.Grant.String()
		}
	}
	return b
}

// payment is the message that pays a work.
func payment(payer string, work registrytypes.WorkID, amount sdk.Coin) *royaltytypes.MsgPay {
	return &royaltytypes.MsgPay{Payer: payer, Work: work, Amount: amount}
}
