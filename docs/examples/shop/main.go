// Command shop clears a work for distribution, buys what that needs, and sells copies of it over
// HTTP on this machine: each sale pays the work, and whoever it was made from is paid by that.
//
//	curl localhost:8080/price
//	curl -X POST localhost:8080/sell
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/rights"
	license "github.com/stemma-chain/stemma/x/license/types"
	registry "github.com/stemma-chain/stemma/x/registry/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	node   = flag.String("node", "localhost:9090", "gRPC address of a node")
	home   = flag.String("home", os.ExpandEnv("$HOME/.stemmad"), "folder of the keyring")
	key    = flag.String("key", "alice", "key that signs")
	listen = flag.String("listen", "127.0.0.1:8080", "address to sell at")
	price  = flag.String("price", "10000uusdc", "what the work gets of each copy")
	maxFee = flag.String("max-fee", "5000uusdc", "most to pay for the right to sell copies")
)

type shop struct {
	*client.Client
	signer client.Signer
	work   registry.WorkID
	price  sdk.Coin
}

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: shop [flags] WORK")
	}
	ctx := context.Background()
	s, err := open(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	if err := s.clear(ctx); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /price", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.price, nil) })
	http.HandleFunc("POST /sell", func(w http.ResponseWriter, r *http.Request) {
		sold, err := s.sell(r.Context())
		answer(w, sold, err)
	})
	log.Print("selling ", s.work, " at ", *listen)
	server := &http.Server{Addr: *listen, ReadHeaderTimeout: time.Second}
	log.Fatal(server.ListenAndServe())
}

func open(work string) (s shop, err error) {
	if s.Client, err = client.Dial(*node); err != nil {
		return s, err
	}
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, *home, nil, s.Encoding.Codec)
	if err != nil {
		return s, err
	}
	if s.signer, err = client.FromKeyring(ring, *key); err != nil {
		return s, err
	}
	if s.work, err = registry.ParseWorkID(work); err != nil {
		return s, err
	}
	s.price, err = client.ParseCoin(*price)
	return s, err
}

// clear asks whether copies may be sold, and buys what that needs. Run again, the grant is
// there.
func (s shop) clear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	res, err := s.License().CheckRights(ctx, &license.QueryCheckRightsRequest{
		Work: s.work.String(), Licensee: s.signer.Address().String(),
		Use: license.Use{Action: license.ACTION_DISTRIBUTE, Commercial: true},
	})
	if err != nil {
		return err
	}
	switch res.Rights.Verdict {
	case license.VERDICT_ALLOWED:
		return nil
	case license.VERDICT_NEEDS_GRANT:
	default:
		return fmt.Errorf("%s: %v", res.Rights.Verdict, rights.Codes(res.Rights))
	}
	most, err := client.ParseCoin(*maxFee)
	if err != nil {
		return err
	}
	items, why := rights.Basket(rights.Needs(res.Rights), &most)
	if len(why) > 0 {
		return fmt.Errorf("can't be had: %v", why)
	}
	var msgs []sdk.Msg
	for i, item := range items {
		msgs = append(msgs, item.Message(s.signer.Address(), uint64(time.Now().UnixNano())+uint64(i)))
	}
	_, err = s.Send(ctx, s.signer, msgs...)
	return err
}

// sale is what a buyer gets beside the copy: proof that everybody was paid.
type sale struct {
	Transaction string          `json:"transaction"`
	Height      int64           `json:"height"`
	Paid        []royalty.Payee `json:"paid"`
}

// sell pays the work for one copy and says who gets what of it.
func (s shop) sell(ctx context.Context) (sale, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	result, err := s.Send(ctx, s.signer, &royalty.MsgPay{Payer: s.signer.Address().String(), Work: s.work, Amount: s.price})
	if err != nil {
		return sale{}, err
	}
	payments, err := history.Payments(result.Events)
	if err != nil {
		return sale{}, err
	}
	receipt := history.Paid{Payment: payments[0]}
	err = receipt.Divide(ctx, s.Royalty(), result.Height, 0, 100)
	return sale{result.Hash, result.Height, receipt.Shares}, err
}

func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
