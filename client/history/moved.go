package history

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var flushed = proto.MessageName(&royaltytypes.EventStageFlushed{})

// pot is the money of one work in one denom.
type pot struct{ work, denom string }

// maxWait is in how many blocks after a payment's own its flush is looked for. What has
// not moved by then waits for more, and only the state says how far it has come.
const maxWait = 20

// Moves knows in which block payments left the stage that they were paid into, from the
// events of blocks. It is for the payments of one block.
type Moves struct {
	at map[pot]int64
}

// FindMoves reads the block of the payments and those after it, until each payment to a
// work that passes something on is found. Events are those of a block, its transactions' and
// its end's. What results a node has thrown away are not
// missed: the state tells then, less exactly.
func FindMoves(ctx context.Context, height, last int64, payments []Paid,
	events func(ctx context.Context, height int64) ([]abci.Event, error),
) Moves {
	m := Moves{at: map[pot]int64{}}
	missing := map[pot]bool{}
	for _, p := range payments {
		missing[potOf(p.Payment)] = true
	}
	for at := height; at <= min(last, height+maxWait) && len(missing) > 0; at++ {
		block, err := events(ctx, at)
		if err != nil {
			break
		}
		for _, event := range block {
			if of, ok := paidFlush(event); ok && missing[of] {
				m.at[of] = at
				delete(missing, of)
			}
		}
	}
	return m
}

// Of is the block in which a payment moved; 0: unknown.
func (m Moves) Of(p Payment) int64 { return m.at[potOf(p)] }

func potOf(p Payment) pot { return pot{p.Work.String(), p.Amount.Denom} }

// paidFlush reads an event that a `paid` stage was flushed.
func paidFlush(event abci.Event) (pot, bool) {
	if event.Type != flushed || Value(event, "stage") != royaltytypes.STAGE_PAID.String() {
		return pot{}, false
	}
	return pot{Value(event, "work"), Value(event, "denom")}, true
}
