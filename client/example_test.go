package client_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/testutil/localnet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// Where the examples find a node, a keyring with the key of alice, and a file.
var address, home, song = "localhost:9090", "/home/alice/.stemmad", "song.wav"

func dial() (context.Context, *client.Client, client.Signer) {
	c, err := client.Dial(address)
	check(err)
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, home, nil, c.Encoding.Codec)
	check(err)
	alice, err := client.FromKeyring(ring, "alice")
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	context.AfterFunc(ctx, cancel)
	return ctx, c, alice
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}

var novel = registrytypes.Digest(sha256.Sum256([]byte("a novel")))

// Register a work.
func ExampleClient_Send() {
	ctx, c, alice := dial()
	result, err := c.Send(ctx, alice, &registrytypes.MsgRegister{
		Registrant: alice.Address().String(),
		Works: []registrytypes.Entry{{
			Sha256: novel, Details: registrytypes.Details{Kind: registrytypes.KIND_TEXT, Title: "A novel"},
		}},
	})
	check(err)
	var answer registrytypes.MsgRegisterResponse
	check(result.Response(0, &answer))
	fmt.Println(answer.Works[0], "in block", result.Height)
}

// May this content be used to train a model, and what would that cost?
func ExampleClient_License() {
	ctx, c, _ := dial()
	res, err := c.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: novel.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI, Commercial: true},
	})
	check(err)
	fmt.Println(res.Rights.Verdict)
	for _, offer := range res.Rights.Offers {
		fmt.Println(offer.Terms, offer.Price)
	}
}

// Register files so that nobody comes before: anchor them unseen, and register them with the proofs.
// Both look for what was done before, so this is run again after an interruption.
func Example_enroll() {
	ctx, c, alice := dial()
	file, err := register.SumFile(ctx, song)
	check(err)
	chain, err := c.ChainID(ctx)
	check(err)
	e := enroll.Enroller{Registry: c.Registry(), ChainID: chain, Account: alice.Address(), Store: register.OpenStore(home)}
	items, _, err := e.Look(ctx, []enroll.Item{{
		File: file, Details: registrytypes.Details{Kind: registrytypes.KIND_AUDIO, Title: "A song"},
	}})
	check(err)
	anchor, err := e.Anchor(items)
	check(err)
	if anchor != nil { // else all is anchored, or registered
		_, err = c.Send(ctx, alice, anchor.Message())
		check(err)
		check(e.Prove(items, anchor))
	}
	for _, msg := range enroll.Messages(alice.Address().String(), items, false) {
		_, err = c.Send(ctx, alice, msg)
		check(err)
	}
	fmt.Println(items[0].Work)
}

// Find what a derivation may rely on; a refusal is data.
func Example_permission() {
	ctx, c, alice := dial()
	most := sdk.NewInt64Coin("uusdc", 5_000)
	choice, err := permission.Finder{Chain: c}.Find(ctx, permission.Request{
		Source: registrytypes.NewWorkID(alice.Address(), novel), Licensee: sdk.AccAddress("somebody else's pub."),
		Actions: []licensetypes.Action{licensetypes.ACTION_ADAPT}, Commercial: true, Buy: true, MaxFee: &most, Now: time.Now(),
	})
	var refused *permission.RefusedError
	if errors.As(err, &refused) {
		fmt.Println(refused.Why, rights.Codes(refused.Answer))
		return
	}
	check(err)
	for _, msg := range choice.Messages() {
		fmt.Println(msg) // to be sent before MsgDerive, in the same transaction
	}
	fmt.Println(choice.Source(registrytypes.NewWorkID(alice.Address(), novel), lineagetypes.ROLE_PARENT_OF)) // of MsgDerive
}

// Be paid by vouchers: a payer opens a payment channel and signs, a service keeps the newest and redeems it.
func Example_paychannel() {
	ctx, c, alice := dial()
	key := secp256k1.GenPrivKey()
	_, err := c.Send(ctx, alice, &royaltytypes.MsgOpenPaymentChannel{
		Payer: alice.Address().String(), Serial: 1, Deposit: sdk.NewInt64Coin("uusdc", 1_000_000), Key: key.PubKey().Bytes(),
		Payees:     []royaltytypes.PaymentChannelPayee{{Work: registrytypes.NewWorkID(alice.Address(), novel), Weight: 1_000_000}},
		CloseDelay: time.Hour,
	})
	check(err)
	chain, err := c.ChainID(ctx)
	check(err)
	id := royaltytypes.NewPaymentChannelID(alice.Address(), 1)
	signed, err := voucher.New(chain, id, math.NewInt(250_000), time.Time{})
	check(err)
	signed, err = signed.Sign(key.Sign)
	check(err)

	answer, err := c.Royalty().PaymentChannel(ctx, &royaltytypes.QueryPaymentChannelRequest{PaymentChannel: id})
	check(err)
	store := paychannel.OpenStore(filepath.Join(home, "vouchers"))
	more, err := store.Keep(signed, answer.PaymentChannel)
	check(err)
	fmt.Println("paid", more)
	kept, err := store.All(chain)
	check(err)
	done, err := paychannel.Redeem(ctx, c.Sender(alice, client.Options{}), kept)
	check(err)
	fmt.Println("redeemed", done.Paid)
}

// Pay a work, and read who gets what of it.
func ExampleSender_Send() {
	ctx, c, alice := dial()
	work := registrytypes.NewWorkID(alice.Address(), novel)
	sender := c.Sender(alice, client.Options{Note: "thank you", FeeDenoms: []string{"uusdc"}})
	result, err := sender.Send(ctx, &royaltytypes.MsgPay{
		Payer: sender.Account(), Work: work, Amount: sdk.NewInt64Coin("uusdc", 100_000),
	})
	check(err)
	payments, err := history.Payments(result.Events)
	check(err)
	paid := history.Paid{Payment: payments[0]}
	check(paid.Divide(ctx, c.Royalty(), result.Height, 0, 1000))
	for _, share := range paid.Shares {
		fmt.Println(share.Account, share.Amount)
	}
}

// Send many at once: none waits for another.
func ExampleOptions_unordered() {
	ctx, c, alice := dial()
	sender := c.Sender(alice, client.Options{Unordered: true})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			_, err := sender.Send(ctx, banktypes.NewMsgSend(alice.Address(), alice.Address(), sdk.NewCoins(sdk.NewInt64Coin("ustem", 1))))
			check(err)
		})
	}
	all.Wait()
}

// Go through a list, page by page, all of it as one block left it.
func ExampleRows() {
	ctx, c, alice := dial()
	height, _, err := c.Latest(ctx)
	check(err)
	works := client.Rows(client.At(ctx, height), func(
		ctx context.Context, page *query.PageRequest,
	) ([]registrytypes.Claim, *query.PageResponse, error) {
		res, err := c.Registry().Works(ctx, &registrytypes.QueryWorksRequest{Owner: alice.Address().String(), Pagination: page})
		return res.GetWorks(), res.GetPagination(), err
	})
	for work, err := range works {
		check(err)
		fmt.Println(work.Id, work.RegisteredAt)
	}
}

// What the chain refuses is a value.
func ExampleTxError() {
	ctx, c, alice := dial()
	_, err := c.Send(ctx, alice, &royaltytypes.MsgPay{
		Payer: alice.Address().String(), Work: registrytypes.WorkID{1}, Amount: sdk.NewInt64Coin("uusdc", 1),
	})
	var refused *client.TxError
	if errors.As(err, &refused) {
		fmt.Println(refused.Codespace, refused.Code, errors.Is(err, registrytypes.ErrWorkNotFound))
	}
}

// The examples do what they say.
func TestExamplesRun(t *testing.T) {
	net := localnet.ForTest(t, localnet.Options{Keys: []string{"alice"}})
	address, home, song = net.Nodes[0].GRPC, net.Nodes[0].Home, filepath.Join(t.TempDir(), "song.wav")
	require.NoError(t, os.WriteFile(song, []byte("la la la"), 0o600))
	ExampleClient_Send()
	ExampleClient_License()
	Example_enroll()
	Example_permission()
	Example_paychannel()
	ExampleSender_Send()
	ExampleOptions_unordered()
	ExampleRows()
	ExampleTxError()
}
