package mcp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// use is what a question is about.
type use struct {
	Use         string   `json:"use" jsonschema:"what for: copy, distribute, perform, adapt, train-ai, ai-input or search"`
	Commercial  bool     `json:"commercial,omitempty" jsonschema:"it is done for money"`
	Territories []string `json:"territories,omitempty" jsonschema:"ISO 3166-1 alpha-2 codes such as FR; none: everywhere"`
	Media       []string `json:"media,omitempty" jsonschema:"media such as web or print; none: every medium"`
	Until       string   `json:"until,omitempty" jsonschema:"until when: 2027-12-31, a time in RFC 3339, or 30d; empty: now only"`
}

// maybe is a use that need not be named.
type maybe struct {
	Use         string   `json:"use,omitempty" jsonschema:"what for, as in clear"`
	Commercial  bool     `json:"commercial,omitempty"`
	Territories []string `json:"territories,omitempty"`
	Media       []string `json:"media,omitempty"`
	Until       string   `json:"until,omitempty"`
}

func (u maybe) read() (licensetypes.Use, error) { return use(u).read() }

func (u use) read() (licensetypes.Use, error) {
	asked, err := rights.ParseUse(rights.Wish{
		Action: u.Use, Commercial: u.Commercial, Territories: u.Territories, Media: u.Media, Until: u.Until,
	}, time.Now())
	if err != nil {
		return asked, fmt.Errorf("%w: %w", ErrArgument, err)
	}
	return asked, nil
}

type clearIn struct {
	Work string `json:"work" jsonschema:"work id (work1...) or SHA-256 of the file; of several claims to a content the earliest answers"`
	use
	As string `json:"as,omitempty" jsonschema:"account that would use it; empty: this server's controller, or anybody where it has none"`
}

// Duty is what comes with a use.
type Duty struct {
	Code     string   `json:"code" jsonschema:"attribution, share_alike, report_use, royalty, pay_per_use, count_use or leave_out"`
	Sentence string   `json:"sentence"`
	Work     string   `json:"work" jsonschema:"to which it is owed"`
	Terms    string   `json:"terms,omitempty"`
	Credit   *Text    `json:"credit,omitempty" jsonschema:"the credit line to show, as it was registered"`
	Price    []Amount `json:"price,omitempty" jsonschema:"of each use; alternatives"`
	Rate     uint32   `json:"rate,omitempty" jsonschema:"royalty in parts per million"`
}

// Notice is something else to know.
type Notice struct {
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
}

// Offer is something to acquire.
type Offer struct {
	Work          string   `json:"work"`
	Terms         string   `json:"terms" jsonschema:"what to name to acquire it"`
	Kind          string   `json:"kind" jsonschema:"grant, or pass: for uses of one work made from it"`
	UsesOf        string   `json:"uses_of,omitempty" jsonschema:"the work that a pass is for"`
	Price         []Amount `json:"price" jsonschema:"alternatives, of which one is paid; none: free"`
	Royalty       string   `json:"royalty"`
	Rate          uint32   `json:"rate" jsonschema:"royalty in parts per million"`
	Until         string   `json:"until,omitempty" jsonschema:"when a grant taken now would end; empty: never"`
	NeedsApproval bool     `json:"needs_approval" jsonschema:"its owner has to approve first"`
	Serves        string   `json:"serves" jsonschema:"how many derivatives a grant serves"`
}

// Buying is what meets all that a use needs.
type Buying struct {
	Offers []Offer  `json:"offers" jsonschema:"all of them are needed"`
	Total  []Amount `json:"total" jsonschema:"of all together, the cheapest; none: free"`
	Waits  bool     `json:"waits" jsonschema:"money is not enough: an owner has to approve first"`
}

type clearOut struct {
	Verdict    string   `json:"verdict" jsonschema:"allowed, needs_grant, denied, or unknown: nobody has registered it"`
	Sentence   string   `json:"sentence"`
	Work       *Work    `json:"work,omitempty"`
	Use        string   `json:"use" jsonschema:"the question in words"`
	As         string   `json:"as,omitempty" jsonschema:"who asks; empty: anybody"`
	Permission string   `json:"permission,omitempty" jsonschema:"what an allowed use relies on: a grant or terms; empty of one's own work"`
	Reasons    []Reason `json:"reasons" jsonschema:"why it is not allowed"`
	Duties     []Duty   `json:"obligations" jsonschema:"what whoever uses it has to do"`
	Notices    []Notice `json:"notices"`
	Offers     []Offer  `json:"offers" jsonschema:"what could be acquired"`
	Buy        *Buying  `json:"to_buy,omitempty" jsonschema:"the cheapest that would do"`
	Height     int64    `json:"height" jsonschema:"block after which it was decided"`
	DecidedAt  string   `json:"decided_at,omitempty" jsonschema:"time of that block"`
	Cut
}

// clear asks whether a work may be used.
func (s *Server) clear(ctx context.Context, in clearIn) (out clearOut, err error) {
	asked, err := in.read()
	if err != nil {
		return out, err
	}
	if ctx, out.Height, err = s.pinned(ctx); err != nil {
		return out, err
	}
	out.Use, out.As = words.Use(asked), in.As
	if in.As == "" {
		out.As = s.account()
	}
	claim, err := s.one(ctx, in.Work)
	if errors.Is(err, ErrUnregistered) { // which is an answer
		out.fill(units.Units{}, asked, licensetypes.Rights{Verdict: licensetypes.VERDICT_UNKNOWN})
		return out, nil
	}
	if err != nil {
		return out, err
	}
	res, err := s.config.Client.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: claim.Id.String(), Use: asked, Licensee: out.As,
	})
	if err != nil {
		return out, err
	}
	work := workOf(claim)
	out.Work, out.DecidedAt = &work, moment(&res.DecidedAt)
	out.fill(s.inUnits(ctx), asked, res.Rights)
	return out, nil
}

// fill says an answer of the chain.
func (out *clearOut) fill(u units.Units, asked licensetypes.Use, answer licensetypes.Rights) {
	out.Verdict, out.Sentence = rights.VerdictWord(answer.Verdict), words.Headline(answer.Verdict)
	if answer.Verdict == licensetypes.VERDICT_ALLOWED {
		out.Permission = answer.Permission
	}
	out.Duties, out.Notices, out.Offers = []Duty{}, []Notice{}, []Offer{}
	out.Reasons = append([]Reason{}, reasonsOf(answer)...)
	var cut Cut
	count := func() { out.LeftOut += cut.LeftOut }
	out.Reasons, cut = few(out.Reasons)
	count()
	for _, o := range answer.Obligations {
		out.Duties = append(out.Duties, dutyOf(u, o, answer, asked))
	}
	out.Duties, cut = few(out.Duties)
	count()
	for _, n := range answer.Notices {
		out.Notices = append(out.Notices, Notice{n.Code, words.Notify(n)})
	}
	out.Offers = append(out.Offers, offersOf(u, asked, rights.Best(answer.Offers, ""))...)
	out.Offers, cut = few(out.Offers)
	count()
	if answer.Verdict == licensetypes.VERDICT_NEEDS_GRANT {
		out.Buy = buyingOf(u, asked, answer)
	}
}

func dutyOf(u units.Units, o licensetypes.Obligation, answer licensetypes.Rights, asked licensetypes.Use) Duty {
	code := word(o.Kind.String(), "OBLIGATION_")
	d := Duty{Code: code, Work: o.Work.String(), Credit: said(o.Text), Price: coins(u, o.Price), Rate: o.RoyaltyRate}
	if !o.Terms.IsZero() {
		d.Terms = named(o.Terms)
	}
	o.Text = "" // what a stranger wrote stands in no sentence
	d.Sentence = words.Duty(o, answer, asked, named)
	return d
}

func offersOf(u units.Units, asked licensetypes.Use, list []licensetypes.Obtainable) (offers []Offer) {
	for _, o := range list {
		offer := Offer{
			Work: o.Work.String(), Terms: named(o.Terms), Kind: "grant", Price: coins(u, o.Price), Rate: o.RoyaltyRate,
			Royalty: words.Royalty(o.RoyaltyPolicy, o.RoyaltyRate), Until: moment(o.ExpiresAt), NeedsApproval: o.NeedsApproval,
			Serves: words.ServesFor(words.Serves(o.Serves), asked),
		}
		if !o.UsesOf.IsZero() {
			offer.Kind, offer.UsesOf, offer.Serves = "pass", o.UsesOf.String(), words.PassServes(asked)
		}
		offers = append(offers, offer)
	}
	return offers
}

func buyingOf(u units.Units, asked licensetypes.Use, answer licensetypes.Rights) *Buying {
	items := rights.Shown(answer)
	list := make([]licensetypes.Obtainable, len(items))
	for i, item := range items {
		list[i] = item.Offer
	}
	return &Buying{
		Offers: append([]Offer{}, offersOf(u, asked, list)...), Total: coins(u, rights.Total(items)), Waits: rights.Waits(answer, items),
	}
}

// under are the terms or the grant that alone is to count; empty: any.
func (s *Server) under(ctx context.Context, work registrytypes.WorkID, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	if permission.IsGrant(name) {
		id, err := licensetypes.ParseGrantID(name)
		if err != nil {
			return "", fmt.Errorf("%w: terms: %w", ErrArgument, err)
		}
		return id.String(), nil
	}
	id, err := permission.TermsOf(ctx, s.config.Client, work, name)
	if err != nil && !errors.As(err, new(*permission.RefusedError)) {
		// What it is called by others stands in no sentence.
		return "", fmt.Errorf("%w: terms: name a terms id, or a preset or licence that just one of its offers is of", ErrArgument)
	}
	return id.String(), err
}
