package x402

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/x402"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// refusal is the body of what is not handed over.
type refusal struct {
	x402.Required
	// Verdict and Reasons are the chain's decision, where that is why.
	Verdict string   `json:"verdict,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
	// Detail says more for people; Codespace and Code are the chain's, where it refused.
	Detail    string `json:"detail,omitempty"`
	Codespace string `json:"codespace,omitempty"`
	Code      uint32 `json:"code,omitempty"`
}

// Paid takes what a request pays for a thing, or sees that nothing has to be paid. Before that it calls fetch, unless
// that is nil: where the thing is not there, nothing is taken, and it fails with what fetch says. It fails with ErrAsk
// where nothing was shown, and with a *x402.Refusal for what is not taken.
type Paid func(fetch func() error) (Receipt, error)

// ErrAsk is matched by the error of a request that shows nothing and has something to pay.
var ErrAsk = errors.New("it is to be paid")

// Serve hands a thing over to whoever may have it: free of charge, paid by this request, or by one who proves the right
// to it. hand calls paid, and writes the thing where that succeeds; what it fails with is answered: what it costs (402),
// or why it is not to be had (403, 404).
func (d *Doors) Serve(w http.ResponseWriter, r *http.Request, t Thing, hand func(paid Paid) error) {
	w.Header().Set("Cache-Control", "private, no-store") // what one has paid is not for the next
	w.Header().Add("Vary", x402.PaymentHeader)
	payment, err := x402.ReadPayment(r.Header)
	if err != nil {
		d.ask(w, r, t, &x402.Refusal{Reason: x402.InvalidPayload, Detail: err.Error()})
		return
	}
	err = hand(func(fetch func() error) (Receipt, error) {
		if fetch == nil {
			fetch = func() error { return nil }
		}
		if payment == nil {
			return d.free(r.Context(), t, fetch)
		}
		return d.Take(r.Context(), w.Header(), t, payment, fetch)
	})
	switch {
	case errors.Is(err, ErrAsk):
		d.ask(w, r, t, nil)
	case err != nil:
		d.refuse(w, r, t, err)
	}
}

// free lets in where nothing is to be paid, by anybody.
func (d *Doors) free(ctx context.Context, t Thing, fetch func() error) (Receipt, error) {
	answer, err := d.anybody(ctx, t)
	if err != nil {
		return Receipt{}, unless(err)
	}
	if !x402.Free(answer) {
		return Receipt{}, ErrAsk
	}
	return Receipt{Resource: t.URL, Work: t.Work, Use: t.Description, Amount: "0"}, fetch()
}

// Pay takes a payment for a thing, or a proof of the right to it; fetch is called before anything is taken. It fails with a
// *x402.Refusal, or as fetch does.
func (d *Doors) Pay(ctx context.Context, t Thing, p *x402.Payment, fetch func() error) (Receipt, error) {
	chainID, err := d.Client.ChainID(ctx)
	if err != nil {
		return Receipt{}, broken(err)
	}
	switch {
	case p.Accepted.Network != x402.Network(chainID):
		return Receipt{}, &x402.Refusal{Reason: x402.InvalidNetwork, Detail: "payments are taken on " + x402.Network(chainID)}
	case p.Payload.Holder != nil:
		receipt, err := d.holder(ctx, t, p.Payload.Holder, p.Accepted.Network)
		if err != nil {
			return Receipt{}, err
		}
		return receipt, fetch()
	case p.Accepted.Extra.Resource != t.URL:
		return Receipt{}, &x402.Refusal{Reason: x402.WrongResource, Detail: "the payment is for " + p.Accepted.Extra.Resource}
	case p.Accepted.Scheme == x402.Exact:
		return d.exact(ctx, t, p, chainID, fetch)
	case p.Accepted.Scheme == x402.Batch:
		return d.batch(ctx, t, p, chainID, fetch)
	}
	return Receipt{}, &x402.Refusal{Reason: x402.InvalidScheme, Detail: "the schemes are " + x402.Exact + " and " + x402.Batch}
}

// holder lets in who may use the work already.
func (d *Doors) holder(ctx context.Context, t Thing, h *x402.Holder, network string) (Receipt, error) {
	signer, err := h.Verify(network, t.URL, d.Now())
	if err != nil {
		return Receipt{}, err
	}
	if h.Agent != "" {
		agent, err := agenttypes.ParseAgentID(h.Agent)
		if err != nil {
			return Receipt{}, &x402.Refusal{Reason: x402.InvalidPayload, Detail: err.Error()}
		}
		if err := d.actsFor(ctx, agent, signer.String(), h.Account); err != nil {
			return Receipt{}, err
		}
	}
	if err := d.Holds(ctx, t, h.Account, false); err != nil {
		return Receipt{}, err
	}
	return Receipt{Resource: t.URL, Work: t.Work, Use: t.Description, Payer: h.Account, Amount: "0"}, nil
}

// ask says what a thing costs now, and why what was shown is not taken, if something was.
func (d *Doors) ask(w http.ResponseWriter, r *http.Request, t Thing, why *x402.Refusal) {
	answer, err := d.anybody(r.Context(), t)
	var accepts []x402.Requirement
	if err == nil {
		accepts, err = d.requirements(r.Context(), t, answer)
	}
	if err != nil {
		d.fail(w, r, err)
		return
	}
	body := refusal{Required: x402.Required{X402Version: x402.Version, Resource: t.Resource, Accepts: accepts}}
	code := http.StatusPaymentRequired
	switch {
	case why != nil:
		body.Error, body.Detail, body.Codespace, body.Code = string(why.Reason), why.Detail, why.Codespace, why.Code
	case answer.Verdict == licensetypes.VERDICT_UNKNOWN:
		code, body.Error = http.StatusNotFound, "not_registered"
	case len(accepts) == 0:
		code, body.Error = http.StatusForbidden, "not_to_be_had"
	default:
		body.Error = "payment_required"
	}
	if code != http.StatusPaymentRequired || len(accepts) == 0 {
		body.Verdict, body.Reasons = rights.VerdictWord(answer.Verdict), explained(answer)
	}
	if code == http.StatusPaymentRequired {
		body.Required = body.Fit()
		w.Header().Set(x402.RequiredHeader, x402.Encode(body.Required))
	}
	answerJSON(w, code, body)
}

// refuse answers who showed a payment that is not taken.
func (d *Doors) refuse(w http.ResponseWriter, r *http.Request, t Thing, err error) {
	var why *x402.Refusal
	if !errors.As(err, &why) {
		d.fail(w, r, err)
		return
	}
	if why.Reason.Retry() {
		if why.Err != nil {
			d.Log.Warn("payment", "resource", t.URL, "reason", string(why.Reason), "error", why.Err)
		}
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		answerJSON(w, http.StatusServiceUnavailable, refusal{
			Required: x402.Required{X402Version: x402.Version, Error: string(why.Reason), Resource: t.Resource, Accepts: []x402.Requirement{}},
			Detail:   why.Detail,
		})
		return
	}
	d.ask(w, r, t, why)
}

// retryAfter is in seconds.
const retryAfter = 2

// fail answers where the node does not, and of works that the operator does not offer.
func (d *Doors) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errDenied) {
		http.Error(w, errDenied.Error(), http.StatusUnavailableForLegalReasons)
		return
	}
	d.Log.Warn("payments", "path", r.URL.Path, "error", err)
	w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	http.Error(w, "the chain can't be asked now; try again in a moment", http.StatusServiceUnavailable)
}

func answerJSON(w http.ResponseWriter, code int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = w.Write(append(raw, '\n')) // who hangs up misses it
}

// why says an answer's reasons in one line.
func why(answer licensetypes.Rights) string {
	said := rights.VerdictWord(answer.Verdict)
	for _, code := range rights.Codes(answer) {
		said += " " + code
	}
	return said
}

// explained are the reasons for people, each with its code.
func explained(answer licensetypes.Rights) []string {
	var lines []string
	for _, reason := range words.InOrder(answer.Reasons) {
		lines = append(lines, words.Explain(reason, answer.Offers, licensetypes.TermsID.String))
	}
	return lines
}
