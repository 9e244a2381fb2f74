package x402

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/types/known/anypb"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// slack is what the clocks of a server and its payer may differ by, and a block's time from both.
const slack = 30 * time.Second

// Signed is a transaction that pays, as it was read: nothing of it is checked but its form.
type Signed struct {
	Raw  []byte
	Hash string
	// Payer is whose money it is: the signer, or the controller of the agent that the signer is a key of.
	Payer string
	// Until is the block time from which it can't come any more.
	Until time.Time

	tx    authsigning.Tx
	msgs  []sdk.Msg // those of the payer
	nonce []byte
}

// extended is a transaction with room for what is not ours.
type extended interface {
	GetExtensionOptions() []*codectypes.Any
	GetNonCriticalExtensionOptions() []*codectypes.Any
}

// ReadSigned reads the transaction of a payload. It fails with a *Refusal.
func ReadSigned(e encoding.Encoding, p Payload) (Signed, error) {
	bad := func(format string, args ...any) (Signed, error) {
		return Signed{}, &Refusal{Reason: InvalidPayload, Detail: fmt.Sprintf(format, args...)}
	}
	nonce, err := readNonce(p.Nonce)
	if err != nil {
		return Signed{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(p.Transaction)
	if err != nil {
		return bad("the transaction is not in base64")
	}
	decoded, err := e.TxConfig.TxDecoder()(raw)
	if err != nil {
		return bad("the transaction: %s", err)
	}
	tx, ok := decoded.(authsigning.Tx)
	if !ok {
		return bad("the transaction has no signatures")
	}
	if x, ok := decoded.(extended); ok && len(x.GetExtensionOptions())+len(x.GetNonCriticalExtensionOptions()) > 0 {
		return bad("the transaction has extension options")
	}
	s := Signed{Raw: raw, Hash: client.HashOf(raw), Until: tx.GetTimeoutTimeStamp(), tx: tx, msgs: tx.GetMsgs(), nonce: nonce}
	signers, err := tx.GetSigners()
	if err != nil || len(signers) != 1 {
		return bad("the transaction is not signed by one account")
	}
	if act, acting := s.act(); acting {
		s.msgs = s.msgs[:0:0]
		for _, packed := range act.Messages {
			msg, ok := packed.GetCachedValue().(sdk.Msg)
			if !ok {
				return bad("a message of the act is none")
			}
			s.msgs = append(s.msgs, msg)
		}
	}
	if len(s.msgs) == 0 || len(s.msgs) > maxMessages {
		return bad("the transaction has %d messages", len(s.msgs))
	}
	for _, msg := range s.msgs {
		payer, err := payerOf(msg)
		if err != nil {
			return bad("%s", err)
		}
		if s.Payer == "" {
			s.Payer = payer
		}
		if payer != s.Payer || payer == "" {
			return bad("its messages pay from several accounts")
		}
	}
	if _, acting := s.act(); !acting && s.Payer != sdk.AccAddress(signers[0]).String() {
		return bad("it is signed by %s, and %s pays", sdk.AccAddress(signers[0]), s.Payer)
	}
	return s, nil
}

// act is the one message of a key that acts for an agent.
func (s Signed) act() (*agenttypes.MsgAct, bool) {
	all := s.tx.GetMsgs()
	if len(all) != 1 {
		return nil, false
	}
	act, acting := all[0].(*agenttypes.MsgAct)
	return act, acting
}

// Agent is the one that the signer is a key of; false: the signer pays.
func (s Signed) Agent() (agenttypes.AgentID, bool) {
	act, acting := s.act()
	if !acting {
		return agenttypes.AgentID{}, false
	}
	return act.Agent, true
}

// Answers checks that it was made for a requirement, and by whoever shows it: the memo commits to both. It fails with a *Refusal.
func (s Signed) Answers(r Requirement) error {
	if s.tx.GetMemo() != Memo(r, s.nonce) {
		return &Refusal{Reason: WrongResource, Detail: "the transaction's memo is not the commitment to this resource, price and nonce"}
	}
	return nil
}

// Pays checks that it does what is asked for and nothing else; the messages asked for become the payer's. It fails with a *Refusal.
func (s Signed) Pays(asked []sdk.Msg) error {
	wrong := &Refusal{Reason: WrongAmount, Detail: "its messages are not those that were asked for"}
	if len(asked) != len(s.msgs) {
		return wrong
	}
	for i, msg := range s.msgs {
		want := asked[i : i+1]
		serial := uint64(0)
		if acquire, is := msg.(*licensetypes.MsgAcquire); is {
			serial = acquire.Serial
		}
		if err := SetPayer(want, s.Payer, serial); err != nil {
			return err
		}
		if !same(msg, want[0]) {
			return wrong
		}
	}
	return nil
}

func same(a, b sdk.Msg) bool {
	if sdk.MsgTypeURL(a) != sdk.MsgTypeURL(b) {
		return false
	}
	x, errA := proto.Marshal(a)
	y, errB := proto.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// Ends checks that it can come once at most, and when it can't come any more. It fails with a *Refusal.
func (s Signed) Ends(now time.Time, within time.Duration) error {
	switch {
	case !s.tx.GetUnordered() || s.Until.IsZero() || s.tx.GetTimeoutHeight() != 0:
		return &Refusal{Reason: NoEnd, Detail: "the transaction is not unordered with a time until which it may come"}
	case s.Until.After(now.Add(within + slack)):
		return &Refusal{Reason: NoEnd, Detail: fmt.Sprintf("the transaction may come until %s, at most %s are allowed",
			s.Until.UTC().Format(time.RFC3339), within)}
	case s.Until.Before(now):
		return &Refusal{Reason: Expired, Detail: "the transaction could come until " + s.Until.UTC().Format(time.RFC3339)}
	}
	return nil
}

// Signer is whose signature it has to have: the payer, or a key of an agent of the payer's.
func (s Signed) Signer() (sdk.AccAddress, error) {
	signers, err := s.tx.GetSigners()
	if err != nil || len(signers) != 1 {
		return nil, &Refusal{Reason: InvalidPayload, Detail: "the transaction is not signed by one account"}
	}
	return signers[0], nil
}

// Verify checks the signature, for a chain that knows the signer by a number. It fails with a *Refusal.
func (s Signed) Verify(ctx context.Context, config sdkclient.TxConfig, chainID string, number uint64) error {
	wrong := func(err error) error {
		return &Refusal{Reason: WrongSignature, Detail: err.Error(), Err: err}
	}
	signer, err := s.Signer()
	if err != nil {
		return err
	}
	signatures, err := s.tx.GetSignaturesV2()
	if err != nil {
		return wrong(err)
	}
	if len(signatures) != 1 || signatures[0].PubKey == nil {
		return wrong(errors.New("it has not one signature with its key"))
	}
	key := signatures[0].PubKey
	if !bytes.Equal(key.Address(), signer) {
		return wrong(fmt.Errorf("its key is not that of %s", signer))
	}
	packed, err := codectypes.NewAnyWithValue(key)
	if err != nil {
		return wrong(err)
	}
	signing, ok := s.tx.(authsigning.V2AdaptableTx)
	if !ok {
		return wrong(errors.New("nobody can say what was signed"))
	}
	err = authsigning.VerifySignature(ctx, key, txsigning.SignerData{
		Address: signer.String(), ChainID: chainID, AccountNumber: number,
		PubKey: &anypb.Any{TypeUrl: packed.TypeUrl, Value: packed.Value},
	}, signatures[0].Data, config.SignModeHandler(), signing.GetSigningTxData())
	if err != nil {
		return wrong(err)
	}
	return nil
}
