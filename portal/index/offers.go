package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Flags of an offer.
const (
	offerPaused = 1
	// offerNamed: it names who may take it.
	offerNamed = 2
	// offerForEver: everybody may rely on it, whatever becomes of it.
	offerForEver = 4
	offerClosed  = 8
)

// allUses is what terms permit that were not read yet: they may permit anything.
const allUses = 1<<14 - 1

// useBit is the place of a kind of use in what terms permit.
func useBit(action licensetypes.Action, commercial bool) int64 {
	bit := int64(1) << (2 * (int64(action) - 1))
	if commercial {
		bit <<= 1
	}
	return bit
}

// permits are the uses that terms permit somewhere, be it for a grant.
func permits(t licensetypes.Terms) (uses int64) {
	work := rules.Work{Alternatives: []rules.Alternative{{ID: "offer", Terms: t.Rules()}}}
	for action := licensetypes.ACTION_COPY; action <= licensetypes.ACTION_SEARCH; action++ {
		for _, commercial := range []bool{false, true} {
			use := licensetypes.Use{Action: action, Commercial: commercial, Territories: t.Territories, Media: t.Media}
			if rules.Decide(work, use.Rules(), time.Time{}).Verdict != rules.Denied {
				uses |= useBit(action, commercial)
			}
		}
	}
	return uses
}

// numberOf is a work's number, 0 for one that is older than the index and not seeded.
func (b *batch) numberOf(subject int64) (number int64, err error) {
	if number, made := b.worksMade[subject]; made {
		return number, nil
	}
	_, err = b.one([]any{&number}, `SELECT id FROM works WHERE subject = ?`, subject)
	return number, err
}

func (b *batch) offered(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, licence := r.id("work"), r.id("terms")
	var offer struct {
		Price            sdk.Coins  `json:"price"`
		ExpiresAt        *time.Time `json:"expires_at"`
		Licensees        []string   `json:"licensees"`
		Paused           bool       `json:"paused"`
		IrrevocableSince *time.Time `json:"irrevocable_since"`
		Closed           bool       `json:"closed"`
	}
	r.json("offer", &offer)
	if r.err != nil {
		return r.err
	}
	return b.setOffer(work, licence, licensetypes.Offer{
		Price: offer.Price, ExpiresAt: offer.ExpiresAt, Licensees: offer.Licensees, Paused: offer.Paused,
		IrrevocableSince: offer.IrrevocableSince, Closed: offer.Closed,
	})
}

func (b *batch) setOffer(work, licence int64, o licensetypes.Offer) error {
	number, err := b.numberOf(work)
	if err != nil || number == 0 {
		return err
	}
	var ends, flags int64
	if o.ExpiresAt != nil {
		ends = nanoseconds(*o.ExpiresAt)
	}
	for flag, set := range map[int64]bool{
		offerPaused: o.Paused, offerNamed: len(o.Licensees) > 0, offerForEver: o.IrrevocableSince != nil, offerClosed: o.Closed,
	} {
		if set {
			flags |= flag
		}
	}
	_, err = b.exec(`INSERT INTO offers VALUES (?, ?, ?, ?, ?) ON CONFLICT (work, licence)
		DO UPDATE SET price = excluded.price, ends = excluded.ends, flags = excluded.flags`, number, licence, o.Price.String(), ends, flags)
	if err != nil {
		return err
	}
	_, err = b.exec(`INSERT INTO licences VALUES (?, 1, ?, 0, '', '', '', '', '') ON CONFLICT DO NOTHING`, licence, int64(allUses))
	return err
}

func (b *batch) offerClosed(e abci.Event) error {
	r := &reader{b: b, event: e}
	work, licence := r.id("work"), r.id("terms")
	var since *time.Time
	r.json("irrevocable_since", &since)
	if r.err != nil {
		return r.err
	}
	number, err := b.numberOf(work)
	if err != nil {
		return err
	}
	if since != nil {
		_, err = b.exec(fmt.Sprintf(`UPDATE offers SET flags = flags | %d WHERE work = ? AND licence = ?`, offerForEver|offerClosed),
			number, licence)
	} else {
		_, err = b.exec(`DELETE FROM offers WHERE work = ? AND licence = ?`, number, licence)
	}
	return err
}

func (b *batch) seedOffer(work registrytypes.WorkID, o licensetypes.OpenOffer) error {
	subject, _, err := b.ID(work.String())
	if err != nil {
		return err
	}
	licence, ok, err := b.ID(o.Terms.Id.String())
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("%q are no terms", o.Terms.Id.String()))
	}
	if err := b.setOffer(int64(subject), int64(licence), o.Offer); err != nil {
		return err
	}
	return b.describeTerms(int64(licence), o.Terms)
}

// DueTerms lists terms that something is offered under and that were not read from the node yet.
func (x *Index) DueTerms(ctx context.Context, limit int) (due []licensetypes.TermsID, err error) {
	err = x.db.query(ctx, `SELECT s.key FROM licences l JOIN subjects s ON s.id = l.id WHERE l.due <> 0 ORDER BY l.id LIMIT ?`, []any{limit},
		func(r *sql.Rows) error {
			var key []byte
			if err := r.Scan(&key); err != nil {
				return err
			}
			var id licensetypes.TermsID
			copy(id[:], key[1:])
			due = append(due, id)
			return nil
		})
	return due, err
}

// DescribeTerms writes down what terms permit, which never changes. Those that nothing was offered under are passed over.
func (x *Index) DescribeTerms(ctx context.Context, list []licensetypes.IdentifiedTerms) error {
	return x.write(ctx, func(b *batch) error {
		for _, t := range list {
			var id int64
			found, err := b.one([]any{&id}, `SELECT l.id FROM licences l JOIN subjects s ON s.id = l.id WHERE s.key = ?`,
				[]byte(ofTerms(t.Id).key))
			if err == nil && found {
				err = b.describeTerms(id, t)
			}
			if err != nil {
				return fmt.Errorf("describe %s: %w", t.Id, err)
			}
		}
		return nil
	})
}

func (b *batch) describeTerms(id int64, t licensetypes.IdentifiedTerms) error {
	_, err := b.exec(`UPDATE licences SET due = 0, permits = ?, rate = ?, spdx = ?, preset = ?, territories = ?, media = ?, fee = ?
		WHERE id = ?`,
		permits(t.Terms), int64(t.Terms.RoyaltyRate), strings.ToLower(t.Terms.Spdx), strings.ToLower(licensetypes.PresetName(t.Id)),
		strings.Join(t.Terms.Territories, ","), strings.Join(t.Terms.Media, ","), t.Terms.GrantFee.String(), id)
	return err
}
