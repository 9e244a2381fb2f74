package pool

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

const blockGas = 300

var wide = Limits{Txs: 100, Bytes: 1 << 20}

// ordered is a transaction of one account, named by account and sequence.
func ordered(account string, sequence uint64, price int64) *Tx {
	return &Tx{
		Raw: fmt.Appendf(nil, "%s%d", account, sequence), Gas: 1, Price: math.NewInt(price),
		Signers: []Signer{{account, sequence}},
	}
}

func unordered(name string, price int64) *Tx {
	return &Tx{Raw: []byte(name), Gas: 1, Price: math.NewInt(price), Signers: []Signer{{name[:1], 0}}, Unordered: true}
}

func filled(t require.TestingT, limits Limits, txs ...*Tx) *Pool {
	p := New(limits)
	for _, tx := range txs {
		require.NoError(t, p.Insert(tx, blockGas))
	}
	return p
}

// first has the turn begin with the first that waits of each account.
func (p *Pool) first(account string) uint64 {
	q := p.queues[account]
	return q.waiting[0].sequence(q)
}

// order is what a block would take of the pool, as names.
func order(p *Pool, refused ...string) (names []string) {
	p.Each(p.first, func(tx *Tx) bool {
		if slices.Contains(refused, string(tx.Raw)) {
			return false
		}
		names = append(names, string(tx.Raw))
		return true
	})
	return names
}

func TestTheDearestComeFirst(t *testing.T) {
	p := filled(t, wide,
		ordered("a", 0, 1), ordered("a", 1, 9), ordered("b", 5, 3), ordered("b", 6, 2),
		unordered("c1", 8), unordered("c2", 2), ordered("d", 0, 3))
	require.Equal(t, []string{"c1", "b5", "d0", "b6", "c2", "a0", "a1"}, order(p))
	require.Equal(t, []string{"c1", "d0", "c2", "a0", "a1"}, order(p, "b5"), "b6 waits for b5")
	require.Len(t, order(p), p.Len(), "Each changes nothing")
}

func TestATransactionWaitsForAllItsSigners(t *testing.T) {
	both := ordered("a", 1, 100)
	both.Signers = append(both.Signers, Signer{"b", 1})
	p := filled(t, wide, ordered("a", 0, 5), ordered("b", 0, 1), both, ordered("b", 2, 50), ordered("c", 0, 2))
	require.Equal(t, []string{"a0", "c0", "b0", "a1", "b2"}, order(p))
	require.Equal(t, []string{"a0", "c0"}, order(p, "b0"))
}

func TestWhoGivesWay(t *testing.T) {
	full := Limits{Txs: 3, Bytes: 1 << 20}
	for _, c := range []struct {
		name   string
		txs    []*Tx
		comes  *Tx
		leaves string // empty: the one that comes is refused
	}{
		{"the cheapest", []*Tx{ordered("a", 0, 3), ordered("b", 0, 1), ordered("c", 0, 2)}, ordered("d", 0, 2), "b0"},
		{"of equal ones the latest", []*Tx{ordered("a", 0, 1), ordered("b", 0, 1), ordered("c", 0, 2)}, ordered("d", 0, 2), "b0"},
		{"an unordered one", []*Tx{unordered("a", 3), unordered("b", 1), unordered("c", 2)}, unordered("d", 2), "b"},
		{"nobody, for no more than they pay", []*Tx{ordered("a", 0, 1), ordered("b", 0, 1), ordered("c", 0, 2)}, ordered("d", 0, 1), ""},
		{
			"the one behind the cheapest: it could not go on alone",
			[]*Tx{ordered("a", 0, 1), ordered("a", 1, 100), ordered("b", 0, 2)},
			ordered("c", 0, 2), "a1",
		},
		{
			"nobody, for one that waits behind a cheap one itself",
			[]*Tx{ordered("a", 0, 1), ordered("b", 0, 1), ordered("b", 1, 2)},
			ordered("a", 1, 100), "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := filled(t, full, c.txs...)
			before := order(p)
			admits, err := p.Admits(c.comes, blockGas), p.Insert(c.comes, blockGas)
			require.Equal(t, admits == nil, err == nil)
			if c.leaves == "" {
				require.ErrorIs(t, err, sdkerrors.ErrMempoolIsFull)
				require.Equal(t, before, order(p))
				return
			}
			require.NoError(t, err)
			require.False(t, p.Has([]byte(c.leaves)))
			require.True(t, p.Has(c.comes.Raw))
			require.Equal(t, 3, p.Len())
		})
	}
}

func TestRoomForALargeOne(t *testing.T) {
	p := filled(t, Limits{Txs: 100, Bytes: 10}, ordered("a", 0, 1), ordered("b", 0, 2), ordered("c", 0, 3), ordered("d", 0, 4))
	large := &Tx{Raw: []byte("123456"), Gas: 1, Price: math.NewInt(3), Signers: []Signer{{"e", 0}}}
	require.NoError(t, p.Insert(large, blockGas))
	require.Equal(t, []string{"d0", "c0", "123456"}, order(p))
	require.Equal(t, 10, p.Bytes())

	large = &Tx{Raw: []byte("123456789"), Gas: 1, Price: math.NewInt(4), Signers: []Signer{{"f", 0}}}
	require.ErrorIs(t, p.Insert(large, blockGas), sdkerrors.ErrMempoolIsFull, "d0 would have to go")
	require.Equal(t, 3, p.Len())
}

func TestAnAccountWaitsWithABlockAtMost(t *testing.T) {
	p := New(wide)
	heavy := func(name string, gas uint64) *Tx { tx := unordered(name, 1); tx.Gas = gas; return tx }
	require.NoError(t, p.Insert(heavy("a1", 200), blockGas))
	require.NoError(t, p.Insert(heavy("a2", 100), blockGas))
	require.ErrorIs(t, p.Admits(ordered("a", 0, 9), blockGas), sdkerrors.ErrMempoolIsFull)
	require.ErrorIs(t, p.Admits(heavy("a3", ^uint64(0)), blockGas), sdkerrors.ErrMempoolIsFull)
	require.NoError(t, p.Insert(ordered("b", 0, 9), blockGas))
	p.Remove([]byte("a2"))
	require.NoError(t, p.Insert(heavy("a4", 100), blockGas))
}

// replacing is a transaction in the place of another.
func replacing(tx *Tx, name string, price int64) *Tx {
	return &Tx{Raw: []byte(name), Gas: tx.Gas, Price: math.NewInt(price), Signers: tx.Signers}
}

// TestASequenceIsThereOnce: who pays a tenth more replaces what waits, and what stands
// behind it stays.
func TestASequenceIsThereOnce(t *testing.T) {
	old := ordered("a", 1, 50)
	p := filled(t, Limits{Txs: 4, Bytes: 1 << 20}, ordered("a", 0, 60), old, ordered("a", 2, 90), ordered("b", 0, 10))
	require.ErrorIs(t, p.Insert(replacing(old, "again", 54), blockGas), sdkerrors.ErrInsufficientFee)
	require.ErrorIs(t, p.Insert(old, blockGas), sdkerrors.ErrInsufficientFee, "the same bytes")
	require.NoError(t, p.Insert(replacing(old, "again", 55), blockGas), "nobody gives way, though the pool is full")
	require.Equal(t, []string{"a0", "again", "a2", "b0"}, order(p))
	require.Equal(t, []uint64{3, 3, 4}, []uint64{p.Next("a", 0), p.Next("a", 2), p.Next("a", 4)})
	require.Equal(t, uint64(7), p.Next("unknown", 7))
	require.NoError(t, p.check())
	require.NoError(t, p.Insert(ordered("c", 0, 56), blockGas))
	require.False(t, p.Has([]byte("b0")))
	require.NoError(t, p.Insert(ordered("c", 1, 56), blockGas), "what stands behind the new one has its rank")
	require.Equal(t, []string{"a0", "c0", "c1", "again"}, order(p))
}

// TestASponsorFillsNoPool: what one account pays for others has the bound of what it signs,
// apart from that.
func TestASponsorFillsNoPool(t *testing.T) {
	of := func(account string, sequence, gas uint64) *Tx {
		tx := ordered(account, sequence, 10)
		tx.Gas, tx.Sponsor = gas, "s"
		return tx
	}
	p := filled(t, wide, of("a", 0, blockGas/2), of("b", 0, blockGas/2))
	require.ErrorIs(t, p.Admits(of("c", 0, 1), blockGas), sdkerrors.ErrMempoolIsFull)
	require.NoError(t, p.Admits(ordered("c", 0, 1), blockGas), "it pays itself")
	require.NoError(t, p.Admits(ordered("s", 0, 1), blockGas), "the sponsor's own")
	again := replacing(of("a", 0, blockGas/2), "again", 20)
	again.Sponsor = "s"
	require.NoError(t, p.Insert(again, blockGas))
	require.NoError(t, p.check())
	p.Remove([]byte("again"))
	require.NoError(t, p.Insert(of("c", 0, blockGas/2), blockGas))
	require.NoError(t, p.check())
}

// TestTheDearestOfASponsorComeFirst: where it has no room for more, its cheapest give way, and
// nobody else's.
func TestTheDearestOfASponsorComeFirst(t *testing.T) {
	of := func(account string, sequence uint64, price int64) *Tx {
		tx := ordered(account, sequence, price)
		tx.Gas, tx.Sponsor = blockGas/4, "s"
		return tx
	}
	p := filled(t, wide, of("a", 0, 2), of("a", 1, 9), of("b", 0, 3), of("b", 1, 3), ordered("c", 0, 1))
	require.ErrorIs(t, p.Admits(of("d", 0, 2), blockGas), sdkerrors.ErrMempoolIsFull, "as cheap as the cheapest")
	require.NoError(t, p.Insert(of("d", 0, 3), blockGas))
	require.NoError(t, p.check())
	require.Equal(t, []string{"b0", "b1", "d0", "a0", "c0"}, order(p), "a1 counts as a0, and came last")
	require.NoError(t, p.Insert(of("e", 0, 9), blockGas))
	require.Equal(t, []string{"e0", "b0", "b1", "d0", "c0"}, order(p))
	require.NoError(t, p.check())
}

// TestWhatIsReplacedMakesRoomAlone: where the pool is full of bytes and the one that is
// replaced pays least, what stands behind it stays.
func TestWhatIsReplacedMakesRoomAlone(t *testing.T) {
	old := ordered("a", 0, 1)
	p := filled(t, Limits{Txs: 9, Bytes: 8}, old, ordered("a", 1, 9), ordered("b", 0, 1), ordered("c", 0, 9))
	require.NoError(t, p.Insert(replacing(old, "long", 5), blockGas))
	require.NoError(t, p.check())
	require.True(t, p.Has([]byte("long")) && p.Has([]byte("c0")))
}

func TestAReplacementIsNotCountedTwice(t *testing.T) {
	heavy := ordered("a", 0, 10)
	heavy.Gas = blockGas
	p := filled(t, wide, heavy)
	require.ErrorIs(t, p.Admits(ordered("a", 1, 20), blockGas), sdkerrors.ErrMempoolIsFull)
	require.NoError(t, p.Insert(replacing(heavy, "again", 20), blockGas))
	require.NoError(t, p.check())
}

func TestAReplacementOfSeveralSigners(t *testing.T) {
	both := ordered("a", 0, 10)
	both.Signers = append(both.Signers, Signer{"b", 0})
	p := filled(t, wide, both, ordered("a", 1, 10), ordered("b", 1, 10))
	require.NoError(t, p.Insert(replacing(both, "again", 20), blockGas))
	require.Equal(t, []string{"again", "a1", "b1"}, order(p))
	require.Equal(t, []uint64{2, 2}, []uint64{p.Next("a", 0), p.Next("b", 0)})
	require.NoError(t, p.check())

	alone := ordered("a", 0, 30)
	require.NoError(t, p.Insert(replacing(alone, "alone", 30), blockGas))
	require.Equal(t, []string{"alone"}, order(p), "what b has behind it can't come before b signs again")
	require.NoError(t, p.check())
}

func TestWhatCantGoOnLeavesWithTheRest(t *testing.T) {
	p := filled(t, wide, ordered("a", 0, 1), ordered("a", 1, 1), ordered("a", 2, 1), ordered("b", 0, 1))
	p.RemoveWithRest([]byte("a1"))
	p.RemoveWithRest([]byte("unknown"))
	require.Equal(t, []string{"a0", "b0"}, order(p))
	require.NoError(t, p.check())
}

func TestLate(t *testing.T) {
	now := time.Unix(100, 0)
	require.False(t, (&Tx{}).Late(5, now))
	require.False(t, (&Tx{LastHeight: 5, LastTime: now}).Late(5, now))
	require.True(t, (&Tx{LastHeight: 4}).Late(5, now))
	require.True(t, (&Tx{LastTime: now.Add(-1)}).Late(5, now))
}

// TestPoolAgainstAList holds the pool against a plain list, for transactions of one
// signer: what waits, in which order, who gives way.
func TestPoolAgainstAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := Limits{Txs: rapid.IntRange(1, 8).Draw(t, "limit"), Bytes: 1 << 20}
		p, next := New(limits), map[string]uint64{}
		var model list
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			account := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "account")
			price := rapid.Int64Range(1, 5).Draw(t, "price")
			switch rapid.IntRange(0, 6).Draw(t, "kind") {
			case 0: // the block takes the first two
				taken := order(p)
				taken = taken[:min(2, len(taken))]
				for _, name := range taken {
					p.Remove([]byte(name))
					model = model.without(name)
				}
			case 1:
				tx := unordered(fmt.Sprintf("%s-%d", account, p.arrived), price)
				model = model.insert(t, p, tx, limits)
			case 2:
				if len(model) == 0 {
					continue
				}
				if old := rapid.SampledFrom(model).Draw(t, "old"); !old.Unordered {
					model = model.replace(t, p, old, replacing(old, fmt.Sprintf("%s!%d", account, p.arrived), price))
				}
			default:
				// after an eviction the account starts again where its queue ends
				sequence := max(next[account], model.end(account))
				if rapid.Bool().Draw(t, "again") {
					sequence = model.end(account)
				}
				next[account] = sequence + 1
				model = model.insert(t, p, ordered(account, sequence, price), limits)
			}
			require.Equal(t, model.order(), order(p))
			require.NoError(t, p.check())
		}
	})
}

// list is what waits, in order of arrival.
type list []*Tx

func (l list) end(account string) (sequence uint64) {
	for _, tx := range l {
		if !tx.Unordered && tx.Signers[0].Account == account {
			sequence = max(sequence, tx.Signers[0].Sequence+1)
		}
	}
	return sequence
}

func (l list) without(name string) list {
	return slices.DeleteFunc(slices.Clone(l), func(tx *Tx) bool { return string(tx.Raw) == name })
}

// before lists what stands before a transaction in its account's queue, it included.
func (l list) before(tx *Tx) (all []*Tx) {
	for _, other := range l {
		if other == tx || !tx.Unordered && !other.Unordered && other.Signers[0].Account == tx.Signers[0].Account &&
			other.Signers[0].Sequence < tx.Signers[0].Sequence {
			all = append(all, other)
		}
	}
	return all
}

func (l list) rank(tx *Tx) int64 {
	rank := tx.Price.Int64()
	for _, other := range l.before(tx) {
		rank = min(rank, other.Price.Int64())
	}
	return rank
}

func (l list) insert(t *rapid.T, p *Pool, tx *Tx, limits Limits) list {
	if slices.ContainsFunc(l, func(other *Tx) bool { return string(other.Raw) == string(tx.Raw) }) {
		return l
	}
	after := append(slices.Clone(l), tx)
	err := p.Insert(tx, blockGas)
	if len(after) > limits.Txs {
		worst := slices.MinFunc(l, func(a, b *Tx) int {
			if r := l.rank(a) - l.rank(b); r != 0 {
				return int(r)
			}
			return slices.Index(l, b) - slices.Index(l, a)
		})
		if l.rank(worst) >= after.rank(tx) {
			require.ErrorIs(t, err, sdkerrors.ErrMempoolIsFull)
			return l
		}
		after = after.without(string(worst.Raw))
	}
	require.NoError(t, err)
	return after
}

func (l list) replace(t *rapid.T, p *Pool, old, tx *Tx) list {
	err := p.Insert(tx, blockGas)
	if tx.Price.Int64()*10 < old.Price.Int64()*11 {
		require.ErrorIs(t, err, sdkerrors.ErrInsufficientFee)
		return l
	}
	require.NoError(t, err)
	after := slices.Clone(l)
	after[slices.Index(l, old)] = tx
	return after
}

// connected says whether nothing is missing before a transaction.
func (l list) connected(tx *Tx) bool {
	if tx.Unordered {
		return true
	}
	before := l.before(tx)
	first := tx.Signers[0].Sequence
	for _, other := range before {
		first = min(first, other.Signers[0].Sequence)
	}
	return uint64(len(before)) == tx.Signers[0].Sequence-first+1
}

func (l list) order() (names []string) {
	left := slices.DeleteFunc(slices.Clone(l), func(tx *Tx) bool { return !l.connected(tx) })
	for len(left) > 0 {
		var best *Tx
		for _, tx := range left {
			if len(left.before(tx)) == 1 && (best == nil || tx.Price.GT(best.Price)) {
				best = tx
			}
		}
		names = append(names, string(best.Raw))
		left = left.without(string(best.Raw))
	}
	return names
}

// check compares what is counted with what is there.
func (p *Pool) check() error {
	bytes, seen := 0, map[string]int{}
	for i, e := range p.worst {
		if e.at != i || p.entries[e.hash] != e {
			return fmt.Errorf("%s is not where it says", e.Raw)
		}
		bytes += len(e.Raw)
		for _, s := range e.Signers {
			seen[s.Account]++
		}
	}
	if bytes != p.bytes || len(p.worst) != len(p.entries) || len(seen) != len(p.queues) {
		return fmt.Errorf("%d of %d bytes, %d of %d entries, %d of %d queues", p.bytes, bytes,
			len(p.worst), len(p.entries), len(p.queues), len(seen))
	}
	sponsored := map[string]sum{}
	for _, e := range p.entries {
		if e.Sponsor != "" {
			held := sponsored[e.Sponsor]
			held.add(e.Tx)
			sponsored[e.Sponsor] = held
		}
	}
	if !maps.Equal(sponsored, p.sponsored) {
		return fmt.Errorf("sponsored %v, counted %v", p.sponsored, sponsored)
	}
	for account, n := range seen {
		if p.queues[account].txs != n {
			return fmt.Errorf("%s has %d, counted %d", account, n, p.queues[account].txs)
		}
	}
	return nil
}

// BenchmarkFull is a pool of 5,000 accounts that is full: what one more transaction
// costs that drives another out, and a walk over all of them.
func BenchmarkFull(b *testing.B) {
	full := func() *Pool {
		p := New(DefaultLimits())
		for i := range p.limits.Txs {
			require.NoError(b, p.Insert(ordered(fmt.Sprint("account ", i), 0, int64(i)), blockGas))
		}
		return p
	}
	b.Run("insert", func(b *testing.B) {
		p := full()
		for i := range b.N {
			if err := p.Insert(ordered(fmt.Sprint("later ", i), 0, int64(10_000+i)), blockGas); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("refuse", func(b *testing.B) {
		p, tx := full(), ordered("late", 0, 0)
		for range b.N {
			if p.Admits(tx, blockGas) == nil {
				b.Fatal("admitted")
			}
		}
	})
	b.Run("walk", func(b *testing.B) {
		p := full()
		for range b.N {
			p.Each(p.first, func(*Tx) bool { return true })
		}
	})
}

// What no block takes any more goes; what stands behind one that has passed stays.
func TestSweep(t *testing.T) {
	late, soon := ordered("b", 0, 1), unordered("u", 1)
	late.LastHeight, soon.LastTime = 9, time.Unix(100, 0)
	p := filled(t, wide, ordered("a", 0, 1), ordered("a", 1, 1), ordered("a", 2, 1), late, ordered("b", 1, 1), soon)
	committed := func(account string) uint64 { return map[string]uint64{"a": 2}[account] }
	p.Sweep(committed, 9, time.Unix(100, 0))
	require.Equal(t, 4, p.Len())
	require.True(t, p.Has([]byte("a2")))
	p.Sweep(committed, 10, time.Unix(101, 0))
	require.Equal(t, 1, p.Len())
}
