package pages

import (
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/portal/catalog"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// line is a sentence of an answer about rights.
type line struct {
	Text string
	// About are the works and the terms that it is about, and Also what it adds to them: a
	// time, a price, a credit line.
	About []link
	Also  []string
}

// appendNew leaves out what is in a list already.
func appendNew(list []line, l line) []line {
	for _, have := range list {
		if have.Text == l.Text && slices.Equal(have.About, l.About) && slices.Equal(have.Also, l.Also) {
			return list
		}
	}
	return append(list, l)
}

// english says that the reader reads English, in which the sentences that programs print
// name commands too.
func (v *visit) english() bool { return v.lang.words.Code == catalog.Default }

// meaning says a value that the chain names; one of a newer chain by the spare text.
func (v *visit) meaning(namespace, name, prefix, spare string) string {
	key := namespace + strings.ToLower(strings.TrimPrefix(name, prefix))
	if !v.lang.words.Has(key) {
		key = spare
	}
	return v.T(key)
}

// reason says why a use may not be made, or not yet.
func (a *asking) reason(r licensetypes.Reason, of licensetypes.Rights, name words.Namer) line {
	if a.english() {
		return line{Text: words.Explain(r, of.Offers, name)}
	}
	said := line{Text: a.meaning("reason.", r.Code, "", "reason.unknown")}
	if id, err := licensetypes.ParseTermsID(r.Permission); err == nil {
		said.About = append(said.About, termsLink(id, name))
	} else if r.Permission != "" {
		said.About = append(said.About, link{Text: short(r.Permission)})
	}
	if !r.Ancestor.IsZero() {
		said.About = append(said.About, workLink(r.Ancestor, ""))
	}
	if !r.AncestorTerms.IsZero() {
		said.About = append(said.About, termsLink(r.AncestorTerms, name))
	}
	if r.At != nil {
		said.Also = append(said.Also, sayTime(a.lang.words, *r.At))
	}
	return said
}

// duty says what whoever makes the use has to do.
func (a *asking) duty(o licensetypes.Obligation, of licensetypes.Rights, use licensetypes.Use, name words.Namer) line {
	if a.english() {
		return line{Text: words.Duty(o, of, use, name)}
	}
	said := line{Text: a.meaning("duty.", o.Kind.String(), "OBLIGATION_", "duty.unspecified")}
	if !o.Work.IsZero() {
		said.About = append(said.About, workLink(o.Work, ""))
	}
	if !o.Terms.IsZero() {
		for _, id := range append([]licensetypes.TermsID{o.Terms}, o.OrTerms...) {
			said.About = append(said.About, termsLink(id, name))
		}
	}
	for _, also := range []string{o.Text, a.royalty(o.RoyaltyPolicy, o.RoyaltyRate)} {
		if also != "" {
			said.Also = append(said.Also, also)
		}
	}
	if !o.Price.Empty() {
		said.Also = append(said.Also, a.price(o.Price))
	}
	return said
}

// note says what is good to know.
func (a *asking) note(n licensetypes.Notice) line {
	if a.english() {
		return line{Text: words.Notify(n)}
	}
	said := line{Text: a.meaning("notice.", n.Code, "", "notice.unknown"), Also: slices.Clone(n.Denoms)}
	for _, id := range n.Works {
		said.About = append(said.About, workLink(id, ""))
	}
	switch more := int(n.Count) - len(n.Works); {
	case n.AtLeast:
		said.Also = append(said.Also, a.T("notice.more.least", more))
	case more > 0:
		said.Also = append(said.Also, a.T("notice.more", more))
	}
	return said
}

func termsLink(id licensetypes.TermsID, name words.Namer) link {
	return link{name(id), "/terms/" + id.String()}
}
