// Package evidence makes files what is shown in a dispute: their digests, and, where a file is a proof,
// that it holds and is about the work.
package evidence

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/register"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// File is a file that is shown.
type File struct {
	disputetypes.Evidence
	// Proof is set where it is one that holds by itself: which header it begins at is for those to
	// check who are shown it.
	Proof *proof.Proven
}

// Of reads a file that is shown about a work's content. A proof has to be of this chain, to hold, and,
// where it is about a content, to be about this one. It fails with proof.ErrRefuted or
// proof.ErrUnreadable for a proof that is broken or of something else.
func Of(ctx context.Context, path, chainID string, content registrytypes.Digest) (File, error) {
	sum, err := register.SumFile(ctx, path)
	if err != nil {
		return File{}, err
	}
	f := File{Evidence: disputetypes.Evidence{Sha256: sum.Digest}}
	raw, is, err := readProof(path)
	if err != nil || !is {
		return f, err
	}
	read, err := proof.Read(raw)
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	proven, err := read.Check()
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if proven.ChainID != chainID {
		return f, fmt.Errorf("%s: %w: it is a proof of %s, not of %s", path, proof.ErrRefuted, proven.ChainID, chainID)
	}
	if about := contentOf(proven); about {
		if err := proven.IsAbout(content); err != nil {
			return f, fmt.Errorf("%s: %w; the disputed work's is %s", path, err, content)
		}
	}
	f.Proof = &proven
	return f, nil
}

// contentOf says whether what is proved is about one content: an anchor's, or a claim's. Others speak
// of works by their ids, of the challenger's for instance.
func contentOf(p proof.Proven) bool { return p.Kind == proof.Content }

// readProof reads a file that begins as a proof does.
func readProof(path string) (raw []byte, is bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	start := make([]byte, len(proof.Magic)-1) // whatever the version is
	if _, err := io.ReadFull(f, start); err != nil || string(start) != proof.Magic[:len(start)] {
		return nil, false, nil
	}
	rest, err := io.ReadAll(io.LimitReader(f, proof.MaxBytes+1))
	return append(start, rest...), true, err
}
