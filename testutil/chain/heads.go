package chain

import (
	"crypto/sha256"
	"fmt"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/app"
)

// Validators are who signs the headers of a test chain, by height.
type Validators func(height int64) []Validator

// Validator signs headers.
type Validator struct {
	Key   ed25519.PrivKey
	Power int64
}

// NamedValidator is the validator of a name.
func NamedValidator(name string, power int64) Validator {
	return Validator{ed25519.GenPrivKeyFromSecret([]byte(name)), power}
}

// Signed has the chain make headers as consensus would have made them, signed by these validators, whoever is staked on it.
func Signed(by Validators) Option { return func(s *settings) { s.signed = by } }

// Head is a block as consensus made it.
type Head struct {
	Header  *cmttypes.Header
	ID      cmttypes.BlockID
	Txs     cmttypes.Txs
	Results []*abci.ExecTxResult
}

// makeHead makes the header of the next block.
func (c *Chain) makeHead(raw [][]byte) *Head {
	txs := cmttypes.ToTxs(raw)
	set, next := c.Set(c.height), c.Set(c.height+1)
	h := &cmttypes.Header{
		Version: cmtversion.Consensus{Block: 11}, ChainID: ID, Height: c.height, Time: c.now, DataHash: txs.Hash(),
		LastCommitHash: filler("commit", c.height), ValidatorsHash: set.Hash(), NextValidatorsHash: next.Hash(),
		AppHash: c.App.LastCommitID().Hash, LastResultsHash: cmttypes.NewResults(nil).Hash(), EvidenceHash: filler("", 0),
		ProposerAddress: set.Validators[0].Address,
	}
	params := app.ConsensusParams()
	h.ConsensusHash = params.Hash()
	if len(c.heads) > 0 {
		last := c.heads[len(c.heads)-1]
		h.LastBlockID, h.LastResultsHash = last.ID, cmttypes.NewResults(last.Results).Hash()
	} else {
		h.AppHash = filler("genesis", 0)
	}
	id := cmttypes.BlockID{Hash: h.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: filler("parts", c.height)}}
	head := &Head{Header: h, ID: id, Txs: txs}
	c.heads = append(c.heads, head)
	return head
}

// filler stands for a hash of what test chains do not have.
func filler(what string, height int64) []byte {
	hash := sha256.Sum256(fmt.Appendf(nil, "%s%d", what, height))
	return hash[:]
}

// Set is who signs a height.
func (c *Chain) Set(height int64) *cmttypes.ValidatorSet {
	var list []*cmttypes.Validator
	for _, v := range c.settings.signed(height) {
		list = append(list, cmttypes.NewValidator(v.Key.PubKey(), v.Power))
	}
	return cmttypes.NewValidatorSet(list)
}

// Head is the block of a height.
func (c *Chain) Head(height int64) *Head { return c.heads[height-c.heads[0].Header.Height] }

// CommitOf is a commit of a header, not of this chain perhaps, by these validators: all but every seventh sign.
func CommitOf(h *cmttypes.Header, by []Validator) *cmttypes.Commit {
	return commit(h, cmttypes.BlockID{Hash: h.Hash(), PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: filler("parts", h.Height)}}, by)
}

func commit(h *cmttypes.Header, id cmttypes.BlockID, by []Validator) *cmttypes.Commit {
	keys := map[string]ed25519.PrivKey{}
	var list []*cmttypes.Validator
	for _, v := range by {
		keys[string(v.Key.PubKey().Address())] = v.Key
		list = append(list, cmttypes.NewValidator(v.Key.PubKey(), v.Power))
	}
	c := &cmttypes.Commit{Height: h.Height, Round: 1, BlockID: id}
	for i, v := range cmttypes.NewValidatorSet(list).Validators {
		if i%7 == 6 {
			c.Signatures = append(c.Signatures, cmttypes.NewCommitSigAbsent())
			continue
		}
		at := h.Time.Add(time.Second + time.Duration(i)*time.Millisecond)
		vote := cmtproto.Vote{Type: cmtproto.PrecommitType, Height: h.Height, Round: 1, BlockID: id.ToProto(), Timestamp: at}
		signature, err := keys[string(v.Address)].Sign(cmttypes.VoteSignBytes(h.ChainID, &vote))
		if err != nil {
			panic(err) // ed25519 signs anything
		}
		c.Signatures = append(c.Signatures, cmttypes.CommitSig{
			BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: v.Address, Timestamp: at, Signature: signature,
		})
	}
	return c
}

// finalized keeps a block's results, once it has run.
func (c *Chain) finalized(res *abci.ResponseFinalizeBlock) {
	if len(c.heads) > 0 {
		c.heads[len(c.heads)-1].Results = res.TxResults
	}
	require.Len(c.t, res.TxResults, len(c.past.Blocks[len(c.past.Blocks)-1].Txs))
}
