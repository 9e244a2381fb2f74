package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

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
when (see "stemmad title" too). A line "Disputed source" names a work that it was made from, at whatever distance,
and that is disputed or was ruled invalid. Text that was taken back is shown as blanked, with its SHA-256.`,
		Example: `  stemmad show song.wav
  stemmad show song.wav --owners
  stemmad show song.wav --output json`,
		Args: cobra.ExactArgs(1),
	}, show)
	cmd.Flags().Bool(flagOwners, false, "print the owners that the work has had")
	return cmd
}

// shown is a work as show prints it.
type shown struct {
	portrait.Portrait
	// owners says that those it has had are printed.
	owners bool
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
	portraits := make([]shown, len(claims))
	for i, claim := range claims {
		portraits[i].owners = conn.Flags().Is(flagOwners)
		if portraits[i].Portrait, err = portrait.Of(ctx, conn, claim.Id); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return printPortraits(ctx, conn, portraits)
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

func (p shown) print(ctx context.Context, conn *connect.Conn, names map[string]string) error {
	w := p.Work
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
	if p.Transfer != nil {
		recipient = "offered to " + accountName(p.Transfer.Recipient, names)
	}
	fields := []string{
		"work", w.Id.String(), "kind", describe.KindName(w.Details.Kind), "media type", w.Details.MediaType,
		"sha256", w.Sha256.String(), "owner", accountName(w.Owner, names), "registrant", registrant(w, names), "creators", creators,
		"status", enumName(w.Status.String(), "STATUS_"), "disputes", disputedLine(ctx, conn, w),
		"version", fmt.Sprint(w.Version), "claimed", claimedSince(w),
		"registered", table.Time(w.RegisteredAt), "claims", rivalry(w), "made as", w.Details.DigitalSourceType,
		"more at", w.Details.MetadataUri,
	}
	fields = append(fields, table.List("fingerprints", describe.EachFingerprint(w.Details.Fingerprints))...)
	if err := table.Fields(conn.Out(), append(fields, "text", blanked(w), "transfer", recipient,
		"generation", fmt.Sprint(p.Derivation.Node.Generation),
		"owes upstream", fmt.Sprintf("%s absolute, %s relative", rates.Percent(p.Upstream.Absolute), rates.Percent(p.Upstream.Relative)),
	)...); err != nil {
		return err
	}
	sayRuledInvalid(ctx, conn, w)
	sayTainted(ctx, conn, w.Id)
	sayObjections(ctx, conn, w.Id)
	printWaiting(conn.Say, w.Id, p.Admissions)
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
	if len(p.Offers) == 0 {
		conn.Say("Offers: none")
		return nil
	}
	conn.Say("Offers:\n%s", permitted.List(conn.Units(), p.Offers))
	return nil
}

// blanked says that a work's text was taken back; empty: it was not.
func blanked(w registrytypes.Claim) string {
	if w.BlankedSha256.IsZero() {
		return ""
	}
	return "blanked; its SHA-256 was " + w.BlankedSha256.String()
}

func (p shown) printOwners(conn *connect.Conn, names map[string]string) error {
	if !p.owners {
		return nil
	}
	conn.Say("Owners:")
	tab := table.New(">transfer", "owner", "since")
	for _, o := range p.Owners.Owners {
		tab.Row(fmt.Sprint(o.Number), accountName(o.Owner, names), table.Time(o.Since))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	if len(p.Owners.Pagination.GetNextKey()) > 0 {
		conn.Say("  and more: stemmad query registry owners %s", p.Work.Id)
	}
	return nil
}

func (p shown) printSources(ctx context.Context, conn *connect.Conn, terms words.Namer) error {
	if len(p.Sources.Sources) > 0 {
		conn.Say("Sources:")
		tab := table.New("source", "role", "permission", ">royalty", "note")
		for _, link := range p.Sources.Sources {
			tab.Row(linkSource(link), link.Role.Name(), linkPermission(link, terms), rates.Percent(link.RoyaltyRate), linkNote(link))
		}
		if err := tab.Write(conn.Out()); err != nil {
			return err
		}
	}
	p.printGrants(ctx, conn, terms)
	if denoms := p.Constraints.Denoms; len(denoms) > 0 {
		conn.Say("Can be paid in %s only: what it takes in is counted", strings.Join(denoms, ", "))
	}
	return p.printConstraints(ctx, conn, terms)
}

// printGrants names the grants that serve the work, and what is left of each.
func (p shown) printGrants(ctx context.Context, conn *connect.Conn, terms words.Namer) {
	speaker := limits.NewSpeaker(conn, terms)
	for _, g := range p.Grants {
		conn.Say("Grant used: %s", table.Clean(sayGrant(ctx, speaker, terms, g)))
	}
	for _, link := range p.Sources.Sources {
		if n := len(link.MetByPasses); n > 0 {
			conn.Say("Passes used, for uses of %s: %d; what is made ends with the first that does", speaker.Work(ctx, link.Source), n)
		}
	}
}

// printConstraints says what the sources demand of the work, and how far that has gone.
func (p shown) printConstraints(ctx context.Context, conn *connect.Conn, terms words.Namer) error {
	speaker := limits.NewSpeaker(conn, terms)
	for _, row := range p.Constraints.Constraints {
		text, err := speaker.Say(ctx, row.Constraint)
		if err != nil {
			return err
		}
		switch {
		case len(row.Ceiling) > 0:
			text += fmt.Sprintf("; taken in so far: %s", row.TakenIn)
		case len(row.Price) > 0:
			text += "; a pass costs " + conn.Units().Alternatives(row.Price)
		}
		conn.Say("Constraint: %s", table.Clean(text))
	}
	return nil
}

// printWaiting says that owners have not approved sources of the work, and what that
// stops.
func printWaiting(
	say func(format string, args ...any), work registrytypes.WorkID, admissions []licensetypes.WaitingDeclaration,
) {
	for _, a := range admissions {
		what := fmt.Sprintf("its declaration %d of later sources", a.Declaration.Number)
		if a.Declaration.Work != work {
			what = fmt.Sprintf("declaration %d of %s, which it was made from", a.Declaration.Number, a.Declaration.Work)
		}
		say("Waiting: the owners of %s have not approved %s. Until they do (stemmad approve-source), it takes no new offers and "+
			"grants, and no derivations under offers that can be closed [%s]", a.Admission.Describe(), what, rules.UnapprovedSource)
	}
}

func (p shown) printRecord(conn *connect.Conn) error {
	r := p.Derivation.Record
	if r == nil {
		return nil
	}
	conn.Say("Made by an AI system:")
	text := ""
	if !r.BlankedSha256.IsZero() {
		text = "blanked; its SHA-256 was " + r.BlankedSha256.String()
	}
	agent := r.Agent.String()
	if r.AgentVersion > 0 {
		agent += fmt.Sprintf(" (version %d of its card)", r.AgentVersion)
	}
	anchored := ""
	if r.AnchoredAt != nil {
		anchored = fmt.Sprintf("stated since %s, by an anchor", table.OptionalTime(r.AnchoredAt))
	}
	return table.Fields(conn.Out(), "agent", agent, "model", r.Model, "provider", r.Provider,
		"system", strings.TrimSpace(r.SystemName+" "+r.SystemVersion), "at", table.OptionalTime(r.GeneratedAt), "statement", anchored,
		"output id", r.UniqueId, "text", text, "prompt sha256", r.PromptSha256.String())
}

func (p shown) printRevenue(conn *connect.Conn, names map[string]string) error {
	conn.Say("Revenue:")
	tab := table.New("holder", ">share")
	for _, h := range p.Holders.Holders {
		tab.Row(accountName(h.Account, names), rates.Percent(h.Weight))
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, s := range p.Stages.Stages {
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
func printPortraits(ctx context.Context, conn *connect.Conn, portraits []shown) error {
	works := make([]map[string]json.RawMessage, len(portraits))
	for i, p := range portraits {
		parts := map[string]proto.Message{
			"work": &p.Work, "offers": &licensetypes.QueryOffersResponse{Offers: p.Offers}, "constraints": p.Constraints,
			"holders": p.Holders, "upstream": p.Upstream, "stages": p.Stages, "derivation": p.Derivation, "sources": p.Sources,
		}
		if p.owners {
			parts["owners"] = p.Owners
		}
		if len(p.Admissions) > 0 {
			parts["admissions"] = &licensetypes.QueryAdmissionsResponse{Admissions: p.Admissions}
		}
		if p.Transfer != nil {
			parts["transfer"] = p.Transfer
		}
		works[i] = make(map[string]json.RawMessage, len(parts))
		for name, part := range parts {
			raw, err := conn.Raw(part)
			if err != nil {
				return err
			}
			works[i][name] = raw
		}
		raw, err := json.Marshal(p.Grants)
		if err != nil {
			return err
		}
		works[i]["grants"] = raw
		if disputes := openDisputes(ctx, conn, p.Work); len(disputes) > 0 {
			if works[i]["disputes"], err = json.Marshal(disputes); err != nil {
				return err
			}
		}
	}
	return conn.PrintJSON(map[string]any{"works": works, "note": claimsNote})
}
