package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/generation"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxStatementProof is the most bytes of a proof of a statement with that of its anchor.
const maxStatementProof = 4 << 20

func generateCheckCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check PROOF [FILE]",
		Short: "Check a proof of what a batch states about one output",
		Long: `Check checks a file that "stemmad generate prove" wrote: that its statement leads to the anchor that it names, and that
the account anchored that on the chain. It asks a node about the anchor; with --trust it asks nobody, and
rests on the header of a block that you know, as "stemmad verify" does. With FILE it also checks that the statement
is about that file.

It says what was stated and since when it was, not that it is true.

Exit codes: 0 proved, 16 refuted, 17 not verified: nothing that is trusted leads to it; 18 the file is no proof.`,
		Example: `  stemmad generate check proof.json image.png
  stemmad generate check proof.json image.png --trust 4711:C5F1...E09A`,
		Args:        cobra.RangeArgs(1, 2),
		Annotations: map[string]string{homelessWith: flagTrust},
	}
	f := cmd.Flags()
	f.String(flagTrust, "", "the header that you trust, as HEIGHT:HASH: no node is asked")
	f.Duration(flagPeriod, prf.DefaultPeriod, "how long signatures count from the time of the trusted header on")
	asking(cmd, func(ctx context.Context, conn *connect.Conn, args []string) error {
		return checkStatement(ctx, cmd, args, func(p generation.Proof) (time.Time, error) { return askedSince(ctx, conn, p) })
	})
	ask := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed(flagTrust) {
			return checkStatement(cmd.Context(), cmd, args, func(p generation.Proof) (time.Time, error) { return provenSince(cmd, p) })
		}
		return ask(cmd, args)
	}
	return cmd
}

// checkedStatement is what check says for programs.
type checkedStatement struct {
	// Result is proved, refuted, unverified or unreadable.
	Result  string               `json:"result"`
	Why     string               `json:"why,omitempty"`
	ChainID string               `json:"chain_id,omitempty"`
	Account string               `json:"account,omitempty"`
	Root    registrytypes.Digest `json:"root,omitzero"`
	// Since is the anchor's time.
	Since *time.Time           `json:"since,omitempty"`
	Work  registrytypes.WorkID `json:"work,omitzero"`
	Agent agenttypes.AgentID   `json:"agent,omitzero"`
	// What was stated, as a manifest has it.
	generation.Said
	Sources []generation.Source `json:"sources,omitempty"`
}

// checkStatement checks a proof. since says when its root was anchored.
func checkStatement(
	ctx context.Context, cmd *cobra.Command, args []string, since func(generation.Proof) (time.Time, error),
) error {
	proof, err := readStatementProof(args[0])
	if err == nil {
		err = isAbout(ctx, proof, args[1:])
	}
	said := checkedStatement{}
	if err == nil {
		var at time.Time
		if at, err = since(proof); err == nil {
			said.Since = &at
		}
	}
	err = stateError(err)
	said.Result, said.Why = resultOf(err), whyOf(err)
	if said.Result == "failed" {
		return err
	}
	if said.Result == "proved" || said.Result == "unverified" {
		said.ChainID, said.Account, said.Root, said.Work = proof.ChainID, proof.Account, proof.Root, proof.Work
		said.Agent, said.Said, said.Sources = proof.Agent, proof.Said, proof.Sources
	}
	if asJSON, _ := cmd.Flags().GetString(flags.FlagOutput); asJSON == flags.OutputFormatJSON {
		if printErr := printIndented(cmd.OutOrStdout(), said); printErr != nil {
			return printErr
		}
	} else if printErr := said.print(cmd.OutOrStdout()); printErr != nil {
		return printErr
	}
	return exitOfProof(err)
}

func readStatementProof(path string) (generation.Proof, error) {
	f, err := os.Open(path)
	if err != nil {
		return generation.Proof{}, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxStatementProof+1))
	switch {
	case err != nil:
		return generation.Proof{}, fmt.Errorf("read %s: %w", path, err)
	case len(raw) > maxStatementProof:
		return generation.Proof{}, fmt.Errorf("%w: %s has more than %d bytes", generation.ErrUnreadable, path, maxStatementProof)
	}
	proof, err := generation.ReadProof(raw)
	if err != nil {
		return proof, err
	}
	_, err = proof.Check()
	return proof, err
}

// isAbout checks that the statement is about a file, where one is named.
func isAbout(ctx context.Context, proof generation.Proof, files []string) error {
	if len(files) == 0 {
		return nil
	}
	named, err := target.Parse(ctx, files[0])
	if err != nil {
		return err
	}
	if named.ID == proof.Work || named.Digest != nil && proof.IsOf(*named.Digest) {
		return nil
	}
	return fmt.Errorf("%w: it is about another content than %s", generation.ErrRefuted, files[0])
}

// askedSince asks a node since when the proof's root is anchored.
func askedSince(ctx context.Context, conn *connect.Conn, p generation.Proof) (time.Time, error) {
	network, err := conn.Network()
	if err != nil {
		return time.Time{}, err
	}
	if p.ChainID != network {
		return time.Time{}, fmt.Errorf("%w: it is of the chain %s, and the node's is %s: ask one of that chain with --node", prf.ErrUnverified,
			p.ChainID, network)
	}
	res, err := conn.Registry().Anchor(ctx, &registrytypes.QueryAnchorRequest{Account: p.Account, Root: p.Root})
	if status.Code(err) == codes.NotFound {
		return time.Time{}, fmt.Errorf("%w: %s has not anchored %s", generation.ErrRefuted, p.Account, p.Root)
	}
	if err != nil {
		return time.Time{}, err
	}
	return res.Anchor.Priority.Time, p.Anchored(network, res.Anchor)
}

// provenSince checks the anchor's own proof under the header that is trusted.
func provenSince(cmd *cobra.Command, p generation.Proof) (time.Time, error) {
	policy, trust, err := policyOf(cmd.Flags())
	if err != nil {
		return time.Time{}, err
	}
	if len(p.AnchorProof) == 0 {
		return time.Time{}, fmt.Errorf("%w: it has no proof of the anchor: ask a node, without --%s", prf.ErrUnverified, flagTrust)
	}
	chain, err := prf.Read(p.AnchorProof)
	if err != nil {
		return time.Time{}, err
	}
	proven, err := chain.Check()
	if err != nil {
		return time.Time{}, err
	}
	question, about := chain.Fact.(prf.Question)
	answer, isAnchor := proven.Answer.(*registrytypes.QueryAnchorResponse)
	if !about || question.Kind != prf.Anchor || !isAnchor {
		return time.Time{}, fmt.Errorf("%w: its proof of the anchor is about something else", prf.ErrRefuted)
	}
	if asked := question.Request.(*registrytypes.QueryAnchorRequest); asked.Account != p.Account || asked.Root != p.Root {
		return time.Time{}, fmt.Errorf("%w: its proof of the anchor is about that of %s, %s", prf.ErrRefuted, asked.Account, asked.Root)
	}
	if err := p.Anchored(proven.ChainID, answer.Anchor); err != nil {
		return time.Time{}, err
	}
	if trust == nil {
		return time.Time{}, errors.New("--trust is empty")
	}
	return answer.Anchor.Priority.Time, chain.Rests(*trust, policy)
}

// print says it to people.
func (c checkedStatement) print(out io.Writer) error {
	line := headlines[c.Result]
	if c.Why != "" {
		line += ": " + c.Why
	}
	fmt.Fprintln(out, table.Clean(line))
	if c.Work.IsZero() {
		return nil
	}
	since := ""
	if c.Since != nil {
		since = table.Time(*c.Since)
	}
	agent := ""
	if !c.Agent.IsZero() {
		agent = c.Agent.String()
	}
	if err := table.Fields(out, "stated by", c.Account, "since", since, "on", c.ChainID, "work", c.Work.String(), "agent", agent,
		"model", c.Model, "provider", c.Provider, "system", c.System, "version", c.SystemVersion, "made", c.GeneratedAt, "id", c.OutputID,
		"prompt's SHA-256", c.PromptSHA256, "anchor", c.Root.String()); err != nil {
		return err
	}
	tab := table.New("made from", "role", ">part")
	for _, s := range c.Sources {
		part := ""
		if s.Weight > 0 {
			part = s.Weight.String() + " %"
		}
		tab.Row(s.Work+s.URI+s.SHA256, s.Role, part)
	}
	if tab.Len() > 0 {
		if err := tab.Write(out); err != nil {
			return err
		}
	}
	if agent != "" {
		fmt.Fprintln(out, "Whether the agent is the account's is checked where this is declared, and not by a proof.")
	}
	fmt.Fprintln(out, "It says what the account stated and since when, not that it is true, nor that it stated nothing else of this output.")
	return nil
}
