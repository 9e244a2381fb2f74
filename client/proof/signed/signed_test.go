package signed_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/proof/signed"
	"github.com/stemma-chain/stemma/client/proof/wire"
)

const chainID = "stemma-test"

func hashOf(text string) []byte {
	hash := sha256.Sum256([]byte(text))
	return hash[:]
}

func key(i int) ed25519.PrivKey {
	return ed25519.GenPrivKeyFromSecret(fmt.Appendf(nil, "validator %d", i))
}

// set has validators of these powers; 0: that one is not in it.
func set(powers ...int64) signed.Set {
	var list []*cmttypes.Validator
	for i, power := range powers {
		if power > 0 {
			list = append(list, cmttypes.NewValidator(key(i).PubKey(), power))
		}
	}
	s, _ := signed.SetOf(cmttypes.NewValidatorSet(list))
	return s
}

func header(height int64, now, next signed.Set) *cmttypes.Header {
	return &cmttypes.Header{
		Version: cmtversion.Consensus{Block: 11, App: 3}, ChainID: chainID, Height: height, Time: time.Unix(1_790_000_000+height, 5).UTC(),
		LastBlockID:    cmttypes.BlockID{Hash: hashOf("last"), PartSetHeader: cmttypes.PartSetHeader{Total: 2, Hash: hashOf("parts")}},
		LastCommitHash: hashOf("commit"), DataHash: hashOf("data"), ValidatorsHash: now.Hash(), NextValidatorsHash: next.Hash(),
		ConsensusHash: hashOf("consensus"), AppHash: hashOf("app"), LastResultsHash: hashOf("results"), EvidenceHash: hashOf("evidence"),
		ProposerAddress: hashOf("proposer")[:20],
	}
}

// commit has the signatures of those whose keys are named.
func commit(h *cmttypes.Header, by signed.Set, signs func(i int) bool) *cmttypes.Commit {
	keys := map[string]ed25519.PrivKey{}
	for i := range 32 {
		keys[string(key(i).PubKey().Address())] = key(i)
	}
	id := cmttypes.BlockID{Hash: h.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hashOf("own parts")}}
	c := &cmttypes.Commit{Height: h.Height, Round: 2, BlockID: id}
	for i, v := range by {
		at := h.Time.Add(time.Duration(i-1) * time.Second)
		vote := cmtproto.Vote{Type: cmtproto.PrecommitType, Height: h.Height, Round: 2, BlockID: id.ToProto(), Timestamp: at}
		signature, err := keys[string(v.Address)].Sign(cmttypes.VoteSignBytes(h.ChainID, &vote))
		if err != nil {
			panic(err)
		}
		s := cmttypes.CommitSig{BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: v.Address, Timestamp: at, Signature: signature}
		if !signs(i) {
			s = cmttypes.NewCommitSigAbsent()
		}
		c.Signatures = append(c.Signatures, s)
	}
	return c
}

func all(int) bool { return true }

// Every byte of a header counts: another one is another header, or none.
func TestEveryByteOfAHeaderCounts(t *testing.T) {
	first := header(1, set(1), set(1))
	first.LastBlockID = cmttypes.BlockID{}
	for _, h := range []*cmttypes.Header{header(7, set(1), set(2)), first} {
		require.True(t, signed.Complete(h))
		raw := signed.AppendHeader(nil, h)
		r := wire.New(raw)
		again := signed.ReadHeader(r, chainID)
		require.NoError(t, r.Done())
		require.Equal(t, h.Hash(), again.Hash())
		require.NotEqual(t, signed.HashOf(h), signed.HashOf(func() *cmttypes.Header { o := *h; o.ChainID = "other"; return &o }()))
		for i := range raw {
			for bit := range 8 {
				other := bytes.Clone(raw)
				other[i] ^= 1 << bit
				r := wire.New(other)
				read := signed.ReadHeader(r, chainID)
				if r.Done() == nil {
					require.NotEqual(t, h.Hash(), read.Hash(), "byte %d", i)
				}
			}
			r := wire.New(raw[:i])
			signed.ReadHeader(r, chainID)
			require.ErrorIs(t, r.Done(), wire.ErrUnreadable)
		}
	}
	incomplete := header(7, set(1), set(1))
	incomplete.AppHash = nil
	require.False(t, signed.Complete(incomplete))
}

// A set is what changed from another, in one way only.
func TestSets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		powers := rapid.SliceOfN(rapid.Int64Range(0, 3), 1, 12)
		from, to := set(powers.Draw(rt, "from")...), set(append(powers.Draw(rt, "to"), 1)...)
		raw := signed.AppendSet(nil, from, to)
		r := wire.New(raw)
		read := signed.ReadSet(r, from)
		require.NoError(rt, r.Done())
		require.Equal(rt, to.Hash(), read.Hash())
		require.True(rt, to.Equal(read))
		require.Equal(rt, raw, signed.AppendSet(nil, from, read))
	})
	base := set(1, 2)
	whole := signed.AppendSet(nil, nil, base)
	entry := len(whole) / 2
	swapped := append([]byte{2}, append(bytes.Clone(whole[1+entry:]), whole[1:1+entry]...)...)
	twice := append([]byte{3}, append(bytes.Clone(whole[1:]), whole[1+entry:]...)...)
	gone := append(append([]byte{1}, key(5).PubKey().Bytes()...), 0)
	huge := append([]byte{1}, wire.AppendNumber(bytes.Clone(key(0).PubKey().Bytes()), uint64(cmttypes.MaxTotalVotingPower)+1)...)
	for name, raw := range map[string][]byte{
		"out of order": swapped, "twice": twice, "nobody left": {0}, "who was not there left": gone, "too much power": huge,
		"too many": {0xff, 0xff, 0xff, 0x7f},
	} {
		r := wire.New(raw)
		signed.ReadSet(r, nil)
		require.ErrorIs(t, r.Done(), wire.ErrUnreadable, name)
	}
	r := wire.New(signed.AppendSet(nil, nil, base))
	signed.ReadSet(r, base)
	require.ErrorContains(t, r.Done(), "did not change")
}

// A commit has signatures over two thirds and no more, and each of them counts.
func TestHops(t *testing.T) {
	old, now := set(5, 5, 5, 5), set(5, 5, 5, 0, 5)
	trusted, h := header(10, old, old), header(20, now, now)
	c, whole := signed.Take(now, h, commit(h, now, all))
	require.True(t, whole)
	require.Len(t, c.Signatures, 3)
	raw := signed.AppendCommit(nil, now, c)
	r := wire.New(raw)
	read := signed.ReadCommit(r, now)
	require.NoError(t, r.Done())
	require.Equal(t, raw, signed.AppendCommit(nil, now, read))
	hop := signed.Hop{From: old, Set: now, Header: h, Commit: read}
	require.NoError(t, hop.Check(trusted))

	_, whole = signed.Take(now, h, commit(h, now, func(i int) bool { return i < 2 }))
	require.False(t, whole)
	few, more := c, c
	few.Signatures = c.Signatures[:2]
	more.Signatures = append(bytesOf(c), signed.Signature{Place: 3, Bytes: c.Signatures[0].Bytes})
	for _, wrong := range []signed.Commit{few, more} {
		r := wire.New(signed.AppendCommit(nil, now, wrong))
		signed.ReadCommit(r, now)
		require.ErrorIs(t, r.Done(), wire.ErrUnreadable)
	}
	for name, spoil := range map[string]func(*signed.Hop){
		"an earlier header":          func(hop *signed.Hop) { hop.Header = header(10, now, now) },
		"another set from":           func(hop *signed.Hop) { hop.From = now },
		"another set":                func(hop *signed.Hop) { hop.Set = old },
		"another time":               func(hop *signed.Hop) { hop.Commit.Signatures[0].After++ },
		"another round":              func(hop *signed.Hop) { hop.Commit.Round++ },
		"other parts":                func(hop *signed.Hop) { hop.Commit.Parts.Total++ },
		"another chain":              func(hop *signed.Hop) { other := *h; other.ChainID = "other"; hop.Header = &other },
		"a signature of another":     func(hop *signed.Hop) { hop.Commit.Signatures[0].Bytes = c.Signatures[1].Bytes },
		"a header before its parent": func(hop *signed.Hop) { other := *h; other.Time = trusted.Time; hop.Header = &other },
	} {
		spoiled := hop
		spoiled.Commit.Signatures = bytesOf(read)
		spoil(&spoiled)
		require.ErrorIs(t, spoiled.Check(trusted), signed.ErrNotSigned, name)
	}

	// Too few stayed; and right behind a header all must have.
	strangers := set(0, 0, 0, 5, 5, 5)
	h = header(20, strangers, strangers)
	c, _ = signed.Take(strangers, h, commit(h, strangers, all))
	require.ErrorContains(t, signed.Hop{From: old, Set: strangers, Header: h, Commit: c}.Check(trusted), "not over a third")
	h = header(11, now, now)
	c, _ = signed.Take(now, h, commit(h, now, all))
	require.ErrorContains(t, signed.Hop{From: old, Set: now, Header: h, Commit: c}.Check(trusted), "names as the next")
}

func bytesOf(c signed.Commit) []signed.Signature {
	return append([]signed.Signature{}, c.Signatures...)
}
