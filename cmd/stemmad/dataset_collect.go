package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	flagMine    = "mine"
	flagAtLeast = "at-least"
)

// shownEntries is how many contributors a list for people has.
const shownEntries = 50

func datasetCollectCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "collect [WORK] MANIFEST --mine | --contributor WHO... | --all",
		Short: "Pay contributors what they have not had of what a dataset earned",
		Long: `Collect pays contributors their parts of a pool, by proofs from the manifest: which version of the
work it is of is found by its digest. WORK may be left out for the manifest of a work's first
version. Anybody may, and pays the fee; the money goes to the contributors alone. An account gets it
at once, or whom it named (stemmad dataset payee); a work gets a payment, so its holders and sources
get theirs.

Those to whom nothing is due are left out. What is due to the others goes in transactions of up to
256. Interrupted, the same command goes on with what is left: nobody is paid twice. Each manifest has
a pool of its own, so collect with each that had something (stemmad dataset show). Of versions with the
same manifest it takes the newest that owes something.`,
		Example: `  stemmad dataset collect work1... photos.manifest --mine --from bob
  stemmad dataset collect photos.manifest --contributor bob --contributor work1... --from fan
  stemmad dataset collect work1... photos.manifest --all --at-least '0.50 USDC' --from alice
  stemmad dataset collect work1... photos.manifest --all --dry-run --from alice`,
		Args: cobra.RangeArgs(1, 2),
	}
	f := cmd.Flags()
	f.Bool(flagMine, false, "what is due to your account, and to works of yours")
	f.StringArray(flagContributor, nil, "an account, a key or a work (work1...); may be repeated")
	f.Bool(flagAll, false, "what is due to anybody")
	f.String(flagAtLeast, "", "leave out to whom less is due, such as '0.50 USDC'; several denoms, separated by commas")
	return sending(cmd, collectDataset)
}

// collectedEntry is what became of a contributor.
type collectedEntry struct {
	Contributor string `json:"contributor"`
	// Weight of it, and Index its place among the contributors.
	Weight uint64 `json:"weight,string"`
	Index  uint64 `json:"index"`
	// Due is what was due before, and Paid what it got.
	Due  sdk.Coins `json:"due"`
	Paid sdk.Coins `json:"paid"`
	// Reason why it got nothing or not all; empty: it did.
	Reason string `json:"reason,omitempty"`

	why royaltytypes.CollectReason
}

// collecting is what `dataset collect` does.
type collecting struct {
	Work    registrytypes.WorkID `json:"work"`
	Version uint32               `json:"version"`
	// Asked is how many contributors were asked about.
	Asked int `json:"asked"`
	// Nothing is how many of them nothing was due to, and Dust to how many less than --at-least.
	Nothing      int              `json:"nothing_due"`
	Dust         int              `json:"below_at_least"`
	Entries      []collectedEntry `json:"entries"`
	Paid         sdk.Coins        `json:"paid"`
	Transactions []send.Result    `json:"transactions"`
	// Owing are other versions by whose manifests something is due; said where nothing is by this.
	Owing []uint32 `json:"owing,omitempty"`

	// worth is what is to be collected; lean: without the ways of the proofs.
	worth []pool.Entry
	lean  bool
	due   sdk.Coins
	what  string
	names map[string]string
	// older are versions with the same manifest, whose pools were not asked.
	older []registrytypes.NumberedManifest
}

// leanFrom is of how many contributors not all proofs are kept in memory. Tests set less.
var leanFrom uint64 = 20_000

func collectDataset(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := checkCollectFlags(conn); err != nil {
		return err
	}
	least, err := conn.Coins(conn.Flags().Text(flagAtLeast))
	if err != nil {
		return fmt.Errorf("--%s: %w", flagAtLeast, err)
	}
	work, err := datasetNamed(ctx, conn, args[0], "")
	if err != nil {
		return err
	}
	opened, version, err := ofWork(ctx, conn, work.Id, args[len(args)-1])
	if err != nil {
		return missing(err)
	}
	defer opened.Close()
	same, err := pool.VersionsOf(ctx, conn.Registry(), work.Id, version.Sha256)
	if err != nil {
		return err
	}
	var c *collecting
	for i, of := range same {
		asked, err := askPool(ctx, conn, sender, opened, work.Id, of.Version, least)
		if errors.Is(err, dataset.ErrNotInManifest) {
			return notInEdition(ctx, conn, work.Id, same, err)
		}
		if err != nil {
			return err
		}
		if len(asked.worth) > 0 {
			c, asked.older = asked, same[i+1:]
			break
		}
		c = cmp.Or(c, asked) // where nothing is due by any, what there is to say is said of the newest
	}
	if len(c.worth) == 0 {
		if c.Owing, err = otherOwing(ctx, conn, work.Id, same); err != nil {
			return err
		}
	}
	if err := c.send(ctx, conn, sender, titled(work), opened); err != nil {
		return err
	}
	return c.print(conn, titled(work))
}

// otherOwing are the versions of a work by whose manifests something is due, but for these.
func otherOwing(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, these []registrytypes.NumberedManifest,
) (versions []uint32, err error) {
	state, err := pool.Look(ctx, conn.Registry(), conn.Royalty(), work)
	others := slices.DeleteFunc(state.Owing(), func(m registrytypes.NumberedManifest) bool { return slices.Contains(these, m) })
	return versionsOf(others), err
}

func versionsOf(list []registrytypes.NumberedManifest) (versions []uint32) {
	for _, m := range list {
		versions = append(versions, m.Version)
	}
	return versions
}

// notInEdition names the versions by whose manifests something is due to an error that this one has nothing of a contributor.
func notInEdition(
	ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, these []registrytypes.NumberedManifest, notIn error,
) error {
	versions, err := otherOwing(ctx, conn, work, these)
	if err != nil || len(versions) == 0 {
		return notIn
	}
	return fmt.Errorf("%w; something is due by %s", notIn, manifestsOf(versions))
}

// manifestsOf names the manifests of versions.
func manifestsOf(versions []uint32) string {
	if len(versions) == 1 {
		return fmt.Sprintf("the manifest of version %d", versions[0])
	}
	names := make([]string, len(versions))
	for i, version := range versions {
		names[i] = fmt.Sprint(version)
	}
	last := len(names) - 1
	return fmt.Sprintf("the manifests of versions %s and %s", strings.Join(names[:last], ", "), names[last])
}

// askPool finds out what is due by the manifest of one version.
func askPool(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, opened *dataset.Opened, work registrytypes.WorkID, version uint32,
	least sdk.Coins,
) (*collecting, error) {
	c := &collecting{
		Work: work, Version: version, Entries: []collectedEntry{}, Transactions: []send.Result{}, names: conn.KeyNames(),
	}
	c.lean = conn.Flags().Is(flagAll) && opened.Manifest.Contributors.Leaves > leanFrom
	collector := &pool.Collector{Royalty: conn.Royalty(), Work: work, Version: version, AtLeast: least}
	if err := collector.Start(ctx, func(e pool.Entry) error { c.take(collector, e); return nil }); err != nil {
		return nil, err
	}
	return c, c.ask(ctx, conn, sender, opened, collector)
}

func checkCollectFlags(conn *connect.Conn) error {
	f, given := conn.Flags(), 0
	for _, is := range []bool{f.Is(flagMine), len(f.Texts(flagContributor)) > 0, f.Is(flagAll)} {
		if is {
			given++
		}
	}
	if given != 1 {
		return fmt.Errorf("say whose parts: one of --%s, --%s and --%s", flagMine, flagContributor, flagAll)
	}
	return nil
}

// take notes what a contributor is due.
func (c *collecting) take(collector *pool.Collector, e pool.Entry) {
	c.Asked++
	switch {
	case collector.Worth(e):
		if c.lean {
			e.Proof.Path = nil
		}
		c.worth = append(c.worth, e)
		c.due = c.due.Add(e.Due...)
	case e.Reason == royaltytypes.COLLECT_REASON_NOTHING_DUE:
		c.Nothing++
	case e.Due.Empty():
		c.Entries = append(c.Entries, entryOf(e))
	default:
		c.Dust++
	}
}

func entryOf(e pool.Entry) collectedEntry {
	return collectedEntry{
		Contributor: contributorText(e.Contributor()), Weight: e.Proof.Weight, Index: e.Proof.Index, Due: append(sdk.Coins{}, e.Due...),
		Paid: sdk.Coins{}, Reason: reasonName(e.Reason), why: e.Reason,
	}
}

func reasonName(reason royaltytypes.CollectReason) string {
	if reason == royaltytypes.COLLECT_REASON_UNSPECIFIED {
		return ""
	}
	return enumName(reason.String(), "COLLECT_REASON_")
}

// contributorText is an account's address, or the id of a work.
func contributorText(c registrytypes.Contributor) string {
	if c.Account != "" {
		return c.Account
	}
	return c.Work.String()
}

// ask finds out what those who were asked for are due.
func (c *collecting) ask(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, opened *dataset.Opened, collector *pool.Collector,
) error {
	if conn.Flags().Is(flagAll) {
		if n := opened.Manifest.Contributors.Leaves; n > 10*royaltytypes.MaxCollected {
			conn.Note("asking the node about %d contributors", n)
		}
		if err := opened.EachContributor(func(p dataset.ContributorProof) error { return collector.Add(ctx, p) }); err != nil {
			return err
		}
		return collector.Finish(ctx)
	}
	who, err := contributorsNamed(ctx, conn, sender)
	if err != nil {
		return err
	}
	found := 0
	for _, one := range who {
		proof, err := opened.ProveContributor(one)
		if errors.Is(err, dataset.ErrNotInManifest) && conn.Flags().Is(flagMine) {
			continue
		}
		if errors.Is(err, dataset.ErrNotInManifest) {
			return fmt.Errorf("%s: %w: version %d has nothing of it", dataset.ContributorText(one), dataset.ErrNotInManifest, collector.Version)
		}
		if err != nil {
			return err
		}
		found++
		if err := collector.Add(ctx, proof); err != nil {
			return err
		}
	}
	if found == 0 {
		return fmt.Errorf("%s: %w: version %d has nothing of your account or of a work of yours", sender.Account(),
			dataset.ErrNotInManifest, collector.Version)
	}
	return collector.Finish(ctx)
}

// contributorsNamed are those of --contributor, each once, or the signer and its works.
func contributorsNamed(ctx context.Context, conn *connect.Conn, sender *send.Sender) (who []manifest.Contributor, err error) {
	if conn.Flags().Is(flagMine) {
		who = append(who, manifest.Contributor{Kind: manifest.Account, ID: sender.Address})
		works := client.Rows(ctx, func(ctx context.Context, page *query.PageRequest) ([]registrytypes.Claim, *query.PageResponse, error) {
			res, err := conn.Registry().Works(ctx, &registrytypes.QueryWorksRequest{Owner: sender.Account(), Pagination: page})
			return res.GetWorks(), res.GetPagination(), err
		})
		for work, err := range works {
			if err != nil {
				return nil, err
			}
			who = append(who, manifest.Contributor{Kind: manifest.Work, ID: work.Id[:]})
		}
		return who, nil
	}
	seen := map[string]bool{}
	for _, text := range conn.Flags().Texts(flagContributor) {
		one, err := contributorNamed(conn, text)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagContributor, err)
		}
		if name := dataset.ContributorText(one); !seen[name] {
			seen[name] = true
			who = append(who, one)
		}
	}
	return who, nil
}

// contributorNamed reads an account, the name of a key or the id of a work.
func contributorNamed(conn *connect.Conn, text string) (manifest.Contributor, error) {
	if one, err := dataset.ParseContributor(text); err == nil {
		return one, nil
	}
	account, err := conn.Account(text)
	return manifest.Contributor{Kind: manifest.Account, ID: account}, err
}
