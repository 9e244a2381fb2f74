package follow_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/localnet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// binary is the stemmad that `make build` makes. This package links no app, so it does not build one.
const binary = "../../build/stemmad"

// chain is a node with accounts that do things.
type chain struct {
	t          *testing.T
	net        *localnet.Network
	c          *client.Client
	alice, bob client.Signer
	made       int
	sent       int64 // height of the last transaction
}

func newChain(t *testing.T) *chain {
	t.Helper()
	if _, err := os.Stat(binary); err != nil {
		t.Skip("there is no " + binary + ": run `make build` first")
	}
	path, err := filepath.Abs(binary)
	require.NoError(t, err)
	net := localnet.ForTest(t, localnet.Options{
		Binary: path, ChainID: "followed-1", BlockTime: 50 * time.Millisecond, Keys: []string{"alice", "bob"},
		Settings: []string{"tx_index.indexer=null"},
	})
	c, err := client.Dial(net.Nodes[0].GRPC)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, net.Nodes[0].Home, nil, c.Encoding.Codec)
	require.NoError(t, err)
	ch := &chain{t: t, net: net, c: c}
	ch.alice, err = client.FromKeyring(ring, "alice")
	require.NoError(t, err)
	ch.bob, err = client.FromKeyring(ring, "bob")
	require.NoError(t, err)
	return ch
}

func (c *chain) rpc() string { return "http://" + c.net.Nodes[0].RPC }

func (c *chain) node() *rpchttp.HTTP {
	c.t.Helper()
	node, err := rpchttp.New(c.rpc(), "/websocket")
	require.NoError(c.t, err)
	return node
}

func (c *chain) send(signer client.Signer, msgs ...sdk.Msg) {
	c.t.Helper()
	res, err := c.c.Send(c.t.Context(), signer, msgs...)
	require.NoError(c.t, err)
	c.sent = res.Height
}

func remixTerms() licensetypes.TermsID {
	p, ok := licensetypes.PresetByName("commercial-remix-10")
	if !ok {
		panic("no such preset")
	}
	return p.ID
}

// register is the message that registers content n, and the id that it gets.
func register(owner client.Signer, n int) (registrytypes.WorkID, *registrytypes.MsgRegister) {
	digest := registrytypes.Digest(sha256.Sum256(fmt.Append(nil, "content ", n)))
	return registrytypes.NewWorkID(owner.Address(), digest), &registrytypes.MsgRegister{
		Registrant: owner.Address().String(), Works: []registrytypes.Entry{{Sha256: digest, Details: registrytypes.Details{
			Kind: registrytypes.Kind(1 + n%12), Title: fmt.Sprintf("Gemälde Nr. %d 東京", n),
			Creators:     []registrytypes.Creator{{Name: "Alice Liddell", Role: "painter"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: fmt.Sprintf("https://example.org/%d", n)}},
		}}},
	}
}

// work does a bit of everything: two works, of which one is made from the other, in one transaction, and
// what follows.
func (c *chain) work() {
	c.made += 2
	owner, other := c.alice.Address().String(), c.bob.Address().String()
	song, first := register(c.alice, c.made)
	remix, second := register(c.alice, c.made+1)
	msgs := []sdk.Msg{
		first, second, &licensetypes.MsgOffer{Owner: owner, Work: song, Terms: remixTerms()},
		&lineagetypes.MsgDerive{Owner: owner, Work: remix, MaxTotalRate: 1_000_000, Sources: []lineagetypes.Source{
			{Work: song, Role: lineagetypes.ROLE_PARENT_OF, Permission: remixTerms().String()},
			{External: &lineagetypes.External{Uri: "https://example.org/source"}, Role: lineagetypes.ROLE_INPUT_TO},
		}},
		&royaltytypes.MsgPay{Payer: owner, Work: remix, Amount: sdk.NewInt64Coin("uusdc", 1_000_000)},
	}
	switch c.made % 8 {
	case 0:
		msgs = append(msgs, &registrytypes.MsgBlankText{Sender: owner, Work: remix, Version: 1})
	case 2:
		msgs = append(msgs, &registrytypes.MsgWithdrawWork{Owner: owner, Work: remix})
	case 4:
		details := second.Works[0].Details
		details.Title = "Zweite Fassung"
		msgs = append(msgs, &registrytypes.MsgRevise{Owner: owner, Work: remix, Details: details})
	case 6:
		msgs = append(msgs, &registrytypes.MsgOfferTransfer{Owner: owner, Work: remix, Recipient: other})
	}
	c.send(c.alice, msgs...)
}

// until follows to a height, and all text, with an index of its own or one that is there.
func (c *chain) until(where string, height int64, o follow.Options) *index.Index {
	c.t.Helper()
	x, err := index.Open(c.t.Context(), where)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = x.Close() })
	o.Until, o.Poll = height, 20*time.Millisecond
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Minute)
	defer cancel()
	require.NoError(c.t, follow.New(c.node(), x, o).Run(ctx))
	return x
}

func (c *chain) height() int64 {
	c.t.Helper()
	height, err := c.net.Nodes[0].Height(c.t.Context())
	require.NoError(c.t, err)
	return max(height-1, c.sent) // their results are there
}
