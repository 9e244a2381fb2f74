package dispute

import (
	"bytes"
	"cmp"
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Part is what one holder was assigned by one version of the disputed work's table of holders.
type Part struct {
	Account string
	Version uint32
	Amount  sdk.Coin
}

// OwedBySource is what a source would have had of payments to a work at a rate in ppm: of each denom
// floor(total * rate / 1,000,000).
func OwedBySource(paid sdk.Coins, rate uint32) sdk.Coins {
	owed := sdk.NewCoins()
	for _, c := range paid {
		owed = owed.Add(sdk.NewCoin(c.Denom, c.Amount.MulRaw(int64(rate)).QuoRaw(disputetypes.Whole)))
	}
	return owed
}

// FromWork has the disputed work owe coins to the holders of a creditor.
func FromWork(owed sdk.Coins, creditor registrytypes.WorkID) []disputetypes.Restitution {
	var list []disputetypes.Restitution
	for _, c := range owed {
		list = append(list, disputetypes.Restitution{Creditor: creditor, Amount: c})
	}
	return list
}

// FromHolders has holders owe what they were assigned, of one version and denom together.
func FromHolders(parts []Part, creditor registrytypes.WorkID) []disputetypes.Restitution {
	type key struct {
		account, denom string
		version        uint32
	}
	sums := map[key]math.Int{}
	var order []key
	for _, p := range parts {
		k := key{p.Account, p.Amount.Denom, p.Version}
		if _, known := sums[k]; !known {
			sums[k], order = math.ZeroInt(), append(order, k)
		}
		sums[k] = sums[k].Add(p.Amount.Amount)
	}
	var list []disputetypes.Restitution
	for _, k := range order {
		if sums[k].IsPositive() {
			list = append(list, disputetypes.Restitution{
				Debtor: k.account, HoldersVersion: k.version, Creditor: creditor, Amount: sdk.NewCoin(k.denom, sums[k]),
			})
		}
	}
	return list
}

// Fit takes of restitutions what a ruling can give: at most 64 amounts, the largest first, and of no
// denom more than is claimed for the past. Left is what is in none of them.
func Fit(list []disputetypes.Restitution, claimed sdk.Coins) (fits []disputetypes.Restitution, left sdk.Coins) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b disputetypes.Restitution) int {
		switch {
		case a.Amount.Amount.GT(b.Amount.Amount):
			return -1
		case b.Amount.Amount.GT(a.Amount.Amount):
			return 1
		}
		return cmp.Or(cmp.Compare(a.Amount.Denom, b.Amount.Denom), cmp.Compare(a.Debtor, b.Debtor),
			cmp.Compare(a.HoldersVersion, b.HoldersVersion), bytes.Compare(a.Creditor[:], b.Creditor[:]))
	})
	left = sdk.NewCoins()
	given := sdk.NewCoins()
	for _, r := range list {
		take := math.MinInt(r.Amount.Amount, claimed.AmountOf(r.Amount.Denom).Sub(given.AmountOf(r.Amount.Denom)))
		if len(fits) == disputetypes.MaxRestitutions {
			take = math.ZeroInt()
		}
		left = left.Add(sdk.NewCoin(r.Amount.Denom, r.Amount.Amount.Sub(take)))
		if take.IsPositive() {
			r.Amount.Amount = take
			given, fits = given.Add(r.Amount), append(fits, r)
		}
	}
	return fits, left
}
