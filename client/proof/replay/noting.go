package replay

import "github.com/stemma-chain/stemma/client/proof/rows"

// noting notes the first row that could not be read: modules may take an error for an answer, or a walk that broke off for
// one that came to its end.
type noting struct {
	State
	err error
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

type notingRows struct {
	Rows
	of *noting
}

func (n notingRows) Get(key []byte) ([]byte, bool, error) {
	value, present, err := n.Rows.Get(key)
	return value, present, n.of.note(err)
}

func (n notingRows) First(start, end []byte) (rows.Row, bool, error) {
	row, present, err := n.Rows.First(start, end)
	return row, present, n.of.note(err)
}

func (n notingRows) Last(start, end []byte) (rows.Row, bool, error) {
	row, present, err := n.Rows.Last(start, end)
	return row, present, n.of.note(err)
}
