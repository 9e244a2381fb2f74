package pages

import (
	"context"
	"net/http"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

// disputePage is a dispute.
type disputePage struct {
	Height                              int64
	ID, What, Stands, Outcome, Deadline string
	Work, Challenger, Owner, Arbiter    link
	Opened                              time.Time
	Closed                              time.Time
	Claimed                             []string
	Evidence                            []evidence
	Rulings                             []ruling
	Bonds                               []fact
	MoreClaimed                         bool
	History                             []happening
	Before                              string
	Begins                              int64 // the block with which history begins, if it may be older
}

type evidence struct {
	By     link
	Sha256 string
	// Where it is said to be, as text: it is never a link, since parties write it.
	Where string
}

type ruling struct {
	By      link
	How     string
	At      time.Time
	Redress []string
	More    bool
}

func (v *visit) disputeLine(d disputetypes.Dispute) disputeLine {
	line := disputeLine{
		link: link{short(d.Id.String()), "/disputes/" + d.Id.String()}, What: v.contested(d.Kind), Open: d.IsOpen(),
		Stands: v.phase(d.Phase),
	}
	if !d.IsOpen() {
		line.Stands = v.outcome(d.Outcome)
		if d.ClosedAt != nil {
			line.Closed = *d.ClosedAt
		}
	}
	return line
}

func (s *Site) dispute(ctx context.Context, v *visit) error {
	text := v.r.PathValue("id")
	id, err := disputetypes.ParseDisputeID(text)
	if err != nil {
		return wrong("fault.dispute", text)
	}
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return err
	}
	ctx = v.at(ctx, height)
	res, err := s.Client.Dispute().Dispute(ctx, &disputetypes.QueryDisputeRequest{Dispute: id})
	if err != nil {
		return err
	}
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	d := res.Dispute
	page := disputePage{
		Height: height, ID: d.Id.String(), What: v.contested(d.Kind), Stands: v.phase(d.Phase), Work: v.named(ctx, d.Work),
		Challenger: accountLink(d.Challenger), Owner: accountLink(d.Respondent), Opened: d.OpenedAt,
	}
	if d.Arbiter != "" {
		page.Arbiter = accountLink(d.Arbiter)
	}
	if d.Deadline != nil {
		page.Deadline = v.T("dispute.until", sayTime(v.lang.words, *d.Deadline), v.next(d.Phase))
	}
	if d.ClosedAt != nil {
		page.Closed, page.Outcome = *d.ClosedAt, v.outcome(d.Outcome)
	}
	said := v.redressing(ctx, u)
	page.Claimed = said.parts(d.Claim)
	for _, e := range d.Evidence {
		shown := evidence{By: accountLink(e.By), Sha256: e.Sha256.String(), Where: clipLong(e.Uri)}
		if !e.BlankedSha256.IsZero() {
			shown.Where = v.T("work.blanked")
		}
		page.Evidence = append(page.Evidence, shown)
	}
	for _, r := range []*disputetypes.Ruling{d.Appealed, d.Ruling} {
		if r != nil {
			page.Rulings = append(page.Rulings, v.ruling(said, *r))
		}
	}
	for _, stake := range []struct {
		name  string
		coins sdk.Coins
	}{{"dispute.bond", d.Bond}, {"dispute.contest_bond", d.ContestBond}, {"dispute.appeal_bond", d.AppealBond}} {
		if !stake.coins.Empty() {
			page.Bonds = append(page.Bonds, fact{v.T(stake.name), coinsOf(u, stake.coins)})
		}
	}
	p, err := v.historyOf(ctx, page.ID)
	if err != nil {
		return err
	}
	page.History, page.Before, page.Begins = p.list, p.before, p.begins
	return v.show(http.StatusOK, "dispute.html", v.T("dispute.title"), &page)
}

func (v *visit) ruling(t redressing, r disputetypes.Ruling) ruling {
	made := ruling{How: v.T("dispute.dismissed"), At: r.At, Redress: t.parts(r.Redress)}
	if r.By != "" {
		made.By = accountLink(r.By)
	}
	if r.Upheld {
		made.How = v.T("dispute.upheld")
	}
	return made
}

func (v *visit) contested(k disputetypes.Kind) string {
	return v.meaning("dispute.kind.", k.String(), "KIND_", "dispute.unknown")
}

func (v *visit) phase(p disputetypes.Phase) string {
	return v.meaning("dispute.phase.", p.String(), "PHASE_", "dispute.unknown")
}

// next is what follows when the time of a phase is over.
func (v *visit) next(p disputetypes.Phase) string {
	return v.meaning("dispute.next.", p.String(), "PHASE_", "dispute.unknown")
}

func (v *visit) outcome(o disputetypes.Outcome) string {
	return v.meaning("dispute.outcome.", o.String(), "OUTCOME_", "dispute.unknown")
}
