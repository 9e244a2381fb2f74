package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/register/describe"
)

// answers are what the chain can say to an item, by the name that a statute's table calls it. A gap is
// what the chain's own lines leave open.
var answers = map[string]func(*book) ([]Line, []Gap){
	"work": (*book).theWork, "owner": (*book).theOwner, "models": (*book).models, "sources": (*book).data,
	"owners": (*book).owners, "counts": (*book).counts, "kinds": (*book).kinds, "licences": (*book).licences,
	"permissions": (*book).permissions, "declared": (*book).declared, "synthetic": (*book).synthetics,
	"public": (*book).public, "granted": (*book).granted, "other": (*book).others, "training-terms": (*book).trainingTerms,
	"record-provider": (*book).recordProvider, "record-system": (*book).recordSystem, "record-time": (*book).recordTime,
	"items": (*book).items, "contributors": (*book).contributors, "withdrawals": (*book).withdrawals,
	"record-id": (*book).recordID, "marking": (*book).marking,
}

func (b *book) theWork() ([]Line, []Gap) {
	w := b.Work
	return []Line{{Text: fmt.Sprintf("%s, version %d on the chain, %s", quoted(nameOf(w)), w.Version, w.Id), From: []int{b.work}}}, nil
}

func (b *book) theOwner() (lines []Line, _ []Gap) {
	for _, c := range b.Work.Details.Creators {
		text := c.Name
		if c.Role != "" {
			text += " (" + c.Role + ")"
		}
		lines = append(lines, Line{Text: "creator as the registrant states it: " + text, From: []int{b.work}})
	}
	return append(lines, Line{Text: "owner: account " + b.Work.Owner, From: []int{b.work}}), nil
}

// each calls for each source that is wanted, with its number.
func (b *book) each(wanted func(Source) bool, do func(s Source, number int)) {
	for i, s := range b.Sources {
		if wanted(s) {
			do(s, b.number(i))
		}
	}
}

func all(Source) bool      { return true }
func isData(s Source) bool { return !s.isModel() }

// listed names each source once, with all edges that lead to it.
func (b *book) listed(wanted func(Source) bool) (lines []Line) {
	at := map[string]int{}
	b.each(wanted, func(s Source, number int) {
		key := s.called()
		if s.Claim != nil {
			key = s.Claim.Id.String() + s.size()
		}
		if place, known := at[key]; known {
			lines[place].From = append(lines[place].From, number)
			return
		}
		at[key] = len(lines)
		text := s.called()
		if size := s.size(); size != "" {
			text += ", " + size
		}
		if name := s.licence(); name != "" {
			text += ", under " + name
		}
		if s.Depth > 1 {
			text += fmt.Sprintf(", %d steps up", s.Depth)
		}
		lines = append(lines, Line{Text: text, From: []int{number}})
	})
	return lines
}

func (b *book) models() ([]Line, []Gap) { return b.listed(Source.isModel), nil }

// data lists what is no model. A model of which no data is declared is a gap: the work itself, and those that
// it was made from. So is a source of which nothing is left that names it.
func (b *book) data() (lines []Line, gaps []Gap) {
	lines = b.listed(isData)
	var nameless []int
	b.each(Source.nameless, func(_ Source, number int) { nameless = append(nameless, number) })
	if len(nameless) > 0 {
		gaps = append(gaps, Gap{
			What: sources(len(nameless)) + " outside the chain whose text is blanked", Of: nameless,
			Supply: "Whoever kept the text can show that it stood there: its SHA-256 did not change.",
		})
	}
	if silent := b.silent(); len(silent) > 0 {
		gaps = append(gaps, Gap{
			What: fmt.Sprintf("what the models that it was made from were trained on: nothing is declared of %d", len(silent)), Of: silent,
			Supply: "The owners of these models declare what they were trained on as sources, in the role trainedOn.",
		})
	}
	return lines, gaps
}

// silent are the models among the sources of which no data is declared.
func (b *book) silent() (numbers []int) {
	trained := map[string]bool{}
	b.each(isData, func(s Source, _ int) { trained[s.Link.Derivative.String()] = true })
	asked := map[string]bool{}
	b.each(Source.isModel, func(s Source, number int) {
		if id := s.Claim.Id.String(); !trained[id] && !asked[id] {
			asked[id] = true
			numbers = append(numbers, number)
		}
	})
	return numbers
}

func (b *book) owners() ([]Line, []Gap) {
	by := group{}
	b.each(func(s Source) bool { return s.Claim != nil }, func(s Source, number int) { by.add(s.Claim.Owner, number) })
	return by.lines(func(owner string, n int) string { return fmt.Sprintf("account %s: %s", owner, sources(n)) }), nil
}

func (b *book) kinds() ([]Line, []Gap) {
	by := group{}
	b.each(isData, func(s Source, number int) {
		kind := "kind not stated (external)"
		if s.Claim != nil {
			kind = describe.KindName(s.Claim.Details.Kind)
			if media := s.Claim.Details.MediaType; media != "" {
				kind += " (" + media + ")"
			}
		}
		by.add(kind, number)
	})
	return by.lines(func(kind string, n int) string { return fmt.Sprintf("%s: %s declared", kind, sources(n)) }), nil
}

// counts count works, by role and depth.
func (b *book) counts() ([]Line, []Gap) {
	by := group{}
	b.each(all, func(s Source, number int) {
		what := "data"
		if s.isModel() {
			what = "models"
		}
		by.add(fmt.Sprintf("%s, as %s, %d up", what, s.Link.Role.Name(), s.Depth), number)
	})
	return by.lines(func(what string, n int) string { return fmt.Sprintf("%s: %s declared", what, sources(n)) }), nil
}

func (b *book) licences() ([]Line, []Gap) {
	by := group{}
	var open []int
	b.each(all, func(s Source, number int) {
		if name := s.licence(); name != "" {
			by.add(name, number)
		} else {
			open = append(open, number)
		}
	})
	lines := by.lines(func(name string, n int) string { return fmt.Sprintf("under %s: %s", name, sources(n)) })
	if len(open) == 0 {
		return lines, nil
	}
	return lines, []Gap{{What: fmt.Sprintf("whether %s are protected: no licence is declared", sources(len(open))), Of: open}}
}

func (b *book) permissions() ([]Line, []Gap) {
	by := group{}
	b.each(all, func(s Source, number int) { by.add(string(s.basis()), number) })
	lines := by.lines(func(basis string, n int) string { return fmt.Sprintf("%s: %s", basis, sources(n)) })
	if open := by[string(outside)]; len(open) > 0 {
		return lines, []Gap{{What: fmt.Sprintf("the permission for %s outside the chain", sources(len(open))), Of: open}}
	}
	return lines, nil
}

// declared says from when to when sources were declared, which is not when they were used.
func (b *book) declared() ([]Line, []Gap) {
	if len(b.Sources) == 0 {
		return nil, nil
	}
	by := func(x, y Source) int { return x.Link.AddedAt.Compare(y.Link.AddedAt) }
	own := slices.Clone(b.Sources)
	from := []int{}
	b.each(func(s Source) bool { return s.Depth == 1 }, func(_ Source, number int) { from = append(from, number) })
	own = slices.DeleteFunc(own, func(s Source) bool { return s.Depth > 1 })
	first, last := slices.MinFunc(own, by).Link.AddedAt, slices.MaxFunc(own, by).Link.AddedAt
	return []Line{{Text: fmt.Sprintf("sources were declared from %s to %s", moment(first), moment(last)), From: from}}, nil
}

func (b *book) synthetics() (lines []Line, _ []Gap) {
	seen := map[string]bool{}
	b.each(func(s Source) bool { return s.synthetic() != "" }, func(s Source, number int) {
		if id := s.Claim.Id.String(); !seen[id] {
			seen[id] = true
			lines = append(lines, Line{Text: s.called() + ": " + s.synthetic(), From: []int{number}})
		}
	})
	return lines, nil
}

func (b *book) public() ([]Line, []Gap) {
	return b.listed(func(s Source) bool {
		return isData(s) && (s.basis() == offered || s.basis() == outside && s.Link.External.Uri != "")
	}), nil
}

func (b *book) granted() ([]Line, []Gap) {
	return b.listed(func(s Source) bool { return isData(s) && (s.basis() == bought || s.basis() == given) }), nil
}

func (b *book) others() ([]Line, []Gap) {
	return b.listed(func(s Source) bool {
		return isData(s) && (s.basis() == unneeded || s.basis() == outside && s.Link.External.Uri == "")
	}), nil
}

func (b *book) trainingTerms() ([]Line, []Gap) {
	by := group{}
	b.each(all, func(s Source, number int) {
		for _, t := range s.Terms {
			by.add(trains(t.Terms), number)
		}
	})
	return by.lines(func(what string, n int) string { return fmt.Sprintf("the terms of %s %s", sources(n), what) }), nil
}

// recordLine is a line of the record, where it says something.
func (b *book) recordLine(name, text string) []Line {
	if b.Record == nil || text == "" {
		return nil
	}
	return []Line{{Text: name + ": " + text, From: []int{b.record}}}
}

func (b *book) recordProvider() (lines []Line, _ []Gap) {
	if b.Record == nil {
		return nil, nil
	}
	lines = b.recordLine("provider", b.Record.Provider)
	if b.Card != nil && b.Card.Card.Responsible.Name != "" {
		party := b.Card.Card.Responsible
		text := "responsible for the agent: " + party.Name
		for _, more := range []string{party.Uri, party.Contact} {
			if more != "" {
				text += ", " + more
			}
		}
		lines = append(lines, Line{Text: text, From: []int{b.record, b.card}})
	}
	return lines, nil
}

func (b *book) recordSystem() (lines []Line, gaps []Gap) {
	if b.Record == nil {
		return nil, nil
	}
	name, version := cmp.Or(b.Record.SystemName, b.Record.Model), b.Record.SystemVersion
	lines = b.recordLine("system", strings.TrimSpace(name+" "+version))
	if b.Record.SystemName != "" {
		lines = append(lines, b.recordLine("model", b.Record.Model)...)
	}
	if len(lines) > 0 && version == "" {
		gaps = append(gaps, Gap{What: "the version of the system", Of: []int{b.record}})
	}
	return lines, gaps
}

func (b *book) recordTime() (lines []Line, _ []Gap) {
	if b.Record == nil || b.Record.GeneratedAt == nil {
		return nil, nil
	}
	lines = b.recordLine("made at", moment(*b.Record.GeneratedAt))
	if at := b.Record.AnchoredAt; at != nil {
		lines = append(lines, b.recordLine("stated since, by an anchor", moment(*at))...)
	}
	return lines, nil
}

// recordID: the work's id is unique, and leads to its page; the generator may have one of its own.
func (b *book) recordID() (lines []Line, _ []Gap) {
	if b.Record == nil {
		return nil, nil
	}
	lines = b.recordLine("the generator's id", b.Record.UniqueId)
	return append(lines, Line{Text: "id on the chain: " + b.Work.Id.String(), From: []int{b.work}}), nil
}

// marking lists what the registrant states of how the file is marked: the chain has not seen the file.
func (b *book) marking() (lines []Line, _ []Gap) {
	for _, f := range b.Work.Details.Fingerprints {
		if f.Scheme == "c2pa" {
			lines = append(lines, Line{Text: "C2PA manifest with the hash " + f.Value, From: []int{b.work}})
		}
	}
	return lines, nil
}

// moment writes a time, in UTC to the second: the same on every machine.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
