package pages

import (
	"context"
	"net/http"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Deeds are what can be done with a wallet in the page, by the last part of its address.
// All but the first are about a work.
func Deeds() []string { return []string{"register", "offer", "buy", "derive", "pay", "accept"} }

// actPage is a form for one of them. Signing takes a script and a wallet; the page says the
// command that does the same.
type actPage struct {
	Do, Command string
	// Work that it is about; empty: none.
	Work  link
	ID    string
	Owner string
	// Offers are what can be bought, and Terms what can be offered.
	Offers []offer
	// MoreOffers: there are others, which a program can buy.
	MoreOffers bool
	Terms      []word
	Kinds      []word
	Roles      []word
	// Recipient is who the work is offered to; Version, Epoch and Number are what an acceptance binds them to.
	Recipient link
	Version   uint32
	Epoch     uint64
	Number    uint32
}

func (s *Site) act(ctx context.Context, v *visit) error {
	page := actPage{Do: v.r.PathValue("do")}
	if !slices.Contains(Deeds(), page.Do) {
		return absent("fault.page_unknown")
	}
	page.Command = "stemmad " + page.Do + " FILE"
	if page.Do != "register" {
		if err := s.actOn(ctx, v, &page); err != nil {
			return err
		}
	}
	for _, name := range describe.Kinds() {
		page.Kinds = append(page.Kinds, word{"KIND_" + upper(name), v.T("kind." + name)})
	}
	for n := range int32(len(lineagetypes.Role_name)) {
		if r := lineagetypes.Role(n); r != lineagetypes.ROLE_UNSPECIFIED {
			page.Roles = append(page.Roles, word{r.String(), v.role(r)})
		}
	}
	return v.show(http.StatusOK, "act.html", v.T("act."+page.Do), page)
}

// actOn fills in what is known of the work.
func (s *Site) actOn(ctx context.Context, v *visit, page *actPage) error {
	text := v.r.URL.Query().Get("work")
	id, err := registrytypes.ParseWorkID(text)
	if err != nil {
		return wrong("fault.work", text)
	}
	if s.Denied(id.String()) {
		return fault{code: http.StatusUnavailableForLegalReasons, message: "fault.denied", args: []any{s.Operator}}
	}
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return err
	}
	ctx = v.at(ctx, height)
	res, err := s.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: id})
	if err != nil {
		return err
	}
	text = id.String()
	page.Work, page.ID, page.Owner = workLink(id, v.titleOf(res.Work)), text, res.Work.Owner
	page.Command = map[string]string{
		"offer": "stemmad offer " + text + " TERMS", "buy": "stemmad acquire " + text + " TERMS",
		"derive": "stemmad derive FILE --from " + text, "pay": "stemmad pay " + text + " '1.00 USDC'", "accept": "stemmad accept " + text,
	}[page.Do]
	switch page.Do {
	case "offer":
		for _, p := range licensetypes.Presets() {
			page.Terms = append(page.Terms, word{p.ID.String(), p.Name})
		}
	case "buy":
		return s.buyable(ctx, v, id, page)
	case "accept":
		offered, err := s.Client.Registry().Transfer(ctx, &registrytypes.QueryTransferRequest{Work: id})
		if err != nil {
			return err
		}
		held, err := s.Client.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: id})
		if err != nil {
			return err
		}
		page.Recipient, page.Version, page.Epoch, page.Number = accountLink(offered.Recipient), res.Work.Version, held.Epoch, offered.Number
	}
	return nil
}

func (s *Site) buyable(ctx context.Context, v *visit, id registrytypes.WorkID, page *actPage) error {
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	res, err := s.Client.License().Offers(ctx, &licensetypes.QueryOffersRequest{Work: id, Pagination: &query.PageRequest{Limit: maxShown}})
	if err != nil {
		return err
	}
	page.MoreOffers = len(res.Pagination.GetNextKey()) > 0
	a := &asking{visit: v, units: u}
	for _, o := range res.Offers {
		if len(o.Offer.Price) > 0 {
			page.Offers = append(page.Offers, a.offer(o))
		}
	}
	return nil
}
