package main

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/stemma-chain/stemma/app"
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

	hash   string
	Result *sdk.TxResponse
}

// Err is why the chain refused the transaction; nil if it did not.
func (t *Tx) Err() error {
	if t.Result.Code == 0 {
		return nil
	}
	return fmt.Errorf("%s", t.Result.RawLog)
}

// refusedByLicence: the licence terms were the reason.
func (t *Tx) refusedByLicence() bool {
	return t.Result.Codespace == licensetypes.ModuleName && t.Result.Code == licensetypes.ErrConflict.ABCICode()
}

// sendAll signs and sends transactions, those of one account in order, and
// waits until all are in blocks. A transaction that the chain refused there is
// no error here: its Result tells.
func (c *Client) sendAll(ctx context.Context, txs []*Tx) error {
	for _, tx := range txs {
		raw, err := c.sign(ctx, tx)
		if err != nil {
			return err
		}
		answer, err := c.txs.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{
			TxBytes: raw, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC,
		})
		if err != nil {
			return fmt.Errorf("send a transaction of %s: %w", tx.Signer.Name, err)
		}
		if answer.TxResponse.Code != 0 {
			return fmt.Errorf("a transaction of %s was not accepted: %s", tx.Signer.Name, answer.TxResponse.RawLog)
		}
		tx.hash = answer.TxResponse.TxHash
	}
	for _, tx := range txs {
		var err error
		if tx.Result, err = c.await(ctx, tx.hash); err != nil {
			return err
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
		if err := tx.Err(); err != nil {
			return fmt.Errorf("transaction of %s: %w", tx.Signer.Name, err)
		}
	}
	return nil
}

// sign builds and signs a transaction and counts the signer's sequence on.
func (c *Client) sign(ctx context.Context, tx *Tx) ([]byte, error) {
	config := c.encoding.TxConfig
	builder := config.NewTxBuilder()
	if err := builder.SetMsgs(tx.Msgs...); err != nil {
		return nil, err
	}
	limit := gasLimit(tx.Msgs)
	builder.SetGasLimit(limit)
	builder.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(app.StakingDenom, int64(limit/unitsPerFee)+1)))

	data := &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT}
	signature := signing.SignatureV2{PubKey: tx.Signer.key.PubKey(), Data: data, Sequence: tx.Signer.sequence}
	if err := builder.SetSignatures(signature); err != nil {
		return nil, err
	}
	bytes, err := authsigning.GetSignBytesAdapter(ctx, config.SignModeHandler(), data.SignMode, authsigning.SignerData{
		Address: tx.Signer.Address.String(), ChainID: chainID, PubKey: tx.Signer.key.PubKey(),
		AccountNumber: tx.Signer.number, Sequence: tx.Signer.sequence,
	}, builder.GetTx())
	if err != nil {
		return nil, err
	}
	if data.Signature, err = tx.Signer.key.Sign(bytes); err != nil {
		return nil, err
	}
	if err := builder.SetSignatures(signature); err != nil {
		return nil, err
	}
	tx.Signer.sequence++
	return config.TxEncoder()(builder.GetTx())
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
