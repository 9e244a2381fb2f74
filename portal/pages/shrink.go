package pages

import "html"

const (
	// clipRunes and clipBytes are how much of a name or a title lists show, in characters and in bytes of HTML.
	clipRunes, clipBytes = 60, 200
	// longRunes and longBytes are the same of an address that somebody wrote.
	longRunes, longBytes = 160, 600
)

// clip cuts a title for lists: they are long enough without. A work's own page has all of it.
func clip(title string) string { return shorten(title, clipRunes, clipBytes) }

// clipLong cuts an address that somebody wrote.
func clipLong(uri string) string { return shorten(uri, longRunes, longBytes) }

func shorten(text string, runes, size int) string {
	n, used := 0, 0
	for at, r := range text {
		used += len(html.EscapeString(string(r)))
		if n == runes || used > size {
			return text[:at] + "…"
		}
		n++
	}
	return text
}

// shrinking is a page that can be made smaller; it says no when nothing is left to leave out.
type shrinking interface{ shrink() bool }

// shrink leaves out half of each list, which then says that there is more, and the picture last.
func (p *workPage) shrink() bool {
	done := false
	done = halve(&p.Sources, &p.MoreLinks) || done
	done = halve(&p.UsedIn, &p.MoreUsed) || done
	done = halve(&p.Payees, &p.MorePayees) || done
	done = halve(&p.Rivals, &p.MoreRivals) || done
	done = halve(&p.Offers, &p.MoreOffers) || done
	done = halve(&p.Past, &p.MorePast) || done
	if d := p.Dataset; d != nil {
		done = halve(&d.Versions, &d.More) || done
		done = halve(&d.Funds, &d.MoreFunds) || done
	}
	var more bool
	if halve(&p.History, &more) {
		p.MoreUntold, done = "/works/"+p.ID+"/history", true
	}
	for _, list := range []*[]line{&p.Question.Answer.Why, &p.Question.Answer.Duties, &p.Question.Answer.Notices} {
		if halve(list, &more) {
			(*list)[len(*list)-1], done = line{Text: "…"}, true
		}
	}
	if halve(&p.Creators, &more) {
		p.Creators[len(p.Creators)-1], done = creator{Name: "…"}, true
	}
	if halve(&p.Marks, &more) {
		p.Marks[len(p.Marks)-1], done = "…", true
	}
	if halve(&p.Holders, &more) {
		p.Holders[len(p.Holders)-1], done = payee{Account: link{Text: "…"}}, true
	}
	if p.JSONLD != "" {
		p.JSONLD, done = "", true
	}
	if !done && p.Drawn.SVG != "" {
		p.Drawn, done = drawn{Cut: true}, true
	}
	return done
}

// shrink leaves out half of what is claimed and ruled.
func (p *disputePage) shrink() bool {
	done := halve(&p.Claimed, &p.MoreClaimed)
	for i := range p.Rulings {
		done = halve(&p.Rulings[i].Redress, &p.Rulings[i].More) || done
	}
	return done
}

// shrink leaves out half of the payees.
func (p *txPage) shrink() bool {
	done := false
	for i := range p.Payments {
		done = halve(&p.Payments[i].Shares, &p.Payments[i].MoreShares) || done
	}
	return done
}

// shrink leaves out the validators with the least power.
func (p *networkPage) shrink() bool { return halve(&p.Validators, &p.More) }

func halve[T any](list *[]T, more *bool) bool {
	if len(*list) < 3 {
		return false
	}
	*list, *more = (*list)[:(len(*list)+1)/2], true
	return true
}
