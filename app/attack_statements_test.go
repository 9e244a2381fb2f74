package app_test

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// anchorLeaves anchors leaves and returns the proof of one.
func anchorLeaves(t *testing.T, c *chain.Chain, by chain.Account, salt [32]byte, of int, leaves ...[32]byte) *registrytypes.AnchorProof {
	t.Helper()
	root, proofs, err := anchor.Build(leaves)
	require.NoError(t, err)
	c.MustDeliver(by, &registrytypes.MsgAnchor{Account: by.String(), Root: root, Total: uint64(len(leaves))})
	p := registrytypes.NewAnchorProof(root, salt, proofs[of])
	return &p
}

// A record has an anchor's time only as it was stated, by who stated it, and by a leaf that is a statement's.
func TestAttackARecordBorrowsATime(t *testing.T) {
	c, id := agency(t)
	const seventh = 7
	output, song, sung := c.Register("output", alice), c.Register("song", alice), c.Register("sung", alice)
	declare := func() *lineagetypes.MsgDerive {
		return &lineagetypes.MsgDerive{
			Owner: alice.String(), Work: output.ID,
			Record: &lineagetypes.GenerationRecord{Agent: id, Model: "a model", Provider: "a", SystemName: "bc"},
			Sources: []lineagetypes.Source{
				{Work: song.ID, Role: lineagetypes.ROLE_CITES, Weight: 10},
				{Work: sung.ID, Role: lineagetypes.ROLE_CITES},
				{External: &lineagetypes.External{Uri: "https://a.example"}, Role: lineagetypes.ROLE_INPUT_TO},
			},
		}
	}
	good := declare()
	digest := lineagetypes.StatementDigest(good.Work, good.Sources, *good.Record)
	salt := [32]byte{seventh}
	leaf := anchor.StatementLeaf(chain.ID, alice.Address, salt, digest)
	others := [][32]byte{{1}, {2}, {3}}
	good.Anchor = anchorLeaves(t, c, alice, salt, 1, others[0], leaf, others[1], others[2])
	since := c.Now()
	asContent := anchorLeaves(t, c, alice, salt, 0, anchor.Leaf(chain.ID, alice.Address, salt, digest), others[0])
	elsewhere := anchorLeaves(t, c, alice, salt, 0, anchor.StatementLeaf("stemma-2", alice.Address, salt, digest), others[0])
	theirs := anchorLeaves(t, c, bob, salt, 0, anchor.StatementLeaf(chain.ID, bob.Address, salt, digest), others[0])
	copied := anchorLeaves(t, c, bob, salt, 0, leaf, others[2])
	node := sha256.Sum256(append([]byte{0}, leaf[:]...))
	inner := anchorLeaves(t, c, alice, salt, 0, node, others[0])
	c.Advance(time.Hour)

	for what, change := range map[string]func(m *lineagetypes.MsgDerive){
		"a content's leaf":     func(m *lineagetypes.MsgDerive) { m.Anchor = asContent },
		"another chain's":      func(m *lineagetypes.MsgDerive) { m.Anchor = elsewhere },
		"somebody else's":      func(m *lineagetypes.MsgDerive) { m.Anchor = theirs },
		"a leaf that is taken": func(m *lineagetypes.MsgDerive) { m.Anchor = copied },
		"an inner node":        func(m *lineagetypes.MsgDerive) { m.Anchor = inner },
		"another place":        func(m *lineagetypes.MsgDerive) { m.Anchor.Index = 0 },
		"fewer leaves":         func(m *lineagetypes.MsgDerive) { m.Anchor.Total, m.Anchor.Path = 2, m.Anchor.Path[:1] },
		"another model":        func(m *lineagetypes.MsgDerive) { m.Record.Model = "a modem" },
		"another agent":        func(m *lineagetypes.MsgDerive) { m.Record.Agent = agenttypes.AgentID{} },
		"letters moved on":     func(m *lineagetypes.MsgDerive) { m.Record.Provider, m.Record.SystemName = "ab", "c" },
		"a time":               func(m *lineagetypes.MsgDerive) { at := since.Add(-time.Hour); m.Record.GeneratedAt = &at },
		"fewer sources":        func(m *lineagetypes.MsgDerive) { m.Sources = m.Sources[:2] },
		"another order":        func(m *lineagetypes.MsgDerive) { slices.Reverse(m.Sources) },
		"another weight":       func(m *lineagetypes.MsgDerive) { m.Sources[0].Weight++ },
		"another role":         func(m *lineagetypes.MsgDerive) { m.Sources[2].Role = lineagetypes.ROLE_CITES },
		"another work":         func(m *lineagetypes.MsgDerive) { m.Work, m.Sources = song.ID, m.Sources[1:] },
	} {
		m := declare()
		p := *good.Anchor
		m.Anchor = &p
		change(m)
		r := c.Deliver(alice, m)
		require.NotZero(t, r.Code, what)
		codes := []uint32{registrytypes.ErrInvalidProof.ABCICode(), registrytypes.ErrAnchorNotFound.ABCICode()}
		require.Contains(t, codes, r.Code, "%s: %s", what, r.Log)
		require.Equal(t, registrytypes.ErrInvalidProof.Codespace(), r.Codespace, what)
	}
	// Nor is a statement's leaf a content's.
	file := []byte("stemma/statement/v1")
	for _, field := range []string{output.ID.String(), "", "m", "", "", "", "", "", ""} {
		file = append(binary.BigEndian.AppendUint32(file, uint32(len(field))), field...)
	}
	spelled := sha256.Sum256(file)
	require.Equal(t, spelled, [32]byte(lineagetypes.StatementDigest(output.ID, nil, lineagetypes.GenerationRecord{Model: "m"})))
	register := chain.RegisterMsg(alice, "spelled")
	register.Works[0].Sha256 = spelled
	register.Works[0].AnchorProof = anchorLeaves(t, c, alice, salt, 0, anchor.StatementLeaf(chain.ID, alice.Address, salt, spelled), others[1])
	requireCode(t, c.Deliver(alice, register), registrytypes.ErrInvalidProof)

	c.MustDeliver(alice, good)
	record, err := c.App.Keepers.Lineage.Records.Get(c.Ctx(), output.ID)
	require.NoError(t, err)
	require.Equal(t, since.UTC(), record.AnchoredAt.UTC())
	c.RequireInvariants()
}
