package flow

import (
	"fmt"
	"slices"
)

// Dilute gives an account a share of a work's revenue, in ppm, beside those who hold it. They
// keep theirs in proportion: up to the end of each line of the table, holders have
// floor(sum*(1e6-share)/1e6) in all, so the shares sum to the whole and nobody is a ppm off.
// What the account held already it keeps as the others do. The new line, if any, is the last. A holder
// who would keep less than MinShare keeps that, and the largest of the others gives it: so nobody
// keeps a payee out by dividing a share. It fails when no holder can give that, for a share that
// leaves others less than MinShare, and when there would be more than MaxRuledHolders.
func Dilute(table []Holding, payee Account, share uint32) ([]Holding, error) {
	if share < MinShare || share > Whole-MinShare {
		return nil, fmt.Errorf("a share of %d ppm is not possible: name %d to %d", share, MinShare, Whole-MinShare)
	}
	next := slices.Clone(table)
	var sum, had uint64
	for i := range next {
		sum += uint64(next[i].Weight)
		has := sum * (Whole - uint64(share)) / Whole
		next[i].Weight = uint32(has - had)
		had = has
	}
	at := slices.IndexFunc(next, func(h Holding) bool { return h.To == payee })
	if at < 0 {
		at = len(next)
		next = append(next, Holding{To: payee})
	}
	next[at].Weight += share
	if len(next) > MaxRuledHolders {
		return nil, &TooManyHoldersError{Holders: len(next)}
	}
	if err := keepLeast(table, next, at); err != nil {
		return nil, err
	}
	return next, nil
}

// keepLeast lets nobody fall below MinShare, at the cost of the largest holder but the payee.
func keepLeast(table, next []Holding, payee int) error {
	largest := -1
	for i := range table {
		if i != payee && (largest < 0 || next[i].Weight > next[largest].Weight) {
			largest = i
		}
	}
	for i := range table {
		if next[i].Weight >= MinShare {
			continue
		}
		lacks := MinShare - next[i].Weight
		if i == largest || next[largest].Weight < MinShare+lacks {
			return fmt.Errorf("of %d ppm a holder would keep %d, and %d is the least: name a smaller share",
				table[i].Weight, next[i].Weight, MinShare)
		}
		next[i].Weight += lacks
		next[largest].Weight -= lacks
	}
	return nil
}

// TooManyHoldersError says that a table would be too long.
type TooManyHoldersError struct{ Holders int }

func (e *TooManyHoldersError) Error() string {
	return fmt.Sprintf("there would be %d holders, and at most %d are possible", e.Holders, MaxRuledHolders)
}
