package words_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/dispute/course"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func TestEveryWordOfDisputesHasASentence(t *testing.T) {
	for n := range disputetypes.Kind_name {
		require.Equal(t, n == 0, words.Contested(disputetypes.Kind(n)) == words.Contested(-1), disputetypes.Kind(n))
	}
	for n := range disputetypes.Phase_name {
		require.Equal(t, n == 0, words.Phase(disputetypes.Phase(n)) == words.Phase(-1), disputetypes.Phase(n))
		require.Equal(t, n == 0, words.PhaseEnd(disputetypes.Phase(n)) == words.PhaseEnd(-1), disputetypes.Phase(n))
	}
	for n := range disputetypes.Phase_name {
		require.Equal(t, n == 0, words.Stands(disputetypes.Phase(n)) == words.Stands(-1), disputetypes.Phase(n))
	}
	for f := range course.HalfBack + 1 { // the last one
		require.NotEqual(t, words.BondFate(course.HalfBack+1), words.BondFate(f))
	}
	for n := range disputetypes.Outcome_name {
		require.Equal(t, n == 0, words.Outcome(disputetypes.Outcome(n)) == words.Outcome(-1), disputetypes.Outcome(n))
	}
}

// Each field of a redress alone is said.
func TestEveryRedressHasASentence(t *testing.T) {
	coin := sdk.NewInt64Coin("uusdc", 7)
	work, terms := registrytypes.WorkID{1}, licensetypes.TermsID{2}
	full := disputetypes.Redress{
		TransferTo: "alice", Invalidate: true, Successor: work, CloseOffers: []licensetypes.TermsID{terms}, Offer: []licensetypes.TermsID{terms},
		Source: &disputetypes.RuledSource{Work: work, Terms: terms}, Payee: &disputetypes.Payee{Account: "bob", Share: 1},
		Weights: []lineagetypes.RuledWeight{{Source: work, Weight: 1}}, Declaration: 3, Past: sdk.NewCoins(coin),
		Restitution: []disputetypes.Restitution{{Creditor: work, Amount: coin}},
	}
	teller := words.Teller{
		Account: func(a string) string { return a }, Work: registrytypes.WorkID.String, Terms: licensetypes.TermsID.String,
		Coins: sdk.Coins.String,
	}
	all := reflect.ValueOf(full)
	seen := map[string]bool{}
	for i := range all.NumField() {
		require.False(t, all.Field(i).IsZero(), "%s: set it in this test", all.Type().Field(i).Name)
		var one disputetypes.Redress
		reflect.ValueOf(&one).Elem().Field(i).Set(all.Field(i))
		sentences := teller.Redress(one)
		require.Len(t, sentences, 1, all.Type().Field(i).Name)
		require.False(t, seen[sentences[0]], sentences[0])
		seen[sentences[0]] = true
	}
	require.Contains(t, teller.Redress(disputetypes.Redress{Restitution: []disputetypes.Restitution{
		{Debtor: "thief", HoldersVersion: 4, Creditor: work, Amount: coin},
	}})[0], "thief, who held its revenue (version 4 of its holders), owes 7uusdc to the holders of "+work.String())
}

func TestDeadlines(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	require.Equal(t, "in 13 days 4 hours, 2026-12-11 16:20:00 UTC", words.Until(now.Add(13*day+4*time.Hour+20*time.Minute), now))
	require.Contains(t, words.Until(now, now), "at any moment")
	for d, want := range map[time.Duration]string{
		14 * day: "14 days", day + time.Minute: "1 day", 61 * time.Minute: "1 hour 1 minute", 90 * time.Second: "1 minute 30 seconds",
		time.Millisecond: "less than a second",
	} {
		require.Equal(t, want, words.Lasting(d))
	}
}
