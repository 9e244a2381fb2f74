package pages

import (
	"context"
	"crypto/sha256"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Index is what pages ask of the index.
type Index interface {
	discover.Index
	Search(ctx context.Context, q index.Query, after string, limit int) (index.Page[index.Work], error)
	Newest(ctx context.Context, after string, limit int) (index.Page[index.Work], error)
	Number(ctx context.Context, id registrytypes.WorkID) (index.Number, error)
	Near(ctx context.Context, of []index.Number) ([]index.Near, error)
	Among(ctx context.Context, of []index.Number) ([]index.Work, []index.Edge, error)
	History(ctx context.Context, of index.Subject, before string, limit int) (index.Page[index.Event], error)
	OfTx(ctx context.Context, hash []byte, after string, limit int) (index.Page[index.Event], error)
	Earned(ctx context.Context, account index.Subject) (sdk.Coins, error)
	Totals(ctx context.Context) (index.Totals, error)
}

// Items are what pages ask about items of manifests that curators published. They are no part of what the chain says.
type Items interface {
	Find(ctx context.Context, content [sha256.Size]byte, out func(registrytypes.WorkID) bool) (found []index.Containing, more bool, err error)
}
