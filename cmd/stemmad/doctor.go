package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/health"
)

func doctorCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is the matter with this machine's node, and what to do about it",
		Long: `Doctor looks at the node of a home folder, whether it runs or not, and prints a line for each thing
that it looked at: ok, note or bad, a code that stays the same, what was found, and below it what to
do. It changes nothing. With something bad it exits with 1.

  running        the node answers                 sync           the last block, and how old it is
  only-me        the others have the same         peers          how many, and which side called
  clock          block time, and the system's     sign-key       nobody else signs with its key
  missed-blocks  what the chain counted           upgrade        the planned one is known here
  state          it says what the chain has of it
  disk           room that is left                disk-growth    bytes a day
  open-files     enough for the databases         settings       traps in config.toml and app.toml
  others         nodes that were named to be asked, and could not be

Whether the fault is this node's alone it learns from its peers, from rpc_servers of config.toml, and
from nodes that --rpc names; those also show what is signed with its key while it does not run.`,
		Example: `  stemmad doctor
  stemmad doctor --rpc https://rpc.example.org
  stemmad doctor --output json | jq '.findings[] | select(.mark == "bad")'`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{settingless: ""},
	}
	cmd.Flags().StringArray(flagRPC, nil, "address of another node's RPC; may be repeated")
	return asking(cmd, diagnose)
}

// diagnosis is what doctor found, for programs.
type diagnosis struct {
	Home     string           `json:"home"`
	OK       bool             `json:"ok"`
	Findings []health.Finding `json:"findings"`
}

func diagnose(ctx context.Context, conn *connect.Conn, _ []string) error {
	e := diagnosis{conn.HomeDir, true, nil}
	if facts, err := gatherFacts(ctx, conn); err != nil {
		e.Findings = []health.Finding{health.Unreadable(err)}
	} else {
		e.Findings = health.Judge(facts)
	}
	for _, f := range e.Findings {
		e.OK = e.OK && f.Mark != health.Bad
	}
	var err error
	if conn.JSON() {
		err = conn.PrintJSON(e)
	} else {
		for _, f := range e.Findings {
			conn.Say("%-5s%-19s%s", f.Mark, f.Code, f.Found)
			if f.Remedy != "" {
				conn.Say("%24s%s", "", f.Remedy)
			}
		}
	}
	if err == nil && !e.OK {
		err = exitError{code: exitFailed, err: errors.New("something is bad: see above"), said: conn.JSON()}
	}
	return err
}
