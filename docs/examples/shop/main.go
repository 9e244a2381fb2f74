// Command shop sells copies of a work that is somebody else's, over HTTP on this machine:
//
//	curl localhost:8080/price
//	curl -X POST 'localhost:8080/sell?order=42'
//
// It buys what distributing needs before it opens. Of each copy sold, the price is paid to the work, and so
// to everyone that it was made from; the buyer gets the copy, and the receipt that says who got what.
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/rights"
	license "github.com/stemma-chain/stemma/x/license/types"
	registry "github.com/stemma-chain/stemma/x/registry/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	node   = flag.String("node", "localhost:9090", "gRPC address of a node")
	home   = flag.String("home", "", "folder of the keyring (backend test)")
	key    = flag.String("key", "", "name of the shop's key")
	file   = flag.String("file", "", "what is sold")
	orders = flag.String("orders", "orders", "folder of the receipts, one an order")
	most   = flag.Int64("max-fee", 0, "most to pay for the right to distribute, in units of -denom")
	price  = flag.Int64("price", 1_000_000, "price of a copy, in units of -denom")
	denom  = flag.String("denom", "uusdc", "denom to pay in")
	listen = flag.String("listen", "127.0.0.1:8080", "where to listen")
)

type shop struct {
	c       *client.Client
	me      client.Signer
	content string // the SHA-256 of what is sold
}

type receipt struct {
	Order  string            `json:"order"`
	Tx     string            `json:"tx"`
	Height int64             `json:"height"`
	Shares map[string]string `json:"shares"` // account to amount
	Copy   []byte            `json:"copy"`
}

func main() {
	flag.Parse()
	c, err := client.Dial(*node)
	check(err)
	keys, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, *home, os.Stdin, c.Encoding.Codec)
	check(err)
	me, err := client.FromKeyring(keys, *key)
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sold, err := register.SumFile(ctx, *file)
	check(err)
	check(os.MkdirAll(*orders, 0o700))
	s := shop{c, me, registry.Digest(sold.Digest).String()}
	answer, err := s.ask(ctx)
	check(err)
	if answer.Verdict != license.VERDICT_ALLOWED {
		check(s.buy(ctx, answer))
	}
	http.HandleFunc("GET /price", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%d%s\n", *price, *denom) })
	http.HandleFunc("POST /sell", s.sell)
	log.Printf("selling %s at %s", *file, *listen)
	check((&http.Server{Addr: *listen, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}

// ask asks by content: the work whose claim to it stands first is decided on.
func (s shop) ask(ctx context.Context) (license.Rights, error) {
	res, err := s.c.License().CheckRights(ctx, &license.QueryCheckRightsRequest{
		Work: s.content, Licensee: s.me.Address().String(), Use: license.Use{Action: license.ACTION_DISTRIBUTE, Commercial: true},
	})
	return res.GetRights(), err
}

func (s shop) buy(ctx context.Context, answer license.Rights) error {
	limit := sdk.NewInt64Coin(*denom, *most)
	items, why := rights.Basket(rights.Needs(answer), &limit, nil)
	if len(why) > 0 {
		return fmt.Errorf("can't be sold, %v: %s", rights.Codes(answer), strings.Join(why, "; "))
	}
	var msgs []sdk.Msg
	for i, item := range items {
		msgs = append(msgs, item.Acquire(s.me.Address(), uint64(time.Now().UnixNano())+uint64(i)))
	}
	_, err := s.c.Send(ctx, s.me, msgs...)
	return err
}
