// Package signed reads and writes headers of blocks, sets of validators and commits in the encoding of proofs, and checks that a header
// follows from a trusted one by the signatures of validators.
package signed

import (
	"crypto/sha256"
	"math"
	"time"

	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/proof/wire"
)

const (
	addressSize = 20
	// lastTime is the latest time that a header can have here, in seconds: in the year 2262, as nanoseconds end there.
	lastTime = 9_223_372_036
)

// AppendHeader writes a header but for its chain id, which a proof has once:
//
//	block version, app version, height, seconds since 1970, nanoseconds, parts of the last block (0: there is none),
//	[hash of the last block, hash of its parts,] hashes of the last commit, data, validators, next validators, consensus
//	parameters, app, last results and evidence, proposer
//
// Hashes have 32 bytes and the proposer's address has 20; there is no length before them. All of it is hashed by the header.
func AppendHeader(to []byte, h *cmttypes.Header) []byte {
	for _, n := range []uint64{
		h.Version.Block, h.Version.App, uint64(h.Height), uint64(h.Time.Unix()), uint64(h.Time.Nanosecond()),
		uint64(h.LastBlockID.PartSetHeader.Total),
	} {
		to = wire.AppendNumber(to, n)
	}
	if h.LastBlockID.PartSetHeader.Total > 0 {
		to = append(append(to, h.LastBlockID.Hash...), h.LastBlockID.PartSetHeader.Hash...)
	}
	for _, hash := range hashes(h) {
		to = append(to, *hash...)
	}
	return append(to, h.ProposerAddress...)
}

// hashes are those that every header has, in order.
func hashes(h *cmttypes.Header) []*[]byte {
	return []*[]byte{
		(*[]byte)(&h.LastCommitHash), (*[]byte)(&h.DataHash), (*[]byte)(&h.ValidatorsHash), (*[]byte)(&h.NextValidatorsHash),
		(*[]byte)(&h.ConsensusHash), (*[]byte)(&h.AppHash), (*[]byte)(&h.LastResultsHash), (*[]byte)(&h.EvidenceHash),
	}
}

// Complete says whether a header has all that a proof writes: CometBFT's do.
func Complete(h *cmttypes.Header) bool {
	for _, hash := range hashes(h) {
		if len(*hash) != sha256.Size {
			return false
		}
	}
	last := h.LastBlockID
	whole := len(last.Hash) == sha256.Size && len(last.PartSetHeader.Hash) == sha256.Size && last.PartSetHeader.Total > 0
	return len(h.ProposerAddress) == addressSize && (whole || len(last.Hash) == 0 && last.PartSetHeader.IsZero()) && h.Height > 0 &&
		h.Time.Unix() >= 0 && h.Time.Unix() <= lastTime
}

// ReadHeader reads a header of a chain.
func ReadHeader(r *wire.Reader, chainID string) *cmttypes.Header {
	h := &cmttypes.Header{ChainID: chainID}
	h.Version = cmtversion.Consensus{Block: r.Number(math.MaxUint32), App: r.Number(wire.Most)}
	h.Height = int64(r.Number(wire.Most))
	seconds := r.Number(lastTime)
	h.Time = time.Unix(int64(seconds), int64(r.Number(uint64(time.Second-1)))).UTC()
	if h.LastBlockID.PartSetHeader.Total = uint32(r.Number(math.MaxUint32)); h.LastBlockID.PartSetHeader.Total > 0 {
		h.LastBlockID.Hash, h.LastBlockID.PartSetHeader.Hash = r.Bytes(sha256.Size), r.Bytes(sha256.Size)
	}
	for _, hash := range hashes(h) {
		*hash = r.Bytes(sha256.Size)
	}
	h.ProposerAddress = r.Bytes(addressSize)
	if r.Err() == nil && h.Height == 0 {
		r.Fail("a header has height 0")
	}
	return h
}

// HashOf is the hash of a header.
func HashOf(h *cmttypes.Header) [sha256.Size]byte { return [sha256.Size]byte(h.Hash()) }
