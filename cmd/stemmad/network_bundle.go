package main

import (
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/joining"
)

func networkBundleCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bundle --rpc URL",
		Short: "Write what a new node needs to join this network",
		Long: `Ask the network's nodes for its genesis and their newest block, and print a join bundle: chain
id, hash of the genesis, a header to trust, addresses. Publish it where those who join look for
it, and over https: "stemmad join --bundle" believes it. The header ages; write it anew every day.`,
		Example: `  stemmad network bundle --rpc https://rpc.example.org --rpc https://rpc.example.net \
    --peer 0123456789abcdef0123456789abcdef01234567@node.example.org:26656 > join.json`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{homeless: ""},
		RunE: func(cmd *cobra.Command, _ []string) error {
			var asked joining.Bundle
			asked.RPC, _ = cmd.Flags().GetStringArray(flagRPC)
			asked.Peers, _ = cmd.Flags().GetStringArray(flagPeer)
			asked.Seeds, _ = cmd.Flags().GetStringArray(flagSeed)
			defer interruptible(cmd)()
			network, err := look(cmd.Context(), asked, math.MaxInt64)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s at height %d, which %s\n", network.ChainID, network.Trusted.Height, howMany(len(asked.RPC)))
			return printIndented(cmd.OutOrStdout(), joining.Bundle{
				ChainID: network.ChainID, Genesis: network.Hash, Trust: network.Trusted.String(),
				RPC: asked.RPC, Peers: network.Peers, Seeds: network.Seeds,
			})
		},
	}
	f := cmd.Flags()
	f.StringArray(flagRPC, nil, "address of a node's RPC; may be repeated")
	f.StringArray(flagPeer, nil, "ID@HOST:PORT of a node to stay connected to; may be repeated (default: those that the nodes name)")
	f.StringArray(flagSeed, nil, "ID@HOST:PORT of a seed; may be repeated")
	_ = cmd.MarkFlagRequired(flagRPC) // defined above
	return cmd
}

func howMany(nodes int) string {
	if nodes == 1 {
		return "one node says, and nobody confirms"
	}
	return fmt.Sprintf("%d nodes say", nodes)
}
