// Package replay answers queries of the chain as a node does, by the chain's own code, from whatever has the rows: a proof, or a
// node that is asked for them one by one while a proof is made.
package replay

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/core/store"

	"github.com/stemma-chain/stemma/client/proof/rows"
)

// Rows are those of one store.
type Rows interface {
	// Get is the value of a row; present says whether it is there.
	Get(key []byte) (value []byte, present bool, err error)
	// First is the first row from start on and before end (nil: to the last one), which comes after start.
	First(start, end []byte) (row rows.Row, present bool, err error)
	// Last is the last row from start on and before end (nil: of all), which comes after start.
	Last(start, end []byte) (row rows.Row, present bool, err error)
}

// State has the rows of all stores, at one height.
type State interface {
	Rows(store string) (Rows, error)
}

// errReadOnly says that a query wrote.
var errReadOnly = errors.New("a query writes nothing")

// service opens one store of a state.
type service struct {
	state State
	name  string
}

// OpenKVStore implements store.KVStoreService.
func (s service) OpenKVStore(context.Context) store.KVStore { return kv(s) }

// kv reads rows as the chain's modules do.
type kv service

func (s kv) Get(key []byte) ([]byte, error) {
	from, err := s.state.Rows(s.name)
	if err != nil {
		return nil, err
	}
	value, present, err := from.Get(key)
	if err != nil || !present {
		return nil, err
	}
	return append([]byte{}, value...), nil // a row without a value is not nil
}

func (s kv) Has(key []byte) (bool, error) {
	value, err := s.Get(key)
	return value != nil, err
}

func (kv) Set([]byte, []byte) error { return errReadOnly }

func (kv) Delete([]byte) error { return errReadOnly }

func (s kv) Iterator(start, end []byte) (store.Iterator, error) { return s.walk(start, end, false) }

func (s kv) ReverseIterator(start, end []byte) (store.Iterator, error) {
	return s.walk(start, end, true)
}

func (s kv) walk(start, end []byte, back bool) (store.Iterator, error) {
	from, err := s.state.Rows(s.name)
	if err != nil {
		return nil, err
	}
	w := &walk{from: from, start: slices.Clone(start), end: slices.Clone(end), back: back}
	w.left, w.until = w.start, w.end
	w.step()
	return w, w.err
}

// walk goes over rows one by one, so that no more are read than are looked at.
type walk struct {
	from       Rows
	start, end []byte
	back       bool
	// left and until are what was not walked yet.
	left, until []byte
	row         rows.Row
	valid       bool
	err         error
}

func (w *walk) step() {
	if w.until != nil && bytes.Compare(w.left, w.until) >= 0 { // rows are not asked for a range without keys
		w.valid = false
		return
	}
	if w.back {
		w.row, w.valid, w.err = w.from.Last(w.left, w.until)
		w.until = w.row.Key
	} else {
		w.row, w.valid, w.err = w.from.First(w.left, w.until)
		w.left = append(bytes.Clone(w.row.Key), 0) // the next key that there can be
	}
	w.valid = w.valid && w.err == nil
}

func (w *walk) Domain() (start, end []byte) { return w.start, w.end }

func (w *walk) Valid() bool { return w.valid }

// Next goes on; where there is nothing more it panics, as store.Iterator says.
func (w *walk) Next() {
	if !w.valid {
		panic("the walk is at its end")
	}
	w.step()
}

func (w *walk) Key() []byte { return slices.Clone(w.row.Key) }

func (w *walk) Value() []byte { return append([]byte{}, w.row.Value...) }

func (w *walk) Error() error { return w.err }

func (w *walk) Close() error { return nil }
