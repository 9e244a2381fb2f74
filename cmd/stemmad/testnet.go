package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
)

const (
	flagValidators = "validators"
	flagOutputDir  = "output-dir"
	flagBlockTime  = "blocktime"
	flagAccounts   = "accounts"
	flagBasePort   = "base-port"

	localChainID = "stemma-local-1"
	// maxValidators keeps the ports of all nodes in their ranges.
	maxValidators = 50
)

func testnetCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "testnet",
		Short: "Make networks on this machine, for trying out and for tests",
	}
	cmd.AddCommand(initFilesCmd())
	return cmd
}

func initFilesCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init-files",
		Short: "Write the home folders of a network of validators on loopback",
		Long: `Write one home folder per validator, node0, node1 and so on, with ports of
their own on loopback, one genesis, and the keys of funded accounts in the
test keyring of each. The keys are not encrypted: use such a network for
trying out only. Start each node with

  stemmad start --home DIR/node0`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{homeless: ""},
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan, err := planFromFlags(cmd)
			if err != nil {
				return err
			}
			if err := plan.write(model()); err != nil {
				return err
			}
			return plan.print(cmd)
		},
	}
	cmd.Flags().IntP(flagValidators, "v", 4, "number of validators")
	cmd.Flags().StringP(flagOutputDir, "o", ".testnet", "folder for the nodes' home folders; must not exist")
	cmd.Flags().String(flags.FlagChainID, localChainID, "chain id")
	cmd.Flags().Duration(flagBlockTime, time.Second, "pause after each block")
	cmd.Flags().StringSlice(flagAccounts, []string{"faucet"}, "names of further accounts to make and fund")
	cmd.Flags().Int(flagBasePort, 0, "first port; each node takes ten (default: the usual ports, 26656 and so on)")
	return cmd
}

func planFromFlags(cmd *cobra.Command) (networkPlan, error) {
	validators, _ := cmd.Flags().GetInt(flagValidators)
	if validators < 1 || validators > maxValidators {
		return networkPlan{}, fmt.Errorf("%d validators: give 1 to %d", validators, maxValidators)
	}
	dir, _ := cmd.Flags().GetString(flagOutputDir)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return networkPlan{}, fmt.Errorf("%s exists; remove it or name another folder with --%s", dir, flagOutputDir)
	}
	chainID, _ := cmd.Flags().GetString(flags.FlagChainID)
	if err := checkChainID(chainID); err != nil {
		return networkPlan{}, err
	}
	blockTime, _ := cmd.Flags().GetDuration(flagBlockTime)
	accounts, _ := cmd.Flags().GetStringSlice(flagAccounts)
	basePort, _ := cmd.Flags().GetInt(flagBasePort)

	plan := networkPlan{chainID: chainID, blockTime: blockTime, accounts: accounts}
	for i := range validators {
		name := fmt.Sprintf("node%d", i)
		home, err := filepath.Abs(filepath.Join(dir, name))
		if err != nil {
			return networkPlan{}, err
		}
		plan.nodes = append(plan.nodes, nodePlan{name: name, home: home, ports: portsOf(basePort, i)})
	}
	return plan, nil
}

// describedNetwork is a network as programs read it; addresses are host:port.
type describedNetwork struct {
	ChainID string          `json:"chain_id"`
	Nodes   []describedNode `json:"nodes"`
}

type describedNode struct {
	Name string `json:"name"`
	Home string `json:"home"`
	RPC  string `json:"rpc"`
	GRPC string `json:"grpc"`
	REST string `json:"rest"`
}

func (p networkPlan) described() describedNetwork {
	network := describedNetwork{ChainID: p.chainID}
	for _, n := range p.nodes {
		network.Nodes = append(network.Nodes, describedNode{n.name, n.home, n.ports.rpc, n.ports.grpc, n.ports.rest})
	}
	return network
}

func (p networkPlan) print(cmd *cobra.Command) error {
	if isJSON(cmd) {
		return printIndented(cmd.OutOrStdout(), p.described())
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "Chain %s\nNODE\tRPC\tGRPC\tREST\tHOME\n", p.chainID)
	for _, n := range p.nodes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", n.name, n.ports.rpc, n.ports.grpc, n.ports.rest, n.home)
	}
	return w.Flush()
}
