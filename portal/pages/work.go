package pages

import (
	"context"
	"html/template"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/units"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// maxRivals, maxPaid and maxShown bound the lists of a work's page, and maxPayees those of a
	// transaction's receipts together; each says where the rest is.
	maxRivals = 20
	maxPaid   = 30
	maxPayees = 100
	maxShown  = 20
)

// workPage is what a work's page shows.
type workPage struct {
	Height int64
	At     time.Time

	ID         string
	Title      string
	Kind       string
	MediaType  string
	Status     string
	Active     bool
	Sha256     string
	Owner      link
	Registrant link // empty: the owner
	Creators   []creator
	Since      time.Time
	Registered time.Time
	Anchored   bool
	Placed     time.Time // where the claim stands if its anchor was revealed too late; zero: at Since
	Version    uint32
	MadeAs     string
	Blanked    string // SHA-256 of the text that was taken back
	Marks      []string
	More       string // where more is said, as text
	Recipient  link   // to whom it is offered

	Rivals     []rival
	MoreRivals bool
	Similar    []similarWork // of other contents
	Drawn      drawn
	Sources    []source
	MoreLinks  bool
	UsedIn     []source
	MoreUsed   bool
	Record     []fact
	Agent      link     // in whose name it was declared
	Answers    []answer // to the questions that most ask
	Question   question
	Offers     []offer
	MoreOffers bool
	Payees     []payee
	MorePayees bool
	Held       string
	PayeesOf   string // the amount that is divided
	NoPayees   string // why there are none
	Holders    []payee
	Disputes   []disputeLine // open ones
	MoreOpen   bool
	Past       []disputeLine // the newest first
	MorePast   bool
	Tainted    []link
	Dataset    *datasetPart // nil: the work has no manifest
	History    []happening
	MoreUntold string // address of what happened before
	Begins     int64  // the block with which history begins, if the work is older
	// JSONLD says for programs what it is and is offered under; empty: that is not known.
	JSONLD template.JS
	usage  string
}

type creator struct {
	Name, Role string
	Account    link
}

type fact struct{ Name, Value string }

type rival struct {
	link
	Owner   link
	Since   time.Time
	Earlier bool
	This    bool
}

// payee is who gets a part of something.
type payee struct {
	Account link
	Work    link // by which work; empty: this one
	Share   string
	Amount  string
	Basis   string
	Escrow  bool
	width   uint64
}

// Width is the payee's part in tenths of a percent, for a bar.
func (p payee) Width() uint64 { return p.width }

type disputeLine struct {
	link
	What, Stands string
	Open         bool
	// Closed is when it was over; zero: it is open.
	Closed time.Time
}

// asking is one work that a page is made of.
type asking struct {
	*visit
	portrait.Portrait
	units units.Units
	page  *workPage
}

func (s *Site) work(ctx context.Context, v *visit) error {
	id, err := v.workID()
	if err != nil {
		return err
	}
	p, err := portrait.Of(ctx, s.Client, id)
	if err != nil {
		return err
	}
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	a := &asking{visit: v, Portrait: p, units: u, page: &workPage{Height: p.Height, ID: id.String(), Title: v.titleOf(p.Work)}}
	a.claim()
	a.offers()
	at, group := errgroupAt(v.at(ctx, p.Height))
	group.Go(func() error { return a.rivals(at) })
	group.Go(func() error { return a.looksLike(ctx) })
	group.Go(func() error { return a.links(at) })
	group.Go(func() error { return a.usedIn(at) })
	group.Go(func() error { return a.payees(at) })
	group.Go(func() error { return a.ask(at) })
	group.Go(func() error { return a.disputes(at) })
	group.Go(func() error { return a.dataset(at) })
	group.Go(func() (err error) {
		a.page.Drawn, err = a.draw(at, id, maxBeside, mostBeside)
		return err
	})
	group.Go(func() error { return a.history(ctx) })
	group.Go(func() error {
		a.rights(ctx)
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	a.head()
	return v.show(200, "work.html", a.page.Title, a.page)
}

// workID reads the id in the address. The operator may not show some works.
func (v *visit) workID() (registrytypes.WorkID, error) {
	text := v.r.PathValue("id")
	id, err := registrytypes.ParseWorkID(text)
	if err != nil {
		return id, wrong("fault.work", text)
	}
	if v.site.Denied(id.String()) {
		return id, fault{code: 451, message: "fault.denied", args: []any{v.site.Operator}}
	}
	return id, nil
}

func (a *asking) claim() {
	w, page := a.Work, a.page
	page.Kind, page.MediaType, page.Sha256 = a.kind(w.Details.Kind), w.Details.MediaType, w.Sha256.String()
	page.Status, page.Active = a.status(w.Status), w.Status == registrytypes.STATUS_ACTIVE
	page.Owner = accountLink(w.Owner)
	if w.Registrant != w.Owner {
		page.Registrant = accountLink(w.Registrant)
	}
	for _, c := range w.Details.Creators {
		made := creator{Name: clip(c.Name), Role: clip(c.Role)}
		if c.Account != "" {
			made.Account = accountLink(c.Account)
		}
		page.Creators = append(page.Creators, made)
	}
	page.Since, page.Registered, page.Version = w.ClaimedSince.Time, w.RegisteredAt, w.Version
	page.Anchored = !w.AnchorRoot.IsZero()
	if w.PlacedAt != nil {
		page.Placed = w.PlacedAt.Time
	}
	page.MadeAs, page.More = w.Details.DigitalSourceType, w.Details.MetadataUri
	if !w.BlankedSha256.IsZero() {
		page.Blanked = w.BlankedSha256.String()
	}
	for _, f := range w.Details.Fingerprints {
		page.Marks = append(page.Marks, f.Scheme+": "+f.Value)
	}
	if a.Transfer != nil {
		page.Recipient = accountLink(a.Transfer.Recipient)
	}
	for _, h := range a.Holders.Holders {
		page.Holders = append(page.Holders, payee{Account: a.holder(h.Account), Share: percent(h.Weight), width: uint64(h.Weight) / 1000})
	}
	page.Record, page.Agent = a.record(), a.madeBy()
}

// madeBy leads to the agent that the record names, if it does, and says by which version of its card.
func (a *asking) madeBy() (to link) {
	r := a.Derivation.Record
	if r == nil || r.Agent.IsZero() {
		return to
	}
	to = agentLink(r.Agent)
	to.Text = a.T("record.card", to.Text, r.AgentVersion)
	return to
}

// record says how a system made the work, but for the agent. Name of the provider, system and version, time and
// unique id are what California's SB 942 wants on a permanent page, which this is.
func (a *asking) record() (shown []fact) {
	r := a.Derivation.Record
	if r == nil {
		return nil
	}
	facts := []fact{
		{"record.provider", r.Provider},
		{"record.system", strings.TrimSpace(r.SystemName + " " + r.SystemVersion)},
		{"record.time", a.optionalTime(r.GeneratedAt)},
		{"record.id", r.UniqueId},
		{"record.work", a.Work.Id.String()},
		{"record.model", r.Model},
		{"record.anchored", a.optionalTime(r.AnchoredAt)},
		{"record.blanked", r.BlankedSha256.String()},
	}
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Value == "" })
}

// optionalTime writes a time that may be unset.
func (v *visit) optionalTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return sayTime(v.lang.words, *t)
}

// rivals finds all claims to the same content, the earliest first.
func (a *asking) rivals(ctx context.Context) error {
	res, err := a.site.Client.Registry().Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: "sha256", Value: a.Work.Sha256.String(), Pagination: &query.PageRequest{Limit: maxRivals},
	})
	if err != nil {
		return err
	}
	a.page.MoreRivals = len(res.Pagination.GetNextKey()) > 0
	earlier := true
	for _, w := range res.Works {
		if w.Id == a.Work.Id {
			earlier = false
		}
		a.page.Rivals = append(a.page.Rivals, rival{
			link: workLink(w.Id, a.titleOf(w)), Owner: accountLink(w.Owner), Since: w.ClaimedSince.Time,
			Earlier: earlier, This: w.Id == a.Work.Id,
		})
	}
	return nil
}

// Others is how many others of those listed claim the content, and Before how many of them earlier. This
// work is not listed itself where too many are earlier.
func (p workPage) Others() (n int) {
	for _, r := range p.Rivals {
		if !r.This {
			n++
		}
	}
	return n
}

// Before is how many claim the content earlier.
func (p workPage) Before() (n int) {
	for _, r := range p.Rivals {
		if r.Earlier {
			n++
		}
	}
	return n
}

// sample is what a page divides to show who gets paid, in whole units.
const sample = 100

// payees asks who gets what of a payment of 100 of the first denom that is accepted.
func (a *asking) payees(ctx context.Context) error {
	amount, ok := a.sample()
	if !ok {
		a.page.NoPayees = a.T("paid.nothing")
		return nil
	}
	a.page.PayeesOf = a.units.Short(amount)
	res, err := a.site.Client.Royalty().Preview(ctx, &royaltytypes.QueryPreviewRequest{
		Work: a.Work.Id, Amount: amount.String(), Pagination: &query.PageRequest{Limit: maxPaid},
	})
	if c := status.Code(err); c == codes.Unavailable || c == codes.DeadlineExceeded || c == codes.Canceled {
		return err // the node is away, which is no refusal
	}
	if err != nil {
		a.page.NoPayees = a.T("paid.refused", client.Tidy(err.Error()))
		return nil //nolint:nilerr // said on the page, which has much else
	}
	a.page.MorePayees = len(res.Pagination.GetNextKey()) > 0
	if res.Held.IsPositive() {
		a.page.Held = a.units.Short(res.Held)
	}
	for _, p := range res.Payees {
		part := payee{Account: a.holder(p.Account), Amount: a.units.Short(p.Amount), Escrow: p.Escrow}
		if p.Account == "" {
			part.Account = link{}
		}
		if p.Work != a.Work.Id {
			part.Work = a.named(ctx, p.Work)
		}
		if amount.Amount.IsPositive() {
			part.width = p.Amount.Amount.MulRaw(1000).Quo(amount.Amount).Uint64()
		}
		a.page.Payees = append(a.page.Payees, part)
	}
	return nil
}

// sample is what is divided: 100 of a stablecoin where the chain takes one.
func (a *asking) sample() (sdk.Coin, bool) {
	all := a.units.All()
	if len(all) == 0 {
		return sdk.Coin{}, false
	}
	chosen := all[0]
	for _, u := range all {
		if strings.HasPrefix(u.Symbol, "USD") {
			chosen = u
			break
		}
	}
	amount := sdk.NewInt64Coin(chosen.Denom, sample)
	for range chosen.Decimals {
		amount.Amount = amount.Amount.MulRaw(10)
	}
	return amount, true
}

// maxDisputes is how many disputes of a work are looked at: the chain lists open ones first, and of those that are over
// none before another.
const maxDisputes = 100

// disputes finds those about the work: all that are open, and the newest that are over.
func (a *asking) disputes(ctx context.Context) error {
	res, err := a.site.Client.Dispute().Disputes(ctx, &disputetypes.QueryDisputesRequest{
		Work: a.Work.Id, Pagination: &query.PageRequest{Limit: maxDisputes},
	})
	if err != nil {
		return err
	}
	for _, d := range res.Disputes {
		if line := a.disputeLine(d); !line.Open {
			a.page.Past = append(a.page.Past, line)
		} else if len(a.page.Disputes) < maxShown {
			a.page.Disputes = append(a.page.Disputes, line)
		} else {
			a.page.MoreOpen = true
		}
	}
	if len(res.Pagination.GetNextKey()) > 0 && len(a.page.Past) == 0 {
		a.page.MoreOpen = true // open ones come first
	}
	slices.SortStableFunc(a.page.Past, func(x, y disputeLine) int { return y.Closed.Compare(x.Closed) })
	a.page.MorePast = len(res.Pagination.GetNextKey()) > 0 || len(a.page.Past) > maxShown
	a.page.Past = a.page.Past[:min(len(a.page.Past), maxShown)]
	return nil
}

func (a *asking) offers() {
	for i, o := range a.Offers {
		if a.page.MoreOffers = i == maxShown; a.page.MoreOffers {
			break
		}
		a.page.Offers = append(a.page.Offers, a.offer(o))
	}
}

// offer is one of a work's offers.
type offer struct {
	Terms   link
	Price   string
	Royalty string
	Note    string
}

func (a *asking) offer(o licensetypes.OpenOffer) offer {
	t := o.Terms.Terms
	name := termsName(o.Terms)
	made := offer{
		Terms: link{name, "/terms/" + o.Terms.Id.String()}, Price: a.price(o.Offer.Price),
		Royalty: a.royalty(t.RoyaltyPolicy, t.RoyaltyRate),
	}
	switch {
	case o.Offer.Paused:
		made.Note = a.T("offer.paused")
	case len(o.Offer.Licensees) > 0:
		made.Note = a.T("offer.named")
	}
	return made
}

// price is one coin of several, or that nothing is asked.
func (a *asking) price(coins sdk.Coins) string {
	if coins.Empty() {
		return a.T("price.free")
	}
	list := make([]string, len(coins))
	for i, c := range coins {
		list[i] = a.units.Short(c)
	}
	return strings.Join(list, a.T("price.or"))
}
