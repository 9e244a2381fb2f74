package signed

import (
	"crypto/sha256"
	"math"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/proof/wire"
)

// Signature is a validator's, by its place in the set.
type Signature struct {
	Place int
	// After is how long after the header's time it was given; it may be before.
	After time.Duration
	Bytes []byte
}

// Commit are signatures of a header: of those that signed the first of the set whose power together is over two
// thirds, no more.
type Commit struct {
	Round      int32
	Parts      cmttypes.PartSetHeader
	Signatures []Signature
}

// enough says whether power is over two thirds of all.
func enough(power, all int64) bool { return power > all*2/3 } // as CometBFT rounds

// Take takes what is needed of a commit of a header. It says whether that is there.
func Take(set Set, h *cmttypes.Header, commit *cmttypes.Commit) (c Commit, whole bool) {
	c = Commit{Round: commit.Round, Parts: commit.BlockID.PartSetHeader}
	all, power := set.power(), int64(0)
	for i, s := range commit.Signatures {
		if i == len(set) {
			return c, false
		}
		if s.BlockIDFlag == cmttypes.BlockIDFlagCommit && !enough(power, all) {
			c.Signatures = append(c.Signatures, Signature{i, s.Timestamp.Sub(h.Time), s.Signature})
			power += set[i].VotingPower
		}
	}
	return c, enough(power, all)
}

// AppendCommit writes a commit of a header by a set:
//
//	round, number of the block's parts, their hash, a bit for each validator from the lowest of the first byte on, then for
//	each that signed: nanoseconds from the header's time to the signature's (signed), signature (64 bytes)
func AppendCommit(to []byte, set Set, c Commit) []byte {
	to = wire.AppendNumber(wire.AppendNumber(to, uint64(c.Round)), uint64(c.Parts.Total))
	to = append(to, c.Parts.Hash...)
	signed := make([]byte, (len(set)+7)/8)
	for _, s := range c.Signatures {
		signed[s.Place/8] |= 1 << (s.Place % 8)
	}
	to = append(to, signed...)
	for _, s := range c.Signatures {
		to = append(wire.AppendSigned(to, int64(s.After)), s.Bytes...)
	}
	return to
}

// ReadCommit reads a commit by a set. Whether the signatures are right, Check says.
func ReadCommit(r *wire.Reader, set Set) Commit {
	c := Commit{Round: int32(r.Number(math.MaxInt32))}
	c.Parts.Total = uint32(r.Number(math.MaxUint32))
	c.Parts.Hash = r.Bytes(sha256.Size)
	signed := r.Bytes((len(set) + 7) / 8)
	all, power := set.power(), int64(0)
	for i := 0; i < 8*len(signed) && r.Err() == nil; i++ {
		if signed[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		if i >= len(set) || enough(power, all) {
			r.Fail("a commit has more signatures than are needed")
			return c
		}
		c.Signatures = append(c.Signatures, Signature{i, time.Duration(r.Signed()), r.Bytes(ed25519.SignatureSize)})
		power += set[i].VotingPower
	}
	if r.Err() == nil && !enough(power, all) {
		r.Fail("a commit has signatures of %d of %d power, not over two thirds", power, all)
	}
	return c
}

// valid says whether all signatures are of the header, by ZIP-215, and gives the first that is not.
func (c Commit) valid(set Set, h *cmttypes.Header) (wrong int, ok bool) {
	id := cmttypes.BlockID{Hash: h.Hash(), PartSetHeader: c.Parts}
	for _, s := range c.Signatures {
		vote := cmtproto.Vote{
			Type: cmtproto.PrecommitType, Height: h.Height, Round: c.Round, BlockID: id.ToProto(), Timestamp: h.Time.Add(s.After),
		}
		if !set[s.Place].PubKey.VerifySignature(cmttypes.VoteSignBytes(h.ChainID, &vote), s.Bytes) {
			return s.Place, false
		}
	}
	return 0, true
}
