package rightsoracle

import (
	"slices"
	"time"
)

// Action is one kind of use.
type Action string

// Kinds of use.
const (
	Copy       Action = "copy"
	Distribute Action = "distribute"
	Perform    Action = "perform"
	Adapt      Action = "adapt"
	Train      Action = "train on"
	Input      Action = "give to an AI"
	Search     Action = "index"
)

// Actions lists all kinds of use.
func Actions() []Action { return []Action{Copy, Distribute, Perform, Adapt, Train, Input, Search} }

// makes says whether the use makes a derivative.
func (a Action) makes() bool { return a == Adapt || a == Train }

// approved says whether an owner who approves derivatives is asked for the use.
func (a Action) approved() bool { return a.makes() || a == Input }

// Reply is what terms say about a use by machines.
type Reply string

// Replies. Unset training and input follow what may be made of the work.
const (
	Unset   Reply = ""
	Allowed Reply = "allowed"
	Denied  Reply = "denied"
	Paid    Reply = "paid"
)

// Making is what may be made from a work.
type Making string

// What may be made.
const (
	Nothing    Making = ""
	Anything   Making = "anything"
	ShareAlike Making = "anything under the same terms"
)

// Exclusivity is whom a running grant keeps out.
type Exclusivity string

// Whom it keeps out: nobody, other licensees, or the owner too.
const (
	Shared    Exclusivity = ""
	Sole      Exclusivity = "sole"
	Exclusive Exclusivity = "exclusive"
)

// Royalty is how a derivative owes: not at all, through any number of works, or of
// what its source takes in.
type Royalty string

// Kinds of royalty.
const (
	NoRoyalty Royalty = ""
	Absolute  Royalty = "absolute"
	Relative  Royalty = "relative"
)

// Terms are what a work is offered under. Names of licences that are known stand for
// what their texts say.
type Terms struct {
	Name        string
	Commercial  bool
	Credit      bool
	Making      Making
	Training    Reply
	Input       Reply
	Search      Reply
	Uses        []Action // none: all
	Territories []string // none: everywhere
	Media       []string // none: all

	Approval       bool
	ApprovalDirect bool
	SecondApprover Account

	Royalty  Royalty
	Rate     uint32 // ppm
	Fee      int64  // of a grant; 0: free
	UsePrice int64  // of each input and search that is paid; 0: none

	Duration     time.Duration // of a grant; 0: without end
	MaxGrants    int           // ever given; 0: any number
	PerGrant     int           // derivatives that a grant serves; 0: one
	Exclusivity  Exclusivity
	Transferable bool

	// Known: a licence that everybody knows by name. Such a one cannot be taken back,
	// costs nothing and is given to all.
	Known bool
	// NoFurtherRestrictions: whoever passes the work on may not add any.
	NoFurtherRestrictions bool
	CreativeCommons       bool
	// Instead are other licences that derivatives may be offered under.
	Instead []string
}

// KnownLicences are those that worlds are made with, by what their texts say: Creative
// Commons 4.0 section 2(a)(5), no downstream restrictions; section 6, termination for
// breach alone; BY-SA section 3(b), the same licence or a compatible one, which
// Creative Commons lists: GPL-3.0, one way.
func KnownLicences() []Terms {
	cc := func(name string, commercial, credit bool, making Making, instead ...string) Terms {
		return Terms{
			Name: name, Commercial: commercial, Credit: credit, Making: making, Known: true, CreativeCommons: true,
			NoFurtherRestrictions: true, Instead: instead,
		}
	}
	return []Terms{
		cc("CC0-1.0", true, false, Anything),
		cc("CC-BY-4.0", true, true, Anything),
		cc("CC-BY-SA-4.0", true, true, ShareAlike, "GPL-3.0-only"),
		cc("CC-BY-NC-4.0", false, true, Anything),
		cc("CC-BY-ND-4.0", true, true, Nothing),
		cc("CC-BY-NC-SA-4.0", false, true, ShareAlike),
		{Name: "MIT", Commercial: true, Credit: true, Making: Anything, Known: true},
		{
			Name: "GPL-3.0-only", Commercial: true, Credit: true, Making: ShareAlike, Known: true, NoFurtherRestrictions: true,
		},
	}
}

// denies says whether the terms answer no to a use, and why.
func (t Terms) denies(a Action) (code string, denied bool) {
	nothing := t.Making == Nothing
	switch {
	case a == Adapt && nothing, a == Train && t.Training == Unset && nothing, a == Input && t.Input == Unset && nothing:
		return "no_derivatives", true
	case a == Train && t.Training == Denied:
		return "training_denied", true
	case a == Input && t.Input == Denied:
		return "ai_input_denied", true
	case a == Search && t.Search == Denied:
		return "search_denied", true
	}
	return "", false
}

// permits says whether the terms are about a use and do not answer no to it, be it for
// a price.
func (t Terms) permits(a Action) bool {
	_, denied := t.denies(a)
	return !denied && (len(t.Uses) == 0 || slices.Contains(t.Uses, a))
}

// deniesOfResult says whether terms deny a use of what was made under them, and why.
// Whoever may adapt may copy and distribute the result; whoever may give a work to an
// AI may publish the output.
func (t Terms) deniesOfResult(a Action) (code string, denied bool) {
	published := slices.Contains(t.Uses, Adapt) || slices.Contains(t.Uses, Input)
	covered := len(t.Uses) == 0 || slices.Contains(t.Uses, a) || published && (a == Copy || a == Distribute)
	if !covered {
		return "use_not_covered", true
	}
	return t.denies(a)
}

// deniedOfResult lists the uses that terms deny of what was made under them.
func (t Terms) deniedOfResult() (list []Action) {
	for _, a := range Actions() {
		if _, denied := t.deniesOfResult(a); denied {
			list = append(list, a)
		}
	}
	return list
}

// paidByGrant says whether a use is paid with a grant: training always, input and
// search where they have no price of their own.
func (t Terms) paidByGrant(a Action) bool {
	switch a {
	case Train:
		return t.Training == Paid
	case Input:
		return t.Input == Paid && t.UsePrice == 0
	case Search:
		return t.Search == Paid && t.UsePrice == 0
	}
	return false
}

// paidEachTime says whether a use is paid each time.
func (t Terms) paidEachTime(a Action) bool {
	return t.UsePrice > 0 && (a == Input && t.Input == Paid || a == Search && t.Search == Paid)
}

// paysSomewhere says whether some use is paid.
func (t Terms) paysSomewhere() bool { return t.Training == Paid || t.Input == Paid || t.Search == Paid }

// serves is how many derivatives a grant serves.
func (t Terms) serves() int { return max(1, t.PerGrant) }

// standsIn says whether a permission under t is enough where want is asked for of what was
// made under that: what is made takes on nothing of t, so t asks no more.
func (t Terms) standsIn(want Terms) bool {
	if t.Name == want.Name {
		return true
	}
	narrower := func(list, of []string) bool {
		return len(of) == 0 || len(list) > 0 && !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(of, s) })
	}
	placed := len(want.Territories)+len(want.Media) > 0 || len(t.Territories)+len(t.Media) == 0
	return (t.Rate == 0 || t.Royalty == want.Royalty && t.Rate <= want.Rate) &&
		(!t.Credit || want.Credit) && (t.Commercial || !want.Commercial) && t.Making != ShareAlike &&
		placed && narrower(want.Territories, t.Territories) && narrower(want.Media, t.Media) &&
		!slices.ContainsFunc(t.deniedOfResult(), func(a Action) bool { return !slices.Contains(want.deniedOfResult(), a) })
}

// becomes says whether what has to be shared alike under these terms may be offered
// under others: the same, or those that the licence names.
func (t Terms) becomes(other Terms) bool {
	return t.Name == other.Name || slices.Contains(t.Instead, other.Name)
}

// goWith says whether there are terms that both may become.
func (t Terms) goWith(other Terms) bool { return t.becomes(other) || other.becomes(t) }

// covers says whether a list of terms, empty for all, has everything that is wanted,
// empty for all.
func covers(list, wanted []string) bool {
	if len(list) == 0 {
		return true
	}
	missing := func(w string) bool { return !slices.Contains(list, w) }
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, missing)
}

// meet says whether two lists, empty for all, have something in common.
func meet(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}

// excludes says whether a grant under exclusive terms would be broken by one under others: by a
// use that these permit, or that is free of what they let be made, in a territory and a medium.
func (t Terms) excludes(o Terms) bool {
	published := o.permits(Adapt) || o.permits(Input)
	breaks := func(a Action) bool {
		return t.permits(a) && (o.permits(a) || published && (a == Copy || a == Distribute))
	}
	return slices.ContainsFunc(Actions(), breaks) && meet(t.Territories, o.Territories) && meet(t.Media, o.Media)
}
