package pages

import (
	"context"
	"strconv"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/portrait"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// datasetPart is what a work's page shows of its manifest.
type datasetPart struct {
	Items        int
	Contributors int
	Weight       string
	Digest       string
	Version      uint32
	// Withdrawn is how many withdrawals there are, and List the digest of the list of them.
	Withdrawn int
	List      string
	// Share of the contributors to the manifest of version Of; empty: they have none.
	Share string
	Of    uint32
	// Waits says what share they will have, and From when.
	Waits     string
	From      time.Time
	Versions  []datasetVersion
	More      bool
	Funds     []poolFund
	MoreFunds bool
}

type datasetVersion struct {
	Version             uint32
	At                  time.Time
	Items, Contributors int
	InForce             bool
}

// poolFund is what the contributors to a version have had in a denom.
type poolFund struct {
	Version              uint32
	Had, Collected, Left string
}

// dataset asks about the work's manifest, if it has one.
func (a *asking) dataset(ctx context.Context) error {
	if a.Work.ManifestVersion == 0 {
		return nil
	}
	d, err := portrait.DatasetOf(ctx, a.site.Client, a.Work.Id)
	if err != nil {
		return err
	}
	roots := d.Manifest.Roots
	part := &datasetPart{
		Items: int(roots.ItemCount), Contributors: int(roots.ContributorCount), Weight: strconv.FormatUint(roots.Weight, 10),
		Digest: d.Manifest.Sha256.String(), Version: d.Manifest.Version, Withdrawn: int(d.Withdrawals.Count),
		List: d.Withdrawals.Sha256.String(), More: d.More,
	}
	if d.Pool.Weight > 0 {
		part.Share, part.Of = percent(d.Pool.Weight), d.Pool.Version
	}
	if w := d.Pool.Waits; w != nil {
		part.From = w.At
		if part.Waits = a.T("dataset.waits.none"); w.Weight > 0 {
			part.Waits = a.T("dataset.waits", percent(w.Weight), w.Version)
		}
	}
	for _, v := range d.Versions {
		part.Versions = append(part.Versions, datasetVersion{
			v.Version, v.At, int(v.Roots.ItemCount), int(v.Roots.ContributorCount), v.Version == d.Manifest.Version,
		})
		part.MoreFunds = part.MoreFunds || v.MoreFunds
		for _, f := range v.Funds {
			if part.MoreFunds = part.MoreFunds || len(part.Funds) == maxShown; !part.MoreFunds {
				part.Funds = append(part.Funds, a.poolFund(v.Version, f))
			}
		}
	}
	a.page.Dataset = part
	return nil
}

func (a *asking) poolFund(version uint32, f royaltytypes.DenomFund) poolFund {
	had, collected := sdk.NewCoin(f.Denom, f.Fund.Total), sdk.NewCoin(f.Denom, f.Fund.Collected)
	return poolFund{version, a.units.Short(had), a.units.Short(collected), a.units.Short(had.Sub(collected))}
}

// holder leads to an account that has revenue, or to those who contributed to a work's manifest.
func (v *visit) holder(account string) link {
	if raw, err := sdk.AccAddressFromBech32(account); err == nil {
		if work, version, is := royaltytypes.PoolOf(raw); is {
			return link{v.T("dataset.pool", version), "/works/" + work.String() + "#dataset"}
		}
	}
	return accountLink(account)
}

// contributor leads to who gave an item: an account, or a work.
func (v *visit) contributor(ctx context.Context, c registrytypes.Contributor) link {
	if c.Work.IsZero() {
		return accountLink(c.Account)
	}
	return v.named(ctx, c.Work)
}
