package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/x/registry/fingerprint"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// enroller registers files of the signer.
type enroller struct {
	enroll.Enroller
	conn   *connect.Conn
	sender *send.Sender
	// later: many items are looked at together, after each was named.
	later bool
}

func newEnroller(conn *connect.Conn, sender *send.Sender, allowContested bool) enroller {
	return enroller{enroll.Enroller{
		Registry: conn.Registry(), ChainID: conn.ChainID, Account: sender.Address, Store: register.OpenStore(conn.HomeDir),
		AllowContested: allowContested,
	}, conn, sender, false}
}

// anchored is an anchor that was sent.
type anchored struct {
	Root  string      `json:"root"`
	Total uint64      `json:"total"`
	Kept  string      `json:"kept_in"`
	Tx    send.Result `json:"tx"`
}

// look is Look, and says what is left out and what is not checked.
func (e enroller) look(ctx context.Context, items []enroll.Item) ([]enroll.Item, error) {
	if e.later {
		for i := range items {
			items[i].Work = registrytypes.NewWorkID(e.Account, items[i].File.Digest)
		}
		return items, e.tell(ctx, items)
	}
	if len(items) > 1000 {
		e.conn.Note("asking the node about %d files", len(items))
	}
	known, twice, err := e.Look(ctx, items)
	for _, t := range twice {
		e.conn.Note("%s has the same content as %s: registered once", t.Path, t.First)
	}
	for _, item := range known {
		for _, f := range item.Details.Fingerprints {
			if !slices.Contains(fingerprint.Schemes(), f.Scheme) && f.Scheme != content.Binding {
				e.conn.Note("%s: the scheme %s is kept as you wrote it, unchecked; the chain knows %s",
					item.File.Path, f.Scheme, strings.Join(fingerprint.Schemes(), ", "))
			}
		}
	}
	if err == nil {
		err = e.tell(ctx, known)
	}
	return known, contestedInWords(err)
}

// contestedInWords says how to register beside other claims.
func contestedInWords(err error) error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		all := slices.Clone(many.Unwrap())
		for i := range all {
			all[i] = contestedInWords(all[i])
		}
		return sheet.Join(all)
	}
	var contested *enroll.ContestedError
	if !errors.As(err, &contested) {
		return err
	}
	first := contested.First
	return failure{err: contested, text: fmt.Sprintf("%s: %s claims this content since %s as %s %q; --%s registers your claim beside it",
		contested.Path, first.Owner, table.Time(first.ClaimedSince.Time), first.Id, table.Short(describe.Heading(first)),
		flagAllowContested)}
}

// anchor anchors those items that are neither registered nor anchored, and gives
// them their proofs. what tells the person what follows. It returns nil when there is nothing
// to anchor.
func (e enroller) anchor(ctx context.Context, items []enroll.Item, what string) (*anchored, error) {
	made, err := e.Anchor(items)
	if err != nil || made == nil {
		return nil, err
	}
	result, err := e.sender.Send(ctx, what, made.Message())
	if err != nil {
		return nil, err
	}
	if result.Height == 0 {
		return nil, errors.New("the anchor was sent without waiting for its block: run the command again when it is in one, " +
			"or use --no-anchor")
	}
	return &anchored{Root: made.Root.String(), Total: made.Total(), Kept: made.Path, Tx: result}, e.Prove(items, made)
}
