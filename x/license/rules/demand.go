package rules

// Kind names what a source demands of whatever derives from it.
type Kind uint8

// What sources demand.
const (
	// NonCommercial: no commercial use of the derivative.
	NonCommercial Kind = iota + 1
	// ShareAlike: the derivative is offered under the same terms only.
	ShareAlike
	// Expires: the permission to derive from the source ends.
	Expires
	// Attribution: the source is credited.
	Attribution
	// Scope: the derivative is used within the terms' territories and media.
	Scope
	// Ceiling: no commercial use once the derivative has taken in too much, and no
	// payments to it in denoms that the ceiling does not have.
	Ceiling
	// Uses: some uses of the derivative are denied, as they are of the source.
	Uses
	// PaidUses: some uses by machines are paid at the source too.
	PaidUses
	// Approval: who makes more of the derivative needs the approval of the
	// source's owner too.
	Approval
)

// Column is how much of what a source demands passes on to what is made from it.
// It follows from the role that the source had.
type Column uint8

// Columns.
const (
	// Full passes everything on: to what was adapted from the source or generated
	// from it, and to datasets.
	Full Column = iota
	// Trained passes on what binds a model that was trained on the source: it may
	// be run, adapted and asked, whatever may be done with the source itself.
	Trained
)

// Passes says whether a demand of the kind passes on, the source's own or one that
// it inherited.
func (c Column) Passes(k Kind) bool {
	if c == Full {
		return true
	}
	return k != Uses && k != PaidUses && k != Approval
}

// Demand is what a source demands under its terms. A derivative's demands are
// those of its sources and all that these inherited.
type Demand struct {
	Kind Kind
	// Source and TermsID name the work and the terms the demand comes from.
	Source  string
	TermsID string
	Terms   Terms
	// Version of the source's details by which it is credited, for Attribution; of the
	// price that is asked there, for PaidUses.
	Version uint32
}

// Group is what one source demands, its own terms' demands and those it
// inherited; or what several demand, combined.
type Group []Demand

// Demands lists what terms demand of a derivative, on behalf of a source.
func Demands(source, termsID string, t Terms, column Column) Group {
	var g Group
	for _, d := range []struct {
		kind     Kind
		demanded bool
	}{
		{NonCommercial, !t.Commercial},
		{ShareAlike, t.Derivatives == DerivativesShareAlike},
		{Attribution, t.Attribution},
		{Scope, t.Territories != "" || t.Media != ""},
		{Ceiling, t.Ceiling != ""},
		{Uses, t.DeniedUses() != 0},
		{PaidUses, t.Training == Paid || t.Input == Paid || t.Search == Paid},
		{Approval, t.Approval && !t.ApprovalDirect},
	} {
		if d.demanded && column.Passes(d.kind) {
			g = append(g, Demand{Kind: d.kind, Source: source, TermsID: termsID, Terms: t})
		}
	}
	return g
}

// limits says whether the demand restricts whoever receives the derivative, which
// terms that allow no further restriction do not go with.
func (d Demand) limits() bool {
	switch d.Kind {
	case Scope, Ceiling, Expires, Uses, PaidUses, Approval:
		return true
	}
	return false
}
