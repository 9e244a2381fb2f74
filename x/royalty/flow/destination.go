package flow

// Destination says where what a work earns goes. Disputes change it and nothing
// else: what the work owes upstream goes on.
type Destination struct {
	Kind DestinationKind
	// Other earns in the work's place; set exactly for Another.
	Other Work
}

// DestinationKind is one of the three destinations. The zero value is usual.
type DestinationKind uint8

// The destinations.
const (
	// Itself: the work's holders.
	Itself DestinationKind = iota
	// Escrow: it stays in the work's `earned` stage.
	Escrow
	// Another: it enters the `earned` stage of another work.
	Another
)

// MaxDetours bounds over how many works destinations lead, the first and the last
// included.
const MaxDetours = 64

// Earner follows the destinations of a work to the work whose `earned` stage is to
// have what it earns, and tells whether it is held there. Whoever sets destinations
// makes no circles and no way over more than MaxDetours works, and lets a sweep
// Requeue all works on whose way one is that changes; money on a longer way is held
// where that many steps end.
func Earner(r Reader, work Work) (earner Work, held bool, err error) {
	for range MaxDetours {
		d, err := r.Destination(work)
		if err != nil {
			return earner, held, err
		}
		if d.Kind != Another {
			return work, d.Kind == Escrow, nil
		}
		work = d.Other
	}
	return work, true, nil
}

// wholeTo is a stage's receivers when all of it goes to another work, in the place of so many
// holders for whom payers were charged.
func wholeTo(work Work, holders int) []Receiver {
	return []Receiver{{Work: work, Into: Earned, Weight: Whole, Counted: uint32(holders)}}
}
