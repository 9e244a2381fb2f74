package x402_test

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/portal/till"
	doors "github.com/stemma-chain/stemma/portal/x402"
	"github.com/stemma-chain/stemma/testutil/localnet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// binary is the stemmad that `make build` makes. This package links no app, so it does not build one.
const binary = "../../build/stemmad"

const (
	denom     = "uusdc"
	origin    = "https://shop.example"
	grantFee  = 5_000_000
	usePrice  = 250_000
	tinyPrice = 3
)

// world is a node, a shop that asks it, and accounts that buy and sell.
type world struct {
	t    *testing.T
	net  *localnet.Network
	c    *client.Client
	dir  string
	shop *httptest.Server
	book *till.Till // that the shop has open
	// song is licensed for a fee, and asks for a price with each use as AI input; tune takes very little.
	song, tune registrytypes.WorkID
	// byGrant are the terms of the fee, perUse those of the last work's uses.
	byGrant, perUse licensetypes.TermsID
	keys            map[string]client.Signer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if _, err := os.Stat(binary); err != nil {
		t.Skip("there is no " + binary + ": run `make build` first")
	}
	path, err := filepath.Abs(binary)
	require.NoError(t, err)
	w := &world{t: t, dir: t.TempDir(), keys: map[string]client.Signer{}}
	w.net = localnet.ForTest(t, localnet.Options{
		Binary: path, ChainID: "doors-1", BlockTime: 100 * time.Millisecond, Keys: []string{"alice", "buyer", "other", "service"},
		Settings: []string{"tx_index.indexer=null"},
	})
	w.c, err = client.Dial(w.net.Nodes[0].GRPC)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.c.Close() })
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, w.net.Nodes[0].Home, nil, w.c.Encoding.Codec)
	require.NoError(t, err)
	for _, name := range []string{"alice", "buyer", "other", "service"} {
		w.keys[name], err = client.FromKeyring(ring, name)
		require.NoError(t, err)
	}
	w.song, w.tune = w.offered("la la", usePrice), w.offered("li li", tinyPrice)
	w.open()
	return w
}

// offered registers a work of alice's that is to be paid with each use as AI input, and by a grant for everything else.
func (w *world) offered(content string, price int64) registrytypes.WorkID {
	owner := w.keys["alice"].Address()
	digest := registrytypes.Digest(sha256.Sum256([]byte(content)))
	id := registrytypes.NewWorkID(owner, digest)
	coin := func(amount int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(denom, amount)) }
	perUse := licensetypes.Terms{
		Spdx: "LicenseRef-per-use", CommercialUse: true,
		AiInput: licensetypes.PERMISSION_PAID, UsePrice: coin(price), Uses: []licensetypes.Action{licensetypes.ACTION_AI_INPUT},
	}
	byGrant := licensetypes.Terms{
		Spdx: "LicenseRef-by-grant", CommercialUse: true, GrantFee: coin(grantFee),
		Uses: []licensetypes.Action{licensetypes.ACTION_COPY, licensetypes.ACTION_DISTRIBUTE, licensetypes.ACTION_PERFORM},
	}
	msgs := []sdk.Msg{&registrytypes.MsgRegister{Registrant: owner.String(), Works: []registrytypes.Entry{{
		Sha256: digest, Details: registrytypes.Details{Kind: registrytypes.KIND_AUDIO, Title: "<script>alert(1)</script>"},
	}}}}
	if price == usePrice {
		msgs = append(msgs, &licensetypes.MsgPublishTerms{Author: owner.String(), Terms: byGrant})
	}
	msgs = append(msgs, &licensetypes.MsgPublishTerms{Author: owner.String(), Terms: perUse},
		&licensetypes.MsgOffer{Owner: owner.String(), Work: id, Terms: perUse.ID()},
		&licensetypes.MsgOffer{Owner: owner.String(), Work: id, Terms: byGrant.ID()})
	w.send("alice", msgs...)
	w.byGrant, w.perUse = byGrant.ID(), perUse.ID()
	return id
}

func (w *world) send(from string, msgs ...sdk.Msg) client.Result {
	w.t.Helper()
	res, err := w.c.Send(w.t.Context(), w.keys[from], msgs...)
	require.NoError(w.t, err)
	return res
}

// open starts the shop, anew where it was open: what it knows is on disk.
func (w *world) open(change ...func(*doors.Config)) *doors.Doors {
	w.t.Helper()
	if w.shop != nil {
		w.shop.Close()
		require.NoError(w.t, w.book.Close())
	}
	book, err := till.Open(w.t.Context(), filepath.Join(w.dir, "till.db"))
	require.NoError(w.t, err)
	w.book = book
	config := doors.Config{
		Client: w.c, Till: book, Origin: origin, Vouchers: paychannel.OpenStore(filepath.Join(w.dir, "vouchers")),
		Receiver: w.keys["service"].Address(), MinCloseDelay: time.Hour, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, f := range change {
		f(&config)
	}
	d, err := doors.New(config)
	require.NoError(w.t, err)
	w.shop = httptest.NewServer(d.Handler())
	w.t.Cleanup(func() { w.shop.Close(); _ = book.Close() }) // twice does no harm
	return d
}

func (w *world) purse(name string) x402.Purse { return x402.Purse{Client: w.c, Signer: w.keys[name]} }

func (w *world) path(work registrytypes.WorkID, question string) string {
	return "/x402/works/" + work.String() + "?" + question
}

// get asks the shop, with a payment where there is one.
func (w *world) get(path string, p *x402.Payment) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.shop.URL+path, nil)
	require.NoError(w.t, err)
	if p != nil {
		r.Header.Set(x402.PaymentHeader, x402.Encode(p))
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	return reply{w.t, res.StatusCode, res.Header, body}
}

type reply struct {
	t      *testing.T
	code   int
	header http.Header
	body   []byte
}

// accepts are the ways to pay that are asked for.
func (r reply) accepts() []x402.Requirement {
	r.t.Helper()
	require.Equal(r.t, http.StatusPaymentRequired, r.code, string(r.body))
	var asked x402.Required
	there, err := x402.ReadHeader(r.header, x402.RequiredHeader, &asked)
	require.NoError(r.t, err)
	require.True(r.t, there)
	return asked.Accepts
}

// required is what is asked for, of a scheme.
func (r reply) required(scheme string) x402.Requirement {
	r.t.Helper()
	for _, a := range r.accepts() {
		if a.Scheme == scheme {
			return a
		}
	}
	r.t.Fatalf("%s is not taken: %s", scheme, r.body)
	return x402.Requirement{}
}

// reason is why a payment was not taken.
func (r reply) reason() x402.Reason {
	r.t.Helper()
	require.Equal(r.t, http.StatusPaymentRequired, r.code, string(r.body))
	var asked x402.Required
	_, err := x402.ReadHeader(r.header, x402.RequiredHeader, &asked)
	require.NoError(r.t, err)
	return x402.Reason(asked.Error)
}

func (w *world) balance(name string) int64 {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	res, err := w.c.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{Address: w.keys[name].Address().String(), Denom: denom})
	require.NoError(w.t, err)
	return res.Balance.Amount.Int64()
}
