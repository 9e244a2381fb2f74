package index

import (
	"context"
	"database/sql"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
)

// paidOut counts what works have brought an account: one denom by itself, or coins that it took.
func (b *batch) paidOut(e abci.Event) error {
	r := &reader{b: b, event: e}
	return b.earn(r, r.id("account"), r.text("amount")+r.text("denom"))
}

func (b *batch) withdrawn(e abci.Event) error {
	r := &reader{b: b, event: e}
	return b.earn(r, r.id("account"), r.text("amount"))
}

func (b *batch) earn(r *reader, account int64, text string) error {
	if text == "" {
		return r.err
	}
	coins, err := amounts.ParseCoins(text)
	if r.fail("amount", err); r.err != nil {
		return r.err
	}
	for _, coin := range coins {
		var before string
		found, err := b.one([]any{&before}, `SELECT amount FROM earned WHERE account = ? AND denom = ?`, account, []byte(coin.Denom))
		if err != nil {
			return err
		}
		if found {
			sum, err := amounts.Coin(before, coin.Denom)
			if err != nil {
				return err
			}
			coin = coin.Add(sum)
		}
		if _, err := b.exec(`INSERT INTO earned VALUES (?, ?, ?) ON CONFLICT (account, denom) DO UPDATE SET amount = excluded.amount`,
			account, []byte(coin.Denom), coin.Amount.String()); err != nil {
			return err
		}
	}
	return nil
}

// Earned is what works have brought an account since history begins: what was paid out to it, and what
// it took. It is in order of denom, at most MaxPage of them.
func (x *Index) Earned(ctx context.Context, account Subject) (earned sdk.Coins, err error) {
	err = x.db.query(ctx, `SELECT e.denom, e.amount FROM earned e JOIN subjects s ON s.id = e.account WHERE s.key = ? ORDER BY e.denom LIMIT ?`,
		[]any{[]byte(account.key), MaxPage}, func(r *sql.Rows) error {
			var denom []byte
			var amount string
			if err := r.Scan(&denom, &amount); err != nil {
				return err
			}
			coin, err := amounts.Coin(amount, string(denom))
			earned = append(earned, coin)
			return err
		})
	return earned, err
}
