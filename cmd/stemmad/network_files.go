package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/walletfiles"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

const (
	flagChainName    = "chain-name"
	flagPrettyName   = "pretty-name"
	flagNetworkType  = "network-type"
	flagWebsite      = "website"
	flagGenesisURL   = "genesis-url"
	flagRPC          = "rpc"
	flagREST         = "rest"
	flagGRPC         = "grpc"
	flagSeed         = "seed"
	flagPeer         = "peer"
	flagCounterparty = "counterparty"
	flagDenomInfo    = "denom-info"
)

// defaultNodeHome is the home folder of a node as a shell reads it, on machines other than this one.
const defaultNodeHome = "$HOME/.stemmad"

func networkCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "network",
		Short: "Write what wallets, registries of chains and new nodes want to know of this network",
		Long:  "Write what wallets, registries of chains and new nodes want to know of this network.",
		Example: `  stemmad network files --network-type testnet \
    --rpc https://rpc.example.org --rest https://api.example.org`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(networkFilesCmd(), networkBundleCmd())
	return cmd
}

func networkFilesCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "files --network-type TYPE --rpc URL --rest URL",
		Short: "Write chain.json, assetlist.json and Keplr's chain file",
		Long: `Files asks a node about the chain, at its newest block, and writes three files:

  chain.json      for the chain registry: id, fees, staking, versions, public nodes
  assetlist.json  for the chain registry: native denoms, and those that payments or fees
                  take, with their units and the way that vouchers came by
  keplr.json      the same for the Keplr wallet

The flags say what the chain can't know. Of several addresses wallets take the first.
Prices of gas: low is that of the next block, average suffices in the one after too,
high is twice the average. They move with demand: write the files while it is usual.

A denom whose unit nobody said is an error, since a wallet would show a million in
place of one; --denom-info says it. So are two denoms of one symbol. A voucher's way
is written where --counterparty names the chain at the other end of its channel.`,
		Example: `  stemmad network files --network-type testnet \
    --rpc https://rpc.example.org --rest https://api.example.org --out files
  stemmad network files --network-type mainnet --chain-name stemma --pretty-name Stemma \
    --rpc https://rpc.example.org --rest https://api.example.org --grpc grpc.example.org:443 \
    --provider "Example <nodes@example.org>" --counterparty channel-0=noble`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{settingless: ""},
	}
	f := cmd.Flags()
	f.String(flagOut, ".", "folder to write to")
	f.Bool(flagOverwrite, false, "replace files that exist")
	f.String(flagNetworkType, "", "mainnet, testnet or devnet")
	f.StringArray(flagRPC, nil, "URL of a public node's RPC; may be repeated")
	f.StringArray(flagREST, nil, "URL of a public node's REST; may be repeated")
	f.StringArray(flagGRPC, nil, "host:port of a public node's gRPC; may be repeated")
	f.StringArray(flagSeed, nil, "id@host:port of a seed; may be repeated")
	f.StringArray(flagPeer, nil, "id@host:port of a node to stay connected to; may be repeated")
	f.String(flagProvider, "", "who runs these nodes, as NAME <EMAIL>; Keplr's registry asks for it")
	f.String(flagChainName, "", "name of the chain's folder in the chain registry (default: the chain's id without its number)")
	f.String(flagPrettyName, "", "what people call the chain (default: that name with a capital letter)")
	f.String(flagWebsite, "", "URL of the chain's website")
	f.String(flagGenesisURL, "", "URL of the genesis file")
	f.StringArray(flagCounterparty, nil, "CHANNEL=NAME: the name in the chain registry of the chain at a channel's other end; may be repeated")
	f.StringArray(flagDenomInfo, nil, "DENOM=SYMBOL:DECIMALS[:NAME] in place of the bank's metadata; may be repeated")
	for _, name := range []string{flagNetworkType, flagRPC, flagREST} {
		_ = cmd.MarkFlagRequired(name) // defined above
	}
	return asking(cmd, networkFiles)
}

// writtenFiles is what `network files` prints for programs.
type writtenFiles struct {
	ChainID string   `json:"chain_id"`
	Height  int64    `json:"height,string"`
	Files   []string `json:"files"`
	// WithoutWay lists vouchers of which the files do not say by which way they came.
	WithoutWay []string `json:"without_way"`
}

func networkFiles(ctx context.Context, conn *connect.Conn, _ []string) error {
	said, infos, err := saidOfNetwork(conn)
	if err != nil {
		return err
	}
	source, err := pin(ctx, conn, 0)
	if err != nil {
		return err
	}
	chain, err := conn.Chain()
	if err != nil {
		return err
	}
	facts, err := walletfiles.Ask(ctx, chain, infos)
	if err != nil {
		return filesRemedy(err)
	}
	if facts.Build, err = walletfiles.AskBuild(ctx, chain); err != nil {
		return err
	}
	if said.ChainName == "" {
		said.ChainName = walletfiles.ChainNameOf(facts.ChainID)
	}
	if said.PrettyName == "" {
		said.PrettyName = capital(said.ChainName)
	}
	files, err := walletfiles.Make(facts, said)
	if err != nil {
		return filesRemedy(err)
	}
	written := writtenFiles{ChainID: facts.ChainID, Height: source.Height, WithoutWay: facts.Untraced(said)}
	if written.Files, err = writeFiles(conn.Flags().Text(flagOut), files, conn.Flags().Is(flagOverwrite)); err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(written)
	}
	conn.Say("Wrote %s of %s at height %d", strings.Join(written.Files, ", "), written.ChainID, written.Height)
	for _, denom := range written.WithoutWay {
		conn.Say("%s is without the way that it came by: --%s names the chain at the other end of its channel", denom, flagCounterparty)
	}
	return nil
}

// saidOfNetwork reads the flags.
func saidOfNetwork(conn *connect.Conn) (s walletfiles.Said, infos map[string]walletfiles.Info, err error) {
	f := conn.Flags()
	s = walletfiles.Said{
		ChainName: f.Text(flagChainName), PrettyName: f.Text(flagPrettyName), NetworkType: f.Text(flagNetworkType), NodeHome: defaultNodeHome,
		Website: f.Text(flagWebsite), GenesisURL: f.Text(flagGenesisURL), RPC: f.Texts(flagRPC), REST: f.Texts(flagREST), GRPC: f.Texts(flagGRPC),
		Seeds: f.Texts(flagSeed), Peers: f.Texts(flagPeer), Counterparties: map[string]string{},
	}
	for _, each := range []struct {
		flag  string
		texts []string
		check func(string) error
	}{
		{flagRPC, s.RPC, walletfiles.CheckURL},
		{flagREST, s.REST, walletfiles.CheckURL},
		{flagGRPC, s.GRPC, walletfiles.CheckHost},
		{flagSeed, s.Seeds, walletfiles.CheckPeer},
		{flagPeer, s.Peers, walletfiles.CheckPeer},
		{flagWebsite, given(s.Website), walletfiles.CheckURL},
		{flagGenesisURL, given(s.GenesisURL), walletfiles.CheckURL},
		{flagChainName, given(s.ChainName), walletfiles.CheckChainName},
	} {
		if err := eachOnce(each.texts, each.check); err != nil {
			return s, nil, fmt.Errorf("--%s: %w", each.flag, err)
		}
	}
	if text := f.Text(flagProvider); text != "" {
		if s.Provider, err = walletfiles.ParseProvider(text); err != nil {
			return s, nil, fmt.Errorf("--%s: %w", flagProvider, err)
		}
	}
	for _, text := range f.Texts(flagCounterparty) {
		channel, name, err := walletfiles.ParseCounterparty(text)
		if err == nil && s.Counterparties[channel] != "" {
			err = fmt.Errorf("%s is named twice", channel)
		}
		if err != nil {
			return s, nil, fmt.Errorf("--%s: %w", flagCounterparty, err)
		}
		s.Counterparties[channel] = name
	}
	infos, err = denomInfos(f.Texts(flagDenomInfo))
	return s, infos, err
}

// given is a text as a list, empty for none.
func given(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// eachOnce checks each of a list, and that it is there once.
func eachOnce(texts []string, check func(string) error) error {
	for i, text := range texts {
		if slices.Contains(texts[:i], text) {
			return fmt.Errorf("%s is named twice", text)
		}
		if err := check(text); err != nil {
			return err
		}
	}
	return nil
}

func denomInfos(texts []string) (map[string]walletfiles.Info, error) {
	infos := map[string]walletfiles.Info{}
	for _, text := range texts {
		denom, info, err := walletfiles.ParseInfo(text)
		if _, twice := infos[denom]; err == nil && twice {
			err = fmt.Errorf("%s is named twice", denom)
		}
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flagDenomInfo, err)
		}
		infos[denom] = info
	}
	return infos, nil
}

// filesRemedy adds to an error which flag says what is missing, or said too much.
func filesRemedy(err error) error {
	var unit *walletfiles.UnitError
	var symbol *walletfiles.SymbolError
	var unused *walletfiles.UnusedError
	switch {
	case errors.As(err, &unit):
		return fmt.Errorf("%w: say it with --%s %s=SYMBOL:DECIMALS", err, flagDenomInfo, unit.Denom)
	case errors.As(err, &symbol):
		return fmt.Errorf("%w: call one otherwise with --%s DENOM=SYMBOL:DECIMALS", err, flagDenomInfo)
	case errors.As(err, &unused) && unused.Kind == walletfiles.KindChannel:
		return fmt.Errorf("--%s: %w", flagCounterparty, err)
	case errors.As(err, &unused):
		return fmt.Errorf("--%s: %w", flagDenomInfo, err)
	}
	return err
}

func capital(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// writeFiles writes the files into a folder, each whole, and nothing where one of them may not be replaced. It returns their paths.
func writeFiles(folder string, files []walletfiles.File, overwrite bool) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil { // to be published
		return nil, err
	}
	var paths []string
	for _, file := range files {
		path := filepath.Join(folder, file.Name)
		if err := free(path, overwrite); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	for i, file := range files {
		out, err := os.CreateTemp(folder, "."+file.Name+"-*")
		if err != nil {
			return nil, err
		}
		_, err = out.Write(file.Text)
		if err = errors.Join(err, out.Chmod(0o644), out.Close()); err == nil {
			err = os.Rename(out.Name(), paths[i])
		}
		if err != nil {
			return nil, errors.Join(err, os.Remove(out.Name()))
		}
	}
	return paths, nil
}
