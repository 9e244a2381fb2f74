package pages

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/portal/index"
)

// txEvents is how many events a page of a transaction lists; the next page has those that follow.
const txEvents = 25

// txPage is a transaction: what it paid and to whom that goes, and all that happened.
type txPage struct {
	Hash     string
	Height   int64
	Time     time.Time
	Payments []payment
	// MorePayments: it made more than these.
	MorePayments bool
	// Unkept: the node has not the results of that block any more, so payments are not shown.
	Unkept  bool
	History []happening
	More    string // address of what else it did
}

type payment struct {
	Number        int
	Kind          string
	Payer         link
	Work          link
	Amount        string
	Grant         string
	Due, Held     string
	Unknown       string
	Shares        []payee
	States        []string
	MoreShares    bool
	UnderEpoch    uint64
	HoldersOf     uint32
	UpstreamOf    uint32
	PaymentOfRows int
}

func (s *Site) tx(ctx context.Context, v *visit) error {
	hash, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(v.r.PathValue("hash")), "0x"))
	if err != nil || len(hash) != 32 {
		return wrong("fault.tx", v.r.PathValue("hash"))
	}
	happened, err := s.Index.OfTx(ctx, hash, v.r.URL.Query().Get("after"), txEvents)
	if errors.Is(err, index.ErrNotFound) || err == nil && len(happened.Rows) == 0 {
		if begins := s.Status().Begins(); begins > 0 {
			return absent("fault.notx_older", begins)
		}
		return absent("fault.notx")
	}
	if err != nil {
		return err
	}
	first := happened.Rows[0]
	page := &txPage{
		Hash: strings.ToUpper(hex.EncodeToString(hash)), Height: first.Height, Time: first.Time,
	}
	if page.History, err = v.happenings(ctx, happened.Rows); err != nil {
		return err
	}
	if happened.Next != "" {
		page.More = "?after=" + happened.Next
	}
	if err := s.receipt(ctx, v, page, first.TxIndex); err != nil {
		return err
	}
	return v.show(http.StatusOK, "tx.html", v.T("tx.title"), page)
}

// receipt reads what the transaction paid, and who gets it.
func (s *Site) receipt(ctx context.Context, v *visit, page *txPage, place int) error {
	span, err := blocks.Open(ctx, s.Node)
	if err != nil {
		return err
	}
	results, err := span.Results(ctx, page.Height)
	if errors.Is(err, blocks.ErrNotKept) || err == nil && (place < 0 || place >= len(results.Txs)) {
		page.Unkept = true
		return nil
	}
	if err != nil {
		return err
	}
	payments, err := history.Payments(results.Txs[place].Events)
	if err != nil || len(payments) == 0 {
		return err
	}
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	var paid []history.Paid
	for i, p := range payments {
		if page.MorePayments = i == maxShown; page.MorePayments {
			break
		}
		paid = append(paid, history.Paid{Payment: p, Number: i + 1})
	}
	moves := history.FindMoves(ctx, page.Height, span.Last.Height, paid, func(ctx context.Context, h int64) ([]abci.Event, error) {
		block, err := span.Results(ctx, h)
		return block.Events, err
	})
	left := maxPayees
	for _, p := range paid {
		if left <= 0 {
			page.MorePayments = true
			break
		}
		if err := p.Divide(ctx, s.Client.Royalty(), page.Height, moves.Of(p.Payment), left); err != nil {
			return err
		}
		made := v.payment(ctx, u, p)
		made.MoreShares = len(p.Shares) >= left
		left -= max(1, len(p.Shares))
		page.Payments = append(page.Payments, made)
	}
	return nil
}

func (v *visit) payment(ctx context.Context, u units.Units, p history.Paid) payment {
	made := payment{
		Number: p.Number, Kind: v.T("payment." + strings.ReplaceAll(p.Kind(), " ", "_")), Payer: accountLink(p.Payer),
		Work: v.named(ctx, p.Work), Amount: u.Short(p.Amount), Grant: p.Grant, Unknown: p.Unknown,
		UnderEpoch: p.Epoch, HoldersOf: p.HoldersVersion, UpstreamOf: p.UpstreamVersion,
	}
	if p.Unknown != "" {
		return made
	}
	made.Due = u.Short(p.Due())
	if p.Held.IsPositive() {
		made.Held = u.Short(p.Held)
	}
	for _, share := range p.Shares {
		part := payee{Account: accountLink(share.Account), Amount: u.Short(share.Amount), Escrow: share.Escrow}
		if share.Work != p.Work {
			part.Work = v.named(ctx, share.Work)
		}
		part.Basis = v.T("progress." + strings.ToLower(strings.TrimPrefix(share.Progress.String(), "PROGRESS_")))
		if p.Amount.IsPositive() {
			part.width = share.Amount.Amount.MulRaw(1000).Quo(p.Amount.Amount).Uint64()
		}
		made.Shares = append(made.Shares, part)
	}
	return made
}
