package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Standing is said at the head of every report.
const Standing = "Facts from declarations, not verified; no legal advice."

// Report is a statute's table, filled in.
type Report struct {
	Statute string `json:"statute"`
	Title   string `json:"title"`
	Version string `json:"version"`
	// Unread is what of the text could not be read.
	Unread   string    `json:"unread,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
	Standing string    `json:"standing"`
	ChainID  string    `json:"chain_id"`
	Height   int64     `json:"height,string"`
	Time     time.Time `json:"time"`
	Work     string    `json:"work"`
	// Name is the title of the work.
	Name string `json:"name"`
	// Status of the work, empty while it stands as it was registered, and how many of the sources are under dispute or ruled
	// invalid.
	Status   string `json:"status,omitempty"`
	Disputed int    `json:"disputed_sources,omitempty"`
	// Provider states the lines that are not of the chain; empty: there are none.
	Provider string   `json:"provider,omitempty"`
	Answers  []Answer `json:"answers"`
	// Missing lists what nobody said.
	Missing []Gap `json:"missing"`
	// Cut: the work was made from more than the report lists.
	Cut      bool `json:"cut"`
	Complete bool `json:"complete"`
	// Declarations are what the lines come from.
	Declarations []Declaration `json:"declarations"`
}

// Answer is an item with what is said to it.
type Answer struct {
	Item
	Lines []Line `json:"lines"`
	// Missing: some of it is.
	Missing bool `json:"missing,omitempty"`
}

// Line is one statement.
type Line struct {
	Text string `json:"text"`
	// From are the numbers of the declarations that say it, ascending.
	From []int `json:"from,omitempty"`
	// StatedBy is who says it where it is not on the chain.
	StatedBy string `json:"stated_by,omitempty"`
}

// Gap is something that is missing, and what would supply it.
type Gap struct {
	// Number of the item; empty: it is missing everywhere.
	Number string `json:"number,omitempty"`
	What   string `json:"what"`
	// Of are the declarations that leave it open, ascending.
	Of []int `json:"of,omitempty"`
	// Supply says what would supply it; Fact is the key under which the provider can state it.
	Supply string `json:"supply,omitempty"`
	Fact   string `json:"fact,omitempty"`
}

// Fill answers each item of a statute that is asked of the subject: from the chain, and by what the
// provider states.
func Fill(s Statute, subject Subject, k Known, facts Facts) (Report, error) {
	s = s.For(subject)
	book := newBook(k)
	r := Report{
		Statute: s.Name, Title: s.Title, Version: s.Version, Unread: s.Unread, Notes: s.Notes, Standing: Standing,
		ChainID: k.ChainID, Height: k.Height, Time: k.Time.UTC(), Work: k.Work.Id.String(), Name: nameOf(k.Work),
		Status: statusOf(k.Work), Disputed: book.disputed(), Provider: facts.Provider, Missing: []Gap{}, Cut: k.Cut, Declarations: book.list,
	}
	for _, item := range s.Items {
		answer, gaps, err := book.answer(item, facts)
		if err != nil {
			return Report{}, err
		}
		r.Answers = append(r.Answers, answer)
		r.Missing = append(r.Missing, gaps...)
	}
	if standing := statusOf(k.Work); standing != "" && standing != "withdrawn" {
		r.Missing = append(r.Missing, Gap{
			What: "whether this stands: the work is " + standing, Of: []int{book.work},
			Supply: "The dispute about the work decides (stemmad dispute show); what was ruled invalid answers for nobody.",
		})
	}
	if k.Waiting > 0 {
		r.Missing = append(r.Missing, Gap{
			What: fmt.Sprintf("the approval of owners who have to give it; declarations of the work that wait: %d", k.Waiting), Of: []int{book.work},
			Supply: "The owners who have to approve do so (stemmad approve-source).",
		})
	}
	if k.Cut {
		r.Missing = append(r.Missing, Gap{
			What:   fmt.Sprintf("sources beyond the first %d: the list was cut", len(k.Sources)),
			Supply: "Ask for more sources.",
		})
	}
	r.Complete = len(r.Missing) == 0
	return r, nil
}

// answer says to an item what is known, and what is missing.
func (b *book) answer(item Item, facts Facts) (Answer, []Gap, error) {
	answer := Answer{Item: item, Lines: []Line{}}
	var open []Gap
	for _, name := range item.Answers {
		say, known := answers[name]
		if !known {
			return Answer{}, nil, fmt.Errorf("item %s: no answer is called %q", item.Number, name)
		}
		lines, gaps := say(b)
		answer.Lines, open = append(answer.Lines, lines...), append(open, gaps...)
	}
	said := len(answer.Lines) > 0
	var unstated []string
	for _, key := range item.Facts {
		if len(facts.Stated[key]) == 0 {
			unstated = append(unstated, key)
		}
		for _, text := range facts.Stated[key] {
			if len(item.Facts) > 1 {
				text = strings.ReplaceAll(key, "-", " ") + ": " + text
			}
			answer.Lines = append(answer.Lines, Line{Text: text, StatedBy: facts.Provider})
		}
	}
	if b.Record != nil && item.fromRecord() {
		item.Supply = "The output's generation record does not say it, and a record is never changed."
	}
	gaps := item.gaps(said, unstated, open)
	answer.Missing = len(gaps) > 0
	return answer, gaps, nil
}

// fromRecord says whether the chain knows the item by nothing but a generation record.
func (i Item) fromRecord() bool {
	return len(i.Answers) > 0 && !slices.ContainsFunc(i.Answers, func(name string) bool { return !strings.HasPrefix(name, "record-") })
}

// gaps are what is missing of an item: said is whether the chain has a line, open what it leaves open.
func (i Item) gaps(said bool, unstated []string, open []Gap) (gaps []Gap) {
	switch {
	case len(unstated) == 0 && len(i.Facts) > 0:
		return nil // the provider answers for all of it
	case i.Needs == AllFacts:
		for _, key := range unstated {
			what := i.Title
			if len(i.Facts) > 1 {
				what += ": " + strings.ReplaceAll(key, "-", " ")
			}
			gaps = append(gaps, Gap{Number: i.Number, What: what, Supply: i.Supply, Fact: key})
		}
		return gaps
	case !said:
		open = append([]Gap{{What: i.Title}}, open...)
	}
	for _, gap := range open {
		gap.Number, gap.Supply, gap.Fact = i.Number, cmp.Or(gap.Supply, i.Supply), strings.Join(i.Facts, ", ")
		gaps = append(gaps, gap)
	}
	return gaps
}

// ranges writes ascending numbers in short: 1, 2, 4 to 6.
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		last := i
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		if last == i+1 {
			last = i
		}
		part := fmt.Sprint(numbers[i])
		if last > i {
			part += " to " + fmt.Sprint(numbers[last])
		}
		parts = append(parts, part)
		i = last + 1
	}
	return strings.Join(parts, ", ")
}

// group gathers numbers by what they have in common, in order of text.
type group map[string][]int

func (g group) add(text string, number int) {
	if list := g[text]; len(list) == 0 || list[len(list)-1] != number {
		g[text] = append(list, number)
	}
}

func (g group) lines(say func(text string, n int) string) (lines []Line) {
	for text, numbers := range g {
		lines = append(lines, Line{Text: say(text, len(numbers)), From: numbers})
	}
	slices.SortFunc(lines, func(x, y Line) int { return cmp.Compare(x.Text, y.Text) })
	return lines
}

// sources counts them.
func sources(n int) string {
	if n == 1 {
		return "1 source"
	}
	return fmt.Sprintf("%d sources", n)
}
