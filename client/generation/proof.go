package generation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/onereading"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Format is what a proof's file begins with.
const Format = "stemma/generation-proof/v1"

var (
	// ErrUnreadable says that a file is no proof of a statement.
	ErrUnreadable = errors.New("no proof of a statement")
	// ErrRefuted says that a proof does not lead to its anchor, or not to that on the chain.
	ErrRefuted = errors.New("refuted")
)

// Proof shows that an anchor holds one statement. Nothing of the others is in it.
type Proof struct {
	Format  string `json:"format"`
	ChainID string `json:"chain_id"`
	Account string `json:"account"`
	// Root, Total, Index, Salt and Path lead from the statement to the anchor.
	Root  registrytypes.Digest   `json:"root"`
	Total uint64                 `json:"total"`
	Index uint64                 `json:"index"`
	Salt  registrytypes.Salt     `json:"salt"`
	Path  []registrytypes.Digest `json:"path"`
	// Work and what follows are the statement, as a manifest writes it. The work's id holds the account and the
	// content's SHA-256.
	Work  registrytypes.WorkID `json:"work"`
	Agent agenttypes.AgentID   `json:"agent,omitzero"`
	Said
	Sources []Source `json:"sources,omitempty"`
	// AnchorProof is a proof that the chain has the anchor, as package client/proof reads it; empty: ask a node.
	AnchorProof []byte `json:"anchor_proof,omitempty"`
}

// Proof of a member's statement, for whoever is to see it.
func (o *Opened) Proof(member Member) Proof {
	p := Proof{
		Format: Format, ChainID: o.ChainID, Account: o.Account, Root: o.Root, Total: member.Stated.Total, Index: member.Stated.Index,
		Salt: member.Stated.Salt, Path: member.Stated.Path, Work: member.Work, Agent: o.Agent,
	}
	p.Said, p.Sources = member.Statement.written()
	return p
}

// written is a statement as a proof has it, and in no other way.
func (s Statement) written() (Said, []Source) {
	var sources []Source
	for _, source := range s.Sources {
		sources = append(sources, written(source))
	}
	return said(s.Record), sources
}

// ReadProof reads a proof's file. It fails with ErrUnreadable, for fields that are not known or stand twice too.
func ReadProof(raw []byte) (p Proof, err error) {
	if err := onereading.JSON(raw, &p); err != nil {
		return p, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if p.Format != Format {
		return p, fmt.Errorf("%w: its format is %q, this program reads %s", ErrUnreadable, p.Format, Format)
	}
	return p, nil
}

// Check checks, without a node, that the statement leads to the root, and returns it. It fails with ErrRefuted.
// That the account anchored the root is to be checked beside it, by Anchored.
func (p Proof) Check() (Statement, error) {
	account, err := sdk.AccAddressFromBech32(p.Account)
	if err != nil {
		return Statement{}, fmt.Errorf("%w: account %q: %w", ErrRefuted, p.Account, err)
	}
	statement, err := StatementOf(account, p.Work, p.Agent, p.Said, p.Sources)
	if err != nil {
		return statement, fmt.Errorf("%w: the statement is none that could be declared: %w", ErrRefuted, err)
	}
	// What no hash is over would be shown as if it were proved.
	if said, sources := statement.written(); said != p.Said || !slices.Equal(sources, p.Sources) {
		return statement, fmt.Errorf("%w: the statement is not written as a proof has it, or something stands beside it", ErrRefuted)
	}
	path := registrytypes.AnchorProof{Root: p.Root, Salt: p.Salt, Index: p.Index, Total: p.Total, Path: p.Path}
	leaf := anchor.StatementLeaf(p.ChainID, account, p.Salt, statement.Digest())
	if err := path.Proof().Verify(p.Root, leaf); err != nil {
		return statement, fmt.Errorf("%w: the statement does not lead to the anchor %s: %w", ErrRefuted, p.Root, err)
	}
	if p.Index%leavesEach != 1 {
		return statement, fmt.Errorf("%w: leaf %d is a content's, a statement's is odd", ErrRefuted, p.Index)
	}
	return statement, nil
}

// Anchored checks the proof beside what the chain says of the anchor that it names. It fails with ErrRefuted, as
// where the statement says a time after the anchor's, by more than clocks differ.
func (p Proof) Anchored(chainID string, row registrytypes.Anchor) error {
	switch {
	case p.ChainID != chainID:
		return fmt.Errorf("%w: it is of the chain %s, not %s", ErrRefuted, p.ChainID, chainID)
	case p.Total != row.Total:
		return fmt.Errorf("%w: it says %d leaves, the anchor has %d", ErrRefuted, p.Total, row.Total)
	}
	if p.GeneratedAt == "" {
		return nil
	}
	made, err := time.Parse(time.RFC3339, p.GeneratedAt)
	if err != nil {
		return fmt.Errorf("%w: time %q of generation: %w", ErrRefuted, p.GeneratedAt, err)
	}
	if made.After(row.Priority.Time.Add(lineagetypes.ClockTolerance)) {
		return fmt.Errorf("%w: it says that the output was made at %s, after its anchor of %s: that was made up", ErrRefuted,
			p.GeneratedAt, row.Priority.Time.UTC().Format(time.RFC3339))
	}
	return nil
}

// IsOf says whether the statement is about a content.
func (p Proof) IsOf(content registrytypes.Digest) bool {
	account, err := sdk.AccAddressFromBech32(p.Account)
	return err == nil && registrytypes.NewWorkID(account, content) == p.Work
}
