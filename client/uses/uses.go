// Package uses counts uses by machines off the chain: whoever holds a grant signs a voucher for
// each use, and whoever serves them checks it and keeps the newest, which counts for all before.
//
// A total is for the grant, wherever it is used: of two who serve one grant each has to know what
// the other was shown, or to send its vouchers to the chain before it serves on.
package uses

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
)

// maxVouchers bounds what is read at once.
const maxVouchers = 100_000

// ErrNotNewer is matched by the error of a voucher that counts no use beyond those counted.
var ErrNotNewer = errors.New("the voucher counts no further use")

// Make signs a voucher for uses of a grant in all, as the query Grant answered it last. It fails
// with ErrUsesExhausted for more than the grant pays for, with ErrNotCounted, and as sign does.
func Make(
	chainID string, g licensetypes.NamedGrant, total uint64, sign func(signBytes []byte) ([]byte, error),
) (usevoucher.Voucher, error) {
	if err := check(g, total); err != nil {
		return usevoucher.Voucher{}, err
	}
	v, err := usevoucher.New(chainID, g.Id, total)
	if err != nil {
		return v, err
	}
	return v.Sign(sign)
}

func check(g licensetypes.NamedGrant, total uint64) error {
	if !g.Grant.CountsUses() {
		return licensetypes.ErrNotCounted.Wrapf("%s: its terms set no uses_per_grant", g.Id)
	}
	return g.Grant.CheckUses(g.Id, total)
}

// Meter counts the uses of one grant for whoever serves its holder. It is not safe for concurrent
// use.
type Meter struct {
	chainID string
	grant   licensetypes.NamedGrant
	key     []byte
	newest  usevoucher.Voucher
}

// NewMeter begins at what the chain has counted. The grant is as the query Grant answered it last,
// and the key that of the account that holds it: its licensee's or, of one that a derivative uses,
// that of the derivative's owner.
func NewMeter(chainID string, g licensetypes.NamedGrant, key []byte) *Meter {
	return &Meter{chainID: chainID, grant: g, key: key}
}

// Take checks a voucher and keeps it. More is how many uses it adds to those counted, on the chain
// or by the voucher before. Of what is refused nothing is kept: a voucher that is forged or for
// another chain or grant (ErrInvalidUseVoucher), one of a grant that has ended (ErrGrantExpired),
// one that counts more than the grant pays for (ErrUsesExhausted), and ErrNotNewer.
func (m *Meter) Take(v usevoucher.Voucher, now time.Time) (more uint64, err error) {
	if v.ChainID != m.chainID || v.Grant != m.grant.Id {
		return 0, licensetypes.ErrInvalidUseVoucher.Wrapf("it is for %s on %s, not for %s on %s", v.Grant, v.ChainID, m.grant.Id, m.chainID)
	}
	if counted := m.Counted(); v.Total <= counted {
		return 0, fmt.Errorf("%w: %d of %s, %d are counted", ErrNotNewer, v.Total, v.Grant, counted)
	}
	if err := check(m.grant, v.Total); err != nil {
		return 0, err
	}
	if end := m.grant.Grant.ExpiresAt; end != nil && !now.Before(*end) {
		return 0, licensetypes.ErrGrantExpired.Wrapf("%s ended at %s: its holder has to renew it", v.Grant, end.UTC().Format(time.RFC3339))
	}
	if err := v.Verify(m.key); err != nil {
		return 0, err
	}
	more = v.Total - m.Counted()
	m.newest = v
	return more, nil
}

// Counted is how many uses are counted, on the chain or by the newest voucher.
func (m *Meter) Counted() uint64 { return max(m.grant.Grant.Uses, m.newest.Total) }

// Left is how many the grant still pays for.
func (m *Meter) Left() uint64 {
	return m.grant.Grant.UsesPaid - min(m.Counted(), m.grant.Grant.UsesPaid)
}

// Newest is what there is to send to the chain; nothing: the chain has counted all.
func (m *Meter) Newest() (v usevoucher.Voucher, some bool) {
	return m.newest, m.newest.Total > m.grant.Grant.Uses
}

// TakeNewest takes of the vouchers of its grant the one of the highest total that counts something: whoever
// hands in one that is forged, or says too much, does not keep those before from counting. They are
// in order of total, the highest first. It fails as Take does for the last of them, if none counts.
func (m *Meter) TakeNewest(vouchers []usevoucher.Voucher, now time.Time) (err error) {
	for _, v := range vouchers {
		if _, err = m.Take(v, now); err == nil {
			return nil
		}
	}
	return err
}

// ReadFiles reads the vouchers of files, or of the standard input for "-": each once, those of one chain and
// grant together, and of these the highest total first.
func ReadFiles(stdin io.Reader, files []string) (all []usevoucher.Voucher, err error) {
	for _, name := range files {
		read, err := readFile(stdin, name, maxVouchers-len(all))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, read...)
	}
	slices.SortFunc(all, compare)
	return slices.CompactFunc(all, func(a, b usevoucher.Voucher) bool { return compare(a, b) == 0 }), nil
}

// SameGrant is how many of the first vouchers are for the same grant of the same chain.
func SameGrant(vouchers []usevoucher.Voucher) (n int) {
	for n < len(vouchers) && vouchers[n].ChainID == vouchers[0].ChainID && vouchers[n].Grant == vouchers[0].Grant {
		n++
	}
	return n
}

func compare(a, b usevoucher.Voucher) int {
	return cmp.Or(cmp.Compare(a.ChainID, b.ChainID), slices.Compare(a.Grant[:], b.Grant[:]), cmp.Compare(b.Total, a.Total),
		bytes.Compare(a.Signature, b.Signature))
}

func readFile(stdin io.Reader, name string, limit int) ([]usevoucher.Voucher, error) {
	if name == "-" {
		return usevoucher.Read(stdin, limit)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read, err := usevoucher.Read(f, limit)
	if err == nil && len(read) == 0 {
		err = errors.New("there is no voucher in it")
	}
	return read, err
}
