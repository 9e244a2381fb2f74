package x402

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal/till"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Receipt is what a payer is told.
type Receipt struct {
	// ID of the payment: the hash of its transaction, or channel and total of a voucher. Empty: nothing had to be paid.
	ID       string `json:"id"`
	Resource string `json:"resource"`
	Work     string `json:"work"`
	// Use that was paid for, in people's words.
	Use    string `json:"use"`
	Payer  string `json:"payer,omitempty"`
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
	// Height of the block that the transaction is in; 0: it is none.
	Height int64 `json:"height,string"`
	// Grants that were acquired. A pass has no id.
	Grants []licensetypes.GrantID `json:"grants,omitempty"`
	// ForUse: it paid for this one use, not for a grant or a pass. What is to be paid with each use is paid for it.
	ForUse bool `json:"for_use,omitempty"`
}

func (r Receipt) settlement(network string) x402.Settlement {
	return x402.Settlement{Success: true, Payer: r.Payer, Transaction: r.ID, Network: network, Amount: r.Amount}
}

// exact takes a payment by a transaction. It fails with a *x402.Refusal, and then the payer has what it had, unless
// Reason.Retry says that this is not known.
func (d *Doors) exact(ctx context.Context, t Thing, p *x402.Payment, chainID string, fetch func() error) (Receipt, error) {
	signed, err := x402.ReadSigned(d.Client.Encoding, p.Payload)
	if err != nil {
		return Receipt{}, err
	}
	if err := signed.Answers(p.Accepted); err != nil {
		return Receipt{}, err
	}
	leave := d.locks.take(signed.Hash)
	defer leave()
	switch kept, err := d.Till.Find(ctx, signed.Hash); {
	case err == nil:
		return d.resume(ctx, t, kept, fetch)
	case !errors.Is(err, till.ErrUnknown):
		return Receipt{}, broken(err)
	}
	receipt, err := d.first(ctx, t, p, signed, chainID, fetch)
	refusal := new(x402.Refusal)
	if !errors.As(err, &refusal) {
		return receipt, err
	}
	switch came, err := d.mayHaveCome(ctx, signed, refusal); {
	case err != nil:
		return Receipt{}, broken(err)
	case came:
		return d.lost(ctx, t, p, signed, chainID, refusal, fetch)
	}
	return Receipt{}, refusal
}

// first takes a payment that the till does not know.
func (d *Doors) first(
	ctx context.Context, t Thing, p *x402.Payment, signed x402.Signed, chainID string, fetch func() error,
) (Receipt, error) {
	asked, free, err := d.asked(ctx, t, p, signed, chainID)
	if err != nil {
		return Receipt{}, err
	}
	if free {
		return Receipt{Resource: t.URL, Work: t.Work, Use: t.Description, Payer: signed.Payer, Amount: "0", Asset: p.Accepted.Asset}, fetch()
	}
	return d.take(ctx, t, p.Accepted, signed, asked, fetch)
}

// asked checks that a payment is what is asked for now of who makes it, and says what that is; free: they may use the work already.
func (d *Doors) asked(
	ctx context.Context, t Thing, p *x402.Payment, signed x402.Signed, chainID string,
) (asked []sdk.Msg, free bool, err error) {
	if err := signed.Ends(d.Now(), d.Within); err != nil {
		return nil, false, err
	}
	if err := d.verify(ctx, signed, chainID); err != nil {
		return nil, false, err
	}
	return d.billed(ctx, t, p, signed)
}

// billed is what is asked for of who makes a payment, if that is what it pays; free: they may use the work already.
func (d *Doors) billed(ctx context.Context, t Thing, p *x402.Payment, signed x402.Signed) (asked []sdk.Msg, free bool, err error) {
	answer, err := d.decide(ctx, t, signed.Payer)
	if err != nil {
		return nil, false, unless(err)
	}
	if x402.Free(answer) {
		// Who signs for an agent has to be a key of it, or anybody would be let in by somebody else's right.
		return nil, true, d.keyOf(ctx, signed)
	}
	if len(answer.Works) == 0 || p.Accepted.PayTo != answer.Works[0].String() {
		return nil, false, &x402.Refusal{Reason: x402.InvalidRequirements, Detail: "payTo is not the work that is asked for"}
	}
	for _, bill := range t.bills(answer) {
		if bill.Amount.Denom == p.Accepted.Asset {
			return bill.Messages, false, agrees(p.Accepted, bill.Amount)
		}
	}
	return nil, false, &x402.Refusal{
		Reason: x402.InvalidRequirements, Detail: fmt.Sprintf("it is not to be had for %s (any more); %s", p.Accepted.Asset, why(answer)),
	}
}

// agrees checks that what was answered is the price.
func agrees(r x402.Requirement, price sdk.Coin) error {
	answered, err := r.Coin()
	switch {
	case err != nil:
		return err
	case answered.Amount.LT(price.Amount):
		return &x402.Refusal{Reason: x402.PriceRaised, Detail: fmt.Sprintf("it costs %s, not %s", price, answered)}
	case answered.Amount.GT(price.Amount):
		return &x402.Refusal{Reason: x402.InvalidRequirements, Detail: fmt.Sprintf("it costs %s only, not %s: pay that", price, answered)}
	}
	return nil
}

// verify checks the signature of a transaction.
func (d *Doors) verify(ctx context.Context, signed x402.Signed, chainID string) error {
	signer, err := signed.Signer()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	res, err := authtypes.NewQueryClient(d.Client).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: signer.String()})
	switch {
	case status.Code(err) == codes.NotFound:
		return &x402.Refusal{Reason: x402.InsufficientFunds, Detail: fmt.Sprintf("the chain knows no account %s: it has nothing", signer)}
	case err != nil:
		return unless(errors.Join(ErrNode, err))
	}
	return signed.Verify(ctx, d.Client.Encoding.TxConfig, chainID, res.Info.AccountNumber)
}

// take keeps a payment, sends it, and waits until it is in a block.
func (d *Doors) take(
	ctx context.Context, t Thing, r x402.Requirement, signed x402.Signed, asked []sdk.Msg, fetch func() error,
) (Receipt, error) {
	if err := signed.Pays(asked); err != nil {
		return Receipt{}, err
	}
	after, _, err := d.Client.Latest(ctx)
	if err != nil {
		return Receipt{}, unless(errors.Join(ErrNode, err))
	}
	switch taken, err := d.Client.Taken(ctx, signed.Raw); {
	case err != nil:
		return Receipt{}, unless(errors.Join(ErrNode, err))
	case taken: // before anything is fetched for it: a trial does not see that
		return Receipt{}, &x402.Refusal{Reason: x402.InvalidTransaction, Detail: "the chain has a transaction of this account with the same end already"}
	}
	if err := d.Client.Rehearse(ctx, signed.Raw); err != nil {
		return Receipt{}, refused(err)
	}
	if err := fetch(); err != nil {
		return Receipt{}, err
	}
	kept := till.Payment{
		ID: signed.Hash, Resource: t.paid(), Payer: signed.Payer, Amount: r.Amount + r.Asset, Raw: signed.Raw, After: after, Until: signed.Until,
	}
	fresh, err := d.Till.Take(ctx, kept)
	if err != nil {
		return Receipt{}, broken(err)
	}
	receipt, err := d.carry(ctx, t, r, kept, !fresh) // other doors at the same till may have sent it
	if err != nil {
		return Receipt{}, err
	}
	return receipt, d.once(ctx, t, receipt)
}

// resume goes on with a payment that was taken before.
func (d *Doors) resume(ctx context.Context, t Thing, kept till.Payment, fetch func() error) (Receipt, error) {
	if kept.Resource != t.paid() {
		return Receipt{}, &x402.Refusal{Reason: x402.WrongResource, Detail: "the payment was for " + kept.Resource}
	}
	if !kept.Delivered.IsZero() && (t.Once != "" || d.Now().Sub(d.handed(kept.Delivered)) > d.Again) {
		return Receipt{}, &x402.Refusal{
			Reason: x402.Replayed, Detail: fmt.Sprintf("what it paid was handed over on %s", kept.Delivered.Format(time.RFC3339)),
		}
	}
	receipt, err := d.settled(ctx, t, kept)
	if err != nil {
		return Receipt{}, err
	}
	// It is paid, so that nothing is asked of what is behind for a payment that does not come.
	if err := fetch(); err != nil {
		return Receipt{}, err
	}
	return receipt, d.once(ctx, t, receipt)
}

// settled is what the payer of a payment that was taken is told, once it is in a block.
func (d *Doors) settled(ctx context.Context, t Thing, kept till.Payment) (receipt Receipt, err error) {
	if !kept.Settled.IsZero() {
		if err := json.Unmarshal(kept.Receipt, &receipt); err != nil {
			return Receipt{}, broken(err)
		}
		return receipt, nil
	}
	amount, err := amounts.ParseCoin(kept.Amount)
	if err != nil {
		return Receipt{}, broken(err)
	}
	return d.carry(ctx, t, x402.Requirement{Amount: amount.Amount.String(), Asset: amount.Denom}, kept, true)
}

// once notes of what is done once that it is, before anybody else with the same payment is let in.
func (d *Doors) once(ctx context.Context, t Thing, receipt Receipt) error {
	if t.Once == "" {
		return nil
	}
	first, err := d.Till.Deliver(ctx, receipt.ID, d.Now())
	switch {
	case err != nil:
		return broken(err)
	case !first:
		return &x402.Refusal{Reason: x402.Replayed, Detail: "it was done for the same payment"}
	}
	return nil
}

// handed is since when a thing that was handed over can be had again for some time. Where the server may have been ended
// while it handed it over, that is since it is back: nobody could come again before.
func (d *Doors) handed(at time.Time) time.Time {
	if last := d.Till.Last(); !at.After(last) && last.Sub(at) <= d.Again && at.Before(d.began) {
		return d.began
	}
	return at
}

// carry brings a payment into a block. It goes on if the payer hangs up, which may come again.
func (d *Doors) carry(ctx context.Context, t Thing, r x402.Requirement, kept till.Payment, sent bool) (Receipt, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.Within+askedWithin)
	defer cancel()
	result, err := d.Client.Carry(ctx, client.Carried{Raw: kept.Raw, After: kept.After, Sent: sent})
	switch {
	case errors.Is(err, client.ErrLate):
		if err := d.Till.Drop(ctx, kept.ID); err != nil {
			return Receipt{}, broken(err)
		}
		return Receipt{}, &x402.Refusal{Reason: x402.Expired, Detail: "the transaction is in no block and can't come any more: nothing was paid"}
	case errors.Is(err, client.ErrUndecided):
		return Receipt{}, &x402.Refusal{Reason: x402.Undecided, Detail: "show the same payment again: nothing is paid twice", Err: err}
	case err != nil:
		if chain := new(client.TxError); !sent && errors.As(err, &chain) && chain.Stage == client.Checked {
			// No node has it, so that it is as if it had not been shown.
			if err := d.Till.Drop(ctx, kept.ID); err != nil {
				return Receipt{}, broken(err)
			}
		}
		return Receipt{}, refused(err)
	}
	receipt := Receipt{
		ID: kept.ID, Resource: t.URL, Work: t.Work, Use: t.Description, Payer: kept.Payer, Amount: r.Amount, Asset: r.Asset,
		Height: result.Height,
	}
	var bought bool
	receipt.Grants, bought = granted(result)
	receipt.ForUse = !bought
	raw, err := json.Marshal(receipt)
	if err != nil {
		return Receipt{}, broken(err)
	}
	if err := d.Till.Settle(ctx, kept.ID, result.Height, raw, d.Now()); err != nil {
		return Receipt{}, broken(err)
	}
	return receipt, nil
}

// Decide finds out what became of payments whose payers did not come again, so that what is forgotten of them is what
// never came. It looks for each once the time of it is over.
func (d *Doors) Decide(ctx context.Context) error {
	for after := ""; ; {
		ids, err := d.Till.Undecided(ctx, d.Now().Add(-decideAfter), after)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := d.decideOn(ctx, id); err != nil {
				return err
			}
			after = id
		}
	}
}

// decideAfter is how long after its end a payment is looked for that nobody asks for.
const decideAfter = time.Minute

func (d *Doors) decideOn(ctx context.Context, id string) error {
	leave := d.locks.take(id)
	defer leave()
	kept, err := d.Till.Find(ctx, id)
	switch {
	case errors.Is(err, till.ErrUnknown), err == nil && !kept.Settled.IsZero():
		return nil
	case err != nil:
		return err
	}
	asking, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	result, err := d.Client.Carry(asking, client.Carried{Raw: kept.Raw, After: kept.After, Sent: true})
	var failed *client.TxError
	switch {
	case err == nil:
		return d.Till.Came(ctx, id, result.Height)
	case errors.Is(err, client.ErrLate), !errors.Is(err, client.ErrUndecided) && errors.As(err, &failed) && failed.Stage == client.Executed:
		return d.Till.Drop(ctx, id)
	}
	d.Log.Warn("what became of a payment", "id", id, "resource", kept.Resource, "error", err)
	return ctx.Err()
}

// granted are the grants that a transaction acquired.
func granted(result client.Result) (grants []licensetypes.GrantID, bought bool) {
	for i, response := range result.Responses() {
		var acquired licensetypes.MsgAcquireResponse
		if response.TypeUrl != sdk.MsgTypeURL(&acquired) {
			continue
		}
		bought = true
		if result.Response(i, &acquired) == nil && !acquired.Grant.IsZero() {
			grants = append(grants, acquired.Grant)
		}
	}
	return grants, bought
}

// keyOf checks that a transaction is signed by whom it is for: the account itself, or a key of an agent that it controls.
func (d *Doors) keyOf(ctx context.Context, signed x402.Signed) error {
	signer, err := signed.Signer()
	if err != nil {
		return err
	}
	agent, acting := signed.Agent()
	if !acting {
		return nil // ReadSigned has seen to it
	}
	return d.actsFor(ctx, agent, signer.String(), signed.Payer)
}

// actsFor checks that a key acts for an agent, now, and the agent for an account.
func (d *Doors) actsFor(ctx context.Context, agent agenttypes.AgentID, key, account string) error {
	no := func(detail string) error { return &x402.Refusal{Reason: x402.NoRight, Detail: detail} }
	res, err := d.Client.Agent().Agent(ctx, &agenttypes.QueryAgentRequest{Agent: agent})
	switch {
	case status.Code(err) == codes.NotFound:
		return no(agent.String() + " has no passport")
	case err != nil:
		return unless(errors.Join(ErrNode, err))
	case res.Passport.Controller != account:
		return no(fmt.Sprintf("%s acts for %s, not for %s", agent, res.Passport.Controller, account))
	}
	standing, err := d.Client.Agent().Key(ctx, &agenttypes.QueryKeyRequest{Agent: agent, Key: key})
	switch {
	case status.Code(err) == codes.NotFound:
		return no(fmt.Sprintf("%s is no key of %s", key, agent))
	case err != nil:
		return unless(errors.Join(ErrNode, err))
	case !standing.Key.Acts:
		return no(fmt.Sprintf("%s may not act for %s now", key, agent))
	}
	return nil
}

// unless keeps a refusal, and makes one of an error of the node.
func unless(err error) error {
	if refusal := new(x402.Refusal); errors.As(err, &refusal) || errors.Is(err, errDenied) {
		return err
	}
	return broken(err)
}

// broken is a failure of the server or its node, of which the payer knows nothing.
func broken(err error) error {
	return &x402.Refusal{Reason: x402.UnexpectedError, Detail: "the server can't tell now: ask again, with the same payment where one was shown", Err: err}
}

// refused says why the chain does not take a transaction.
func refused(err error) error {
	var chain *client.TxError
	if !errors.As(err, &chain) {
		return broken(err)
	}
	r := &x402.Refusal{Reason: x402.InvalidTransaction, Detail: chain.Log, Codespace: chain.Codespace, Code: chain.Code, Err: err}
	switch {
	case errors.Is(err, sdkerrors.ErrInsufficientFunds):
		r.Reason = x402.InsufficientFunds
	case errors.Is(err, licensetypes.ErrFeeAboveMax):
		r.Reason = x402.PriceRaised
	case errors.Is(err, sdkerrors.ErrTxTimeout):
		r.Reason = x402.Expired
	}
	return r
}
