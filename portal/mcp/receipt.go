package mcp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/history/blocks"
)

type receiptIn struct {
	Tx     string `json:"tx" jsonschema:"hash of the transaction, 64 hex digits"`
	Height int64  `json:"height,omitempty" jsonschema:"its block, for nodes that keep no index"`
}

// Paid is one payment of a transaction.
type Paid struct {
	Payer string `json:"payer"`
	Work  string `json:"work"`
	Kind  string `json:"kind" jsonschema:"payment, licence fee, licence renewal or voucher"`
	Grant string `json:"grant,omitempty"`
	Division
}

type receiptOut struct {
	Tx       string `json:"tx"`
	Height   int64  `json:"height"`
	Time     string `json:"time"`
	Payments []Paid `json:"payments"`
	Cut
}

// receipt says what a transaction paid, and who gets it.
func (s *Server) receipt(ctx context.Context, in receiptIn) (out receiptOut, err error) {
	hash, err := hashOf(in.Tx)
	if err != nil {
		return out, err
	}
	span, err := blocks.Open(ctx, s.config.Node)
	if err != nil {
		return out, err
	}
	height, result, err := s.findTx(ctx, span, hash, in.Height)
	if err != nil {
		return out, err
	}
	at, err := span.Time(ctx, height)
	if err != nil {
		return out, err
	}
	out = receiptOut{Tx: strings.ToUpper(hex.EncodeToString(hash)), Height: height, Time: moment(&at), Payments: []Paid{}}
	if result.Code != abci.CodeTypeOK {
		return out, &client.TxError{
			Codespace: result.Codespace, Code: result.Code, Stage: client.Executed, Hash: out.Tx, Height: height, Log: client.Tidy(result.Log),
		}
	}
	out.Payments, out.Cut, err = s.payments(ctx, span, height, result.Events)
	return out, err
}

func hashOf(text string) ([]byte, error) {
	hash, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "0x"))
	if err != nil || len(hash) != 32 {
		return nil, fmt.Errorf("%w: the hash of a transaction has 64 hex digits", ErrArgument)
	}
	return hash, nil
}

// findTx looks a transaction up: in the block named, else in the node's index, else in the latest blocks.
func (s *Server) findTx(ctx context.Context, span blocks.Span, hash []byte, named int64) (int64, *abci.ExecTxResult, error) {
	from, to := max(span.First.Height, span.Last.Height-lookBack+1), span.Last.Height
	if named > 0 {
		from, to = named, named
	} else {
		height, result, err := blocks.InIndex(ctx, s.config.Node, hash)
		switch {
		case errors.Is(err, blocks.ErrNoTx): // an index comes after its blocks
			from = max(from, to-unindexed+1)
		case !errors.Is(err, blocks.ErrNoIndex):
			return height, result, err
		}
	}
	height, result, err := span.Tx(ctx, hash, from, to, nil)
	if errors.Is(err, blocks.ErrNoTx) {
		return 0, nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return height, result, err
}

// payments divides those of a transaction.
func (s *Server) payments(ctx context.Context, span blocks.Span, height int64, events []abci.Event) ([]Paid, Cut, error) {
	found, err := history.Payments(events)
	if err != nil {
		return nil, Cut{}, err
	}
	cut := Cut{LeftOut: max(0, len(found)-maxPayments)}
	list := make([]history.Paid, min(len(found), maxPayments))
	for i := range list {
		list[i] = history.Paid{Payment: found[i], Number: i + 1}
	}
	moves := history.FindMoves(ctx, height, span.Last.Height, list, func(ctx context.Context, height int64) ([]abci.Event, error) {
		block, err := span.Results(ctx, height)
		return block.Events, err
	})
	paid := make([]Paid, len(list))
	u := s.inUnits(ctx)
	for i, p := range list {
		if err := p.Divide(ctx, s.config.Client.Royalty(), height, moves.Of(p.Payment), maxRows+1); err != nil {
			return nil, Cut{}, err
		}
		d := Division{Amount: coin(u, p.Amount)}
		if p.Unknown != "" {
			d.Unknown = tooMany
		}
		d.Payees, d.Cut = few(payeesOf(u, p.Shares))
		if !p.Held.IsNil() && p.Held.IsPositive() {
			held := coin(u, p.Held)
			d.Held = &held
		}
		paid[i] = Paid{Payer: p.Payer, Work: p.Work.String(), Kind: p.Kind(), Grant: p.Grant, Division: d}
	}
	return paid, cut, nil
}
