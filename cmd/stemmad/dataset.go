package main

import (
	"github.com/spf13/cobra"
)

func datasetCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dataset",
		Short: "Datasets and collections of any size, whose contributors are paid",
		Long: `Dataset registers manifests, shares what they earn among those who contributed, collects
what is due, and takes items back.`,
		Example: `  stemmad dataset register photos.manifest --title "Photos" --share 30% --from alice`,
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(datasetOnChain()...)
	return cmd
}
