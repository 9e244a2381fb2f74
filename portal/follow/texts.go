package follow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// textBatch is how many works are described at once.
	textBatch = 200
	// workQuery is the path of a query for a work.
	workQuery = "/stemma.registry.v1.Query/Work"
)

// readTexts reads the text of works, and terms of offers, that are due until the context ends. A node that is away is
// asked again: whether it can be followed is not decided here.
func (f *Follower) readTexts(ctx context.Context) {
	pause := f.o.Poll
	for ctx.Err() == nil {
		n, err := f.readSome(ctx)
		more := err == nil && n > 0
		if n, failed := f.readTerms(ctx); failed == nil && n > 0 {
			more = true
		} else if err == nil && !more { // what cannot be said of terms keeps no text waiting
			err = failed
		}
		if ctx.Err() != nil {
			return
		}
		f.update(func(s *Status) { s.TextFailure = err })
		if more {
			pause = f.o.Poll
			continue
		}
		if err != nil {
			pause = min(2*pause, f.o.Backoff)
		}
		select {
		case <-ctx.Done():
		case <-f.due:
		case <-time.After(pause):
		}
	}
}

// readSome describes some works and returns how many.
func (f *Follower) readSome(ctx context.Context) (int, error) {
	due, err := f.x.Due(ctx, textBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	var ready []index.Described
	var refused error // of one work, which does not keep the others waiting
	err = blocks.Each(ctx, 0, int64(len(due)-1), nil,
		func(ctx context.Context, i int64) (described, error) {
			d, err := f.describe(ctx, due[i])
			if errors.Is(err, errNoText) {
				return described{refused: err}, nil
			}
			return described{text: d}, err
		},
		func(d described) error {
			if refused == nil {
				refused = d.refused
			}
			if d.text != nil {
				ready = append(ready, *d.text)
			}
			return nil
		})
	if err == nil {
		err = refused
	}
	if len(ready) == 0 {
		return 0, err
	}
	if failed := f.x.Describe(ctx, ready); failed != nil {
		return 0, failed
	}
	return len(ready), err
}

// errNoText says that the node answered for a work, but not with its text.
var errNoText = errors.New("the node does not give the text of a work")

// described is the text of a work, or why there is none.
type described struct {
	text    *index.Described
	refused error
}

// describe asks for a work; nil: the node's answer is of an older state.
func (f *Follower) describe(ctx context.Context, due index.Due) (*index.Described, error) {
	request, err := (&registrytypes.QueryWorkRequest{Work: due.Work}).Marshal()
	if err != nil {
		return nil, err
	}
	res, err := f.node.ABCIQuery(ctx, workQuery, request)
	if err != nil {
		return nil, fmt.Errorf("ask the node for the text of %s: %w", due.Work, err)
	}
	answer := res.Response
	switch {
	case answer.Height < due.Height:
		return nil, nil
	case answer.Code != 0:
		return nil, fmt.Errorf("%w, %s: %s (%s %d)", errNoText, due.Work, answer.Log, answer.Codespace, answer.Code)
	}
	var work registrytypes.QueryWorkResponse
	if err := work.Unmarshal(answer.Value); err != nil {
		return nil, fmt.Errorf("%w, %s: %w", errNoText, due.Work, err)
	}
	if work.Work.Id != due.Work {
		return nil, fmt.Errorf("%w, %s: it answers about %s", errNoText, due.Work, work.Work.Id)
	}
	return &index.Described{Due: due, Claim: work.Work}, nil
}
