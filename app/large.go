package app

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/anypb"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"
)

const (
	// largeTx is from how many bytes on a transaction's signatures are verified before
	// its messages are decoded and looked at, which costs up to 50 ms at a megabyte
	// (ADR 0063). No wallet's device signs one as large.
	largeTx = 64 << 10
	// maxAuthInfo is the most that fee, keys and modes of a large transaction take, in
	// bytes.
	maxAuthInfo = 16 << 10
)

// checkLarge refuses a large transaction that nobody signed, or that was signed for a
// sequence that has passed. It reads no message: the keys are those that the transaction
// names, and the sign bytes are the ones that it came in. Who has to sign, the ante handler
// says.
func (app *App) checkLarge(raw []byte) (err error) {
	defer func() { // keys of a stranger: as the SDK does around its checks
		if r := recover(); r != nil {
			err = sdkerrors.ErrTxDecode.Wrapf("signers: %v", r)
		}
	}()
	var tx txtypes.TxRaw
	if err := tx.Unmarshal(raw); err != nil {
		return sdkerrors.ErrTxDecode.Wrap(err.Error())
	}
	if n := len(tx.AuthInfoBytes); n > maxAuthInfo {
		return sdkerrors.ErrTxTooLarge.Wrapf("fee and signers take %d bytes, at most %d are possible", n, maxAuthInfo)
	}
	var auth txtypes.AuthInfo
	if err := app.encoding.Codec.Unmarshal(tx.AuthInfoBytes, &auth); err != nil {
		return sdkerrors.ErrTxDecode.Wrap(err.Error())
	}
	if len(auth.SignerInfos) == 0 || len(auth.SignerInfos) != len(tx.Signatures) {
		return sdkerrors.ErrUnauthorized.Wrapf("%d signatures of %d signers", len(tx.Signatures), len(auth.SignerInfos))
	}
	ctx := app.GetContextForCheckTx(raw)
	most, count := app.Keepers.Account.GetParams(ctx).TxSigLimit, 0
	inTurn := !unordered(tx.BodyBytes)
	for i, signer := range auth.SignerInfos {
		key, data := signerOf(signer, tx.Signatures[i])
		if key == nil || !direct(data) {
			return sdkerrors.ErrUnauthorized.Wrapf("a transaction of %d bytes, more than %d, is signed in SIGN_MODE_DIRECT and holds "+
				"the keys: sign it so, or send it in parts", len(raw), largeTx)
		}
		if count += ante.CountSubKeys(key); uint64(count) > most {
			return sdkerrors.ErrTooManySignatures.Wrapf("%d or more, at most %d are possible", count, most)
		}
		if err := app.checkSigner(ctx, tx, key, data, signer.Sequence, inTurn); err != nil {
			return err
		}
	}
	return nil
}

// signerOf is the key that a transaction names and what was signed with it; nil without.
func signerOf(info *txtypes.SignerInfo, signature []byte) (cryptotypes.PubKey, signing.SignatureData) {
	if info.PublicKey == nil || info.ModeInfo == nil {
		return nil, nil
	}
	key, _ := info.PublicKey.GetCachedValue().(cryptotypes.PubKey)
	data, err := authtx.ModeInfoAndSigToSignatureData(info.ModeInfo, signature)
	if err != nil {
		return nil, nil
	}
	return key, data
}

// checkSigner verifies what one account signed.
func (app *App) checkSigner(
	ctx sdk.Context, tx txtypes.TxRaw, key cryptotypes.PubKey, data signing.SignatureData, sequence uint64, inTurn bool,
) error {
	address := sdk.AccAddress(key.Address())
	account := app.Keepers.Account.GetAccount(ctx, address)
	if account == nil {
		return sdkerrors.ErrUnknownAddress.Wrapf("account %s does not exist", address)
	}
	if first, next := app.turns.next(address); inTurn && (sequence < first || sequence > next) {
		return sdkerrors.ErrWrongSequence.Wrapf("account sequence mismatch, expected %d, got %d", next, sequence)
	}
	packed, err := codectypes.NewAnyWithValue(key)
	if err != nil {
		return err
	}
	err = authsigning.VerifySignature(ctx, key, txsigning.SignerData{
		Address: address.String(), ChainID: ctx.ChainID(), AccountNumber: account.GetAccountNumber(), Sequence: sequence,
		PubKey: &anypb.Any{TypeUrl: packed.TypeUrl, Value: packed.Value},
	}, data, app.encoding.TxConfig.SignModeHandler(), txsigning.TxData{BodyBytes: tx.BodyBytes, AuthInfoBytes: tx.AuthInfoBytes})
	if err != nil {
		return sdkerrors.ErrUnauthorized.Wrapf("signature verification failed; please verify account number (%d) and chain-id (%s): (%s)",
			account.GetAccountNumber(), ctx.ChainID(), err)
	}
	return nil
}

// direct says whether all that was signed is the bytes as they came.
func direct(data signing.SignatureData) bool {
	switch data := data.(type) {
	case *signing.SingleSignatureData:
		return data.SignMode == signing.SignMode_SIGN_MODE_DIRECT
	case *signing.MultiSignatureData:
		for _, one := range data.Signatures {
			if !direct(one) {
				return false
			}
		}
		return true
	}
	return false
}

// unordered says whether an encoded body asks for no order.
func unordered(body []byte) (is bool) {
	const field = 4 // cosmos.tx.v1beta1.TxBody
	for len(body) > 0 {
		number, kind, n := protowire.ConsumeTag(body)
		if n < 0 {
			return is
		}
		body = body[n:]
		if n = protowire.ConsumeFieldValue(number, kind, body); n < 0 {
			return is
		}
		if number == field && kind == protowire.VarintType {
			value, _ := protowire.ConsumeVarint(body)
			is = value != 0
		}
		body = body[n:]
	}
	return is
}
