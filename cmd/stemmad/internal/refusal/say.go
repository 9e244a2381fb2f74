package refusal

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/stemma-chain/stemma/client/words"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Names names things as people know them.
type Names interface {
	// Work is a work's title with its id.
	Work(context.Context, registrytypes.WorkID) string
	// Terms is what people call terms.
	Terms(licensetypes.TermsID) string
	// Account is an account with the name of its key, where there is one.
	Account(string) string
	// Amount is an amount of base units in people's, with the base units behind it.
	Amount(string) string
}

// maxNamed is how many works one refusal names by their titles: each is a question to
// the node.
const maxNamed = 16

// ids are those of works, terms and accounts in a text.
var ids = regexp.MustCompile(`\b(?:work|terms|stemma)1[02-9ac-hj-np-z]{38,}\b`)

// amounts are those of base units in a text.
var amounts = regexp.MustCompile(`\b[0-9]+u[a-z]+\b`)

// unnamed are commands, which stay as they are to be typed, and what ids and amounts find.
var unnamed = regexp.MustCompile(`\bstemmad [^()\x60"]*|` + ids.String() + "|" + amounts.String())

// Say says a refusal to people, each reason on a line: the sentence, what it is about, what
// to do, and the code. What the chain's words say beside it follows.
func Say(ctx context.Context, e *Error, names Names) string {
	r, n := Read(e), &naming{names: names}
	if len(r.Reasons) == 0 {
		return n.all(ctx, e.Text) + remedyLine(e.Codespace, e.Code)
	}
	var lines []string
	for _, reason := range r.Reasons {
		lines = append(lines, n.say(ctx, reason))
	}
	text := lines[0]
	if len(lines) > 1 {
		text = "refused, for these reasons:\n  - " + strings.Join(lines, "\n  - ")
	}
	if r.Rest != "" {
		text += "\n  In the chain's words: " + n.all(ctx, r.Rest)
	}
	return text
}

// remedyLine is the line that says what to do, where a code tells that without a reason; empty: none does.
func remedyLine(codespace string, code uint32) string {
	if remedy := words.AgentRemedy(codespace, code); remedy != "" {
		return "\n  " + words.Capital(remedy)
	}
	return ""
}

// naming counts the works that were asked for.
type naming struct {
	names Names
	asked int
}

// say says a reason.
func (n *naming) say(ctx context.Context, r Reason) string {
	text := words.Reason(string(r.Code))
	var about []string
	var subject words.About
	for _, p := range r.About {
		said := n.all(ctx, p.Work)
		if p.Under != "" {
			said += " under " + n.all(ctx, p.Under)
		}
		about = append(about, said)
		subject.Work = p.Work
		if _, err := licensetypes.ParseGrantID(p.Under); err == nil {
			subject.Grant = p.Under
		} else if p.Under != "" {
			subject.Terms = p.Under
			if id, err := licensetypes.ParseTermsID(p.Under); err == nil && licensetypes.PresetName(id) != "" {
				subject.Terms = licensetypes.PresetName(id)
			}
		}
	}
	if len(about) > 0 {
		text += ": " + strings.Join(about, ", ")
	}
	return fmt.Sprintf("%s; %s [%s]", text, words.Remedy(string(r.Code), subject), r.Code)
}

// all puts names to the ids in a text, and people's units to amounts, but for those of commands.
func (n *naming) all(ctx context.Context, text string) string {
	return unnamed.ReplaceAllStringFunc(text, func(id string) string {
		if strings.HasPrefix(id, "stemmad ") {
			return id
		}
		if amounts.MatchString(id) {
			return n.names.Amount(id)
		}
		if work, err := registrytypes.ParseWorkID(id); err == nil {
			if n.asked++; n.asked > maxNamed {
				return id
			}
			return n.names.Work(ctx, work)
		}
		if terms, err := licensetypes.ParseTermsID(id); err == nil {
			return n.names.Terms(terms)
		}
		return n.names.Account(id)
	})
}
