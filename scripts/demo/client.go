package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// poll is the pause between two questions about the same thing.
	poll = 50 * time.Millisecond
	// patience is how long the demo waits for a block or a payout.
	patience = 30 * time.Second
)

// Client sends transactions and asks questions over gRPC.
type Client struct {
	conn     *grpc.ClientConn
	encoding app.Encoding
	txs      txtypes.ServiceClient
	exited   <-chan struct{}
}

func dial(n *Node, encoding app.Encoding) (*Client, error) {
	conn, err := grpc.NewClient(n.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec.NewProtoCodec(encoding.InterfaceRegistry).GRPCCodec())))
	if err != nil {
		return nil, err
	}
	return &Client{conn: conn, encoding: encoding, txs: txtypes.NewServiceClient(conn), exited: n.Exited()}, nil
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

// awaitStart waits until the chain has made its first block.
func (c *Client) awaitStart(ctx context.Context) error {
	comet := cmtservice.NewServiceClient(c.conn)
	return c.until(ctx, "the first block", func() (bool, error) {
		latest, err := comet.GetLatestBlock(ctx, &cmtservice.GetLatestBlockRequest{})
		return err == nil && latest.SdkBlock.Header.Height > 0, nil
	})
}

// number looks up the accounts' numbers, which signatures cover.
func (c *Client) number(ctx context.Context, accounts *Accounts) error {
	byAddress := map[string]*Account{}
	for _, a := range accounts.list {
		byAddress[a.Address.String()] = a
	}
	auth := authtypes.NewQueryClient(c.conn)
	page := &query.PageRequest{Limit: 500}
	for {
		found, err := auth.Accounts(ctx, &authtypes.QueryAccountsRequest{Pagination: page})
		if err != nil {
			return err
		}
		for _, packed := range found.Accounts {
			var row sdk.AccountI
			if err := c.encoding.InterfaceRegistry.UnpackAny(packed, &row); err != nil {
				return err
			}
			if a := byAddress[row.GetAddress().String()]; a != nil {
				a.number, a.sequence = row.GetAccountNumber(), row.GetSequence()
				delete(byAddress, a.Address.String())
			}
		}
		if len(found.Pagination.NextKey) == 0 {
			break
		}
		page.Key = found.Pagination.NextKey
	}
	if len(byAddress) > 0 {
		return fmt.Errorf("%d accounts are missing on the chain", len(byAddress))
	}
	return nil
}

// balance is what an account has of the denom that works are paid in.
func (c *Client) balance(ctx context.Context, account sdk.AccAddress) (sdk.Coin, error) {
	answer, err := banktypes.NewQueryClient(c.conn).Balance(ctx, &banktypes.QueryBalanceRequest{
		Address: account.String(), Denom: app.LocalDenom,
	})
	if err != nil {
		return sdk.Coin{}, err
	}
	return *answer.Balance, nil
}

// conditions are what a public offer of a work brings now, which a derivation names as seen.
func (c *Client) conditions(ctx context.Context, work registrytypes.WorkID) (licensetypes.Conditions, error) {
	answer, err := licensetypes.NewQueryClient(c.conn).Offers(ctx, &licensetypes.QueryOffersRequest{Work: work})
	if err != nil || len(answer.Offers) == 0 {
		return licensetypes.Conditions{}, err
	}
	seen := answer.Offers[0].Conditions
	seen.AllowList = registrytypes.Digest{} // that offer's alone
	return seen, nil
}

// await waits until a transaction is in a block.
func (c *Client) await(ctx context.Context, hash string) (*sdk.TxResponse, error) {
	var found *sdk.TxResponse
	err := c.until(ctx, "transaction "+hash, func() (bool, error) {
		answer, err := c.txs.GetTx(ctx, &txtypes.GetTxRequest{Hash: hash})
		if status.Code(err) == codes.NotFound {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		found = answer.TxResponse
		return true, nil
	})
	return found, err
}
