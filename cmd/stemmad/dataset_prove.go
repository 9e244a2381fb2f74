package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/internal/durably"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

const flagContent = "content"

func datasetProveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "prove MANIFEST",
		Short: "Prove that an item is in a dataset, or what a contributor's part of it is",
		Long: `Prove writes a proof as JSON, a few kilobytes however large the dataset is. An item's
shows that the dataset has the item at its place; by it a contributor withdraws the item.
A contributor's shows the weight of all its items and the part of the whole that is its
own; by it the part is collected. Both are checked with "stemmad dataset verify".

An item is named by its number, from 0, or by its content: a SHA-256, or a file that has
it. To find a content the whole manifest is read once. The manifest needs its index,
which "stemmad dataset build" makes. A file that is there is not written over, but for
such a proof.`,
		Example: `  stemmad dataset prove items.manifest --item 4711 --out item.json
  stemmad dataset prove items.manifest --content photo.jpg
  stemmad dataset prove items.manifest --contributor bob --out part.json`,
		Args:        cobra.ExactArgs(1),
		Annotations: map[string]string{homeless: ""},
		RunE:        func(cmd *cobra.Command, args []string) error { return proveInDataset(cmd, args[0]) },
	}
	f := cmd.Flags()
	f.Uint64(flagItem, 0, "number of the item, from 0")
	f.String(flagContent, "", "SHA-256 of the item's content, or a file")
	f.String(flagContributor, "", "account, key or work whose part is proved")
	f.String(flagOut, "", "file to write (default: the standard output)")
	addKeyringFlags(cmd)
	cmd.MarkFlagsOneRequired(flagItem, flagContent, flagContributor)
	cmd.MarkFlagsMutuallyExclusive(flagItem, flagContent, flagContributor)
	return cmd
}

func proveInDataset(cmd *cobra.Command, path string) (err error) {
	defer interruptible(cmd)()
	if _, err := wantsJSON(cmd); err != nil {
		return err
	}
	f := cmd.Flags()
	to, _ := f.GetString(flagOut)
	if err := sparesOthers(to); err != nil {
		return err
	}
	opened, err := openManifest(path)
	if err != nil {
		return err
	}
	defer opened.Close()
	proof := dataset.Proof{Manifest: opened.Manifest}
	if text, _ := f.GetString(flagContributor); text != "" {
		who, err := contributorOffline(cmd, text)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagContributor, err)
		}
		p, err := opened.ProveContributor(who)
		if err != nil {
			return err
		}
		proof.Contributor = &p
	} else {
		index, _ := f.GetUint64(flagItem)
		if content, _ := f.GetString(flagContent); content != "" {
			if index, err = findContent(cmd, path, content); err != nil {
				return err
			}
		}
		p, err := opened.ProveItem(index)
		if err != nil {
			return err
		}
		proof.Item = &p
	}
	text, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if to == "" {
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	if err := durably.Write(to, text); err != nil {
		return err
	}
	return told(cmd, struct {
		Proof string `json:"proof"`
	}{to}, "Wrote %s. It is checked with: stemmad dataset verify %s --%s %x", table.Clean(to), table.Clean(to), flagDigest,
		opened.Manifest.Digest())
}

// sparesOthers fails where a proof would take the place of a file that is none.
func sparesOthers(to string) error {
	if to == "" {
		return nil
	}
	info, err := os.Stat(to)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && info.Mode().IsRegular() && info.Size() <= dataset.MaxProof {
		var raw []byte
		if raw, err = os.ReadFile(to); err == nil {
			if _, none := dataset.ReadProof(raw); none == nil {
				return nil
			}
		}
	}
	return errors.Join(fmt.Errorf("%s is there already: name another file with --%s", table.Clean(to), flagOut), err)
}

// shownItems is how many items of one content are named.
const shownItems = 10

// findContent reads a manifest for the only item of a content.
func findContent(cmd *cobra.Command, path, content string) (uint64, error) {
	ctx := cmd.Context()
	want, err := digest.Parse(content)
	if err != nil {
		file, fileErr := register.SumFile(ctx, content)
		if errors.Is(fileErr, os.ErrNotExist) {
			return 0, fmt.Errorf("--%s: there is no such file, and %w", flagContent, err)
		}
		if fileErr != nil {
			return 0, fmt.Errorf("--%s: %w", flagContent, fileErr)
		}
		want = file.Digest
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	bar := progress.New(cmd.ErrOrStderr(), "looking", sizeOf(path, ""), progress.Size)
	var named []string
	found, index := 0, uint64(0)
	err = dataset.EachItem(ctx, f, func(i uint64, row []byte, item manifest.Item) error {
		bar.Add(int64(len(row)))
		if item.Sha256 == want {
			if found++; found <= shownItems {
				named = append(named, fmt.Sprintf("%d of %s", i, dataset.ContributorText(item.Contributor)))
			}
			index = i
		}
		return nil
	})
	bar.Finish()
	switch {
	case err != nil:
		return 0, err
	case found == 0:
		return 0, fmt.Errorf("%w: no item has the content %x", dataset.ErrNotInManifest, want)
	case found == 1:
		return index, nil
	}
	more := ""
	if n := found - len(named); n > 0 {
		more = fmt.Sprintf(", and %d more", n)
	}
	return 0, fmt.Errorf("several items have this content: %s%s; name one with --%s", strings.Join(named, ", "), more, flagItem)
}
