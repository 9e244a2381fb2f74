package walletfiles_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"

	"github.com/stemma-chain/stemma/client/walletfiles"
)

func TestTheBuildIsReadFromTheModulesOfTheNode(t *testing.T) {
	said := &cmtservice.VersionInfo{
		AppName: "stemmad", Version: "0.2.0", GoVersion: "go version go1.26.5 linux/amd64", CosmosSdkVersion: "v0.54.0",
		BuildDeps: []*cmtservice.Module{
			{Path: "github.com/cosmos/cosmos-sdk", Version: "v0.55.0"},
			{Path: "github.com/cometbft/cometbft", Version: "v0.40.0"},
			{Path: "github.com/cometbft/cometbft-db", Version: "v1.0.4"},
			{Path: "github.com/cosmos/ibc-go/v11", Version: "v11.2.0"},
		},
	}
	want := walletfiles.Build{Version: "v0.2.0", Program: "stemmad", Go: "1.26.5", SDK: "v0.55.0", Comet: "v0.40.0", IBC: "v11.2.0"}
	require.Equal(t, want, walletfiles.BuildOf(said))
	for _, version := range []string{"v0.2.0-3-gabcdef", "dev", "", "v0.2"} {
		said.Version = version
		require.Empty(t, walletfiles.BuildOf(said).Version, version)
	}
	require.Empty(t, walletfiles.BuildOf(nil))
}
