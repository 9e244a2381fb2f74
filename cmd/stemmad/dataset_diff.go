package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

func datasetDiffCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Compare two manifests: items, and contributors' parts",
		Long: `Diff counts the items that were added, removed and changed from one version of a
dataset to another, and the contributors who came and left, whose weight rose or fell,
and whose part of the whole did. An item is told by its content and its contributor: its
place does not matter, and it is changed when its weight, terms, consent or time is.

With --list it writes each item and each contributor that differs to a file, as JSON
Lines. Both manifests need their index, which "stemmad dataset build" makes. Items are
compared on disk, which needs as much room as both manifests beside the new one.`,
		Example:     `  stemmad dataset diff v1.manifest v2.manifest --list changes.jsonl`,
		Args:        cobra.ExactArgs(2),
		Annotations: map[string]string{homeless: ""},
		RunE:        func(cmd *cobra.Command, args []string) error { return diffDatasets(cmd, args[0], args[1]) },
	}
	cmd.Flags().String(flagList, "", "file to write all that differs to, as JSON Lines")
	return cmd
}

// difference is what diff says for programs.
type difference struct {
	Items struct {
		Same    uint64 `json:"same"`
		Added   uint64 `json:"added"`
		Removed uint64 `json:"removed"`
		Changed uint64 `json:"changed"`
	} `json:"items"`
	Contributors struct {
		Came        uint64 `json:"came"`
		Left        uint64 `json:"left"`
		Heavier     uint64 `json:"heavier"`
		Lighter     uint64 `json:"lighter"`
		LargerPart  uint64 `json:"larger_part"`
		SmallerPart uint64 `json:"smaller_part"`
	} `json:"contributors"`
	WeightBefore string `json:"weight_before"`
	WeightAfter  string `json:"weight_after"`
}

// changeTold is an item that differs, weightTold a contributor.
type changeTold struct {
	Change string    `json:"change"`
	Old    *itemTold `json:"old,omitempty"`
	New    *itemTold `json:"new,omitempty"`
}

type weightTold struct {
	Change      string `json:"change"`
	Contributor string `json:"contributor"`
	Before      string `json:"before"`
	After       string `json:"after"`
}

func diffDatasets(cmd *cobra.Command, oldPath, newPath string) (err error) {
	defer interruptible(cmd)()
	if _, err := wantsJSON(cmd); err != nil {
		return err
	}
	before, err := openManifest(oldPath)
	if err != nil {
		return err
	}
	defer before.Close()
	after, err := openManifest(newPath)
	if err != nil {
		return err
	}
	defer after.Close()
	dir, err := os.MkdirTemp(filepath.Dir(newPath), ".diff")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	write := func(any) error { return nil }
	if name, _ := cmd.Flags().GetString(flagList); name != "" {
		f, openErr := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if openErr != nil {
			return fmt.Errorf("--%s: %w", flagList, openErr)
		}
		out := bufio.NewWriterSize(f, 1<<20)
		lines := json.NewEncoder(out)
		write = lines.Encode
		defer func() { err = errors.Join(err, out.Flush(), f.Close()) }()
	}
	d, err := dataset.Diff(cmd.Context(), before, after, dir, func(c dataset.Change) error { return write(changeToldOf(c)) },
		func(who manifest.Contributor, was, is uint64) error {
			return write(weightTold{"weight", dataset.ContributorText(who), fmt.Sprint(was), fmt.Sprint(is)})
		})
	if err != nil {
		return err
	}
	var said difference
	said.Items.Same, said.Items.Added, said.Items.Removed, said.Items.Changed = d.Same, d.Added, d.Removed, d.Changed
	c := &said.Contributors
	c.Came, c.Left, c.Heavier, c.Lighter = d.Contributors.Came, d.Contributors.Left, d.Contributors.Heavier, d.Contributors.Lighter
	c.LargerPart, c.SmallerPart = d.Contributors.LargerPart, d.Contributors.SmallerPart
	said.WeightBefore, said.WeightAfter = fmt.Sprint(before.Manifest.Contributors.Sum), fmt.Sprint(after.Manifest.Contributors.Sum)
	if isJSON(cmd) {
		return printIndented(cmd.OutOrStdout(), said)
	}
	return table.Fields(cmd.OutOrStdout(),
		"items", fmt.Sprintf("%d the same, %d added, %d removed, %d changed", d.Same, d.Added, d.Removed, d.Changed),
		"contributors", fmt.Sprintf("%d came, %d left", c.Came, c.Left),
		"of the others", fmt.Sprintf("%d have more weight, %d less; %d have a larger part of the whole, %d a smaller", c.Heavier, c.Lighter,
			c.LargerPart, c.SmallerPart),
		"weight of all", said.WeightBefore+" before, "+said.WeightAfter+" now")
}

func changeToldOf(c dataset.Change) changeTold {
	t := changeTold{Change: "changed"}
	if c.Old != nil {
		item := itemToldOf(*c.Old)
		t.Old = &item
	} else {
		t.Change = "added"
	}
	if c.New != nil {
		item := itemToldOf(*c.New)
		t.New = &item
	} else {
		t.Change = "removed"
	}
	return t
}
