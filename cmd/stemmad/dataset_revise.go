package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const flagOldPool = "old-pool"

func datasetReviseCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revise WORK|MANIFEST NEW-MANIFEST",
		Short: "Give a work of yours a new manifest",
		Long: `Revise adds a version of a work with another manifest. What was done under earlier versions stays
valid, and what their contributors had coming stays theirs to collect, with the manifest of that
version: keep it. What the work says of itself stays, unless flags say something else.

The contributors of the new manifest take the place of those before, with the same share or that of
--share, after a notice period: it says from when on. With --old-pool the share stays with those before.`,
		Example: `  stemmad dataset revise work1... photos-2.manifest --from alice
  stemmad dataset revise work1... photos-2.manifest --share 40% --title "Photos, second edition" --from alice`,
		Args: cobra.ExactArgs(2),
	}
	addRevisionFlags(cmd)
	f := cmd.Flags()
	f.String(flagShare, "", "what the contributors of the new manifest get of all that the work earns (default: what those before get)")
	f.Bool(flagOldPool, false, "leave the share with the contributors of the version before")
	return sending(cmd, reviseDataset)
}

func reviseDataset(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := datasetNamed(ctx, conn, args[0], sender.Account())
	if err != nil {
		return err
	}
	opened, err := builtManifest(ctx, conn, args[1])
	if err != nil {
		return err
	}
	defer opened.Close()
	r, err := reviseManifest(ctx, conn, sender, work, registrytypes.NewRoots(opened.Manifest))
	if err != nil {
		return err
	}
	gone, err := pool.Withdrawn(ctx, conn.Registry(), work.Id)
	if err != nil {
		return err
	}
	if r.Withdrawn, err = pool.CountWithdrawn(ctx, opened, gone); err != nil {
		return err
	}
	if r.Withdrawn > 0 {
		r.says = fmt.Sprintf("\n  %s in it though withdrawn by whoever gave it: answers deny it in every version. Leave it out, of files too.",
			isOrAre(int(r.Withdrawn), "item"))
	}
	if err := r.send(ctx, conn, sender); err != nil {
		return err
	}
	return r.print(conn)
}

// manifestRevision is a new manifest of a work, with the share of its contributors.
type manifestRevision struct {
	Work     registrytypes.WorkID `json:"work"`
	Version  uint32               `json:"version"`
	Manifest manifestRoots        `json:"manifest"`
	Before   manifestRoots        `json:"before"`
	Changes  []describe.Change    `json:"changes"`
	// Withdrawn is how many items of the new manifest were withdrawn.
	Withdrawn uint64 `json:"withdrawn,omitempty"`
	// Share is what the new contributors get, ppm, and Waits when; unset: at once, or they get none.
	Share uint32                   `json:"share"`
	Waits *royaltytypes.PoolChange `json:"waits,omitempty"`
	Tx    send.Result              `json:"tx"`

	claim registrytypes.Claim
	now   *royaltytypes.QueryPoolResponse
	// shares: the share is a part of it.
	shares bool
	msgs   []sdk.Msg
	// says is what else is done with it, in lines that begin anew.
	says string
}

// reviseManifest says what revising a work takes. It fails where the manifest is in force.
func reviseManifest(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, work registrytypes.Claim, roots registrytypes.Roots,
) (*manifestRevision, error) {
	share, given, err := readShare(conn)
	if err != nil {
		return nil, err
	}
	if given && conn.Flags().Is(flagOldPool) {
		return nil, fmt.Errorf("--%s and --%s don't go together", flagShare, flagOldPool)
	}
	inForce, err := conn.Registry().Manifest(ctx, &registrytypes.QueryManifestRequest{Work: work.Id})
	if err != nil {
		return nil, err
	}
	if inForce.Manifest.Roots == roots {
		return nil, fmt.Errorf("version %d of %s has this manifest already: there is nothing to revise", inForce.Manifest.Version, work.Id)
	}
	r := &manifestRevision{
		Work: work.Id, Version: work.Version + 1, Manifest: rootsOf(roots), Before: rootsOf(inForce.Manifest.Roots), claim: work,
		Changes: []describe.Change{},
	}
	details := work.Details
	if changesDetails(conn) {
		if details, err = revised(conn.Flags().FlagSet, work.Details, accountsOf(conn)); err != nil {
			return nil, err
		}
		r.Changes = append(r.Changes, describe.Changes(work.Details, details)...)
	}
	if r.now, err = conn.Royalty().Pool(ctx, &royaltytypes.QueryPoolRequest{Work: work.Id}); err != nil {
		return nil, err
	}
	if !given {
		share = r.now.Weight
		if r.now.Waits != nil {
			share = r.now.Waits.Weight
		}
	}
	r.msgs = []sdk.Msg{&registrytypes.MsgRevise{Owner: sender.Account(), Work: work.Id, Details: details, Manifest: &roots}}
	if !conn.Flags().Is(flagOldPool) && (share > 0 || r.now.Weight > 0) {
		r.Share, r.shares = share, true
		r.msgs = append(r.msgs, &royaltytypes.MsgSharePool{Owner: sender.Account(), Work: work.Id, Version: r.Version, Weight: share})
	}
	return r, nil
}

// changesDetails says whether flags say something of the work.
func changesDetails(conn *connect.Conn) bool {
	return slices.ContainsFunc(detailsFlags, func(name string) bool { return conn.Flags().Lookup(name) != nil && conn.Flags().Changed(name) })
}

// send asks for it and sends it, with more messages behind.
func (r *manifestRevision) send(ctx context.Context, conn *connect.Conn, sender *send.Sender, more ...sdk.Msg) error {
	msgs := slices.Concat(r.msgs, more)
	trial, err := sender.Try(ctx, msgs...)
	if err != nil {
		return err
	}
	var outcome royaltytypes.MsgSharePoolResponse
	if r.shares {
		if err := trial.Response(1, &outcome); err != nil {
			return err
		}
	}
	what := fmt.Sprintf("Give %s a new manifest, its version %d: %s.\n  Version %d has %s.", titled(r.claim), r.Version, r.Manifest,
		r.claim.ManifestVersion, r.Before)
	if r.shares {
		what += fmt.Sprintf("\n  The contributors of the new version get %s of what it earns, from %s. Now: %s", rates.Percent(r.Share),
			fromWhen(outcome.Waits), poolNow(r.now))
	} else {
		what += "\n  What contributors get stays as it is. Now: " + poolNow(r.now)
	}
	for _, c := range r.Changes {
		what += fmt.Sprintf("\n  %s: %s, now %s", c.Field, inQuotes(c.Before), inQuotes(c.After))
	}
	if r.Tx, err = sender.Send(ctx, what+r.says, msgs...); err != nil {
		return err
	}
	var said registrytypes.MsgReviseResponse
	if r.Tx.Response(0, &said) == nil {
		r.Version = said.Version
	}
	if r.shares {
		err = readOutcome(r.Tx, 1, &outcome)
	}
	r.Waits = outcome.Waits
	return err
}

func (r *manifestRevision) print(conn *connect.Conn) error {
	if conn.JSON() {
		return conn.PrintJSON(r)
	}
	conn.Say("%s %s, now version %d: %s", r.Tx.Did("Revised", "Would revise"), titled(r.claim), r.Version, r.Tx)
	pairs := []string{"manifest", r.Manifest.String(), "before", r.Before.String()}
	if r.shares {
		pairs = append(pairs, "contributors get", rates.Percent(r.Share)+", from "+fromWhen(r.Waits))
		if dropped := r.now.Waits; dropped != nil {
			pairs = append(pairs, "dropped", changeDropped(dropped))
		}
	}
	if err := table.Fields(conn.Out(), pairs...); err != nil {
		return err
	}
	conn.Note("Keep the manifest of version %d: what its contributors had coming is collected with it.", r.claim.ManifestVersion)
	return nil
}

// missing says that a manifest is not of a work, to people.
func missing(err error) error {
	if errors.Is(err, pool.ErrNotOfWork) {
		return fmt.Errorf("%w; \"stemmad dataset show WORK\" lists the digests of those that it has had", err)
	}
	return err
}
