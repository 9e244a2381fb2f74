package words

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/stemma-chain/stemma/client/rights"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// Meaning explains a word that people choose.
type Meaning struct{ Word, Means string }

// Uses explains each use that can be asked about, in the order of the chain's list.
func Uses() []Meaning {
	means := map[string]string{
		"copy":       "make copies: keep a file, print it, put it on a server",
		"distribute": "give copies to others, or let them download it",
		"perform":    "show or play it to others: on a page, a stage, a screen, in an advertisement with --commercial",
		"adapt":      "make something else from it: a remix, a translation, a cut, a still with a caption",
		"train-ai":   "train or tune a model on it",
		"ai-input":   "give it to a model that is trained already: as a reference picture, a document to answer from",
		"search":     "index it, and show titles, snippets and previews with a link to it",
	}
	return meanings(rights.ActionWords(), means)
}

// Roles explains each way in which a source goes into a work.
func Roles() []Meaning {
	means := map[string]string{
		lineagetypes.ROLE_PARENT_OF.Name():    "the work is a changed version of it",
		lineagetypes.ROLE_COMPONENT_OF.Name(): "it is a part of the work: a sample, a picture in a collage",
		lineagetypes.ROLE_INPUT_TO.Name():     "a process took it as input: a prompt's picture, a document",
		lineagetypes.ROLE_TRAINED_ON.Name():   "the work is a model that was trained on it",
		lineagetypes.ROLE_CITES.Name():        "it is only mentioned: that needs no permission, and nothing is owed",
		lineagetypes.ROLE_CONTAINS.Name():     "the work is a collection that holds it unchanged",
	}
	return meanings(lineagetypes.RoleNames(), means)
}

func meanings(order []string, means map[string]string) []Meaning {
	list := make([]Meaning, len(order))
	for i, word := range order {
		list[i] = Meaning{word, means[word]}
	}
	return list
}

// Explained lists words with what they mean, a line each, for a help text.
func Explained(list []Meaning) string {
	width := 0
	for _, m := range list {
		width = max(width, utf8.RuneCountInString(m.Word))
	}
	lines := make([]string, len(list))
	for i, m := range list {
		lines[i] = fmt.Sprintf("  %-*s  %s", width, m.Word, m.Means)
	}
	return strings.Join(lines, "\n")
}
