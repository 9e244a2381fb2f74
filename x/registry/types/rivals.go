package types

const (
	// MaxRivalsNamed is how many works Rivals names.
	MaxRivalsNamed = 8
	// MaxRivalsCounted is how many claims are looked at to count them.
	MaxRivalsCounted = 64
)

// Rivals are claims of others to a work's content, on one side of it.
type Rivals struct {
	// Works are the first of them in the order of claims, at most MaxRivalsNamed.
	Works []WorkID
	// Count is how many there are; beyond the named ones, claims of the work's own
	// owner are counted too.
	Count uint32
	// AtLeast: there were more claims than MaxRivalsCounted to look at.
	AtLeast bool
}
