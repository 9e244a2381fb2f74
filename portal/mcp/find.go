package mcp

import (
	"context"
	"errors"
	"fmt"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	money "github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/index"
)

type findIn struct {
	use
	Kind       string  `json:"kind,omitempty" jsonschema:"kind of the work, as image; empty: any"`
	Text       string  `json:"text,omitempty" jsonschema:"words of title and creators; empty: any"`
	Owner      string  `json:"owner,omitempty" jsonschema:"account that owns the work; empty: anybody"`
	Licence    string  `json:"licence,omitempty" jsonschema:"SPDX expression, preset or id of terms; empty: any"`
	MaxPrice   string  `json:"max_price,omitempty" jsonschema:"most that all grants together may cost, and each use: 5.00 USDC or 5000000uusdc; empty: any"`
	MaxRoyalty *uint32 `json:"max_royalty_ppm,omitempty" jsonschema:"highest royalty of what is made, parts per million; none: any"`
	Approval   bool    `json:"approval,omitempty" jsonschema:"also what somebody has to approve first"`
	After      string  `json:"after,omitempty" jsonschema:"next of another answer, to go on behind it"`
}

type findOut struct {
	Height int64      `json:"height" jsonschema:"block after which all of it holds"`
	Offers []offerOut `json:"offers" jsonschema:"each is allowed to anybody, or to be had at its price; clear and quote say more"`
	Next   string     `json:"next,omitempty" jsonschema:"goes on there: a page may be empty and have a next"`
}

type offerOut struct {
	Work          string   `json:"work"`
	Title         *Text    `json:"title,omitempty"`
	Kind          string   `json:"kind"`
	Owner         string   `json:"owner"`
	Terms         string   `json:"terms"`
	Preset        string   `json:"preset,omitempty"`
	SPDX          *Text    `json:"spdx,omitempty"`
	Verdict       string   `json:"verdict" jsonschema:"allowed or needs_grant"`
	Price         []Amount `json:"price" jsonschema:"of all that the use needs: alternatives; none: nothing"`
	UsePrice      []Amount `json:"use_price" jsonschema:"of each use: alternatives; none: nothing"`
	RoyaltyPPM    uint32   `json:"royalty_ppm"`
	NeedsApproval bool     `json:"needs_approval"`
}

// find looks for offers that a use can be made under.
func (s *Server) find(ctx context.Context, in findIn) (out findOut, err error) {
	u := s.inUnits(ctx)
	q := discover.Query{
		Wish: rights.Wish{Action: in.Use, Commercial: in.Commercial, Territories: in.Territories, Media: in.Media, Until: in.Until},
		Kind: in.Kind, Text: in.Text, Owner: in.Owner, Licence: in.Licence, MaxRoyalty: in.MaxRoyalty, Approval: in.Approval, After: in.After,
	}
	if in.MaxPrice != "" {
		most, err := u.Read(in.MaxPrice)
		if err != nil {
			return out, fmt.Errorf("%w: max_price: %w", ErrArgument, err)
		}
		q.MaxPrice = &most
	}
	found, err := s.finder.Offers(ctx, q)
	if err != nil {
		return out, s.notFound(err)
	}
	out = findOut{Height: found.Height, Offers: []offerOut{}, Next: found.Next}
	for _, o := range found.Offers {
		out.Offers = append(out.Offers, offerOut{
			Work: o.Work, Title: said(o.Title), Kind: o.Kind, Owner: o.Owner, Terms: o.Terms, Preset: o.Preset, SPDX: said(o.SPDX),
			Verdict: o.Verdict, Price: shown(u, o.Price), UsePrice: shown(u, o.UsePrice), RoyaltyPPM: o.RoyaltyPPM, NeedsApproval: o.Approval,
		})
	}
	return out, nil
}

type servicesIn struct {
	Protocol string `json:"protocol,omitempty" jsonschema:"protocol by which the agent is reached, as mcp, a2a or x402; empty: any"`
	Text     string `json:"text,omitempty" jsonschema:"words of its name, description, model and who answers for it; empty: any"`
	After    string `json:"after,omitempty" jsonschema:"next of another answer, to go on behind it"`
}

type servicesOut struct {
	Height   int64        `json:"height" jsonschema:"block after which all of it holds"`
	Services []serviceOut `json:"services" jsonschema:"agents that act, the newest first; what they say of themselves nobody has checked"`
	Next     string       `json:"next,omitempty" jsonschema:"goes on there: a page may be empty and have a next"`
}

type serviceOut struct {
	Agent       string        `json:"agent"`
	Controller  string        `json:"controller"`
	Payout      string        `json:"payout"`
	Name        *Text         `json:"name,omitempty"`
	Responsible *Text         `json:"responsible,omitempty"`
	Description *Text         `json:"description,omitempty"`
	Endpoints   []endpointOut `json:"endpoints" jsonschema:"nobody has asked there"`
	ExpiresAt   string        `json:"expires_at"`
}

type endpointOut struct {
	Protocol string `json:"protocol"`
	URI      *Text  `json:"uri"`
	Version  *Text  `json:"version,omitempty"`
}

// services looks for agents.
func (s *Server) services(ctx context.Context, in servicesIn) (out servicesOut, err error) {
	found, err := s.finder.Services(ctx, discover.ServiceQuery{Protocol: in.Protocol, Text: in.Text, After: in.After})
	if err != nil {
		return out, s.notFound(err)
	}
	out = servicesOut{Height: found.Height, Services: []serviceOut{}, Next: found.Next}
	for _, f := range found.Services {
		service := serviceOut{
			Agent: f.Agent, Controller: f.Controller, Payout: f.Payout, Name: said(f.Name), Responsible: said(f.Responsible),
			Description: said(f.Description), Endpoints: []endpointOut{}, ExpiresAt: moment(&f.Ends),
		}
		for _, e := range f.Endpoints {
			service.Endpoints = append(service.Endpoints, endpointOut{e.Protocol, said(e.URI), said(e.Version)})
		}
		out.Services = append(out.Services, service)
	}
	return out, nil
}

// notFound is an error of a search in this server's words.
func (s *Server) notFound(err error) error {
	switch {
	case discover.Wrong(err) != "":
		return fmt.Errorf("%w: %w", ErrArgument, err)
	case errors.Is(err, index.ErrPage):
		return fmt.Errorf("%w: after is not the next of another answer", ErrArgument)
	}
	return err
}

// shown are amounts of a search, as people write them too.
func shown(u units.Units, list []discover.Coin) []Amount {
	amounts := make([]Amount, 0, len(list))
	for _, c := range list {
		amount := Amount{Amount: c.Amount, Denom: c.Denom, Shown: c.Amount + c.Denom}
		if parsed, err := money.ParseCoin(c.Amount + c.Denom); err == nil {
			amount.Shown = u.Coin(parsed)
		}
		amounts = append(amounts, amount)
	}
	return amounts
}
