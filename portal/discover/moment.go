package discover

import (
	"context"
	"errors"
	"time"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/rights"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

const (
	// tries is how often a node is asked that commits a block, and between how long it has for that: it names the new height
	// with the time of the block before then.
	tries   = 10
	between = 20 * time.Millisecond
)

// settled does something again while it fails with rights.ErrOtherMoment.
func settled(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if !errors.Is(err, rights.ErrOtherMoment) || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(between):
		}
	}
}

// Moment is height and time of the newest block whose state can be asked for, as two answers of the node agree.
func Moment(ctx context.Context, c *client.Client) (height int64, at time.Time, err error) {
	err = settled(ctx, func() error {
		if height, at, err = c.Latest(ctx); err != nil {
			return err
		}
		use := licensetypes.Use{Action: licensetypes.ACTION_COPY}
		res, err := c.License().CheckRightsBatch(client.At(ctx, height), &licensetypes.QueryCheckRightsBatchRequest{Use: use})
		if err == nil && !res.DecidedAt.Equal(at) {
			err = rights.ErrOtherMoment
		}
		return err
	})
	return height, at, err
}
