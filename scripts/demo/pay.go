package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/render"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// deep is the least generation of a merge that is worth paying for here.
	deep = 3
	// payBlocks is within how many blocks everybody has to be paid.
	payBlocks = 2
)

// payment is what the fan pays: 25 USDC.
var payment = sdk.NewInt64Coin(encoding.LocalDenom, 25_000_000)

// pay pays for a deep merge and shows that everybody receives what the preview
// had said.
func (s *story) pay(ctx context.Context) (*Work, error) {
	w, preview, err := s.choose(ctx)
	if err != nil {
		return nil, err
	}
	s.step("The fan asks who would get what of %s USDC for %s.", usdc(payment.Amount), w.ID)
	s.showPreview(preview)
	s.remember(preview)
	if !slices.Contains(w.Offered, w.licence().Terms.ID()) {
		s.more("A source of it forbids commercial use, so nobody may license it for that.")
		s.more("Whoever wants to pay its makers still can.")
	}
	before, err := s.balances(ctx, preview)
	if err != nil {
		return nil, err
	}
	tx := &Tx{Signer: s.accounts.named(fanName), Work: w, Msgs: []sdk.Msg{&royaltytypes.MsgPay{
		Payer: s.accounts.named(fanName).Address.String(), Work: w.WorkID, Amount: payment,
	}}}
	if err := s.client.mustSendAll(ctx, []*Tx{tx}); err != nil {
		return nil, err
	}
	s.paid = tx
	s.step("The fan paid with one MsgPay, in block %d.", tx.Result.Height)
	after, height, err := s.awaitPayout(ctx, tx.Result.Height, preview, before)
	if err != nil {
		return nil, err
	}
	s.step("Everybody was paid in block %d, without a further transaction. What it was made from:", height)
	if err := s.showTree(ctx, w); err != nil {
		return nil, err
	}
	s.more("Remix licences pay the source; the other licences of this tree ask for nothing.")
	if err := s.showReceipts(preview, before, after); err != nil {
		return nil, err
	}
	return w, s.checkTurnover(ctx)
}

// choose picks the deep merge whose payment reaches most accounts, of equals the deepest.
// Where there is no deep merge it takes any work that was made from others, else any work.
func (s *story) choose(ctx context.Context) (*Work, *royaltytypes.QueryPreviewResponse, error) {
	for _, fits := range []func(*Work) bool{
		func(w *Work) bool { return len(w.Parents) > 1 && w.Generation >= deep },
		func(w *Work) bool { return len(w.Parents) > 0 && w.Generation > 0 },
		func(*Work) bool { return true },
	} {
		w, preview, err := s.widest(ctx, fits)
		if err != nil || w != nil {
			return w, preview, err
		}
		if s.embedded {
			return nil, nil, fmt.Errorf("no merge has %d generations below it", deep)
		}
	}
	return nil, nil, errors.New("there is no model to pay: the data has none that the chain took")
}

// widest picks of the works that fit the one whose payment reaches most accounts, of equals
// the deepest; nil: none fits.
func (s *story) widest(ctx context.Context, fits func(*Work) bool) (*Work, *royaltytypes.QueryPreviewResponse, error) {
	royalty := s.client.Royalty()
	var best *Work
	var preview *royaltytypes.QueryPreviewResponse
	for _, w := range s.works.Works {
		if w.Stuck || !fits(w) {
			continue
		}
		answer, err := royalty.Preview(ctx, &royaltytypes.QueryPreviewRequest{
			Work: w.WorkID, Amount: payment.String(), Pagination: &query.PageRequest{Limit: 1000},
		})
		if err != nil {
			return nil, nil, err
		}
		more := best == nil || len(answer.Payees) > len(preview.Payees)
		if more || len(answer.Payees) == len(preview.Payees) && w.Generation > best.Generation {
			best, preview = w, answer
		}
	}
	return best, preview, nil
}

func (s *story) showPreview(preview *royaltytypes.QueryPreviewResponse) {
	titles := s.works.titles()
	var rows [][]string
	for _, p := range preview.Payees {
		rows = append(rows, []string{s.ownerOf(p.Account), titles[p.Work], basis(p.Basis), rates.Percent(p.Rate), usdc(p.Amount.Amount)})
	}
	rows = append(rows, []string{"", "", "", "held", usdc(preview.Held.Amount)})
	s.table([]string{"OWNER", "MODEL", "BASIS", "SHARE", "USDC"}, rows)
}

// remember keeps who pays and who is paid for the node's keyring.
func (s *story) remember(preview *royaltytypes.QueryPreviewResponse) {
	s.keys = []*Account{s.accounts.named(fanName)}
	for _, a := range s.accounts.list {
		if slices.ContainsFunc(preview.Payees, func(p royaltytypes.Payee) bool { return p.Account == a.Address.String() }) {
			s.keys = append(s.keys, a)
		}
	}
}

// basis says why a work is paid.
func basis(b royaltytypes.Basis) string {
	switch b {
	case royaltytypes.BASIS_OWN:
		return "the rest"
	case royaltytypes.BASIS_ABSOLUTE:
		return "absolute"
	case royaltytypes.BASIS_RELATIVE:
		return "relative"
	default:
		return "absolute and relative"
	}
}

// ownerOf names an account; its address, when it is none of the demo's.
func (s *story) ownerOf(address string) string {
	for _, a := range s.accounts.list {
		if a.Address.String() == address {
			return a.Name
		}
	}
	return address
}

// balances are the bank balances of the payees, by address.
func (s *story) balances(ctx context.Context, preview *royaltytypes.QueryPreviewResponse) (map[string]math.Int, error) {
	balances := map[string]math.Int{}
	for _, p := range preview.Payees {
		if _, known := balances[p.Account]; known {
			continue
		}
		address, err := sdk.AccAddressFromBech32(p.Account)
		if err != nil {
			return nil, err
		}
		coin, err := s.client.balance(ctx, address)
		if err != nil {
			return nil, err
		}
		balances[p.Account] = coin.Amount
	}
	return balances, nil
}

// awaitPayout reads the balances at the end of the payment's block and of those
// after it, until nothing is missing.
func (s *story) awaitPayout(
	ctx context.Context, paid int64, preview *royaltytypes.QueryPreviewResponse, before map[string]math.Int,
) (after map[string]math.Int, height int64, err error) {
	for height = paid; height <= paid+payBlocks; height++ {
		err := s.client.until(ctx, fmt.Sprintf("block %d", height), func() (bool, error) {
			latest, _, err := s.client.Latest(ctx)
			return latest >= height, err
		})
		if err != nil {
			return nil, 0, err
		}
		if after, err = s.balances(client.At(ctx, height), preview); err != nil {
			return nil, 0, err
		}
		if len(differences(preview, before, after)) == 0 {
			return after, height, nil
		}
	}
	return nil, 0, fmt.Errorf("%d blocks after the payment the payees lack what the preview said (address, missing): %v",
		payBlocks, differences(preview, before, after))
}

// differences lists the payees who did not receive exactly what the preview
// says, with what is missing.
func differences(preview *royaltytypes.QueryPreviewResponse, before, after map[string]math.Int) []string {
	var list []string
	for account, due := range dues(preview) {
		if missing := due.Sub(after[account].Sub(before[account])); !missing.IsZero() {
			list = append(list, account+" "+missing.String())
		}
	}
	slices.Sort(list)
	return list
}

// dues adds up what each account gets through all works.
func dues(preview *royaltytypes.QueryPreviewResponse) map[string]math.Int {
	sums := map[string]math.Int{}
	for _, p := range preview.Payees {
		if _, known := sums[p.Account]; !known {
			sums[p.Account] = math.ZeroInt()
		}
		sums[p.Account] = sums[p.Account].Add(p.Amount.Amount)
	}
	return sums
}

// showTree prints all ancestors of a work, as `stemmad lineage` does.
func (s *story) showTree(ctx context.Context, w *Work) error {
	walk, err := s.client.Lineage().Ancestors(ctx, &lineagetypes.QueryWalkRequest{
		Work: w.WorkID, EveryEdge: true, Pagination: &query.PageRequest{Limit: 1000},
	})
	if err != nil {
		return err
	}
	titles, names := s.works.titles(), termsNames(s.works.Works)
	tree := render.Lineage{
		Root: w.WorkID, Steps: walk.Steps,
		Work:  func(id registrytypes.WorkID) string { return titles[id] },
		Terms: func(id licensetypes.TermsID) string { return names[id] },
	}
	var out bytes.Buffer
	if err := tree.Tree(&out); err != nil {
		return err
	}
	s.plain("\n%s", out.String())
	return nil
}

// showReceipts prints what reached each account and fails unless that is what
// the preview said.
func (s *story) showReceipts(preview *royaltytypes.QueryPreviewResponse, before, after map[string]math.Int) error {
	due := dues(preview)
	titles := s.works.titles()
	var rows [][]string
	shown := map[string]bool{}
	total := math.ZeroInt()
	for _, p := range preview.Payees {
		received := `"` // an account's further works
		if !shown[p.Account] {
			shown[p.Account] = true
			change := after[p.Account].Sub(before[p.Account])
			total = total.Add(change)
			received = usdc(change)
			if !change.Equal(due[p.Account]) {
				return fmt.Errorf("%s received %s, the preview said %s", p.Account, change, due[p.Account])
			}
		}
		rows = append(rows, []string{
			s.ownerOf(p.Account), p.Account, titles[p.Work], basis(p.Basis), rates.Percent(p.Rate), usdc(p.Amount.Amount), received,
		})
	}
	if sum := total.Add(preview.Held.Amount); !sum.Equal(payment.Amount) {
		return fmt.Errorf("received and held are %s together, paid were %s", sum, payment.Amount)
	}
	s.step("Who received what, by the change of their bank balances:")
	s.table([]string{"OWNER", "ACCOUNT", "MODEL", "BASIS", "SHARE", "PREVIEW", "RECEIVED"}, rows)
	s.more("%s USDC received + %s held = %s paid, and each as the preview said.",
		usdc(total), usdc(preview.Held.Amount), usdc(payment.Amount))
	return nil
}

// checkTurnover checks that what was paid in and not out is what the module
// holds.
func (s *story) checkTurnover(ctx context.Context) error {
	answer, err := s.client.Royalty().Turnover(ctx, &royaltytypes.QueryTurnoverRequest{})
	if err != nil {
		return err
	}
	holds, err := s.client.balance(ctx, authtypes.NewModuleAddress(royaltytypes.ModuleName))
	if err != nil {
		return err
	}
	for _, t := range answer.Turnovers {
		if t.Denom != encoding.LocalDenom {
			continue
		}
		if rest := t.Turnover.PaidIn.Sub(t.Turnover.PaidOut); !rest.Equal(holds.Amount) {
			return fmt.Errorf("%s%s were paid in and not out, the module holds %s", rest, t.Denom, holds)
		}
		s.more("Over the chain's life: %s USDC paid in = %s paid out + %s in the module's account.",
			usdc(t.Turnover.PaidIn), usdc(t.Turnover.PaidOut), usdc(holds.Amount))
		return nil
	}
	return fmt.Errorf("no turnover in %s, although there was a payment", encoding.LocalDenom)
}
