// Command outside is a program of somebody else's: it does with the chain what people do.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	license "github.com/stemma-chain/stemma/x/license/types"
	lineage "github.com/stemma-chain/stemma/x/lineage/types"
	registry "github.com/stemma-chain/stemma/x/registry/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := must(client.Dial(os.Args[1]))
	keys := must(keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, os.Args[2], nil, c.Encoding.Codec))
	alice, bob := must(client.FromKeyring(keys, "alice")), must(client.FromKeyring(keys, "bob"))

	// Alice registers a song and offers it under known terms.
	song := register(ctx, c, alice, "song")
	terms := must(c.License().Terms(ctx, &license.QueryTermsRequest{Terms: "commercial-remix-10"})).Terms
	must(c.Send(ctx, alice, &license.MsgOffer{
		Owner: alice.Address().String(), Work: song, Terms: terms.Id, Offer: license.Offer{Price: coins(5_000)},
	}))
	// Bob asks whether he may remix it, buys what that needs, and declares the remix.
	rights := must(c.License().CheckRights(ctx, &license.QueryCheckRightsRequest{
		Work: song.String(), Licensee: bob.Address().String(), Use: license.Use{Action: license.ACTION_ADAPT, Commercial: true},
	})).Rights
	fmt.Println(rights.Verdict)
	offer, remix := rights.Offers[0], register(ctx, c, bob, "remix")
	grant := license.NewGrantID(song, offer.Terms, bob.Address(), 1)
	must(c.Send(ctx, bob, &license.MsgAcquire{
		Licensee: bob.Address().String(), Work: song, Terms: offer.Terms, Serial: 1, MaxFee: &offer.Price[0],
		MaxRate: offer.RoyaltyRate, Seen: offer.Conditions,
	}, &lineage.MsgDerive{Owner: bob.Address().String(), Work: remix, MaxTotalRate: offer.RoyaltyRate, Sources: []lineage.Source{
		{Work: song, Role: lineage.ROLE_PARENT_OF, Permission: grant.String()},
	}}))
	// Bob pays for the remix, and reads who gets what.
	paid := must(c.Send(ctx, bob, &royalty.MsgPay{Payer: bob.Address().String(), Work: remix, Amount: coins(100_000)[0]}))
	receipt := history.Paid{Payment: must(history.Payments(paid.Events))[0]}
	must(0, receipt.Divide(ctx, c.Royalty(), paid.Height, 0, 100))
	for _, share := range receipt.Shares {
		fmt.Println(share.Account == alice.Address().String(), share.Amount)
	}
}

func register(ctx context.Context, c *client.Client, by client.Signer, content string) registry.WorkID {
	digest := registry.Digest(sha256.Sum256([]byte(content)))
	must(c.Send(ctx, by, &registry.MsgRegister{Registrant: by.Address().String(), Works: []registry.Entry{
		{Sha256: digest, Details: registry.Details{Kind: registry.KIND_AUDIO, Title: content}},
	}}))
	return registry.NewWorkID(by.Address(), digest)
}

func coins(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin("uusdc", n)) }

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
