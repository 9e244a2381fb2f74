package x402_test

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// A grant under which each use is paid besides opens nothing by itself: with it the use is still to be paid, and then there is a token.
func TestAGrantIsNoUse(t *testing.T) {
	w := newWorld(t)
	s := w.licences()
	work, terms := w.offeredBoth()
	alice := w.balance("alice")
	grant := w.form(s, "/olp/token", wants(work, "ai-input"), nil).required(x402.Exact)
	require.Equal(t, "100000", grant.Amount)
	payment := w.pay("buyer", grant)
	for range 2 { // shown again it is no more than it was
		use := w.form(s, "/olp/token", wants(work, "ai-input"), payment).required(x402.Exact)
		require.Equal(t, "250000", use.Amount)
		require.Equal(t, alice+100_000, w.balance("alice"))
	}
	use := w.form(s, "/olp/token", wants(work, "ai-input"), payment).required(x402.Exact)
	got := w.form(s, "/olp/token", wants(work, "ai-input"), w.pay("buyer", use))
	require.Equal(t, http.StatusOK, got.code, string(got.body))
	require.Equal(t, alice+350_000, w.balance("alice"))
	sent := url.Values{"token": {got.told("access_token").(string)}}
	require.Equal(t, true, w.form(s, "/olp/introspect", sent, nil).told("active"))
	w.send("alice", &licensetypes.MsgCloseOffer{Owner: w.keys["alice"].Address().String(), Work: work, Terms: terms})
	require.Equal(t, true, w.form(s, "/olp/introspect", sent, nil).told("active"), "a use that was paid stays")
}

// offeredBoth registers a work of alice's whose uses as AI input are paid besides a grant.
func (w *world) offeredBoth() (work registrytypes.WorkID, terms licensetypes.TermsID) {
	owner := w.keys["alice"].Address()
	digest := registrytypes.Digest(sha256.Sum256([]byte("both")))
	work = registrytypes.NewWorkID(owner, digest)
	coin := func(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(denom, amount)) }
	both := licensetypes.Terms{
		Spdx: "LicenseRef-both", CommercialUse: true, GrantFee: coin(100_000), AiInput: licensetypes.PERMISSION_PAID, UsePrice: coin(usePrice),
		Uses: []licensetypes.Action{licensetypes.ACTION_AI_INPUT},
	}
	w.send("alice", &registrytypes.MsgRegister{Registrant: owner.String(), Works: []registrytypes.Entry{{
		Sha256: digest, Details: registrytypes.Details{Kind: registrytypes.KIND_AUDIO},
	}}}, &licensetypes.MsgPublishTerms{Author: owner.String(), Terms: both},
		&licensetypes.MsgOffer{Owner: owner.String(), Work: work, Terms: both.ID()})
	return work, both.ID()
}

// What stands behind a paywall is a use each time: the price of the grant alone does not open it.
func TestAGrantOpensNothingWhereUsesArePaid(t *testing.T) {
	w := newWorld(t)
	work, _ := w.offeredBoth()
	d := w.open()
	thing := doors.Thing{
		Resource: x402.Resource{URL: origin + "/file"}, Work: work.String(), Behind: true,
		Use: licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Commercial: true},
	}
	asked, err := d.Ask(t.Context(), thing, "")
	require.NoError(t, err)
	require.Empty(t, asked.Accepts, "the grant is sold elsewhere")
	bought := w.get(w.path(work, "use=ai-input&commercial=true"), nil).required(x402.Exact)
	require.Equal(t, "100000", bought.Amount, "where nothing is handed over but the grant")
	bought.Extra.Resource = thing.URL
	_, err = d.Pay(t.Context(), thing, w.pay("buyer", bought), func() error { return nil })
	require.Error(t, err)
}
