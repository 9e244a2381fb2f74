package types

import (
	"bytes"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// ArrearsEntry is what a debtor is to owe a work by a ruling: the debtor is a work or an
// account, one of both.
type ArrearsEntry struct {
	DebtorWork    registrytypes.WorkID
	DebtorAccount sdk.AccAddress
	Creditor      registrytypes.WorkID
	// Amount in whole units.
	Amount sdk.Coin
}

// Debtor names the debtor in package flow.
func (e ArrearsEntry) Debtor() flow.Debtor { return debtorOf(e.DebtorWork, e.DebtorAccount) }

func debtorOf(work registrytypes.WorkID, account sdk.AccAddress) flow.Debtor {
	if len(account) > 0 {
		return flow.Debtor{Account: flow.Account(account)}
	}
	return flow.Debtor{Work: FlowWork(work)}
}

// Validate fails with ErrInvalidArrears.
func (e ArrearsEntry) Validate() error {
	if e.DebtorWork.IsZero() == e.DebtorAccount.Empty() {
		return ErrInvalidArrears.Wrap("name a work or an account that owes it, one of both")
	}
	if _, _, pool := PoolOf(e.DebtorAccount); pool { // who contributed was no party
		return ErrInvalidArrears.Wrapf("%s is a contributor pool's: nothing is taken from what contributors share", e.DebtorAccount)
	}
	if err := e.Creditor.Given("creditor"); err != nil {
		return ErrInvalidArrears.Wrap(err.Error())
	}
	if err := e.Amount.Validate(); err != nil {
		return ErrInvalidArrears.Wrap(err.Error())
	}
	if !e.Amount.IsPositive() || tooLarge(e.Amount.Amount) {
		return ErrInvalidArrears.Wrapf("%s is not an amount from 1 to below 2^%d", e.Amount, maxTotalBits)
	}
	return nil
}

// validate checks what one row says.
func (a Arrears) validate() error {
	if err := a.Creditor.Given("creditor"); err != nil {
		return err
	}
	if a.Amount.IsNil() || a.Left.IsNil() || !a.Left.IsPositive() || a.Left.GT(a.Amount) || tooLarge(a.Amount) {
		return fmt.Errorf("%s of %s is left; it must be from 1 to all, and all below 2^%d", a.Left, a.Amount, maxTotalBits)
	}
	return nil
}

// Grow adds to what is owed, of which a part is left to be paid. It fails with
// ErrInvalidArrears when it would be too much.
func (a Arrears) Grow(amount, left math.Int) (Arrears, error) {
	a.Amount, a.Left = a.Amount.Add(amount), a.Left.Add(left)
	if tooLarge(a.Amount) {
		return a, ErrInvalidArrears.Wrapf("with %s more, %s would be owed to %s, and it must be below 2^%d",
			amount, a.Amount, a.Creditor, maxTotalBits)
	}
	return a, nil
}

// DebtorKey is a debtor in a key: 0x00 and a work, or 0x01 and an account.
func DebtorKey(d flow.Debtor) []byte {
	if d.Work != "" {
		return append([]byte{0}, d.Work...)
	}
	return append([]byte{1}, d.Account...)
}

// DebtorIn is the opposite of DebtorKey. It fails with ErrBrokenInvariant.
func DebtorIn(key []byte) (work registrytypes.WorkID, account sdk.AccAddress, err error) {
	switch {
	case len(key) == 1+len(work) && key[0] == 0:
		return registrytypes.WorkID(key[1:]), nil, nil
	case len(key) > 1 && key[0] == 1:
		return work, key[1:], nil
	}
	return work, nil, ErrBrokenInvariant.Wrapf("arrears of %x, which is no debtor", key)
}

// ArrearsRow is a key of the rows of arrears: debtor, denom, number.
type ArrearsRow = collections.Triple[[]byte, string, uint64]

// ArrearsKey encodes it.
var ArrearsKey = collections.TripleKeyCodec(collections.BytesKey, collections.StringKey, collections.Uint64Key)

// Row is the key that the arrears have in the store.
func (g GenesisArrears) Row() (ArrearsRow, error) {
	var account sdk.AccAddress
	if g.Account != "" {
		var err error
		if account, err = sdk.AccAddressFromBech32(g.Account); err != nil {
			return ArrearsRow{}, fmt.Errorf("account %q: %w", g.Account, err)
		}
	}
	if g.Work.IsZero() == account.Empty() {
		return ArrearsRow{}, fmt.Errorf("a work or an account owes it, one of both")
	}
	return collections.Join3(DebtorKey(debtorOf(g.Work, account)), g.Denom, g.Number), nil
}

// ValidateArrears checks that rows of arrears are sound and in order, that no debtor owes a work twice
// in a denom or owes too many, and that the heads of works say whether they owe. It fails with ErrInvalidGenesis.
func (gs GenesisState) ValidateArrears() error {
	type owing struct{ debtor, denom string }
	creditors, owe := map[owing]map[registrytypes.WorkID]bool{}, map[registrytypes.WorkID]bool{}
	var last []byte
	for _, g := range gs.Arrears {
		row, err := g.Row()
		if err == nil {
			err = sdk.ValidateDenom(g.Denom)
		}
		if err == nil {
			err = g.Arrears.validate()
		}
		if err == nil && g.Number == 0 {
			err = fmt.Errorf("numbers begin at 1")
		}
		if err != nil {
			return ErrInvalidGenesis.Wrapf("arrears of %s%s in %s: %s", g.Work, g.Account, g.Denom, err)
		}
		encoded, err := collections.EncodeKeyWithPrefix(nil, ArrearsKey, row)
		if err != nil {
			return err
		}
		if bytes.Compare(last, encoded) >= 0 {
			return ErrInvalidGenesis.Wrapf("arrears %d of %s%s in %s come twice or out of order", g.Number, g.Work, g.Account, g.Denom)
		}
		at := owing{string(row.K1()), g.Denom}
		if creditors[at] == nil {
			creditors[at] = map[registrytypes.WorkID]bool{}
		}
		if creditors[at][g.Arrears.Creditor.WorkID] || len(creditors[at]) == flow.MaxArrears {
			return ErrInvalidGenesis.Wrapf("arrears of %s%s in %s: %s comes twice, or there are more than %d",
				g.Work, g.Account, g.Denom, g.Arrears.Creditor, flow.MaxArrears)
		}
		creditors[at][g.Arrears.Creditor.WorkID] = true
		owe[g.Work], last = true, encoded
	}
	delete(owe, registrytypes.WorkID{})
	for _, w := range gs.Works {
		if w.Head.Arrears != owe[w.Id] {
			return ErrInvalidGenesis.Wrapf("work %s: its head says %t of whether it owes arrears, the rows say %t", w.Id, w.Head.Arrears, owe[w.Id])
		}
		delete(owe, w.Id)
	}
	for _, g := range gs.Arrears { // in order, so that the error is always the same
		if owe[g.Work] {
			return ErrInvalidGenesis.Wrapf("work %s owes arrears and has no head that says so", g.Work)
		}
	}
	return nil
}
