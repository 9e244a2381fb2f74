package vectors

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/generation"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

type statements struct {
	Statements []statement `json:"statements"`
	// Salts are those of a batch's leaves.
	Salts []batchSalt `json:"salts"`
}

type statement struct {
	// Declaration declares it, as JSON of MsgDerive.
	Declaration json.RawMessage      `json:"declaration"`
	Digest      registrytypes.Digest `json:"digest"`
	// Leaf is that of the owner's anchor, by chain id and salt.
	ChainID string   `json:"chain_id"`
	Salt    hexBytes `json:"salt"`
	Leaf    hexBytes `json:"leaf"`
}

type batchSalt struct {
	Seed  hexBytes `json:"seed"`
	Index uint64   `json:"index,string"`
	Salt  hexBytes `json:"salt"`
}

func makeStatements(t *testing.T) any {
	var all statements
	marshal := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	owner := sdk.AccAddress(addresses[0])
	work := func(name string) registrytypes.WorkID {
		return registrytypes.NewWorkID(owner, sha256.Sum256([]byte(name)))
	}
	at := func(seconds, nanos int64) *time.Time {
		moment := time.Unix(seconds, nanos).UTC()
		return &moment
	}
	digest := registrytypes.Digest(sha256.Sum256([]byte("a prompt")))
	for _, msg := range []lineagetypes.MsgDerive{
		{Record: &lineagetypes.GenerationRecord{Model: "painter"}},
		{Record: &lineagetypes.GenerationRecord{Model: work("model").String(), GeneratedAt: at(1_800_000_000, 0)}},
		{
			Sources: []lineagetypes.Source{
				{Work: work("photo"), Role: lineagetypes.ROLE_PARENT_OF, Weight: 600_000},
				{Work: work("sketch"), Role: lineagetypes.ROLE_INPUT_TO, Weight: 399_999},
				{External: &lineagetypes.External{Uri: "https://example.org/%C3%A9t%C3%A9"}, Role: lineagetypes.ROLE_COMPONENT_OF, Weight: 1},
				{External: &lineagetypes.External{Sha256: digest}, Role: lineagetypes.ROLE_CITES},
			},
			Record: &lineagetypes.GenerationRecord{
				Agent: agenttypes.NewAgentID(owner, "painter"), Model: "画家-2", Provider: "Acme", SystemName: "Atelier", SystemVersion: "2.1",
				GeneratedAt: at(1_800_000_000, 120_000_000), UniqueId: "out-7", PromptSha256: digest,
			},
		},
		{Record: &lineagetypes.GenerationRecord{Model: "m", GeneratedAt: at(-1, 1)}},
	} {
		msg.Owner, msg.Work = owner.String(), work("output")
		require.NoError(t, msg.ValidateBasic())
		encoded, err := marshal.MarshalJSON(&msg)
		require.NoError(t, err)
		digest, salt := lineagetypes.StatementDigest(msg.Work, msg.Sources, *msg.Record), sha256.Sum256(encoded)
		leaf := anchor.StatementLeaf("stemma-1", owner, salt, digest)
		all.Statements = append(all.Statements, statement{encoded, digest, "stemma-1", salt[:], leaf[:]})
	}
	for i := range 4 {
		b := generation.Batch{Seed: sha256.Sum256(fmt.Append(nil, "seed ", i))}
		index := uint64(i) << (20 * i)
		salt := b.Salt(index)
		all.Salts = append(all.Salts, batchSalt{b.Seed[:], index, salt[:]})
	}
	return all
}
