package usevoucher

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/stemma-chain/stemma/x/license/types"
)

// file is a voucher as JSON: the total as a string, as JSON has 64 bits, the signature in hex.
type file struct {
	ChainID   string        `json:"chain_id"`
	Grant     types.GrantID `json:"grant"`
	Total     string        `json:"total"`
	Signature string        `json:"signature"`
}

// MarshalJSON writes the form that Read reads.
func (v Voucher) MarshalJSON() ([]byte, error) {
	return json.Marshal(file{v.ChainID, v.Grant, strconv.FormatUint(v.Total, 10), hex.EncodeToString(v.Signature)})
}

// UnmarshalJSON reads one voucher. It fails with ErrInvalidUseVoucher; the signature is not
// checked.
func (v *Voucher) UnmarshalJSON(bz []byte) error {
	var f file
	in := json.NewDecoder(bytes.NewReader(bz))
	in.DisallowUnknownFields()
	if err := in.Decode(&f); err != nil {
		return types.ErrInvalidUseVoucher.Wrap(err.Error())
	}
	total, err := strconv.ParseUint(f.Total, 10, 64)
	if err != nil {
		return types.ErrInvalidUseVoucher.Wrapf("total %q is no whole number", f.Total)
	}
	signature, err := hex.DecodeString(f.Signature)
	if err != nil {
		return types.ErrInvalidUseVoucher.Wrapf("signature: %s", err)
	}
	*v = Voucher{ChainID: f.ChainID, Grant: f.Grant, Total: total, Signature: signature}
	return v.validate()
}

// Read reads vouchers that follow each other, such as the lines of a log, up to limit of them. It
// fails with ErrInvalidUseVoucher, saying which one is wrong.
func Read(r io.Reader, limit int) (vouchers []Voucher, err error) {
	in := json.NewDecoder(r)
	for {
		var v Voucher
		switch err := in.Decode(&v); {
		case errors.Is(err, io.EOF):
			return vouchers, nil
		case err != nil:
			return nil, types.ErrInvalidUseVoucher.Wrapf("voucher %d: %s", len(vouchers)+1, err)
		case len(vouchers) == limit:
			return nil, types.ErrInvalidUseVoucher.Wrapf("more than %d vouchers", limit)
		}
		vouchers = append(vouchers, v)
	}
}
