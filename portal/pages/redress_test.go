package pages

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Each part of a redress alone is said in each language; the English is that of programs.
func TestRedressInTheLanguageOfTheReader(t *testing.T) {
	coin, work, terms := sdk.NewInt64Coin("uusdc", 7), workOf(1), licensetypes.TermsID{2}
	full := disputetypes.Redress{
		TransferTo: "alice", Invalidate: true, Successor: work, CloseOffers: []licensetypes.TermsID{terms}, Offer: []licensetypes.TermsID{terms},
		Source: &disputetypes.RuledSource{Work: work, Terms: terms}, Payee: &disputetypes.Payee{Account: "bob", Share: 1},
		Weights: []lineagetypes.RuledWeight{{Source: work, Weight: 1}}, Declaration: 3, Past: sdk.NewCoins(coin),
		Restitution: []disputetypes.Restitution{{Creditor: work, Amount: coin}},
	}
	teller := words.Teller{
		Account: short, Work: func(id registrytypes.WorkID) string { return short(id.String()) }, Terms: named, Coins: sdk.Coins.String,
	}
	all := reflect.ValueOf(full)
	seen := map[string]bool{}
	say := func(one disputetypes.Redress, name string) {
		for _, code := range []string{"en", "fr", "zh"} {
			a, _ := visiting(t, code)
			a.titles.Store(work, workLink(work, ""))
			list := redressing{a.visit, t.Context(), units.Units{}, named}.parts(one)
			require.Len(t, list, 1, name)
			require.False(t, seen[list[0]], list[0])
			seen[list[0]] = true
			require.NotContains(t, list[0], "%!", name)
			if code == "en" && name != "Source" { // whose role pages say in words
				require.Equal(t, teller.Redress(one)[0], strings.ReplaceAll(list[0], "\u00a0", " "), name)
			}
		}
	}
	for i := range all.NumField() {
		name := all.Type().Field(i).Name
		require.False(t, all.Field(i).IsZero(), "%s: set it in this test", name)
		var one disputetypes.Redress
		reflect.ValueOf(&one).Elem().Field(i).Set(all.Field(i))
		say(one, name)
	}
	say(disputetypes.Redress{Restitution: []disputetypes.Restitution{
		{Debtor: "thief", HoldersVersion: 4, Creditor: work, Amount: coin},
	}}, "a debtor")
}
