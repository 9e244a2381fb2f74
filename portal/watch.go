package portal

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/pages"
)

// lookEvery is the pause between two looks at what the database alone knows.
const lookEvery = 2 * time.Second

// watch knows how index and node stand, for pages and for whoever operates them.
type watch struct {
	index    *index.Index
	follower *follow.Follower
	// asked is the node that pages ask, and other its chain, where that is another than the one that is followed; else empty.
	asked grpc.ClientConnInterface
	other atomic.Pointer[string]

	cursor atomic.Pointer[index.Cursor]
	due    atomic.Int64
	older  atomic.Bool
}

// run looks at the database until the context ends, and logs what changes in following.
func (w *watch) run(ctx context.Context, log *slog.Logger) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	failed, older := "", false
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			log.Error("look at the index", "error", err)
		}
		if c := w.cursor.Load(); c != nil && c.Newer != "" && !older {
			older = true
			log.Warn("the chain is newer than this portal, which leaves out some events", "first", c.Newer, "height", c.NewerAt)
		}
		said := ""
		if f := w.follower.Status().Failure; f != nil {
			said = f.Error()
		}
		if said != failed {
			if failed = said; failed != "" {
				log.Error("following the node", "error", failed)
			} else {
				log.Info("following the node again")
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

func (w *watch) look(ctx context.Context) error {
	cursor, err := w.index.Cursor(ctx)
	if err != nil {
		return err
	}
	w.cursor.Store(&cursor)
	older, err := w.index.Seeded(ctx)
	if err != nil {
		return err
	}
	w.older.Store(older)
	totals, err := w.index.Totals(ctx)
	w.due.Store(totals.Due)
	return err
}

// current says whether the index has read all that the node has, texts of works included.
func (w *watch) current(ctx context.Context) bool {
	s := w.follower.Status()
	if s.Failure != nil || s.TextFailure != nil || s.Seen.IsZero() || s.Height == 0 || s.Lag > 0 {
		return false
	}
	totals, err := w.index.Totals(ctx)
	return err == nil && totals.Due == 0
}

func (w *watch) status() pages.Status {
	s := w.follower.Status()
	said := pages.Status{
		Chain: s.ChainID, Height: s.Height, Time: s.Time, Node: s.NodeHeight,
		Checked: s.Vouched(), Complete: w.due.Load() == 0, Older: w.older.Load(),
	}
	if c := w.cursor.Load(); c != nil {
		said.First, said.Unread, said.UnreadAt = c.First, c.Newer, c.NewerAt
		if said.Chain == "" {
			said.Chain = c.ChainID
		}
		if said.Height == 0 {
			said.Height, said.Time = c.Height, c.Time
		}
	}
	if other := w.other.Load(); other != nil {
		said.Other = *other
	}
	switch {
	case s.Failure == nil:
	case errors.Is(s.Failure, index.ErrNewer):
		said.Newer = true
	case s.Lying:
		said.Lying = s.Failure.Error()
	default:
		said.Away = s.Failure.Error()
	}
	return said
}
