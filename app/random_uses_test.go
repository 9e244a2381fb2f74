package app_test

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// rent offers a work for counted uses, or buys some, and counts the first.
func (g *game) rent() (chain.Account, []sdk.Msg) {
	work, p := g.work(), g.player()
	if g.rng.IntN(2) == 0 {
		return work.Owner, []sdk.Msg{
			&licensetypes.MsgPublishTerms{Author: work.Owner.String(), Terms: rental}, chain.OfferMsg(work, rental.ID()),
		}
	}
	serial := g.rng.Uint64N(4)
	acquire := acquireUses(p, work, serial)
	if _, err := g.seen.App.Keepers.Registry.GetWork(g.seen.Ctx(), work.ID); err == nil {
		acquire.Seen = g.seen.Seen(work, rental.ID())
	}
	return p, []sdk.Msg{acquire, useMsg(p, licensetypes.NewGrantID(work.ID, rental.ID(), p.Address, serial), 1)}
}

// use counts uses of a grant that there is: by its licensee, by a voucher, or by a stranger. Some are
// more than it pays for, some renew it before, and some offer it.
func (g *game) use() (chain.Account, []sdk.Msg) {
	var grants []licensetypes.GrantID
	_ = g.seen.App.Keepers.License.Grants.Walk(g.seen.Ctx(), nil, func(id licensetypes.GrantID, row licensetypes.Grant) (bool, error) {
		if row.CountsUses() {
			grants = append(grants, id)
		}
		return false, nil
	})
	if len(grants) == 0 {
		return g.rent()
	}
	id, by := grants[g.rng.IntN(len(grants))], g.player()
	row, err := g.seen.App.Keepers.License.GetGrant(g.seen.Ctx(), id)
	if err != nil {
		panic(err)
	}
	holder := by
	for _, p := range chain.NamedMany("player", players) {
		if row.Licensee.Equals(p.Address) && g.rng.IntN(8) > 0 {
			holder = p
		}
	}
	total := row.Uses + 1 + g.rng.Uint64N(4)
	switch g.rng.IntN(6) {
	case 0:
		return by, []sdk.Msg{shown(by, holder, id, total)}
	case 1:
		renew := &licensetypes.MsgRenewGrant{Licensee: holder.String(), Grant: id, MaxFee: acquireUses(by, g.work(), 0).MaxFee}
		renew.Seen = row.Conditions()
		return holder, []sdk.Msg{renew, useMsg(holder, id, total+10)}
	case 2:
		offer := &licensetypes.MsgOfferGrant{Licensee: holder.String(), Grant: id, Recipient: by.String()}
		return holder, []sdk.Msg{offer, useMsg(holder, id, total), offer}
	case 3:
		return by, []sdk.Msg{g.seen.AcceptGrantMsg(id, by)}
	}
	return holder, []sdk.Msg{useMsg(holder, id, total)}
}
