package app_test

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func (s *simulation) registryMessages() {
	add(s, 6, draw.registerWork)
	add(s, 3, draw.reviseWork)
	add(s, 5, draw.offerTransfer)
	add(s, 1, draw.cancelTransfer)
	add(s, 1, draw.withdrawWork)
	add(s, 2, draw.restoreWork)
	add(s, 1, draw.blankWork)
	add(s, 4, draw.anchorSome)
	add(s, 6, draw.proveAnchor)
	add(s, 3, func(d draw) (chain.Account, *registrytypes.MsgWithdrawItems) {
		return drawn[*registrytypes.MsgWithdrawItems](d, d.withdrawItems)
	})
}

// anchored is a content that its owner has anchored.
type anchored struct {
	owner chain.Account
	name  string
	proof registrytypes.AnchorProof
}

func (d draw) registerWork() (chain.Account, *registrytypes.MsgRegister) {
	if len(d.anchored) > 0 && d.rand.Intn(2) == 0 {
		a := d.anchored[d.rand.Intn(len(d.anchored))]
		msg := chain.RegisterMsg(a.owner, a.name)
		msg.AllowContested = true
		if d.rand.Intn(2) == 0 {
			msg.Works[0].AnchorProof = &a.proof
		}
		return a.owner, msg
	}
	p := d.player()
	msg := chain.RegisterMsg(p, fmt.Sprint("work ", d.rand.Intn(3*works)))
	msg.Works[0].Details.Kind = registrytypes.Kind(1 + d.rand.Intn(5))
	msg.AllowContested = d.rand.Intn(5) > 0
	return p, msg
}

func (d draw) reviseWork() (chain.Account, *registrytypes.MsgRevise) {
	if d.rand.Intn(3) == 0 {
		return drawn[*registrytypes.MsgRevise](d, d.reviseManifest)
	}
	work, row := d.workThat("plain work", func(_ registrytypes.WorkID, w registrytypes.Work) bool { return w.ManifestVersion == 0 })
	revision, err := row.Revision()
	require.NoError(d.t, err)
	details := registrytypes.Details{Kind: revision.Details.Kind, Title: fmt.Sprint("title ", d.next())}
	return work.Owner, &registrytypes.MsgRevise{Owner: work.Owner.String(), Work: work.ID, Details: details}
}

func (d draw) offerTransfer() (chain.Account, *registrytypes.MsgOfferTransfer) {
	work := d.someWork()
	return work.Owner, &registrytypes.MsgOfferTransfer{Owner: work.Owner.String(), Work: work.ID, Recipient: d.player().String()}
}

func (d draw) cancelTransfer() (chain.Account, *registrytypes.MsgCancelTransfer) {
	work, _ := d.workThat("work on offer", func(_ registrytypes.WorkID, w registrytypes.Work) bool { return w.OnOffer })
	return work.Owner, &registrytypes.MsgCancelTransfer{Owner: work.Owner.String(), Work: work.ID}
}

func (d draw) withdrawWork() (chain.Account, *registrytypes.MsgWithdrawWork) {
	work := d.someWork()
	return work.Owner, &registrytypes.MsgWithdrawWork{Owner: work.Owner.String(), Work: work.ID}
}

func (d draw) restoreWork() (chain.Account, *registrytypes.MsgRestoreWork) {
	work, _ := d.workThat("withdrawn work", func(_ registrytypes.WorkID, w registrytypes.Work) bool {
		return w.Status == registrytypes.STATUS_WITHDRAWN
	})
	return work.Owner, &registrytypes.MsgRestoreWork{Owner: work.Owner.String(), Work: work.ID}
}

func (d draw) blankWork() (chain.Account, *registrytypes.MsgBlankText) {
	work, row := d.workThat("work", func(registrytypes.WorkID, registrytypes.Work) bool { return true })
	return work.Owner, &registrytypes.MsgBlankText{
		Sender: work.Owner.String(), Work: work.ID,
		Version: uint32(d.rand.Intn(int(row.Version + 1))),
	}
}

func (d draw) anchorSome() (chain.Account, *registrytypes.MsgAnchor) {
	p, serial := d.player(), d.next()
	var leaves [][32]byte
	var names []string
	for i := range 1 + d.rand.Intn(3) {
		name := fmt.Sprintf("anchored %d %d", serial, i)
		names = append(names, name)
		leaves = append(leaves, anchor.Leaf(chain.ID, p.Address, chain.Digest("salt of "+name), chain.Digest(name)))
	}
	root, proofs, err := anchor.Build(leaves)
	require.NoError(d.t, err)
	for i, name := range names {
		proof := registrytypes.NewAnchorProof(root, registrytypes.Salt(chain.Digest("salt of "+name)), proofs[i])
		d.simulation.anchored = append(d.simulation.anchored, anchored{p, name, proof})
	}
	return p, &registrytypes.MsgAnchor{Account: p.String(), Root: root, Total: uint64(len(leaves))}
}

func (d draw) proveAnchor() (chain.Account, *registrytypes.MsgProveAnchor) {
	var open []anchored
	for _, a := range d.anchored {
		row, err := d.keepers().Registry.GetWork(d.seen.Ctx(), chain.WorkOf(a.name, a.owner).ID)
		if err == nil && row.RevealedAt == nil && row.OwnedBy(a.owner.Address) {
			open = append(open, a)
		}
	}
	if len(open) == 0 {
		d.skip("nothing to prove")
	}
	a := open[d.rand.Intn(len(open))]
	return a.owner, &registrytypes.MsgProveAnchor{Registrant: a.owner.String(), Work: chain.WorkOf(a.name, a.owner).ID, Proof: a.proof}
}

func (s *simulation) royaltyMessages() {
	add(s, 8, draw.payWork)
	add(s, 3, func(d draw) (chain.Account, *royaltytypes.MsgPayMany) {
		return drawn[*royaltytypes.MsgPayMany](d, d.payMany)
	})
	add(s, 2, func(d draw) (chain.Account, *royaltytypes.MsgSettle) {
		return drawn[*royaltytypes.MsgSettle](d, d.settle)
	})
	add(s, 3, draw.withdrawBalance)
	add(s, 3, draw.assignShares)
	add(s, 6, draw.acceptTransfer)
	add(s, 3, func(d draw) (chain.Account, *royaltytypes.MsgOpenPaymentChannel) {
		return drawn[*royaltytypes.MsgOpenPaymentChannel](d, d.openPaymentChannel)
	})
	add(s, 2, draw.topUp)
	add(s, 3, draw.redeemVoucher)
	add(s, 2, draw.closeChannel)
	add(s, 3, func(d draw) (chain.Account, *royaltytypes.MsgSharePool) {
		return drawn[*royaltytypes.MsgSharePool](d, d.sharePool)
	})
	add(s, 3, func(d draw) (chain.Account, *royaltytypes.MsgCollect) {
		return drawn[*royaltytypes.MsgCollect](d, d.collect)
	})
	add(s, 1, func(d draw) (chain.Account, *royaltytypes.MsgNamePayee) {
		return drawn[*royaltytypes.MsgNamePayee](d, d.namePayee)
	})
}

// payWork pays a lot for a work in dispute now and then, so that bonds fall short of what waits.
func (d draw) payWork() (chain.Account, *royaltytypes.MsgPay) {
	p := d.player()
	msg := chain.PayMsg(p, d.someWork(), d.coin())
	if d.rand.Intn(3) == 0 {
		disputed, _ := d.workThat("work in dispute", func(_ registrytypes.WorkID, w registrytypes.Work) bool { return w.Disputed() })
		msg.Work, msg.Amount.Amount = disputed.ID, msg.Amount.Amount.MulRaw(50)
	}
	return p, msg
}

func (d draw) withdrawBalance() (chain.Account, *royaltytypes.MsgWithdraw) {
	key, _ := find(d, "balance", d.keepers().Royalty.Balances,
		func(k collections.Pair[sdk.AccAddress, string], b royaltytypes.Balance) bool {
			_, ours := d.one(k.K1().String())
			return ours && b.Amount.IsPositive()
		})
	by, _ := d.one(key.K1().String())
	return by, &royaltytypes.MsgWithdraw{Account: by.String()}
}

// assignShares has a holder give a part of what it holds now.
func (d draw) assignShares() (chain.Account, *royaltytypes.MsgAssignShares) {
	work, royalty, ctx := d.someWork(), d.keepers().Royalty, d.seen.Ctx()
	head, err := royalty.GetHead(ctx, work.ID)
	require.NoError(d.t, err)
	held, err := royalty.GetHolders(ctx, work.ID, head.HoldersVersion)
	require.NoError(d.t, err)
	if len(held.Shares) == 0 {
		d.skip("no holder")
	}
	share := held.Shares[d.rand.Intn(len(held.Shares))]
	by, ours := d.one(share.Account.String())
	if !ours || share.Weight < 2 {
		d.skip("no holder here")
	}
	part := 1 + uint32(d.rand.Intn(int(share.Weight-1)))
	msg := &royaltytypes.MsgAssignShares{Holder: by.String(), Work: work.ID, Shares: []royaltytypes.Assignment{{
		Account: by.String(),
		Weight:  part,
	}}}
	to := d.player()
	if to.Name == by.Name {
		to = d.robot()
	}
	return by, appendShare(msg, to, share.Weight-part).(*royaltytypes.MsgAssignShares)
}

func (d draw) acceptTransfer() (chain.Account, *royaltytypes.MsgAcceptTransfer) {
	id, offer := find(d, "transfer", d.keepers().Registry.Transfers, func(_ registrytypes.WorkID, o registrytypes.TransferOffer) bool {
		_, ours := d.one(o.Recipient.String())
		return ours
	})
	by, _ := d.one(offer.Recipient.String())
	return by, d.seen.AcceptTransferMsg(chain.Work{ID: id}, by)
}

func (d draw) channelThat(fits func(royaltytypes.PaymentChannel) bool) (royaltytypes.PaymentChannelID, royaltytypes.PaymentChannel,
	chain.Account,
) {
	id, row := find(d, "payment channel", d.keepers().Royalty.PaymentChannels.Rows,
		func(_ royaltytypes.PaymentChannelID, c royaltytypes.PaymentChannel) bool { return fits(c) })
	payer, _ := d.one(row.Payer.String())
	return id, row, payer
}

func (d draw) topUp() (chain.Account, *royaltytypes.MsgTopUpPaymentChannel) {
	id, row, payer := d.channelThat(func(c royaltytypes.PaymentChannel) bool { return c.ClosesAt == nil })
	return payer, &royaltytypes.MsgTopUpPaymentChannel{
		Payer: payer.String(), PaymentChannel: id, Amount: sdk.NewInt64Coin(row.Denom, 1+d.rand.Int63n(5000)),
	}
}

func (d draw) redeemVoucher() (chain.Account, *royaltytypes.MsgRedeemVouchers) {
	id, row, payer := d.channelThat(func(c royaltytypes.PaymentChannel) bool { return c.Redeemed.LT(c.Deposit) })
	left := row.Deposit.Sub(row.Redeemed)
	total := row.Redeemed.Add(math.NewInt(1 + d.rand.Int63n(left.Int64()))).Int64()
	msg := chain.RedeemMsg(d.player())
	msg.MaxLines = uint32(d.rand.Intn(3))
	msg.Vouchers = append(msg.Vouchers, chain.Voucher(payer, id, total, time.Time{}))
	by, _ := d.one(msg.Sender)
	return by, msg
}

func (d draw) closeChannel() (chain.Account, *royaltytypes.MsgClosePaymentChannel) {
	id, row, by := d.channelThat(func(royaltytypes.PaymentChannel) bool { return true })
	if receiver, ours := d.one(row.Receiver.String()); ours {
		by = receiver
	}
	return by, chain.CloseMsg(by, id)
}
