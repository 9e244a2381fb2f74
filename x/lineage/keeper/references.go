package keeper

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/x/lineage/reference"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// checkReferences refuses external sources that name a registered work, whoever
// owns it: it has to be declared as what it is, with its permission. Those that
// only share a fingerprint with registered works are noted: a fingerprint is what
// anybody may state of a work, so it refuses nobody.
func (k Keeper) checkReferences(ctx context.Context, d *derivation) error {
	for i, s := range d.Sources {
		if s.External == nil {
			continue
		}
		named := reference.Find(s.External.Uri)
		if !s.External.Sha256.IsZero() {
			named.Digests = append(named.Digests, s.External.Sha256)
		}
		if err := k.checkUnregistered(ctx, named); err != nil {
			return errorsmod.Wrapf(err, "source %d", i)
		}
		for _, f := range named.Fingerprints {
			works, err := k.registry.Resembling(ctx, f.Scheme, f.Value, types.MaxResembling)
			if err != nil {
				return err
			}
			if len(works) > 0 {
				d.notices = append(d.notices, types.SourceNotice{
					Code: types.NoticeResembles, Source: uint32(i), Scheme: f.Scheme, Value: f.Value, Works: works,
				})
			}
		}
	}
	return nil
}

// checkUnregistered fails with ErrRegistered when an id or a digest is that of a
// work whose claim stands.
func (k Keeper) checkUnregistered(ctx context.Context, named reference.Named) error {
	for _, id := range named.Works {
		work, err := k.registry.GetWork(ctx, id)
		switch {
		case errors.Is(err, registrytypes.ErrWorkNotFound):
		case err != nil:
			return err
		case work.Stands():
			return errorsmod.Wrapf(types.ErrRegistered,
				"its uri names %s: name that work as the source, with its permission", id)
		}
	}
	for _, digest := range named.Digests {
		id, found, err := k.registry.Earliest(ctx, digest)
		if err != nil {
			return err
		}
		if found {
			return errorsmod.Wrapf(types.ErrRegistered,
				"sha256 %s is the content of %s: name that work as the source, with its permission", digest, id)
		}
	}
	return nil
}
