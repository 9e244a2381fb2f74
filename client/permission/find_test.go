package permission_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	now         = time.Unix(1_800_000_000, 0)
	bob         = sdk.AccAddress("bob's twenty bytes..")
	source      = registrytypes.WorkID{1}
	grandparent = registrytypes.WorkID{2}
)

// chain is a fake that knows the presets, and answers by permission as it is told to.
type chain struct {
	licensetypes.QueryClient
	answer map[string]licensetypes.Rights
	offers []licensetypes.OpenOffer
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
	answer, known := c.answer[req.Permission]
	if !known {
		answer = licensetypes.Rights{
			Verdict: licensetypes.VERDICT_DENIED, Reasons: []licensetypes.Reason{{Code: string(rules.NotOffered), Work: source}},
		}
	}
	return &licensetypes.QueryCheckRightsResponse{Rights: answer}, nil
}

func (c *chain) Offers(context.Context, *licensetypes.QueryOffersRequest, ...grpc.CallOption) (*licensetypes.QueryOffersResponse, error) {
	return &licensetypes.QueryOffersResponse{Offers: c.offers}, nil
}

func (c *chain) Grants(context.Context, *licensetypes.QueryGrantsRequest, ...grpc.CallOption) (*licensetypes.QueryGrantsResponse, error) {
	return &licensetypes.QueryGrantsResponse{}, nil
}

func (c *chain) Grant(context.Context, *licensetypes.QueryGrantRequest, ...grpc.CallOption) (*licensetypes.QueryGrantResponse, error) {
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

func terms(name string) licensetypes.TermsID {
	p, _ := licensetypes.PresetByName(name)
	return p.ID
}

func open(name string) licensetypes.OpenOffer {
	p, _ := licensetypes.PresetByName(name)
	return licensetypes.OpenOffer{Terms: licensetypes.IdentifiedTerms{Id: p.ID, Preset: name, Terms: p.Terms}, Public: true}
}

func sold(work registrytypes.WorkID, name string, uusdc int64) licensetypes.Obtainable {
	p, _ := licensetypes.PresetByName(name)
	return licensetypes.Obtainable{
		Work: work, Terms: p.ID, Preset: name, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", uusdc)), RoyaltyRate: p.Terms.RoyaltyRate, Serves: 1,
	}
}

func allowed(permission string) licensetypes.Rights {
	return licensetypes.Rights{Verdict: licensetypes.VERDICT_ALLOWED, Permission: permission}
}

func needed(offers ...licensetypes.Obtainable) licensetypes.Rights {
	return licensetypes.Rights{Verdict: licensetypes.VERDICT_NEEDS_GRANT, Offers: offers}
}

func ask() permission.Request {
	return permission.Request{Source: source, Licensee: bob, Actions: []licensetypes.Action{licensetypes.ACTION_ADAPT}, Now: now}
}

func find(c *chain, req permission.Request) (permission.Choice, *permission.RefusedError) {
	choice, err := permission.Finder{Chain: c}.Find(context.Background(), req)
	var not *permission.RefusedError
	errors.As(err, &not)
	return choice, not
}

// What is refused says why as data, with what there is.
func TestARefusalIsData(t *testing.T) {
	_, not := find(&chain{}, ask())
	require.Equal(t, permission.Unoffered, not.Why)

	dear := sold(source, "commercial-remix-10", 4_000)
	_, not = find(&chain{answer: map[string]licensetypes.Rights{"": needed(dear)}}, ask())
	require.Equal(t, permission.NeedsGrant, not.Why)
	require.Equal(t, []licensetypes.Obtainable{dear}, not.Answer.Offers)

	req, most := ask(), sdk.NewInt64Coin("uusdc", 3_999)
	req.Buy, req.MaxFee = true, &most
	_, not = find(&chain{answer: map[string]licensetypes.Rights{"": needed(dear)}}, req)
	require.Equal(t, permission.NotBought, not.Why)
	require.Equal(t, []rights.Obstacle{{Kind: rights.AbovePrice, Offer: &dear, Most: &most}}, not.Obstacles)

	by, alike := terms("cc-by-nc-4.0").String(), terms("commercial-remix-10").String()
	c := &chain{
		answer: map[string]licensetypes.Rights{"": allowed(by), by: allowed(by), alike: allowed(alike)},
		offers: []licensetypes.OpenOffer{open("cc-by-nc-4.0"), open("commercial-remix-10")},
	}
	_, not = find(c, ask())
	require.Equal(t, permission.NeedsChoice, not.Why)
	require.Len(t, not.Options, 2)
	req = ask()
	req.Wanted = not.Options[1].Permission
	choice, not := find(c, req)
	require.Nil(t, not)
	require.Equal(t, alike, choice.Permission)

	req.Wanted = "cc-by-nc-4.0+commercial-remix-10"
	c.answer["cc-by-nc-4.0"], c.answer["commercial-remix-10"] = allowed(by), allowed(alike)
	_, not = find(c, req)
	require.Equal(t, permission.NotAlike, not.Why)
	require.Equal(t, "cc-by-nc-4.0", not.Pair[1].Preset)
}

// All that is needed is bought in one transaction, the messages that a derivation follows; and
// what two sources ask of one work is bought once.
func TestPurchasesAreMessages(t *testing.T) {
	own, above := sold(source, "commercial-remix-10", 4_000), sold(grandparent, "commercial-use", 5)
	req, most := ask(), sdk.NewInt64Coin("uusdc", 4_005)
	req.Buy, req.MaxFee = true, &most
	one, not := find(&chain{answer: map[string]licensetypes.Rights{"": needed(own, above)}}, req)
	require.Nil(t, not)
	var paid sdk.Coins
	for _, p := range one.Purchases() {
		require.NoError(t, p.Message.ValidateBasic())
		paid = paid.Add(*p.Message.MaxFee)
	}
	require.Equal(t, most.String(), paid.String())
	require.Equal(t, licensetypes.NewGrantID(source, own.Terms, bob, one.Buy.Message.Serial).String(), one.Permission)

	require.Len(t, one.Messages(), 2)
	cited := one.Source(source, lineagetypes.ROLE_PARENT_OF)
	require.Equal(t, lineagetypes.Source{Work: source, Role: lineagetypes.ROLE_PARENT_OF, Permission: one.Permission}, cited)

	other := one
	other.Buy = nil
	require.Equal(t, [][]permission.Purchase{nil, one.Beside}, permission.Once(&one, &other))
	require.Len(t, one.Purchases(), 2)
	require.Empty(t, other.Purchases())
}
