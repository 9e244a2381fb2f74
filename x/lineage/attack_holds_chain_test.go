package lineage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var thirtyHours = 30 * time.Hour

// sold are terms under which everything is had by grants for 30 hours.
func (c *court) sold(name string, edit func(*licensetypes.Terms)) licensetypes.TermsID {
	t := licensetypes.Terms{
		Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Transferable: true,
		AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1_000)), Duration: &thirtyHours,
		DerivativesPerGrant: 9,
	}
	if edit != nil {
		edit(&t)
	}
	return c.publish(t)
}

func fee(n int64) *sdk.Coin { coin := sdk.NewInt64Coin("uusdc", n); return &coin }

func (c *court) acquires(by chain.Account, work chain.Work, terms licensetypes.TermsID, serial uint64) *licensetypes.MsgAcquire {
	return &licensetypes.MsgAcquire{
		Licensee: by.String(), Work: work.ID, Terms: terms, Serial: serial, MaxFee: fee(1_000), MaxRate: chain.Whole, Seen: c.Seen(work, terms),
	}
}

// by makes a source rely on a grant.
func (c *court) by(work chain.Work, source chain.Source, grant licensetypes.GrantID) *types.MsgDerive {
	msg := c.DeriveMsg(work, source)
	msg.Sources[0].Permission = grant.String()
	return c.See(msg)
}

// In the block in which a dispute that holds is opened, nothing new is granted of the work or made from it
// under offers, its owner, holders and terms change nothing; what was granted before goes on.
func TestAttackWhatAHoldDoesNotHold(t *testing.T) {
	c := newCourt(t)
	open, nc := chain.Preset("commercial-remix-10"), chain.Preset("noncommercial-remix")
	sa, by := chain.Preset("cc-by-sa-4.0"), chain.Preset("cc-by-4.0")
	sold := c.sold("Sold", nil)
	asks := c.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Asks", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, DerivativeApproval: true,
	})
	work := c.Register("hit", c.thief)
	for _, terms := range []licensetypes.TermsID{open, nc, sold, asks, by, sa} {
		c.Offer(work, terms)
	}
	c.MustDeliver(c.thief, &licensetypes.MsgApprove{Owner: c.thief.String(), Work: work.ID, Terms: asks, Licensee: c.buyer.String()})
	demo := c.Derive("demo", c.buyer, work.Under(nc))
	c.MustDeliver(c.buyer, c.acquires(c.buyer, work, sold, 0))
	grant := licensetypes.NewGrantID(work.ID, sold, c.buyer.Address, 0)
	c.MustDeliver(c.fan, c.acquires(c.fan, work, sold, 0))
	movable := licensetypes.NewGrantID(work.ID, sold, c.fan.Address, 0)
	made := c.Register("made", c.buyer)
	c.MustDeliver(c.buyer, c.by(made, work.Under(sold), grant))
	c.Offer(made, open)
	source := c.Register("a source", c.fan)
	c.Offer(source, open)
	own := c.Register("thief's own", c.thief)
	mine, model := c.Register("mine", c.fan), chain.WorkOf("model", c.fan)
	register := chain.RegisterMsg(c.fan, "model")
	register.Works[0].Details.Kind = registrytypes.KIND_MODEL
	c.MustDeliver(c.fan, register)
	c.MustDeliver(c.thief, chain.ApproveSourceMsg(work.Under(open), made))
	c.MustDeliver(c.thief, &registrytypes.MsgOfferTransfer{Owner: c.thief.String(), Work: work.ID, Recipient: c.sock.String()})
	accept := c.AcceptTransferMsg(work, c.sock)
	pass := &licensetypes.MsgAcquire{
		Licensee: c.fan.String(), Work: work.ID, Terms: sold, UsesOf: made.ID, MaxFee: fee(1_000), Seen: c.DemandsSeen(made),
	}
	details := registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: "revised"}
	reserved := c.acquires(c.fan, work, sold, 8)
	reserved.Derivative = mine.ID
	joined := c.DeriveMsg(mine, work.Under(by))
	joined.Sources[0].Permission = sa.String() + "+" + by.String()
	record := c.DeriveMsg(mine, work.Under(open).As(types.ROLE_INPUT_TO))
	type step struct {
		by   chain.Account
		what string
		msg  sdk.Msg
	}
	refused := []step{
		{c.fan, "acquire", c.acquires(c.fan, work, sold, 7)},
		{c.fan, "acquire for a work", reserved},
		{c.fan, "acquire what is open", c.acquires(c.fan, work, open, 7)},
		{c.buyer, "acquire with an approval", c.acquires(c.buyer, work, asks, 7)},
		{c.buyer, "renew", &licensetypes.MsgRenewGrant{Licensee: c.buyer.String(), Grant: grant, MaxFee: fee(1_000), Seen: c.Seen(work, sold)}},
		{c.fan, "pass", pass},
		{c.fan, "parent", c.DeriveMsg(mine, work.Under(open).As(types.ROLE_PARENT_OF))},
		{c.fan, "component", c.DeriveMsg(mine, work.Under(open))},
		{c.fan, "input", record},
		{c.fan, "for ever", c.DeriveMsg(mine, work.Under(by))},
		{c.fan, "joined", joined},
		{c.fan, "contains", c.DeriveMsg(mine, work.Under(open).As(types.ROLE_CONTAINS))},
		{c.fan, "contains for ever", c.DeriveMsg(mine, work.Under(by).As(types.ROLE_CONTAINS))},
		{c.fan, "model", c.DeriveMsg(model, work.Under(by).As(types.ROLE_TRAINED_ON))},
		{c.thief, "own", c.DeriveMsg(own, work.Under(open))},
		{c.thief, "own by owning it", &types.MsgDerive{
			Owner: c.thief.String(), Work: own.ID, MaxTotalRate: chain.Whole, Sources: []types.Source{{Work: work.ID, Role: types.ROLE_CONTAINS}},
		}},
		{c.buyer, "a better permission", c.DeriveMsg(demo, work.Under(by))},
		{c.buyer, "an approved later source", c.DeriveMsg(made, work.Under(open))},
		{c.thief, "declare", c.DeriveMsg(work, source.Under(open))},
		{c.thief, "offer", chain.OfferMsg(work, chain.Preset("commercial-remix-5"))},
		{c.thief, "change an offer", chain.OfferMsg(work, sold)},
		{c.thief, "close", &licensetypes.MsgCloseOffer{Owner: c.thief.String(), Work: work.ID, Terms: open}},
		{c.thief, "approve", &licensetypes.MsgApprove{Owner: c.thief.String(), Work: work.ID, Terms: asks, Licensee: c.fan.String()}},
		{c.thief, "approve a source", chain.ApproveSourceMsg(work.Under(open), demo)},
		{c.thief, "transfer", &registrytypes.MsgOfferTransfer{Owner: c.thief.String(), Work: work.ID, Recipient: c.sock.String()}},
		{c.sock, "accept", accept},
		{c.thief, "assign", &royaltytypes.MsgAssignShares{Holder: c.thief.String(), Work: work.ID, Shares: []royaltytypes.Assignment{
			{Account: c.sock.String(), Weight: chain.Whole},
		}}},
		{c.thief, "revise", &registrytypes.MsgRevise{Owner: c.thief.String(), Work: work.ID, Details: details}},
		{c.thief, "withdraw", &registrytypes.MsgWithdrawWork{Owner: c.thief.String(), Work: work.ID}},
		{c.thief, "restore", &registrytypes.MsgRestoreWork{Owner: c.thief.String(), Work: work.ID}},
		{c.thief, "register again", chain.RegisterMsg(c.thief, "hit")},
	}
	block := c.Block(c.Sign(c.author, opens(c.author, work, disputetypes.KIND_PRIOR_CLAIM,
		disputetypes.Redress{TransferTo: c.author.String()}, "x")),
		c.Sign(c.fan, refused[0].msg), c.Sign(c.thief, refused[18].msg))
	require.NoError(t, block.Txs[0].Err())
	require.Error(t, block.Txs[1].Err())
	require.Error(t, block.Txs[2].Err())
	for _, s := range refused {
		require.Error(t, c.Deliver(s.by, s.msg).Err(), s.what)
	}
	c.sound()

	// What goes on.
	offered := &licensetypes.MsgOfferGrant{Licensee: c.fan.String(), Grant: movable, Recipient: c.nobody.String()}
	c.MustDeliver(c.fan, offered)
	c.MustDeliver(c.nobody, c.AcceptGrantMsg(movable, c.nobody))
	for _, s := range []step{
		{c.buyer, "by a grant", c.by(c.Register("second", c.buyer), work.Under(sold), grant)},
		{c.buyer, "contained by a grant", c.by(c.Register("third", c.buyer), work.Under(sold).As(types.ROLE_CONTAINS), grant)},
		{c.nobody, "by a grant that moved", c.by(c.Register("fourth", c.nobody), work.Under(sold), movable)},
		{c.fan, "cites", c.DeriveMsg(mine, work.Cited())},
		{c.fan, "of a derivative", c.DeriveMsg(c.Register("fifth", c.fan), made.Under(open))},
		{c.fan, "pay", chain.PayMsg(c.fan, work, *fee(500))},
		{c.fan, "pay a derivative", chain.PayMsg(c.fan, made, *fee(500))},
		{c.thief, "blank", &registrytypes.MsgBlankText{Sender: c.thief.String(), Work: work.ID}},
	} {
		require.NoError(t, c.Deliver(s.by, s.msg).Err(), s.what)
	}
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.buyer, adapt).Verdict)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.fan, copies).Verdict, "what makes nothing under a public offer")
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.fan, adapt).Verdict)
	c.sound()
}

// Clocks of grants, exclusivity and passes stand still while a work is on hold, once for several disputes.
func TestAttackClocksOfAHold(t *testing.T) {
	c := newCourt(t)
	sold := c.sold("Sold", nil)
	alone := c.sold("Alone", func(t *licensetypes.Terms) {
		t.Exclusivity, t.DerivativesPerGrant = licensetypes.EXCLUSIVITY_EXCLUSIVE, 0
		t.Territories = []string{"DE"}
		t.AiTraining = licensetypes.PERMISSION_UNSET
	})
	work, second := c.Register("hit", c.thief), c.Register("other hit", c.thief)
	for _, w := range []chain.Work{work, second} {
		c.Offer(w, sold)
		c.Offer(w, alone)
	}

	c.MustDeliver(c.buyer, c.acquires(c.buyer, work, sold, 0))
	c.MustDeliver(c.buyer, c.acquires(c.buyer, second, alone, 0))
	grant := licensetypes.NewGrantID(work.ID, sold, c.buyer.Address, 0)
	made := c.Register("made", c.buyer)
	c.MustDeliver(c.buyer, c.by(made, work.Under(sold), grant))
	open := chain.Preset("commercial-remix-5")
	c.MustDeliver(c.fan, &licensetypes.MsgAcquire{
		Licensee: c.fan.String(), Work: work.ID, Terms: sold, UsesOf: made.ID, MaxFee: fee(1_000), Seen: c.DemandsSeen(made),
	})
	c.Offer(made, open)

	c.Advance(10 * time.Hour)
	first := c.stolen(c.author, work)
	from := c.Now()
	other := c.stolen(c.author, second)
	from2 := c.Now()
	c.Advance(4 * time.Hour)
	c.stolen(c.sock, work)
	c.Advance(2 * time.Hour)
	c.MustDeliver(c.author, &disputetypes.MsgDrop{Challenger: c.author.String(), Dispute: first})
	c.MustDeliver(c.author, &disputetypes.MsgDrop{Challenger: c.author.String(), Dispute: other})
	until2 := c.Now()
	for range 22 { // over the end of the grants
		c.Advance(time.Hour)
	}
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.buyer, adapt).Verdict, "19 hours are left")
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.fan, trainAI).Verdict, "the pass stands still")
	require.Error(t, c.Deliver(c.fan, c.acquires(c.fan, work, alone, 5)).Err())
	c.Chain = c.Reimport()
	c.NextBlock()
	sock := disputetypes.NewDisputeID(work.ID, c.sock.Address, 1)
	c.MustDeliver(c.sock, &disputetypes.MsgDrop{Challenger: c.sock.String(), Dispute: sock})
	held := c.Now().Sub(from)
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, held, row.HeldFor(c.Now()))
	row, err = c.App.Keepers.Registry.GetWork(c.Ctx(), second.ID)
	require.NoError(t, err)
	require.Equal(t, until2.Sub(from2), row.HeldFor(c.Now()))
	res, err := licensetypes.NewQueryClient(c.Conn()).Grant(c.Ctx(), &licensetypes.QueryGrantRequest{Grant: grant})
	require.NoError(t, err)
	end := *res.Grant.Grant.ExpiresAt
	require.True(t, end.Sub(c.Now()) > 19*time.Hour && end.Sub(c.Now()) < 20*time.Hour, end.Sub(c.Now()))
	c.Advance(end.Sub(c.Now()) - time.Second)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.buyer, adapt).Verdict)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.buyer, copies).Verdict)
	require.NotEqual(t, "", c.rights(made, c.fan, trainAI).Verdict.String())
	c.Advance(time.Second)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.buyer, adapt).Verdict)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.buyer, copies).Verdict)
	c.Advance(time.Minute)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.fan, trainAI).Verdict)
	c.sound()
	c.MustDeliver(c.buyer, &licensetypes.MsgRenewGrant{Licensee: c.buyer.String(), Grant: grant, MaxFee: fee(1_000), Seen: c.Seen(work, sold)})
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.buyer, copies).Verdict)
	c.Advance(29 * time.Hour)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.buyer, copies).Verdict)
	c.Advance(2 * time.Hour)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.buyer, copies).Verdict)
	c.sound()
}

// After a transfer by a ruling the old owner has nothing left to say.
func TestAttackTheOldOwnerAfterATransfer(t *testing.T) {
	c := newCourt(t)
	open, remix5 := chain.Preset("commercial-remix-10"), chain.Preset("commercial-remix-5")
	asks := c.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Asks", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, DerivativeApproval: true, MaxGrants: 5,
	})
	work := c.Register("hit", c.thief)
	c.Offer(work, open)
	c.Offer(work, asks)
	late := c.Derive("late", c.fan, c.Register("base", c.fan).Under(open))
	c.Offer(late, open)
	c.Derive("of late", c.buyer, late.Under(open))
	c.MustDeliver(c.thief, &licensetypes.MsgApprove{Owner: c.thief.String(), Work: work.ID, Terms: asks, Licensee: c.sock.String()})
	c.MustDeliver(c.thief, chain.ApproveSourceMsg(work.Under(open), late))
	c.MustDeliver(c.thief, &registrytypes.MsgOfferTransfer{Owner: c.thief.String(), Work: work.ID, Recipient: c.sock.String()})
	accept := c.AcceptTransferMsg(work, c.sock)
	waits := c.Derive("waits", c.nobody, c.Register("loop", c.nobody).Under(open))
	c.Offer(waits, open)
	c.Derive("of waits", c.buyer, waits.Under(open))
	admit := c.DeriveMsg(waits, work.Under(open))
	admit.AllowUnapproved = true
	var admitted types.MsgDeriveResponse
	c.MustDeliver(c.nobody, admit).Response(t, 0, &admitted)
	c.decide(c.stolen(c.author, work))
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.True(t, row.OwnedBy(c.author.Address))
	for what, m := range map[string]struct {
		by  chain.Account
		msg sdk.Msg
	}{
		"accept":             {c.sock, accept},
		"use an approval":    {c.sock, &licensetypes.MsgAcquire{Licensee: c.sock.String(), Work: work.ID, Terms: asks, Seen: c.Seen(work, asks)}},
		"use a later source": {c.fan, c.DeriveMsg(late, work.Under(open))},
		"approve": {c.thief, &types.MsgApproveSource{
			Owner: c.thief.String(), Source: work.ID, Derivative: waits.ID, Declaration: admitted.Declaration,
			Shown: chain.ApproveSourceMsg(work.Under(open), late).Shown,
		}},
		"offer": {c.thief, chain.OfferMsg(work, remix5)},
		"close": {c.thief, &licensetypes.MsgCloseOffer{Owner: c.thief.String(), Work: work.ID, Terms: open}},
		"own": {c.thief, &types.MsgDerive{
			Owner: c.thief.String(), Work: c.Register("thiefs", c.thief).ID,
			MaxTotalRate: chain.Whole, Sources: []types.Source{{Work: work.ID, Role: types.ROLE_PARENT_OF}},
		}},
		"assign": {c.thief, &royaltytypes.MsgAssignShares{
			Holder: c.thief.String(), Work: work.ID,
			Shares: []royaltytypes.Assignment{{Account: c.thief.String(), Weight: chain.Whole}},
		}},
	} {
		require.Error(t, c.Deliver(m.by, m.msg).Err(), what)
	}
	c.MustDeliver(c.author, &types.MsgApproveSource{
		Owner: c.author.String(), Source: work.ID, Derivative: waits.ID, Declaration: admitted.Declaration,
		Shown: chain.ApproveSourceMsg(work.Under(open), late).Shown,
	})
	c.sound()
}

// Of what was invalidated nothing new is made, paid or granted.
func TestAttackWhatIsInvalidIsOver(t *testing.T) {
	c := newCourt(t)
	open, by := chain.Preset("commercial-remix-10"), chain.Preset("cc-by-4.0")
	sold := c.sold("Sold", nil)
	work := c.Register("hit", c.thief)
	for _, terms := range []licensetypes.TermsID{open, by, sold} {
		c.Offer(work, terms)
	}
	c.MustDeliver(c.buyer, c.acquires(c.buyer, work, sold, 0))
	grant := licensetypes.NewGrantID(work.ID, sold, c.buyer.Address, 0)
	made := c.Register("made", c.buyer)
	c.MustDeliver(c.buyer, c.by(made, work.Under(sold), grant))
	c.MustDeliver(c.fan, chain.PaymentChannelMsg(c.fan, 1, *fee(100_000), work.Share(chain.Whole)))
	second := c.stolen(c.sock, work)
	c.decide(c.contest(c.author, work, disputetypes.KIND_FALSE_DECLARATION, disputetypes.Redress{Invalidate: true}))
	mine := c.Register("mine", c.fan)
	source := c.Register("source", c.fan)
	c.Offer(source, open)
	for what, m := range map[string]struct {
		by  chain.Account
		msg sdk.Msg
	}{
		"pay":     {c.fan, chain.PayMsg(c.fan, work, *fee(5))},
		"acquire": {c.fan, c.acquires(c.fan, work, sold, 0)},
		"renew": {c.buyer, &licensetypes.MsgRenewGrant{
			Licensee: c.buyer.String(), Grant: grant, MaxFee: fee(1_000),
			Seen: c.Seen(work, sold),
		}},
		"derive":   {c.fan, c.DeriveMsg(mine, work.Under(by))},
		"contain":  {c.fan, c.DeriveMsg(mine, work.Under(by).As(types.ROLE_CONTAINS))},
		"by grant": {c.buyer, c.by(c.Register("more", c.buyer), work.Under(sold), grant)},
		"own": {c.thief, &types.MsgDerive{
			Owner: c.thief.String(), Work: c.Register("thiefs", c.thief).ID,
			MaxTotalRate: chain.Whole, Sources: []types.Source{{Work: work.ID, Role: types.ROLE_CONTAINS}},
		}},
		"pass": {c.fan, &licensetypes.MsgAcquire{
			Licensee: c.fan.String(), Work: work.ID, Terms: sold, UsesOf: made.ID,
			MaxFee: fee(1_000), Seen: c.DemandsSeen(made),
		}},
		"dispute":  {c.nobody, opens(c.nobody, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: c.nobody.String()}, "x")},
		"object":   {c.fan, chain.PaymentChannelMsg(c.fan, 2, *fee(100_000), work.Share(chain.Whole))},
		"answer":   {c.thief, contests(c.thief, second)},
		"declare":  {c.thief, c.DeriveMsg(work, source.Under(open))},
		"register": {c.thief, chain.RegisterMsg(c.thief, "hit")},
		"offer":    {c.thief, chain.OfferMsg(work, chain.Preset("commercial-remix-5"))},
		"transfer": {c.thief, &registrytypes.MsgOfferTransfer{Owner: c.thief.String(), Work: work.ID, Recipient: c.sock.String()}},
	} {
		if err := c.Deliver(m.by, m.msg).Err(); err == nil {
			t.Error("not refused: ", what)
		}
	}
	t.Log(c.dispute(second).Phase, c.dispute(second).Deadline.Sub(c.Now()))
	c.Advance(arbitrationTime)
	c.NextBlock()
	require.Equal(t, disputetypes.OUTCOME_MOOT, c.dispute(second).Outcome, "%s %s", c.dispute(second).Phase, c.dispute(second).Deadline)
	c.Deliver(c.fan, chain.RedeemMsg(c.fan, chain.Voucher(c.fan, chain.PaymentChannelOf(c.fan, 1), 1_000, time.Time{})))
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, c.rights(work, c.buyer, copies).Verdict)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, c.rights(made, c.buyer, copies).Verdict)
	c.sound()
}

// A dispute on a work that is withdrawn, or on offer; its status afterwards.
func TestAttackTheStatusAfterAHold(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.thief)
	c.MustDeliver(c.thief, &registrytypes.MsgWithdrawWork{Owner: c.thief.String(), Work: work.ID})
	first := c.stolen(c.author, work)
	second := c.contest(c.sock, work, disputetypes.KIND_WRONG_TERMS,
		disputetypes.Redress{Offer: []licensetypes.TermsID{chain.Preset("cc0-1.0")}})
	c.MustDeliver(c.author, &disputetypes.MsgDrop{Challenger: c.author.String(), Dispute: first})
	require.Error(t, c.Deliver(c.thief, &registrytypes.MsgRestoreWork{Owner: c.thief.String(), Work: work.ID}).Err())
	c.MustDeliver(c.thief, concedes(c.thief, second))
	c.NextBlock()
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.Equal(t, registrytypes.STATUS_WITHDRAWN, row.Status)
	t.Log(c.dispute(second).Outcome, c.dispute(second).Phase, c.rights(work, c.fan, copies).Verdict)
	c.sound()
}

// Taints: a deep chain, a diamond, and what is made while descendants are told.
func TestAttackTaints(t *testing.T) {
	c := newCourt(t)
	c.Write(func(ctx sdk.Context) error {
		params, err := c.App.Keepers.Dispute.Params.Get(ctx)
		params.NoticeBudget, params.MaxNotices = 1, 6
		if err == nil {
			err = c.App.Keepers.Dispute.UpdateParams(ctx, params)
		}
		return err
	})
	free := chain.Preset("cc0-1.0")
	root, clean := c.Register("root", c.thief), c.Register("clean", c.author)
	left, right := c.Derive("left", c.buyer, root.Under(free)), c.Derive("right", c.fan, root.Under(free), clean.Under(free))
	both := c.Derive("both", c.buyer, left.Under(free), right.Under(free))
	line := []chain.Work{both}
	for i := range 8 {
		line = append(line, c.Derive(fmt.Sprint("line ", i), c.buyer, line[i].Under(free)))
	}
	standing := func(work chain.Work) *disputetypes.QueryStandingResponse {
		res, err := disputetypes.NewQueryClient(c.Conn()).Standing(c.Ctx(), &disputetypes.QueryStandingRequest{Work: work.ID})
		require.NoError(t, err)
		return res
	}
	last := line[len(line)-1]
	other := c.contest(c.sock, clean, disputetypes.KIND_FALSE_DECLARATION, disputetypes.Redress{Invalidate: true})
	require.Len(t, standing(last).Ancestors, 1)
	c.MustDeliver(c.sock, &disputetypes.MsgDrop{Challenger: c.sock.String(), Dispute: other})
	require.Empty(t, standing(last).Ancestors, "cleared")
	c.decide(c.contest(c.author, root, disputetypes.KIND_FALSE_DECLARATION, disputetypes.Redress{Invalidate: true}))
	c.sound()
	c.Chain = c.Reimport()
	c.NextBlock()
	made := c.Derive("made meanwhile", c.fan, left.Under(free))
	for range 30 {
		c.NextBlock()
		c.RequireInvariants()
	}
	for _, w := range append(line, left, right, made) {
		require.Len(t, standing(w).Ancestors, 1)
		require.Equal(t, registrytypes.STATUS_INVALIDATED, standing(w).Ancestors[0].Status)
	}
	told, err := c.App.Keepers.Dispute.Taints.Has(c.Ctx(), collections.Join(left.ID, root.ID))
	require.NoError(t, err)
	require.True(t, told)
	c.sound()
}

// What the thousandth dispute on one work costs, in gas, in all that is done with the work.
func TestAttackManyDisputesOnOneWork(t *testing.T) {
	c := newCourt(t)
	work := c.Register("hit", c.author)
	c.Offer(work, chain.Preset("commercial-remix-10"))
	made := c.Derive("made", c.fan, work.Under(chain.Preset("commercial-remix-10")))
	var gas []int64
	var ids []disputetypes.DisputeID
	for i := range 120 {
		by := c.Account(fmt.Sprint("griefer ", i))
		result := c.MustDeliver(by, opens(by, work, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: by.String()}, "x"))
		gas = append(gas, result.GasUsed)
		var res disputetypes.MsgOpenResponse
		result.Response(t, 0, &res)
		ids = append(ids, res.Dispute)
	}
	t.Log(gas[0], gas[1], gas[len(gas)-1])
	require.Less(t, gas[len(gas)-1], gas[0]+20_000)
	result := c.MustDeliver(c.author, contests(c.author, ids[0]))
	t.Log("contest ", result.GasUsed)
	result = c.MustDeliver(c.author, concedes(c.author, ids[1]))
	t.Log("concede ", result.GasUsed, c.dispute(ids[1]).Phase)
	_, err := disputetypes.NewQueryClient(c.Conn()).Standing(c.Ctx(), &disputetypes.QueryStandingRequest{Work: made.ID})
	require.NoError(t, err)
	c.RequireInvariants()
	c.Advance(answerTime)
	c.Advance(time.Second)
	for _, id := range ids {
		require.Equal(t, disputetypes.PHASE_ARBITRATION, c.dispute(id).Phase)
	}
	c.MustDeliver(c.judge, c.upholds(ids[5]))
	c.Advance(appealTime)
	c.NextBlock()
	c.Advance(arbitrationTime)
	c.Advance(time.Second)
	c.Advance(governanceTime)
	c.Advance(time.Second)
	c.NextBlock()
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	require.NoError(t, err)
	require.False(t, row.Disputed())
	c.sound()
}

// The shares of what is invalid go to a successor that is invalid itself, or back in a circle.
func TestAttackSuccessors(t *testing.T) {
	c := newCourt(t)
	open := chain.Preset("commercial-remix-10")
	first, second := c.Register("first", c.thief), c.Register("second", c.sock)
	made := c.Derive("made", c.fan, first.Under(open), second.Under(open))
	c.decide(c.contest(c.author, first, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{Invalidate: true, Successor: second.ID}))
	c.Pay(c.buyer, made, "100000uusdc")
	c.NextBlock()
	c.RequireInvariants()
	msg := opens(c.author, second, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{Invalidate: true, Successor: first.ID}, "y")
	result := c.Deliver(c.author, msg)
	if result.Err() == nil {
		var res disputetypes.MsgOpenResponse
		result.Response(t, 0, &res)
		c.Advance(answerTime)
		err := c.Deliver(c.judge, c.upholds(res.Dispute)).Err()
		t.Log("a circle is ruled: ", err)
		c.Advance(appealTime)
		c.NextBlock()
		c.Pay(c.buyer, made, "100000uusdc")
		for range 4 {
			c.NextBlock()
		}
		c.RequireInvariants()
		t.Log(c.dispute(res.Dispute).Outcome, c.dispute(res.Dispute).Phase, c.dispute(res.Dispute).Failure)
	}
	c.sound()
}
