package replay

import (
	"errors"

	"github.com/stemma-chain/stemma/client/proof/rows"
)

// What the questions of one proof may cost together, in bytes. Rows of a proof may be invented as long as nobody trusts the header
// that they are under, and a few of them can be asked for again and again.
const (
	maxCost = 32 << 20
	// costOfRead is what reading a row costs beside its bytes.
	costOfRead = 256
	// costOfAnswer is what a byte of an answer costs: it is written as text afterwards.
	costOfAnswer = 4
)

// errTooMuch says that questions read, or are answered, too much.
var errTooMuch = errors.New("it takes too much to answer: no proof says so much")

// noting notes the first row that could not be read: modules may take an error for an answer, or a walk that broke off for
// one that came to its end.
type noting struct {
	State
	err error
	// spent of maxCost.
	spent int
}

func (n *noting) Rows(store string) (Rows, error) {
	from, err := n.State.Rows(store)
	return notingRows{from, n}, n.note(err)
}

func (n *noting) note(err error) error {
	if n.err == nil {
		n.err = err
	}
	return err
}

// spend counts what was read or answered.
func (n *noting) spend(bytes int, err error) error {
	if n.spent += bytes; err == nil && n.spent > maxCost {
		err = errTooMuch
	}
	return n.note(err)
}

type notingRows struct {
	Rows
	of *noting
}

func (n notingRows) Get(key []byte) ([]byte, bool, error) {
	value, present, err := n.Rows.Get(key)
	return value, present, n.of.spend(costOfRead+len(value), err)
}

func (n notingRows) First(start, end []byte) (rows.Row, bool, error) {
	row, present, err := n.Rows.First(start, end)
	return row, present, n.of.spend(costOfRead+len(row.Value), err)
}

func (n notingRows) Last(start, end []byte) (rows.Row, bool, error) {
	row, present, err := n.Rows.Last(start, end)
	return row, present, n.of.spend(costOfRead+len(row.Value), err)
}
