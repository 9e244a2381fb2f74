package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const flagManifestVersion = "version"

func datasetShareCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "share WORK|MANIFEST SHARE",
		Short: "Change what the contributors get of what a work earns",
		Long: `Share gives those who contributed a part of what a work of yours earns, out of your own part. A
first share, and a higher one, holds from the end of the block on. A lower one, none, and that of
another version's contributors hold after a notice period only: it says from when on. Whatever
waited before is dropped; the share in force, asked for again, drops it and changes nothing else.

What came in until then stays with the contributors of the version that it came in for.`,
		Example: `  stemmad dataset share work1... 40% --from alice
  stemmad dataset share work1... 0 --from alice
  stemmad dataset share work1... 40% --version 3 --dry-run --from alice`,
		Args: cobra.ExactArgs(2),
	}
	cmd.Flags().Uint32(flagManifestVersion, 0, "version of the work whose manifest has the contributors (default: the one in force)")
	return sending(cmd, shareDataset)
}

// shareReport is what became of a share.
type shareReport struct {
	Work    registrytypes.WorkID `json:"work"`
	Version uint32               `json:"version"`
	Share   uint32               `json:"share"`
	// Waits until it holds; unset: it does.
	Waits *royaltytypes.PoolChange `json:"waits,omitempty"`
	// Dropped is what waited before.
	Dropped *royaltytypes.PoolChange `json:"dropped,omitempty"`
	Tx      send.Result              `json:"tx"`
}

func shareDataset(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	share, err := shareOf(args[1])
	if err != nil {
		return err
	}
	work, err := datasetNamed(ctx, conn, args[0], sender.Account())
	if err != nil {
		return err
	}
	version, err := conn.Flags().GetUint32(flagManifestVersion)
	if err != nil {
		return err
	}
	if version == 0 {
		version = work.ManifestVersion
	}
	now, err := conn.Royalty().Pool(ctx, &royaltytypes.QueryPoolRequest{Work: work.Id})
	if err != nil {
		return err
	}
	msg := &royaltytypes.MsgSharePool{Owner: sender.Account(), Work: work.Id, Version: version, Weight: share}
	trial, err := sender.Try(ctx, msg)
	if err != nil {
		return err
	}
	var outcome royaltytypes.MsgSharePoolResponse
	if err := trial.Response(0, &outcome); err != nil {
		return err
	}
	what := fmt.Sprintf("Give the contributors of version %d of %s %s of all that it earns, from %s.\n  Now: %s", version, titled(work),
		rates.Percent(share), fromWhen(outcome.Waits), poolNow(now))
	if now.Waits != nil {
		what += "\n  What waits is dropped by it."
	}
	result, err := sender.Send(ctx, what, msg)
	if err != nil {
		return err
	}
	if err := readOutcome(result, 0, &outcome); err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(shareReport{work.Id, version, share, outcome.Waits, now.Waits, result})
	}
	conn.Say("%s: %s", result.Did("Shared", "Would share"), result)
	pairs := []string{"contributors of", fmt.Sprintf("version %d", version), "get", rates.Percent(share), "from", fromWhen(outcome.Waits)}
	if now.Waits != nil {
		pairs = append(pairs, "dropped", changeDropped(now.Waits))
	}
	return table.Fields(conn.Out(), pairs...)
}

// readOutcome reads an answer where there is one: nobody waited otherwise, and what a trial said stands.
func readOutcome(result send.Result, i int, into *royaltytypes.MsgSharePoolResponse) error {
	if result.Height == 0 && !result.DryRun {
		return nil
	}
	return result.Response(i, into)
}

// fromWhen says from when on a share holds.
func fromWhen(waits *royaltytypes.PoolChange) string {
	if waits == nil {
		return "the end of this block on"
	}
	return table.Time(waits.At) + " on"
}

// poolNow says what contributors get, and what waits.
func poolNow(now *royaltytypes.QueryPoolResponse) string {
	text := "contributors get nothing"
	if now.Weight > 0 {
		text = fmt.Sprintf("the contributors of version %d get %s", now.Version, rates.Percent(now.Weight))
	}
	if now.Waits != nil {
		text += "; " + changeWaiting(now.Waits)
	}
	return text + "."
}

// changeWaiting says what is to hold, and from when on.
func changeWaiting(c *royaltytypes.PoolChange) string {
	return fmt.Sprintf("%s for those of version %d waits until %s", rates.Percent(c.Weight), c.Version, table.Time(c.At))
}

// changeDropped says what was to hold, and from when on.
func changeDropped(c *royaltytypes.PoolChange) string {
	return fmt.Sprintf("%s for those of version %d, which was to hold from %s on", rates.Percent(c.Weight), c.Version, table.Time(c.At))
}

func datasetPayeeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "payee [ACCOUNT]",
		Short: "Name who gets what you collect as a contributor",
		Long: `Payee has another account get what yours collects from the pools of all works, from now on; your
own account ends that. Without an account it says who gets it. It moves nothing that was collected
before, and what you contributed stays yours: only your account withdraws it.`,
		Example: `  stemmad dataset payee carol --from alice
  stemmad dataset payee alice --from alice
  stemmad dataset payee --from alice`,
		Args: cobra.MaximumNArgs(1),
	}
	return sending(cmd, namePayee)
}

func namePayee(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	now, err := conn.Royalty().Payee(ctx, &royaltytypes.QueryPayeeRequest{Contributor: sender.Account()})
	if err != nil {
		return err
	}
	answer := struct {
		Contributor string       `json:"contributor"`
		Payee       string       `json:"payee"`
		Tx          *send.Result `json:"tx,omitempty"`
	}{sender.Account(), now.Payee, nil}
	names := conn.KeyNames()
	payee := sdk.AccAddress{}
	if len(args) == 1 {
		if payee, err = conn.Account(args[0]); err != nil {
			return err
		}
	}
	if len(args) == 0 || payee.String() == now.Payee {
		if conn.JSON() {
			return conn.PrintJSON(answer)
		}
		conn.Say("%s gets what %s collects", accountName(now.Payee, names), accountName(answer.Contributor, names))
		return nil
	}
	answer.Payee = payee.String()
	what := fmt.Sprintf("From now on %s gets what %s collects from the pools of all works, in place of %s.", accountName(answer.Payee, names),
		accountName(answer.Contributor, names), accountName(now.Payee, names))
	result, err := sender.Send(ctx, what, &royaltytypes.MsgNamePayee{Contributor: answer.Contributor, Payee: answer.Payee})
	if err != nil {
		return err
	}
	if conn.JSON() {
		answer.Tx = &result
		return conn.PrintJSON(answer)
	}
	conn.Say("%s %s: %s", result.Did("Named", "Would name"), accountName(answer.Payee, names), result)
	return nil
}
