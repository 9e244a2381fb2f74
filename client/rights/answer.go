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

// VerdictWord is the word for a verdict in reports.
func VerdictWord(v licensetypes.Verdict) string {
	if word, known := verdicts[v]; known {
		return word
	}
	return verdicts[licensetypes.VERDICT_UNKNOWN]
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
