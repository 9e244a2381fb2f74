package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagLicensee   = "licensee"
	flagDerivative = "derivative"
	flagWithdraw   = "withdraw"
)

func approveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "approve WORK|FILE TERMS --licensee ACCOUNT | --derivative WORK|FILE",
		Short: "Let somebody take an offer whose terms ask for your approval",
		Long: `Approve lets an account, or whoever owns one derivative, take an offer of your work
under terms that ask for the owner's approval. The second approver that the terms
name may do so too, by the work's id. It lasts until one of you takes it back, and
counts until the work changes hands. Grants that were given under it stay. Of a
derivative's file that several have claimed, the earliest claim is approved, and named
before you sign, unless it is under dispute; any other you name by its work id.`,
		Example: `  stemmad approve song.wav terms1... --licensee bob --from alice
  stemmad approve song.wav terms1... --derivative remix.wav --from alice
  stemmad approve song.wav terms1... --licensee bob --withdraw --from alice`,
		Args: cobra.ExactArgs(2),
	}
	f := cmd.Flags()
	f.String(flagLicensee, "", "account or key that is approved")
	f.String(flagDerivative, "", "work that is approved, whoever owns it")
	f.Bool(flagWithdraw, false, "take the approval back")
	return sending(connect.AddProposeFlag(cmd), approve)
}

func approve(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	licensee, derivative, choice, err := whoIsApproved(ctx, conn)
	if err != nil {
		return err
	}
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	terms, err := permitted.TermsOf(ctx, conn, conn.Units(), work.Id, args[1])
	if err != nil {
		return err
	}
	whom := licensee + derivative.String()
	title, name := table.Short(describe.Heading(work)), termsNamer(ctx, conn)(terms)
	var msg sdk.Msg = &licensetypes.MsgApprove{
		Owner: sender.Account(), Work: work.Id, Terms: terms, Licensee: licensee, Derivative: derivative,
	}
	what, done, would := "Approve", "Approved", "Would approve"
	if conn.Flags().Is(flagWithdraw) {
		msg = &licensetypes.MsgWithdrawApproval{
			Owner: sender.Account(), Work: work.Id, Terms: terms, Licensee: licensee, Derivative: derivative,
		}
		what, done, would = "Withdraw the approval of", "Withdrew the approval of", "Would withdraw the approval of"
	}
	result, err := sender.Send(ctx, fmt.Sprintf("%s %s%s for %q (%s) under %s.", what, whom, choice, title, work.Id, name), msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work       registrytypes.WorkID `json:"work"`
			Terms      licensetypes.TermsID `json:"terms"`
			Licensee   string               `json:"licensee,omitempty"`
			Derivative registrytypes.WorkID `json:"derivative,omitzero"`
			Tx         send.Result          `json:"tx"`
		}{work.Id, terms, licensee, derivative, result})
	}
	conn.Say("%s %s for %q under %s: %s", result.Did(done, would), whom, title, name, result)
	return nil
}

// whoIsApproved reads the one of the two flags that is set. choice says of several
// claims to a derivative's content which was taken.
func whoIsApproved(ctx context.Context, conn *connect.Conn) (
	licensee string, derivative registrytypes.WorkID, choice string, err error,
) {
	account, work := conn.Flags().Text(flagLicensee), conn.Flags().Text(flagDerivative)
	if (account == "") == (work == "") {
		return "", derivative, "", fmt.Errorf("say who is approved, with --%s or --%s", flagLicensee, flagDerivative)
	}
	if account != "" {
		parsed, err := conn.Account(account)
		if err != nil {
			return "", derivative, "", fmt.Errorf("--%s: %w", flagLicensee, err)
		}
		return parsed.String(), derivative, "", nil
	}
	found, err := target.EarliestSafe(ctx, conn.Registry(), work)
	if err != nil {
		return "", derivative, "", fmt.Errorf("--%s: %w", flagDerivative, err)
	}
	return "", found.Id, found.Choice(conn.KeyNames()), nil
}
