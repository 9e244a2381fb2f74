package rights

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// reportColumns are what a report adds to the columns of its manifest.
var reportColumns = []string{
	"rights_verdict", "rights_reasons", "rights_permission", "rights_price", "rights_price_per_use", "rights_notices",
	"rights_obligations",
}

// itemColumns are what a report of a list with items adds to these.
var itemColumns = []string{"rights_withdrawn_at", "rights_withdrawal"}

// Head says what a report is about, and of which state.
type Head struct {
	// Manifest is the file's name, and its SHA-256 as hex digits.
	Manifest       string `json:"manifest"`
	ManifestSHA256 string `json:"manifest_sha256"`
	ChainID        string `json:"chain_id"`
	Height         int64  `json:"height,string"`
	// Time of the block at that height.
	Time time.Time `json:"block_time"`
	// AppHash of the state at that height: the header of the next block has it.
	AppHash string `json:"app_hash"`

	Use         string     `json:"use"`
	Commercial  bool       `json:"commercial"`
	Territories []string   `json:"territories"`
	Media       []string   `json:"media"`
	Until       *time.Time `json:"until,omitempty"`
	// Licensee who asked; empty: anybody.
	Licensee string `json:"licensee"`

	Rows int `json:"rows"`
	// Distinct is how many works, digests and items the rows name.
	Distinct   int `json:"distinct"`
	Allowed    int `json:"allowed"`
	NeedsGrant int `json:"needs_grant"`
	Denied     int `json:"denied"`
	// Unknown are those that nobody registered, and those with a verdict that this program does not know.
	Unknown int `json:"unknown"`
	// Reasons is how many rows each reason stands against, by its code.
	Reasons map[string]int `json:"reasons"`
	// Notices is how many rows each notice is about, by its code.
	Notices map[string]int `json:"notices"`
	// Obligations is how many rows each kind of obligation comes with, by its code.
	Obligations map[string]int `json:"obligations"`
	// Grants is what all grants that are needed cost, of each work the cheapest that
	// serves, by the denom that they can be bought in, sorted.
	Grants []Bill `json:"grants"`
}

// Bill is what can be bought in a denom.
type Bill struct {
	Cost sdk.Coin `json:"cost"`
	// Works that can be, out of all that need grants.
	Works int `json:"works"`
}

// Report is a cleared manifest. Answers are by what was asked.
type Report struct {
	Head     Head
	Use      licensetypes.Use
	Manifest Manifest
	Answers  map[Question]licensetypes.Rights
}

// Answer is that of a row.
func (r Report) Answer(row Row) licensetypes.Rights { return r.Answers[row.Question()] }

// NewReport puts together what was asked, of a sealed moment, and answered.
// answers belong to the manifest's questions, in order.
func NewReport(name string, m Manifest, q Inquiry, answers []licensetypes.Rights) Report {
	r := Report{Use: q.Use, Manifest: m, Answers: make(map[Question]licensetypes.Rights, len(answers))}
	for i, question := range m.Questions() {
		r.Answers[question] = answers[i]
	}
	r.Head = Head{
		Manifest: name, ManifestSHA256: m.SHA256,
		ChainID: q.Moment.ChainID, Height: q.Moment.Height, Time: q.Moment.Time.UTC(), AppHash: q.Moment.AppHash,
		Use: ActionWord(q.Use.Action), Commercial: q.Use.Commercial, Territories: orNone(q.Use.Territories), Media: orNone(q.Use.Media),
		Until: q.Use.Until, Licensee: q.Licensee,
		Rows: len(m.Rows), Distinct: len(answers), Reasons: map[string]int{}, Notices: map[string]int{}, Obligations: map[string]int{},
		Grants: bills(answers),
	}
	for _, row := range m.Rows {
		rights := r.Answer(row)
		for _, code := range Codes(rights) {
			r.Head.Reasons[code]++
		}
		for _, code := range NoticeCodes(rights) {
			r.Head.Notices[code]++
		}
		for _, code := range DutyCodes(rights) {
			r.Head.Obligations[code]++
		}
		switch rights.Verdict {
		case licensetypes.VERDICT_ALLOWED:
			r.Head.Allowed++
		case licensetypes.VERDICT_NEEDS_GRANT:
			r.Head.NeedsGrant++
		case licensetypes.VERDICT_DENIED:
			r.Head.Denied++
		default:
			r.Head.Unknown++
		}
	}
	return r
}

// Worst is the worst verdict of all rows, unknown being as bad as denied.
func (h Head) Worst() licensetypes.Verdict {
	switch {
	case h.Denied > 0 || h.Unknown > 0:
		return licensetypes.VERDICT_DENIED
	case h.NeedsGrant > 0:
		return licensetypes.VERDICT_NEEDS_GRANT
	}
	return licensetypes.VERDICT_ALLOWED
}

// Open lists up to limit rows that are not allowed, what no grant can help
// first, and says how many more there are.
func (r Report) Open(limit int) (rows []Row, more int) {
	for _, word := range []string{"denied", NotKnown, "unknown", "needs_grant"} {
		for _, row := range r.Manifest.Rows {
			switch {
			case VerdictWord(r.Answer(row).Verdict) != word:
			case len(rows) < limit:
				rows = append(rows, row)
			default:
				more++
			}
		}
	}
	return rows, more
}

// Withdrawal is the reason that says of an answer that its item was taken back: since when, and by which withdrawal. Nil: it was not.
func Withdrawal(rights licensetypes.Rights) *licensetypes.Reason {
	for i, reason := range rights.Reasons {
		if reason.Code == string(rules.ItemWithdrawn) && reason.At != nil { // the chain gives both, whatever a node says
			return &rights.Reasons[i]
		}
	}
	return nil
}

// Withdrawn lists the rows whose items were taken back.
func (r Report) Withdrawn() (rows []Row) {
	for _, row := range r.Manifest.Rows {
		if Withdrawal(r.Answer(row)) != nil {
			rows = append(rows, row)
		}
	}
	return rows
}

// ByRows lists codes of reasons or notices, the most frequent first.
func ByRows(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

// bills adds up what the grants cost. A work that several subjects stand for
// counts once.
func bills(answers []licensetypes.Rights) []Bill {
	all := []Bill{}
	counted := map[string]bool{}
	for _, rights := range answers {
		works := Works(rights)
		if rights.Verdict != licensetypes.VERDICT_NEEDS_GRANT || counted[works] {
			continue
		}
		counted[works] = true
		price, _ := Price(rights)
		for _, coin := range price {
			at := slices.IndexFunc(all, func(b Bill) bool { return b.Cost.Denom == coin.Denom })
			if at < 0 {
				all = append(all, Bill{Cost: coin, Works: 1})
				continue
			}
			all[at].Cost, all[at].Works = all[at].Cost.Add(coin), all[at].Works+1
		}
	}
	slices.SortFunc(all, func(a, b Bill) int { return strings.Compare(a.Cost.Denom, b.Cost.Denom) })
	return all
}

// Codes lists the codes of an answer's reasons, each once, in order of name.
func Codes(rights licensetypes.Rights) []string {
	codes := make([]string, len(rights.Reasons))
	for i, reason := range rights.Reasons {
		codes[i] = reason.Code
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// NoticeCodes lists the codes of an answer's notices, each once, in order of name.
func NoticeCodes(rights licensetypes.Rights) []string {
	codes := make([]string, len(rights.Notices))
	for i, notice := range rights.Notices {
		codes[i] = notice.Code
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func orNone(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
