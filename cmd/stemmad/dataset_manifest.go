package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/pool"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// datasetOnChain are the commands of `dataset` that ask or write the chain.
func datasetOnChain() []*cobra.Command {
	return []*cobra.Command{
		datasetRegisterCmd(), datasetReviseCmd(), datasetShareCmd(), datasetPayeeCmd(), datasetShowCmd(), datasetCollectCmd(),
		datasetWithdrawCmd(),
	}
}

// manifestRoots is what a manifest commits to, for programs. Numbers of 64 bits are texts.
type manifestRoots struct {
	SHA256       string `json:"sha256"`
	Items        uint64 `json:"items"`
	Contributors uint64 `json:"contributors"`
	Weight       uint64 `json:"weight,string"`
}

func rootsOf(r registrytypes.Roots) manifestRoots {
	return manifestRoots{r.Digest().String(), r.ItemCount, r.ContributorCount, r.Weight}
}

// String says it to people.
func (r manifestRoots) String() string {
	items, contributors := count(int(r.Items), "item"), count(int(r.Contributors), "contributor")
	return fmt.Sprintf("%s of %s, with a weight of %d together", items, contributors, r.Weight)
}

// builtManifest opens a manifest with what proofs are made by, which is built first where it is not beside it or no more what is.
func builtManifest(ctx context.Context, conn *connect.Conn, path string) (*dataset.Opened, error) {
	if !target.IsManifest(path) {
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w: build one with \"stemmad dataset build\"", path, dataset.ErrNoManifest)
	}
	opened, err := dataset.Open(path)
	if err == nil {
		if err = opened.CheckBuilt(); err == nil {
			return opened, nil
		}
		err = errors.Join(err, opened.Close())
	}
	if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, dataset.ErrNoIndex) && !errors.Is(err, dataset.ErrStale) {
		return nil, err
	}
	for _, old := range []string{dataset.IndexOf(path), dataset.ContributorsOf(path)} {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	bar := progress.New(conn.Err(), "building "+table.Clean(path), info.Size(), progress.Size)
	defer bar.Finish()
	_, err = dataset.Make(ctx, nil, path, dataset.MakeOptions{Progress: func(_ int, bytes int64) { bar.Add(bytes) }})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return dataset.Open(path)
}

// datasetNamed finds the work that an argument names: by its id, its digest or, of the first version, its manifest. own: the signer's.
func datasetNamed(ctx context.Context, conn *connect.Conn, argument, own string) (registrytypes.Claim, error) {
	path := argument
	if target.IsManifest(argument) {
		opened, err := builtManifest(ctx, conn, argument)
		if err != nil {
			return registrytypes.Claim{}, err
		}
		digest := registrytypes.NewRoots(opened.Manifest).Digest()
		if err := opened.Close(); err != nil {
			return registrytypes.Claim{}, err
		}
		argument = digest.String()
	}
	var work registrytypes.Claim
	if own != "" {
		claim, err := target.ResolveOwn(ctx, conn.Registry(), argument, own)
		if err != nil {
			return claim, noneHas(path, argument, err)
		}
		work = claim
	} else {
		found, err := target.Earliest(ctx, conn.Registry(), argument)
		if err != nil {
			return found.Claim, noneHas(path, argument, err)
		}
		work = found.Claim
	}
	if work.ManifestVersion == 0 {
		return work, fmt.Errorf("%s was registered as a content by itself, without a manifest: it has no contributors", work.Id)
	}
	return work, nil
}

// noneHas says of a manifest that no work began with it; other errors stay.
func noneHas(path, digest string, err error) error {
	if path == digest || !errors.Is(err, target.ErrUnregistered) {
		return err
	}
	return fmt.Errorf("%s is %w as the first manifest of a work (its digest is %s): name the work that has it, by its id (work1...)",
		table.Clean(path), target.ErrUnregistered, digest)
}

// ofWork opens a manifest and finds which version of a work it is of.
func ofWork(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID, path string) (
	*dataset.Opened, registrytypes.NumberedManifest, error,
) {
	opened, err := builtManifest(ctx, conn, path)
	if err != nil {
		return nil, registrytypes.NumberedManifest{}, err
	}
	version, err := pool.VersionOf(ctx, conn.Registry(), work, registrytypes.NewRoots(opened.Manifest).Digest())
	if err != nil {
		return nil, version, errors.Join(fmt.Errorf("%s: %w", path, err), opened.Close())
	}
	return opened, version, nil
}

// readShare reads a share in percent or ppm; given is false where the flag is not.
func readShare(conn *connect.Conn) (share uint32, given bool, err error) {
	text := strings.TrimSpace(conn.Flags().Text(flagShare))
	if !conn.Flags().Changed(flagShare) {
		return 0, false, nil
	}
	share, err = shareOf(text)
	if err != nil {
		err = fmt.Errorf("--%s: %w", flagShare, err)
	}
	return share, true, err
}

// mostPercent is up to which number a share without a sign was meant in percent: in parts per million there is hardly such a share.
const mostPercent = 100

// shareOf reads a share; none is written as 0.
func shareOf(text string) (uint32, error) {
	text = strings.TrimSpace(text)
	if text == "0" || text == "0%" || text == "none" {
		return 0, nil
	}
	share, err := rates.Parse(text)
	if err == nil && share <= mostPercent && !strings.HasSuffix(text, "%") {
		return 0, fmt.Errorf("%q is in parts per million, %s: write a percentage with its sign, as %s%%", text, rates.Percent(share), text)
	}
	return share, err
}
