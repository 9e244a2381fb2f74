package course_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/x/dispute/course"
)

var steps = []course.Step{
	course.Conceded, course.Contested, course.Ruled, course.Appealed, course.Decided, course.Deadline, course.Dropped,
	course.Carried, course.Failed,
}

// TestNothingIsFinalByTimeAlone: whatever happens, what is carried out was conceded, ruled or
// decided; without one of these a dispute ends in nothing.
func TestNothingIsFinalByTimeAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, c := course.Answer, course.Case{Arbiter: rapid.Bool().Draw(t, "arbiter")}
		decided, rulings := false, 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			s := rapid.SampledFrom(steps).Draw(t, "step")
			next, err := course.Next(at, s, c)
			if err != nil {
				require.Equal(t, at, next)
				continue
			}
			switch s {
			case course.Conceded, course.Decided:
				decided = true
			case course.Ruled:
				decided, c.Ruling = true, true
				rulings++
			case course.Appealed:
				require.False(t, c.Appealed)
				c.Appealed = true
			case course.Failed:
				decided, c.Ruling = false, false
			}
			if next == course.Final {
				require.True(t, decided, "from %d by %d", at, s)
			}
			if next == course.Closed && s == course.Carried {
				require.True(t, decided)
			}
			at = next
		}
		if at == course.Closed {
			for _, s := range steps {
				_, err := course.Next(at, s, c)
				require.Error(t, err)
			}
		}
	})
}

// TestTimeEndsEveryDispute: with nothing but deadlines, and carrying out what is final, a
// dispute is over after five of them.
func TestTimeEndsEveryDispute(t *testing.T) {
	for phase := course.Answer; phase < course.Closed; phase++ {
		for bits := range 8 {
			c := course.Case{Arbiter: bits&1 > 0, Ruling: bits&2 > 0, Appealed: bits&4 > 0}
			at := phase
			for range 5 {
				if at == course.Closed {
					break
				}
				s := course.Deadline
				if at == course.Final {
					s = course.Carried
				}
				next, err := course.Next(at, s, c)
				require.NoError(t, err)
				at = next
			}
			require.Equal(t, course.Closed, at, "from %d with %+v", phase, c)
		}
	}
}

func TestWhoeverIsWrongLoses(t *testing.T) {
	const back, challenger, holders = course.Back, course.ToChallenger, course.ToHolders
	for _, c := range []struct {
		outcome                 course.Outcome
		taken                   course.Taken
		bond, contest, appealed course.Fate
	}{
		{course.Upheld, course.Taken{}, back, challenger, back},
		{course.Upheld, course.Taken{Decided: true}, back, challenger, challenger},
		{course.Upheld, course.Taken{Decided: true, Reversed: true, ByChallenger: true}, back, challenger, back},
		{course.Upheld, course.Taken{}, back, challenger, back},
		{course.Dismissed, course.Taken{}, holders, back, back},
		{course.Dismissed, course.Taken{Decided: true, ByChallenger: true}, holders, back, holders},
		{course.Dismissed, course.Taken{Decided: true, Reversed: true}, holders, back, back},
		{course.Granted, course.Taken{}, back, back, back},
		{course.GivenUp, course.Taken{}, holders, back, back},
		{course.Lapsed, course.Taken{Decided: true}, course.HalfBack, back, back},
		{course.Moot, course.Taken{Decided: true}, back, back, back},
	} {
		bond, contest, appealed := course.Stakes(c.outcome, c.taken)
		require.Equal(t, []course.Fate{c.bond, c.contest, c.appealed}, []course.Fate{bond, contest, appealed}, "%+v", c)
	}
}

func TestHalvesAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := big.NewInt(rapid.Int64Range(0, 1<<62).Draw(t, "amount"))
		burnt, given := course.Halves(amount)
		require.Equal(t, amount.Int64(), burnt.Int64()+given.Int64())
		require.Contains(t, []int64{0, 1}, burnt.Int64()-given.Int64())
	})
}

// TestThePhaseThatFollows is the whole course as a table: any other step is refused, in
// any case. The numbers are those of the protobuf enums.
func TestThePhaseThatFollows(t *testing.T) {
	const answer, arbitration, appeal, governance, final, closed = 1, 2, 3, 4, 5, 6
	arbiter, none := course.Case{Arbiter: true}, course.Case{}
	ruled, appealed := course.Case{Arbiter: true, Ruling: true}, course.Case{Arbiter: true, Ruling: true, Appealed: true}
	lost := course.Case{Arbiter: true, Appealed: true}
	type place struct {
		phase course.Phase
		step  course.Step
		c     course.Case
	}
	follows := map[place]course.Phase{}
	cases := []course.Case{arbiter, none, ruled, appealed, lost}
	for _, c := range cases {
		decides := course.Phase(governance)
		if c.Arbiter {
			decides = arbitration
		}
		follows[place{answer, course.Conceded, c}] = final
		follows[place{answer, course.Contested, c}] = decides
		follows[place{answer, course.Deadline, c}] = decides
		follows[place{answer, course.Dropped, c}] = closed
		follows[place{arbitration, course.Ruled, c}] = appeal
		follows[place{arbitration, course.Deadline, c}] = governance
		follows[place{arbitration, course.Dropped, c}] = closed
		follows[place{appeal, course.Deadline, c}] = final
		if !c.Appealed {
			follows[place{appeal, course.Appealed, c}] = governance
		}
		follows[place{governance, course.Decided, c}] = final
		follows[place{governance, course.Deadline, c}] = closed
		if c.Ruling {
			follows[place{governance, course.Deadline, c}] = final
		} else {
			follows[place{governance, course.Dropped, c}] = closed
		}
		follows[place{final, course.Carried, c}] = closed
		follows[place{final, course.Failed, c}] = decides
		if c.Appealed {
			follows[place{final, course.Failed, c}] = governance
		}
	}
	for phase := course.Phase(0); phase <= closed; phase++ {
		for _, s := range steps {
			for _, c := range cases {
				next, err := course.Next(phase, s, c)
				want, allowed := follows[place{phase, s, c}]
				if !allowed {
					require.Equal(t, course.ErrStep{Phase: phase, Step: s}, err)
					require.Contains(t, err.Error(), "in phase")
					continue
				}
				require.NoError(t, err)
				require.Equal(t, want, next, "phase %d, step %d, %+v", phase, s, c)
			}
		}
	}
}

func TestOutcomesHaveTheNumbersOfTheEnum(t *testing.T) {
	require.Equal(t, []course.Outcome{1, 2, 3, 4, 5, 6}, []course.Outcome{
		course.Upheld, course.Dismissed, course.Granted, course.GivenUp, course.Lapsed, course.Moot,
	})
	require.Equal(t, []course.Phase{1, 2, 3, 4, 5, 6}, []course.Phase{
		course.Answer, course.Arbitration, course.Appeal, course.Governance, course.Final, course.Closed,
	})
}
