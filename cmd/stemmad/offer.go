package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagPrice  = "price"
	flagUntil  = "until"
	flagTo     = "to"
	flagClose  = "close"
	flagPause  = "pause"
	flagResume = "resume"
)

func offerCmd() *cobra.Command {
	presets := licensetypes.Presets()
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.Name
	}
	cmd := &cobra.Command{
		Use:   "offer WORK|FILE|DIR TERMS",
		Short: "Offer a work of yours under terms",
		Long: `Offer puts terms on a work. Several offers on one work are alternatives. Terms are
an id (terms1...), a file of terms (stemmad terms template), the name of a licence that
the chain knows, such as GPL-3.0-only, or a preset, in any case of its letters:
  ` + strings.Join(names, ", ") + `

Without a price, approval or other limit the offer is public: whoever derives
from the work cites it, and needs no grant. Offering the same terms again
replaces the offer; what was granted under it stays. Before you sign it says the price, the
end, who may take it, what it replaces and whether a grant keeps others out, and what
becomes of AI training, AI input and search under the terms, and where the file's Content Credentials
say otherwise, also where they do not mention them: training and input then go as derivatives do, and search is permitted,
while exported rights say nothing about it. A paused offer stands, but
nobody can take it or rely on it until it is resumed.

A folder stands for all files in it. A table, --csv, has the columns
  work, terms, price, until, to
(several accounts with semicolons between them), of which all but work may be left out: what a row leaves empty, TERMS and the flags
say for all. What is offered so already is left as it is, so the command can be run again. If
one row is wrong nothing is sent, or the others are with --skip-bad.

Terms that are not on the chain yet, of a file or a licence that is no preset, are
published in the same transaction. Public licences that cannot be taken back, as those of Creative
Commons and of free software, serve everybody for ever: --close and --until end the
offer, and not what the licence permits.`,
		Example: `  stemmad offer song.wav commercial-remix-10 --from alice
  stemmad offer song.wav commercial-use --price '5.00 USDC' --until 2027-12-31 --from alice
  stemmad offer song.wav GPL-3.0-only --from alice
  stemmad offer photos cc-by-4.0 --from alice
  stemmad offer --csv offers.csv --from alice
  stemmad offer song.wav mine.yaml --price '5.00 USDC' --from alice
  stemmad offer song.wav commercial-use --pause --from alice
  stemmad offer song.wav commercial-remix-10 --close --from alice`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(flagCSV) {
				return cobra.MaximumNArgs(1)(cmd, args)
			}
			if len(args) == 1 {
				return errors.New("name the terms to offer it under: \"stemmad terms list\" shows some to choose from, and " +
					"\"stemmad terms template\" starts terms of your own")
			}
			return cobra.ExactArgs(2)(cmd, args)
		},
	}
	f := cmd.Flags()
	f.String(flagPrice, "", "price of a grant; several denoms, separated by commas, are alternatives: '5.00 USDC'")
	f.String(flagUntil, "", "end of the offer: 2027-01-31, a time in RFC 3339, or 30d")
	f.StringArray(flagTo, nil, "account or key that may take it (default: everybody); may be repeated")
	addEncodingFlag(cmd)
	f.String(flagCSV, "", "table of works with their terms, in place of WORK")
	f.Bool(flagSkipBad, false, "leave out works and rows that are wrong, in place of sending nothing")
	f.Bool(flagClose, false, "end the offer of these terms")
	f.Bool(flagPause, false, "pause the offer of these terms, as it stands")
	f.Bool(flagResume, false, "resume the paused offer of these terms, as it stands")
	return sending(connect.AddProposeFlag(cmd), offer)
}

func offer(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := checkOfferFlags(conn); err != nil {
		return err
	}
	lines, err := offerLines(conn, args)
	switch f := conn.Flags(); {
	case err != nil:
		return err
	case lines != nil && (f.Is(flagClose) || f.Is(flagPause) || f.Is(flagResume)):
		return errors.New("offers are ended, paused and resumed one work at a time: name the work")
	case lines != nil:
		return offerMany(ctx, conn, sender, lines)
	}
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	if f := conn.Flags(); f.Is(flagClose) || f.Is(flagPause) || f.Is(flagResume) {
		terms, err := offeredTerms(ctx, conn, work.Id, args[1])
		if err != nil {
			return err
		}
		if f.Is(flagClose) {
			return closeOffer(ctx, conn, sender, work, terms)
		}
		return pauseOffer(ctx, conn, sender, work, terms)
	}
	f := conn.Flags()
	made, err := buildOffer(conn, f.Text(flagPrice), f.Text(flagUntil), f.Texts(flagTo))
	if err != nil {
		return err
	}
	o, err := prepareOffer(ctx, conn, work, args[1], made)
	if err != nil {
		return err
	}
	by, err := o.machines(ctx)
	if err != nil {
		return err
	}
	against, err := againstCredentials(ctx, args[0], func(context.Context) (byMachines, error) { return by, nil })
	if err != nil {
		return err
	}
	limited := o.warnings(ctx, conn)
	if len(against) > 0 {
		limited += "\nMind: " + strings.Join(against, ";\n  ") + "."
	}
	o.beside(conn)
	preview := o.preview(conn)
	result, err := sender.Send(ctx, o.question(preview)+"\n"+by.String()+limited, o.messages(sender.Account())...)
	if err != nil {
		return o.refused(ctx, conn, err)
	}
	if err := printOffer(conn, result, work.Id, o.id, offered(result, o.known), o.title, o.name, by); err != nil || conn.JSON() {
		return err
	}
	if limited != "" {
		conn.Say("%s", strings.TrimPrefix(limited, "\n"))
	}
	return o.printStanding(ctx, conn, result.DryRun, preview)
}

// prepareOffer reads what is to be known of an offer before it is made.
func prepareOffer(
	ctx context.Context, conn *connect.Conn, work registrytypes.Claim, under string, made licensetypes.Offer,
) (*offering, error) {
	terms, err := termsToOffer(ctx, conn, work.Id, under)
	if err != nil {
		return nil, err
	}
	o := &offering{
		work: work.Id, title: table.Short(describe.Heading(work)), id: terms.Id, terms: terms.Terms, name: permitted.Name(terms), made: made,
	}
	if o.known, err = published(ctx, conn, terms); err != nil {
		return nil, err
	}
	if o.standing, err = permission.Offers(ctx, conn, work.Id); err != nil {
		return nil, err
	}
	return o, o.readDemands(ctx, conn)
}

// messages make the offer, and publish its terms where nobody has.
func (o *offering) messages(owner string) []sdk.Msg {
	offer := &licensetypes.MsgOffer{Owner: owner, Work: o.work, Terms: o.id, Offer: o.made}
	if o.known {
		return []sdk.Msg{offer}
	}
	return []sdk.Msg{&licensetypes.MsgPublishTerms{Author: owner, Terms: o.terms}, offer}
}

// offered says what was done, and to terms that were not known.
func offered(result send.Result, known bool) string {
	if known {
		return result.Did("Offered", "Would offer")
	}
	return result.Did("Published the terms and offered", "Would publish the terms and offer")
}

// question says what is offered, and the terms where they are published with it.
func (o *offering) question(preview []string) string {
	what := fmt.Sprintf("Offer %q (%s) under %s.%s", o.title, o.work, o.name, permitted.Lines(preview))
	if o.known {
		return what
	}
	return "Publish these terms, for good:\n" + cleanLines(deed.Of(o.terms).Text()) + "\n" + what
}

// preview is what the offer is and which it replaces, in fields.
func (o *offering) preview(conn *connect.Conn) []string {
	names := conn.KeyNames()
	account := func(address string) string { return accountName(address, names) }
	return permitted.PreviewOffer(conn.Units(), o.terms, o.made, permitted.Replaced(o.standing, o.id), account)
}

// printStanding says what the work is offered under now; where it was only tried, what it
// would have been.
func (o *offering) printStanding(ctx context.Context, conn *connect.Conn, tried bool, preview []string) error {
	if tried {
		return table.Fields(conn.Out(), preview...)
	}
	offers, err := permission.Offers(ctx, conn, o.work)
	if err != nil {
		return err
	}
	conn.Say("It is now offered under:\n%s", permitted.List(conn.Units(), offers))
	return nil
}

func closeOffer(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, work registrytypes.Claim, terms licensetypes.TermsID,
) error {
	title, name := table.Short(describe.Heading(work)), termsNamer(ctx, conn)(terms)
	result, err := sender.Send(ctx, fmt.Sprintf("Close the offer of %s on %q.", name, title),
		&licensetypes.MsgCloseOffer{Owner: sender.Account(), Work: work.Id, Terms: terms})
	if err != nil {
		return err
	}
	return printOffer(conn, result, work.Id, terms, result.Did("Closed", "Would close"), title, name, nil)
}

// checkOfferFlags refuses to close, pause or resume an offer and change it at once.
func checkOfferFlags(conn *connect.Conn) error {
	done := ""
	for _, name := range []string{flagClose, flagPause, flagResume} {
		if !conn.Flags().Is(name) {
			continue
		}
		if done != "" {
			return fmt.Errorf("--%s and --%s don't go together", done, name)
		}
		done = name
	}
	for _, name := range []string{flagPrice, flagUntil, flagTo, flagCSV} {
		if done != "" && conn.Flags().Changed(name) {
			return fmt.Errorf("--%s leaves the offer as it stands: drop --%s, or offer it anew without --%s", done, name, done)
		}
	}
	return nil
}

// pauseOffer pauses or resumes an offer and leaves all else as it stands.
func pauseOffer(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, work registrytypes.Claim, terms licensetypes.TermsID,
) error {
	standing, err := offerOf(ctx, conn, work.Id, terms)
	if err != nil {
		return err
	}
	title, name := table.Short(describe.Heading(work)), permitted.Name(standing.Terms)
	what, done, would := "Pause", "Paused", "Would pause"
	made := standing.Offer
	if made.Paused = conn.Flags().Is(flagPause); !made.Paused {
		what, done, would = "Resume", "Resumed", "Would resume"
	}
	if made.Paused == standing.Offer.Paused {
		return fmt.Errorf("the offer of %s under %s is %sd already", work.Id, name, strings.ToLower(what))
	}
	result, err := sender.Send(ctx, fmt.Sprintf("%s the offer of %q (%s) under %s.", what, title, work.Id, name),
		&licensetypes.MsgOffer{Owner: sender.Account(), Work: work.Id, Terms: terms, Offer: made})
	if err != nil {
		return err
	}
	return printOffer(conn, result, work.Id, terms, result.Did(done, would), title, name, nil)
}

// buildOffer reads what flags say of an offer, or a row of a table.
func buildOffer(conn *connect.Conn, price, until string, to []string) (licensetypes.Offer, error) {
	var made licensetypes.Offer
	coins, err := conn.Coins(price)
	if err != nil {
		return made, fmt.Errorf("%s: %w", flagPrice, err)
	}
	made.Price = coins
	if until != "" {
		end, err := table.ParseUntil(until, time.Now())
		if err != nil {
			return made, fmt.Errorf("%s: %w", flagUntil, err)
		}
		made.ExpiresAt = &end
	}
	for _, s := range to {
		account, err := conn.Account(s)
		if err != nil {
			return made, fmt.Errorf("%s: %w", flagTo, err)
		}
		made.Licensees = append(made.Licensees, account.String())
	}
	slices.Sort(made.Licensees)
	made.Licensees = slices.Compact(made.Licensees)
	return made, nil
}

// byMachines is what becomes of AI training, AI input and search of a work.
type byMachines []deed.Machine

// machines is what the terms make of them, and the sources of the work.
func (o *offering) machines(ctx context.Context) (byMachines, error) {
	return o.speaker.Machines(ctx, o.demands, o.terms)
}

// String says it a line a use.
func (b byMachines) String() string {
	lines := make([]string, len(b))
	for i, m := range b {
		lines[i] = "  " + m.Use + ": " + m.Sentence
	}
	return strings.Join(lines, "\n")
}

// answers is it for programs, by name of the use.
func (b byMachines) answers() map[string]string {
	if b == nil {
		return nil
	}
	words := make(map[string]string, len(b))
	for _, m := range b {
		words[strings.ReplaceAll(strings.ToLower(m.Use), " ", "_")] = m.Answer
	}
	return words
}

// printOffer prints what became of an offer, and by, if given: what holds for uses of the
// work by machines.
func printOffer(
	conn *connect.Conn, result send.Result, work registrytypes.WorkID, terms licensetypes.TermsID, did, title, name string,
	by byMachines,
) error {
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work     registrytypes.WorkID `json:"work"`
			Terms    licensetypes.TermsID `json:"terms"`
			Machines map[string]string    `json:"machines,omitempty"`
			Tx       send.Result          `json:"tx"`
		}{work, terms, by.answers(), result})
	}
	conn.Say("%s %q under %s: %s", did, title, name, result)
	if err := table.Fields(conn.Out(), "work", work.String(), "terms", terms.String()); err != nil || by == nil {
		return err
	}
	conn.Say("Under these terms:\n%s", by)
	return nil
}
