package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/client/dispute"
	"github.com/stemma-chain/stemma/client/proof/evidence"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagEvidence = "evidence"
	flagBond     = "bond"
)

// governance is the account whose messages are those of proposals that were accepted.
func governance() string { return authtypes.NewModuleAddress(govtypes.ModuleName).String() }

func disputeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dispute",
		Short: "Contest a work, answer, decide, and see how it stands",
		Long: `Dispute is for who contests a work, for its owner and holders who answer, and for arbiters who decide.
While a dispute holds a work, nobody gets new grants of it or derives from it anew, what it earns lies in
escrow, and owner, holders and terms stay as they are; grants given before go on, and so does what it
owes its sources. Whoever is wrong loses the bond: half is burnt, half goes to the other side.`,
		Example: `  stemmad dispute list song.wav`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(disputeOpenCmd(), disputeAnswerCmd(), disputeRuleCmd(), disputeAppealCmd(), disputeDropCmd(), disputeShowCmd(),
		disputeListCmd(), disputeReckonCmd(), disputeBondCmd(), disputeCallBondCmd(), disputeAddBondCmd(), disputeBlankCmd(),
		disputeObjectCmd(), disputeAgreeCmd())
	return cmd
}

// addEvidenceFlags adds what a party shows and has at stake.
func addEvidenceFlags(cmd *cobra.Command) {
	cmd.Flags().StringArray(flagEvidence, nil, "file or SHA-256 that is shown, and where it is: FILE[=URI]; again for more, up to 8")
	cmd.Flags().String(flagBond, "", "what you have at stake, such as '100 STEM' (default: the least that is taken)")
}

// readEvidence reads what is shown. Proofs are checked, and what they are is said.
func readEvidence(ctx context.Context, conn *connect.Conn, work registrytypes.Claim) ([]disputetypes.Evidence, error) {
	var list []disputetypes.Evidence
	for _, text := range conn.Flags().Texts(flagEvidence) {
		argument, uri := text, ""
		if !fileThere(text) {
			argument, uri, _ = strings.Cut(text, "=")
		}
		one := disputetypes.Evidence{Uri: uri}
		if fileThere(argument) {
			chainID, err := conn.Network()
			if err != nil {
				return nil, err
			}
			file, err := evidence.Of(ctx, argument, chainID, work.Sha256)
			if err != nil {
				return nil, fmt.Errorf("--%s: %w", flagEvidence, err)
			}
			one.Sha256 = file.Sha256
			if file.Proof != nil {
				conn.Note("%s is %s that holds, if header %s is one of the chain's.", filepath.Base(argument),
					words.Proof(file.Proof.Kind.String()), file.Proof.Trusted)
			}
		} else {
			var err error
			if one.Sha256, err = registrytypes.ParseDigest(flagEvidence, argument); err != nil {
				return nil, fmt.Errorf("--%s: %q is neither a file here nor a SHA-256 of 64 hex digits", flagEvidence, argument)
			}
		}
		list = append(list, one)
	}
	return list, nil
}

func fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// readBond is --bond, or the least for opening a dispute about a work or appealing.
func readBond(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, account string) (sdk.Coins, error) {
	if text := conn.Flags().Text(flagBond); text != "" {
		bond, err := conn.Coins(text)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagBond, err)
		}
		return bond, nil
	}
	if work.IsZero() {
		return dispute.ContestBond(ctx, conn.Dispute(), banktypes.NewQueryClient(conn), account)
	}
	return dispute.Bond(ctx, conn.Dispute(), banktypes.NewQueryClient(conn), work, account)
}

// getDispute reads the dispute that an argument names.
func getDispute(ctx context.Context, conn *connect.Conn, argument string) (disputetypes.Dispute, error) {
	id, err := disputetypes.ParseDisputeID(argument)
	if err != nil {
		return disputetypes.Dispute{}, err
	}
	res, err := conn.Dispute().Dispute(ctx, &disputetypes.QueryDisputeRequest{Dispute: id})
	if err != nil {
		return disputetypes.Dispute{}, err
	}
	return res.Dispute, nil
}

// tellerOf names what sentences about disputes speak of.
func tellerOf(ctx context.Context, conn *connect.Conn) words.Teller {
	names, titles := conn.KeyNames(), map[registrytypes.WorkID]string{}
	return words.Teller{
		Account: func(account string) string { return accountName(account, names) },
		Work: func(work registrytypes.WorkID) string {
			if title, err := titleOf(ctx, conn, titles, work); err == nil && title != "" {
				return fmt.Sprintf("%q (%s)", table.Short(title), work)
			}
			return work.String()
		},
		Terms: termsNamer(ctx, conn),
		Coins: conn.Units().ExactSum,
	}
}

// sendDispute sends a message about a dispute and says what happened; result is for programs.
func sendDispute(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, what string, id disputetypes.DisputeID, did, would string, msg sdk.Msg,
) error {
	sent, err := sendSaying(ctx, conn, sender, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Dispute disputetypes.DisputeID `json:"dispute"`
			Tx      send.Result            `json:"tx"`
		}{id, sent})
	}
	conn.Say("%s %s: %s", sent.Did(did, would), id, sent)
	if sent.Height > 0 {
		if d, err := getDispute(ctx, conn, id.String()); err == nil {
			return printStanding(conn, d, time.Now())
		}
	}
	return nil
}

// sendSaying sends a message. Whoever tries it with --dry-run is not asked, and is told all the same what would happen.
func sendSaying(ctx context.Context, conn *connect.Conn, sender *send.Sender, what string, msg sdk.Msg) (send.Result, error) {
	sent, err := sender.Send(ctx, what, msg)
	if err == nil && sent.DryRun {
		conn.Note("%s", what)
	}
	return sent, err
}

// printStanding says where a dispute stands, by when what follows, and what became of the bonds.
func printStanding(conn *connect.Conn, d disputetypes.Dispute, now time.Time) error {
	if !d.IsOpen() {
		conn.Say("%s. %s.", words.Phase(d.Phase), words.Outcome(d.Outcome))
		return printBonds(conn, d, now)
	}
	conn.Say("%s. Deadline: %s; then, %s.", words.Phase(d.Phase), words.Until(*d.Deadline, now), words.PhaseEnd(d.Phase))
	if d.CalledUntil != nil {
		conn.Say("The challenger is called on for %s in all, %s: %s", conn.Units().Sum(d.Called), words.Until(*d.CalledUntil, now),
			raiseCommand(conn, d))
	}
	return nil
}

// raiseCommand raises a bond to what was called for.
func raiseCommand(conn *connect.Conn, d disputetypes.Dispute) string {
	missing := sdk.NewCoins()
	for _, c := range d.Called {
		if has := d.Bond.AmountOf(c.Denom); has.LT(c.Amount) {
			missing = missing.Add(sdk.NewCoin(c.Denom, c.Amount.Sub(has)))
		}
	}
	return fmt.Sprintf("stemmad dispute add-bond %s '%s'", d.Id, conn.Units().Sum(missing))
}

// workLine is a work as it is named before something is signed.
func workLine(work registrytypes.Claim) string {
	return fmt.Sprintf("%q (%s)", table.Short(describe.Heading(work)), work.Id)
}

// disputedLine says of a work that it is disputed, with the ids; empty: it is not. What can't be asked is no failure of
// who wants to know something else.
func disputedLine(ctx context.Context, conn *connect.Conn, work registrytypes.Claim) string {
	if work.Hold == nil || work.Hold.Disputes == 0 {
		return ""
	}
	line := count(int(work.Hold.Disputes), "open dispute")
	if work.Hold.Holding > 0 {
		line += ", on hold since " + table.OptionalTime(work.Hold.Since)
	}
	for i, id := range openDisputes(ctx, conn, work) {
		line += map[bool]string{true: ": ", false: ", "}[i == 0] + id.String()
	}
	return line + " (stemmad dispute show)"
}

// noteDisputed says before something is done with a work that it is disputed.
func noteDisputed(ctx context.Context, conn *connect.Conn, work registrytypes.Claim) {
	if line := disputedLine(ctx, conn, work); line != "" {
		conn.Note("It is under dispute: %s. Look with: stemmad dispute list %s", line, work.Id)
	}
}

func disputeWork(ctx context.Context, conn *connect.Conn, argument string) (registrytypes.WorkID, error) {
	work, err := target.Earliest(ctx, conn.Registry(), argument)
	return work.Id, err
}

// kindNames are what people type for what a dispute is about.
func kindNames() []string {
	var names []string
	for n := range disputetypes.Kind_name {
		if kind := disputetypes.Kind(n); kind.Known() {
			names = append(names, strings.ReplaceAll(kind.Name(), " ", "-"))
		}
	}
	slices.Sort(names)
	return names
}

func parseKind(text string) (disputetypes.Kind, error) {
	for n := range disputetypes.Kind_name {
		if kind := disputetypes.Kind(n); kind.Known() && strings.ReplaceAll(kind.Name(), " ", "-") == strings.ToLower(text) {
			return kind, nil
		}
	}
	return 0, fmt.Errorf("--%s %q: it is one of %s", flagAbout, text, strings.Join(kindNames(), ", "))
}

// sayTainted names what a work was made from that is disputed or was ruled invalid. What can't be asked is no failure.
func sayTainted(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) {
	res, err := conn.Dispute().Standing(ctx, &disputetypes.QueryStandingRequest{Work: work})
	if err != nil {
		conn.Note("Whether its sources are disputed could not be asked.")
		return
	}
	teller := tellerOf(ctx, conn)
	for _, t := range res.Ancestors {
		conn.Say("Disputed source: %s is %s", teller.Work(t.Work), enumName(t.Status.String(), "STATUS_"))
	}
	if res.Incomplete {
		conn.Say("There may be more disputed sources: it has more than were looked at.")
	}
}
