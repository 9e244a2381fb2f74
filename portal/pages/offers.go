package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal/discover"
)

// maxOffersShown is the most offers of a page for people, maxNeedsShown the most that one has of its needs, and maxCoinsShown of a price:
// so a page stays below MaxPage.
const maxOffersShown, maxNeedsShown, maxCoinsShown = 30, 2, 3

// offersPage is a search for offers.
type offersPage struct {
	Height int64
	Query  discover.Query
	// MaxPrice, Territory and Medium are as the reader wrote them, and MaxRoyalty is chosen of Royalties.
	MaxPrice, Territory, Medium, MaxRoyalty string
	Uses, Kinds, Royalties                  []word
	// Asked: something was looked for; Wrong says what is not understood of it.
	Asked bool
	Wrong string
	Found []foundOffer
	Next  string
}

// foundOffer is an offer that serves.
type foundOffer struct {
	Work, Owner, Terms     link
	Kind, Verdict, Says    string
	Price, PerUse, Royalty string
	Approval               bool
	Needs                  []neededOffer
	MoreNeeds              bool
}

// neededOffer is what has to be had of another work too.
type neededOffer struct {
	Work  link
	Price string
}

// royaltySteps are the highest royalties that the page offers to choose from, in ppm.
var royaltySteps = []struct{ Value, Percent string }{
	{"0", "0\u00a0%"}, {"50000", "5\u00a0%"}, {"100000", "10\u00a0%"}, {"200000", "20\u00a0%"}, {"500000", "50\u00a0%"},
}

// offersJSON answers programs.
func (s *Site) offersJSON(ctx context.Context, r *http.Request) (any, error) {
	q, err := s.offersQuery(ctx, r.URL.Query())
	if err != nil {
		return nil, err
	}
	return s.finder.Offers(ctx, q)
}

func (s *Site) offersQuery(ctx context.Context, values url.Values) (discover.Query, error) {
	var away error
	q, err := discover.ReadQuery(values, func(text string) (sdk.Coin, error) {
		u, err := s.Client.Units(ctx)
		if err != nil {
			away = err
			return sdk.Coin{}, err
		}
		return u.Read(text)
	})
	if away != nil {
		return q, away
	}
	return q, err
}

// offers finds what is on offer for a use.
func (s *Site) offers(ctx context.Context, v *visit) error {
	values := v.r.URL.Query()
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	q, err := s.offersQuery(ctx, values)
	page := &offersPage{
		Query: q, Asked: values.Get("use") != "", MaxPrice: cut(values.Get("max_price")), MaxRoyalty: cut(values.Get("max_royalty")),
		Territory: cut(values.Get("territory")), Medium: cut(values.Get("medium")),
	}
	v.offerForm(page)
	if !page.Asked {
		return v.show(http.StatusOK, "offers.html", v.T("offers.title"), page)
	}
	var found discover.Found
	q.Limit = min(q.Limit, maxOffersShown)
	if err == nil {
		found, err = s.finder.Offers(ctx, q)
	}
	if wrong := discover.Wrong(err); wrong != "" {
		page.Wrong = v.meaning("wish.", wrong, "", "fault.unreadable")
		return v.show(http.StatusBadRequest, "offers.html", v.T("offers.title"), page)
	}
	if err != nil {
		return err
	}
	page.Height, v.height = found.Height, found.Height
	for _, o := range found.Offers {
		page.Found = append(page.Found, v.foundOffer(ctx, u, o))
	}
	if found.Next != "" {
		values.Set("after", found.Next)
		values.Del("lang")
		page.Next = "?" + values.Encode()
	}
	return v.show(http.StatusOK, "offers.html", v.T("offers.title"), page)
}

func (v *visit) offerForm(page *offersPage) {
	for _, use := range rights.ActionWords() {
		page.Uses = append(page.Uses, word{use, v.T("use." + use)})
	}
	for _, kind := range describe.Kinds() {
		page.Kinds = append(page.Kinds, word{kind, v.T("kind." + kind)})
	}
	known := page.MaxRoyalty == ""
	for _, step := range royaltySteps {
		known = known || step.Value == page.MaxRoyalty
		page.Royalties = append(page.Royalties, word{step.Value, step.Percent})
	}
	if !known {
		page.Royalties = append(page.Royalties, word{page.MaxRoyalty, page.MaxRoyalty + " ppm"})
	}
}

func (v *visit) foundOffer(ctx context.Context, u units.Units, o discover.Offer) foundOffer {
	said := foundOffer{
		Work: link{clip(o.Title), "/works/" + o.Work}, Owner: accountLink(o.Owner), Terms: link{short(o.Terms), "/terms/" + o.Terms},
		Kind: v.T("kind." + o.Kind), Verdict: o.Verdict, Says: v.T("verdict." + o.Verdict), Approval: o.Approval,
		Price: v.coins(u, o.Price), PerUse: v.coins(u, o.UsePrice),
	}
	if strings.TrimSpace(o.Title) == "" {
		said.Work.Text = v.T("work.untitled", said.Kind)
	}
	switch {
	case o.Preset != "":
		said.Terms.Text = o.Preset
	case o.SPDX != "":
		said.Terms.Text = clip(o.SPDX) + " (…" + o.Terms[len(o.Terms)-6:] + ")"
	}
	if o.RoyaltyPPM > 0 {
		said.Royalty = percent(o.RoyaltyPPM)
	}
	for _, need := range o.Needs {
		if need.Work == o.Work {
			continue
		}
		if said.MoreNeeds = len(said.Needs) == maxNeedsShown; said.MoreNeeds {
			break
		}
		said.Needs = append(said.Needs, neededOffer{link{short(need.Work), "/works/" + need.Work}, v.coins(u, need.Price)})
	}
	return said
}

// coins are alternatives; none: "".
func (v *visit) coins(u units.Units, list []discover.Coin) string {
	said := make([]string, 0, len(list))
	for i, c := range list {
		if i == maxCoinsShown {
			said = append(said, "…")
			break
		}
		if coin, err := amounts.Coin(c.Amount, c.Denom); err == nil {
			said = append(said, u.Coin(coin))
		}
	}
	return strings.Join(said, v.T("price.or"))
}
