package app_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// weighing is an output of Bob's with a source of Alice's that weighs 20 % and one of Carol's that
// weighs 30 %.
func weighing(t *testing.T) (c *chain.Chain, output, hers, carols chain.Work) {
	c = court(t)
	hers, carols, output = c.Register("a photograph", alice), c.Register("a drawing", carol), c.Register("an output", bob)
	by := chain.Preset("cc-by-4.0")
	c.Offer(hers, by)
	c.Offer(carols, by)
	sources := []lineagetypes.Source{
		{Work: hers.ID, Role: lineagetypes.ROLE_INPUT_TO, Permission: by.String(), Weight: 200_000},
		{Work: carols.ID, Role: lineagetypes.ROLE_INPUT_TO, Permission: by.String(), Weight: 300_000},
	}
	c.MustDeliver(bob, &lineagetypes.MsgDerive{Owner: bob.String(), Work: output.ID, Sources: sources, MaxTotalRate: chain.Whole})
	return c, output, hers, carols
}

// weights are in order of source, as messages want them.
func weights(of map[registrytypes.WorkID]uint32) (list []lineagetypes.RuledWeight) {
	for work, weight := range of {
		list = append(list, lineagetypes.RuledWeight{Source: work, Weight: weight})
	}
	slices.SortFunc(list, func(a, b lineagetypes.RuledWeight) int { return bytes.Compare(a.Source[:], b.Source[:]) })
	return list
}

func requireWeight(t *testing.T, c *chain.Chain, work, source chain.Work, want uint32) {
	t.Helper()
	got, _, found, err := c.App.Keepers.Lineage.Weight(c.Ctx(), work.ID, source.ID)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, want, got)
}

// TestAWeightIsAgreedTo: the owner of a source objects in time, and the owner of the output agrees
// to just that.
func TestAWeightIsAgreedTo(t *testing.T) {
	c, output, hers, carols := weighing(t)
	object := &disputetypes.MsgObjectToWeight{Owner: alice.String(), Work: output.ID, Source: hers.ID, Weight: 600_000}
	theirs := *object
	theirs.Owner = carol.String()
	require.ErrorIs(t, c.Deliver(carol, &theirs).Err(), registrytypes.ErrNotOwner)
	c.MustDeliver(alice, object)

	agree := func(weights []lineagetypes.RuledWeight) *disputetypes.MsgAgreeToWeight {
		return &disputetypes.MsgAgreeToWeight{Owner: bob.String(), Work: output.ID, Source: hers.ID, Weights: weights}
	}
	require.ErrorIs(t, c.Deliver(bob, agree(weights(map[registrytypes.WorkID]uint32{hers.ID: 500_000}))).Err(), disputetypes.ErrNoObjection)
	both := weights(map[registrytypes.WorkID]uint32{hers.ID: 600_000, carols.ID: 400_000})
	require.ErrorIs(t, c.Deliver(bob, agree(both)).Err(), disputetypes.ErrNoObjection, "nobody has asked for carol's 40 %")
	c.MustDeliver(carol, &disputetypes.MsgObjectToWeight{Owner: carol.String(), Work: output.ID, Source: carols.ID, Weight: 400_000})
	require.NoError(t, c.Deliver(bob, agree(both)).Err())
	requireWeight(t, c, output, hers, 600_000)
	requireWeight(t, c, output, carols, 400_000)
	require.ErrorIs(t, c.Deliver(bob, agree(weights(map[registrytypes.WorkID]uint32{hers.ID: 600_000}))).Err(),
		disputetypes.ErrNoObjection, "it is settled")

	c.Advance(disputetypes.DefaultParams().ObjectionWindow)
	require.ErrorIs(t, c.Deliver(alice, object).Err(), disputetypes.ErrTooLate)
	c.RequireSameExport().RequireInvariants()
}

// TestAWeightThatIsNotAgreedToIsRuled: that holds nothing: the output is made from, licensed and paid
// as before. It is opened after an objection, and the weights of all sources stay within the whole.
func TestAWeightThatIsNotAgreedToIsRuled(t *testing.T) {
	c, output, hers, carols := weighing(t)
	claim := disputetypes.Redress{Weights: weights(map[registrytypes.WorkID]uint32{hers.ID: 700_000, carols.ID: 300_000})}
	msg := openMsg(alice, output.ID, disputetypes.KIND_FALSE_WEIGHT, claim, "the prompt")
	require.ErrorIs(t, c.Deliver(alice, msg).Err(), disputetypes.ErrNoObjection)
	c.MustDeliver(alice, &disputetypes.MsgObjectToWeight{Owner: alice.String(), Work: output.ID, Source: hers.ID, Weight: 700_000})
	id := contest(t, c, alice, output.ID, disputetypes.KIND_FALSE_WEIGHT, claim, "the prompt")
	c.Derive("made of the output", dave, output.Under(chain.Preset("cc-by-4.0")))

	c.Advance(answerTime)
	rule := func(weights []lineagetypes.RuledWeight) error {
		return c.Deliver(judge, &disputetypes.MsgRule{
			Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: disputetypes.Redress{Weights: weights},
		}).Err()
	}
	require.ErrorIs(t, rule(weights(map[registrytypes.WorkID]uint32{hers.ID: 800_000})), lineagetypes.ErrOverWhole, "carol's 30 % stay")
	require.NoError(t, rule(weights(map[registrytypes.WorkID]uint32{hers.ID: 500_000})))
	requireWeight(t, c, output, hers, 200_000)
	c.Advance(appealTime)
	carriedOut(t, c, id)
	requireWeight(t, c, output, hers, 500_000)
	requireWeight(t, c, output, carols, 300_000)
	c.RequireSameExport().RequireInvariants()
}

// TestAnUnfairManifestGivesAShare: who contributed and was left out gets a share of what a dataset
// earns, and others less in proportion; nothing is on hold meanwhile.
func TestAnUnfairManifestGivesAShare(t *testing.T) {
	c := court(t)
	dataset := c.Register("a dataset", bob)
	claim := disputetypes.Redress{Payee: &disputetypes.Payee{Account: alice.String(), Share: 250_000}}
	id := contest(t, c, alice, dataset.ID, disputetypes.KIND_UNFAIR_MANIFEST, claim, "commits of hers")
	c.Pay(dave, dataset, usdc("1000"))
	c.NextBlock()
	c.RequireBalance(bob, usdc("1000001000"))
	c.Advance(answerTime)
	less := disputetypes.Redress{Payee: &disputetypes.Payee{Account: alice.String(), Share: 200_000}}
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: less})
	c.Advance(appealTime)
	carriedOut(t, c, id)
	c.Pay(dave, dataset, usdc("1000"))
	c.NextBlock()
	c.RequireBalance(bob, usdc("1000001800"))
	c.RequireBalance(alice, usdc("1000000200"))
	c.RequireSameExport().RequireInvariants()
}

// TestAFalseDeclarationEndsOffers: "no AI was used", it says, and terms that only its author could give.
func TestAFalseDeclarationEndsOffers(t *testing.T) {
	c := court(t)
	work := c.Register("a novel", bob)
	wrong, right := chain.Preset("cc0-1.0"), chain.Preset("cc-by-4.0")
	c.Offer(work, wrong)
	claim := disputetypes.Redress{CloseOffers: []licensetypes.TermsID{wrong}, Offer: []licensetypes.TermsID{right}}
	none := openMsg(alice, work.ID, disputetypes.KIND_FALSE_DECLARATION, disputetypes.Redress{CloseOffers: claim.Offer}, "x")
	require.ErrorIs(t, c.Deliver(alice, none).Err(), disputetypes.ErrInvalidRedress, "it is not on offer under these")
	id := contest(t, c, alice, work.ID, disputetypes.KIND_FALSE_DECLARATION, claim, "the manuscript")
	c.Advance(answerTime)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: claim})
	c.Advance(appealTime)
	carriedOut(t, c, id)
	for terms, want := range map[licensetypes.TermsID]bool{wrong: false, right: true} {
		offered, err := c.App.Keepers.License.Offers.Has(c.Ctx(), collections.Join(work.ID, terms))
		require.NoError(t, err)
		require.Equal(t, want, offered)
	}
	c.RequireSameExport().RequireInvariants()
}

// TestAnApprovalThatDoesNotComeIsRuled: the owner of a work that waits for an approval of a later source
// asks for it here, and the arbiter gives it for all.
func TestAnApprovalThatDoesNotComeIsRuled(t *testing.T) {
	c := court(t)
	free := licensetypes.Terms{
		Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 9,
	}
	c.MustDeliver(bob, &licensetypes.MsgPublishTerms{Author: bob.String(), Terms: free})
	remix10 := chain.Preset("commercial-remix-10")
	hit, work := c.Register("hit", alice), c.Register("mash-up", bob)
	c.Offer(hit, remix10)
	c.Offer(work, free.ID())
	c.MustDeliver(dave, &licensetypes.MsgAcquire{Licensee: dave.String(), Work: work.ID, Terms: free.ID()})
	c.MustDeliver(bob, &licensetypes.MsgCloseOffer{Owner: bob.String(), Work: work.ID, Terms: free.ID()})

	// Alice is dead. What Dave may do already would hide her demands, so that the source waits for her.
	msg := c.DeriveMsg(work, hit.Under(remix10))
	msg.AllowUnapproved = true
	c.MustDeliver(bob, msg)
	by := chain.OfferMsg(work, chain.Preset("commercial-use"))
	require.ErrorContains(t, c.Deliver(bob, by).Err(), "unapproved_source")

	claim := disputetypes.Redress{Declaration: 1}
	id := contest(t, c, bob, work.ID, disputetypes.KIND_UNAPPROVED_SOURCE, claim, "letters to her heirs")
	c.Advance(answerTime)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: claim})
	require.ErrorContains(t, c.Deliver(bob, by).Err(), "unapproved_source")
	c.Advance(appealTime)
	carriedOut(t, c, id)
	require.NoError(t, c.Deliver(bob, by).Err())
	c.Pay(dave, work, usdc("1000"))
	c.NextBlock()
	c.RequireBalance(alice, usdc("1000000100"))
	c.RequireSameExport().RequireInvariants()
}

// TestReceiptsOfWhatWasInEscrow: receipts of payments in the block of the opening, later, and in the block in
// which the ruling is carried out say that Alice got them, and she did.
func TestReceiptsOfWhatWasInEscrow(t *testing.T) {
	c := court(t)
	work := c.Register("photograph", bob)
	msg := openMsg(alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: alice.String()}, "a raw file")
	pay := func() []byte { return c.Sign(dave, chain.PayMsg(dave, work, sdk.NewInt64Coin("uusdc", 1000))) }
	var blocks []chain.Block
	before := c.Block(pay())
	blocks = append(blocks, c.Block(c.Sign(alice, msg), pay()))
	blocks = append(blocks, c.Advance(answerTime, pay()))
	id := disputetypes.NewDisputeID(work.ID, alice.Address, 1)
	c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: msg.Claim})
	blocks = append(blocks, c.Advance(appealTime, pay()), c.Block(pay()))
	c.NextBlock()
	carriedOut(t, c, id)
	got := func(b chain.Block) string {
		b.RequireOK(t)
		last := b.Txs[len(b.Txs)-1]
		paid := chain.Typed[*royaltytypes.EventPaid](t, last.Events)[0]
		res, err := royaltytypes.NewQueryClient(c.Conn()).Assigned(t.Context(), &royaltytypes.QueryAssignedRequest{
			Work: paid.Work, Epoch: paid.Epoch, Amount: paid.Amount + paid.Denom, Height: uint64(b.Height), Moved: uint64(b.Height),
		})
		require.NoError(t, err)
		require.Len(t, res.Payees, 1)
		require.Equal(t, royaltytypes.PROGRESS_FLUSHED, res.Payees[0].Progress)
		return res.Payees[0].Account
	}
	require.Equal(t, bob.String(), got(before))
	for i, b := range blocks {
		require.Equal(t, alice.String(), got(b), "%d", i)
	}
	c.RequireBalance(alice, usdc("1000004000"))
	c.RequireBalance(bob, usdc("1000001000"))
}

// TestADisputeCostsTheSameHoweverManyDerivativesThereAre: opening, contesting and ruling write the same few rows.
func TestADisputeCostsTheSameHoweverManyDerivativesThereAre(t *testing.T) {
	c := court(t)
	plain, source := c.Register("plain", bob), c.Register("source of many", bob)
	under := source.Under(chain.Preset("commercial-remix-10"))
	for i := range 300 {
		c.Derive(fmt.Sprint("made of it ", i), carol, under)
	}
	gas := func(work chain.Work) (used []int64) {
		id := disputetypes.NewDisputeID(work.ID, alice.Address, 1)
		claim := disputetypes.Redress{TransferTo: alice.String()}
		for _, step := range []struct {
			by  chain.Account
			msg sdk.Msg
		}{
			{alice, openMsg(alice, work.ID, disputetypes.KIND_PRIOR_CLAIM, claim, work.ID.String())},
			{bob, &disputetypes.MsgAnswer{Respondent: bob.String(), Dispute: id, Bond: ustem(bond)}},
			{judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: claim}},
		} {
			used = append(used, c.MustDeliver(step.by, step.msg).GasUsed)
		}
		return used
	}
	gas(c.Register("the first, which makes rows that stay", bob))
	without, with := gas(plain), gas(source)
	for i := range without {
		require.InDelta(t, without[i], with[i], float64(without[i])/100)
	}
	t.Log(without, with)
}

// TestAShellThatTakesTheRevenueOfAStolenWork: the thief derived it from a work of a second account, which gets
// nearly all. That one is disputed too: what is none of its makings goes to the stolen work, and with it to Alice.
func TestAShellThatTakesTheRevenueOfAStolenWork(t *testing.T) {
	c := court(t)
	shell := c.Register("shell", carol)
	work := c.Derive("photograph", bob, shell.Under(chain.Preset("commercial-remix-10")))
	transfer := disputetypes.Redress{TransferTo: alice.String()}
	toIt := disputetypes.Redress{Invalidate: true, Successor: work.ID}
	for _, claim := range []struct {
		of   chain.Work
		kind disputetypes.Kind
		what disputetypes.Redress
	}{{work, disputetypes.KIND_PRIOR_CLAIM, transfer}, {shell, disputetypes.KIND_FALSE_DECLARATION, toIt}} {
		contest(t, c, alice, claim.of.ID, claim.kind, claim.what, "a raw file")
	}
	c.Pay(dave, work, usdc("1000"))
	c.Advance(answerTime)
	for of, what := range map[registrytypes.WorkID]disputetypes.Redress{work.ID: transfer, shell.ID: toIt} {
		id := disputetypes.NewDisputeID(of, alice.Address, 1)
		c.MustDeliver(judge, &disputetypes.MsgRule{Arbiter: judge.String(), Dispute: id, Upheld: true, Redress: what})
	}
	c.Advance(appealTime)
	c.NextBlock()
	c.Pay(dave, work, usdc("1000"))
	c.NextBlock()
	c.NextBlock()
	c.RequireBalance(alice, usdc("1000002000"))
	c.RequireBalance(carol, usdc("1000000000"))
	c.RequireInvariants()
}
