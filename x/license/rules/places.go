package rules

import "strings"

// Places is a set of countries by the two letters of their codes; empty: none is known of.
// Whether terms overlap is asked of each offer with each grant: sets make that cheap.
type Places [(26*26 + 63) / 64]uint64

// PlacesOf is a list of codes, joined by commas, as a set; one without a code of two capitals
// is none.
func PlacesOf(list string) (set Places) {
	for rest := list; rest != ""; {
		var code string
		code, rest, _ = strings.Cut(rest, ",")
		if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
			return Places{}
		}
		n := int(code[0]-'A')*26 + int(code[1]-'A')
		set[n/64] |= 1 << (n % 64)
	}
	return set
}

func (p Places) meet(o Places) bool {
	for i := range p {
		if p[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// meets says whether two terms have a territory and a medium in common.
func (t Terms) meets(o Terms) bool {
	if t.Places != (Places{}) && o.Places != (Places{}) {
		return t.Places.meet(o.Places) && meet(t.Media, o.Media)
	}
	return meet(t.Territories, o.Territories) && meet(t.Media, o.Media)
}

// meet says whether two ordered lists, empty for all, have an entry in common.
func meet(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	for a != "" && b != "" {
		x, afterX, _ := strings.Cut(a, ",")
		y, afterY, _ := strings.Cut(b, ",")
		switch {
		case x == y:
			return true
		case x < y:
			a = afterX
		default:
			b = afterY
		}
	}
	return false
}

// within says whether an ordered list allows no more than another; empty: all.
func within(list, limit string) bool {
	if limit == "" || list == "" {
		return limit == ""
	}
	for list != "" {
		one, rest, _ := strings.Cut(list, ",")
		other, others, _ := strings.Cut(limit, ",")
		switch {
		case one == other:
			list, limit = rest, others
		case limit == "" || one < other:
			return false
		default:
			limit = others
		}
	}
	return true
}
