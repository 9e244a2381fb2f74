package course

import "math/big"

// Outcome is how a dispute ended, numbered as in the protobuf enum.
type Outcome uint8

// The outcomes.
const (
	Upheld Outcome = iota + 1
	Dismissed
	Granted
	GivenUp
	Lapsed
	Moot
)

// Fate is what becomes of what a party has at stake.
type Fate uint8

// The fates.
const (
	// Back: it goes back to whoever paid it.
	Back Fate = iota
	// ToChallenger: half of it is burnt, half goes to the challenger.
	ToChallenger
	// ToHolders: half of it is burnt, half goes to the holders of the work's revenue.
	ToHolders
	// HalfBack: half of it is burnt, half goes back to whoever paid it.
	HalfBack
)

// Taken says how an appeal went.
type Taken struct {
	// ByChallenger: the challenger appealed; else the other side did.
	ByChallenger bool
	// Decided: governance decided. Reversed: otherwise than the arbiter.
	Decided, Reversed bool
}

// Stakes are the fates of what is at stake: the bond of the challenger, of the one who
// contests, and of the one who appeals. Whoever is wrong loses. Where nobody decided, the
// challenger pays for the time for which others could do nothing: else a hold would be free
// wherever nobody decides in time.
func Stakes(o Outcome, appeal Taken) (bond, contest, appealed Fate) {
	switch o {
	case Upheld:
		contest = ToChallenger
	case Dismissed, GivenUp:
		bond = ToHolders
	case Lapsed:
		bond = HalfBack
	}
	if (o == Upheld || o == Dismissed) && appeal.Decided && !appeal.Reversed {
		appealed = ToChallenger
		if appeal.ByChallenger {
			appealed = ToHolders
		}
	}
	return bond, contest, appealed
}

// Halves divides a lost amount: what is burnt, and what is given. The odd unit is burnt.
func Halves(amount *big.Int) (burnt, given *big.Int) {
	given = new(big.Int).Quo(amount, big.NewInt(2))
	return new(big.Int).Sub(amount, given), given
}
