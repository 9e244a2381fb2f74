package keeper

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math/big"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/internal/events"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	"github.com/stemma-chain/stemma/x/royalty/types"
)

// Arrears are what a ruling gives for the past. A chain without disputes pays nothing for
// them: a work's head, which a sweep reads anyway, says whether it owes some, and of accounts
// one number is read in a block.

// AddArrears lets a work or an account owe a work: what it earns goes there first. What lies in
// an account's balance is taken at once, and enters the creditor's `earned` stage at the end of
// the block. It is called in EndBlock, before the module's own. It fails with the registry's
// ErrWorkNotFound, with ErrInvalidArrears, also for a work that would owe itself, and with
// ErrTooManyArrears, and then changes nothing.
func (k Keeper) AddArrears(ctx context.Context, e types.ArrearsEntry) error {
	if err := k.checkArrearsEntry(ctx, e); err != nil {
		return err
	}
	debtor := e.Debtor()
	at, row, isNew, err := k.arrearsWith(ctx, debtor, e)
	if err != nil {
		return err
	}
	taken, err := k.takeBalance(ctx, e.DebtorAccount, e.Amount)
	if err != nil {
		return err
	}
	left := e.Amount.Amount.Sub(taken)
	if left.IsPositive() {
		if row, err = row.Grow(e.Amount.Amount, left); err != nil {
			return err
		}
		if err := k.Arrears.Set(ctx, at, row); err != nil {
			return err
		}
		if isNew {
			if err := k.markOwing(ctx, debtor); err != nil {
				return err
			}
		}
	}
	added := &types.EventArrearsAdded{
		Work: e.DebtorWork, Account: e.DebtorAccount.String(), Creditor: e.Creditor, Denom: e.Amount.Denom, Amount: e.Amount.Amount.String(),
	}
	if err := events.Emit(ctx, added); err != nil || taken.IsZero() {
		return err
	}
	k.noteEarned(ctx, e.Creditor, sdk.NewCoin(e.Amount.Denom, taken))
	return events.Emit(ctx, &types.EventArrearsPaid{
		Account: e.DebtorAccount.String(), Creditor: e.Creditor, Denom: e.Amount.Denom, Amount: taken.String(), Left: row.Left.String(),
	})
}

// checkArrearsEntry also makes sure that a work does not owe itself: its money would go
// round for ever.
func (k Keeper) checkArrearsEntry(ctx context.Context, e types.ArrearsEntry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if _, err := k.registry.GetWork(ctx, e.Creditor); err != nil {
		return err
	}
	if e.DebtorWork.IsZero() {
		return nil
	}
	if _, err := k.registry.GetWork(ctx, e.DebtorWork); err != nil {
		return err
	}
	b, err := k.newBook(ctx)
	if err != nil {
		return err
	}
	earner, _, err := flow.Earner(b, types.FlowWork(e.Creditor))
	if err == nil && (e.Creditor == e.DebtorWork || types.WorkIDOf(earner) == e.DebtorWork) {
		err = types.ErrInvalidArrears.Wrapf("%s would owe itself: it earns what is paid to %s; name another creditor", e.DebtorWork, e.Creditor)
	}
	return err
}

// arrearsWith finds the row of a debtor for the creditor, or makes one behind all others.
func (k Keeper) arrearsWith(ctx context.Context, debtor flow.Debtor, e types.ArrearsEntry) (at types.ArrearsRow, row types.Arrears, isNew bool, err error) {
	stand, err := k.standing(ctx, debtor, e.Amount.Denom)
	if err != nil {
		return at, row, false, err
	}
	number := uint64(1)
	for _, s := range stand {
		if s.Value.Creditor.WorkID == e.Creditor {
			return s.Key, s.Value, false, nil
		}
		number = s.Key.K3() + 1
	}
	if len(stand) >= flow.MaxArrears {
		return at, row, false, types.ErrTooManyArrears.Wrapf("%s%s owes %d works in %s already, and at most so many are possible; "+
			"wait until some are paid, or name one of them", workIn(e), e.DebtorAccount, len(stand), e.Amount.Denom)
	}
	row = types.Arrears{Creditor: registrytypes.WorkIDBytes{WorkID: e.Creditor}, Amount: math.ZeroInt(), Left: math.ZeroInt()}
	return collections.Join3(types.DebtorKey(debtor), e.Amount.Denom, number), row, true, nil
}

// workIn is the debtor in a sentence where it is a work.
func workIn(e types.ArrearsEntry) string {
	if e.DebtorWork.IsZero() {
		return ""
	}
	return e.DebtorWork.String()
}

// standing reads what a debtor owes in a denom, at most flow.MaxArrears rows.
func (k Keeper) standing(ctx context.Context, debtor flow.Debtor, denom string) ([]collections.KeyValue[types.ArrearsRow, types.Arrears], error) {
	it, err := k.Arrears.Iterate(ctx, collections.NewSuperPrefixedTripleRange[[]byte, string, uint64](types.DebtorKey(debtor), denom))
	if err != nil {
		return nil, err
	}
	return it.KeyValues()
}

// takeBalance takes up to an amount from what an account has and is not paid out. What is
// left keeps its place in the queue of payouts, which it leaves in its turn when it is
// too small by then.
func (k Keeper) takeBalance(ctx context.Context, account sdk.AccAddress, most sdk.Coin) (math.Int, error) {
	if account.Empty() {
		return math.ZeroInt(), nil
	}
	key := collections.Join(account, most.Denom)
	row, found, err := k.Balances.Find(ctx, key)
	if err != nil || !found {
		return math.ZeroInt(), err
	}
	taken := math.MinInt(row.Amount, most.Amount)
	rest := row.Amount.Sub(taken)
	if rest.IsPositive() {
		late := new(big.Int)
		if row.Late != nil { // the same part of the rest
			late = flow.Portion(rest.BigInt(), row.Late.BigInt(), row.Amount.BigInt())
		}
		return taken, k.Balances.Set(ctx, key, types.BalanceOf(rest.BigInt(), late, row.Due))
	}
	if row.Due > 0 {
		if err := k.Payouts.Remove(ctx, collections.Join3(row.Due, account, most.Denom)); err != nil {
			return taken, err
		}
	}
	return taken, k.Balances.Remove(ctx, key)
}

// markOwing lets a sweep know that a debtor has one row more.
func (k Keeper) markOwing(ctx context.Context, debtor flow.Debtor) error {
	if debtor.Work == "" {
		open, err := k.openArrears(ctx)
		if err != nil {
			return err
		}
		return k.OpenArrears.Set(ctx, open+1)
	}
	return k.setOwing(ctx, types.WorkIDOf(debtor.Work), true)
}

func (k Keeper) setOwing(ctx context.Context, work registrytypes.WorkID, owes bool) error {
	head, err := k.GetHead(ctx, work)
	if err != nil || head.Arrears == owes {
		return err
	}
	head.Arrears = owes
	return k.Heads.Set(ctx, work, head)
}

// openArrears is how many rows there are of accounts.
func (k Keeper) openArrears(ctx context.Context) (uint64, error) {
	open, err := k.OpenArrears.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return open, err
}

// removeArrears removes a row that is paid.
func (k Keeper) removeArrears(ctx context.Context, at types.ArrearsRow, debtor flow.Debtor) error {
	if err := k.Arrears.Remove(ctx, at); err != nil {
		return err
	}
	if debtor.Work == "" {
		open, err := k.openArrears(ctx)
		if err != nil {
			return err
		}
		if open <= 1 {
			return k.OpenArrears.Remove(ctx)
		}
		return k.OpenArrears.Set(ctx, open-1)
	}
	it, err := k.Arrears.Iterate(ctx, collections.NewPrefixedTripleRange[[]byte, string, uint64](at.K1()))
	if err != nil {
		return err
	}
	owes := it.Valid()
	if err := it.Close(); err != nil || owes {
		return err
	}
	return k.setOwing(ctx, types.WorkIDOf(debtor.Work), false)
}

// debt is a debtor in one denom.
type debt struct {
	debtor flow.Debtor
	denom  string
}

// arrears are those that a book has read: what is left is theirs to change.
type arrears struct {
	rows map[debt][]*flow.Arrears
	keys map[*flow.Arrears]types.ArrearsRow
	paid map[*flow.Arrears]*paidArrears
	// open is how many accounts' rows there are; nil until asked for.
	open *uint64
}

type paidArrears struct {
	at     types.ArrearsRow
	debtor flow.Debtor
	amount *big.Int
	left   *flow.Arrears
}

// Arrears implements flow.Book.
func (b *book) Arrears(debtor flow.Debtor, denom string) ([]*flow.Arrears, error) {
	if owes, err := b.mayOwe(debtor); err != nil || !owes {
		return nil, err
	}
	at := debt{debtor, denom}
	if rows, read := b.arrears.rows[at]; read {
		return rows, nil
	}
	stand, err := b.k.standing(b.ctx, debtor, denom)
	if err != nil {
		return nil, err
	}
	if b.arrears.rows == nil {
		b.arrears.rows, b.arrears.keys = map[debt][]*flow.Arrears{}, map[*flow.Arrears]types.ArrearsRow{}
		b.arrears.paid = map[*flow.Arrears]*paidArrears{}
	}
	rows := make([]*flow.Arrears, len(stand))
	for i, s := range stand {
		rows[i] = &flow.Arrears{Creditor: types.FlowWork(s.Value.Creditor.WorkID)}
		rows[i].Left.Set(s.Value.Left.BigIntMut())
		b.arrears.keys[rows[i]] = s.Key
	}
	b.arrears.rows[at] = rows
	return rows, nil
}

// mayOwe says whether there is anything to look for.
func (b *book) mayOwe(debtor flow.Debtor) (bool, error) {
	if debtor.Work != "" {
		head, err := b.head(debtor.Work)
		return head.Arrears, err
	}
	if b.arrears.open == nil {
		open, err := b.k.openArrears(b.ctx)
		if err != nil {
			return false, err
		}
		b.arrears.open = &open
	}
	return *b.arrears.open > 0, nil
}

// ArrearsPaid implements flow.Book.
func (b *book) ArrearsPaid(debtor flow.Debtor, _ string, a *flow.Arrears, amount *big.Int) {
	p := b.arrears.paid[a]
	if p == nil {
		p = &paidArrears{at: b.arrears.keys[a], debtor: debtor, amount: new(big.Int), left: a}
		b.arrears.paid[a] = p
	}
	p.amount.Add(p.amount, amount)
}

// saveArrears writes what is left of those that were paid from, in order of key.
func (b *book) saveArrears() error {
	paid := make([]*paidArrears, 0, len(b.arrears.paid))
	for _, p := range b.arrears.paid {
		paid = append(paid, p)
	}
	slices.SortFunc(paid, func(p, q *paidArrears) int {
		return cmp.Or(bytes.Compare(p.at.K1(), q.at.K1()), cmp.Compare(p.at.K2(), q.at.K2()), cmp.Compare(p.at.K3(), q.at.K3()))
	})
	for _, p := range paid {
		row, err := b.k.Arrears.Get(b.ctx, p.at)
		if err != nil {
			return err
		}
		row.Left = math.NewIntFromBigInt(&p.left.Left)
		if row.Left.IsPositive() {
			err = b.k.Arrears.Set(b.ctx, p.at, row)
		} else {
			err = b.k.removeArrears(b.ctx, p.at, p.debtor)
		}
		if err != nil {
			return err
		}
		event := &types.EventArrearsPaid{
			Creditor: row.Creditor.WorkID, Denom: p.at.K2(), Amount: p.amount.String(), Left: row.Left.String(),
		}
		if p.debtor.Work != "" {
			event.Work = types.WorkIDOf(p.debtor.Work)
		} else {
			event.Account = sdk.AccAddress(p.debtor.Account).String()
		}
		b.emit(event)
	}
	return nil
}

// earn brings what was taken from balances to the creditors. As of a payment, what cannot be
// brought stays in the module's account, and is reported.
func (b *book) earn(sweep *flow.Sweep, notes []payment) {
	for _, n := range notes {
		if err := sweep.Earn(n.pot(), n.amount); err != nil {
			b.Failed(flow.Item{Kind: flow.Earned, Pot: n.pot()}, err)
		}
	}
}

// arrearsOf says of a preview's lines which earners and accounts pay arrears first.
func (k Keeper) arrearsOf(ctx context.Context, payees []types.Payee) (works []registrytypes.WorkID, accounts []string, err error) {
	b, err := k.newBook(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range payees {
		if p.Escrow {
			continue
		}
		owed, err := b.Arrears(flow.Debtor{Work: types.FlowWork(p.Earner)}, p.Amount.Denom)
		if err != nil {
			return nil, nil, err
		}
		if len(owed) > 0 && !slices.Contains(works, p.Earner) {
			works = append(works, p.Earner)
		}
		account, err := sdk.AccAddressFromBech32(p.Account)
		if err != nil {
			return nil, nil, err
		}
		if owed, err = b.Arrears(flow.Debtor{Account: flow.Account(account)}, p.Amount.Denom); err != nil {
			return nil, nil, err
		}
		if len(owed) > 0 && !slices.Contains(accounts, p.Account) {
			accounts = append(accounts, p.Account)
		}
	}
	return works, accounts, nil
}

// checkArrears: rows are sound and of works that exist, no debtor owes too many or one twice,
// and heads and the number of accounts' rows agree with them.
func (k Keeper) checkArrears(ctx context.Context) error {
	gs := types.GenesisState{}
	if err := k.exportArrears(ctx, &gs); err != nil {
		return err
	}
	var accounts uint64
	for _, g := range gs.Arrears {
		if _, err := k.registry.GetWork(ctx, g.Arrears.Creditor.WorkID); err != nil {
			return errorsmod.Wrapf(err, "arrears of %s%s", g.Work, g.Account)
		}
		if g.Account != "" {
			accounts++
			continue
		}
		if _, err := k.registry.GetWork(ctx, g.Work); err != nil {
			return errorsmod.Wrap(err, "arrears")
		}
	}
	err := k.Heads.Walk(ctx, nil, func(work registrytypes.WorkID, head types.Head) (bool, error) {
		gs.Works = append(gs.Works, types.GenesisWork{Id: work, Head: head})
		return false, nil
	})
	if err != nil {
		return err
	}
	if err := gs.ValidateArrears(); err != nil {
		return types.ErrBrokenInvariant.Wrap(err.Error())
	}
	open, err := k.openArrears(ctx)
	if err == nil && open != accounts {
		err = types.ErrBrokenInvariant.Wrapf("%d arrears of accounts stand, %d are counted", accounts, open)
	}
	return err
}

func (k Keeper) exportArrears(ctx context.Context, gs *types.GenesisState) error {
	return k.Arrears.Walk(ctx, nil, func(at types.ArrearsRow, row types.Arrears) (bool, error) {
		g := types.GenesisArrears{Denom: at.K2(), Number: at.K3(), Arrears: row}
		work, account, err := types.DebtorIn(at.K1())
		g.Work, g.Account = work, account.String()
		gs.Arrears = append(gs.Arrears, g)
		return err != nil, err
	})
}

func (k Keeper) initArrears(ctx context.Context, gs types.GenesisState) error {
	var open uint64
	for _, g := range gs.Arrears {
		at, err := g.Row()
		if err != nil {
			return err
		}
		if err := k.Arrears.Set(ctx, at, g.Arrears); err != nil {
			return err
		}
		if g.Account != "" {
			open++
		}
	}
	if open == 0 {
		return nil
	}
	return k.OpenArrears.Set(ctx, open)
}
