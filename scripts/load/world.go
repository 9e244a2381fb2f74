package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// remixRate is what a source is owed, in ppm. With the bounds below a work
	// owes at most 3*(1+20) ancestors 63 %.
	remixRate = 10_000
	// maxSources is the most that a work is made from.
	maxSources = 3
	// maxAncestors is the most that a work may owe to be offered as a source.
	maxAncestors = 20
	// grantFee is the price of a grant, in LocalDenom.
	grantFee = 50_000
)

// remixTerms are what derivatives are made under; grantTerms are what grants are
// bought of.
var (
	remixTerms = licensetypes.Terms{
		Spdx: "LicenseRef-load-remix", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: remixRate,
	}
	grantTerms = licensetypes.Terms{
		Spdx: "LicenseRef-load-grant", CommercialUse: true,
		GrantFee: sdk.Coins{sdk.Coin{Denom: encoding.LocalDenom, Amount: math.NewInt(grantFee)}},
	}
)

// Work is one that is in a block.
type Work struct {
	id    registrytypes.WorkID
	owner *Account
	// ancestors is the most that it can owe. It is settled before others see the
	// work, since the gas of a payment depends on it.
	ancestors int
}

// World is what the chain is known to hold. It is read by senders and written
// when blocks arrive.
type World struct {
	mu sync.RWMutex
	// payable works get no more sources, sources can be derived from, and of
	// priced ones grants can be bought.
	payable, sources, priced []*Work
	// registered counts all.
	registered int
}

// pick is a work of the list, or nil when it is empty.
func (w *World) pick(list *[]*Work, rng *rand.Rand) *Work {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if len(*list) == 0 {
		return nil
	}
	return (*list)[rng.IntN(len(*list))]
}

func (w *World) add(list *[]*Work, works ...*Work) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*list = append(*list, works...)
}

func (w *World) count(works int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.registered += works
}

// pickSources are up to n different works of others.
func (w *World) pickSources(owner *Account, n int, rng *rand.Rand) []*Work {
	var picked []*Work
	for range 4 * n { // the owner's own and repeated ones are passed over
		source := w.pick(&w.sources, rng)
		if source == nil || len(picked) == n {
			break
		}
		known := source.owner == owner
		for _, p := range picked {
			known = known || p == source
		}
		if !known {
			picked = append(picked, source)
		}
	}
	return picked
}

// newWork makes up a work of the account and how it is registered.
func (a *Account) newWork() (*Work, registrytypes.Entry) {
	a.contents++
	title := fmt.Sprintf("Picture %d of %s", a.contents, a.address)
	digest := sha256.Sum256([]byte(title))
	owner := sdk.AccAddress(a.key.PubKey().Address())
	return &Work{id: registrytypes.NewWorkID(owner, digest), owner: a}, registrytypes.Entry{
		Sha256: digest,
		Details: registrytypes.Details{
			Kind: registrytypes.KIND_IMAGE, Title: title, MediaType: "image/png",
			Creators: []registrytypes.Creator{{Name: "Load", Account: a.address, Role: "author"}},
		},
	}
}
