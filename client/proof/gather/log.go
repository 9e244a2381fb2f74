package gather

import (
	"context"
	"fmt"
	"slices"

	rpcclient "github.com/cometbft/cometbft/rpc/client"
	"github.com/cosmos/gogoproto/proto"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
)

// lookBack shows headers by the log that the state before the last block has.
func (m Maker) lookBack(ctx context.Context, p *prf.Proof, facts []prf.Shown) error {
	last := p.Last()
	state := NewState(ctx, m.Node, last.Height-1)
	rows, err := state.Rows(headerstypes.StoreKey)
	if err != nil {
		return err
	}
	row, present, err := rows.Get(headerstypes.FrontierPrefix.Bytes())
	if err != nil {
		return err
	}
	if !present {
		return fmt.Errorf("%w: it has no log of headers", ErrPruned)
	}
	log, err := headerstypes.LogValue.Decode(row)
	if err != nil {
		return err
	}
	if p.State, err = state.Proof(); err != nil {
		return err
	}
	for _, shown := range facts {
		path, err := within(log, shown)
		if err != nil {
			return err
		}
		longer, err := m.path(ctx, shown.Header.Height, log.Size, len(path), last.Height-1)
		if err != nil {
			return err
		}
		hashes, err := headerstypes.ParseHashes(longer)
		if err != nil {
			return err
		}
		shown.Path = slices.Concat(path, hashes)
		p.Shown = append(p.Shown, shown)
	}
	return nil
}

// within is as much of a header's path as a log needs: that of a larger log may be longer.
func within(log headerstypes.Log, shown prf.Shown) ([]rfc6962.Hash, error) {
	index, err := log.Index(shown.Header.Height)
	if err != nil {
		return nil, err
	}
	peak, _, err := rfc6962.PeakOf(log.Size, index)
	return shown.Path[:min(len(shown.Path), int(peak.Level))], err
}

// path reads what leads from a header's subtree of a level to the log of a size.
func (m Maker) path(ctx context.Context, height int64, size uint64, level int, at int64) ([]string, error) {
	request, err := proto.Marshal(&headerstypes.QueryPathRequest{Height: height, TreeSize: size, FromLevel: uint32(level)})
	if err != nil {
		return nil, err
	}
	res, err := m.Node.ABCIQueryWithOptions(ctx, "/stemma.headers.v1.Query/Path", request, rpcclient.ABCIQueryOptions{Height: at})
	if err != nil {
		return nil, err
	}
	if res.Response.Code != 0 {
		return nil, fmt.Errorf("%w: the path of header %d: %s", ErrPruned, height, res.Response.Log)
	}
	var answer headerstypes.QueryPathResponse
	if err := proto.Unmarshal(res.Response.Value, &answer); err != nil {
		return nil, err
	}
	return answer.Path, nil
}
