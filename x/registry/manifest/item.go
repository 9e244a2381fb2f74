package manifest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrRow says that bytes are no row of an item.
var ErrRow = errors.New("invalid row")

// MaxRow is the longest row in bytes.
const MaxRow = 1 + sha256.Size + longID + 8 + termsSize + sha256.Size + 8

const (
	// idSize is the length of an id of a work, and of most accounts; longID that of the other accounts, termsSize that of an id of terms.
	idSize    = 20
	termsSize = 32
	longID    = 32
)

// What a row has, by the bits of its first byte.
const (
	byWork byte = 1 << iota
	byLongAccount
	hasWeight
	hasTerms
	hasConsent
	hasTime

	allFlags = byWork | byLongAccount | hasWeight | hasTerms | hasConsent | hasTime
)

// Kind says what a contributor is.
type Kind byte

// Contributors are accounts, or works, which pass on what they get.
const (
	Account Kind = 1
	Work    Kind = 2
)

// Contributor is who gets the part of an item.
type Contributor struct {
	Kind Kind
	// ID is the address of an account, of 20 or 32 bytes, or the 20 bytes of a work's id.
	ID []byte
}

// Item is one content of a manifest.
type Item struct {
	// Sha256 of the content.
	Sha256 [sha256.Size]byte
	Contributor
	// Weight of the item, from 1 on.
	Weight uint64
	// Terms are the 32 bytes of the id of terms that the contributor gave it under; zero: those of the dataset.
	Terms [termsSize]byte
	// Consent is the SHA-256 of the text of the contributor's consent; zero: none is stated.
	Consent [sha256.Size]byte
	// Time is when the item was taken in, in seconds since 1970; zero: not stated.
	Time int64
}

// Validate fails with ErrRow.
func (i Item) Validate() error {
	switch {
	case i.Weight == 0:
		return fmt.Errorf("%w: a weight of 0: leave the item out, or give it 1", ErrRow)
	case i.Time < 0:
		return fmt.Errorf("%w: a time before 1970", ErrRow)
	case i.Kind == Work && len(i.ID) == idSize, i.Kind == Account && (len(i.ID) == idSize || len(i.ID) == longID):
		return nil
	}
	return fmt.Errorf("%w: a contributor of kind %d with %d bytes: an account has %d or %d, a work %d", ErrRow, i.Kind, len(i.ID),
		idSize, longID, idSize)
}

// Append writes the row of an item behind dst: a byte that says what there is, and what there is, in the order of the fields,
// numbers in 8 bytes, big-endian. A weight of 1, and what is zero, is left out. It fails with ErrRow.
func (i Item) Append(dst []byte) ([]byte, error) {
	if err := i.Validate(); err != nil {
		return dst, err
	}
	at := len(dst)
	dst = append(append(append(dst, 0), i.Sha256[:]...), i.ID...)
	flags := byte(0)
	if i.Kind == Work {
		flags = byWork
	} else if len(i.ID) == longID {
		flags = byLongAccount
	}
	if i.Weight != 1 {
		flags, dst = flags|hasWeight, binary.BigEndian.AppendUint64(dst, i.Weight)
	}
	if i.Terms != [termsSize]byte{} {
		flags, dst = flags|hasTerms, append(dst, i.Terms[:]...)
	}
	if i.Consent != [sha256.Size]byte{} {
		flags, dst = flags|hasConsent, append(dst, i.Consent[:]...)
	}
	if i.Time != 0 {
		flags, dst = flags|hasTime, binary.BigEndian.AppendUint64(dst, uint64(i.Time))
	}
	dst[at] = flags
	return dst, nil
}

// RowSize is the length of the row that begins with this byte. It fails with ErrRow.
func RowSize(flags byte) (int, error) {
	if flags&^allFlags != 0 || flags&(byWork|byLongAccount) == byWork|byLongAccount {
		return 0, fmt.Errorf("%w: it begins with %#02x, which no row of this version does", ErrRow, flags)
	}
	size := 1 + sha256.Size + idSize
	for _, part := range []struct {
		flag byte
		size int
	}{{byLongAccount, longID - idSize}, {hasWeight, 8}, {hasTerms, termsSize}, {hasConsent, sha256.Size}, {hasTime, 8}} {
		if flags&part.flag != 0 {
			size += part.size
		}
	}
	return size, nil
}

// ReadItem reads one row, which there is one way to write. The item's ID is a part of the row. It fails with ErrRow.
func ReadItem(row []byte) (Item, error) {
	if len(row) == 0 {
		return Item{}, fmt.Errorf("%w: it is empty", ErrRow)
	}
	flags := row[0]
	size, err := RowSize(flags)
	if err == nil && len(row) != size {
		err = fmt.Errorf("%w: %d bytes, one that begins with %#02x has %d", ErrRow, len(row), flags, size)
	}
	if err != nil {
		return Item{}, err
	}
	rest := row[1:]
	take := func(n int) []byte {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	item := Item{Sha256: [sha256.Size]byte(take(sha256.Size)), Contributor: Contributor{Kind: Account}, Weight: 1}
	length := idSize
	switch {
	case flags&byWork != 0:
		item.Kind = Work
	case flags&byLongAccount != 0:
		length = longID
	}
	item.ID = take(length)
	if flags&hasWeight != 0 {
		item.Weight = binary.BigEndian.Uint64(take(8))
	}
	if flags&hasTerms != 0 {
		item.Terms = [termsSize]byte(take(termsSize))
	}
	if flags&hasConsent != 0 {
		item.Consent = [sha256.Size]byte(take(sha256.Size))
	}
	if flags&hasTime != 0 {
		seconds := binary.BigEndian.Uint64(take(8))
		if seconds > math.MaxInt64 {
			return Item{}, fmt.Errorf("%w: a time after the last", ErrRow)
		}
		item.Time = int64(seconds)
	}
	switch {
	case flags&hasWeight != 0 && item.Weight <= 1, flags&hasTerms != 0 && item.Terms == [termsSize]byte{},
		flags&hasConsent != 0 && item.Consent == [sha256.Size]byte{}, flags&hasTime != 0 && item.Time == 0:
		return Item{}, fmt.Errorf("%w: what it could leave out is written", ErrRow)
	}
	return item, nil
}
