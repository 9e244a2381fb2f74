package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client"
	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// addKeyringFlags says where the keys are, to a command that reads no home folder but for the name of one.
func addKeyringFlags(cmd *cobra.Command) {
	flags.AddKeyringFlags(cmd.Flags())
	// The flag was added above, so marking it cannot fail.
	_ = cmd.Flags().MarkHidden(flags.FlagKeyringDir)
}

// contributorOffline reads an account, the name of a key or the id of a work, for a command that reads no home folder. It looks for
// keys for a name alone, and makes no home folder where there is none.
func contributorOffline(cmd *cobra.Command, text string) (manifest.Contributor, error) {
	one, err := dataset.ParseContributor(text)
	if err == nil || strings.HasPrefix(text, encoding.AccountPrefix+"1") || strings.HasPrefix(text, registrytypes.WorkPrefix+"1") {
		return one, err
	}
	conn, keyless := openKeys(cmd)
	if errors.Is(keyless, errNoHome) {
		return one, fmt.Errorf("%w; no key has this name either: %w", err, keyless)
	}
	if keyless != nil {
		return one, keyless
	}
	return contributorNamed(conn, text)
}

// errNoHome says that nothing is there where keys would be.
var errNoHome = errors.New("there is no keyring")

// openKeys opens the keyring of the home folder, without the node. It fails with errNoHome.
func openKeys(cmd *cobra.Command) (*connect.Conn, error) {
	where := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, name := range []string{flags.FlagHome, flags.FlagKeyringBackend, flags.FlagKeyringDir} {
		where.AddFlag(cmd.Flags().Lookup(name))
	}
	if err := setFromEnvironment(where); err != nil {
		return nil, err
	}
	ctx, err := client.ReadPersistentCommandFlags(clientContext().WithCmdContext(cmd.Context()), where)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(ctx.HomeDir, "config", "client.toml")); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", errNoHome, ctx.HomeDir)
	}
	if ctx, err = clientconfig.ReadFromClientConfig(ctx); err != nil {
		return nil, err
	}
	if err := client.SetCmdClientContextHandler(ctx, cmd); err != nil {
		return nil, err
	}
	return connect.Open(cmd)
}
