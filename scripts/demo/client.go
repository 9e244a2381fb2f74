package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	chainID = "stemma-demo-1"
	// blockTime is the pause after each block.
	blockTime = 400 * time.Millisecond
	// poll is the pause between two questions about the same thing.
	poll = 50 * time.Millisecond
	// patience is how long the demo waits for a block or a payout.
	patience = 30 * time.Second
)

// Client sends transactions and asks questions.
type Client struct {
	*client.Client
	exited <-chan struct{}
}

// errNodeGone: the node stopped while the demo waited for it.
var errNodeGone = errors.New("the node is gone")

// until asks again and again until done, an error, or the end of patience.
func (c *Client) until(ctx context.Context, what string, done func() (bool, error)) error {
	deadline := time.After(patience)
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.exited:
			return errNodeGone
		case <-deadline:
			return fmt.Errorf("waited %s in vain for %s", patience, what)
		case <-time.After(poll):
		}
	}
}

// balance is what an account has of the denom that works are paid in.
func (c *Client) balance(ctx context.Context, account sdk.AccAddress) (sdk.Coin, error) {
	answer, err := c.Bank().Balance(ctx, &banktypes.QueryBalanceRequest{Address: account.String(), Denom: encoding.LocalDenom})
	if err != nil {
		return sdk.Coin{}, err
	}
	return *answer.Balance, nil
}

// conditions are what a public offer of a work brings now, which a derivation names as seen.
func (c *Client) conditions(ctx context.Context, work registrytypes.WorkID) (licensetypes.Conditions, error) {
	answer, err := c.License().Offers(ctx, &licensetypes.QueryOffersRequest{Work: work})
	if err != nil || len(answer.Offers) == 0 {
		return licensetypes.Conditions{}, err
	}
	seen := answer.Offers[0].Conditions
	seen.AllowList = registrytypes.Digest{} // that offer's alone
	return seen, nil
}
