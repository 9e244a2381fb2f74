package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

func datasetCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dataset",
		Short: "Build, register, share, collect from, withdraw from and check datasets of any size",
		Long: `A dataset's manifest names its items, each with the SHA-256 of its content, who
contributed it and how much it weighs. Two roots over it, with three numbers, are
what the chain knows the dataset by: its digest is the content of the work. Whoever
has the manifest can rebuild them, and prove an item or a contributor's part.

Registered, it is a work. Its contributors can share in what it earns, however many
they are, and take out what is theirs at any time; and they can take items back.`,
		Example: `  stemmad dataset build items.jsonl
  stemmad dataset register items.manifest --title "Photos" --share 30% --from alice
  stemmad dataset collect work1... items.manifest --mine --from bob
  stemmad dataset verify items.manifest`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(datasetBuildCmd(), datasetProveCmd(), datasetVerifyCmd(), datasetDiffCmd(), datasetConvertCmd())
	cmd.AddCommand(datasetOnChain()...)
	return cmd
}

// manifestTold is a manifest for programs. Numbers of 64 bits are texts.
type manifestTold struct {
	Manifest         string `json:"manifest,omitempty"`
	Items            uint64 `json:"items"`
	Contributors     uint64 `json:"contributors"`
	Weight           string `json:"weight"`
	ItemsRoot        string `json:"items_root"`
	ContributorsRoot string `json:"contributors_root"`
	Digest           string `json:"digest"`
}

func toldOf(path string, m manifest.Manifest) manifestTold {
	digest := m.Digest()
	return manifestTold{
		path, m.ItemCount, m.Contributors.Leaves, fmt.Sprint(m.Contributors.Sum), hex.EncodeToString(m.Items[:]),
		hex.EncodeToString(m.Contributors.Hash[:]), hex.EncodeToString(digest[:]),
	}
}

// pairs are the names and values for people.
func (t manifestTold) pairs() []string {
	return []string{
		"manifest", table.Clean(t.Manifest), "items", fmt.Sprint(t.Items), "contributors", fmt.Sprint(t.Contributors), "weight", t.Weight,
		"items root", t.ItemsRoot, "contributors root", t.ContributorsRoot, "digest", t.Digest,
	}
}

// openManifest opens a manifest that was built.
func openManifest(path string) (*dataset.Opened, error) {
	opened, err := dataset.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		if _, there := os.Stat(path); there == nil {
			return nil, fmt.Errorf("%s has no index beside it: make one with `stemmad dataset build`: %w", table.Clean(path), err)
		}
	}
	return opened, err
}

// itemTold is an item for programs.
type itemTold struct {
	Index       *uint64 `json:"index,omitempty"`
	Content     string  `json:"content"`
	Contributor string  `json:"contributor"`
	Weight      string  `json:"weight"`
	Terms       string  `json:"terms,omitempty"`
	Consent     string  `json:"consent,omitempty"`
	Time        string  `json:"time,omitempty"`
}

func itemToldOf(item manifest.Item) itemTold {
	t := itemTold{
		Content: hex.EncodeToString(item.Sha256[:]), Contributor: dataset.ContributorText(item.Contributor), Weight: fmt.Sprint(item.Weight),
	}
	if item.Terms != (manifest.Item{}).Terms {
		t.Terms = hex.EncodeToString(item.Terms[:])
	}
	if item.Consent != (manifest.Item{}).Consent {
		t.Consent = hex.EncodeToString(item.Consent[:])
	}
	if item.Time != 0 {
		t.Time = time.Unix(item.Time, 0).UTC().Format(time.RFC3339)
	}
	return t
}

// pairs are the names and values for people.
func (t itemTold) pairs() []string {
	index := ""
	if t.Index != nil {
		index = fmt.Sprint(*t.Index)
	}
	return []string{
		"item", index, "content", t.Content, "contributor", t.Contributor, "weight", t.Weight, "terms", t.Terms, "consent", t.Consent,
		"time", t.Time,
	}
}
