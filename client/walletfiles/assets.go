package walletfiles

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/origin"
	"github.com/stemma-chain/stemma/client/units"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// maxDecimals are the most that wallets read.
	maxDecimals = 18
	// maxName bounds the name of an asset, in bytes.
	maxName = 60
	// maxNative bounds how many native denoms are listed. They come by genesis or an upgrade, never from users.
	maxNative = 1000
	// voucherPrefix starts the denoms of what came from other chains. afterVouchers is the first text behind all of them.
	voucherPrefix = origin.Prefix
	afterVouchers = transfertypes.DenomPrefix + "0"
)

// Info names a denom and its unit, where the bank's metadata does not, or to call it otherwise.
type Info struct {
	Symbol string
	// Decimals is how many of them one Symbol has, 0 to 18.
	Decimals uint32
	// Name is the asset's; empty: Symbol.
	Name string
}

// Asset is a denom as people see it.
type Asset struct {
	Denom, Symbol, Name, Description string
	// Display is the unit in which people write it, one of Units, and Decimals its exponent.
	Display  string
	Decimals uint32
	// Units are in order of their exponents, the denom itself first.
	Units []Unit
	// Origin is where a voucher came from; nil for a native denom, and for a voucher of which none has come yet.
	Origin *origin.Origin
}

// Unit is one of an asset's units: 10^Exponent of the denom.
type Unit struct {
	Denom    string   `json:"denom"`
	Exponent uint32   `json:"exponent"`
	Aliases  []string `json:"aliases,omitempty"`
}

// Voucher says whether the asset came from another chain.
func (a Asset) Voucher() bool { return strings.HasPrefix(a.Denom, voucherPrefix) }

// askAssets lists what wallets should show: native denoms, and those that payments or fees take.
func askAssets(ctx context.Context, c *client.Client, f Facts, infos map[string]Info) ([]Asset, error) {
	denoms, err := askDenoms(ctx, c, f)
	if err != nil {
		return nil, err
	}
	for _, denom := range slices.Sorted(maps.Keys(infos)) {
		if !slices.Contains(denoms, denom) {
			return nil, &UnusedError{KindDenom, denom}
		}
	}
	var assets []Asset
	for _, denom := range denoms {
		asset, err := askAsset(ctx, c, denom, infos)
		if err != nil {
			return nil, err
		}
		assets = append(assets, asset)
	}
	return assets, distinct(assets)
}

// askDenoms are the denoms of askAssets, the staking denom first, then in order.
func askDenoms(ctx context.Context, c *client.Client, f Facts) ([]string, error) {
	payments, err := c.Royalty().Params(ctx, &royaltytypes.QueryParamsRequest{})
	if err != nil {
		return nil, fmt.Errorf("ask which denoms pay works: %w", err)
	}
	listed := map[string]bool{f.StakingDenom: true}
	for _, d := range payments.Params.Denoms {
		listed[d.Denom] = true
	}
	for _, fee := range f.Fees {
		listed[fee.Denom] = true
	}
	native, err := askNative(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, denom := range native {
		listed[denom] = true
	}
	return slices.SortedFunc(maps.Keys(listed), func(a, b string) int {
		return cmp.Or(-cmp.Compare(rank(a, f), rank(b, f)), strings.Compare(a, b))
	}), nil
}

// rank is 1 for the staking denom, 0 for others.
func rank(denom string, f Facts) int {
	if denom == f.StakingDenom {
		return 1
	}
	return 0
}

// askNative lists the denoms of the supply but vouchers, which anybody can add to and which are passed over in one step.
func askNative(ctx context.Context, c *client.Client) ([]string, error) {
	var native []string
	page := &query.PageRequest{Limit: maxNative}
	for {
		res, err := c.Bank().TotalSupply(ctx, &banktypes.QueryTotalSupplyRequest{Pagination: page})
		if err != nil {
			return nil, fmt.Errorf("ask which denoms there are: %w", err)
		}
		met := false
		for _, coin := range res.Supply {
			if strings.HasPrefix(coin.Denom, voucherPrefix) {
				met = true
				continue
			}
			native = append(native, coin.Denom)
		}
		if len(native) > maxNative {
			return nil, fmt.Errorf("the chain has more than %d native denoms", maxNative)
		}
		next := res.Pagination.GetNextKey()
		if len(next) == 0 {
			return native, nil
		}
		if met && strings.Compare(string(next), afterVouchers) < 0 {
			next = []byte(afterVouchers)
		}
		page = &query.PageRequest{Key: next, Limit: maxNative}
	}
}

func askAsset(ctx context.Context, c *client.Client, denom string, infos map[string]Info) (Asset, error) {
	var metadata banktypes.Metadata
	res, err := c.Bank().DenomMetadata(ctx, &banktypes.QueryDenomMetadataRequest{Denom: denom})
	switch {
	case err == nil:
		metadata = res.Metadata
	case status.Code(err) != codes.NotFound:
		return Asset{}, fmt.Errorf("ask for the units of %s: %w", denom, err)
	}
	asset, err := assetOf(denom, metadata, infos)
	if err != nil || !asset.Voucher() {
		return asset, err
	}
	asset.Origin, err = origin.Of(ctx, c, denom)
	if err == nil && asset.Origin != nil && len(asset.Units[0].Aliases) == 0 && !strings.HasPrefix(asset.Origin.DenomThere, voucherPrefix) {
		asset.Units[0].Aliases = []string{asset.Origin.DenomThere}
	}
	return asset, err
}

// assetOf reads a denom's unit from what was said of it, else from the bank's metadata.
func assetOf(denom string, m banktypes.Metadata, infos map[string]Info) (Asset, error) {
	if info, said := infos[denom]; said {
		return assetSaid(denom, info), nil
	}
	unit, ok := units.New([]banktypes.Metadata{m}).Of(denom)
	if !ok {
		return Asset{}, &UnitError{Denom: denom}
	}
	if unit.Decimals > maxDecimals {
		return Asset{}, &UnitError{denom, maxDecimals}
	}
	asset := Asset{
		Denom: denom, Symbol: unit.Symbol, Name: m.Name, Description: m.Description, Display: m.Display, Decimals: uint32(unit.Decimals),
		Units: []Unit{{Denom: denom}},
	}
	if asset.Name == "" || len(asset.Name) > maxName || !utf8.ValidString(asset.Name) {
		asset.Name = asset.Symbol
	}
	for _, u := range m.DenomUnits {
		if u == nil {
			continue
		}
		if u.Denom == denom {
			asset.Units[0].Aliases = u.Aliases
			continue
		}
		asset.Units = append(asset.Units, Unit{u.Denom, u.Exponent, u.Aliases})
	}
	slices.SortStableFunc(asset.Units, func(a, b Unit) int { return cmp.Compare(a.Exponent, b.Exponent) })
	return asset, nil
}

func assetSaid(denom string, info Info) Asset {
	asset := Asset{
		Denom: denom, Symbol: info.Symbol, Name: cmp.Or(info.Name, info.Symbol), Display: denom, Decimals: info.Decimals,
		Units: []Unit{{Denom: denom}},
	}
	if info.Decimals == 0 {
		return asset
	}
	if asset.Display = strings.ToLower(info.Symbol); asset.Display == denom {
		asset.Display = strings.ToUpper(info.Symbol)
	}
	asset.Units = append(asset.Units, Unit{Denom: asset.Display, Exponent: info.Decimals})
	return asset
}

// distinct fails with a *SymbolError where people would take two assets for one.
func distinct(assets []Asset) error {
	by := map[string][]string{}
	for _, a := range assets {
		symbol := strings.ToLower(a.Symbol)
		by[symbol] = append(by[symbol], a.Denom)
	}
	for _, a := range assets {
		if denoms := by[strings.ToLower(a.Symbol)]; len(denoms) > 1 {
			return &SymbolError{a.Symbol, denoms}
		}
	}
	return nil
}
