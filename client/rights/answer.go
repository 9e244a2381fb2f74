package rights

import (
	"strings"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// verdicts are the words for programs; Headline are those for people.
var verdicts = map[licensetypes.Verdict]string{
	licensetypes.VERDICT_UNKNOWN:     "unknown",
	licensetypes.VERDICT_DENIED:      "denied",
	licensetypes.VERDICT_NEEDS_GRANT: "needs_grant",
	licensetypes.VERDICT_ALLOWED:     "allowed",
}

// NotKnown is the word for a verdict of a newer node that this program does not know. It is no answer: VERDICT_UNKNOWN,
// which says that nobody registered the work, is one.
const NotKnown = "unknown_verdict"

// VerdictWord is the word for a verdict in reports; NotKnown for one that Known does not know.
func VerdictWord(v licensetypes.Verdict) string {
	if word, known := verdicts[v]; known {
		return word
	}
	return NotKnown
}

// Known says whether this program knows a verdict. One that it does not permits nothing.
func Known(v licensetypes.Verdict) bool {
	_, known := verdicts[v]
	return known
}

// Rank orders verdicts, the worse first; one that is not known is the worst.
func Rank(v licensetypes.Verdict) int {
	if !Known(v) {
		return -1
	}
	return int(v)
}

// Works lists the works that an answer is about, as text.
func Works(rights licensetypes.Rights) string { return join(rights.Works, " ") }

func join(works []registrytypes.WorkID, separator string) string {
	ids := make([]string, len(works))
	for i, id := range works {
		ids[i] = id.String()
	}
	return strings.Join(ids, separator)
}
