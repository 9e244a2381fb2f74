package pages

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// The form for accepting a work is bound to what it shows, all as of one block: what changes after that the
// chain refuses, where a script that asks anew would accept what nobody saw.
func TestAcceptingIsBoundToWhatThePageShows(t *testing.T) {
	s, n := siteOf(t, emptyIndex(t), map[string]func(any) error{
		"Work": func(reply any) error {
			reply.(*registrytypes.QueryWorkResponse).Work = registrytypes.Claim{Id: workOf(1), Version: 3}
			return nil
		},
		"Transfer": func(reply any) error {
			*reply.(*registrytypes.QueryTransferResponse) = registrytypes.QueryTransferResponse{Recipient: workOf(2).String(), Number: 5}
			return nil
		},
		"Holders": func(reply any) error {
			reply.(*royaltytypes.QueryHoldersResponse).Epoch = 4
			return nil
		},
	})
	w := get(s, "/act/accept?work="+workOf(1).String())
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `data-version="3" data-epoch="4" data-number="5"`)
	for _, name := range []string{"Work", "Transfer", "Holders"} {
		require.Equal(t, "7", n.asked[name], name)
	}
}

// Where nothing is for sale there is no form that asks what to buy.
func TestNothingToBuyIsNoForm(t *testing.T) {
	for offers, form := range map[int]bool{0: false, 1: true} {
		a, w := visiting(t, "en")
		require.NoError(t, a.show(http.StatusOK, "act.html", "", actPage{Do: "buy", Offers: slices.Repeat([]offer{{Terms: link{"CC-BY", "/terms/CC-BY"}}}, offers)}))
		require.Equal(t, form, strings.Contains(w.Body.String(), "<form id=\"act\""), offers)
	}
}
