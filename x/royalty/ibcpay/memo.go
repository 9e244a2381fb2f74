package ibcpay

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// MaxMemo is how long the memo of a payment may be, in bytes.
const MaxMemo = 512

// memoHelp says what a memo looks like.
const memoHelp = `a memo is {"stemma":{"pay":"work1..."}} and nothing else`

// ReadMemo reads the memo of a payment, {"stemma":{"pay":WORK}}: each name once and no others, so that no two readers take it for different
// payments. It fails with ErrInvalidPayment.
func ReadMemo(memo string) (work registrytypes.WorkID, err error) {
	if len(memo) > MaxMemo {
		return work, types.ErrInvalidPayment.Wrapf("the memo has %d bytes, at most %d: %s", len(memo), MaxMemo, memoHelp)
	}
	in := json.NewDecoder(strings.NewReader(memo))
	var id string
	for _, want := range []json.Token{json.Delim('{'), "stemma", json.Delim('{'), "pay", &id, json.Delim('}'), json.Delim('}')} {
		got, err := in.Token()
		if err != nil {
			return work, types.ErrInvalidPayment.Wrapf("the memo is no JSON object: %s", memoHelp)
		}
		if to, is := want.(*string); is {
			if *to, is = got.(string); !is {
				return work, types.ErrInvalidPayment.Wrapf("the memo names no work: %s", memoHelp)
			}
		} else if got != want {
			return work, types.ErrInvalidPayment.Wrapf("the memo has %v where %v belongs: %s", got, want, memoHelp)
		}
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return work, types.ErrInvalidPayment.Wrapf("the memo goes on behind its end: %s", memoHelp)
	}
	if work, err = registrytypes.ParseWorkID(id); err != nil {
		return work, types.ErrInvalidPayment.Wrapf("the memo's work: %s", err)
	}
	return work, nil
}
