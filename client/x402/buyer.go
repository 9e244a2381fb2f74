package x402

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Buyer fetches by HTTP, and pays where that is asked for.
type Buyer struct {
	Purse Purse
	// HTTP asks; nil: with a limit of two minutes. It follows no redirects: a payment is for who asked for it.
	HTTP *http.Client
	// Book keeps payments until they are answered; nil: a payment whose answer is lost is lost with this process.
	Book *Book
	// Choose picks what to pay of what is asked for. Whatever it fails with ends Fetch, and nothing is paid.
	Choose func(Required) (Requirement, error)
	// Agree is asked before anything is signed; nil: nobody is.
	Agree func(r Requirement, fee sdk.Coins) error
}

// Fetched is what was handed over. Whoever has it reads and closes Body, and then calls Done.
type Fetched struct {
	*http.Response
	// Settlement of the payment; nil: nothing was paid, or shown.
	Settlement *Settlement

	done func() error
}

// Done says that the thing is safe: until then the same payment is shown when it is fetched again.
func (f Fetched) Done() error {
	if f.done == nil {
		return nil
	}
	return f.done()
}

// ErrOpen says that a payment was shown and no answer came. The same one is shown when the same is fetched again.
var ErrOpen = errors.New("what became of the payment is not known: fetch it again, which pays nothing twice")

// NotHadError is an answer that is neither the thing nor a price.
type NotHadError struct {
	Status int
	// Reasons that the server gives, for people.
	Reasons []string
	Body    []byte
}

// Error implements error.
func (e *NotHadError) Error() string {
	text := fmt.Sprintf("the server answers %d %s", e.Status, http.StatusText(e.Status))
	for _, reason := range e.Reasons {
		text += "; " + reason
	}
	return text
}

const (
	fetchWithin = 2 * time.Minute
	// maxSaid is how much is read of an answer that is not the thing, in bytes.
	maxSaid = 256 << 10
)

// Fetch fetches an address. It shows what it has paid for it before, if that is open; else who asks, where a price is
// asked for; and pays at last. It fails with a *Refusal where a payment is not taken, *NotHadError where the thing is
// not to be had for money, and ErrOpen.
func (b *Buyer) Fetch(ctx context.Context, address string) (Fetched, error) {
	open, err := b.Book.Find(address)
	if err != nil {
		return Fetched{}, err
	}
	if open != nil {
		fetched, err := b.show(ctx, address, *open)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.Reason != Expired {
			return fetched, err
		}
		// Nothing was paid by it, and it never will be.
	}
	answer, err := b.ask(ctx, address, nil)
	if err != nil {
		return Fetched{}, err
	}
	asked, err := priced(answer)
	if err != nil || asked == nil {
		return Fetched{Response: answer}, err
	}
	// A proof for another's resource would let whoever asks for it in there.
	if len(asked.Accepts) > 0 && sameHost(address, asked.Resource.URL) == nil {
		proof, err := b.Purse.Prove(ctx, asked.Resource.URL, time.Now())
		if err != nil {
			return Fetched{}, err
		}
		if fetched, err := b.show(ctx, address, proof); err == nil {
			return fetched, nil
		}
	}
	return b.buy(ctx, address, asked.Required)
}

// buy pays what is asked for.
func (b *Buyer) buy(ctx context.Context, address string, asked Required) (Fetched, error) {
	r, err := b.Choose(asked)
	if err != nil {
		return Fetched{}, err
	}
	if err := sameHost(address, r.Extra.Resource); err != nil {
		return Fetched{}, err
	}
	purse := b.Purse
	if b.Agree != nil {
		purse.Agree = func(fee sdk.Coins) error { return b.Agree(r, fee) }
	}
	payment, err := purse.Pay(ctx, r)
	if err != nil {
		return Fetched{}, err
	}
	payment.Resource = &asked.Resource
	if err := b.Book.Keep(address, payment); err != nil {
		return Fetched{}, err
	}
	return b.show(ctx, address, payment)
}

// sameHost fails where a payment would be for somebody else than who asks for it.
func sameHost(address, resource string) error {
	a, errA := url.Parse(address)
	r, errR := url.Parse(resource)
	if err := errors.Join(errA, errR); err != nil {
		return err
	}
	if a.Scheme != r.Scheme || a.Host != r.Host {
		return &Refusal{Reason: WrongResource, Detail: fmt.Sprintf("%s asks to be paid for %s: fetch that, if you mean it", address, resource)}
	}
	return nil
}

// show shows a payment, or a proof.
func (b *Buyer) show(ctx context.Context, address string, p Payment) (Fetched, error) {
	answer, err := b.ask(ctx, address, &p)
	if err != nil {
		return Fetched{}, errors.Join(ErrOpen, err)
	}
	var settled *Settlement
	if s := new(Settlement); answer.Header.Get(SettledHeader) != "" {
		if _, err := ReadHeader(answer.Header, SettledHeader, s); err != nil {
			return Fetched{}, errors.Join(ErrOpen, err, answer.Body.Close())
		}
		settled = s
	}
	if unanswered(answer.StatusCode) {
		return Fetched{}, errors.Join(ErrOpen, &NotHadError{Status: answer.StatusCode}, answer.Body.Close())
	}
	forget := func() error {
		if p.Payload.Holder != nil {
			return nil
		}
		return b.Book.Forget(address)
	}
	asked, err := priced(answer)
	switch {
	case err != nil:
		// It does not say what became of the payment, which may be in a block: it is shown again, until it is expired or
		// hands over the thing.
		return Fetched{}, err
	case asked != nil && Reason(asked.Error).Retry():
		return Fetched{}, errors.Join(ErrOpen, &Refusal{Reason: Reason(asked.Error), Detail: asked.detail})
	case asked != nil:
		return Fetched{}, errors.Join(&Refusal{Reason: Reason(asked.Error), Detail: asked.detail}, forget())
	}
	return Fetched{Response: answer, Settlement: settled, done: forget}, nil
}

// unanswered says whether an answer tells nothing of a payment: it is a proxy's that waited long enough, or of a server that can't tell.
func unanswered(code int) bool {
	return code >= http.StatusInternalServerError || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout ||
		code == http.StatusTooEarly
}

func (b *Buyer) ask(ctx context.Context, address string, p *Payment) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if p != nil {
		r.Header.Set(PaymentHeader, Encode(p))
	}
	asking := http.Client{Timeout: fetchWithin}
	if b.HTTP != nil {
		asking = *b.HTTP
	}
	asking.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return asking.Do(r)
}

// asking is what a server asks for, with what it says of a payment that it does not take.
type asking struct {
	Required
	detail string
}

// priced reads what an answer asks for; nil: it is the thing. An answer that is not the thing is read and closed.
func priced(answer *http.Response) (*asking, error) {
	if answer.StatusCode < http.StatusMultipleChoices {
		return nil, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxSaid))
	if err != nil {
		return nil, err
	}
	var said struct {
		Detail  string   `json:"detail"`
		Reasons []string `json:"reasons"`
	}
	_ = json.Unmarshal(body, &said) // what is no JSON says nothing more
	if answer.StatusCode != http.StatusPaymentRequired {
		reasons := said.Reasons
		if to := answer.Header.Get("Location"); to != "" {
			reasons = append(reasons, "it is at "+to)
		}
		return nil, &NotHadError{Status: answer.StatusCode, Reasons: reasons, Body: body}
	}
	var asked Required
	there, err := ReadHeader(answer.Header, RequiredHeader, &asked)
	switch {
	case err != nil:
		return nil, err
	case !there || asked.X402Version != Version:
		return nil, fmt.Errorf("the server asks to be paid in another way than x402 version %d", Version)
	}
	return &asking{asked, said.Detail}, nil
}
