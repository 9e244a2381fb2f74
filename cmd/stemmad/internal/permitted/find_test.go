package permitted_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	now    = time.Unix(1_800_000_000, 0)
	bob    = sdk.AccAddress("bob's twenty bytes..")
	source = registrytypes.WorkID{1}
	remix  = registrytypes.WorkID{2}
)

// chain is a fake: it answers as it is told to, and keeps what it was asked.
type chain struct {
	licensetypes.QueryClient
	asked  []*licensetypes.QueryCheckRightsRequest
	answer map[string]licensetypes.Rights // by permission
	offers []licensetypes.OpenOffer
	grants []licensetypes.NamedGrant
	broken error
}

func (c *chain) License() licensetypes.QueryClient { return c }

// Registry is asked only about sources whose uses are paid: these have none.
func (*chain) Registry() registrytypes.QueryClient { return nil }

func (*chain) Constraints(context.Context, *licensetypes.QueryConstraintsRequest, ...grpc.CallOption) (*licensetypes.QueryConstraintsResponse, error) {
	return &licensetypes.QueryConstraintsResponse{}, nil
}

func (c *chain) CheckRights(
	_ context.Context, req *licensetypes.QueryCheckRightsRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryCheckRightsResponse, error) {
	c.asked = append(c.asked, req)
	rights, known := c.answer[req.Permission]
	if !known {
		rights = denied(rules.NotOffered, "")
	}
	return &licensetypes.QueryCheckRightsResponse{Rights: rights}, c.broken
}

func (c *chain) Offers(context.Context, *licensetypes.QueryOffersRequest, ...grpc.CallOption) (*licensetypes.QueryOffersResponse, error) {
	return &licensetypes.QueryOffersResponse{Offers: c.offers}, nil
}

func (c *chain) Grants(context.Context, *licensetypes.QueryGrantsRequest, ...grpc.CallOption) (*licensetypes.QueryGrantsResponse, error) {
	return &licensetypes.QueryGrantsResponse{Grants: c.grants}, nil
}

func (c *chain) Grant(_ context.Context, req *licensetypes.QueryGrantRequest,
	_ ...grpc.CallOption,
) (*licensetypes.QueryGrantResponse, error) {
	for _, grant := range c.grants {
		if grant.Id == req.Grant {
			return &licensetypes.QueryGrantResponse{Grant: grant}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "no such grant")
}

func (c *chain) Terms(_ context.Context, req *licensetypes.QueryTermsRequest,
	_ ...grpc.CallOption,
) (*licensetypes.QueryTermsResponse, error) {
	for _, p := range licensetypes.Presets() {
		if p.ID.String() == req.Terms {
			return &licensetypes.QueryTermsResponse{Terms: licensetypes.IdentifiedTerms{Id: p.ID, Preset: p.Name, Terms: p.Terms}}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "no such terms")
}

func (c *chain) find(req permitted.Request) (permitted.Choice, error) {
	names := func(id licensetypes.TermsID) string { return "named:" + id.String() }
	return permitted.Finder{Chain: c, Name: names}.Find(context.Background(), req)
}

func preset(name string) licensetypes.Preset {
	p, _ := licensetypes.PresetByName(name)
	return p
}

func terms(name string) licensetypes.TermsID { return preset(name).ID }

func ask() permitted.Request {
	return permitted.Request{Title: "song", Request: permission.Request{
		Actions: []licensetypes.Action{licensetypes.ACTION_ADAPT}, Source: source,
		Licensee: bob, Derivative: remix, Now: now,
	}}
}

func denied(code rules.Code, permission string) licensetypes.Rights {
	return licensetypes.Rights{
		Verdict: licensetypes.VERDICT_DENIED,
		Reasons: []licensetypes.Reason{{Code: string(code), Work: source, Permission: permission}},
	}
}

func allowed(permission string) licensetypes.Rights {
	return licensetypes.Rights{Verdict: licensetypes.VERDICT_ALLOWED, Permission: permission}
}

func needed(offers ...licensetypes.Obtainable) licensetypes.Rights {
	return licensetypes.Rights{Verdict: licensetypes.VERDICT_NEEDS_GRANT, Offers: offers}
}

func obtainable(t *testing.T, name, price string) licensetypes.Obtainable {
	t.Helper()
	coins, err := amounts.ParseCoins(price)
	require.NoError(t, err)
	p := preset(name)
	return licensetypes.Obtainable{
		Work: source, Terms: p.ID, Preset: name, Spdx: p.Terms.Spdx, Price: coins,
		RoyaltyPolicy: p.Terms.RoyaltyPolicy, RoyaltyRate: p.Terms.RoyaltyRate,
	}
}

// What the chain answered beside a public offer is what the derivation names as seen.
func TestAChoiceHasWhatWasSeen(t *testing.T) {
	by := terms("cc-by-4.0")
	rights := allowed(by.String())
	rights.Conditions = licensetypes.Conditions{UpstreamVersion: 3, DemandsVersion: 2, Revisions: 1}
	c := &chain{answer: map[string]licensetypes.Rights{"": rights, by.String(): rights}}
	choice, err := c.find(ask())
	require.NoError(t, err)
	require.Equal(t, rights.Conditions, choice.Seen)

	alike := terms("cc-by-sa-4.0")
	rights.Permission = alike.String()
	c.answer[alike.String()] = rights
	req := ask()
	req.Wanted = alike.String() + licensetypes.Joiner + alike.String()
	choice, err = c.find(req)
	require.NoError(t, err)
	require.Equal(t, rights.Conditions, choice.Seen, "of several offers too")
}

func TestTheQuestionIsTheDerivations(t *testing.T) {
	c := &chain{answer: map[string]licensetypes.Rights{"": allowed("")}}
	choice, err := c.find(ask())
	require.NoError(t, err)
	require.Equal(t, permitted.Choice{How: "your own work"}, choice)
	require.Equal(t, &licensetypes.QueryCheckRightsRequest{
		Work: source.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_ADAPT, Unplaced: true},
		Licensee: bob.String(), Derivative: remix,
	}, c.asked[0])

	req := ask()
	req.Actions, req.Commercial = []licensetypes.Action{licensetypes.ACTION_TRAIN_AI}, true
	_, err = c.find(req)
	require.NoError(t, err)
	require.Equal(t, licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI, Commercial: true, Unplaced: true}, c.asked[1].Use)
}

func TestWhatTheChainNamesIsReliedOn(t *testing.T) {
	ten, grant := terms("commercial-remix-10"), licensetypes.GrantID{7}
	c := &chain{
		answer: map[string]licensetypes.Rights{"": allowed(ten.String())},
		grants: []licensetypes.NamedGrant{{Id: grant, Work: source, Terms: ten, Licensee: bob.String()}},
	}
	choice, err := c.find(ask())
	require.NoError(t, err)
	require.Equal(t, ten.String(), choice.Permission)
	require.Equal(t, "public offer of commercial-remix-10, 10 % of gross revenue", choice.How)
	require.EqualValues(t, 100_000, choice.Terms.Terms.RoyaltyRate)

	c.answer[""] = allowed(grant.String())
	choice, err = c.find(ask())
	require.NoError(t, err)
	require.Equal(t, grant.String(), choice.Permission)
	says := "your grant " + grant.String() + " under commercial-remix-10, 10 % of gross revenue"
	require.Equal(t, says+"; this uses it up, it serves no other work then", choice.How)
	require.Nil(t, choice.Until)

	end := now.Add(time.Hour)
	for want, g := range map[string]licensetypes.Grant{
		says + ", until 2027-01-15 09:00:00 UTC unless renewed; it is tied to this work already":     {ExpiresAt: &end, Serves: 1, Used: 1},
		says + "; 2 of its 5 derivatives are left, of which this takes one unless it counts already": {Serves: 5, Used: 3},
		says + "; 1 of its 5 derivatives is left, which this takes unless it counts already":         {Serves: 5, Used: 4},
		says: {Serves: licensetypes.UnlimitedDerivatives, Used: 3},
	} {
		c.grants[0].Grant = g
		choice, err = c.find(ask())
		require.NoError(t, err)
		require.Equal(t, want, choice.How)
		require.Equal(t, g.ExpiresAt, choice.Until)
	}
}

func TestDenialsAreExplained(t *testing.T) {
	nc := terms("cc-by-nc-4.0")
	c := &chain{answer: map[string]licensetypes.Rights{"": denied(rules.NonCommercialTerms, nc.String())}}
	req := ask()
	req.Commercial = true
	_, err := c.find(req)
	require.ErrorIs(t, err, permitted.ErrRefused)
	require.EqualError(t, err, "song ("+source.String()+") cannot be adapted commercially:\n"+
		"  - The terms forbid commercial use: named:"+nc.String()+
		"; look for another offer of the work, or ask its owner for one [noncommercial_terms]")

	ancestor := denied(rules.NonCommercialSource, "")
	ancestor.Reasons[0].Ancestor, ancestor.Reasons[0].AncestorTerms = remix, nc
	c.answer[""] = ancestor
	_, err = c.find(req)
	require.ErrorContains(t, err, remix.String()+" under named:"+nc.String()+
		"; use it only as these terms allow; else what is missing is a permission of ")

	_, err = (&chain{}).find(ask())
	require.EqualError(t, err, "song ("+source.String()+") is offered to nobody now: ask its owner for an offer")

	broken := status.Error(codes.Unavailable, "no node")
	_, err = (&chain{broken: broken}).find(ask())
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, permitted.ErrRefused)
}

func TestNamedTermsMayMeanAGrantOfTheirs(t *testing.T) {
	ten, grants := terms("commercial-remix-10"), []licensetypes.NamedGrant{}
	for i, used := range []registrytypes.WorkID{{3}, {}, remix} {
		grants = append(grants, licensetypes.NamedGrant{Id: licensetypes.GrantID{byte(i + 1)}, Work: source, Terms: ten, UsedBy: used})
	}
	grants = append(grants, licensetypes.NamedGrant{Id: licensetypes.GrantID{9}, Work: source, Terms: terms("cc-by-4.0")})
	c := &chain{grants: grants, answer: map[string]licensetypes.Rights{
		"commercial-remix-10": needed(obtainable(t, "commercial-remix-10", "5uusdc")),
		grants[1].Id.String(): denied(rules.GrantExpired, grants[1].Id.String()),
		grants[2].Id.String(): allowed(grants[2].Id.String()),
	}}
	req := ask()
	req.Wanted = "commercial-remix-10"
	choice, err := c.find(req)
	require.NoError(t, err)
	require.Equal(t, grants[2].Id.String(), choice.Permission)
	require.Len(t, c.asked, 3, "not about the grant that another work uses, nor about other terms")

	c.grants = grants[:2]
	_, err = c.find(req)
	require.ErrorContains(t, err, "needs a grant to be adapted")
	delete(c.answer, "commercial-remix-10")
	_, err = c.find(req)
	require.ErrorContains(t, err, "The grant has ended: "+grants[1].Id.String())
	require.NotContains(t, err.Error(), "not offered")
}

func TestWantedIsChecked(t *testing.T) {
	grant := licensetypes.GrantID{7}
	c := &chain{offers: []licensetypes.OpenOffer{offer("cc-by-4.0")}}
	for wanted, want := range map[string]string{
		"wtf":                 `"wtf" is neither terms (terms1...), nor a preset`,
		"grant1nonsense":      "grant1nonsense",
		"commercial-remix-10": "is not offered under commercial-remix-10. Its offers:\nterms",
		grant.String():        "there is no " + grant.String(),
	} {
		req := ask()
		req.Wanted = wanted
		_, err := c.find(req)
		require.ErrorContains(t, err, want)
	}
	req := ask()
	req.Wanted = grant.String()
	c.grants = []licensetypes.NamedGrant{{Id: grant, Work: remix}}
	_, err := c.find(req)
	require.ErrorContains(t, err, grant.String()+" is a grant of "+remix.String())
	c.grants = []licensetypes.NamedGrant{{Id: grant, Work: source, Licensee: "fan"}}
	_, err = c.find(req)
	require.ErrorContains(t, err, "was given to fan")
	c.grants = []licensetypes.NamedGrant{{Id: grant, Work: source, Licensee: bob.String(), UsedBy: remix}}
	_, err = c.find(req)
	require.ErrorContains(t, err, "moved on with "+remix.String())
	c.answer = map[string]licensetypes.Rights{grant.String(): denied(rules.GrantUsed, grant.String())}
	_, err = c.find(req)
	require.ErrorContains(t, err, "The grant serves no further derivative: "+grant.String()+"; acquire another")
}

func TestPublicOffersAreJoined(t *testing.T) {
	one, other := terms("cc-by-sa-4.0"), terms("cc-by-nc-sa-4.0")
	c := &chain{answer: map[string]licensetypes.Rights{"cc-by-sa-4.0": allowed(one.String()), other.String(): allowed(other.String())}}
	req := ask()
	req.Wanted = "cc-by-sa-4.0+" + other.String()
	choice, err := c.find(req)
	require.NoError(t, err)
	require.Equal(t, one.String()+"+"+other.String(), choice.Permission)
	require.Equal(t, "public offers of cc-by-sa-4.0 and cc-by-nc-sa-4.0, under any of which the work may be shared", choice.How)

	req.Wanted = "cc-by-sa-4.0+" + licensetypes.GrantID{7}.String()
	_, err = c.find(req)
	require.ErrorContains(t, err, "is a grant: name it alone")
	req.Wanted = "cc-by-sa-4.0+cc0-1.0"
	_, err = c.find(req)
	require.ErrorIs(t, err, permitted.ErrRefused, "each has to be permitted")
	require.ErrorContains(t, err, "joins public share-alike offers, and cc0-1.0 can't be one of them")

	// What makes the chain refuse the set is said by name.
	nc, by := terms("cc-by-nc-sa-4.0"), terms("cc-by-4.0")
	c.answer["cc-by-4.0"], c.answer["cc-by-nc-sa-4.0"] = allowed(by.String()), allowed(nc.String())
	req.Wanted = "cc-by-sa-4.0+cc-by-4.0"
	_, err = c.find(req)
	require.ErrorContains(t, err, "cc-by-4.0 is not share-alike, and only share-alike offers are joined")
	req.Wanted = "cc-by-nc-sa-4.0+cc-by-sa-4.0"
	_, err = c.find(req)
	require.ErrorContains(t, err, "cc-by-nc-sa-4.0 asks more than cc-by-sa-4.0")
	c.answer["cc-by-sa-4.0"] = needed(obtainable(t, "cc-by-sa-4.0", "5uusdc"))
	_, err = c.find(req)
	require.ErrorIs(t, err, permitted.ErrRefused)
	require.ErrorContains(t, err, "+ joins public share-alike offers, and cc-by-sa-4.0 can't be one of them:\nsong (")
}

// The name of a licence stands for the offer, or the grant, that is of it.
func TestALicenceNamesAnOffer(t *testing.T) {
	mit := preset("mit")
	c := offering("cc-by-4.0", "mit")
	req := ask()
	for _, req.Wanted = range []string{"MIT", "mit", mit.ID.String()} {
		c.answer[req.Wanted] = allowed(mit.ID.String())
		choice, err := c.find(req)
		require.NoError(t, err)
		require.Equal(t, mit.ID.String(), choice.Permission)
	}
	own := licensetypes.Terms{Spdx: "LicenseRef-Own"}
	c.offers = append(c.offers, licensetypes.OpenOffer{Terms: licensetypes.IdentifiedTerms{Id: own.ID(), Terms: own}})
	c.answer[own.ID().String()] = denied(rules.NoDerivatives, own.ID().String())
	req.Wanted = "licenseref-Own"
	_, err := c.find(req)
	require.ErrorContains(t, err, "cannot be adapted")
	require.Equal(t, own.ID().String(), c.asked[len(c.asked)-1].Permission)
	req.Wanted = "GPL-3.0-only"
	_, err = c.find(req)
	require.ErrorContains(t, err, "is not offered under GPL-3.0-only. Its offers:")
	id, err := permitted.TermsOf(context.Background(), c, units.Units{}, source, "LicenseRef-Own")
	require.NoError(t, err)
	require.Equal(t, own.ID(), id)
}
