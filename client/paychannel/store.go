package paychannel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"cosmossdk.io/math"

	"github.com/stemma-chain/stemma/internal/durably"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
	"github.com/stemma-chain/stemma/x/royalty/voucher"
)

// Store keeps on disk the newest voucher of each payment channel, which is worth what it
// says until it is redeemed: a service that takes vouchers needs no other memory. It is safe for
// concurrent use; one process at a time keeps the vouchers of a payment channel.
type Store struct {
	dir string
	mu  sync.Mutex
}

// OpenStore returns the store in a folder. Nothing is written yet.
func OpenStore(dir string) *Store { return &Store{dir: dir} }

// ErrNotNewer is matched by the error of a voucher whose total is no more than that of one
// which is kept or redeemed.
var ErrNotNewer = errors.New("a voucher of this payment channel with as high a total is kept or redeemed")

// ErrEndsSooner is matched by the error of a voucher that has expired, or expires before the one
// which is kept: in its place, all that was paid before could be lost.
var ErrEndsSooner = errors.New("it ends sooner than what is kept")

// Keep checks a voucher with its payment channel, as the query PaymentChannel answered it last, and keeps
// it; it is on disk when Keep returns. More is by how much its total is above that of the last one, kept
// or redeemed: what the payer has paid by it, in units of the payment channel's denom. Of what is
// refused nothing is kept: a forged voucher (what Verify says), one of another payment channel
// (ErrInvalidVoucher), one that the deposit does not cover (ErrOverDeposit), ErrNotNewer and
// ErrEndsSooner. Each of them in the place of what is kept would lose that.
func (s *Store) Keep(v voucher.Voucher, channel royaltytypes.PaymentChannelInfo) (more math.Int, err error) {
	if v.PaymentChannel != channel.Id {
		return math.Int{}, royaltytypes.ErrInvalidVoucher.Wrapf("it is of %s, not of %s: ask for that one", v.PaymentChannel, channel.Id)
	}
	if err := v.Verify(channel.Key); err != nil {
		return math.Int{}, err
	}
	if v.Total.GT(channel.Deposit.Amount) {
		return math.Int{}, royaltytypes.ErrOverDeposit.Wrapf("a voucher over %s of %s, whose deposit is %s",
			v.Total, v.PaymentChannel, channel.Deposit)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, older, err := s.newest(v.ChainID, v.PaymentChannel)
	if err != nil {
		return math.Int{}, err
	}
	// A store that was lost begins at what is redeemed, or what was paid before would count again.
	before := channel.Redeemed.Amount
	if kept != nil {
		before = math.MaxInt(before, kept.Total)
	}
	if !v.Total.GT(before) {
		return math.Int{}, fmt.Errorf("%w: %s of %s, after %s", ErrNotNewer, v.Total, v.PaymentChannel, before)
	}
	if v.ExpiredAt(time.Now()) || kept != nil && endsSooner(v, *kept) {
		return math.Int{}, fmt.Errorf("a voucher of %s: %w", v.PaymentChannel, ErrEndsSooner)
	}
	path, err := s.write(v)
	if err != nil {
		return math.Int{}, fmt.Errorf("keep a voucher of %s: %w", v.PaymentChannel, err)
	}
	for _, old := range older {
		if old != path {
			_ = os.Remove(old) // one that stays is older, and not taken
		}
	}
	return v.Total.Sub(before), nil
}

// endsSooner compares the ends of two vouchers; 0 is none.
func endsSooner(v, than voucher.Voucher) bool {
	return v.Expires > 0 && (than.Expires == 0 || v.Expires < than.Expires)
}

// Newest is the voucher that is kept of a payment channel; nil: none is.
func (s *Store) Newest(chainID string, channel royaltytypes.PaymentChannelID) (*voucher.Voucher, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, _, err := s.newest(chainID, channel)
	return v, err
}

// All are the newest vouchers of all payment channels of a chain, in the order of their ids as
// text: what there is to redeem.
func (s *Store) All(chainID string) ([]voucher.Voucher, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	folders, err := os.ReadDir(filepath.Join(s.dir, chainFolder(chainID)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []voucher.Voucher
	for _, folder := range folders {
		channel, err := royaltytypes.ParsePaymentChannelID(folder.Name())
		if err != nil {
			continue // somebody else's
		}
		v, _, err := s.newest(chainID, channel)
		if err != nil {
			return nil, err
		}
		if v != nil {
			all = append(all, *v)
		}
	}
	return all, nil
}

// newest reads the voucher of the highest total, and lists the files of the payment channel. A
// file may go while another process keeps a newer one, which is listed then.
func (s *Store) newest(chainID string, channel royaltytypes.PaymentChannelID) (v *voucher.Voucher, files []string, err error) {
	for range readings {
		if v, files, err = s.read(chainID, channel); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return v, files, err
}

func (s *Store) read(chainID string, channel royaltytypes.PaymentChannelID) (*voucher.Voucher, []string, error) {
	dir := s.folder(chainID, channel)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var files []string
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == extension && !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, nil, nil
	}
	path := slices.Max(files)
	bz, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var v voucher.Voucher
	if err := json.Unmarshal(bz, &v); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return &v, files, nil
}

const (
	extension = ".json"
	// digits are as many as the highest total has: names of files are in the order of totals.
	digits = 78
	// readings is how often a file that went while it was looked for is looked for again.
	readings = 100
)

// write writes a voucher to a file of its own, so that a crash loses no older one.
func (s *Store) write(v voucher.Voucher) (path string, err error) {
	bz, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	dir := s.folder(v.ChainID, v.PaymentChannel)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	durably.Clear(dir) // one process at a time writes here
	total := v.Total.String()
	path = filepath.Join(dir, strings.Repeat("0", max(0, digits-len(total)))+total+extension)
	return path, durably.Write(path, bz)
}

func (s *Store) folder(chainID string, channel royaltytypes.PaymentChannelID) string {
	return filepath.Join(s.dir, chainFolder(chainID), channel.String())
}

// chainFolder is a chain id as the name of a folder, whatever is in it.
func chainFolder(chainID string) string { return fmt.Sprintf("chain-%x", chainID) }
