package x402

import (
	"context"
	"errors"
	"net/http"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/x402"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Asked is what a thing costs.
type Asked struct {
	x402.Required
	// Verdict and Reasons are the chain's decision.
	Verdict string
	Reasons []string
	// PerUse: what is paid is each use, and not a grant.
	PerUse bool
	// Free: nothing is to be paid, or counted.
	Free bool
}

// Ask says what a thing costs an account, or anybody ("") as of the last second. No ways to pay: it is not to be had for money. It fails as
// Pay does.
func (d *Doors) Ask(ctx context.Context, t Thing, account string) (Asked, error) {
	var answer licensetypes.Rights
	var err error
	if account == "" {
		answer, err = d.anybody(ctx, t)
	} else {
		answer, err = d.decide(ctx, t, account)
	}
	if err != nil {
		return Asked{}, unless(err)
	}
	accepts, err := d.requirements(ctx, t, answer)
	if err != nil {
		return Asked{}, unless(err)
	}
	required := x402.Required{X402Version: x402.Version, Resource: t.Resource, Accepts: accepts}
	return Asked{
		Required: required.Fit(), Verdict: rights.VerdictWord(answer.Verdict), Reasons: explained(answer),
		PerUse: answer.Verdict == licensetypes.VERDICT_ALLOWED && len(accepts) > 0, Free: x402.Free(answer),
	}, nil
}

// Holds checks that an account may use a thing, as of now, and owes nothing for it; paid: it has paid for this use
// already, or had it counted. It fails with a *x402.Refusal.
func (d *Doors) Holds(ctx context.Context, t Thing, account string, paid bool) error {
	answer, err := d.decide(ctx, t, account)
	no := func(detail string) error { return &x402.Refusal{Reason: x402.NoRight, Detail: detail} }
	switch {
	case err != nil:
		return unless(err)
	case answer.Verdict != licensetypes.VERDICT_ALLOWED:
		return no(account + " may not: " + why(answer))
	case paid:
		return nil
	case x402.Counted(answer):
		return no("each use is counted at the grant, which is not done here")
	case !x402.Free(answer):
		return no("each use is to be paid")
	}
	return nil
}

// ActsFor checks that a key acts for an agent, now, and the agent for an account. It fails with a *x402.Refusal.
func (d *Doors) ActsFor(ctx context.Context, agent agenttypes.AgentID, key, account string) error {
	return d.actsFor(ctx, agent, key, account)
}

// Take takes a payment as Pay does, and says in the header what was settled. What it returns is on disk as handed over.
func (d *Doors) Take(ctx context.Context, h http.Header, t Thing, p *x402.Payment, fetch func() error) (Receipt, error) {
	receipt, err := d.Pay(ctx, t, p, fetch)
	if err != nil {
		return Receipt{}, err
	}
	if receipt.ID != "" {
		if _, err := d.Till.Deliver(ctx, receipt.ID, d.Now()); err != nil {
			return Receipt{}, broken(err)
		}
	}
	h.Set(x402.SettledHeader, x402.Encode(receipt.settlement(p.Accepted.Network)))
	return receipt, nil
}

// IsDenied says whether an error is of a work that the operator has nothing to do with.
func IsDenied(err error) bool { return errors.Is(err, errDenied) }
