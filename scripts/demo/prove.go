package main

import (
	"context"
	"encoding/hex"
	"fmt"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/cosmos/gogoproto/proto"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/testutil/localnet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// proved are files that prove what the story came to, and the headers that they begin at as the node has them.
type proved struct {
	files  [][]byte
	trusts []prf.Trust
}

// prove makes proofs of every work, and of the payment.
func (s *story) prove(ctx context.Context, node *localnet.Node) (*proved, error) {
	rpc, err := rpchttp.New("http://"+node.RPC, "/websocket")
	if err != nil {
		return nil, err
	}
	m := gather.Maker{Node: rpc, Encoding: s.client.Encoding}
	trust, err := m.Latest(ctx)
	if err != nil {
		return nil, err
	}
	var made proved
	add := func(p *prf.Proof, trust prf.Trust, err error) error {
		if err == nil {
			made.files, made.trusts = append(made.files, p.Encode()), append(made.trusts, trust)
		}
		return err
	}
	for _, w := range s.works.Works {
		for kind, request := range map[prf.Kind]proto.Message{
			prf.Claim:      &registrytypes.QueryWorkRequest{Work: w.WorkID},
			prf.Offers:     &licensetypes.QueryOffersRequest{Work: w.WorkID},
			prf.Derivation: &lineagetypes.QueryDerivationRequest{Work: w.WorkID},
			prf.Sources:    &lineagetypes.QuerySourcesRequest{Work: w.WorkID},
			prf.Holders:    &royaltytypes.QueryHoldersRequest{Work: w.WorkID},
		} {
			p, err := m.Answer(ctx, prf.Question{Kind: kind, Request: request}, gather.Options{Height: trust.Height})
			if err := add(p, trust, err); err != nil {
				return nil, fmt.Errorf("prove the %s of %s: %w", kind, w.ID, err)
			}
		}
	}
	if trust, err = m.Latest(ctx); err != nil {
		return nil, err
	}
	hash, err := hex.DecodeString(s.paid.Result.Hash)
	if err != nil {
		return nil, err
	}
	p, err := m.Deed(ctx, s.paid.Result.Height, hash, gather.Options{Trust: &trust})
	return &made, add(p, trust, err)
}

// check checks the proofs, by themselves and the hashes of headers.
func (p *proved) check() (bytes int, err error) {
	for i, file := range p.files {
		read, err := prf.Read(file)
		if err != nil {
			return 0, err
		}
		if _, err := read.Verify(p.trusts[i], prf.Policy{}); err != nil {
			return 0, err
		}
		bytes += len(file)
	}
	return bytes, nil
}
