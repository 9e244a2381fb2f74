package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
)

const (
	flagBinary = "binary"
	// paceBlocks is over how many blocks the time of a block is taken.
	paceBlocks = 100
	// binaryPatience is how long another binary may take to say what it knows.
	binaryPatience = 30 * time.Second
)

func upgradeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "upgrade",
		Short: "Look at planned upgrades, and whether this machine is ready for the next one",
		Long: `Governance plans an upgrade by its name and a height. At that height binaries that do not
know it stop, with exit code 10; those that do change the state and go on.`,
		Example: `  stemmad upgrade check
  stemmad upgrade list`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(upgradeListCmd(), upgradeCheckCmd())
	return cmd
}

func upgradeListCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:         "list",
		Short:       "List the upgrades that this binary knows, oldest first",
		Long:        "List the upgrades that this binary knows, oldest first: it goes on at the height of each of them.",
		Example:     "  stemmad upgrade list --output json",
		Args:        cobra.NoArgs,
		Annotations: map[string]string{homeless: ""},
		RunE: func(cmd *cobra.Command, _ []string) error {
			known := knownUpgrades{Upgrades: []string{}}
			for _, u := range app.Upgrades {
				known.Upgrades = append(known.Upgrades, u.Name)
			}
			if format, _ := cmd.Flags().GetString(flags.FlagOutput); format == flags.OutputFormatJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(known)
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(known.Upgrades, "\n"))
			return err
		},
	}
	cmd.Flags().StringP(flags.FlagOutput, "o", flags.OutputFormatText, "output format (text|json)")
	return cmd
}

// knownUpgrades is what `upgrade list` prints for programs.
type knownUpgrades struct {
	Upgrades []string `json:"upgrades"`
}

func upgradeCheckCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that this machine is ready for the planned upgrade",
		Long: `Ask the node what upgrade is planned, and when its height comes; look whether the binary that
will run then knows it, and whether there is room on the disk. The binary is the one that
--binary names; else that of Cosmovisor's folder for the upgrade in the home folder
(cosmovisor/upgrades/NAME/bin/stemmad); else this program. Exits with 1 where something is
not in order, with what to do about it.

While no upgrade is planned it says what the binary of --binary knows.`,
		Example: `  stemmad upgrade check
  stemmad upgrade check --binary ~/stemmad-v0.2.0`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().String(flagBinary, "", "the binary that will run from the upgrade's height on")
	return asking(cmd, checkUpgrade)
}

// upgradeReport is what a check found.
type upgradeReport struct {
	// Upgrade is the planned one's name; empty: none is planned.
	Upgrade     string         `json:"upgrade"`
	AtHeight    int64          `json:"at_height,omitempty"`
	Height      int64          `json:"height"`
	SecondsLeft int64          `json:"seconds_left,omitempty"`
	Checks      []upgradeCheck `json:"checks"`
	OK          bool           `json:"ok"`
}

// upgradeCheck is one thing that has to be in order.
type upgradeCheck struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"`
}

func checkUpgrade(ctx context.Context, conn *connect.Conn, _ []string) error {
	plan, err := upgradetypes.NewQueryClient(conn).CurrentPlan(ctx, &upgradetypes.QueryCurrentPlanRequest{})
	if err != nil {
		return err
	}
	blocks := cmtservice.NewServiceClient(conn)
	latest, err := blocks.GetLatestBlock(ctx, &cmtservice.GetLatestBlockRequest{})
	if err != nil {
		return err
	}
	head := latest.SdkBlock.Header
	report := upgradeReport{Height: head.Height, OK: true, Checks: []upgradeCheck{}}
	binary, _ := conn.Flags().GetString(flagBinary)
	switch {
	case plan.Plan == nil && binary != "":
		report.Checks = []upgradeCheck{knowsCheck(ctx, binary)}
	case plan.Plan != nil:
		before, err := blocks.GetBlockByHeight(ctx, &cmtservice.GetBlockByHeightRequest{Height: max(1, head.Height-paceBlocks)})
		if err != nil {
			return err
		}
		pace := head.Time.Sub(before.SdkBlock.Header.Time) / time.Duration(max(1, head.Height-before.SdkBlock.Header.Height))
		report.Upgrade, report.AtHeight = plan.Plan.Name, plan.Plan.Height
		report.SecondsLeft = int64((time.Duration(plan.Plan.Height-head.Height) * pace).Seconds())
		report.Checks = []upgradeCheck{binaryCheck(ctx, conn.HomeDir, binary, plan.Plan.Name), roomCheck(conn.HomeDir)}
	}
	for _, c := range report.Checks {
		report.OK = report.OK && c.OK
	}
	if err := report.print(conn); err != nil || report.OK {
		return err
	}
	return errors.New("this machine is not ready for the upgrade: see above")
}

func (r upgradeReport) print(conn *connect.Conn) error {
	if conn.JSON() {
		return conn.PrintJSON(r)
	}
	if r.Upgrade == "" {
		conn.Say("No upgrade is planned; the chain is at height %d", r.Height)
	} else {
		conn.Say("%s is planned for height %d; the chain is at %d, %d blocks before it: about %s from now, %s", r.Upgrade, r.AtHeight, r.Height,
			r.AtHeight-r.Height, (time.Duration(r.SecondsLeft) * time.Second).Round(time.Second),
			table.Time(time.Now().Add(time.Duration(r.SecondsLeft)*time.Second)))
	}
	for _, c := range r.Checks {
		mark := "ok      "
		if !c.OK {
			mark = "not yet "
		}
		conn.Say("%s%s: %s", mark, c.Name, c.Found)
		if c.Remedy != "" {
			conn.Say("        %s", c.Remedy)
		}
	}
	return nil
}

// binaryCheck asks the binary that will run whether it knows the upgrade.
func binaryCheck(ctx context.Context, home, binary, name string) upgradeCheck {
	c := upgradeCheck{Name: "binary"}
	if binary == "" {
		binary = filepath.Join(home, "cosmovisor", "upgrades", name, "bin", "stemmad")
		if _, err := os.Stat(binary); err != nil {
			if binary, err = os.Executable(); err != nil {
				c.Found = err.Error()
				return c
			}
		}
	}
	known, err := upgradesOf(ctx, binary)
	switch {
	case err != nil:
		c.Found, c.Remedy = fmt.Sprintf("%s does not say what it knows (%v)", binary, err), "get the release that the plan names"
	case !slices.Contains(known, name):
		c.Found = fmt.Sprintf("%s does not know %s", binary, name)
		c.Remedy = fmt.Sprintf("put the release of %s where Cosmovisor finds it (cosmovisor/upgrades/%s/bin/stemmad), or name it with --binary",
			name, name)
	default:
		c.OK, c.Found = true, fmt.Sprintf("%s knows %s", binary, name)
	}
	return c
}

// knowsCheck asks a binary what it knows, while no upgrade is planned.
func knowsCheck(ctx context.Context, binary string) upgradeCheck {
	known, err := upgradesOf(ctx, binary)
	if err != nil {
		return upgradeCheck{Name: "binary", Found: fmt.Sprintf("%s does not say what it knows (%v)", binary, err), Remedy: "get a release"}
	}
	return upgradeCheck{Name: "binary", OK: true, Found: fmt.Sprintf("%s knows %s", binary, strings.Join(known, ", "))}
}

// upgradesOf asks a binary which upgrades it knows.
func upgradesOf(ctx context.Context, binary string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, binaryPatience)
	defer cancel()
	out, err := exec.CommandContext(ctx, binary, "upgrade", "list", "--output", "json").Output()
	if err != nil {
		return nil, err
	}
	var known knownUpgrades
	err = json.Unmarshal(out, &known)
	return known.Upgrades, err
}

// roomCheck looks whether the disk has room for a copy of the data, which is the way back.
func roomCheck(home string) upgradeCheck {
	c, folder := upgradeCheck{Name: "disk"}, filepath.Join(home, "data")
	free, err := ending.Free(folder)
	if err != nil {
		c.Found, c.Remedy = fmt.Sprintf("%s: %v", folder, err), "run this on the node's machine, with its --home"
		return c
	}
	size := folderSize(folder)
	c.Found = fmt.Sprintf("%s has %s, %s are free", folder, progress.Size(int64(size)), progress.Size(int64(free)))
	if c.OK = free >= size+minFreeDisk; !c.OK {
		c.Remedy = "make room for a copy of the data: without one there is no way back to before the upgrade"
	}
	return c
}
