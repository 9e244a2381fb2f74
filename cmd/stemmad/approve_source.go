package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagDeclaration     = "declaration"
	flagThrough         = "through"
	flagRole            = "role"
	flagAllowUnapproved = "allow-unapproved"
)

func approveSourceCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "approve-source WORK|FILE DERIVATIVE|FILE",
		Short: "Consent to a source that a work declares after others relied on the work",
		Long: `Approve-source lets DERIVATIVE owe your WORK, or be limited by it, although others
have grants or derivatives of DERIVATIVE already, which keep what they have. It shows
how many there are. Your consent is void if there are more when it takes effect.

If DERIVATIVE has declared the source and waits for you, that declaration is approved,
at once and for all of your works that it waits for. Where several wait, name one with
--declaration. In advance, say what may be declared: --role and, unless it is a work of
the declaring owner's own, --under TERMS|GRANT; --through WORK where not your work is
declared but one that was made from it.

"stemmad query license admissions --waits-for WORK" lists what waits for the owner of
WORK, and "--work DERIVATIVE" whom a work waits for; both take ids.`,
		Example: `  stemmad approve-source hit.wav remix.wav --from alice
  stemmad approve-source hit.wav remix.wav --role componentOf --under commercial-remix-10 --from alice`,
		Args: cobra.ExactArgs(2),
	}
	f := cmd.Flags()
	f.String(flagDeclaration, "", "number of the declaration to approve, where several wait for you")
	f.String(flagRole, "", "in advance: role that the source may have, such as componentOf")
	f.String(flagUnder, "", "in advance: terms or grant that may be relied on")
	f.String(flagThrough, "", "in advance: the work that may be declared, where yours comes in by it")
	return sending(connect.AddProposeFlag(cmd), approveSource)
}

func approveSource(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	derivative, err := target.Earliest(ctx, conn.Registry(), args[1])
	if err != nil {
		return err
	}
	promises, err := conn.Lineage().Promises(ctx, &lineagetypes.QueryPromisesRequest{Work: derivative.Id})
	if err != nil {
		return err
	}
	msg := &lineagetypes.MsgApproveSource{
		Owner: sender.Account(), Source: work.Id, Derivative: derivative.Id, Shown: promises.Promises,
	}
	which, err := whatIsApproved(ctx, conn, msg)
	if err != nil {
		return err
	}
	title := table.Short(describe.Heading(derivative.Claim))
	source := table.Short(describe.Heading(work))
	what := fmt.Sprintf("Approve %q (%s) as a source of %q (%s)%s: %s. What stands already keeps what it has: %s.",
		source, work.Id, title, derivative.Id, derivative.Choice(conn.KeyNames()), which, stands(promises.Promises))
	result, err := sender.Send(ctx, what, msg)
	if err != nil {
		return err
	}
	var response lineagetypes.MsgApproveSourceResponse
	if result.Height > 0 {
		if err := result.Response(0, &response); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work        registrytypes.WorkID  `json:"work"`
			Derivative  registrytypes.WorkID  `json:"derivative"`
			Declaration uint32                `json:"declaration"`
			Shown       lineagetypes.Promises `json:"shown"`
			Settled     bool                  `json:"settled"`
			Tx          send.Result           `json:"tx"`
		}{work.Id, derivative.Id, msg.Declaration, msg.Shown, response.Settled, result})
	}
	conn.Say("%s %q as a source of %q: %s", result.Did("Approved", "Would approve"), source, title, result)
	conn.Say("What stands already keeps what it has: %s.", stands(promises.Promises))
	switch {
	case response.Settled:
		conn.Say("Nobody else is waited for: it takes offers and grants again.")
	case msg.Declaration > 0 && !result.DryRun:
		conn.Say("Owners of other works have to approve too: stemmad show %s", derivative.Id)
	}
	return nil
}

// stands says in words what relies on a work already.
func stands(p lineagetypes.Promises) string {
	grants := "no grants"
	switch {
	case p.Grants >= uint64(licensetypes.UnlimitedDerivatives):
		grants = "grants for any number of derivatives"
	case p.Grants > 0:
		grants = "grants for " + count(int(p.Grants), "derivative") //nolint:gosec // below the case before
	}
	return fmt.Sprintf("%s, %s made from it, %s that can't be taken back", grants,
		count(int(p.Derivatives), "work"),        //nolint:gosec // at most 10,000
		count(int(p.IrrevocableOffers), "offer")) //nolint:gosec // at most 64
}

// whatIsApproved completes the message, by what waits for the work's owner or by the
// flags, and says in words what it approves.
func whatIsApproved(ctx context.Context, conn *connect.Conn, msg *lineagetypes.MsgApproveSource) (string, error) {
	if role := conn.Flags().Text(flagRole); role != "" {
		return inAdvance(ctx, conn, msg, role)
	}
	res, err := conn.License().Admissions(ctx, &licensetypes.QueryAdmissionsRequest{Work: msg.Derivative})
	if err != nil {
		return "", err
	}
	wanted := conn.Flags().Text(flagDeclaration)
	var waiting []string
	for _, a := range res.Admissions {
		if a.Declaration.Work != msg.Derivative || !a.Admission.Names(msg.Source) {
			continue
		}
		if n := fmt.Sprint(a.Declaration.Number); wanted == "" || n == wanted {
			msg.Declaration = a.Declaration.Number
			waiting = append(waiting, n)
		}
	}
	switch len(waiting) {
	case 0:
		return "", fmt.Errorf("no declaration of %s waits for the owner of %s. To approve one in advance, add --%s ROLE and, unless it "+
			"is of a work of the declaring owner's own, --%s TERMS|GRANT",
			msg.Derivative, msg.Source, flagRole, flagUnder)
	case 1:
		return "declaration " + waiting[0], nil
	}
	return "", fmt.Errorf("declarations %s of %s wait for the owner of %s: name one with --%s",
		strings.Join(waiting, ", "), msg.Derivative, msg.Source, flagDeclaration)
}

func inAdvance(ctx context.Context, conn *connect.Conn, msg *lineagetypes.MsgApproveSource, role string) (string, error) {
	var err error
	if msg.Role, err = target.ParseRole(role); err != nil {
		return "", fmt.Errorf("--%s: %w", flagRole, err)
	}
	if through := conn.Flags().Text(flagThrough); through != "" {
		work, err := target.Earliest(ctx, conn.Registry(), through)
		if err != nil {
			return "", fmt.Errorf("--%s: %w", flagThrough, err)
		}
		msg.Through = work.Id
	}
	declared := msg.Source
	if !msg.Through.IsZero() {
		declared = msg.Through
	}
	if msg.Permission, err = permissionOf(ctx, conn, declared, conn.Flags().Text(flagUnder)); err != nil {
		return "", fmt.Errorf("--%s: %w", flagUnder, err)
	}
	what := "as " + msg.Role.Name()
	if msg.Permission != "" {
		what += " under " + msg.Permission
	}
	if !msg.Through.IsZero() {
		what += ", by way of " + msg.Through.String()
	}
	return what, nil
}

// permissionOf reads terms of a work, by id or name, or a grant, in their one spelling.
func permissionOf(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, text string) (string, error) {
	switch {
	case text == "":
		return "", nil
	case strings.HasPrefix(strings.ToLower(text), licensetypes.GrantHRP+"1"):
		grant, err := licensetypes.ParseGrantID(text)
		return grant.String(), err
	}
	parts := strings.Split(text, licensetypes.Joiner)
	for i, part := range parts {
		terms, err := permitted.TermsOf(ctx, conn, conn.Units(), work, part)
		if err != nil {
			return "", err
		}
		parts[i] = terms.String()
	}
	first, also, err := licensetypes.ParseJoined(strings.Join(parts, licensetypes.Joiner))
	return licensetypes.Pin{Terms: first, Also: also}.Permission(), err
}

// waiting says whose approval a declaration waits for, and what that means.
func waiting(outcome lineagetypes.MsgDeriveResponse) string {
	if len(outcome.WaitsFor) == 0 && outcome.Others == 0 {
		return ""
	}
	a := licensetypes.Admission{Works: outcome.WaitsFor, Others: outcome.Others}
	return fmt.Sprintf("\nOthers rely on the work already, and the owners of %s have not approved this: until they do (stemmad "+
		"approve-source), the work takes no new offers, grants and derivations under offers that can be closed.", a.Describe())
}
