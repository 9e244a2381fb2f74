package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/limits"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permission"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// shownRows bounds each list that show prints.
const shownRows = 100

const flagOwners = "owners"

func showCmd() *cobra.Command {
	cmd := asking(&cobra.Command{
		Use:   "show WORK|FILE",
		Short: "Show everything the chain knows about a work",
		Long: `Show prints who claims a work and since when, what is offered, who holds its
revenue, what it owes upstream, and how it was made. A line "Constraint" is something
that a source demands of every use of the work, whatever its offers say; "of its item"
is what a work in a collection demands, and so binds the whole. A line "Waiting" names the works whose
owners have not approved sources that it declared later. For a file that several have
claimed it lists the claims. With --owners it prints who has owned the work, and since
when. Text that was taken back is shown as blanked, with its SHA-256.`,
		Example: `  stemmad show song.wav
  stemmad show song.wav --owners
  stemmad show song.wav --output json`,
		Args: cobra.ExactArgs(1),
	}, show)
	cmd.Flags().Bool(flagOwners, false, "print the owners that the work has had")
	return cmd
}

// portrait is all that show prints about one work.
type portrait struct {
	work     registrytypes.Claim
	transfer *registrytypes.QueryTransferResponse
	// owners is nil unless asked for.
	owners      *registrytypes.QueryOwnersResponse
	offers      []licensetypes.OpenOffer
	constraints *licensetypes.QueryConstraintsResponse
	// admissions are the declarations that owners have not approved.
	admissions []licensetypes.WaitingDeclaration
	holders    *royaltytypes.QueryHoldersResponse
	upstream   *royaltytypes.QueryUpstreamResponse
	stages     *royaltytypes.QueryStagesResponse
	derivation *lineagetypes.QueryDerivationResponse
	sources    *lineagetypes.QuerySourcesResponse
	// grants are those that serve the work.
	grants []servingGrant
}

func show(ctx context.Context, conn *connect.Conn, args []string) error {
	named, err := target.Parse(ctx, args[0])
	if err != nil {
		return err
	}
	claims, err := target.Claims(ctx, conn.Registry(), named)
	if err != nil {
		return err
	}
	portraits := make([]portrait, len(claims))
	for i, claim := range claims {
		if portraits[i], err = paint(ctx, conn, claim); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return printPortraits(conn, portraits)
	}
	if len(portraits) > 1 {
		conn.Say("%s claim this content, the earliest first:\n", count(len(portraits), "work"))
	}
	names := conn.KeyNames()
	for i, p := range portraits {
		if i > 0 {
			conn.Say("")
		}
		if err := p.print(ctx, conn, names); err != nil {
			return err
		}
	}
	conn.Note("\n%s", claimsNote)
	return nil
}

// paint asks every module about a work.
func paint(ctx context.Context, conn *connect.Conn, claim registrytypes.Claim) (portrait, error) {
	p := portrait{work: claim}
	page := &query.PageRequest{Limit: shownRows}
	// There mostly is no transfer on offer, which is an error.
	if res, err := conn.Registry().Transfer(ctx, &registrytypes.QueryTransferRequest{Work: claim.Id}); err == nil {
		p.transfer = res
	}
	var err error
	if conn.Flags().Is(flagOwners) {
		request := &registrytypes.QueryOwnersRequest{Work: claim.Id, Pagination: page}
		if p.owners, err = conn.Registry().Owners(ctx, request); err != nil {
			return p, err
		}
	}
	if p.offers, err = permission.Offers(ctx, conn, claim.Id); err != nil {
		return p, err
	}
	if p.constraints, err = conn.License().Constraints(ctx, &licensetypes.QueryConstraintsRequest{
		Work:       claim.Id,
		Pagination: page,
	}); err != nil {
		return p, err
	}
	if len(p.constraints.Waiting) > 0 {
		if p.admissions, err = admissionsOf(ctx, conn, claim.Id); err != nil {
			return p, err
		}
	}
	if p.holders, err = conn.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: claim.Id}); err != nil {
		return p, err
	}
	if p.upstream, err = conn.Royalty().Upstream(ctx, &royaltytypes.QueryUpstreamRequest{Work: claim.Id, Pagination: page}); err != nil {
		return p, err
	}
	if p.stages, err = conn.Royalty().Stages(ctx, &royaltytypes.QueryStagesRequest{Work: claim.Id, Pagination: page}); err != nil {
		return p, err
	}
	if p.derivation, err = conn.Lineage().Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: claim.Id}); err != nil {
		return p, err
	}
	if p.sources, err = conn.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: claim.Id, Pagination: page}); err != nil {
		return p, err
	}
	p.grants, err = servingNow(ctx, conn, p.sources.Sources)
	return p, err
}

// admissionsOf are the declarations that a work waits for.
func admissionsOf(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) ([]licensetypes.WaitingDeclaration, error) {
	res, err := conn.License().Admissions(ctx, &licensetypes.QueryAdmissionsRequest{Work: work})
	if err != nil {
		return nil, err
	}
	return res.Admissions, nil
}

func (p portrait) print(ctx context.Context, conn *connect.Conn, names map[string]string) error {
	w := p.work
	conn.Say("%s", table.Clean(describe.Heading(w)))
	creators := ""
	for i, c := range w.Details.Creators {
		if i > 0 {
			creators += ", "
		}
		creators += c.Name
		if c.Role != "" {
			creators += " (" + c.Role + ")"
		}
	}
	recipient := ""
	if p.transfer != nil {
		recipient = "offered to " + accountName(p.transfer.Recipient, names)
	}
	if err := table.Fields(conn.Out(),
		"work", w.Id.String(), "kind", describe.KindName(w.Details.Kind), "media type", w.Details.MediaType,
		"sha256", w.Sha256.String(), "owner", accountName(w.Owner, names), "registrant", registrant(w, names), "creators", creators,
		"status", enumName(w.Status.String(), "STATUS_"), "version", fmt.Sprint(w.Version), "claimed", claimedSince(w),
		"registered", table.Time(w.RegisteredAt), "claims", rivalry(w), "made as", w.Details.DigitalSourceType,
		"more at", w.Details.MetadataUri, "fingerprints", fingerprints(w.Details), "text", blanked(w), "transfer", recipient,
		"generation", fmt.Sprint(p.derivation.Node.Generation),
		"owes upstream", fmt.Sprintf("%s absolute, %s relative", rates.Percent(p.upstream.Absolute), rates.Percent(p.upstream.Relative)),
	); err != nil {
		return err
	}
	p.printWaiting(conn.Say)
	if err := p.printOwners(conn, names); err != nil {
		return err
	}
	if err := p.printSources(ctx, conn, termsNamer(ctx, conn)); err != nil {
		return err
	}
	if err := p.printRecord(conn); err != nil {
		return err
	}
	if err := p.printRevenue(conn, names); err != nil {
		return err
	}
	if len(p.offers) == 0 {
		conn.Say("Offers: none")
		return nil
	}
	conn.Say("Offers:\n%s", permission.List(p.offers))
	return nil
}

// fingerprints lists the further fingerprints of a work.
func fingerprints(d registrytypes.Details) string {
	all := make([]string, len(d.Fingerprints))
	for i, f := range d.Fingerprints {
		all[i] = f.Scheme + "=" + f.Value
	}
	return strings.Join(all, " ")
}

// blanked says that a work's text was taken back; empty: it was not.
func blanked(w registrytypes.Claim) string {
	if w.BlankedSha256.IsZero() {
		return ""
	}
	return "blanked; its SHA-256 was " + w.BlankedSha256.String()
}

func (p portrait) printOwners(conn *connect.Conn, names map[string]string) error {
	if p.owners == nil {
		return nil
	}
	conn.Say("Owners:")
	tab := table.New(">transfer", "owner", "since")
	for _, o := range p.owners.Owners {
		tab.Row(fmt.Sprint(o.Number), accountName(o.Owner, names), table.Time(o.Since))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(p.owners.Pagination.GetNextKey()) > 0 {
		conn.Say("  and more: stemmad query registry owners %s", p.work.Id)
	}
	return nil
}

func (p portrait) printSources(ctx context.Context, conn *connect.Conn, terms words.Namer) error {
	if len(p.sources.Sources) > 0 {
		conn.Say("Sources:")
		tab := table.New("source", "role", "permission", ">royalty", "note")
		for _, link := range p.sources.Sources {
			tab.Row(linkSource(link), link.Role.Name(), linkPermission(link, terms), rates.Percent(link.RoyaltyRate), linkNote(link))
		}
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	p.printGrants(ctx, conn, terms)
	if denoms := p.constraints.Denoms; len(denoms) > 0 {
		conn.Say("Can be paid in %s only: what it takes in is counted", strings.Join(denoms, ", "))
	}
	return p.printConstraints(ctx, conn, terms)
}

// printGrants names the grants that serve the work, and what is left of each.
func (p portrait) printGrants(ctx context.Context, conn *connect.Conn, terms words.Namer) {
	speaker := limits.NewSpeaker(conn, terms)
	for _, g := range p.grants {
		conn.Say("Grant used: %s", table.Clean(g.say(ctx, speaker, terms)))
	}
	for _, link := range p.sources.Sources {
		if n := len(link.MetByPasses); n > 0 {
			conn.Say("Passes used, for uses of %s: %d; what is made ends with the first that does", speaker.Work(ctx, link.Source), n)
		}
	}
}

// printConstraints says what the sources demand of the work, and how far that has gone.
func (p portrait) printConstraints(ctx context.Context, conn *connect.Conn, terms words.Namer) error {
	speaker := limits.NewSpeaker(conn, terms)
	for _, row := range p.constraints.Constraints {
		text, err := speaker.Say(ctx, row.Constraint)
		if err != nil {
			return err
		}
		switch {
		case len(row.Ceiling) > 0:
			text += fmt.Sprintf("; taken in so far: %s", row.TakenIn)
		case len(row.Price) > 0:
			text += "; a pass costs " + rights.Alternatives(row.Price)
		}
		conn.Say("Constraint: %s", table.Clean(text))
	}
	return nil
}

// printWaiting says that owners have not approved sources of the work, and what that
// stops.
func (p portrait) printWaiting(say func(format string, args ...any)) {
	for _, a := range p.admissions {
		what := fmt.Sprintf("its declaration %d of later sources", a.Declaration.Number)
		if a.Declaration.Work != p.work.Id {
			what = fmt.Sprintf("declaration %d of %s, which it was made from", a.Declaration.Number, a.Declaration.Work)
		}
		say("Waiting: the owners of %s have not approved %s. Until they do (stemmad approve-source), it takes no new offers and "+
			"grants, and no derivations under offers that can be closed [%s]", a.Admission.Describe(), what, rules.UnapprovedSource)
	}
}

func (p portrait) printRecord(conn *connect.Conn) error {
	r := p.derivation.Record
	if r == nil {
		return nil
	}
	conn.Say("Made by an AI system:")
	text := ""
	if !r.BlankedSha256.IsZero() {
		text = "blanked; its SHA-256 was " + r.BlankedSha256.String()
	}
	return table.Fields(conn.Out(), "agent", r.Agent, "model", r.Model, "provider", r.Provider,
		"system", strings.TrimSpace(r.SystemName+" "+r.SystemVersion), "at", table.OptionalTime(r.GeneratedAt),
		"output id", r.UniqueId, "text", text, "prompt sha256", r.PromptSha256.String())
}

func (p portrait) printRevenue(conn *connect.Conn, names map[string]string) error {
	conn.Say("Revenue:")
	tab := table.New("holder", ">share")
	for _, h := range p.holders.Holders {
		tab.Row(accountName(h.Account, names), rates.Percent(h.Weight))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, s := range p.stages.Stages {
		held := s.Stages.Paid.Held.Add(s.Stages.Received.Held).Add(s.Stages.Earned.Held)
		if held.IsPositive() {
			conn.Say("  still on its way: %s%s", held, s.Denom)
		}
	}
	return nil
}

func rivalry(w registrytypes.Claim) string {
	switch {
	case w.Contested && w.AlsoClaimedLater:
		return "contested: claimed earlier by another account, and later by another too"
	case w.Contested:
		return "contested: another account claimed the content earlier"
	case w.AlsoClaimedLater:
		return "also claimed later by another account"
	}
	return ""
}

func registrant(w registrytypes.Claim, names map[string]string) string {
	if w.Registrant == w.Owner {
		return ""
	}
	return accountName(w.Registrant, names)
}

// printPortraits prints for programs what print prints for people.
func printPortraits(conn *connect.Conn, portraits []portrait) error {
	works := make([]map[string]json.RawMessage, len(portraits))
	for i, p := range portraits {
		parts := map[string]proto.Message{
			"work": &p.work, "offers": &licensetypes.QueryOffersResponse{Offers: p.offers}, "constraints": p.constraints,
			"holders": p.holders, "upstream": p.upstream, "stages": p.stages, "derivation": p.derivation, "sources": p.sources,
		}
		if p.owners != nil {
			parts["owners"] = p.owners
		}
		if len(p.admissions) > 0 {
			parts["admissions"] = &licensetypes.QueryAdmissionsResponse{Admissions: p.admissions}
		}
		if p.transfer != nil {
			parts["transfer"] = p.transfer
		}
		works[i] = make(map[string]json.RawMessage, len(parts))
		for name, part := range parts {
			raw, err := conn.Raw(part)
			if err != nil {
				return err
			}
			works[i][name] = raw
		}
		raw, err := json.Marshal(p.grants)
		if err != nil {
			return err
		}
		works[i]["grants"] = raw
	}
	return conn.PrintJSON(map[string]any{"works": works, "note": claimsNote})
}
