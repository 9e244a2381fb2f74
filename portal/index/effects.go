package index

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/stemma-chain/stemma/client/history"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// effects are what events do to tables beside that of events.
var effects = map[string]func(*batch, abci.Event) error{
	"stemma.registry.v1.EventWorkRegistered":    (*batch).registered,
	"stemma.registry.v1.EventWorkRevised":       (*batch).revised,
	"stemma.registry.v1.EventWorkTransferred":   (*batch).transferred,
	"stemma.registry.v1.EventWorkAdjudged":      (*batch).transferred,
	"stemma.registry.v1.EventWorkStatusChanged": (*batch).statusChanged,
	"stemma.registry.v1.EventTextBlanked":       (*batch).blanked,
	"stemma.registry.v1.EventAnchored":          (*batch).anchored,
	"stemma.registry.v1.EventAnchorProved":      (*batch).anchorProved,
	"stemma.lineage.v1.EventDerived":            (*batch).derived,
	"stemma.lineage.v1.EventWeightsSet":         (*batch).weighed,
	"stemma.license.v1.EventAdmitted":           (*batch).admitted,
	"stemma.license.v1.EventAdmissionApproved":  (*batch).admissionApproved,
	"stemma.license.v1.EventOffered":            (*batch).offered,
	"stemma.license.v1.EventOfferClosed":        (*batch).offerClosed,
	"stemma.agent.v1.EventAgentRegistered":      (*batch).agentRegistered,
	"stemma.agent.v1.EventAgentRevised":         (*batch).agentRevised,
	"stemma.agent.v1.EventAgentRenewed":         (*batch).agentRenewed,
	"stemma.agent.v1.EventAgentStatusChanged":   (*batch).agentStatusChanged,
	"stemma.agent.v1.EventControlTaken":         (*batch).agentTaken,
	"stemma.agent.v1.EventAgentTextBlanked":     (*batch).agentBlanked,
	"stemma.royalty.v1.EventPaid":               (*batch).paid,
	"stemma.royalty.v1.EventPaidOut":            (*batch).paidOut,
	"stemma.royalty.v1.EventWithdrawn":          (*batch).withdrawn,
}

// Flags of a work.
const (
	flagAnchored  = 1
	flagContested = 2
	// flagUndated: the anchor that dates the claim is older than the index.
	flagUndated = 4
	// flagTerms: the work has a row of terms.
	flagTerms = 8
)

// reader reads attributes and keeps the first failure.
type reader struct {
	b     *batch
	event abci.Event
	err   error
}

func (r *reader) fail(key string, err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("attribute %s: %w", key, err)
	}
}

func (r *reader) text(key string) string { return history.Value(r.event, key) }

// id is the number of an id that has to be there.
func (r *reader) id(key string) int64 { return r.idOf(key, r.text(key)) }

func (r *reader) idOf(key, text string) int64 {
	number, ok, err := r.b.ID(text)
	if err == nil && !ok {
		err = errors.New("it holds no id")
	}
	r.fail(key, err)
	return int64(number)
}

// json reads an attribute that is there.
func (r *reader) json(key string, to any) {
	for _, a := range r.event.Attributes {
		if a.Key == key {
			r.fail(key, json.Unmarshal([]byte(a.Value), to))
			return
		}
	}
	r.fail(key, errors.New("it is missing"))
}

func (r *reader) digest(key string) (d registrytypes.Digest) {
	r.fail(key, d.UnmarshalText([]byte(r.text(key))))
	return d
}

// number reads an enum by its name.
func (r *reader) enum(key string, names map[string]int32) int64 {
	n, ok := names[r.text(key)]
	if !ok {
		r.fail(key, fmt.Errorf("%.40q is %w", r.text(key), ErrNewer))
	}
	return int64(n)
}

// placedAt reads a Priority that may be unset.
func (r *reader) placedAt() int64 {
	var p *struct {
		Time time.Time `json:"time"`
	}
	r.json("placed_at", &p)
	if p == nil {
		return 0
	}
	return nanoseconds(p.Time)
}

func (b *batch) registered(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, owner, digest := r.id("work"), r.id("owner"), r.digest("sha256")
	kind := r.enum("kind", registrytypes.Kind_value)
	now := nanoseconds(b.Time)
	flags, since := int64(0), now
	if r.text("contested") == "true" {
		flags |= flagContested
	}
	if r.text("anchor_root") != "" {
		flags |= flagAnchored
		root := r.digest("anchor_root")
		found, err := b.one([]any{&since}, `SELECT time FROM anchors WHERE account = ? AND root = ?`, owner, root[:])
		r.fail("anchor_root", err)
		if !found {
			flags, since = flags|flagUndated, 0
		}
	}
	rank := since
	if placed := r.placedAt(); placed != 0 {
		rank = placed
	}
	if r.err != nil {
		return r.err
	}
	if rank == 0 {
		rank = now
	}
	b.Works++
	b.Due++
	b.worksMade[work] = b.Works
	b.newWorks.add(b.Works, work, owner, digest[:], tagOf(digest[:]), kind, int64(registrytypes.STATUS_ACTIVE), int64(1),
		flags, b.places, now, since, rank, b.Events)
	return nil
}

// change updates a work. One that is older than the index is not there and stays so.
func (b *batch) change(work int64, set string, args ...any) error {
	if err := b.flushTable(b.newWorks); err != nil {
		return err
	}
	_, err := b.exec(`UPDATE works SET `+set+` WHERE subject = ?`, append(args, work)...)
	return err
}

// due marks a work as one whose text is to be read.
func (b *batch) due(work int64) error {
	if err := b.flushTable(b.newWorks); err != nil {
		return err
	}
	n, err := b.exec(`UPDATE works SET due = ? WHERE subject = ? AND due = 0`, b.Events, work)
	if err != nil {
		return err
	}
	b.Due += n
	if n == 0 { // it was due before
		return b.change(work, `due = ?`, b.Events)
	}
	return nil
}

func (b *batch) revised(e abci.Event) error {
	r := &reader{b: b, event: e}
	var number int64
	work := r.id("work")
	r.json("version", &number)
	if r.err != nil {
		return r.err
	}
	if err := b.change(work, `version = ?`, number); err != nil {
		return err
	}
	return b.due(work)
}

func (b *batch) transferred(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, owner := r.id("work"), r.id("owner")
	if r.err != nil {
		return r.err
	}
	return b.change(work, `owner = ?`, owner)
}

func (b *batch) statusChanged(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, status := r.id("work"), r.enum("status", registrytypes.Status_value)
	if r.err != nil {
		return r.err
	}
	return b.change(work, `status = ?`, status)
}

// blanked drops the text at once. What other versions still say is read again.
func (b *batch) blanked(e abci.Event) error {
	r := &reader{b: b, event: e}
	work := r.id("work")
	if r.err != nil {
		return r.err
	}
	if err := b.due(work); err != nil {
		return err
	}
	var id, kind, flags int64
	found, err := b.one([]any{&id, &kind, &flags}, `SELECT id, kind, flags FROM works WHERE subject = ?`, work)
	if err != nil || !found {
		return err
	}
	b.erased = true
	return b.erase(id, registrytypes.Kind(kind), flags)
}

func (b *batch) anchored(e abci.Event) error {
	r := &reader{b: b, event: e}
	account, root := r.id("account"), r.digest("root")
	if r.err != nil {
		return r.err
	}
	_, err := b.exec(`INSERT INTO anchors VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, account, root[:], nanoseconds(b.Time))
	return err
}

func (b *batch) anchorProved(e abci.Event) error {
	r := &reader{b: b, event: e}
	var since time.Time
	work := r.id("work")
	r.json("claimed_since", &since)
	rank := r.placedAt()
	if r.err != nil {
		return r.err
	}
	if rank == 0 {
		rank = nanoseconds(since)
	}
	return b.change(work, fmt.Sprintf(`since = ?, rank = ?, flags = (flags | %d) & ~%d`, flagAnchored, flagUndated), nanoseconds(since), rank)
}

func (b *batch) derived(e abci.Event) error {
	r := &reader{b: b, event: e}
	work := r.id("work")
	var sources []struct {
		Work   string `json:"work"`
		Role   string `json:"role"`
		Weight int64  `json:"weight"`
	}
	var declaration int64
	r.json("sources", &sources)
	r.json("declaration", &declaration)
	later := int64(0)
	if r.text("added_later") == "true" {
		later = 1
	}
	for _, s := range sources {
		if s.Work == "" {
			continue // not registered
		}
		source := r.idOf("sources", s.Work)
		role, ok := lineagetypes.Role_value[s.Role]
		if !ok {
			r.fail("sources", fmt.Errorf("%.40q is %w", s.Role, ErrNewer))
		}
		if r.err != nil {
			return r.err
		}
		n, err := b.exec(`UPDATE edges SET role = ?, weight = ?, declaration = ?, event = ? WHERE derivative = ? AND source = ?`,
			role, s.Weight, declaration, b.Events, work, source)
		if err != nil {
			return err
		}
		if n > 0 {
			continue // its permission was replaced
		}
		_, err = b.exec(`INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, ?)`, work, source, role, s.Weight, later, declaration, b.Events)
		if err != nil {
			return err
		}
		b.Derivations++
	}
	return r.err
}

func (b *batch) weighed(e abci.Event) error {
	r := &reader{b: b, event: e}
	work := r.id("work")
	var weights []struct {
		Source string `json:"source"`
		Weight int64  `json:"weight"`
	}
	r.json("weights", &weights)
	for _, w := range weights {
		source := r.idOf("weights", w.Source)
		if r.err != nil {
			return r.err
		}
		if _, err := b.exec(`UPDATE edges SET weight = ? WHERE derivative = ? AND source = ?`, w.Weight, work, source); err != nil {
			return err
		}
	}
	return r.err
}

// declaration reads a reference to a declaration of sources.
func (r *reader) declaration() (work, number int64) {
	var ref struct {
		Work   string `json:"work"`
		Number int64  `json:"number"`
	}
	r.json("declaration", &ref)
	return r.idOf("declaration", ref.Work), ref.Number
}

func (b *batch) admitted(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, number := r.declaration()
	if r.err != nil {
		return r.err
	}
	_, err := b.exec(`INSERT INTO admissions VALUES (?, ?) ON CONFLICT DO NOTHING`, work, number)
	return err
}

func (b *batch) admissionApproved(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, number := r.declaration()
	if r.err != nil || r.text("settled") != "true" {
		return r.err
	}
	_, err := b.exec(`DELETE FROM admissions WHERE work = ? AND declaration = ?`, work, number)
	return err
}

func (b *batch) paid(abci.Event) error {
	b.Payments++
	return nil
}
