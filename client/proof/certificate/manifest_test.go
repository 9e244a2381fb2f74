package certificate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	prf "github.com/stemma-chain/stemma/client/proof"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// aboutManifests are proofs about a manifest, an item of it and a contributor's part.
func aboutManifests(t *testing.T) map[string]prf.Proven {
	song, remix, content := registrytypes.WorkID{1}, registrytypes.WorkID{2}, registrytypes.Digest{3}
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	roots := registrytypes.Roots{Items: content, ItemCount: 5, Contributors: content, ContributorCount: 2, Weight: 7}
	asked := &registrytypes.QueryItemRequest{
		Work: song, Version: 2, Contributor: registrytypes.Contributor{Account: sdk.AccAddress(song[:]).String()},
		Item: registrytypes.ItemProof{Sha256: content, Weight: 1, Path: []registrytypes.Digest{content}},
	}
	return map[string]prf.Proven{
		"manifest": proven(t, prf.Manifest, &registrytypes.QueryManifestRequest{Work: song}, &registrytypes.QueryManifestResponse{
			Manifest:    registrytypes.NumberedManifest{Version: 2, Roots: roots, Sha256: roots.Digest()},
			Withdrawals: registrytypes.WithdrawalList{Count: 3, Sha256: content},
		}),
		"item": proven(t, prf.Item, asked, &registrytypes.QueryItemResponse{
			Manifest: registrytypes.NumberedManifest{Version: 2, Roots: roots, Sha256: roots.Digest()},
		}),
		"withdrawn-item": proven(t, prf.Item, asked, &registrytypes.QueryItemResponse{
			Manifest: registrytypes.NumberedManifest{Version: 2, Roots: roots, Sha256: roots.Digest()},
			Status:   registrytypes.ItemStatus{Number: 3, At: &at}, List: registrytypes.WithdrawalList{Count: 3, Sha256: content},
		}),
		"part": proven(t, prf.Part, &royaltytypes.QueryPartRequest{Work: song, Version: 2, Denom: "uusdc", Proof: registrytypes.ContributorProof{
			Contributor: registrytypes.Contributor{Work: remix}, Weight: 3, Path: []registrytypes.SumNode{{Sum: 4, Hash: content}},
		}}, &royaltytypes.QueryPartResponse{
			Start: 0, Weight: 3, Whole: 7, Total: math.NewInt(100), Own: math.NewInt(42), Collected: math.NewInt(40),
		}),
	}
}

// Certificates about manifests say each field in words, and in a sentence what is proved.
func TestCertificatesAboutManifests(t *testing.T) {
	t.Setenv("COLUMNS", "")
	list := aboutManifests(t)
	for name, sentence := range map[string]string{
		"manifest":       "is made of 5 items of 2 contributors in version 2.",
		"item":           "has the item in version 2, and it was not withdrawn by",
		"withdrawn-item": "Its contributor withdrew it on 2026-11-01 12:00:00 UTC",
		"part":           "40 of 42 were collected by",
	} {
		said := text(t, list[name])
		require.Contains(t, said, sentence)
		require.NotRegexp(t, "[a-z]_[a-z]", said, "a field without a name")
	}
}

// A certificate of an answer about an item says from whom it is, and not that a manifest has it: anybody can ask about any content.
func TestACertificateAboutAnItemSaysNoMore(t *testing.T) {
	t.Setenv("COLUMNS", "")
	song, account := registrytypes.WorkID{1}, sdk.AccAddress(make([]byte, 20)).String()
	for _, from := range []registrytypes.Contributor{{Account: account}, {Work: registrytypes.WorkID{2}}} {
		item := licensetypes.Item{Sha256: registrytypes.Digest{3}, Contributor: from}
		asked := prf.AskItemRights(song, item, licensetypes.Use{Action: licensetypes.ACTION_COPY}, "")
		said := text(t, proven(t, prf.Rights, asked.Request, &licensetypes.QueryCheckRightsResponse{
			Rights: licensetypes.Rights{Works: []registrytypes.WorkID{song}, Verdict: licensetypes.VERDICT_ALLOWED, Item: item.Sha256},
		}))
		name := from.Account
		if name == "" {
			name = from.Work.String()
		}
		require.Contains(t, said, "item "+item.Sha256.String()+" of "+song.String()+" from "+name+", if a manifest of it has that.")
		require.Contains(t, said, "nor, of an item, that a manifest has it")
	}
}

// A certificate of a collection says why somebody was not paid, and nothing of those who were.
func TestACertificateOfACollectionSaysWhoWasNotPaid(t *testing.T) {
	t.Setenv("COLUMNS", "")
	said := func(entries ...royaltytypes.Collected) string {
		told, err := json.Marshal(prf.Done{Tx: strings.Repeat("AB", 32), Messages: []prf.Message{{
			Type: "/stemma.royalty.v1.MsgCollect", Answer: jsonOf(t, &royaltytypes.MsgCollectResponse{Entries: entries}),
		}}})
		require.NoError(t, err)
		p := proven(t, prf.Transaction, nil, nil)
		p.Told = told
		return text(t, p)
	}
	paid := royaltytypes.Collected{Paid: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))}
	both := said(paid, royaltytypes.Collected{Reason: royaltytypes.COLLECT_REASON_NOTHING_DUE})
	require.Contains(t, both, "nothing is due")
	require.Contains(t, both, "5uusdc")
	for _, one := range []string{both, said(paid), said(paid, paid)} {
		require.NotContains(t, one, "unspecified")
		require.NotContains(t, one, "UNSPECIFIED")
	}
	require.NotContains(t, said(paid, paid), "Why not")
}
