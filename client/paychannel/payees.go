// Package paychannel has what goes with payment channels: lists of payees, files of
// vouchers and their check against the payment channels that they are of, and for services
// that are paid a store of the newest vouchers (Store.Keep) and redeeming them (Redeem).
// Vouchers are made and signed by x/royalty/voucher.
package paychannel

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/internal/rates"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// whole is 100 % in parts per million.
const whole = 1_000_000

// Payee is whom a payment channel is to pay: a work id, file or digest, and its part.
type Payee struct {
	Argument string
	// Weight in parts per million.
	Weight uint32
}

// ParsePayees reads "song.wav=60%,work1...=40%". Without any part all get the
// same, and the first ones the millionths that are left.
func ParsePayees(s string) ([]Payee, error) {
	var payees []Payee
	for _, item := range strings.Split(s, ",") {
		argument, part := strings.TrimSpace(item), ""
		if i := strings.LastIndex(argument, "="); i >= 0 {
			argument, part = argument[:i], argument[i+1:]
		}
		payee, err := newPayee(argument, part)
		if err != nil {
			return nil, err
		}
		payees = append(payees, payee)
	}
	return split(payees)
}

// ReadPayees reads a table with the columns work and share; without the second
// all get the same. name is the table's in errors.
func ReadPayees(r io.Reader, name string, options sheet.Options) ([]Payee, error) {
	table, err := sheet.Read(r, name, options)
	if err != nil {
		return nil, err
	}
	columns, err := table.Places("work", "share")
	if err != nil {
		return nil, err
	}
	if _, named := columns["work"]; !named || len(table.Unknown("work", "share")) > 0 {
		return nil, fmt.Errorf("%s: the first line names the columns: work,share or only work", name)
	}
	var payees []Payee
	for _, row := range table.Body() {
		part := ""
		if at, shared := columns["share"]; shared {
			part = row.Cells[at]
		}
		payee, err := newPayee(row.Cells[columns["work"]], part)
		if err != nil {
			return nil, fmt.Errorf("%s line %d: %w", name, row.Line, err)
		}
		if payees = append(payees, payee); len(payees) > royaltytypes.MaxPaymentChannelPayees {
			return nil, fmt.Errorf("%s names more than %d works, the most that a payment channel pays: open several",
				name, royaltytypes.MaxPaymentChannelPayees)
		}
	}
	payees, err = split(payees)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return payees, nil
}

func newPayee(argument, part string) (payee Payee, err error) {
	payee.Argument = argument
	if argument == "" {
		return payee, errors.New("a payee without a work: write song.wav=60%,work1...=40%")
	}
	if part = strings.TrimSpace(part); part != "" {
		if payee.Weight, err = rates.Parse(part); err == nil && payee.Weight == 0 {
			err = fmt.Errorf("%s gets nothing: leave it out", argument)
		}
	}
	return payee, err
}

// split gives all the same when none has a part, and checks that parts sum to the
// whole.
func split(payees []Payee) ([]Payee, error) {
	if len(payees) == 0 {
		return nil, errors.New("no payees")
	}
	var sum uint64
	without := 0
	for _, p := range payees {
		if sum += uint64(p.Weight); p.Weight == 0 {
			without++
		}
	}
	switch {
	case without == len(payees):
		n := uint32(len(payees))
		for i := range payees {
			payees[i].Weight = whole / n
			if uint32(i) < whole%n {
				payees[i].Weight++
			}
		}
	case without > 0:
		return nil, errors.New("some payees have a share and some have none: give all one, or none for equal parts")
	case sum != whole:
		return nil, fmt.Errorf("the shares sum to %s of 100 %%", rates.Percent(uint32(min(sum, 1<<31))))
	}
	return payees, nil
}
