package rights

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	// MaxBatch is how many works one query takes.
	MaxBatch = 1000
	// attempts is how often a batch is asked; the pause grows from one to the next.
	attempts   = 4
	firstPause = 500 * time.Millisecond
)

var (
	// ErrPruned says that the node has no state of the height any more.
	ErrPruned = errors.New("the node keeps too few heights")
	// ErrOtherMoment says that a node answered for the time of another block than the one that was named.
	ErrOtherMoment = errors.New("the node does not keep to the height asked for")
)

// Chain is what is asked.
type Chain interface {
	CheckRightsBatch(context.Context, *licensetypes.QueryCheckRightsBatchRequest,
		...grpc.CallOption) (*licensetypes.QueryCheckRightsBatchResponse, error)
}

// Question is what is asked about: a work by its id, a content by its SHA-256 as hex digits, or an item of a work's manifest.
type Question struct {
	Subject string
	// Item of the work's manifest; zero: the work itself is asked about.
	Item licensetypes.Item
}

// String is how errors name it.
func (q Question) String() string {
	if q.Item.IsZero() {
		return q.Subject
	}
	return fmt.Sprintf("item %s of %s", q.Item.Sha256, q.Subject)
}

// Inquiry is one question about many works, and items of works, at one height.
type Inquiry struct {
	Chain Chain
	Use   licensetypes.Use
	// Licensee who asks; empty: anybody.
	Licensee string
	// Brief leaves out the text of credits.
	Brief bool
	// Once: what fails is not asked again, since somebody waits.
	Once   bool
	Moment Moment
	// Progress is told how many more works are answered; may be nil.
	Progress func(more int)
	// pause before the second attempt; 0: firstPause.
	pause time.Duration
}

// Ask asks in batches, and returns the
// answers in their order. A batch that fails is asked again, one that is too
// much for the node in smaller parts. All answers are for one height, which is
// checked by the block's time.
func (q Inquiry) Ask(ctx context.Context, subjects []Question) ([]licensetypes.Rights, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(q.Moment.Height, 10))
	answers := make([]licensetypes.Rights, 0, len(subjects))
	for size := MaxBatch; len(answers) < len(subjects); {
		batch := subjects[len(answers):]
		batch = batch[:min(size, len(batch))]
		rights, err := q.insist(ctx, batch)
		switch {
		case err != nil && tooMuch(err) && len(batch) > 1:
			size = len(batch) / 2
			continue
		case err != nil && tooMuch(err):
			return nil, fmt.Errorf("%s alone takes more gas than the node gives to a query: "+
				"ask a node with a higher query-gas-limit: %w", batch[0], err)
		case err != nil:
			return nil, fmt.Errorf("works %d to %d of %d at height %d: %w",
				len(answers)+1, len(answers)+len(batch), len(subjects), q.Moment.Height, err)
		}
		answers = append(answers, rights...)
		if q.Progress != nil {
			q.Progress(len(rights))
		}
	}
	return answers, nil
}

// insist asks about a batch until there is an answer or no hope of one.
func (q Inquiry) insist(ctx context.Context, batch []Question) ([]licensetypes.Rights, error) {
	pause := q.pause
	if pause == 0 {
		pause = firstPause
	}
	for attempt := 1; ; attempt++ {
		rights, err := q.once(ctx, batch)
		if err == nil || attempt == attempts || q.Once || tooMuch(err) || hopeless(err) {
			return rights, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func (q Inquiry) once(ctx context.Context, batch []Question) ([]licensetypes.Rights, error) {
	req := &licensetypes.QueryCheckRightsBatchRequest{Use: q.Use, Licensee: q.Licensee, Brief: q.Brief}
	items := make([]licensetypes.Item, len(batch))
	for i, question := range batch {
		req.Works, items[i] = append(req.Works, question.Subject), question.Item
		if !question.Item.IsZero() {
			req.Items = items
		}
	}
	res, err := q.Chain.CheckRightsBatch(ctx, req)
	if err != nil {
		if strings.Contains(err.Error(), "failed to load state at height") {
			return nil, fmt.Errorf("%w: ask one that prunes less: %w", ErrPruned, err)
		}
		return nil, err
	}
	if !res.DecidedAt.Equal(q.Moment.Time) {
		return nil, fmt.Errorf("the node answered for the time %s, the block is of %s: %w",
			res.DecidedAt.UTC().Format(time.RFC3339Nano), q.Moment.Time.UTC().Format(time.RFC3339Nano), ErrOtherMoment)
	}
	if len(res.Rights) != len(batch) {
		return nil, fmt.Errorf("the node gave %d answers to %d questions", len(res.Rights), len(batch))
	}
	for i, rights := range res.Rights {
		if rights.Subject != batch[i].Subject {
			return nil, fmt.Errorf("the node answered for %q where it was asked about %s", rights.Subject, batch[i])
		}
		if rights.Item != batch[i].Item.Sha256 { // one that is older than items answers about the whole
			return nil, fmt.Errorf("the node answered for item %q where it was asked about %s: it may be too old", rights.Item, batch[i])
		}
	}
	return res.Rights, nil
}

// tooMuch says whether a query went beyond the node's limit of gas, or that of a
// batch. Over CometBFT the node's panic about its own is all that is seen.
func tooMuch(err error) bool {
	s := err.Error()
	return strings.Contains(s, "ask in parts") || strings.Contains(s, "out of gas") ||
		strings.Contains(s, "Query gas limit exceeded") || strings.HasSuffix(s, ": panic")
}

// hopeless says whether asking again cannot help.
func hopeless(err error) bool {
	return errors.Is(err, ErrPruned) || errors.Is(err, context.Canceled)
}
