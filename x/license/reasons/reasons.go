// Package reasons is the one table of what the license module tells people: for each
// reason that the rules give, and each notice, its sentence and its remedy, whether it
// denies or asks, and the error of a message that is refused for it. The rules give
// codes; errors, commands and docs/rights.md read the words here. Only a remedy that
// names a command is elsewhere, with the commands (client/words).
package reasons

import (
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// Reason is the row of a code.
type Reason struct {
	Code rules.Code
	// Asks: the use may be made once something was obtained; else it is denied.
	Asks bool
	// Sentence says it in plain words, and Remedy what to do. They begin with a small
	// letter and have no full stop, so that errors and lists take them as they are.
	Sentence, Remedy string
	// Err is the error of a message that is refused for it.
	Err error
}

// Notice is the row of a notice.
type Notice struct {
	Code rules.Notice
	// Sentence and Remedy are as a reason's.
	Sentence, Remedy string
}

// All lists all reasons, in order of their codes.
func All() []Reason {
	list := slices.Clone(table)
	slices.SortFunc(list, func(a, b Reason) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return list
}

// Notices lists all notices, in order of their codes.
func Notices() []Notice {
	list := slices.Clone(notices)
	slices.SortFunc(list, func(a, b Notice) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return list
}

// Of finds the row of a code; false for one that this program is too old to know.
func Of(code rules.Code) (Reason, bool) {
	i := slices.IndexFunc(table, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		return Reason{}, false
	}
	return table[i], true
}

// NoticeOf finds the row of a notice, as Of does a reason's.
func NoticeOf(code rules.Notice) (Notice, bool) {
	i := slices.IndexFunc(notices, func(n Notice) bool { return n.Code == code })
	if i < 0 {
		return Notice{}, false
	}
	return notices[i], true
}

const (
	askSource  = "ask the owner of that work for other terms, or use it only as these allow"
	otherTerms = "offer it under terms that comply, or do without that source"
	leaveOne   = "leave out one of the two, or ask an owner for other terms"
	otherOffer = "look for another offer of the work, or ask its owner for one"
)

var notices = []Notice{
	{
		rules.Contested, "somebody else's claim to the content stands before this work's",
		"ask about the content itself, whose answer is the earliest claim's, before you rely on this one",
	},
	{
		rules.AlsoClaimed, "somebody else claims the content too, later; that changes nothing",
		"nothing is to be done; whoever disagrees opens a dispute",
	},
	{
		rules.LaterSource, "what you rely on is older than sources that the work declared later: they are credited, " +
			"and limit and cost it nothing",
		"credit them; renewing what you rely on, or another permission, takes on what they demand",
	},
	{
		rules.SourceUnapproved, "the owners of later sources have not approved them",
		"go on under what you have; the work takes no offers and no new grants until they approve",
	},
	{
		rules.ApartItems, "it is a collection or a dataset, or was made from one, whose items are licensed apart from it",
		"before you use an item by itself, ask about that item; this answer opens none",
	},
	{
		rules.NoLongerOffered, "the owner offers it no longer, but the licence cannot be taken back and permits it for ever",
		"nothing is to be done; keep to the licence as before",
	},
	{
		rules.DenomsLimited, "works that it was made from set a ceiling on what it earns, so it can be paid in their denoms only",
		"pay it in one of these denoms",
	},
	{
		rules.UnderDispute, "a dispute about the work is open",
		"go on under what you have, and look at the dispute before you build on the work",
	},
}
