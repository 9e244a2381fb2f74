package client

import (
	"context"
	"time"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

// Draft is a transaction that has gas and fee, and is not signed.
type Draft struct {
	// Msgs are what it does, all or nothing.
	Msgs []sdk.Msg
	// Gas is the most that it may use, and what the fee is for.
	Gas uint64
	// Fee for the whole transaction.
	Fee sdk.Coins
	// FeeIsFinal: more is never paid. Otherwise the fee is reckoned again when the price has
	// risen before the node has taken the transaction.
	FeeIsFinal bool
	// Keep is given each signed transaction of the draft, and the newest block, before it is sent;
	// where it fails, that is not sent. nil: nobody keeps it.
	Keep func(raw []byte, after int64) error
}

// slot is where a transaction stands among those of its account, and until when it may come.
type slot struct {
	chainID          string
	number, sequence uint64
	// lastBlock is the height of the last block that takes it, of an ordered one.
	lastBlock uint64
	// lastTime is the last block time that takes it. No two of one account have the same, so
	// that no two programs that do the same make the same bytes: they would be one transaction.
	// None where a device shows what is signed.
	lastTime time.Time
}

// build makes the transaction without a signature.
func (s *Sender) build(d Draft, at slot) (sdkclient.TxBuilder, error) {
	builder := s.client.Encoding.TxConfig.NewTxBuilder()
	msgs, err := s.options.Acting.wrap(s.Signer(), d.Msgs)
	if err != nil {
		return nil, err
	}
	if err := builder.SetMsgs(msgs...); err != nil {
		return nil, err
	}
	builder.SetGasLimit(d.Gas)
	builder.SetFeeAmount(d.Fee)
	builder.SetMemo(s.options.Note)
	builder.SetFeeGranter(s.options.Sponsor)
	builder.SetTimeoutHeight(at.lastBlock)
	builder.SetTimeoutTimestamp(at.lastTime)
	builder.SetUnordered(s.options.Unordered)
	// The signer is part of what is signed.
	return builder, builder.SetSignatures(s.signature(at, nil))
}

func (s *Sender) signature(at slot, signature []byte) signing.SignatureV2 {
	return signing.SignatureV2{
		PubKey: s.signer.PubKey(), Sequence: at.sequence,
		Data: &signing.SingleSignatureData{SignMode: s.signer.Mode(), Signature: signature},
	}
}

// sign makes the transaction's bytes.
func (s *Sender) sign(ctx context.Context, d Draft, at slot) ([]byte, error) {
	builder, err := s.build(d, at)
	if err != nil {
		return nil, err
	}
	config := s.client.Encoding.TxConfig
	raw, err := authsigning.GetSignBytesAdapter(ctx, config.SignModeHandler(), s.signer.Mode(), authsigning.SignerData{
		Address: s.Signer(), ChainID: at.chainID, PubKey: s.signer.PubKey(), AccountNumber: at.number, Sequence: at.sequence,
	}, builder.GetTx())
	if err != nil {
		return nil, err
	}
	signature, err := s.signer.Sign(raw)
	if err != nil {
		return nil, err
	}
	if err := builder.SetSignatures(s.signature(at, signature)); err != nil {
		return nil, err
	}
	return config.TxEncoder()(builder.GetTx())
}

// simulate executes the messages on the node, in this place.
func (s *Sender) simulate(ctx context.Context, msgs []sdk.Msg, at slot) (*txtypes.SimulateResponse, error) {
	builder, err := s.build(Draft{Msgs: msgs}, at)
	if err != nil {
		return nil, err
	}
	raw, err := s.client.Encoding.TxConfig.TxEncoder()(builder.GetTx())
	if err != nil {
		return nil, err
	}
	return txtypes.NewServiceClient(s.client).Simulate(ctx, &txtypes.SimulateRequest{TxBytes: raw})
}
