package users_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client/walletfiles"
	"github.com/stemma-chain/stemma/testutil/chain"
)

// A file that would mislead a wallet is not made.
func TestWhatWouldMisleadIsRefused(t *testing.T) {
	var unit *walletfiles.UnitError
	_, err := ask(t, chain.New(t), nil)
	require.ErrorAs(t, err, &unit)
	require.Equal(t, walletfiles.UnitError{Denom: app.StakingDenom}, *unit)
	_, err = ask(t, chain.New(t, named(described(app.StakingDenom, "stem", "STEM", 19), described(app.LocalDenom, "usdc", "USDC", 6))), nil)
	require.ErrorAs(t, err, &unit)
	require.Equal(t, walletfiles.UnitError{Denom: app.StakingDenom, Most: 18}, *unit)

	c := chain.New(t, usual)
	var symbol *walletfiles.SymbolError
	_, err = ask(t, c, map[string]walletfiles.Info{app.LocalDenom: {Symbol: "Stem", Decimals: 6}})
	require.ErrorAs(t, err, &symbol)
	require.Equal(t, []string{app.StakingDenom, app.LocalDenom}, symbol.Denoms)
	var unused *walletfiles.UnusedError
	_, err = ask(t, c, map[string]walletfiles.Info{"uusd": {Symbol: "USD", Decimals: 6}})
	require.ErrorAs(t, err, &unused)

	f, err := ask(t, c, nil)
	require.NoError(t, err)
	for want, change := range map[string]func(s *walletfiles.Said){
		"small letters and digits":  func(s *walletfiles.Said) { s.ChainName = "Stemma" },
		"1 to 30 characters":        func(s *walletfiles.Said) { s.PrettyName = strings.Repeat("ä", 31) },
		"a network is mainnet":      func(s *walletfiles.Said) { s.NetworkType = "" },
		"a mainnet is not called":   func(s *walletfiles.Said) { s.NetworkType, s.PrettyName = walletfiles.Mainnet, "Stemma Testnet" },
		"one for REST":              func(s *walletfiles.Said) { s.REST = nil },
		"a public node for RPC and": func(s *walletfiles.Said) { s.RPC = nil },
	} {
		s := said
		change(&s)
		_, err := walletfiles.Make(f, s)
		require.ErrorContains(t, err, want)
	}
	f.Fees = nil
	_, err = walletfiles.Make(f, said)
	require.ErrorIs(t, err, walletfiles.ErrNoFeeDenom)
}

// The schemas can refuse: each change makes a file that is not valid.
func TestWrongFilesAreNotValid(t *testing.T) {
	f, err := ask(t, chain.New(t, usual), nil)
	require.NoError(t, err)
	files := valid(t, f, said)
	all := schemas(t)
	for name, changes := range map[string][][2]string{
		walletfiles.ChainFile: {
			{`"chain_type": "cosmos"`, `"chain_type": "cosmoss"`},
			{`"status": "live"`, `"status": "alive"`},
			{`"slip44": 118`, `"slip44": "118"`},
			{`"bech32_prefix"`, `"bech32"`},
			{`"low_gas_price": 0`, `"low_gas_price": "0"`},
			{`"denom": "ustem"`, `"denom": ""`},
			{`"version": "v0.55.0"`, `"version": "v0.55.0-rc.1"`},
			{`"chain_name": "stemmatest"`, `"chain_name": "-"`},
			{`"ics20-1"`, `"ics20"`},
			{`"id": `, `"node": `},
		},
		walletfiles.AssetListFile: {
			{`"exponent": 6`, `"exponent": 6.5`},
			{`"symbol": "STEM"`, `"symbol": "€"`},
			{`"base"`, `"denom"`},
			{`"type_asset": "sdk.coin"`, `"type_asset": "coin"`},
			{`"$schema": "../../assetlist.schema.json"`, `"$schema": "assetlist.schema.json"`},
		},
		walletfiles.KeplrFile: {
			{`"coinDecimals": 6`, `"coinDecimals": 19`},
			{`"rpc": "https://rpc.example.org"`, `"rpc": "https://rpc.example.org?x=1"`},
			{`"coinType": 118`, `"coinType": "118"`},
			{`"low": 0`, `"low": "0"`},
			{`"isTestnet": true`, `"isTestnet": true, "beta": true`},
			{`"coinMinimalDenom": "uusdc"`, `"coinMinimalDenom": "ibc/27394FB"`},
			{`"email"`, `"mail"`},
		},
	} {
		for _, change := range changes {
			wrong := strings.Replace(files[name], change[0], change[1], 1)
			require.NotEqual(t, files[name], wrong, change[0])
			for i, schema := range all[name] {
				require.Error(t, judge(t, schema, []byte(wrong)), "%s by schema %d: %s", name, i, change[1])
			}
		}
	}
}

func TestWhatOperatorsSayIsChecked(t *testing.T) {
	for check, texts := range map[string]struct {
		f            func(string) error
		right, wrong []string
	}{
		"url": {
			walletfiles.CheckURL,
			[]string{"https://example.org", "https://example.org:8443/a/b", "http://localhost:26657", "http://127.0.0.1:1317", "http://[::1]:1317"},
			[]string{
				"", "example.org", "http://example.org", "https://", "https://example.org?key=1", "https://example.org?", "https://u:p@example.org",
				"https://example.org#a", "tcp://127.0.0.1:26657", "https://example.org:0", "https://example.org:", "https://rpc example.org",
				"http://localhost.example.org", "https:example.org", "https://<b>.org",
			},
		},
		"host": {
			walletfiles.CheckHost,
			[]string{"grpc.example.org:443", "[2001:db8::1]:9090"},
			[]string{"", "grpc.example.org", "https://grpc.example.org:443", ":9090", "grpc.example.org:70000", "grpc.example.org:"},
		},
		"peer": {
			walletfiles.CheckPeer,
			[]string{nodeID + "@seed.example.org:26656"},
			[]string{"", "example.org:26656", nodeID[2:] + "@example.org:26656", strings.ToUpper(nodeID) + "@a.org:1", nodeID + "@example.org"},
		},
		"info": {
			func(s string) error { _, _, err := walletfiles.ParseInfo(s); return err },
			[]string{"uusdc=USDC:6", "ibc/AA=USDC.noble:0:USD Coin: Noble"},
			[]string{
				"", "uusdc", "=USDC:6", "uusdc=:6", "uusdc=USDC", "uusdc=USDC:19", "uusdc=USDC:-1", "uusdc=US DC:6", "uusdc=USDC:6:", "uusdc=USDC:0x6",
			},
		},
		"counterparty": {
			func(s string) error { _, _, err := walletfiles.ParseCounterparty(s); return err },
			[]string{"channel-0=noble"},
			[]string{"", "noble", "channel-0", "channel-0=", "0=noble", "channel-0=Noble", "07-tendermint-0=noble"},
		},
		"provider": {
			func(s string) error { _, err := walletfiles.ParseProvider(s); return err },
			[]string{"Example <a@example.org>", `"Example & Sons, Inc." <a@example.org>`},
			[]string{"", "Example", "a@example.org", strings.Repeat("x", 31) + " <a@example.org>"},
		},
	} {
		for _, text := range texts.right {
			require.NoError(t, texts.f(text), "%s: %s", check, text)
		}
		for _, text := range texts.wrong {
			require.Error(t, texts.f(text), "%s: %s", check, text)
		}
	}
	for id, name := range map[string]string{"stemma-1": "stemma", "stemma-test-3": "stemmatest", "Stemma": "stemma", "-1": ""} {
		require.Equal(t, name, walletfiles.ChainNameOf(id))
	}
}
