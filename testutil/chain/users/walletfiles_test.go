package users_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/walletfiles"
	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/relay"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// published is a checkout of the chain registry, by whose own schemas files are judged beside ours.
var published = flag.String("published", "", "folder of the chain registry, with its schemas")

// voucher is what a stablecoin is called that came by the first channel.
var voucher = transfertypes.NewDenom(app.LocalDenom, transfertypes.NewHop(transfertypes.PortID, "channel-0")).IBCDenom()

var (
	nodeID = strings.Repeat("0a", 20)
	said   = walletfiles.Said{
		ChainName: "stemmatest", PrettyName: "Stemma Test", NetworkType: walletfiles.Testnet, NodeHome: "$HOME/.stemmad",
		Website: "https://example.org", GenesisURL: "https://example.org/genesis.json",
		RPC:  []string{"https://rpc.example.org", "https://rpc.example.net:443/chain"},
		REST: []string{"https://api.example.org"}, GRPC: []string{"grpc.example.org:443"},
		Seeds: []string{nodeID + "@seed.example.org:26656"}, Peers: []string{nodeID + "@[2001:db8::1]:26656"},
		Provider: &mail.Address{Name: "Example & Sons", Address: "nodes@example.org"},
	}
	build = walletfiles.Build{Version: "v0.2.0", Program: "stemmad", Go: "1.26.5", SDK: "v0.55.0", Comet: "v0.40.0", IBC: "v11.2.0-rc.1"}
)

func described(base, display, symbol string, decimals uint32) banktypes.Metadata {
	return banktypes.Metadata{
		Base: base, Display: display, Symbol: symbol, Name: symbol, Description: "Called <" + symbol + "> & paid with",
		DenomUnits: []*banktypes.DenomUnit{{Denom: base}, {Denom: display, Exponent: decimals}},
	}
}

// named has the bank know these denoms.
func named(all ...banktypes.Metadata) chain.Option {
	return chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var bank banktypes.GenesisState
		cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
		bank.DenomMetadata = append(bank.DenomMetadata, all...)
		state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	})
}

// accepting has the chain take a denom for payments and, where it has a rate, for fees.
func accepting(denom string, rate int64) chain.Option {
	return chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var royalty royaltytypes.GenesisState
		cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
		royalty.Params.Denoms = append(royalty.Params.Denoms, royaltytypes.NewAcceptedDenom(denom))
		slices.SortFunc(royalty.Params.Denoms, func(a, b royaltytypes.AcceptedDenom) int { return strings.Compare(a.Denom, b.Denom) })
		state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
		if rate == 0 {
			return
		}
		var fees feemarkettypes.GenesisState
		cdc.MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
		fees.Params.Denoms = append(fees.Params.Denoms, feemarkettypes.FeeDenom{Denom: denom, Rate: math.NewInt(rate)})
		slices.SortFunc(fees.Params.Denoms, func(a, b feemarkettypes.FeeDenom) int { return strings.Compare(a.Denom, b.Denom) })
		state[feemarkettypes.ModuleName] = cdc.MustMarshalJSON(&fees)
	})
}

var usual = named(described(app.StakingDenom, "stem", "STEM", 6), described(app.LocalDenom, "usdc", "USDC", 6))

func ask(t *testing.T, c *chain.Chain, infos map[string]walletfiles.Info) (walletfiles.Facts, error) {
	t.Helper()
	asking, err := client.New(c.Conn(), client.ForChain(chain.ID))
	require.NoError(t, err)
	f, err := walletfiles.Ask(t.Context(), asking, infos)
	f.Build = build
	return f, err
}

func compiled(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.DefaultDraft(jsonschema.Draft7)
	s, err := c.Compile(file)
	require.NoError(t, err)
	return s
}

// schemas are those that files are judged by, by their names: ours, and the published ones where they are at hand.
func schemas(t *testing.T) map[string][]*jsonschema.Schema {
	t.Helper()
	all := map[string][]*jsonschema.Schema{}
	for _, name := range []string{walletfiles.ChainFile, walletfiles.AssetListFile, walletfiles.KeplrFile} {
		schema := strings.TrimSuffix(name, ".json") + ".schema.json"
		all[name] = append(all[name], compiled(t, filepath.Join("../../../client/walletfiles/testdata", schema)))
		if *published != "" && name != walletfiles.KeplrFile {
			all[name] = append(all[name], compiled(t, filepath.Join(*published, schema)))
		}
	}
	return all
}

func judge(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return s.Validate(value)
}

// valid makes the files, all of which must be valid, and returns them by name.
func valid(t *testing.T, f walletfiles.Facts, s walletfiles.Said) map[string]string {
	t.Helper()
	files, err := walletfiles.Make(f, s)
	require.NoError(t, err)
	again, err := walletfiles.Make(f, s)
	require.NoError(t, err)
	require.Equal(t, files, again)
	texts := map[string]string{}
	for _, file := range files {
		for _, schema := range schemas(t)[file.Name] {
			require.NoError(t, judge(t, schema, file.Text), "%s\n%s", file.Name, file.Text)
		}
		texts[file.Name] = string(file.Text)
	}
	require.Len(t, texts, 3)
	return texts
}

// get reads one value of a file, by names and numbers between points.
func get(t *testing.T, text, path string) any {
	t.Helper()
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&value))
	for step := range strings.SplitSeq(path, ".") {
		var i int
		if _, err := fmt.Sscanf(step, "%d", &i); err == nil {
			value = value.([]any)[i]
			continue
		}
		value = value.(map[string]any)[step]
	}
	return value
}

func TestFilesOfAChain(t *testing.T) {
	c := chain.New(t, usual, chain.FeeMarket())
	c.NextBlock()
	f, err := ask(t, c, nil)
	require.NoError(t, err)
	files := valid(t, f, said)
	registry, assets, keplr := files[walletfiles.ChainFile], files[walletfiles.AssetListFile], files[walletfiles.KeplrFile]

	for path, want := range map[string]any{
		"$schema": "../../chain.schema.json", "chain_id": chain.ID, "bech32_prefix": "stemma", "slip44": json.Number("118"),
		"staking.staking_tokens.0.denom": "ustem", "staking.lock_duration.time": "1814400s",
		"fees.fee_tokens.0.denom": "ustem", "fees.fee_tokens.0.fixed_min_gas_price": json.Number("0.001"),
		"fees.fee_tokens.0.low_gas_price": json.Number("0.001"), "fees.fee_tokens.0.average_gas_price": json.Number("0.001125"),
		"fees.fee_tokens.0.high_gas_price": json.Number("0.00225"), "fees.fee_tokens.1.denom": "uusdc",
		"codebase.recommended_version": "v0.2.0", "codebase.sdk.version": "v0.55.0", "codebase.ibc.tag": "v11.2.0-rc.1",
		"codebase.ibc.ics_enabled": []any{"ics20-1", "ics27-1"}, "codebase.language.version": "1.26.5",
		"peers.persistent_peers.0.address": "[2001:db8::1]:26656", "apis.rpc.1.address": "https://rpc.example.net:443/chain",
		"apis.grpc.0.provider": "Example & Sons", "codebase.genesis.genesis_url": "https://example.org/genesis.json",
	} {
		require.Equal(t, want, get(t, registry, path), path)
	}
	require.Contains(t, registry, "\n  \"chain_name\": \"stemmatest\"")
	require.Contains(t, assets, `Called <STEM> & paid with`)
	require.Equal(t, "ustem", get(t, assets, "assets.0.base"))
	require.Equal(t, json.Number("6"), get(t, assets, "assets.1.denom_units.1.exponent"))
	require.Len(t, get(t, assets, "assets"), 2)
	require.Equal(t, "STEM", get(t, keplr, "stakeCurrency.coinDenom"))
	require.Equal(t, json.Number("0.00225"), get(t, keplr, "feeCurrencies.1.gasPriceStep.high"))
	require.Equal(t, "https://rpc.example.org", get(t, keplr, "rpc"))
	require.Equal(t, true, get(t, keplr, "isTestnet"))
	require.Empty(t, f.Untraced(said))

	least := walletfiles.Said{ChainName: "stemma", PrettyName: "Stemma", NetworkType: walletfiles.Mainnet, RPC: said.RPC, REST: said.REST}
	f.Build = walletfiles.Build{}
	files = valid(t, f, least)
	require.Equal(t, "../chain.schema.json", get(t, files[walletfiles.ChainFile], "$schema"))
	require.NotContains(t, files[walletfiles.KeplrFile], "isTestnet")
	require.NotContains(t, files[walletfiles.ChainFile], "null")
}

// A voucher that payments and fees take is listed with the way it came by, and never in a unit that nobody said.
func TestFilesOfAChainThatTakesAVoucher(t *testing.T) {
	set := []chain.Validator{chain.NamedValidator("one", 10), chain.NamedValidator("two", 10), chain.NamedValidator("three", 10)}
	signed := chain.Signed(func(int64) []chain.Validator { return set })
	bare := chain.Genesis(dropLocalDenom)
	taking := []chain.Option{signed, usual, bare, accepting(voucher, 2_000_000_000_000_000_000), chain.Balance("1000000000000ustem")}
	home, away := relay.Connect(t, chain.New(t, taking...), chain.New(t, signed))
	info := map[string]walletfiles.Info{voucher: {Symbol: "USDC", Decimals: 6, Name: "USD Coin"}}

	f, err := ask(t, home.Chain, info)
	require.NoError(t, err)
	require.Equal(t, []string{voucher}, f.Untraced(said), "none has come yet")
	valid(t, f, said)

	fan := away.Account("fan")
	sent := away.MustDeliver(fan, away.TransferMsg(fan, sdk.NewInt64Coin(app.LocalDenom, 5000), home.Account("alice").String(), ""))
	require.True(t, away.Carry(sent.Events)[0].Success())
	_, err = ask(t, home.Chain, nil)
	var unit *walletfiles.UnitError
	require.ErrorAs(t, err, &unit, "what transfer says of a voucher has no unit")
	require.Equal(t, voucher, unit.Denom)

	f, err = ask(t, home.Chain, info)
	require.NoError(t, err)
	require.NotContains(t, valid(t, f, said)[walletfiles.AssetListFile], "traces", "nobody said what the other chain is called")
	whole := said
	whole.Counterparties = map[string]string{home.Channel: "otherchain"}
	files := valid(t, f, whole)
	assets := files[walletfiles.AssetListFile]
	require.Equal(t, map[string]any{
		"type_asset": "ics20", "base": voucher, "name": "USD Coin", "display": "usdc", "symbol": "USDC",
		"denom_units": []any{
			map[string]any{"denom": voucher, "exponent": json.Number("0"), "aliases": []any{"uusdc"}},
			map[string]any{"denom": "usdc", "exponent": json.Number("6")},
		},
		"traces": []any{map[string]any{
			"type":         "ibc",
			"counterparty": map[string]any{"chain_name": "otherchain", "base_denom": "uusdc", "channel_id": away.Channel},
			"chain":        map[string]any{"channel_id": home.Channel, "path": "transfer/" + home.Channel + "/uusdc"},
		}},
	}, get(t, assets, "assets.1"))
	require.Empty(t, f.Untraced(whole))
	require.Len(t, get(t, files[walletfiles.KeplrFile], "currencies"), 1, "vouchers pay fees there, and are found by the wallet itself")
	require.Equal(t, voucher, get(t, files[walletfiles.KeplrFile], "feeCurrencies.1.coinMinimalDenom"))

	whole.Counterparties["channel-9"] = "nowhere"
	_, err = walletfiles.Make(f, whole)
	require.ErrorContains(t, err, "no listed denom came by channel-9")
}

// Of a way over several chains only the last is known here; one by a client in place of a channel has no form in the registry.
func TestWaysOfVouchers(t *testing.T) {
	set := []chain.Validator{chain.NamedValidator("one", 10)}
	signed := chain.Signed(func(int64) []chain.Validator { return set })
	port := transfertypes.PortID
	far := transfertypes.NewDenom("uatom", transfertypes.NewHop(port, "channel-0"), transfertypes.NewHop(port, "channel-5"))
	byClient := transfertypes.NewDenom("ueur", transfertypes.NewHop(port, "07-tendermint-0"))
	here := chain.New(t, signed, usual, accepting(far.IBCDenom(), 0), accepting(byClient.IBCDenom(), 1))
	home, away := relay.Connect(t, here, chain.New(t, signed))
	home.Write(func(ctx sdk.Context) error {
		home.App.Keepers.IBC.Transfer.SetDenom(ctx, far)
		home.App.Keepers.IBC.Transfer.SetDenom(ctx, byClient)
		return nil
	})
	f, err := ask(t, home.Chain, map[string]walletfiles.Info{
		far.IBCDenom(): {Symbol: "ATOM", Decimals: 6}, byClient.IBCDenom(): {Symbol: "EUR"},
	})
	require.NoError(t, err)
	s := said
	s.Counterparties = map[string]string{"channel-0": "hub"}
	assets := valid(t, f, s)[walletfiles.AssetListFile]
	traces := map[string]any{}
	for _, a := range get(t, assets, "assets").([]any) {
		traces[a.(map[string]any)["symbol"].(string)] = a.(map[string]any)["traces"]
	}
	require.Equal(t, []any{map[string]any{
		"type": "ibc",
		"counterparty": map[string]any{
			"chain_name": "hub", "channel_id": away.Channel,
			"base_denom": transfertypes.NewDenom("uatom", transfertypes.NewHop(port, "channel-5")).IBCDenom(),
		},
		"chain": map[string]any{"channel_id": "channel-0", "path": "transfer/channel-0/transfer/channel-5/uatom"},
	}}, traces["ATOM"])
	require.Nil(t, traces["EUR"])
	require.Equal(t, []string{byClient.IBCDenom()}, f.Untraced(s))
}

// Vouchers, which anybody may bring, neither hide native denoms nor have to be read one by one.
func TestNativeDenomsBehindVouchers(t *testing.T) {
	flood := sdk.NewCoins(sdk.NewInt64Coin("aaa", 1), sdk.NewInt64Coin("zzz", 1))
	for i := range 1500 {
		voucher := transfertypes.NewDenom(fmt.Sprint("u", i), transfertypes.NewHop(transfertypes.PortID, "channel-0"))
		flood = flood.Add(sdk.NewInt64Coin(voucher.IBCDenom(), 1))
	}
	c := chain.New(t, usual, chain.Genesis(func(cdc codec.Codec, state app.GenesisState) {
		var bank banktypes.GenesisState
		cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
		bank.Balances[0].Coins, bank.Supply = bank.Balances[0].Coins.Add(flood...), bank.Supply.Add(flood...)
		state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)
	}))
	f, err := ask(t, c, map[string]walletfiles.Info{"aaa": {Symbol: "AAA"}, "zzz": {Symbol: "ZZZ", Decimals: 2}})
	require.NoError(t, err)
	var denoms []string
	for _, a := range f.Assets {
		denoms = append(denoms, a.Denom)
	}
	require.Equal(t, []string{app.StakingDenom, "aaa", app.LocalDenom, "zzz"}, denoms)
	valid(t, f, said)
	_, err = ask(t, c, nil)
	var unit *walletfiles.UnitError
	require.ErrorAs(t, err, &unit)
}

// dropLocalDenom has the chain take nothing but its own token.
func dropLocalDenom(cdc codec.Codec, state app.GenesisState) {
	var royalty royaltytypes.GenesisState
	cdc.MustUnmarshalJSON(state[royaltytypes.ModuleName], &royalty)
	royalty.Params.Denoms = slices.DeleteFunc(royalty.Params.Denoms, func(d royaltytypes.AcceptedDenom) bool {
		return d.Denom == app.LocalDenom
	})
	state[royaltytypes.ModuleName] = cdc.MustMarshalJSON(&royalty)
	var fees feemarkettypes.GenesisState
	cdc.MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
	fees.Params.Denoms = nil
	state[feemarkettypes.ModuleName] = cdc.MustMarshalJSON(&fees)
}
