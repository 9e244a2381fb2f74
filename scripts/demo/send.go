package main

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// unitsPerFee is how much gas one unit of the staking token pays for: a hundred times
// the floor of the fee market, for the demo fills blocks, which raises the price.
const unitsPerFee = 10

// Tx is a transaction to send and, when it was sent, what became of it.
type Tx struct {
	Signer *Account
	Msgs   []sdk.Msg
	// Work is what the transaction is about.
	Work *Work
	// Terms are the terms it offers, if any.
	Terms licensetypes.TermsID

	Result client.Result
	// Refused is why the chain refused it; nil if it did not.
	Refused *client.TxError
}

// refusedByLicence: the licence terms were the reason.
func (t *Tx) refusedByLicence() bool { return errors.Is(t.Refused, licensetypes.ErrConflict) }

// sendAll signs and sends transactions, those of one account in order, and
// waits until all are in blocks. A transaction that the chain refused there is
// no error here.
func (c *Client) sendAll(ctx context.Context, txs []*Tx) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	sent := make([]*client.Pending, len(txs))
	for i, tx := range txs {
		gas := gasLimit(tx.Msgs)
		fee := sdk.NewCoins(sdk.NewInt64Coin(encoding.StakingDenom, int64(gas/unitsPerFee)+1))
		sender := c.Sender(client.FromKey(tx.Signer.key), client.Options{Fee: fee})
		var err error
		if sent[i], err = sender.Submit(ctx, client.Draft{Msgs: tx.Msgs, Gas: gas, Fee: fee}); err != nil {
			return fmt.Errorf("send a transaction of %s: %w", tx.Signer.Name, err)
		}
	}
	for i, tx := range txs {
		var err error
		if tx.Result, err = sent[i].Wait(ctx); err != nil && !errors.As(err, &tx.Refused) {
			return fmt.Errorf("transaction of %s: %w", tx.Signer.Name, err)
		}
	}
	return nil
}

// mustSendAll is sendAll where a refusal is an error.
func (c *Client) mustSendAll(ctx context.Context, txs []*Tx) error {
	if err := c.sendAll(ctx, txs); err != nil {
		return err
	}
	for _, tx := range txs {
		if tx.Refused != nil {
			return fmt.Errorf("transaction of %s: %w", tx.Signer.Name, tx.Refused)
		}
	}
	return nil
}

// gasLimit is a generous estimate, so that nothing has to be simulated first:
// about twice what the messages use.
func gasLimit(msgs []sdk.Msg) uint64 {
	limit := uint64(100_000)
	for _, msg := range msgs {
		switch m := msg.(type) {
		case *registrytypes.MsgRegister:
			limit += 100_000 * uint64(len(m.Works))
		case *lineagetypes.MsgDerive:
			limit += 150_000 + 150_000*uint64(len(m.Sources))
		default:
			limit += 100_000
		}
	}
	return limit
}
