package disputeoracle

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account, Work, Denom, Terms and Dispute are names.
type (
	Account string
	Work    string
	Denom   string
	Terms   string
	Dispute string
)

// Governance decides what no arbiter can, and appeals.
const Governance Account = "governance"

// Coins are amounts by denom, in units: whole numbers of a size that is divided without a rest.
type Coins map[Denom]int64

func (c Coins) String() string {
	var list []string
	for denom, amount := range c {
		list = append(list, fmt.Sprint(amount, " ", denom))
	}
	slices.Sort(list)
	return strings.Join(list, " and ")
}

// Kind is what a dispute is about.
type Kind string

// The kinds.
const (
	PriorClaim       Kind = "prior claim"
	MissingSource    Kind = "missing source"
	WrongTerms       Kind = "wrong terms"
	FalseDeclaration Kind = "false declaration"
	FalseWeight      Kind = "false weight"
	UnfairManifest   Kind = "unfair manifest"
)

// Redress is what is claimed, or what a ruling gives.
type Redress struct {
	// To gets the work with all its revenue.
	To Account
	// Invalid takes the work's claim away; Successor earns in its place.
	Invalid   bool
	Successor Work
	// Source is owed by Terms from now on, or Payee gets so many percent.
	Source Work
	Terms  Terms
	Payee  Account
	Share  int64
	// Weighed source has another weight, in percent.
	Weighed Work
	Weight  int64
	// Past is the most that is claimed for the past, Restitution what a ruling gives of it.
	Past        Coins
	Restitution []Restitution
}

// Restitution is owed by an account that held revenue of the work by one of its tables, or, with no
// account, by the work.
type Restitution struct {
	Debtor   Account
	Table    int
	Creditor Work
	Denom    Denom
	Amount   int64
}

func (r Redress) String() string {
	var list []string
	add := func(is bool, format string, args ...any) {
		if is {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(r.To != "", "the work to %s", r.To)
	add(r.Invalid, "invalid, succeeded by %q", r.Successor)
	add(r.Source != "", "source %s under %s", r.Source, r.Terms)
	add(r.Payee != "", "%d %% for %s", r.Share, r.Payee)
	add(r.Weighed != "", "%s weighs %d %%", r.Weighed, r.Weight)
	add(len(r.Past) > 0, "%s for the past", r.Past)
	for _, p := range r.Restitution {
		debtor := string(p.Debtor)
		if debtor == "" {
			debtor = "the work"
		}
		add(true, "%s (table %d) owes %s %d %s", debtor, p.Table, p.Creditor, p.Amount, p.Denom)
	}
	return strings.Join(list, ", ")
}

// Act is something that somebody does, or that a block ends.
type Act interface{ String() string }

// The acts with money and works.
type (
	// Pay pays a work.
	Pay struct {
		By     Account
		Work   Work
		Denom  Denom
		Amount int64
	}
	// Derive declares a source under its offered terms.
	Derive struct {
		By           Account
		Work, Source Work
		Terms        Terms
	}
	// Assign gives so many percent of the work's revenue to another, out of the own share.
	Assign struct {
		By    Account
		Work  Work
		To    Account
		Share int64
	}
	// OfferTransfer offers the work to another, AcceptTransfer takes it over.
	OfferTransfer struct {
		By   Account
		Work Work
		To   Account
	}
	// AcceptTransfer takes a work over.
	AcceptTransfer struct {
		By   Account
		Work Work
	}
	// Withdraw takes out what is credited and not paid out.
	Withdraw struct{ By Account }
	// Settle has all flow that waits at a work.
	Settle struct {
		By   Account
		Work Work
	}
	// Name has governance name the arbiters, in this order.
	Name struct{ Arbiters []Account }
	// NextBlock ends the block; the next one begins so much later.
	NextBlock struct{ Later time.Duration }
)

// The acts of disputes.
type (
	// Object says that a source weighs so many percent in a work.
	Object struct {
		By           Account
		Work, Source Work
		Weight       int64
	}
	// Open contests a work.
	Open struct {
		By       Account
		Dispute  Dispute
		Work     Work
		Kind     Kind
		Claim    Redress
		Evidence string
		Bond     Coins
	}
	// Answer concedes or contests.
	Answer struct {
		By      Account
		Dispute Dispute
		Concede bool
		Bond    Coins
	}
	// Rule decides.
	Rule struct {
		By      Account
		Dispute Dispute
		Upheld  bool
		Redress Redress
	}
	// Appeal takes a ruling to governance.
	Appeal struct {
		By      Account
		Dispute Dispute
		Bond    Coins
	}
	// Drop gives a dispute up.
	Drop struct {
		By      Account
		Dispute Dispute
	}
	// CallBond calls for a higher bond.
	CallBond struct {
		By      Account
		Dispute Dispute
	}
	// AddBond raises one.
	AddBond struct {
		By      Account
		Dispute Dispute
		Bond    Coins
	}
)

func (a Pay) String() string {
	return fmt.Sprintf("%s pays %d %s to %s", a.By, a.Amount, a.Denom, a.Work)
}

func (a Derive) String() string {
	return fmt.Sprintf("%s declares %s made from %s under %s", a.By, a.Work, a.Source, a.Terms)
}

func (a Assign) String() string {
	return fmt.Sprintf("%s gives %d %% of %s to %s", a.By, a.Share, a.Work, a.To)
}

func (a OfferTransfer) String() string { return fmt.Sprintf("%s offers %s to %s", a.By, a.Work, a.To) }

func (a AcceptTransfer) String() string { return fmt.Sprintf("%s takes over %s", a.By, a.Work) }

func (a Withdraw) String() string { return fmt.Sprintf("%s withdraws", a.By) }

func (a Settle) String() string { return fmt.Sprintf("%s settles %s", a.By, a.Work) }

func (a Name) String() string { return fmt.Sprintf("governance names as arbiters %v", a.Arbiters) }

func (a NextBlock) String() string {
	if a.Later == 0 {
		return "---"
	}
	return fmt.Sprintf("--- %s later", a.Later)
}

func (a Object) String() string {
	return fmt.Sprintf("%s objects: %s weighs %d %% in %s", a.By, a.Source, a.Weight, a.Work)
}

func (a Open) String() string {
	return fmt.Sprintf("%s opens %s about %s, a %s: %s; evidence %s, bond %s", a.By, a.Dispute, a.Work, a.Kind, a.Claim, a.Evidence, a.Bond)
}

func (a Answer) String() string {
	if a.Concede {
		return fmt.Sprintf("%s concedes %s", a.By, a.Dispute)
	}
	return fmt.Sprintf("%s contests %s, bond %s", a.By, a.Dispute, a.Bond)
}

func (a Rule) String() string {
	if !a.Upheld {
		return fmt.Sprintf("%s dismisses %s", a.By, a.Dispute)
	}
	return fmt.Sprintf("%s upholds %s: %s", a.By, a.Dispute, a.Redress)
}

func (a Appeal) String() string {
	return fmt.Sprintf("%s appeals %s, bond %s", a.By, a.Dispute, a.Bond)
}

func (a Drop) String() string { return fmt.Sprintf("%s drops %s", a.By, a.Dispute) }

func (a CallBond) String() string { return fmt.Sprintf("%s calls for the bond of %s", a.By, a.Dispute) }

func (a AddBond) String() string {
	return fmt.Sprintf("%s adds %s to the bond of %s", a.By, a.Bond, a.Dispute)
}
