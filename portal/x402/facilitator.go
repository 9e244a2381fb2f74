package x402

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/till"
)

// maxAsk is the longest request of a server that a facilitator reads, in bytes.
const maxAsk = 64 << 10

// supported says what is done for other servers.
func (d *Doors) supported(w http.ResponseWriter, r *http.Request) {
	chainID, err := d.Client.ChainID(r.Context())
	if err != nil {
		d.fail(w, r, err)
		return
	}
	answerJSON(w, http.StatusOK, x402.Supported{
		Kinds:      []x402.Kind{{X402Version: x402.Version, Scheme: x402.Exact, Network: x402.Network(chainID)}},
		Extensions: []string{}, Signers: map[string][]string{},
	})
}

// verifying checks a payment for another server, and takes nothing.
func (d *Doors) verifying(w http.ResponseWriter, r *http.Request) {
	ask, ok := readAsk(w, r)
	if !ok {
		return
	}
	signed, err := d.check(r.Context(), ask)
	if err == nil {
		err = d.Client.Rehearse(r.Context(), signed.Raw)
		if err != nil {
			err = refused(err)
		}
	}
	answerJSON(w, http.StatusOK, x402.Verdict{IsValid: err == nil, InvalidReason: reasonOf(err), Payer: signed.Payer})
}

// settling brings a payment to the chain for another server. Each is reported as settled once: a server without a memory of its own
// can't be paid twice by one transaction.
func (d *Doors) settling(w http.ResponseWriter, r *http.Request) {
	ask, ok := readAsk(w, r)
	if !ok {
		return
	}
	receipt, err := d.settle(r.Context(), ask)
	if err != nil {
		d.Log.Info("not settled", "resource", ask.Requirements.Extra.Resource, "error", err)
		answerJSON(w, http.StatusOK, x402.Settlement{ErrorReason: reasonOf(err), Payer: receipt.Payer, Network: ask.Requirements.Network})
		return
	}
	answerJSON(w, http.StatusOK, receipt.settlement(ask.Requirements.Network))
}

func readAsk(w http.ResponseWriter, r *http.Request) (x402.Ask, bool) {
	var ask x402.Ask
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk)).Decode(&ask); err != nil || ask.X402Version != x402.Version {
		answerJSON(w, http.StatusBadRequest, x402.Verdict{InvalidReason: x402.InvalidPayload})
		return ask, false
	}
	return ask, true
}

// check checks a payment against what another server asks for.
func (d *Doors) check(ctx context.Context, ask x402.Ask) (x402.Signed, error) {
	chainID, err := d.Client.ChainID(ctx)
	if err != nil {
		return x402.Signed{}, broken(err)
	}
	switch {
	case ask.Requirements.Network != x402.Network(chainID), ask.Payment.Accepted.Network != x402.Network(chainID):
		return x402.Signed{}, &x402.Refusal{Reason: x402.InvalidNetwork}
	case ask.Requirements.Scheme != x402.Exact, ask.Payment.Accepted.Scheme != x402.Exact:
		return x402.Signed{}, &x402.Refusal{Reason: x402.InvalidScheme}
	}
	asked, err := ask.Requirements.Messages(d.Client.Encoding.Codec)
	if err != nil {
		return x402.Signed{}, err
	}
	signed, err := x402.ReadSigned(d.Client.Encoding, ask.Payment.Payload)
	if err != nil {
		return signed, err
	}
	if err := signed.Answers(ask.Requirements); err != nil {
		return signed, err
	}
	if err := signed.Pays(asked); err != nil {
		return signed, err
	}
	if _, err := d.Till.Find(ctx, signed.Hash); err == nil {
		return signed, nil // it was taken: settling says what became of it
	}
	if err := signed.Ends(d.Now(), d.Within); err != nil {
		return signed, err
	}
	return signed, d.verify(ctx, signed, chainID)
}

func (d *Doors) settle(ctx context.Context, ask x402.Ask) (Receipt, error) {
	signed, err := d.check(ctx, ask)
	if err != nil {
		return Receipt{Payer: signed.Payer}, err
	}
	leave := d.locks.take(signed.Hash)
	defer leave()
	t := Thing{Resource: x402.Resource{URL: facilitated + ask.Requirements.Extra.Resource}, Work: ask.Requirements.PayTo}
	var receipt Receipt
	switch kept, err := d.Till.Find(ctx, signed.Hash); {
	case errors.Is(err, till.ErrUnknown):
		asked, err := ask.Requirements.Messages(d.Client.Encoding.Codec)
		if err != nil {
			return Receipt{Payer: signed.Payer}, err
		}
		if receipt, err = d.take(ctx, t, ask.Requirements, signed, asked, nothing); err != nil {
			return Receipt{Payer: signed.Payer}, err
		}
	case err != nil:
		return Receipt{Payer: signed.Payer}, broken(err)
	case !kept.Delivered.IsZero():
		return Receipt{Payer: signed.Payer}, &x402.Refusal{Reason: x402.Replayed}
	default:
		if receipt, err = d.resume(ctx, t, kept, nothing); err != nil {
			return Receipt{Payer: signed.Payer}, err
		}
	}
	first, err := d.Till.Deliver(ctx, receipt.ID, d.Now())
	switch {
	case err != nil:
		return Receipt{Payer: signed.Payer}, broken(err)
	case !first: // other doors at the same till were faster
		return Receipt{Payer: signed.Payer}, &x402.Refusal{Reason: x402.Replayed}
	}
	return receipt, nil
}

// facilitated begins the names of other servers' resources, so that nobody has the portal's own by what was paid to another.
const facilitated = "facilitated "

// nothing is fetched for other servers.
func nothing() error { return nil }

// reasonOf is the word for an error; none: it is none.
func reasonOf(err error) x402.Reason {
	var why *x402.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &why):
		return why.Reason
	}
	return x402.UnexpectedError
}
