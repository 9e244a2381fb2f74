package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/walletfiles"
)

// client/walletfiles tests what is in the files; Keplr's own validator judges its own in testutil/wallets.
func TestJourneyOfFilesForWallets(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	files := func(more ...string) []string {
		return append([]string{
			"network", "files", "--network-type", "devnet", "--rpc", "https://rpc.example.org", "--rest", "https://api.example.org",
		}, more...)
	}
	require.Contains(t, l.do(files("--out", "a", "--rpc", "http://localhost:26657")...),
		"Wrote a/assetlist.json, a/chain.json, a/keplr.json of stemma-local-1")
	require.Contains(t, l.fail(files("--out", "a")...), "a/assetlist.json exists")
	require.Equal(t, []any{"a/assetlist.json", "a/chain.json", "a/keplr.json"},
		l.json("files", files("--out", "a", "--overwrite", "--rpc", "http://localhost:26657")...))
	require.Equal(t, []any{}, l.json("without_way", files("--out", "b", "--rpc", "http://localhost:26657")...))
	for _, name := range []string{walletfiles.ChainFile, walletfiles.AssetListFile, walletfiles.KeplrFile} {
		a, err := os.ReadFile(filepath.Join("a", name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join("b", name))
		require.NoError(t, err)
		require.Equal(t, string(a), string(b), "the same chain, the same file")
	}
	chain, err := os.ReadFile("a/chain.json")
	require.NoError(t, err)
	require.Contains(t, string(chain), `"chain_name": "stemmalocal"`)

	for want, more := range map[string][]string{
		`--rpc: "http://rpc.example.org" is not of https`:                {"--rpc", "http://rpc.example.org"},
		"--rest: https://api.example.org is named twice":                 {"--rest", "https://api.example.org"},
		`--grpc: "https://grpc.example.org" is not host:port`:            {"--grpc", "https://grpc.example.org"},
		"--counterparty: no listed denom came by channel-0":              {"--counterparty", "channel-0=noble"},
		"--counterparty: channel-0 is named twice":                       {"--counterparty", "channel-0=noble", "--counterparty", "channel-0=x"},
		"--denom-info: uusd is neither native nor taken":                 {"--denom-info", "uusd=USD:6"},
		"would all be called STEM: call one otherwise with --denom-info": {"--denom-info", "uusdc=stem:6"},
		"a network is mainnet, testnet or devnet":                        {"--network-type", "local"},
	} {
		require.Contains(t, l.fail(files(append(more, "--out", "c")...)...), want)
	}
	require.NoDirExists(t, "c", "nothing is written beside an error")
	_, errs, code := command("network", "files", "--network-type", "devnet", "--home", l.home)
	require.NotEqual(t, exitOK, code)
	require.Contains(t, errs, `"rest", "rpc"`)
}
