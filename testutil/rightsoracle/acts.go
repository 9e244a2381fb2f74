package rightsoracle

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account, Work and Grant are names: alice, song, "bob's grant 1 of song under paid".
type (
	Account string
	Work    string
	Grant   string
)

// Kind is what a work is. Only models and datasets are trained on others.
type Kind string

// Kinds of work.
const (
	Image   Kind = "image"
	Model   Kind = "model"
	Dataset Kind = "dataset"
)

// Role is what a source was to the work that was made from it.
type Role string

// Roles, as C2PA and people write them.
const (
	ParentOf    Role = "parentOf"
	ComponentOf Role = "componentOf"
	InputTo     Role = "inputTo"
	TrainedOn   Role = "trainedOn"
	Cites       Role = "cites"
)

// Permission is what a derivation relies on: a grant, the terms of a public offer, or
// neither for a work of one's own.
type Permission struct {
	Terms string
	Grant Grant
}

// Own is the permission for one's own works.
var Own = Permission{}

func (p Permission) String() string {
	switch {
	case p.Grant != "":
		return string(p.Grant)
	case p.Terms != "":
		return "the offer of " + p.Terms
	}
	return "owning it"
}

// Source is one of a derivation.
type Source struct {
	Work       Work
	Role       Role
	Permission Permission
}

// Shown is what an owner was shown to stand of a work.
type Shown struct{ Grants, Derivatives, Irrevocable int }

// Act is something that happens.
type Act interface {
	// String says it in plain words.
	String() string
}

// What happens to works.
type (
	// Register claims a content, which is a number here.
	Register struct {
		By      Account
		Work    Work
		Kind    Kind
		Content int
	}
	// Revise gives the work a new title, of its next version.
	Revise struct {
		By   Account
		Work Work
	}
	// Sell is an offered and accepted transfer.
	Sell struct {
		By, To Account
		Work   Work
	}
	// Share gives half of the revenue that the account holds to another.
	Share struct {
		By, With Account
		Work     Work
	}
	// Withdraw ends what is new; Restore lets it begin again.
	Withdraw struct {
		By   Account
		Work Work
	}
	Restore struct {
		By   Account
		Work Work
	}
	// Dispute and Settle are x/dispute's, not anybody's message.
	Dispute struct{ Work Work }
	Settle  struct{ Work Work }
	// Wait lets time pass.
	Wait struct{ For time.Duration }
)

// What happens to offers, approvals and grants.
type (
	// Offer puts terms on a work, in place of an earlier offer of them.
	Offer struct {
		By     Account
		Work   Work
		Terms  string
		Price  int64 // 0: the terms' fee
		Lasts  time.Duration
		Paused bool
		Only   []Account
	}
	// Close ends an offer.
	Close struct {
		By    Account
		Work  Work
		Terms string
	}
	// Approve lets a licensee, or whoever owns a derivative, take an offer.
	Approve struct {
		By         Account
		Work       Work
		Terms      string
		Licensee   Account
		Derivative Work
	}
	// Disapprove takes that back.
	Disapprove struct {
		By         Account
		Work       Work
		Terms      string
		Licensee   Account
		Derivative Work
	}
	// Acquire takes what an offer says. For is the derivative that it is for, if named.
	Acquire struct {
		By     Account
		Work   Work
		Terms  string
		Serial int
		MaxFee int64
		For    Work
	}
	// Renew makes a grant last longer.
	Renew struct {
		By     Account
		Grant  Grant
		MaxFee int64
	}
	// OfferGrant, CancelGrant and AcceptGrant pass a grant on.
	OfferGrant struct {
		By, To Account
		Grant  Grant
	}
	CancelGrant struct {
		By    Account
		Grant Grant
	}
	AcceptGrant struct {
		By    Account
		Grant Grant
	}
)

// What happens to sources.
type (
	// Derive declares what a work was made from. Record: with a generation record.
	Derive struct {
		By              Account
		Work            Work
		Sources         []Source
		Record          bool
		AllowUnapproved bool
		MaxRate         uint32
	}
	// Consent approves a later source of Derivative by which it newly owes Work or is newly
	// limited by it: a declaration by its number, or in advance the source Through in a role,
	// by a permission.
	Consent struct {
		By          Account
		Work        Work
		Derivative  Work
		Declaration int
		Through     Work
		Role        Role
		Permission  Permission
		Shown       Shown
	}
	// Dissent takes a consent in advance back.
	Dissent struct {
		By         Account
		Work       Work
		Derivative Work
		Through    Work
	}
)

// Named is the grant that the act gives.
func (a Acquire) Named() Grant {
	return Grant(fmt.Sprintf("%s's grant %d of %s under %s", a.By, a.Serial, a.Work, a.Terms))
}

func (a Register) String() string {
	return fmt.Sprintf("%s registers the %s %s (content %d)", a.By, a.Kind, a.Work, a.Content)
}
func (a Revise) String() string { return fmt.Sprintf("%s gives %s a new title", a.By, a.Work) }
func (a Sell) String() string   { return fmt.Sprintf("%s sells %s to %s", a.By, a.Work, a.To) }
func (a Share) String() string {
	return fmt.Sprintf("%s shares the revenue of %s with %s", a.By, a.Work, a.With)
}
func (a Withdraw) String() string { return fmt.Sprintf("%s withdraws %s", a.By, a.Work) }
func (a Restore) String() string  { return fmt.Sprintf("%s restores %s", a.By, a.Work) }
func (a Dispute) String() string  { return fmt.Sprintf("%s is disputed", a.Work) }
func (a Settle) String() string   { return fmt.Sprintf("the dispute about %s is dismissed", a.Work) }
func (a Wait) String() string     { return fmt.Sprintf("%s pass", a.For) }
func (a Close) String() string {
	return fmt.Sprintf("%s closes the offer of %s under %s", a.By, a.Work, a.Terms)
}

func (a Offer) String() string {
	s := fmt.Sprintf("%s offers %s under %s", a.By, a.Work, a.Terms)
	if a.Price > 0 {
		s += fmt.Sprintf(" for %d", a.Price)
	}
	if a.Lasts > 0 {
		s += fmt.Sprintf(" for the next %s", a.Lasts)
	}
	if len(a.Only) > 0 {
		s += fmt.Sprintf(" to %v only", a.Only)
	}
	if a.Paused {
		s += ", paused"
	}
	return s
}

func whom(licensee Account, derivative Work) string {
	if derivative != "" {
		return "whoever owns " + string(derivative)
	}
	return string(licensee)
}

func (a Approve) String() string {
	return fmt.Sprintf("%s approves %s for %s under %s", a.By, whom(a.Licensee, a.Derivative), a.Work, a.Terms)
}

func (a Disapprove) String() string {
	return fmt.Sprintf("%s takes back the approval of %s for %s under %s", a.By, whom(a.Licensee, a.Derivative), a.Work, a.Terms)
}

func (a Acquire) String() string {
	s := fmt.Sprintf("%s acquires grant %d of %s under %s", a.By, a.Serial, a.Work, a.Terms)
	if a.For != "" {
		s += fmt.Sprintf(" for %s", a.For)
	}
	return s + fmt.Sprintf(" at most for %d", a.MaxFee)
}

func (a Renew) String() string {
	return fmt.Sprintf("%s renews %s at most for %d", a.By, a.Grant, a.MaxFee)
}

func (a OfferGrant) String() string { return fmt.Sprintf("%s offers %s to %s", a.By, a.Grant, a.To) }

func (a CancelGrant) String() string {
	return fmt.Sprintf("%s takes the offer of %s back", a.By, a.Grant)
}
func (a AcceptGrant) String() string { return fmt.Sprintf("%s accepts %s", a.By, a.Grant) }

func (a Derive) String() string {
	var from []string
	for _, s := range a.Sources {
		text := fmt.Sprintf("%s (%s", s.Work, s.Role)
		if s.Role != Cites {
			text += fmt.Sprintf(" by %s", s.Permission)
		}
		from = append(from, text+")")
	}
	s := fmt.Sprintf("%s derives %s from %s", a.By, a.Work, strings.Join(from, ", "))
	if a.Record {
		s += ", with a generation record"
	}
	if a.AllowUnapproved {
		s += ", approved or not"
	}
	return s
}

func (a Consent) String() string {
	if a.Declaration > 0 {
		return fmt.Sprintf("%s, for %s, approves declaration %d of %s, shown %v", a.By, a.Work, a.Declaration, a.Derivative, a.Shown)
	}
	return fmt.Sprintf("%s, for %s, approves in advance %s as %s of %s by %s, shown %v",
		a.By, a.Work, a.through(), a.Role, a.Derivative, a.Permission, a.Shown)
}

func (a Dissent) String() string {
	return fmt.Sprintf("%s, for %s, takes back what was approved in advance for %s through %s", a.By, a.Work, a.Derivative, a.Through)
}

// through is the source that the consent is about.
func (a Consent) through() Work {
	if a.Through == "" {
		return a.Work
	}
	return a.Through
}

func (a Dissent) through() Work {
	if a.Through == "" {
		return a.Work
	}
	return a.Through
}

// linked are the sources that are more than cited.
func (a Derive) linked() []Source {
	return slices.DeleteFunc(slices.Clone(a.Sources), func(s Source) bool { return s.Role == Cites })
}
