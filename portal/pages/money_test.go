package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// dusty is a chain whose accounts and supply have many coins that nobody knows, and USDC, which comes last.
func dusty(t *testing.T) *Site {
	s, n := siteOf(t, emptyIndex(t), nil)
	dust := sdk.Coins{}
	for i := range maxShown {
		dust = append(dust, sdk.NewInt64Coin(fmt.Sprintf("ibc/%064d", i), 1))
	}
	more, usdc := &query.PageResponse{NextKey: []byte{1}}, sdk.NewInt64Coin("uusdc", 12_500_000)
	n.questions = map[string]func(any, any) error{
		"Params": func(_, reply any) error {
			if p, ok := reply.(*royaltytypes.QueryParamsResponse); ok {
				p.Params.Denoms = []royaltytypes.AcceptedDenom{{Denom: "uusdc"}}
			}
			return nil
		},
		"DenomMetadata": func(question, reply any) error {
			if question.(*banktypes.QueryDenomMetadataRequest).Denom == "uusdc" {
				reply.(*banktypes.QueryDenomMetadataResponse).Metadata = banktypes.Metadata{
					Base: "uusdc", Display: "usdc", Symbol: "USDC", DenomUnits: []*banktypes.DenomUnit{{Denom: "usdc", Exponent: 6}},
				}
			}
			return nil
		},
		"AllBalances": func(_, reply any) error {
			*reply.(*banktypes.QueryAllBalancesResponse) = banktypes.QueryAllBalancesResponse{Balances: dust, Pagination: more}
			return nil
		},
		"TotalSupply": func(_, reply any) error {
			*reply.(*banktypes.QueryTotalSupplyResponse) = banktypes.QueryTotalSupplyResponse{Supply: dust, Pagination: more}
			return nil
		},
		"Balance": func(question, reply any) error {
			require.Equal(t, "uusdc", question.(*banktypes.QueryBalanceRequest).Denom)
			reply.(*banktypes.QueryBalanceResponse).Balance = &usdc
			return nil
		},
		"SupplyOf": func(question, reply any) error {
			require.Equal(t, "uusdc", question.(*banktypes.QuerySupplyOfRequest).Denom)
			reply.(*banktypes.QuerySupplyOfResponse).Amount = usdc
			return nil
		},
		"Grants": func(_, reply any) error {
			reply.(*licensetypes.QueryGrantsResponse).Pagination = more
			reply.(*licensetypes.QueryGrantsResponse).Grants = []licensetypes.NamedGrant{{}}
			return nil
		},
		"Works": func(_, reply any) error {
			reply.(*registrytypes.QueryWorksResponse).Works = []registrytypes.Claim{{Id: workOf(1)}, {Id: workOf(2)}}
			return nil
		},
	}
	return s
}

// Coins that anybody can send do not push money off the page, and a list that is cut says so.
func TestDustDoesNotHideMoney(t *testing.T) {
	s := dusty(t)
	s.Denied = func(work string) bool { return work == workOf(2).String() }
	account := sdk.AccAddress(make([]byte, 20)).String()
	page := get(s, "/accounts/"+account).Body.String()
	require.Contains(t, page, "12.50 USDC<br>")
	require.Contains(t, page, "1ibc/0000")
	require.GreaterOrEqual(t, strings.Count(page, "There are more than are listed here."), 2)
	require.Contains(t, page, "/works/"+workOf(1).String())
	require.NotContains(t, page, workOf(2).String(), "the operator does not show it")
	network := get(s, "/network").Body.String()
	require.Contains(t, network, "12.50 USDC<br>")
	require.Contains(t, network, "There are more than are listed here.")
}

// Amounts of events are in people's units, however the event has them, and a coin that is not accepted never
// has a symbol.
func TestAmountsOfEvents(t *testing.T) {
	u := units.New([]banktypes.Metadata{{
		Base: "uusdc", Display: "usdc", Symbol: "USDC", DenomUnits: []*banktypes.DenomUnit{{Denom: "usdc", Exponent: 6}},
	}})
	for text, want := range map[string]string{
		"5000000uusdc": "5.00 USDC", `[{"denom":"uusdc","amount":"5000000"}]`: "5.00 USDC", "": "", "[]": "",
		"5000000USDC": "5000000USDC", "7usdc": "7usdc", `[{"denom":"ibc/AB","amount":"7"}]`: "7ibc/AB",
	} {
		require.Equal(t, want, amountOf(u, text), text)
	}
	require.Less(t, len(amountOf(u, strings.Repeat("x", 10_000))), 100)
}

// A node whose answers are broken breaks the page that asks, and not the portal.
func TestABrokenAnswerIsOnePagesFault(t *testing.T) {
	s, n := siteOf(t, emptyIndex(t), nil)
	n.questions = map[string]func(any, any) error{"Balances": func(any, any) error {
		var none *sdk.Coin
		return fmt.Errorf("%s", none.Denom)
	}}
	account := "/accounts/" + sdk.AccAddress(make([]byte, 20)).String()
	require.Equal(t, http.StatusInternalServerError, get(s, account).Code)
	require.Equal(t, http.StatusOK, get(s, "/network").Code)
}
