package app_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// rental are terms by which a grant pays for 10 uses as input.
var rental = licensetypes.Terms{
	Spdx: "LicenseRef-Rental", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Transferable: true,
	AiInput: licensetypes.PERMISSION_PAID, UsesPerGrant: 10, GrantFee: microUSDC(10),
}

// rented is a song of bob's that is rented out, and the first grant of a licensee's.
func rented(c *chain.Chain, licensees ...chain.Account) (chain.Work, []licensetypes.GrantID) {
	song := chain.WorkOf("song", bob)
	c.MustDeliver(bob, chain.RegisterMsg(bob, "song"), &licensetypes.MsgPublishTerms{Author: bob.String(), Terms: rental},
		chain.OfferMsg(song, rental.ID()))
	var grants []licensetypes.GrantID
	for _, l := range licensees {
		c.MustDeliver(l, acquireUses(l, song, 0))
		grants = append(grants, licensetypes.NewGrantID(song.ID, rental.ID(), l.Address, 0))
	}
	return song, grants
}

func acquireUses(licensee chain.Account, work chain.Work, serial uint64) *licensetypes.MsgAcquire {
	fee := microUSDC(10)[0]
	return &licensetypes.MsgAcquire{
		Licensee: licensee.String(), Work: work.ID, Terms: rental.ID(), Serial: serial, MaxFee: &fee, MaxRate: chain.Whole,
	}
}

func useMsg(sender chain.Account, grant licensetypes.GrantID, total uint64) *licensetypes.MsgUse {
	return &licensetypes.MsgUse{Sender: sender.String(), Uses: []licensetypes.UseCount{{Grant: grant, Total: total}}}
}

// shown is a count that its holder signed, sent by somebody else.
func shown(sender, holder chain.Account, grant licensetypes.GrantID, total uint64) *licensetypes.MsgUse {
	v, err := usevoucher.New(chain.ID, grant, total)
	if err == nil {
		v, err = v.Sign(holder.Key.Sign)
	}
	if err != nil {
		panic(err)
	}
	return &licensetypes.MsgUse{Sender: sender.String(), Uses: []licensetypes.UseCount{v.Message()}}
}

func usesOf(t *testing.T, c *chain.Chain, id licensetypes.GrantID) uint64 {
	t.Helper()
	g, err := c.App.Keepers.License.GetGrant(c.Ctx(), id)
	require.NoError(t, err)
	return g.Uses
}

// madeUnder declares that a work was changed under a grant.
func madeUnder(work, source chain.Work, grant licensetypes.GrantID) *lineagetypes.MsgDerive {
	msg := chain.DeriveMsg(work)
	msg.Sources = []lineagetypes.Source{{Work: source.ID, Role: lineagetypes.ROLE_PARENT_OF, Permission: grant.String()}}
	return msg
}

// TestAttackAnActIsReadTwice: nodes that execute in parallel decode a transaction once, and execute it again when another
// of the block changed what it read. An act that settles a work which it registers was changed by being looked at, so
// that it had another outcome the second time, and nodes did not agree.
func TestAttackAnActIsReadTwice(t *testing.T) {
	plain, id := agency(t, chain.Twice())
	parallel, _ := agency(t, chain.BlockSTM(4))
	chains := []*chain.Chain{plain, parallel}
	song := chain.WorkOf("song", bob)
	limit := limitOf(plain, "uusdc", 5, 5, 5, "/stemma.registry.v1.MsgRegister", "/stemma.royalty.v1.MsgSettle")
	limit.Works = []registrytypes.WorkID{song.ID}
	for _, c := range chains {
		c.Register("song", bob)
		setLimit(c, id, robot, limit)
	}
	for round := range 5 {
		output := fmt.Sprint("output ", round)
		settle := &royaltytypes.MsgSettle{
			Sender: alice.String(), Works: []registrytypes.WorkID{chain.WorkOf(output, alice).ID, song.ID}, Denoms: []string{"uusdc"},
		}
		var names []string // time in which the act is executed for the first time
		for i := range 200 {
			names = append(names, fmt.Sprint("work ", round, i))
		}
		var blocks []chain.Block
		for _, c := range chains {
			again := &agenttypes.MsgSetLimit{Controller: alice.String(), Agent: id, Key: robot.String(), Limit: limit}
			blocks = append(blocks, c.Block(c.Sign(alice, chain.RegisterMsg(alice, names...), again),
				c.Sign(robot, act(t, id, robot, chain.RegisterMsg(alice, output), settle))))
			require.NoError(t, blocks[0].Txs[0].Err())
		}
		requireSameResults(t, blocks[0], blocks[1])
		require.NoError(t, blocks[0].Txs[1].Err())
		require.Equal(t, blocks[0].AppHash, blocks[1].AppHash)
	}
}

// TestMessagesAreExecutedAsTheyWereSigned: nothing that executes a message changes it, for the same reason.
func TestMessagesAreExecutedAsTheyWereSigned(t *testing.T) {
	c := chain.New(t, chain.Accounts(chain.NamedMany("player", players)...), chain.Genesis(tinyMinima), chain.Genesis(shortWindows))
	g := &game{seen: c, rng: rand.New(rand.NewPCG(*simSeed, 7)), outcomes: map[string]int{}, serials: map[string]uint64{}}
	c.Block(g.opening(c)...).RequireOK(t)
	for range 20 {
		var txs [][]byte
		for range 20 {
			signer, name, msgs := g.transaction()
			txs = append(txs, c.Sign(signer, msgs...))
			ctx, _ := c.Ctx().CacheContext()
			for _, msg := range msgs {
				before, err := proto.Marshal(msg)
				require.NoError(t, err)
				_, _ = c.App.MsgServiceRouter().Handler(msg)(ctx, msg)
				after, err := proto.Marshal(msg)
				require.NoError(t, err)
				require.Equal(t, before, after, name)
			}
		}
		c.Block(txs...)
	}
}

// TestAttackAGrantOnOfferIsUsedUp: alice offers carol a grant with 10 uses. Carol accepts, and in the same block before her alice
// uses it up and offers it again. An offer of a work or of an agent has a number, that of a grant has none.
func TestAttackAGrantOnOfferIsUsedUp(t *testing.T) {
	c, _ := agency(t)
	_, grants := rented(c, alice)
	offer := &licensetypes.MsgOfferGrant{Licensee: alice.String(), Grant: grants[0], Recipient: carol.String()}
	c.MustDeliver(alice, offer)
	block := c.Block(c.Sign(alice, useMsg(alice, grants[0], 10), offer), c.Sign(carol, c.AcceptGrantMsg(grants[0], carol)))
	require.NoError(t, block.Txs[0].Err())
	require.Error(t, block.Txs[1].Err())
}

// TestVouchersEndWithTheirHolder: alice has shown bob's shop ten uses, which it has not redeemed. One transaction offers her grant to a
// second account of hers and accepts it: the shop has served for nothing, which ADR 0072 tells it. Terms that can't be transferred
// save it from that.
func TestVouchersEndWithTheirHolder(t *testing.T) {
	c, _ := agency(t)
	_, grants := rented(c, alice)
	early := shown(bob, alice, grants[0], 10)
	offer := &licensetypes.MsgOfferGrant{Licensee: alice.String(), Grant: grants[0], Recipient: carol.String()}
	both := chain.Tx{Msgs: []sdk.Msg{offer, c.AcceptGrantMsg(grants[0], carol)}, Signers: []chain.Account{alice, carol}}
	c.Block(c.SignTx(both)).RequireOK(t)
	requireCode(t, c.Deliver(bob, early), licensetypes.ErrInvalidUseVoucher)
	c.MustDeliver(carol, useMsg(carol, grants[0], 10))
}

// TestAttackAKeyTakesAllSerials: a key with one unit to spend opens a payment channel with the last serial there is. Its controller
// can never open another.
func TestAttackAKeyTakesAllSerials(t *testing.T) {
	c, id := agency(t)
	song := c.Register("song", bob)
	open := func(serial uint64) sdk.Msg {
		return chain.PaymentChannelMsg(alice, serial, microUSDC(1)[0], song.Share(chain.Whole))
	}
	setLimit(c, id, robot, limitOf(c, "uusdc", 1, 1, 1, sdk.MsgTypeURL(open(1))))
	requireCode(t, c.Deliver(robot, act(t, id, robot, open(1<<64-1))), royaltytypes.ErrInvalidPaymentChannel)
	c.MustDeliver(alice, open(1))
}

// TestAttackAWorkOnOfferUsesUpItsGrant: the grant moves with a remix that is on offer. Whoever accepts it has looked at 10 uses,
// which its owner uses up in the same block before.
func TestAttackAWorkOnOfferUsesUpItsGrant(t *testing.T) {
	c, _ := agency(t)
	song, grants := rented(c, alice)
	remix := c.Register("remix", alice)
	c.MustDeliver(alice, madeUnder(remix, song, grants[0]))
	offer := &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: remix.ID, Recipient: carol.String()}
	for total, count := range []*licensetypes.MsgUse{useMsg(alice, grants[0], 1), shown(bob, alice, grants[0], 2)} {
		c.MustDeliver(alice, offer)
		by := []chain.Account{alice, bob}[total]
		block := c.Block(c.Sign(by, count), c.Sign(alice, offer), c.Sign(carol, c.AcceptTransferMsg(remix, carol)))
		require.NoError(t, block.Txs[0].Err())
		require.NoError(t, block.Txs[1].Err())
		requireCode(t, block.Txs[2], registrytypes.ErrInvalidTransfer)
	}
	c.MustDeliver(carol, c.AcceptTransferMsg(remix, carol)) // what she sees now
	require.ErrorIs(t, c.Deliver(alice, useMsg(alice, grants[0], 3)).Err(), licensetypes.ErrNotLicensee)
	c.MustDeliver(carol, useMsg(carol, grants[0], 10))
	c.RequireInvariants()
	c.RequireSameExport()
}

// TestAttackALimitOfTermsSpendsAGrant: the limit names the terms that a key may rely on. It makes something under them from a
// remix of the song, which used up the controller's grant of the song, under terms that the limit does not name.
func TestAttackALimitOfTermsSpendsAGrant(t *testing.T) {
	c, id := agency(t)
	song, grants := rented(c, alice, carol)
	remix, output := c.Register("remix", carol), c.Register("output", alice)
	free := rental
	free.AiInput, free.UsesPerGrant, free.GrantFee = licensetypes.PERMISSION_ALLOW, 0, nil
	c.MustDeliver(carol, madeUnder(remix, song, grants[1]), &licensetypes.MsgPublishTerms{Author: carol.String(), Terms: free},
		chain.OfferMsg(remix, free.ID()))
	limit := limitOf(c, "uusdc", 5, 5, 5, deriveType)
	limit.Terms = []string{free.ID().String()}
	setLimit(c, id, robot, limit)
	msg := c.DeriveMsg(output, chain.Source{Work: remix, Terms: free.ID(), Role: lineagetypes.ROLE_INPUT_TO})
	msg.Record, msg.MaxGrants = &lineagetypes.GenerationRecord{Agent: id, Model: "a model"}, 0
	requireCode(t, c.Deliver(robot, act(t, id, robot, msg)), licensetypes.ErrOtherConditions)
	msg.MaxGrants = 1
	requireCode(t, c.Deliver(robot, act(t, id, robot, msg)), agenttypes.ErrUnreadable)
	require.Zero(t, usesOf(t, c, grants[0]))
	limit.Terms = nil
	setLimit(c, id, robot, limit)
	c.MustDeliver(robot, act(t, id, robot, msg))
	require.EqualValues(t, 1, usesOf(t, c, grants[0]))
}

// TestAttackTheEleventhUse: by the holder and by vouchers in one block, by an act, by x/authz, by a transaction that fails half
// way, by a derivation, by whoever held the grant before, and on a chain that begins with an export.
func TestAttackTheEleventhUse(t *testing.T) {
	c, id := agency(t)
	song, grants := rented(c, alice, carol)
	grant := grants[0]
	limit := limitOf(c, "uusdc", 100, 100, 100, "/stemma.license.v1.MsgUse", deriveType, "/stemma.registry.v1.MsgRegister")
	setLimit(c, id, robot, limit)
	require.NoError(t, c.Deliver(alice, mustGrant(t, alice, bob, sdk.MsgTypeURL(&licensetypes.MsgUse{}))).Err())
	exec := func(total uint64) sdk.Msg {
		msg := authz.NewMsgExec(bob.Address, []sdk.Msg{useMsg(alice, grant, total)})
		return &msg
	}
	block := c.Block(
		c.Sign(alice, useMsg(alice, grant, 3), useMsg(alice, grant, 2)), // the second changes nothing
		c.Sign(carol, shown(carol, alice, grant, 3), shown(carol, alice, grant, 5)),
		c.Sign(bob, shown(bob, alice, grant, 5), exec(6)),
		c.Sign(robot, act(t, id, robot, useMsg(alice, grant, 7))),
		c.Sign(alice, useMsg(alice, grant, 10), useMsg(alice, grant, 11)), // fails half way
		c.Sign(robot, act(t, id, robot, useMsg(alice, grant, 10), useMsg(alice, grant, 11))),
		c.Sign(carol, shown(carol, alice, grants[1], 1)), // of carol's grant
	)
	for i, tx := range block.Txs {
		require.Equal(t, i < 4, tx.Code == 0, "%d: %s", i, tx.Log)
	}
	require.EqualValues(t, 7, usesOf(t, c, grant))
	generate := func(output string) []sdk.Msg {
		msg := madeUnder(chain.WorkOf(output, alice), song, grant)
		msg.Sources[0].Role, msg.Record = lineagetypes.ROLE_INPUT_TO, &lineagetypes.GenerationRecord{Model: "a model"}
		return []sdk.Msg{chain.RegisterMsg(alice, output), msg}
	}
	block = c.Block(c.Sign(alice, generate("output")...), c.Sign(bob, shown(bob, alice, grant, 10)), c.Sign(alice, generate("another")...))
	require.Equal(t, []bool{true, true, false}, []bool{block.Txs[0].Code == 0, block.Txs[1].Code == 0, block.Txs[2].Code == 0})
	eleven := func(c *chain.Chain, holder chain.Account, grant licensetypes.GrantID) {
		for by, msg := range map[*chain.Account]sdk.Msg{&holder: useMsg(holder, grant, 11), &dave: shown(dave, holder, grant, 11)} {
			requireCode(t, c.Deliver(*by, msg), licensetypes.ErrUsesExhausted)
		}
		for _, most := range []uint64{1 << 63, 1<<64 - 1} {
			requireCode(t, c.Deliver(holder, useMsg(holder, grant, most)), licensetypes.ErrUsesExhausted)
		}
	}
	eleven(c, alice, grant)
	eleven(c, carol, grants[1])
	requireCode(t, c.Deliver(alice, acquireUses(alice, song, 0)), licensetypes.ErrGrantExists) // the same again

	// A voucher for more than is paid for waits for a renewal, and is dead once the grant is another's.
	early, offer := shown(dave, carol, grants[1], 11), &licensetypes.MsgOfferGrant{
		Licensee: carol.String(), Grant: grants[1], Recipient: dave.String(),
	}
	c.MustDeliver(carol, offer)
	c.MustDeliver(dave, c.AcceptGrantMsg(grants[1], dave))
	c.MustDeliver(dave, &licensetypes.MsgRenewGrant{
		Licensee: dave.String(), Grant: grants[1], MaxFee: acquireUses(dave, song, 0).MaxFee,
	})
	requireCode(t, c.Deliver(dave, early), licensetypes.ErrInvalidUseVoucher)
	c.MustDeliver(dave, useMsg(dave, grants[1], 20))
	c.RequireInvariants()
	next := c.Reimport()
	next.NextBlock()
	requireCode(t, next.Deliver(dave, useMsg(dave, grants[1], 21)), licensetypes.ErrUsesExhausted)
	next.MustDeliver(dave, early) // as many are counted already: it changes nothing
	require.EqualValues(t, 20, usesOf(t, next, grants[1]))
}

// mustGrant lets an account do what another may, of one type of messages.
func mustGrant(t *testing.T, from, to chain.Account, kind string) sdk.Msg {
	t.Helper()
	msg, err := authz.NewMsgGrant(from.Address, to.Address, authz.NewGenericAuthorization(kind), nil)
	require.NoError(t, err)
	return msg
}

// TestALicensorTakesNoUsesBack: whoever owns the song closes the offer, withdraws and sells the work, says later
// that it was made from something that denies the use, and has it contested and taken over. Each time another use counts.
func TestALicensorTakesNoUsesBack(t *testing.T) {
	c := court(t)
	song, grants := rented(c, alice)
	total := uint64(0)
	counts := func(what string) {
		t.Helper()
		total++
		require.NoError(t, c.Deliver(alice, useMsg(alice, grants[0], total)).Err(), what)
		res, err := licensetypes.NewQueryClient(c.Conn()).CheckRights(c.Ctx(), &licensetypes.QueryCheckRightsRequest{
			Work: song.ID.String(), Licensee: alice.String(), Use: licensetypes.Use{Action: licensetypes.ACTION_AI_INPUT, Commercial: true},
		})
		require.NoError(t, err, what)
		require.Equal(t, licensetypes.VERDICT_ALLOWED, res.Rights.Verdict, "%s: %v", what, res.Rights.Reasons)
	}
	counts("as sold")
	c.MustDeliver(bob, &licensetypes.MsgCloseOffer{Owner: bob.String(), Work: song.ID, Terms: rental.ID()})
	counts("closed")
	never := rental
	never.AiInput, never.UsesPerGrant, never.GrantFee, never.Spdx = licensetypes.PERMISSION_DENY, 0, nil, "LicenseRef-Never"
	older := c.Register("older", carol)
	c.MustDeliver(carol, &licensetypes.MsgPublishTerms{Author: carol.String(), Terms: never}, chain.OfferMsg(older, never.ID()))
	c.MustDeliver(carol, chain.ApproveSourceMsg(older.Under(never.ID()), song))
	c.MustDeliver(bob, c.DeriveMsg(song, older.Under(never.ID())))
	counts("made from something else")
	c.MustDeliver(bob, &registrytypes.MsgWithdrawWork{Owner: bob.String(), Work: song.ID})
	counts("withdrawn")
	c.MustDeliver(bob, &registrytypes.MsgOfferTransfer{Owner: bob.String(), Work: song.ID, Recipient: dave.String()})
	c.MustDeliver(dave, c.AcceptTransferMsg(song, dave))
	counts("sold")
	dispute := contest(t, c, bob, song.ID, disputetypes.KIND_PRIOR_CLAIM, disputetypes.Redress{TransferTo: bob.String()}, "a sketch")
	counts("contested")
	c.MustDeliver(dave, concedes(dave, dispute))
	c.NextBlock()
	counts("taken over")
}

// TestAGenesisWithOtherCountersIsRefused: counts that no chain has.
func TestAGenesisWithOtherCountersIsRefused(t *testing.T) {
	c, id := agency(t)
	_, grants := rented(c, alice)
	c.MustDeliver(alice, useMsg(alice, grants[0], 3))
	setLimit(c, id, robot, limitOf(c, "uusdc", 10, 15, 100, sendType))
	c.MustDeliver(robot, act(t, id, robot, sendCoins(alice, bob, microUSDC(4))))
	c.NextBlock()
	require.NoError(t, c.TryImport(c.ExportGenesis(), c.Height()+1))
	gov := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	for name, change := range map[string][4]string{
		"more uses than were paid for":   {"license", `"uses": "3"`, `"uses": "11"`, "11 uses are counted, it pays for 10"},
		"no renewal makes so many":       {"license", `"uses_paid": "10"`, `"uses_paid": "15"`, "pays for 15 uses"},
		"more renewals than can be":      {"license", `"uses_paid": "10"`, `"uses_paid": "18446744073709551610"`, "uses, its terms say 10"},
		"a window that has not come":     {"agent", `"window": "0"`, `"window": "9"`, "window 9 of its counters has not come"},
		"no act spent it":                {"agent", `"acts": "1"`, `"acts": "0"`, "there was no act"},
		"more in the window than in all": {"agent", `"window": "4"`, `"window": "5"`, "the window has at most what there is in all"},
		"a module is the controller":     {"agent", `"controller": "` + alice.String(), `"controller": "` + gov, "is a module's account"},
	} {
		t.Run(name, func(t *testing.T) {
			var genesis app.GenesisState
			require.NoError(t, json.Unmarshal(c.ExportGenesis(), &genesis))
			indented, err := json.MarshalIndent(genesis[change[0]], "", " ")
			require.NoError(t, err)
			changed := regexp.MustCompile(change[1]).ReplaceAll(indented, []byte(change[2]))
			require.NotEqual(t, string(indented), string(changed))
			genesis[change[0]] = changed
			state, err := json.Marshal(genesis)
			require.NoError(t, err)
			require.ErrorContains(t, c.TryImport(state, c.Height()+1), change[3])
		})
	}
}
