package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/register/describe"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Sort says which row of the chain a declaration is.
type Sort string

const (
	// Registered is a work's row.
	Registered Sort = "work"
	// Generated is a generation record.
	Generated Sort = "record"
	// Carded is a version of an agent's card.
	Carded Sort = "card"
	// Linked is a declared source: an edge, with the source's row where it is registered.
	Linked Sort = "source"
)

// Declaration is a row of the chain that lines of a report come from.
type Declaration struct {
	// Number in the report, from 1.
	Number int  `json:"number"`
	Sort   Sort `json:"sort"`
	// Work that it is about, in which version; of a source the source. Name is its title.
	Work    string `json:"work,omitempty"`
	Version uint32 `json:"version,omitempty"`
	Name    string `json:"name,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Sha256  string `json:"sha256,omitempty"`
	// Owner now, and since when it is claimed.
	Owner  string     `json:"owner,omitempty"`
	Since  *time.Time `json:"since,omitempty"`
	Status string     `json:"status,omitempty"`
	// Contested: somebody else claimed the content earlier.
	Contested bool `json:"contested,omitempty"`
	// URI is where an external source is, or where more is said of a work.
	URI string `json:"uri,omitempty"`
	// Blanked is the SHA-256 of text that was taken back.
	Blanked string `json:"blanked,omitempty"`
	// Of is the work that declares the source, so many steps from the work, in that role and at that time.
	Of    string     `json:"of,omitempty"`
	Depth uint32     `json:"depth,omitempty"`
	Role  string     `json:"role,omitempty"`
	At    *time.Time `json:"at,omitempty"`
	Later bool       `json:"later,omitempty"`
	Ruled bool       `json:"ruled,omitempty"`
	// Licences are the terms relied on; Grant the grant, with what was paid for it.
	Licences []Licence `json:"licences,omitempty"`
	Grant    string    `json:"grant,omitempty"`
	Fee      string    `json:"fee,omitempty"`
	// Agent, with the version of its card that the record pins, and when an anchor held the statement.
	Agent       string     `json:"agent,omitempty"`
	CardVersion uint32     `json:"card_version,omitempty"`
	Anchored    *time.Time `json:"anchored,omitempty"`
	// Recorded: the source has a generation record of its own.
	Recorded bool `json:"recorded,omitempty"`
	// Manifest of the source in the version that was declared; nil: it has none.
	Manifest *DeclaredManifest `json:"manifest,omitempty"`
}

// DeclaredManifest is what a manifest commits to, and how its work stands at the moment of the report.
type DeclaredManifest struct {
	// Version of the work that it came with, and its digest.
	Version      uint32 `json:"version"`
	Sha256       string `json:"sha256"`
	Items        uint64 `json:"items,string"`
	Contributors uint64 `json:"contributors,string"`
	Weight       uint64 `json:"weight,string"`
	// SharePPM of what the work earns is shared with the contributors to the version SharedWith; 0: nothing is.
	SharePPM   uint32 `json:"share_ppm"`
	SharedWith uint32 `json:"shared_with,omitempty"`
	// Withdrawals is how many there are, and their list's digest.
	Withdrawals       uint64 `json:"withdrawals,string"`
	WithdrawalsSha256 string `json:"withdrawals_sha256,omitempty"`
}

func declaredManifest(d *Dataset) *DeclaredManifest {
	if d == nil {
		return nil
	}
	r := d.Manifest.Roots
	return &DeclaredManifest{
		Version: d.Manifest.Version, Sha256: d.Manifest.Sha256.String(), Items: r.ItemCount, Contributors: r.ContributorCount, Weight: r.Weight,
		SharePPM: d.Pool.Weight, SharedWith: d.Pool.Version, Withdrawals: d.Withdrawals.Count,
		WithdrawalsSha256: d.Withdrawals.Sha256.String(),
	}
}

// Licence is terms by id and name.
type Licence struct {
	Terms string `json:"terms"`
	SPDX  string `json:"spdx,omitempty"`
	URI   string `json:"uri,omitempty"`
}

// book numbers the declarations of what is known.
type book struct {
	Known
	list []Declaration
	// work, record and card are their numbers, 0: there is none; first that of the first source.
	work, record, card, first int
}

func newBook(k Known) *book {
	b := &book{Known: k}
	b.work = b.add(registered(k.Work))
	if r := k.Record; r != nil {
		b.record = b.add(Declaration{
			Sort: Generated, Work: k.Work.Id.String(), At: r.GeneratedAt, Agent: r.Agent.String(), CardVersion: r.AgentVersion,
			Anchored: r.AnchoredAt, Blanked: r.BlankedSha256.String(),
		})
	}
	if k.Card != nil {
		b.card = b.add(Declaration{
			Sort: Carded, Agent: k.Passport.Id.String(), CardVersion: k.Record.AgentVersion, At: &k.Card.CreatedAt,
			Name: k.Passport.Name, Owner: k.Passport.Controller, Blanked: k.Card.BlankedSha256.String(),
		})
	}
	b.first = len(b.list) + 1
	for _, s := range k.Sources {
		b.add(linked(s))
	}
	return b
}

func (b *book) add(d Declaration) int {
	d.Number = len(b.list) + 1
	b.list = append(b.list, d)
	return d.Number
}

// number is that of a source by its place.
func (b *book) number(source int) int { return b.first + source }

func registered(w registrytypes.Claim) Declaration {
	since := w.ClaimedSince.Time.UTC()
	return Declaration{
		Sort: Registered, Work: w.Id.String(), Version: w.Version, Name: nameOf(w), Kind: describe.KindName(w.Details.Kind),
		Sha256: w.Sha256.String(), Owner: w.Owner, Since: &since, Status: statusOf(w), Contested: w.Contested,
		URI: w.Details.MetadataUri, Blanked: w.BlankedSha256.String(),
	}
}

func linked(s Source) Declaration {
	d := Declaration{}
	if s.Claim != nil {
		d = registered(*s.Claim)
		d.Version = s.Link.WorkVersion
	} else if x := s.Link.External; x != nil {
		d.Sha256, d.URI, d.Blanked = x.Sha256.String(), x.Uri, s.Link.BlankedSha256.String()
	}
	at := s.Link.AddedAt.UTC()
	d.Sort, d.Of, d.Depth, d.Role, d.At = Linked, s.Link.Derivative.String(), s.Depth, s.Link.Role.Name(), &at
	d.Later, d.Ruled, d.Grant, d.Recorded = s.Link.AddedLater, s.Link.Ruled, s.Link.Grant.String(), s.Record != nil
	d.Manifest = declaredManifest(s.Dataset)
	if s.Grant != nil && s.Grant.Grant.Fee != nil {
		d.Fee = s.Grant.Grant.Fee.String()
	}
	for _, t := range s.Terms {
		d.Licences = append(d.Licences, Licence{Terms: t.Id.String(), SPDX: cmp.Or(t.Terms.Spdx, t.Preset), URI: t.Terms.Uri})
	}
	return d
}

// nameOf is a work's title, or in brackets why it has none.
func nameOf(w registrytypes.Claim) string { return describe.Heading(w) }

// quoted has somebody's text between quotation marks that it can't end: what stands behind is ours.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `'`) + `"` }

// statusOf is empty for a work that stands as it was registered.
func statusOf(w registrytypes.Claim) string {
	if w.Status == registrytypes.STATUS_ACTIVE || w.Status == registrytypes.STATUS_UNSPECIFIED {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(w.Status.String(), "STATUS_"))
}

// disputed is how many works among the sources are under dispute, or were ruled invalid.
func (b *book) disputed() int {
	works := map[string]bool{}
	for _, s := range b.Sources {
		if s.Claim != nil && (s.Claim.Status == registrytypes.STATUS_DISPUTED || s.Claim.Status == registrytypes.STATUS_INVALIDATED) {
			works[s.Claim.Id.String()] = true
		}
	}
	return len(works)
}

// isModel says whether a source is a model, and not data.
func (s Source) isModel() bool {
	return s.Claim != nil && s.Claim.Details.Kind == registrytypes.KIND_MODEL
}

// nameless says whether a source is external and all that named it was taken back.
func (s Source) nameless() bool {
	x := s.Link.External
	return s.Claim == nil && !s.Link.BlankedSha256.IsZero() && (x == nil || x.Sha256.IsZero())
}

// called is what a source is called, with its creators and where it is.
func (s Source) called() string {
	if s.Claim == nil {
		x := s.Link.External
		switch {
		case s.nameless():
			return "external source, its text blanked"
		case x != nil && x.Uri != "":
			return "external source " + x.Uri
		case x != nil:
			return "external source of SHA-256 " + x.Sha256.String()
		}
		return "source"
	}
	w := s.Claim
	text := fmt.Sprintf("%s (%s)", quoted(nameOf(*w)), describe.KindName(w.Details.Kind))
	var creators []string
	for _, c := range w.Details.Creators {
		creators = append(creators, quoted(c.Name))
	}
	if len(creators) > 0 {
		text += ", by " + strings.Join(creators, ", ")
	}
	return text + ", owner " + w.Owner
}

// licence names the terms that a source was used under; empty: none were declared. Terms that only call themselves
// by a licence's name have their id beside it.
func (s Source) licence() string {
	names := make([]string, len(s.Terms))
	for i, t := range s.Terms {
		names[i] = cmp.Or(t.Terms.Spdx, t.Preset)
		if t.Preset == "" {
			names[i] = strings.TrimSpace(names[i] + " (" + t.Id.String() + ")")
		}
	}
	return strings.Join(names, " or ")
}

// basis says by what permission a source was used.
func (s Source) basis() basis {
	switch {
	case s.Claim == nil:
		return outside
	case s.Grant != nil && s.Grant.Grant.Fee != nil && s.Grant.Grant.Fee.IsPositive():
		return bought
	case s.Grant != nil || len(s.Link.MetByGrants) > 0 && len(s.Terms) == 0:
		return given
	case len(s.Terms) > 0:
		return offered
	}
	return unneeded
}

// basis is by what permission a source was used.
type basis string

const (
	bought   basis = "licensed by a grant that was paid for"
	given    basis = "licensed by a grant without a fee"
	offered  basis = "licensed by a public offer"
	unneeded basis = "with no permission named, since none was needed, as for the owner's own works"
	outside  basis = "external, declared with no permission on the chain"
)

// trains says whether the terms allow training.
func trains(t licensetypes.Terms) string {
	switch t.AiTraining {
	case licensetypes.PERMISSION_ALLOW:
		return "allow training"
	case licensetypes.PERMISSION_DENY:
		return "deny training"
	case licensetypes.PERMISSION_PAID:
		return "allow training by a paid grant"
	}
	return "say nothing of training"
}

// synthetic says whether a source says of itself that a system made it.
func (s Source) synthetic() string {
	switch {
	case s.Record != nil:
		return "has a generation record: " + recorded(s.Record)
	case s.Claim == nil:
		return ""
	}
	switch made := s.Claim.Details.DigitalSourceType; made {
	case "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic":
		return "is said to be " + made
	}
	return ""
}

// recorded is a record in short.
func recorded(r *lineagetypes.GenerationRecord) string {
	if !r.BlankedSha256.IsZero() {
		return "its text blanked"
	}
	parts := []string{"model " + r.Model}
	if r.Provider != "" {
		parts = append(parts, "provider "+r.Provider)
	}
	if system := strings.TrimSpace(r.SystemName + " " + r.SystemVersion); system != "" {
		parts = append(parts, "system "+system)
	}
	return strings.Join(parts, ", ")
}
