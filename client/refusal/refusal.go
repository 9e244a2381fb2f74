// Package refusal reads what the chain says when it refuses: the codes of the reasons that its rules give, and what each
// is about. client/words says them to people.
package refusal

import (
	"regexp"
	"strings"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
)

// Refusal is what an error says.
type Refusal struct {
	Codespace string
	Code      uint32
	Reasons   []Reason
	// Rest is what the chain's own words say beside the reasons' sentences; empty: nothing.
	Rest string
}

// Reason is one that the rules give, and what it is about.
type Reason struct {
	Code  rules.Code `json:"code"`
	About []Party    `json:"about"`
}

// Party is a work, and the permission of it that matters: a grant, terms, or several terms
// joined; empty: none.
type Party struct {
	Work  string `json:"work"`
	Under string `json:"under,omitempty"`
}

var (
	// code is a word that may be a reason's: those of fields look like it too.
	code  = regexp.MustCompile(`[a-z]+(?:_[a-z]+)+`)
	party = regexp.MustCompile(`(work1[0-9a-z]+)(?: under ((?:terms|grant)1[0-9a-z]+(?:\+terms1[0-9a-z]+)*))?`)
)

// Read reads the words of an error with this codespace and code, as client.TxError has them.
func Read(codespace string, number uint32, text string) Refusal {
	r := Refusal{Codespace: codespace, Code: number}
	if _, _, words, found := client.CodeOf(text); found {
		text = strings.TrimSuffix(strings.TrimSuffix(text, words), ": ")
	}
	places := reasonsIn(text)
	rest, from := "", 0
	for i, at := range places {
		end := len(text)
		if i+1 < len(places) {
			end = places[i+1][0]
		}
		reason, more := readReason(rules.Code(text[at[0]:at[1]]), text[at[1]:end])
		r.Reasons = append(r.Reasons, reason)
		rest, from = rest+text[from:at[0]]+more, end
	}
	if rest += text[from:]; len(r.Reasons) > 0 && !saysMore(strings.Trim(rest, ": ,")) {
		rest = ""
	}
	r.Rest = strings.Trim(rest, ": ,")
	return r
}

// saysMore reports words that say more than the sentence of a reason and what it is about:
// "source work1..." alone names the place, and a conflict's words are its sentence's.
func saysMore(rest string) bool {
	for _, place := range []string{"source ", "permission of "} {
		rest = strings.TrimPrefix(rest, place)
	}
	return party.FindString(rest) != rest && !strings.HasPrefix(rest, "no terms comply with all sources")
}

// reasonsIn are the places of the codes of reasons in a text.
func reasonsIn(text string) [][]int {
	var places [][]int
	for _, at := range code.FindAllStringIndex(text, -1) {
		if _, is := reasons.Of(rules.Code(text[at[0]:at[1]])); is {
			places = append(places, at)
		}
	}
	return places
}

// readReason reads what follows a code: what it is about, in brackets behind the code or
// behind its sentence. More is what else stands there, and not in the table.
func readReason(c rules.Code, text string) (r Reason, more string) {
	r.Code = c
	row, _ := reasons.Of(c)
	text = strings.TrimPrefix(text, ": "+row.Sentence)
	if after, found := strings.CutPrefix(text, " ("); found {
		var about string
		about, text, _ = strings.Cut(after, ")")
		r.About = parties(about)
	}
	return r, strings.TrimPrefix(text, ": "+row.Remedy)
}

func parties(text string) []Party {
	var list []Party
	for _, found := range party.FindAllStringSubmatch(text, -1) {
		list = append(list, Party{found[1], found[2]})
	}
	return list
}
