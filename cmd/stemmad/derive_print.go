package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// derived is what derive prints for programs.
type derived struct {
	Work       registrytypes.WorkID `json:"work"`
	Generation uint32               `json:"generation"`
	Absolute   uint32               `json:"absolute"`
	Relative   uint32               `json:"relative"`
	Sources    []derivedSource      `json:"sources"`
	Limits     []limit              `json:"limits"`
	Notices    []json.RawMessage    `json:"notices"`
	Record     bool                 `json:"recorded"`
	Anchor     *anchored            `json:"anchor,omitempty"`
	// Uses are payments for this use that were made with it.
	Uses []usePaid `json:"uses_paid,omitempty"`
	// AnchorRoot is that of the batch whose anchor dates the record.
	AnchorRoot registrytypes.Digest `json:"anchor_root,omitzero"`
	// MaxTotalRate is the guard that was sent, ppm.
	MaxTotalRate uint32 `json:"max_total_rate"`
	// Owes is to whom, and PayableIn the denoms that ceilings leave; none: all.
	Owes      []debt   `json:"owes"`
	PayableIn []string `json:"payable_in"`
	// Grants are those that it relies on or that meet what its sources' own sources demand.
	Grants []portrait.Grant `json:"grants"`
	// owes and grants say it in words.
	owes, grants string
	// Declaration is its number, and WaitsFor the works whose owners have to approve it.
	Declaration uint32                 `json:"declaration"`
	WaitsFor    []registrytypes.WorkID `json:"waits_for"`
	Tx          send.Result            `json:"tx"`
}

type derivedSource struct {
	Work       registrytypes.WorkID `json:"work,omitzero"`
	External   string               `json:"external,omitempty"`
	Role       string               `json:"role"`
	Permission string               `json:"permission,omitempty"`
	Terms      licensetypes.TermsID `json:"terms,omitzero"`
	Paid       string               `json:"paid,omitempty"`
	// Until is when the permission ends; unset: never.
	Until *time.Time `json:"until,omitempty"`
	How   string     `json:"how,omitempty"`
	// Replaces is what the work relied on for the source so far, in words.
	Replaces string `json:"replaces,omitempty"`
	// Changes are what replacing it does, and Beside what is paid to the source's own
	// sources.
	Changes []string     `json:"changes,omitempty"`
	Beside  []paidBeside `json:"beside,omitempty"`
	// PerUse is what is to be paid with each use.
	PerUse []payEach `json:"pay_per_use,omitempty"`
}

// payEach is a price of each use: of several denoms one.
type payEach struct {
	Work  registrytypes.WorkID `json:"work"`
	Price []string             `json:"price"`
}

// paidBeside is something that a source's own source sells and that was bought with it.
type paidBeside struct {
	Work   registrytypes.WorkID `json:"work"`
	Terms  licensetypes.TermsID `json:"terms"`
	UsesOf registrytypes.WorkID `json:"uses_of,omitzero"`
	Paid   string               `json:"paid"`
}

func (r derived) print(conn *connect.Conn, d *derivation, outcome lineagetypes.MsgDeriveResponse, result send.Result) error {
	r.Generation, r.Absolute, r.Relative, r.Tx = outcome.Generation, outcome.Absolute, outcome.Relative, result
	r.Sources, r.Notices, r.Limits = d.describe(), []json.RawMessage{}, append([]limit{}, d.limits...)
	r.Owes, r.PayableIn = append([]debt{}, d.debts...), append([]string{}, d.denoms...)
	r.Declaration, r.WaitsFor = outcome.Declaration, append([]registrytypes.WorkID{}, outcome.WaitsFor...)
	for _, n := range outcome.Notices {
		raw, err := conn.Raw(&n)
		if err != nil {
			return err
		}
		r.Notices = append(r.Notices, raw)
	}
	if conn.JSON() {
		return conn.PrintJSON(r)
	}
	defer func() {
		for _, n := range outcome.Notices {
			conn.Note("%s", table.Clean(d.notify(n)))
		}
	}()
	also := ""
	if d.item != nil {
		also = result.Did(" (and registered it)", " (and register it)")
	}
	defer func() {
		if note := waiting(outcome); note != "" {
			conn.Say("%s", strings.TrimSpace(note))
		}
	}()
	conn.Say("%s %q from %s%s: %s", result.Did("Derived", "Would derive"), table.Short(d.title),
		count(len(r.Sources), "source"), also, result)
	if err := table.Fields(conn.Out(), "work", r.Work.String(), "generation", fmt.Sprint(r.Generation),
		"owes upstream", fmt.Sprintf("%s absolute, %s relative", rates.Percent(r.Absolute), rates.Percent(r.Relative))); err != nil {
		return err
	}
	if result.DryRun {
		conn.Say("The node tried it as a whole, beside each permission: the limits of the graph, the rates together, " +
			"and what the work is " +
			"offered under against what its sources demand.")
	}
	tab := table.New("source", "role", "relying on")
	for _, s := range r.Sources {
		how := s.How
		if s.Replaces != "" {
			how += ", in place of " + s.Replaces
		}
		tab.Row(s.Work.String()+s.External, s.Role, how)
	}
	if tab.Len() > 0 {
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	if text := d.usesLines(conn); text != "" {
		conn.Say("%s", strings.TrimPrefix(text, "\n"))
	}
	if r.grants != "" {
		conn.Say("%s", strings.TrimPrefix(r.grants, "\n"))
	}
	if len(d.debts) > 0 {
		conn.Say("%s", strings.TrimPrefix(r.owes, "\n"))
	}
	for _, s := range d.sources {
		for _, line := range s.choice.PaysEach(nil) {
			conn.Say("%s", table.Clean(line))
		}
		for _, change := range s.changes {
			conn.Say("%s", table.Clean(change))
		}
	}
	if text := d.takesOn(); text != "" {
		conn.Say("%s", strings.TrimPrefix(text, "\n"))
	}
	return nil
}

// notify says a notice about an external source in plain words. The chain counts
// the sources as the message has them: the works first.
func (d *derivation) notify(n lineagetypes.SourceNotice) string {
	at := int(n.Source) - len(d.sources)
	if n.Code != lineagetypes.NoticeResembles || at < 0 || at >= len(d.external) {
		return "The chain tells something that this program does not know; a newer one may [" + n.Code + "]"
	}
	works := make([]string, len(n.Works))
	for i, work := range n.Works {
		works[i] = work.String()
	}
	e := d.external[at].External
	return fmt.Sprintf("%s%s has the %s of registered works: %s. If it is one of them, declare that with --%s [%s]",
		e.Uri, e.Sha256, n.Scheme, strings.Join(works, ", "), flagSources, n.Code)
}

const externalHow = "external: declared, not paid"

func (d *derivation) describe() []derivedSource {
	list := []derivedSource{}
	for _, s := range d.sources {
		line := derivedSource{Work: s.work.Id, Role: s.role.Name(), Permission: s.choice.Permission, How: s.choice.How, Replaces: s.before}
		line.Until, line.Changes = s.choice.Until, s.changes
		for _, b := range s.choice.Beside {
			line.Beside = append(line.Beside, paidBeside{b.Offer.Work, b.Offer.Terms, b.Offer.UsesOf, paid(b.Price)})
		}
		for _, o := range s.choice.PerUse {
			line.PerUse = append(line.PerUse, payEach{o.Work, strings.Split(o.Price.String(), ",")})
		}
		if s.choice.Terms != nil {
			line.Terms = s.choice.Terms.Id
		}
		if buy := s.choice.Buy; buy != nil && buy.Price != nil {
			line.Paid = buy.Price.String()
		}
		list = append(list, line)
	}
	for _, s := range d.external {
		list = append(list, derivedSource{
			External: s.External.Uri + s.External.Sha256.String(), Role: s.Role.Name(), How: externalHow,
		})
	}
	return list
}

// explain is what follows the chain's refusal: on what permission each source
// was to be taken or, where it is about rates, what each of them adds.
func (d *derivation) explain(ctx context.Context, conn *connect.Conn, refusal error) string {
	text := refusal.Error()
	aboutRates := slices.ContainsFunc([]string{
		royaltytypes.ErrOverWhole.Error(), royaltytypes.ErrOverMaxRate.Error(), string(rules.ShareAlikeRoyalty),
	}, func(words string) bool { return strings.Contains(text, words) })
	if !aboutRates {
		return d.reliance(conn.KeyNames())
	}
	owed, err := d.owed(ctx, conn)
	if err != nil {
		return d.reliance(conn.KeyNames())
	}
	return owed
}

// owed is a table of what the work owes for each source: to the source itself,
// and to those that the source owes absolute rates. Whoever is owed by way of
// several sources is owed once, at the highest rate.
func (d *derivation) owed(ctx context.Context, conn *connect.Conn) (string, error) {
	tab := table.New("source", "role", "relying on", ">to itself", ">passed on")
	if d.item == nil {
		owed, err := upstream(ctx, conn, d.work)
		if err != nil {
			return "", err
		}
		if sum := owed.Absolute + owed.Relative; sum > 0 {
			tab.Row("(owed already)", "", "", "", rates.Percent(sum))
		}
	}
	for _, s := range d.sources {
		if s.role == lineagetypes.ROLE_CITES {
			continue
		}
		owed, err := upstream(ctx, conn, s.work.Id)
		if err != nil {
			return "", err
		}
		own := uint32(0)
		if s.choice.Terms != nil {
			own = s.choice.Terms.Terms.RoyaltyRate
		}
		tab.Row(fmt.Sprintf("%s (%s)", table.Short(describe.Heading(s.work.Claim)), s.work.Id), s.role.Name(), s.choice.How,
			rates.Percent(own), rates.Percent(owed.Absolute))
	}
	var b strings.Builder
	err := tab.Write(&b)
	return "\n" + b.String() + "Who is owed by way of several sources is owed once, at the highest rate.", err
}

// upstream is what a work owes, in sum.
func upstream(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) (*royaltytypes.QueryUpstreamResponse, error) {
	return conn.Royalty().Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: work, Pagination: &query.PageRequest{Limit: 1}})
}
