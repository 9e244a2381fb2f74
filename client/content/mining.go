package content

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/c2pa/sign"
	"github.com/stemma-chain/stemma/x/license/termspec"
)

// Entries of the assertion on training and data mining (CAWG Training and Data Mining Assertion 1.1; C2PA 1.4 had them as c2pa.*).
const (
	aiTraining           = "ai_training"
	aiGenerativeTraining = "ai_generative_training"
	aiInference          = "ai_inference"
	dataMining           = "data_mining"
)

// Uses that an entry states.
const (
	allowed     = "allowed"
	notAllowed  = "notAllowed"
	constrained = "constrained"
)

// entriesOf are the entries about what the chain calls a use by machines. Data mining takes in training, so who does not allow that
// does not allow the other; what search does with a work is another thing.
var entriesOf = map[string][]string{
	"AI training": {aiTraining, aiGenerativeTraining, dataMining}, "AI input": {aiInference},
}

// Wishes are what the credentials say of training and data mining: the use of each entry by its name without cawg. or c2pa. before it.
// Where two say it differently, the stricter holds. An update says nothing of the content, which is as the manifest before it says.
func (c *Credentials) Wishes() map[string]string {
	wishes := map[string]string{}
	order := []string{allowed, constrained, notAllowed}
	for _, manifest := range c.ofContent() {
		for _, m := range manifest.Mining {
			name := m.Name[strings.LastIndexByte(m.Name, '.')+1:]
			if slices.Index(order, m.Use) >= slices.Index(order, wishes[name]) {
				wishes[name] = m.Use
			}
		}
	}
	return wishes
}

// ofContent are the manifests that speak for the content as it is: the active one and, while that is an update, the one that it updates.
func (c *Credentials) ofContent() (all []c2pa.Manifest) {
	m := c.Active()
	for all = append(all, m); m.Update && len(all) < c2pa.MaxDepth; all = append(all, m) {
		parent := slices.IndexFunc(m.Ingredients, func(i c2pa.Ingredient) bool { return i.Relationship == c2pa.ParentOf })
		if parent < 0 {
			break
		}
		there := false
		if m, there = c.Report.Manifest(m.Ingredients[parent].Manifest); !there {
			break
		}
	}
	return all
}

// Contradictions say where terms allow, or sell, what the credentials do not allow, a sentence each. Whoever reads the one is misled by
// the other.
func Contradictions(wishes map[string]string, machines []termspec.Machine) (lines []string) {
	for _, m := range machines {
		for _, entry := range entriesOf[m.Use] {
			wish := wishes[entry]
			open := m.Answer == "allowed" || m.Answer == "allowed_unset"
			switch {
			case wish == notAllowed && (open || m.Answer == "paid"):
				lines = append(lines, fmt.Sprintf("its Content Credentials do not allow %s, and under these terms %s is %s",
					said(entry), m.Use, m.Sentence))
			case wish == constrained && open:
				lines = append(lines, fmt.Sprintf("its Content Credentials allow %s on a condition only, and under these terms %s is %s",
					said(entry), m.Use, m.Sentence))
			default:
				continue
			}
			break // one line a use
		}
	}
	return lines
}

// said is an entry in words.
func said(entry string) string {
	return map[string]string{
		aiTraining: "AI training", aiGenerativeTraining: "training of generative AI", aiInference: "use as AI input", dataMining: "data mining",
	}[entry]
}

// Preset is the preset that does what the credentials say of training; empty: they say nothing of it, or what no preset does.
func Preset(wishes map[string]string) string {
	strictest := ""
	order := []string{"", allowed, constrained, notAllowed}
	for _, entry := range entriesOf["AI training"] {
		if slices.Index(order, wishes[entry]) > slices.Index(order, strictest) {
			strictest = wishes[entry]
		}
	}
	return map[string]string{allowed: "ai-training-allowed", constrained: "ai-training-paid", notAllowed: "ai-training-denied"}[strictest]
}

// Mining is the assertion that says what terms say of uses by machines; several terms are alternatives, so the most open holds.
// condition says what a constraint is. Nothing offered allows nothing.
func Mining(condition string, offers ...[]termspec.Machine) (entries []sign.Mining) {
	for _, entry := range []string{aiTraining, aiGenerativeTraining, aiInference, dataMining} {
		use := notAllowed
		for _, machines := range offers {
			switch open := answerTo(entry, machines); {
			case open == allowed:
				use = allowed
			case open == constrained && use == notAllowed:
				use = constrained
			}
		}
		m := sign.Mining{Name: "cawg." + entry, Use: use}
		if use == constrained {
			m.Constraint = condition
		}
		entries = append(entries, m)
	}
	return entries
}

// answerTo is what terms say to an entry.
func answerTo(entry string, machines []termspec.Machine) string {
	for _, m := range machines {
		if !slices.Contains(entriesOf[m.Use], entry) {
			continue
		}
		switch m.Answer {
		case "allowed", "allowed_unset":
			return allowed
		case "paid":
			return constrained
		}
	}
	return notAllowed
}
