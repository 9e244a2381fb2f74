package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func datasetWithdrawCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "withdraw [WORK] MANIFEST --item FILE|SHA256|#N... | --all",
		Short: "Take back, for good, what you contributed to a dataset",
		Long: `Withdraw takes items back that you contributed, or with --all everything that you gave to the
work. From the next block on answers about them deny, in every version of the work, also in those to
come, and answers about the whole name the list of what is to be left out. Grants taken before stand.
It can't be taken back.

An item is a file, its SHA-256, or #N, its place in the manifest, where the first is #0. The manifest
may be of any version that has it, and WORK be left out for that of its first version. What a work of
yours contributed you take back with --contributor WORK. Your part of the pool stays yours: "stemmad dataset collect" pays it.`,
		Example: `  stemmad dataset withdraw work1... photos.manifest --item photo.jpg --from bob
  stemmad dataset withdraw work1... photos.manifest --item '#17' --item '#18' --from bob
  stemmad dataset withdraw work1... photos.manifest --all --dry-run --from bob`,
		Args: cobra.RangeArgs(1, 2),
	}
	f := cmd.Flags()
	f.StringArray(flagItem, nil, "file, SHA-256, or #N for its place in the manifest, from 0; may be repeated")
	f.Bool(flagAll, false, "all that you gave to the work, in whatever version")
	f.String(flagContributor, "", "work of yours (work1...) that contributed (default: your account did)")
	return sending(cmd, withdrawItems)
}

// withdrawal is what `dataset withdraw` does.
type withdrawal struct {
	Work        registrytypes.WorkID `json:"work"`
	Version     uint32               `json:"version"`
	Contributor string               `json:"contributor"`
	All         bool                 `json:"all,omitempty"`
	// Items are those that are withdrawn by it, and Already how many were. AllAlready: everything was.
	Items      []registrytypes.Digest `json:"items"`
	Already    int                    `json:"already,omitempty"`
	AllAlready bool                   `json:"all_already,omitempty"`
	// List is how far the work's list has come; nil: nobody waited, or nothing was sent.
	List         *registrytypes.WithdrawalList `json:"list,omitempty"`
	Transactions []send.Result                 `json:"transactions"`
}

func withdrawItems(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	f := conn.Flags()
	if (len(f.Texts(flagItem)) > 0) == f.Is(flagAll) {
		return fmt.Errorf("say what to take back: --%s, or --%s for everything", flagItem, flagAll)
	}
	who := manifest.Contributor{Kind: manifest.Account, ID: sender.Address}
	if text := f.Text(flagContributor); text != "" {
		one, err := contributorNamed(conn, text)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagContributor, err)
		}
		who = one
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
	w := &withdrawal{
		Work: work.Id, Version: version.Version, Contributor: dataset.ContributorText(who), All: f.Is(flagAll), Items: []registrytypes.Digest{},
		Transactions: []send.Result{},
	}
	msgs, err := w.messages(ctx, conn, sender, opened, who)
	if err != nil {
		return err
	}
	if w.All {
		_, err := sender.Try(ctx, msgs[0])
		if w.AllAlready = errors.Is(err, registrytypes.ErrAlreadyWithdrawn); w.AllAlready {
			return w.print(conn, titled(work))
		}
		if err != nil {
			return err
		}
	}
	if err := w.send(ctx, conn, sender, titled(work), msgs); err != nil {
		return err
	}
	return w.print(conn, titled(work))
}

// messages prove what is withdrawn.
func (w *withdrawal) messages(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, opened *dataset.Opened, who manifest.Contributor,
) ([]*registrytypes.MsgWithdrawItems, error) {
	contributor := registrytypes.NewContributor(who)
	if w.All {
		proof, err := opened.ProveContributor(who)
		if err != nil {
			return nil, err
		}
		all := registrytypes.NewContributorProof(who, proof.Weight, proof.Proof)
		return []*registrytypes.MsgWithdrawItems{
			{Sender: sender.Account(), Work: w.Work, Version: w.Version, Contributor: contributor, All: &all},
		}, nil
	}
	wanted, err := readItems(ctx, conn.Flags().Texts(flagItem))
	if err != nil {
		return nil, err
	}
	wanted.Contributor = who
	places, err := pool.Find(ctx, opened, wanted)
	if err != nil {
		return nil, notYours(err)
	}
	var proofs []registrytypes.ItemProof
	for _, place := range places {
		p, err := opened.ProveItem(place)
		if err != nil {
			return nil, err
		}
		item, err := p.Verify(opened.Manifest)
		if err != nil {
			return nil, err
		}
		proofs = append(proofs, registrytypes.NewItemProof(item, p.Index, p.Path))
	}
	left, err := pool.NotWithdrawn(ctx, conn.Registry(), w.Work, contributor, proofs)
	w.Already = len(proofs) - len(left)
	for _, p := range left {
		w.Items = append(w.Items, p.Sha256)
	}
	return pool.WithdrawMessages(sender.Account(), w.Work, w.Version, contributor, left), err
}

// notYours says how to take back what a work contributed.
func notYours(err error) error {
	var others *pool.OthersError
	if !errors.As(err, &others) || others.Of == nil || others.Of.Kind != manifest.Work {
		return err
	}
	return fmt.Errorf("%w; its owner takes it back with --%s %s", err, flagContributor, dataset.ContributorText(*others.Of))
}

// readItems reads which items are meant.
func readItems(ctx context.Context, items []string) (pool.Wanted, error) {
	wanted := pool.Wanted{Contents: map[registrytypes.Digest]string{}, Places: map[uint64]string{}}
	for _, text := range items {
		if number, place := strings.CutPrefix(text, "#"); place {
			n, err := strconv.ParseUint(number, 10, 64)
			if err != nil {
				return wanted, fmt.Errorf("--%s %s: write the place as a number from 0 on, such as #17", flagItem, text)
			}
			wanted.Places[n] = text
			continue
		}
		named, err := target.Parse(ctx, text)
		if err == nil && named.Digest == nil {
			err = fmt.Errorf("%s is a work: name the item by its file or SHA-256", text)
		}
		if err != nil {
			return wanted, fmt.Errorf("--%s: %w", flagItem, err)
		}
		wanted.Contents[*named.Digest] = text
	}
	return wanted, nil
}

func (w *withdrawal) what(title string) string {
	what := "all that " + w.Contributor + " gave to it, in whatever version"
	if !w.All {
		what = count(len(w.Items), "item") + " of " + w.Contributor
	}
	return fmt.Sprintf("Take back, for good, from %s: %s.\n  From the next block on answers deny what is taken back, in every version. "+
		"Grants that were taken before stand. This can't be taken back.", title, what)
}

func (w *withdrawal) send(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, title string, msgs []*registrytypes.MsgWithdrawItems,
) error {
	for i, msg := range msgs {
		if i > 0 {
			conn.Note("withdrawing %d items, transaction %d of %d", len(msg.Items), i+1, len(msgs))
		}
		result, err := sender.Send(ctx, w.what(title), sdk.Msg(msg))
		if err != nil {
			return undone(err, i, len(msgs))
		}
		w.Transactions = append(w.Transactions, result)
		var answer registrytypes.MsgWithdrawItemsResponse
		// What a trial says of the list does not hold: its digest is over the block's time too.
		if !result.DryRun && result.Response(0, &answer) == nil {
			w.List = &answer.List
		}
	}
	return nil
}

func (w *withdrawal) print(conn *connect.Conn, title string) error {
	if conn.JSON() {
		return conn.PrintJSON(w)
	}
	if w.AllAlready {
		conn.Say("Nothing to do: all that %s gave to %s is withdrawn already", accountName(w.Contributor, conn.KeyNames()), title)
		return nil
	}
	if len(w.Transactions) == 0 {
		conn.Say("Nothing to do: %s withdrawn from %s already", isOrAre(w.Already, "item"), title)
		return nil
	}
	for _, result := range w.Transactions {
		conn.Say("%s from %s: %s", result.Did("Withdrew", "Would withdraw"), title, result)
	}
	pairs := []string{"contributor", accountName(w.Contributor, conn.KeyNames())}
	if w.All {
		pairs = append(pairs, "withdrawn", "all of it")
	} else {
		pairs = append(pairs, "withdrawn", count(len(w.Items), "item"))
	}
	if w.Already > 0 {
		pairs = append(pairs, "before", count(w.Already, "item"))
	}
	if w.List != nil {
		pairs = append(pairs, "list", fmt.Sprintf("%s, digest %s", count(int(w.List.Count), "withdrawal"), w.List.Sha256))
	}
	return table.Fields(conn.Out(), pairs...)
}

// isOrAre writes a number with its noun and verb.
func isOrAre(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return fmt.Sprintf("%d %ss are", n, noun)
}
