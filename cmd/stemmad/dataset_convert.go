package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/exchange"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

const (
	flagDatasetName = "name"
	flagLicense     = "license"
	flagURL         = "url"
)

func datasetConvertCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "convert MANIFEST FILE...",
		Short: "Write a manifest as JSON Lines, Parquet or Croissant",
		Long: `Convert writes the items of a manifest as other programs read them: as JSON Lines
(.jsonl) or Parquet (.parquet), and, with one of these, metadata in Croissant (.json),
which names both and their SHA-256. Croissant lies in a folder that has the others, in
it or below. What is written can be built again, to the same digest.`,
		Example: `  stemmad dataset convert items.manifest items.parquet
  stemmad dataset convert items.manifest items.jsonl croissant.json --name "My dataset"`,
		Args:        cobra.MinimumNArgs(2),
		Annotations: map[string]string{homeless: ""},
		RunE:        func(cmd *cobra.Command, args []string) error { return convertDataset(cmd, args[0], args[1:]) },
	}
	f := cmd.Flags()
	f.String(flagDatasetName, "", "name of the dataset in Croissant (default: the manifest's)")
	f.String(flagDescription, "", "description of the dataset in Croissant")
	f.String(flagLicense, "", "URL of the dataset's licence in Croissant")
	f.String(flagURL, "", "where the dataset is found, in Croissant")
	return cmd
}

// converted is a file that is written.
type converted struct {
	path, form string
	file       *os.File
	sum        func() [32]byte
	writer     exchange.Writer
}

func convertDataset(cmd *cobra.Command, path string, names []string) (err error) {
	defer interruptible(cmd)()
	if _, err := wantsJSON(cmd); err != nil {
		return err
	}
	opened, err := openManifest(path)
	if err != nil {
		return err
	}
	defer opened.Close()
	list, card, err := convertedFiles(names)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // no file is left that is not whole
			for _, c := range append(list, card) {
				if c != nil && c.file != nil {
					err = errors.Join(err, c.file.Close(), os.Remove(c.path))
				}
			}
		}
	}()
	for _, c := range append(list, card) {
		if c == nil {
			continue
		}
		if err := c.create(); err != nil {
			return err
		}
	}
	sum, size, err := writeItems(cmd, path, list)
	if err != nil {
		return err
	}
	if card != nil {
		if err := writeCard(cmd, card, path, opened.Manifest, exchange.CardFile{SHA256: sum, Size: size}, list[0]); err != nil {
			return err
		}
	}
	for _, c := range append(list, card) {
		if c == nil {
			continue
		}
		if err := errors.Join(c.file.Sync(), c.file.Close()); err != nil {
			return err
		}
	}
	return told(cmd, struct {
		Wrote []string `json:"wrote"`
	}{names}, "Wrote %s: %s.", table.Clean(strings.Join(names, ", ")), count(int(opened.Manifest.ItemCount), "item"))
}

// convertedFiles are the files of items, and the one of Croissant.
func convertedFiles(names []string) (list []*converted, card *converted, err error) {
	for _, name := range names {
		form, err := exchange.FormByName(name)
		if err != nil {
			return nil, nil, err
		}
		c := &converted{path: name, form: form}
		switch {
		case form == exchange.FormLines || form == exchange.FormParquet:
			list = append(list, c)
		case form == exchange.FormCroissant && card == nil:
			card = c
		default:
			return nil, nil, fmt.Errorf("%s: it writes .jsonl and .parquet, and one .json of Croissant", table.Clean(name))
		}
	}
	if card != nil && len(list) != 1 {
		return nil, nil, errors.New("metadata in Croissant describe one file of items: name one that ends with .jsonl or .parquet beside them")
	}
	return list, card, nil
}

func (c *converted) create() (err error) {
	c.file, err = os.OpenFile(c.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	h := sha256.New()
	c.sum = func() [32]byte { return [32]byte(h.Sum(nil)) }
	switch out := io.MultiWriter(c.file, h); c.form {
	case exchange.FormLines:
		c.writer = exchange.NewLines(out)
	case exchange.FormParquet:
		c.writer = exchange.NewParquet(out)
	}
	return nil
}

// writeItems writes all items, and returns SHA-256 and size of the manifest.
func writeItems(cmd *cobra.Command, path string, list []*converted) (sum [32]byte, size int64, err error) {
	in, err := os.Open(path)
	if err != nil {
		return sum, 0, err
	}
	defer in.Close()
	bar := progress.New(cmd.ErrOrStderr(), "writing", sizeOf(path, ""), progress.Size)
	defer bar.Finish()
	h := sha256.New()
	err = dataset.EachItem(cmd.Context(), io.TeeReader(in, h), func(_ uint64, row []byte, item manifest.Item) error {
		bar.Add(int64(len(row)))
		for _, c := range list {
			if err := c.writer.Write(item); err != nil {
				return fmt.Errorf("%s: %w", c.path, err)
			}
		}
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return sum, 0, errors.New("interrupted: nothing was written")
	}
	if err != nil {
		return sum, 0, err
	}
	for _, c := range list {
		if err := c.writer.Close(); err != nil {
			return sum, 0, err
		}
	}
	info, err := in.Stat()
	if err != nil {
		return sum, 0, err
	}
	return [32]byte(h.Sum(nil)), info.Size(), nil
}

// writeCard writes Croissant metadata.
func writeCard(cmd *cobra.Command, card *converted, path string, m manifest.Manifest, itself exchange.CardFile, items *converted) error {
	below := func(file string) (string, error) {
		from, err := filepath.Abs(filepath.Dir(card.path))
		if err != nil {
			return "", err
		}
		to, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		name, err := filepath.Rel(from, to)
		if err != nil || !filepath.IsLocal(name) {
			return "", fmt.Errorf("%s does not lie beside %s or below: Croissant names files by their way from it", table.Clean(file),
				table.Clean(card.path))
		}
		return filepath.ToSlash(name), nil
	}
	info, err := items.file.Stat()
	if err != nil {
		return err
	}
	of := exchange.CardFile{Form: items.form, SHA256: items.sum(), Size: info.Size()}
	if of.Path, err = below(items.path); err != nil {
		return err
	}
	itself.Form = exchange.FormManifest
	if itself.Path, err = below(path); err != nil {
		return err
	}
	f := cmd.Flags()
	about := exchange.Card{}
	about.Name, _ = f.GetString(flagDatasetName)
	about.Description, _ = f.GetString(flagDescription)
	about.License, _ = f.GetString(flagLicense)
	about.URL, _ = f.GetString(flagURL)
	if about.Name == "" {
		about.Name = filepath.Base(path)
	}
	if about.Description == "" {
		about.Description = fmt.Sprintf("%d items of %d contributors.", m.ItemCount, m.Contributors.Leaves)
	}
	return exchange.Croissant(card.file, about, m, itself, of)
}
