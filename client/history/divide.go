package history

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// dividePage is how many payees one answer has at most.
const dividePage = 1000

// Divide asks what the lists of the payment's epoch assign of it, and how far that is. Height
// is that of its block, and moved that of the block which passed it on (Moves; 0: unknown). It
// stops after so many payees, at the end of a page. Where too many works pass it on to list
// them, Unknown says so, and there is no error.
func (p *Paid) Divide(ctx context.Context, royalty royaltytypes.QueryClient, height, moved int64, most int) error {
	request := royaltytypes.QueryAssignedRequest{
		Work: p.Work, Epoch: p.Epoch, Amount: p.Amount.String(), Height: uint64(height), Moved: uint64(moved),
		Pagination: &query.PageRequest{Limit: dividePage},
	}
	for {
		res, err := royalty.Assigned(ctx, &request)
		if status.Code(err) == codes.ResourceExhausted {
			p.Held = sdk.NewInt64Coin(p.Amount.Denom, 0)
			p.Unknown = client.Tidy(err.Error())
			return nil
		}
		if err != nil {
			return err
		}
		p.Shares, p.Held = append(p.Shares, res.Payees...), res.Held
		p.HoldersVersion, p.UpstreamVersion = res.HoldersVersion, res.UpstreamVersion
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 || len(p.Shares) >= most {
			return nil
		}
		request.Pagination = &query.PageRequest{Limit: dividePage, Key: res.Pagination.NextKey}
	}
}
