package disputeoracle

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Stories that worlds found, shortened: the modules were wrong about them, or the oracle. All works are
// ana's but the film, which is flo's, and each block is followed by an export and an import.
func TestFoundStories(t *testing.T) {
	claim := Redress{To: "bo"}
	open := func(name Dispute, about Work, evidence string) Open {
		return Open{"bo", name, about, PriorClaim, claim, evidence, Coins{"uusdc": 2}}
	}
	again := func() (acts []Act) {
		for _, name := range works { // whether it fails depends on the order of ids
			first, second := Dispute("first about "+name), Dispute("second about "+name)
			acts = append(acts, open(first, name, "a draft"), Drop{"bo", first}, open(second, name, "a letter"))
		}
		return append(acts, NextBlock{})
	}
	for name, found := range map[string]struct {
		acts []Act
		// refused is the last act but for the end of its block.
		refused bool
	}{
		"what was contested is contested again": {acts: again()},
		"a bond is called for after an appeal, once a ruling is there": {refused: true, acts: []Act{
			open("case", "song", "a draft"),
			NextBlock{10 * time.Hour},
			NextBlock{},
			Rule{"jo", "case", true, claim},
			Appeal{"ana", "case", Coins{"ustem": 4}},
			Pay{"ana", "song", "uusdc", 50},
			NextBlock{},
			CallBond{"ana", "case"},
			NextBlock{},
		}},
		"the successor of an invalid work is contested": {acts: []Act{
			Open{"cy", "invalid", "photo", PriorClaim, Redress{Invalid: true, Successor: "song"}, "a draft", Coins{"ustem": 4}},
			Pay{"di", "photo", "ufoo", 30},
			NextBlock{10 * time.Hour},
			NextBlock{},
			Rule{"jo", "invalid", true, Redress{Invalid: true, Successor: "song"}},
			open("case", "song", "a draft"),
			NextBlock{5 * time.Hour},
			Pay{"di", "song", "ufoo", 20},
			NextBlock{},
			Drop{"bo", "case"},
			NextBlock{},
		}},
		"a work earns in the place of one that it owes, and changes hands": {acts: []Act{
			Derive{"ana", "remix", "film", "ten"},
			Open{"cy", "case", "film", PriorClaim, Redress{Invalid: true, Successor: "remix"}, "a draft", Coins{"ustem": 4}},
			NextBlock{10 * time.Hour},
			NextBlock{},
			Rule{"jo", "case", true, Redress{Invalid: true, Successor: "remix"}},
			NextBlock{5 * time.Hour},
			NextBlock{},
			Pay{"di", "remix", "uusdc", 20},
			Assign{"ana", "remix", "bo", 50},
			NextBlock{},
		}},
		"a work in arrears chooses a source": {refused: true, acts: []Act{
			Open{"cy", "case", "song", WrongTerms, Redress{Past: Coins{"ufoo": 9}}, "a draft", Coins{"ustem": 4}},
			NextBlock{10 * time.Hour},
			NextBlock{},
			Rule{"jo", "case", true, Redress{Restitution: []Restitution{{Creditor: "photo", Denom: "ufoo", Amount: 9}}}},
			NextBlock{5 * time.Hour},
			NextBlock{},
			Derive{"ana", "song", "film", "ten"},
			NextBlock{},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			owners := map[Work]Account{}
			for _, work := range works {
				owners[work] = "ana"
			}
			owners["film"] = "flo"
			accounts := slices.Concat(people, arbiters, []Account{Governance})
			s := newStory(t, NewWorld(rules(), accounts, Coins{"ustem": 100, "ufoo": 100, "uusdc": 100}, owners), newCounts())
			for i, act := range found.acts {
				s.do(act)
				require.NoError(t, s.err, s)
				require.Equal(t, found.refused && i == len(found.acts)-2, s.refused[i], s)
				if s.isBlockEnd(i) {
					s.on.modules = s.on.imported(t)
				}
			}
			s.finish()
			require.NoError(t, s.err, s)
		})
	}
}
