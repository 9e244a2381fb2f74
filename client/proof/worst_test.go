package proof_test

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/signed"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/client/proof/wire"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var claim = prf.Question{Kind: prf.Claim, Request: &registrytypes.QueryWorkRequest{Work: registrytypes.WorkID{1}}}

func worstHeader(height int64, now, next signed.Set) *cmttypes.Header {
	hash := func() []byte { return make([]byte, sha256.Size) }
	return &cmttypes.Header{
		ChainID: "chain", Height: height, Time: time.Unix(1_800_000_000+height, 0).UTC(), LastCommitHash: hash(), DataHash: hash(),
		ValidatorsHash: now.Hash(), NextValidatorsHash: next.Hash(), ConsensusHash: hash(), AppHash: hash(), LastResultsHash: hash(),
		EvidenceHash: hash(), ProposerAddress: make([]byte, 20),
	}
}

// hops is a proof over so many headers that all are signed by the first of a set of so many validators, by equal power or by one that
// has almost all of it.
func hops(t *testing.T, headers, validators int, equal bool) *prf.Proof {
	keys := map[string]ed25519.PrivKey{}
	var list []*cmttypes.Validator
	for i := range validators {
		key := ed25519.GenPrivKeyFromSecret(binary.AppendUvarint(nil, uint64(i)))
		power := int64(1_000)
		if i == 0 && !equal {
			power *= 3 * int64(validators)
		}
		v := cmttypes.NewValidator(key.PubKey(), power)
		keys[string(v.Address)], list = key, append(list, v)
	}
	set, ok := signed.SetOf(cmttypes.NewValidatorSet(list))
	require.True(t, ok)
	p := &prf.Proof{ChainID: "chain", Trusted: worstHeader(1, set, set), Fact: claim}
	for i := range headers {
		h := worstHeader(int64(10*i+10), set, set)
		id := cmttypes.BlockID{Hash: h.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: make([]byte, 32)}}
		commit := &cmttypes.Commit{BlockID: id}
		need := validators*2/3 + 1
		for n, v := range set {
			if !equal && n > 0 || n > need {
				commit.Signatures = append(commit.Signatures, cmttypes.NewCommitSigAbsent())
				continue
			}
			vote := cmtproto.Vote{Type: cmtproto.PrecommitType, Height: h.Height, BlockID: id.ToProto(), Timestamp: h.Time}
			signature, err := keys[string(v.Address)].Sign(cmttypes.VoteSignBytes("chain", &vote))
			require.NoError(t, err)
			commit.Signatures = append(commit.Signatures, cmttypes.CommitSig{
				BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: v.Address, Timestamp: h.Time, Signature: signature,
			})
		}
		c, whole := signed.Take(set, h, commit)
		require.True(t, whole)
		p.Hops = append(p.Hops, signed.Hop{From: set, Set: set, Header: h, Commit: c})
	}
	return p
}

// rowsOf is a proof of rows with as many of the smallest rows as there can be.
func rowsOf(depth int, next *uint32) []byte {
	if depth == 0 {
		*next++
		return wire.AppendField(wire.AppendField([]byte{0, 1}, binary.BigEndian.AppendUint32(nil, *next)), nil)
	}
	return append(append([]byte{2, byte(depth), 1, 1}, rowsOf(depth-1, next)...), rowsOf(depth-1, next)...)
}

// The worst files that the limits allow take a bounded time and memory; the numbers are in the log.
func TestTheWorstFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes many signatures")
	}
	var next uint32
	store := rowsOf(16, &next)
	require.Less(t, len(store), 1<<20)
	state := wire.AppendField(wire.AppendField([]byte{0}, []byte("a")), store)
	shown, err := stores.Read(state)
	require.NoError(t, err)
	hash := shown.Hash()
	rows := &prf.Proof{ChainID: "chain", Trusted: worstHeader(1, nil, nil), State: state, Fact: claim}
	rows.Trusted.AppHash = hash[:]
	for _, c := range []struct {
		name string
		p    *prf.Proof
	}{
		{"64 headers, 4,096 validators, one signs", hops(t, 64, 4096, false)},
		{"20 headers, 4,096 equal validators", hops(t, 20, 4096, true)},
		{"65,536 rows", rows},
	} {
		raw := c.p.Encode()
		require.LessOrEqual(t, len(raw), prf.MaxBytes)
		c.p = nil
		var before, after, live runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		p, err := prf.Read(raw)
		require.NoError(t, err)
		read := time.Since(start)
		runtime.GC()
		runtime.ReadMemStats(&live)
		start = time.Now()
		_, err = p.Check()
		checked := time.Since(start)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		t.Logf("%s: %d bytes, read in %s, %d MB stay, checked in %s, %d MB allocated: %v", c.name, len(raw), read,
			(int64(live.HeapAlloc)-int64(before.HeapAlloc))>>20, checked, (after.TotalAlloc-before.TotalAlloc)>>20, err)
		require.Less(t, int64(live.HeapAlloc)-int64(before.HeapAlloc), int64(128<<20), c.name)
	}
}

// A header between that is not needed is refused: else the same is told by two files.
func TestNoNeedlessHeaderIsBetween(t *testing.T) {
	_, err := hops(t, 2, 4, true).Check()
	require.ErrorIs(t, err, prf.ErrRefuted)
	require.ErrorContains(t, err, "not needed")
}
