package client

import (
	"context"
	"encoding/json"
	"time"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/crypto/types/multisig"
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

// Unsigned is a transaction for others to sign: the keys of an account that is several people's, or a
// key that is kept apart from any node.
type Unsigned struct {
	// Tx is the transaction as the SDK's commands read it.
	Tx json.RawMessage
	// Chain, Number and Sequence are signed with it, and are not in it.
	Chain            string
	Number, Sequence uint64
}

// Unsigned makes a draft's transaction for others to sign. It has no last block: signing by several
// people takes its time. It comes once at most all the same, by its sequence, which is that behind all
// that waits now.
func (s *Sender) Unsigned(ctx context.Context, d Draft) (Unsigned, error) {
	if err := s.account.take(ctx); err != nil {
		return Unsigned{}, err
	}
	defer s.account.leave()
	at, err := s.slot(ctx)
	if err != nil {
		return Unsigned{}, err
	}
	builder, err := s.plain(d, slot{})
	if err != nil {
		return Unsigned{}, err
	}
	raw, err := s.client.Encoding.TxConfig.TxJSONEncoder()(builder.GetTx())
	return Unsigned{Tx: raw, Chain: at.chainID, Number: at.number, Sequence: at.sequence}, err
}

// build makes the transaction without a signature, but with who signs: that is part of what is signed.
func (s *Sender) build(d Draft, at slot) (sdkclient.TxBuilder, error) {
	builder, err := s.plain(d, at)
	if err != nil {
		return nil, err
	}
	return builder, builder.SetSignatures(s.signature(at, nil))
}

// plain makes the transaction without a word of who signs it.
func (s *Sender) plain(d Draft, at slot) (sdkclient.TxBuilder, error) {
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
	return builder, nil
}

func (s *Sender) signature(at slot, signature []byte) signing.SignatureV2 {
	data := signing.SignatureData(&signing.SingleSignatureData{SignMode: s.signer.Mode(), Signature: signature})
	if joint, ok := s.signer.PubKey().(multisig.PubKey); ok {
		data = standIn(joint, s.signer.Mode())
	}
	return signing.SignatureV2{PubKey: s.signer.PubKey(), Sequence: at.sequence, Data: data}
}

// standIn is as large as the signatures of as many members as are needed, so that a trial uses as much
// gas as the transaction will.
func standIn(joint multisig.PubKey, mode signing.SignMode) signing.SignatureData {
	data := multisig.NewMultisig(len(joint.GetPubKeys()))
	for i, member := range joint.GetPubKeys()[:joint.GetThreshold()] {
		one := signing.SignatureData(&signing.SingleSignatureData{SignMode: mode, Signature: make([]byte, signatureSize)})
		if within, ok := member.(multisig.PubKey); ok {
			one = standIn(within, mode)
		}
		multisig.AddSignature(data, one, i)
	}
	return data
}

// signatureSize is that of all kinds of keys that the chain takes, in bytes.
const signatureSize = 64

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
