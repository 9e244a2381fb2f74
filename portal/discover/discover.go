// Package discover finds what a use can be made of, who does something, and what looks like something: offers by use, price and licence,
// agents by how they are reached and what they say of themselves, and works by codes of their content. The index narrows what the node
// is asked about; what is found is what the node decides, all of it at one height.
package discover

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/portal/index"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// How many a page has that names no number, and at most.
const (
	DefaultPage = 20
	MaxPage     = 100
)

const (
	// maxAsked is how many candidates the node is asked about for a page.
	maxAsked = 400
	// maxRounds is how often the index is asked for a page.
	maxRounds = 6
	// atOnce is how many questions are put at a time.
	atOnce = 8
)

// Index is what narrows.
type Index interface {
	Seek(ctx context.Context, w index.Wanted, after string, limit int) (found []index.Candidate, next string, err error)
	Agents(ctx context.Context, protocol string, now time.Time, after string, limit int) (index.Page[agenttypes.AgentID], error)
	Alike(ctx context.Context, of []index.Code, distance, limit int) (found []index.Alike, more bool, err error)
	Work(ctx context.Context, id registrytypes.WorkID) (index.Work, error)
}

// Finder asks an index and a node.
type Finder struct {
	Client *client.Client
	Index  Index
	// Denied says whether the operator does not show a work or an agent, by its id; nil: all are shown.
	Denied func(id string) bool

	terms termsCache
}

func (f *Finder) denied(id string) bool { return f.Denied != nil && f.Denied(id) }

// ParamError says what is wrong with one word of a query. Param is its name, as the REST interface has it.
type ParamError struct {
	Param string
	Err   error
}

func (e *ParamError) Error() string { return e.Param + ": " + e.Err.Error() }
func (e *ParamError) Unwrap() error { return e.Err }

// Query is what offers are looked for by. The use is asked for anybody: offers that name who may take them are left out, and
// grants that somebody has do not count.
type Query struct {
	rights.Wish
	// Kind of the work, as "image"; empty: any.
	Kind string
	// Text is words of title and creators; empty: any.
	Text string
	// Owner of the work, an account; empty: anybody.
	Owner string
	// Licence is an SPDX expression, the name of a preset or an id of terms; empty: any.
	Licence string
	// MaxPrice is the most that all grants together may cost that the use needs, and that each use may, where uses are paid one by one;
	// nil: any.
	MaxPrice *sdk.Coin
	// MaxRoyalty is the most, ppm, that what is made may owe: by the terms together with what the work owes of absolute rates, and by
	// anything that has to be had of sources; it counts where the use makes something; nil: any.
	MaxRoyalty *uint32
	// Approval: also what somebody has to approve first, whose price is asked for only after that.
	Approval bool
	// After goes on behind another page, and Limit is how many offers a page has; 0: DefaultPage.
	After string
	Limit int
}

// Offer is an offer under which the use is allowed, or what it needs is to be had.
type Offer struct {
	Work   string `json:"work"`
	Title  string `json:"title,omitempty"`
	Kind   string `json:"kind"`
	Owner  string `json:"owner"`
	SHA256 string `json:"sha256"`
	// Terms of the offer, with the name of the preset and the SPDX expression where they have them.
	Terms  string `json:"terms"`
	Preset string `json:"preset,omitempty"`
	SPDX   string `json:"spdx,omitempty"`
	// Verdict is "allowed" or "needs_grant".
	Verdict string `json:"verdict"`
	// Price of all grants and passes that the use needs: alternatives, one coin a denom; empty: they are free, or none is needed.
	Price []Coin `json:"price"`
	// UsePrice is what each use costs: alternatives; empty: nothing.
	UsePrice []Coin `json:"use_price"`
	// RoyaltyPolicy of the terms, "none", "absolute" or "relative", and what is owed of what is made, ppm: by the terms together with
	// what the work owes of absolute rates, or the highest rate of what has to be had, if that is more. Of a use that makes nothing it is
	// the terms' rate.
	RoyaltyPolicy string `json:"royalty_policy"`
	RoyaltyPPM    uint32 `json:"royalty_ppm"`
	// Approval: somebody has to approve first.
	Approval bool `json:"needs_approval"`
	// Needs is what has to be had, the cheapest of each in the first denom of the price.
	Needs []Need `json:"needs"`
	// Duties are codes of what else comes with the use, as "attribution"; only of what is allowed.
	Duties []string `json:"duties"`
}

// Need is a grant, or a pass for uses of one work.
type Need struct {
	Work  string `json:"work"`
	Terms string `json:"terms"`
	// UsesOf is set of a pass: the work that it is for.
	UsesOf string `json:"uses_of,omitempty"`
	Price  []Coin `json:"price"`
}

// Coin is an amount in base units.
type Coin struct {
	Denom  string `json:"denom"`
	Amount string `json:"amount"`
}

func coins(list sdk.Coins) []Coin {
	written := make([]Coin, len(list))
	for i, c := range list {
		written[i] = Coin{c.Denom, c.Amount.String()}
	}
	return written
}

// Found is a page of offers.
type Found struct {
	ChainID string    `json:"chain_id"`
	Height  int64     `json:"height,string"`
	Time    time.Time `json:"time"`
	Offers  []Offer   `json:"offers"`
	// Next is where the search goes on; empty: there is no more. A page may have few offers, or none, and a next.
	Next string `json:"next,omitempty"`
}

// Offers finds offers, the newest works first. It fails with a *ParamError, and with index.ErrPage for an After that no page gave.
func (f *Finder) Offers(ctx context.Context, q Query) (found Found, err error) {
	err = settled(ctx, func() error {
		found, err = f.offersNow(ctx, q)
		return err
	})
	return found, err
}

// offersNow is Offers at the newest height. It fails with rights.ErrOtherMoment where that is being committed.
func (f *Finder) offersNow(ctx context.Context, q Query) (found Found, err error) {
	found.Offers = []Offer{}
	if found.Height, found.Time, err = f.Client.Latest(ctx); err != nil {
		return found, err
	}
	wanted, err := q.wanted(found.Time)
	if err != nil {
		return found, err
	}
	if found.ChainID, err = f.Client.ChainID(ctx); err != nil {
		return found, err
	}
	limit := pageOf(q.Limit)
	s := search{Finder: f, q: q, use: wanted.Use, moment: rights.Moment{Height: found.Height, Time: found.Time}}
	asked, after := 0, q.After
	for round := 1; ; round++ {
		candidates, next, err := f.Index.Seek(ctx, wanted, after, min(MaxPage, 2*(limit-len(found.Offers))))
		if err != nil {
			return found, err
		}
		offers, err := s.decide(ctx, candidates)
		if err != nil {
			return found, err
		}
		for i, offer := range offers {
			if offer == nil {
				continue
			}
			if found.Offers = append(found.Offers, *offer); len(found.Offers) == limit {
				if i < len(candidates)-1 {
					next = candidates[i].Mark
				}
				found.Next = next
				return found, nil
			}
		}
		if asked += len(candidates); next == "" || asked >= maxAsked || round == maxRounds {
			found.Next = next
			return found, nil
		}
		after = next
	}
}

func pageOf(limit int) int {
	if limit <= 0 {
		return DefaultPage
	}
	return min(limit, MaxPage)
}

// wanted checks a query, and says it as the index wants it.
func (q Query) wanted(now time.Time) (w index.Wanted, err error) {
	use, err := rights.ParseUse(q.Wish, now)
	if err != nil {
		return w, err
	}
	w = index.Wanted{
		Use: use, Now: now, Text: q.Text, Owner: q.Owner, Licence: q.Licence, MaxPrice: q.MaxPrice, MaxRoyalty: q.MaxRoyalty,
	}
	if q.Kind != "" {
		if w.Kind, err = describe.ParseKind(q.Kind); err != nil {
			return w, &ParamError{"kind", err}
		}
	}
	if q.Owner != "" {
		if subject, err := index.ParseSubject(q.Owner); err != nil || subject.Kind() != accountKind {
			return w, &ParamError{"owner", fmt.Errorf("%.100q is no account", q.Owner)}
		}
	}
	if q.MaxRoyalty != nil && *q.MaxRoyalty > licensetypes.MaxRate {
		return w, &ParamError{"max_royalty", fmt.Errorf("%d is more than %d ppm, which is all", *q.MaxRoyalty, licensetypes.MaxRate)}
	}
	return w, nil
}
