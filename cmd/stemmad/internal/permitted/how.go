package permitted

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// how says why a permission is the one that was found.
func how(req Request, c permission.Choice) string {
	if c.Permission == "" {
		return "your own work"
	}
	s := ""
	switch {
	case len(c.Joined) > 0:
		names := make([]string, len(c.Joined))
		for i, terms := range c.Joined {
			names[i] = Name(terms)
		}
		return "public offers of " + strings.Join(names, " and ") + ", under any of which the work may be shared"
	case c.Buy != nil:
		s = bought(req.Units, c)
	case c.Grant != nil:
		s = "your grant " + c.Permission + " under " + says(req.Units, *c.Terms) + until(c.Until) + left(*c.Grant)
	default:
		s = "public offer of " + says(req.Units, *c.Terms)
	}
	if len(c.Beside) == 0 {
		return s
	}
	var items []rights.Item
	var said []string
	for _, p := range c.Purchases() {
		items = append(items, p.Item)
	}
	for _, p := range c.Beside {
		said = append(said, besides(req, p.Item))
	}
	return s + fmt.Sprintf("; beside it %s; in all %s, all or nothing", strings.Join(said, " and "), req.Units.ExactSum(rights.Total(items)))
}

// says names terms with what they ask and how they bind.
func says(u units.Units, terms licensetypes.IdentifiedTerms) string {
	return Name(terms) + ", " + Royalty(terms.Terms) + binding(u, terms.Terms)
}

// bought says what a grant is that is bought.
func bought(u units.Units, c permission.Choice) string {
	terms := c.Terms.Terms
	return fmt.Sprintf("a grant (%s) under %s, bought %s, %s%s%s, for %s%s", c.Permission, Name(*c.Terms), costing(u, c.Buy.Price),
		Royalty(terms), binding(u, terms), until(c.Until), Serves(terms, ServesFor(terms, c.Buy.Message.Derivative)), named(c.Buy.Offer.Conditions))
}

// until says when a permission ends; empty: never.
func until(end *time.Time) string {
	if end == nil {
		return ""
	}
	return ", until " + table.Time(*end) + " unless renewed"
}

// left says what a derivation takes of the number that a grant serves; empty: there is no
// number, or the derivative counts already.
func left(g licensetypes.NamedGrant) string {
	serves, used := g.Grant.Serves, g.Grant.Used
	switch {
	case serves == licensetypes.UnlimitedDerivatives:
		return ""
	case serves <= 1 && used > 0:
		return "; it is tied to this work already"
	case serves <= 1:
		return "; this uses it up, it serves no other work then"
	}
	left := serves - min(used, serves)
	if left == 1 {
		return fmt.Sprintf("; 1 of its %d derivatives is left, which this takes unless it counts already", serves)
	}
	return fmt.Sprintf("; %d of its %d derivatives are left, of which this takes one unless it counts already", left, serves)
}

// besides says one thing that is bought of a source's source.
func besides(req Request, item rights.Item) string {
	kind, serves := "a grant", words.ServesFor(words.Serves(item.Offer.Serves), req.Use())
	if !item.Offer.UsesOf.IsZero() {
		kind, serves = "a pass", words.PassServes(req.Use())
	}
	return fmt.Sprintf("%s of %s, which %s was made from, under %s, bought %s, for %s",
		kind, item.Offer.Work, cmp.Or(req.Title, "this source"), obtainableName(item.Offer), costing(req.Units, item.Price), serves)
}

// costing says a price in a sentence.
func costing(u units.Units, price *sdk.Coin) string {
	if price == nil {
		return "free of charge"
	}
	return "for " + u.Exact(*price)
}

// NotKeptOut says of a grant that keeps others out what it doesn't reach; empty of another.
func NotKeptOut(t licensetypes.Terms, made uint32) string {
	if t.Exclusivity == licensetypes.EXCLUSIVITY_NONE {
		return ""
	}
	return fmt.Sprintf(" It keeps nobody out of what was made of the work before, %d works since such terms were first offered: "+
		"stemmad lineage --down lists them.", made)
}

// Listed says of an offer that names who may have it that it does, before it is taken; empty:
// everybody may. The digest is that of the accounts.
func Listed(c licensetypes.Conditions) string {
	if c.AllowList.IsZero() {
		return ""
	}
	return " Only accounts that the owner named can have it, or a pass for uses of what is made under it."
}

// named says the same in a list of options.
func named(c licensetypes.Conditions) string {
	if c.AllowList.IsZero() {
		return ""
	}
	return ", to be had by accounts that the owner named alone"
}

// PaysEach says what is to be paid with each use, a line each.
func (c Choice) PaysEach(name words.Namer) []string {
	lines := make([]string, len(c.PerUse))
	for i, o := range c.PerUse {
		lines[i] = words.Duty(o, licensetypes.Rights{}, licensetypes.Use{}, name)
	}
	return lines
}
