package permission_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/permission"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// No price that is agreed to beforehand takes the choice away.
func TestAnyPriceChoosesNothingThatBinds(t *testing.T) {
	bound, free := sold(source, "cc-by-nc-4.0", 5), sold(source, "commercial-use", 9)
	c := &chain{
		answer: map[string]licensetypes.Rights{
			"": needed(bound, free), bound.Terms.String(): needed(bound), free.Terms.String(): needed(free),
		},
		offers: []licensetypes.OpenOffer{open("cc-by-nc-4.0"), open("commercial-use")},
	}
	req, most := ask(), sdk.NewInt64Coin("uusdc", 100)
	req.Buy, req.MaxFee = true, &most
	_, not := find(c, req)
	require.Equal(t, permission.NeedsChoice, not.Why)

	req.MaxFee, req.AnyPrice = nil, true
	_, not = find(c, req)
	require.NotNil(t, not, "it takes what binds")
	require.Equal(t, permission.NeedsChoice, not.Why)
}

// A request without actions, and one that joins nothing, is an error.
func TestAnEmptyRequestIsRefused(t *testing.T) {
	by := terms("cc-by-sa-4.0").String()
	c := &chain{answer: map[string]licensetypes.Rights{"": allowed(by), by: allowed(by)}}
	for _, wanted := range []string{"", by, by + "+" + by} {
		req := ask()
		req.Actions, req.Wanted = nil, wanted
		_, err := permission.Finder{Chain: c}.Find(t.Context(), req)
		require.Error(t, err, wanted)
	}
	for _, wanted := range []string{"+", by + "+", "+" + by} {
		req := ask()
		req.Wanted = wanted
		_, err := permission.Finder{Chain: c}.Find(t.Context(), req)
		require.Error(t, err, wanted)
	}
}

// many is a chain where a licensee has so many grants of the source, all used but the last.
type many struct {
	*chain
	grants int
}

func (m many) License() licensetypes.QueryClient { return m }

// Registry is asked only about sources whose uses are paid: these have none.
func (many) Registry() registrytypes.QueryClient { return nil }

func (many) Constraints(context.Context, *licensetypes.QueryConstraintsRequest, ...grpc.CallOption) (*licensetypes.QueryConstraintsResponse, error) {
	return &licensetypes.QueryConstraintsResponse{}, nil
}

func (m many) at(i int) licensetypes.NamedGrant {
	g := licensetypes.NamedGrant{Id: licensetypes.GrantID{1, byte(i >> 8), byte(i)}, Work: source, Terms: terms("commercial-use")}
	g.Licensee = bob.String()
	if i < m.grants-1 {
		g.UsedBy = registrytypes.WorkID{9}
	}
	return g
}

func (m many) Grants(
	_ context.Context, req *licensetypes.QueryGrantsRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryGrantsResponse, error) {
	from := 0
	if key := req.Pagination.Key; key != nil {
		from = int(binary.BigEndian.Uint64(key))
	}
	res := &licensetypes.QueryGrantsResponse{Pagination: &query.PageResponse{}}
	for i := from; i < m.grants; i++ {
		if len(res.Grants) == int(req.Pagination.Limit) {
			res.Pagination.NextKey = binary.BigEndian.AppendUint64(nil, uint64(i))
			break
		}
		res.Grants = append(res.Grants, m.at(i))
	}
	return res, nil
}

func (m many) Grant(
	_ context.Context, req *licensetypes.QueryGrantRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryGrantResponse, error) {
	return &licensetypes.QueryGrantResponse{Grant: m.at(int(req.Grant[1])<<8 | int(req.Grant[2]))}, nil
}

// A grant is found behind any number of used ones.
func TestGrantsAreFoundOnEveryPage(t *testing.T) {
	const n = 1203
	m := many{&chain{answer: map[string]licensetypes.Rights{}}, n}
	last := m.at(n - 1).Id.String()
	m.answer[last] = allowed(last)

	req := ask()
	req.Wanted = terms("commercial-use").String()
	choice, err := permission.Finder{Chain: m}.Find(t.Context(), req)
	require.NoError(t, err)
	require.Equal(t, last, choice.Permission)

	nc := terms("cc-by-nc-4.0").String()
	m.answer[""] = allowed(nc)
	req = ask()
	_, err = permission.Finder{Chain: m}.Find(t.Context(), req)
	var not *permission.RefusedError
	require.ErrorAs(t, err, &not, "the freer grant is passed over")
	require.Equal(t, permission.NeedsChoice, not.Why)
}

// each is a chain that answers by action.
type each struct {
	*chain
	of map[licensetypes.Action]licensetypes.Rights
}

func (e each) License() licensetypes.QueryClient { return e }

// Registry is asked only about sources whose uses are paid: these have none.
func (each) Registry() registrytypes.QueryClient { return nil }

func (each) Constraints(context.Context, *licensetypes.QueryConstraintsRequest, ...grpc.CallOption) (*licensetypes.QueryConstraintsResponse, error) {
	return &licensetypes.QueryConstraintsResponse{}, nil
}

func (e each) CheckRights(
	_ context.Context, req *licensetypes.QueryCheckRightsRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryCheckRightsResponse, error) {
	return &licensetypes.QueryCheckRightsResponse{Rights: e.of[req.Use.Action]}, nil
}

// What any action has paid with each use is said, not what the first does.
func TestEveryActionsPaymentsAreSaid(t *testing.T) {
	paying := func(work registrytypes.WorkID, action licensetypes.Action) licensetypes.Rights {
		answer := allowed(terms("commercial-use").String())
		answer.Obligations = []licensetypes.Obligation{{
			Kind: licensetypes.OBLIGATION_PAY_PER_USE, Work: work, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", int64(action))),
		}}
		return answer
	}
	e := each{&chain{}, map[licensetypes.Action]licensetypes.Rights{}}
	req := ask()
	req.Actions, req.Wanted = []licensetypes.Action{licensetypes.ACTION_SEARCH, licensetypes.ACTION_AI_INPUT}, "commercial-use"
	e.of[licensetypes.ACTION_SEARCH] = paying(source, licensetypes.ACTION_SEARCH)
	e.of[licensetypes.ACTION_AI_INPUT] = paying(grandparent, licensetypes.ACTION_AI_INPUT)
	e.offers = []licensetypes.OpenOffer{open("commercial-use")}
	choice, err := permission.Finder{Chain: e}.Find(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, choice.PerUse, 2)
}

// What any action asks of the source's sources is bought, not what the first does.
func TestEveryActionsNeedsAreBought(t *testing.T) {
	own, above := sold(source, "commercial-use", 5), sold(grandparent, "commercial-use", 7)
	e := each{&chain{}, map[licensetypes.Action]licensetypes.Rights{
		licensetypes.ACTION_ADAPT: needed(own), licensetypes.ACTION_AI_INPUT: needed(own, above),
	}}
	req, most := ask(), sdk.NewInt64Coin("uusdc", 100)
	req.Actions, req.Buy, req.MaxFee = []licensetypes.Action{licensetypes.ACTION_ADAPT, licensetypes.ACTION_AI_INPUT}, true, &most
	choice, err := permission.Finder{Chain: e}.Find(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, choice.Purchases(), 2)

	most = sdk.NewInt64Coin("uusdc", 11)
	_, err = permission.Finder{Chain: e}.Find(t.Context(), req)
	require.Error(t, err)
}
