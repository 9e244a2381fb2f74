// Command peruse answers questions from works whose owners are paid for each use: one payment channel
// pays all of them, and each answer is paid by one voucher. When the questions end, the last voucher is
// redeemed, in one transaction for any number of answers.
//
//	echo "What is a stemma?" | peruse -key bob work1... work1...
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/paychannel"
	license "github.com/stemma-chain/stemma/x/license/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

var (
	node    = flag.String("node", "localhost:9090", "gRPC address of a node")
	home    = flag.String("home", os.ExpandEnv("$HOME/.stemmad"), "folder of the keyring")
	key     = flag.String("key", "bob", "key that pays")
	deposit = flag.String("deposit", "100000uusdc", "deposit of the payment channel; the rest comes back by stemmad paychannel close")
)

type service struct {
	*client.Client
	signer  client.Signer
	deposit sdk.Coin
}

func main() {
	flag.Parse()
	if err := run(context.Background(), flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, works []string) (err error) {
	var s service
	if s.deposit, err = client.ParseCoin(*deposit); err != nil {
		return err
	}
	if s.Client, err = client.Dial(*node); err != nil {
		return err
	}
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, *home, nil, s.Encoding.Codec)
	if err != nil {
		return err
	}
	if s.signer, err = client.FromKeyring(ring, *key); err != nil {
		return err
	}
	meter, err := s.open(ctx, works)
	if err != nil {
		return err
	}
	last, err := answer(meter)
	return errors.Join(err, s.redeem(ctx, last)) // what was answered is paid, also where the deposit was too small for more
}

// answer answers questions until they end, and returns the last voucher.
func answer(meter *paychannel.Meter) (last voucher.Voucher, err error) {
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		next, err := meter.Use(1)
		if err != nil {
			return last, err
		}
		last = next
		// An answer would go here; whoever is paid keeps the newest voucher.
		if err := json.NewEncoder(os.Stdout).Encode(last); err != nil {
			return last, err
		}
	}
	return last, questions.Err()
}

// open asks what one answer from all the works costs, and opens a payment channel that pays them.
func (s service) open(ctx context.Context, works []string) (*paychannel.Meter, error) {
	me := s.signer.Address()
	answers, err := s.License().CheckRightsBatch(ctx, &license.QueryCheckRightsBatchRequest{
		Works: works, Licensee: me.String(), Use: license.Use{Action: license.ACTION_AI_INPUT, Commercial: true}, Brief: true,
	})
	if err != nil {
		return nil, err
	}
	tariff, err := paychannel.NewTariff(answers.Rights, s.deposit.Denom)
	if err != nil {
		return nil, err
	}
	log.Printf("an answer costs %s, which pays for works: %d", tariff.Price, len(tariff.Payees))
	all, err := s.Royalty().PaymentChannels(ctx, &royalty.QueryPaymentChannelsRequest{Payer: me.String()})
	if err != nil {
		return nil, err
	}
	if _, err := s.Send(ctx, s.signer, &royalty.MsgOpenPaymentChannel{
		Payer: me.String(), Serial: all.NextSerial, Deposit: s.deposit, Payees: tariff.Payees,
		Key: s.signer.PubKey().Bytes(), CloseDelay: 24 * time.Hour,
	}); err != nil {
		return nil, err
	}
	id := royalty.NewPaymentChannelID(me, all.NextSerial)
	opened, err := s.Royalty().PaymentChannel(ctx, &royalty.QueryPaymentChannelRequest{PaymentChannel: id})
	if err != nil {
		return nil, err
	}
	chain, err := s.ChainID(ctx)
	if err != nil {
		return nil, err
	}
	return paychannel.NewMeter(chain, opened.PaymentChannel, tariff, nil, s.signer.Sign)
}

// redeem pays what the last voucher promises. Anybody could: an owner who kept it, for example.
func (s service) redeem(ctx context.Context, last voucher.Voucher) error {
	if last.ChainID == "" {
		return nil // no question was asked
	}
	_, err := s.Send(ctx, s.signer, &royalty.MsgRedeemVouchers{
		Sender: s.signer.Address().String(), Vouchers: []royalty.Voucher{last.Message()},
	})
	if err != nil {
		return fmt.Errorf("redeem %s: %w", last.PaymentChannel, err)
	}
	return nil
}
