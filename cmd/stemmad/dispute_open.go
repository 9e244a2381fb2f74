package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagTransferTo  = "transfer-to"
	flagInvalidate  = "invalidate"
	flagSuccessor   = "successor"
	flagCloseOffers = "close"
	flagNewOffers   = "offer"
	flagSource      = "source"
	flagPayee       = "payee"
	flagShare       = "share"
	flagPast        = "past"
	// me is whoever signs, where an account is named.
	me = "me"
)

func disputeOpenCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "open WORK|FILE --about KIND --evidence FILE",
		Short: "Contest a work, with a bond",
		Long: `Open contests a work. Say what it is about, what you claim and what you show.

  prior-claim         the content is yours or somebody else's: --transfer-to, or --invalidate, and --past
  missing-source      it was made from something it does not name: --source or --payee, and --past
  wrong-terms         it is offered as its owner cannot: --close, --offer, and --past
  false-declaration   what was declared is not so: --invalidate, --close, --offer, and --past
  false-weight        a source has another weight: --weights
  unfair-manifest     a collection leaves somebody out: --weights, --payee, and --past
  unapproved-source   an approval does not come: --declaration

A ruling gives nothing that you did not claim. Only the SHA-256 of what you show is on the chain; a
proof (stemmad prove) is checked before it is cited. Of a file that several have claimed the work id
says which you contest. Your bond is lost if the dispute is dismissed or dropped: half is burnt,
half goes to the holders of the work. It prints what is frozen and what comes next before you sign.`,
		Example: `  stemmad dispute open work1... --about prior-claim --transfer-to me --past '12.50 USDC' --evidence photo.proof --from alice
  stemmad dispute open work1... --about missing-source --source song.wav --role componentOf --under commercial-remix-10 --evidence mix.txt`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagAbout, "", "what it is about: "+strings.Join(kindNames(), ", "))
	f.String(flagTransferTo, "", "account that the work is to go to: me, a key or an address")
	f.Bool(flagInvalidate, false, "the claim is to be invalid")
	f.String(flagSuccessor, "", "with --invalidate: the work that gets its shares of others' revenue")
	f.String(flagCloseOffers, "", "terms whose offers are to end, separated by commas")
	f.String(flagNewOffers, "", "terms that it is to be offered under, separated by commas")
	f.String(flagSource, "", "the source that it is to name")
	f.String(flagRole, "", "with --source: its role, such as componentOf")
	f.String(flagUnder, "", "with --source: the terms by which the work owes it")
	f.String(flagPayee, "", "account that is to get a part of the revenue: me, a key or an address")
	f.String(flagShare, "", "with --payee: which part, such as 10%")
	f.String(flagWeights, "", "weights that its sources are to have: WORK=40%,...")
	f.Uint32(flagDeclaration, 0, "number of the declaration of later sources that is to be approved")
	f.String(flagPast, "", "the most that you claim for the past, such as '12.50 USDC,3 STEM'")
	addEvidenceFlags(cmd)
	return sending(cmd, openDispute)
}

func openDispute(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	kind, err := parseKind(conn.Flags().Text(flagAbout))
	if err != nil {
		return err
	}
	work, err := contested(ctx, conn, args[0], sender.Account())
	if err != nil {
		return err
	}
	claim, err := readClaim(ctx, conn, sender.Account())
	if err != nil {
		return err
	}
	if err := claim.ValidateClaim(kind, work.Id); err != nil {
		return err
	}
	msg := &disputetypes.MsgOpen{Challenger: sender.Account(), Work: work.Id, Kind: kind, Claim: claim}
	if msg.Evidence, err = readEvidence(ctx, conn, work.Claim); err != nil {
		return err
	}
	if len(msg.Evidence) == 0 {
		return fmt.Errorf("show something: --%s FILE|SHA256, such as a proof of an anchor (stemmad prove FILE --anchor)", flagEvidence)
	}
	if msg.Bond, err = readBond(ctx, conn, work.Id, sender.Account()); err != nil {
		return err
	}
	if err := previewOpen(ctx, conn, work, msg); err != nil {
		return err
	}
	sent, err := sender.Send(ctx, fmt.Sprintf("Contest %s, with a bond of %s.", workLine(work.Claim), conn.Units().ExactSum(msg.Bond)), msg)
	if err != nil {
		return err
	}
	var opened disputetypes.MsgOpenResponse
	if sent.Height > 0 || sent.DryRun {
		if err := sent.Response(0, &opened); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Dispute  disputetypes.DisputeID `json:"dispute"`
			Bond     string                 `json:"bond"`
			Deadline time.Time              `json:"answer_until,omitzero"`
			Tx       send.Result            `json:"tx"`
		}{opened.Dispute, msg.Bond.String(), opened.Deadline, sent})
	}
	if opened.Dispute.IsZero() {
		conn.Say("Contesting %s: %s", work.Id, sent)
		return nil
	}
	conn.Say("%s %s: %s", sent.Did("Opened", "Would open"), opened.Dispute, sent)
	conn.Say("Its deadline for an answer is %s. Look with: stemmad dispute show %s", words.Until(opened.Deadline, time.Now()), opened.Dispute)
	return nil
}

// contested is the work that an argument names: of several claims to a content the one that is not the challenger's, if
// there is only one.
func contested(ctx context.Context, conn *connect.Conn, argument, challenger string) (target.Work, error) {
	named, err := target.Parse(ctx, argument)
	if err != nil {
		return target.Work{}, err
	}
	claims, err := target.Claims(ctx, conn.Registry(), named)
	if err != nil {
		return target.Work{}, err
	}
	if len(claims) == 1 {
		return target.Work{Claim: claims[0]}, nil
	}
	others := slices.DeleteFunc(slices.Clone(claims), func(c registrytypes.Claim) bool { return c.Owner == challenger })
	if len(others) == 1 {
		return target.Work{Claim: others[0]}, nil
	}
	tab := table.New("work", "owner", "claimed since")
	for _, c := range others {
		tab.Row(c.Id.String(), c.Owner, table.Time(c.ClaimedSince.Time))
	}
	var list strings.Builder
	if err := tab.Write(&list); err != nil {
		return target.Work{}, err
	}
	return target.Work{}, fmt.Errorf("%s has %w; name the work id of the one you contest:\n%s", argument, target.ErrSeveralClaims,
		list.String())
}

// readClaim reads what is claimed from the flags.
func readClaim(ctx context.Context, conn *connect.Conn, signer string) (r disputetypes.Redress, err error) {
	f := conn.Flags()
	if r.TransferTo, err = accountOrMe(conn, flagTransferTo, signer); err != nil {
		return r, err
	}
	r.Invalidate = f.Is(flagInvalidate)
	if text := f.Text(flagSuccessor); text != "" {
		if r.Successor, err = disputeWork(ctx, conn, text); err != nil {
			return r, fmt.Errorf("--%s: %w", flagSuccessor, err)
		}
	}
	if r.CloseOffers, err = readTermsList(flagCloseOffers, f.Text(flagCloseOffers)); err != nil {
		return r, err
	}
	if r.Offer, err = readTermsList(flagNewOffers, f.Text(flagNewOffers)); err != nil {
		return r, err
	}
	if r.Source, err = readRuledSource(ctx, conn); err != nil {
		return r, err
	}
	if r.Payee, err = readRuledPayee(conn, signer); err != nil {
		return r, err
	}
	if r.Weights, err = readRuledWeights(ctx, conn, f.Text(flagWeights)); err != nil {
		return r, err
	}
	if r.Declaration, err = f.GetUint32(flagDeclaration); err != nil {
		return r, err
	}
	if text := f.Text(flagPast); text != "" {
		if r.Past, err = conn.Coins(text); err != nil {
			return r, fmt.Errorf("--%s: %w", flagPast, err)
		}
	}
	return r, nil
}

func accountOrMe(conn *connect.Conn, flag, signer string) (string, error) {
	text := conn.Flags().Text(flag)
	if text == "" || text == me {
		return map[bool]string{true: signer, false: ""}[text == me], nil
	}
	account, err := conn.Account(text)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flag, err)
	}
	return account.String(), nil
}

func readTermsList(flag, text string) (list []licensetypes.TermsID, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		id, err := licensetypes.ParseTerms(part)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
		list = append(list, id)
	}
	return list, nil
}

func readRuledSource(ctx context.Context, conn *connect.Conn) (*disputetypes.RuledSource, error) {
	f := conn.Flags()
	if f.Text(flagSource) == "" {
		if f.Text(flagRole)+f.Text(flagUnder) != "" {
			return nil, fmt.Errorf("--%s and --%s say of a source how it is one: name it with --%s", flagRole, flagUnder, flagSource)
		}
		return nil, nil
	}
	work, err := disputeWork(ctx, conn, f.Text(flagSource))
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagSource, err)
	}
	role, err := target.ParseRole(f.Text(flagRole))
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagRole, err)
	}
	terms, err := licensetypes.ParseTerms(f.Text(flagUnder))
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagUnder, err)
	}
	return &disputetypes.RuledSource{Work: work, Role: role, Terms: terms}, nil
}

func readRuledPayee(conn *connect.Conn, signer string) (*disputetypes.Payee, error) {
	account, err := accountOrMe(conn, flagPayee, signer)
	text := conn.Flags().Text(flagShare)
	switch {
	case err != nil:
		return nil, err
	case (account == "") != (text == ""):
		return nil, fmt.Errorf("--%s and --%s go together: who gets which part of the revenue", flagPayee, flagShare)
	case account == "":
		return nil, nil
	}
	share, err := parsePercent(text)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagShare, err)
	}
	return &disputetypes.Payee{Account: account, Share: share}, nil
}

// parsePercent reads a rate that is claimed. Elsewhere a number without a sign is in parts per million; here a bond is at
// stake, and whoever writes 10 means percent.
func parsePercent(text string) (uint32, error) {
	if !strings.HasSuffix(strings.TrimSpace(text), "%") {
		return 0, fmt.Errorf("%q: write a percentage with its sign, such as 12.5%%", text)
	}
	return rates.Parse(text)
}

// readRuledWeights reads WORK=40%,...
func readRuledWeights(ctx context.Context, conn *connect.Conn, text string) (list []lineagetypes.RuledWeight, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		at := strings.LastIndexByte(part, '=')
		if at < 1 {
			return nil, fmt.Errorf("--%s: %q: write WORK|FILE=PERCENT, such as song.wav=40%%", flagWeights, part)
		}
		work, err := disputeWork(ctx, conn, part[:at])
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagWeights, err)
		}
		weight, err := parsePercent(part[at+1:])
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagWeights, err)
		}
		list = append(list, lineagetypes.RuledWeight{Source: work, Weight: weight})
	}
	slices.SortFunc(list, func(a, b lineagetypes.RuledWeight) int { return bytes.Compare(a.Source[:], b.Source[:]) })
	return list, nil
}

// previewOpen says what is claimed, what the dispute freezes, what is at stake and what comes next.
func previewOpen(ctx context.Context, conn *connect.Conn, work target.Work, msg *disputetypes.MsgOpen) error {
	params, err := conn.Dispute().Params(ctx, &disputetypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	if len(params.Params.MinBond) == 0 {
		return errors.New("this chain takes no bond: governance has not set up disputes")
	}
	teller := tellerOf(ctx, conn)
	conn.Note("%s of %s is contested: %s.", workLine(work.Claim), teller.Account(work.Owner), words.Contested(msg.Kind))
	conn.Note("You claim:")
	for _, sentence := range teller.Redress(msg.Claim) {
		conn.Note("  %s.", table.Clean(sentence))
	}
	if msg.Kind.Holds() {
		conn.Note("Until it is over the work is on hold: no new grants, no new derivations from it, what it earns in escrow, and no change of " +
			"owner, holders or terms. Grants given before stay good, and what it owes its sources goes on.")
	} else {
		conn.Note("The work is not put on hold by it.")
	}
	conn.Note("At stake: %s. If it is dismissed or you drop it, half is burnt and half goes to the holders; else you have it back.",
		conn.Units().ExactSum(msg.Bond))
	p := params.Params
	conn.Note("Next: owner and holders have %s to answer; then the arbiter has %s, the parties %s to appeal, and governance %s after that.",
		words.Lasting(p.AnswerWindow), words.Lasting(p.ArbitrationWindow), words.Lasting(p.AppealWindow), words.Lasting(p.GovernanceWindow))
	return nil
}
