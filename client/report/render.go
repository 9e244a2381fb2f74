package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/rates"
)

// Formats lists those that a report is written in.
func Formats() []string { return []string{"markdown", "json", "html"} }

// Write writes the report in a format. All text of it is data of somebody's: none of it becomes markup or a
// link.
func (r Report) Write(w io.Writer, format string) error {
	switch format {
	case "markdown":
		return r.markdown(w)
	case "json":
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(r); err != nil {
			return err
		}
		_, err := w.Write(table.JSON(text.Bytes()))
		return err
	case "html":
		return r.html(w)
	}
	return fmt.Errorf("a report is written as %s, not %q", strings.Join(Formats(), ", "), format)
}

// headLine is a named value at the head of a report.
type headLine struct {
	Name, Value string
	// ours: it is the table's text, and not somebody's.
	ours bool
}

// headLines are the head of a report; those without a value are left out.
func (r Report) headLines() []headLine {
	lines := []headLine{
		{"follows", r.Version, true},
		{"not read", r.Unread, true},
		{"about", r.Name, false},
		{"work", r.Work, false},
		{"status", r.Status, true},
		{"sources under dispute or ruled invalid", number(r.Disputed), true},
		{"chain", r.ChainID, false},
		{"height", fmt.Sprint(r.Height), true},
		{"time", moment(r.Time), true},
		{"stated beside the chain by", r.Provider, false},
		{"complete", r.completeness(), true},
	}
	return slices.DeleteFunc(lines, func(l headLine) bool { return l.Value == "" })
}

// number writes a count; empty for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func (r Report) completeness() string {
	switch n := len(r.Missing); {
	case n == 0:
		return "yes: every item has an answer"
	case n == 1:
		return "no: 1 thing is missing, listed below"
	default:
		return fmt.Sprintf("no: %d things are missing, listed below", n)
	}
}

// Heading is an item's number and title, with what to know about it.
func (a Answer) Heading() string {
	text := a.Number + ". " + a.Title
	if a.Bill {
		text += " (bill)"
	}
	if a.Unread {
		text += " (not read, to be checked)"
	}
	return text
}

// Source says where a line comes from.
func (l Line) Source() string {
	if l.StatedBy != "" {
		return "stated by " + l.StatedBy + ", not on the chain"
	}
	if len(l.From) == 1 {
		return "declaration " + ranges(l.From)
	}
	return "declarations " + ranges(l.From)
}

// Said is what is missing, of which declarations, and what would supply it.
func (g Gap) Said() string {
	text := g.What
	if g.Number != "" {
		text = "Item " + g.Number + ": " + text
	}
	if len(g.Of) > 0 {
		text += " (" + Line{From: g.Of}.Source() + ")"
	}
	text += "."
	if g.Supply != "" {
		text += " " + g.Supply
	}
	if g.Fact != "" {
		text += " The provider can state it: " + g.Fact + "."
	}
	return text
}

// Said is a declaration in one sentence.
func (d Declaration) Said() string {
	var parts []string
	add := func(said bool, format string, args ...any) {
		if said {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	switch d.Sort {
	case Registered:
		add(true, "work %s, version %d", d.Work, d.Version)
	case Generated:
		add(true, "generation record of %s", d.Work)
		add(d.Agent != "", "agent %s, version %d of its card", d.Agent, d.CardVersion)
		add(d.At != nil, "made at %s", timeOf(d.At))
		add(d.Anchored != nil, "stated since %s by an anchor", timeOf(d.Anchored))
	case Carded:
		add(true, "card of %s, version %d, of %s", d.Agent, d.CardVersion, timeOf(d.At))
	case Linked:
		what := d.Work
		if what == "" {
			what = "an external source"
		} else {
			what += fmt.Sprintf(" (version %d)", d.Version)
		}
		add(true, "%s declares %s as %s, at %s, depth %d", d.Of, what, d.Role, timeOf(d.At), d.Depth)
		add(d.Later, "declared later")
		add(d.Ruled, "declared by a ruling")
		for _, l := range d.Licences {
			add(true, "terms %s %s %s", l.Terms, l.SPDX, l.URI)
		}
		add(d.Grant != "", "grant %s", d.Grant)
		add(d.Fee != "", "paid %s", d.Fee)
		add(d.Recorded, "it has a generation record")
		if m := d.Manifest; m != nil {
			add(true, "manifest of version %d, SHA-256 %s", m.Version, m.Sha256)
			add(true, "%s by %s, weight %d in all", counted(m.Items, "item"), counted(m.Contributors, "contributor"), m.Weight)
			add(m.SharePPM > 0, "%s shared with the contributors to version %d", rates.Percent(m.SharePPM), m.SharedWith)
			add(m.Withdrawals > 0, "%s, the list's SHA-256 %s", counted(m.Withdrawals, "withdrawal"), m.WithdrawalsSha256)
		}
	}
	add(d.Name != "", "%s", quoted(d.Name))
	add(d.Kind != "", "kind %s", d.Kind)
	add(d.Owner != "", "owner %s", d.Owner)
	add(d.Since != nil, "claimed since %s", timeOf(d.Since))
	add(d.Sha256 != "", "SHA-256 %s", d.Sha256)
	add(d.URI != "", "at %s", d.URI)
	add(d.Status != "", "%s", d.Status)
	add(d.Contested, "claimed earlier by somebody else")
	add(d.Blanked != "", "text blanked, its SHA-256 was %s", d.Blanked)
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return table.Clean(strings.Join(parts, "; ")) + "."
}
