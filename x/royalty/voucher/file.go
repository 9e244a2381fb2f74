package voucher

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/stemma-chain/stemma/internal/amounts"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// file is a voucher as JSON: amounts as strings, the signature in hex, times in
// RFC 3339.
type file struct {
	ChainID        string                 `json:"chain_id"`
	PaymentChannel types.PaymentChannelID `json:"payment_channel"`
	Total          string                 `json:"total"`
	Expires        *time.Time             `json:"expires,omitempty"`
	Signature      string                 `json:"signature"`
}

// MarshalJSON writes the form that Read reads.
func (v Voucher) MarshalJSON() ([]byte, error) {
	f := file{ChainID: v.ChainID, PaymentChannel: v.PaymentChannel, Total: v.Total.String(), Signature: hex.EncodeToString(v.Signature)}
	if v.Expires > 0 {
		end := time.Unix(v.Expires, 0).UTC()
		f.Expires = &end
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads one voucher. It fails with ErrInvalidVoucher or the
// registry's ErrInvalidID; the signature is not checked.
func (v *Voucher) UnmarshalJSON(bz []byte) error {
	var f file
	in := json.NewDecoder(bytes.NewReader(bz))
	in.DisallowUnknownFields()
	switch err := in.Decode(&f); {
	case errors.Is(err, registrytypes.ErrInvalidID):
		return err
	case err != nil:
		return types.ErrInvalidVoucher.Wrap(err.Error())
	}
	if err := f.PaymentChannel.Given("payment_channel"); err != nil {
		return err
	}
	total, err := amounts.Parse(f.Total)
	if err != nil {
		return types.ErrInvalidVoucher.Wrapf("total: %s", err)
	}
	signature, err := hex.DecodeString(f.Signature)
	if err != nil {
		return types.ErrInvalidVoucher.Wrapf("signature: %s", err)
	}
	*v = Voucher{ChainID: f.ChainID, PaymentChannel: f.PaymentChannel, Total: total, Signature: signature}
	if f.Expires != nil {
		if v.Expires = f.Expires.Unix(); v.Expires <= 0 {
			return types.ErrInvalidVoucher.Wrapf("expires %s is before 1970", f.Expires)
		}
	}
	return v.validate()
}

// Read reads vouchers that follow each other, such as the lines of a log, up to
// limit of them. It fails with ErrInvalidVoucher, saying which one is wrong.
func Read(r io.Reader, limit int) (vouchers []Voucher, err error) {
	in := json.NewDecoder(r)
	for {
		var v Voucher
		switch err := in.Decode(&v); {
		case errors.Is(err, io.EOF):
			return vouchers, nil
		case errors.Is(err, types.ErrInvalidVoucher):
			return nil, err
		case err != nil:
			return nil, types.ErrInvalidVoucher.Wrapf("voucher %d: %s", len(vouchers)+1, err)
		case len(vouchers) == limit:
			return nil, types.ErrInvalidVoucher.Wrapf("more than %d vouchers", limit)
		}
		vouchers = append(vouchers, v)
	}
}
