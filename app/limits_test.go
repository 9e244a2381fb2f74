package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestMessagesAtTheirLimitsFitATenth: a transaction declares at most a tenth of a block,
// so each message with as many parts as it may have takes no more than that. Text is paid
// for by the byte: where a message may hold megabytes of it, the parts are as people
// write them, and one part is as large as it may be.
func TestMessagesAtTheirLimitsFitATenth(t *testing.T) {
	c := chain.New(t)
	const paidOut = 10_000 // min_payout
	attribution := chain.Preset("cc-by-4.0")
	many := manyWorks(c, royaltytypes.MaxPayments)
	offerAll(c, many[:lineagetypes.MaxMessageSources], attribution)

	payments := &royaltytypes.MsgPayMany{Payer: bob.String()}
	settle := &royaltytypes.MsgSettle{Sender: bob.String(), Denoms: []string{"uusdc"}}
	open := chain.PaymentChannelMsg(bob, royaltytypes.MaxPayments+2, sdk.NewInt64Coin("uusdc", 1_000_000))
	vouchers := &royaltytypes.MsgRedeemVouchers{Sender: bob.String()}
	opens := []sdk.Msg{}
	var sources []chain.Source
	for i, work := range many {
		payments.Payments = append(payments.Payments, royaltytypes.Payment{Work: work.ID, Amount: sdk.NewInt64Coin("uusdc", paidOut)})
		open.Payees = append(open.Payees, work.Share(chain.Whole/royaltytypes.MaxPayments))
		serial := uint64(i + 2)
		opens = append(opens, chain.PaymentChannelMsg(bob, serial, sdk.NewInt64Coin("uusdc", paidOut), work.Share(chain.Whole)))
		if i < royaltytypes.MaxVouchers {
			vouchers.Vouchers = append(vouchers.Vouchers, chain.Voucher(bob, chain.PaymentChannelOf(bob, serial), paidOut, time.Time{}))
		}
		if i < royaltytypes.MaxSettled {
			settle.Works = append(settle.Works, work.ID)
		}
		if i < lineagetypes.MaxMessageSources {
			sources = append(sources, work.Under(attribution))
		}
	}
	for len(opens) > 0 {
		n := min(100, len(opens))
		c.Block(c.SignTx(chain.Tx{Msgs: opens[:n], Signers: []chain.Account{bob}, Gas: tenth})).RequireOK(t)
		opens = opens[n:]
	}
	assign := &royaltytypes.MsgAssignShares{Holder: alice.String(), Work: many[0].ID}
	for i := range 32 {
		assign.Shares = append(assign.Shares, royaltytypes.Assignment{
			Account: chain.Named(fmt.Sprint("holder", i)).String(), Weight: chain.Whole / 32,
		})
	}

	for _, limit := range []struct {
		name   string
		signer chain.Account
		msgs   []sdk.Msg
	}{
		{"register 256 works", alice, []sdk.Msg{usualWorks(registrytypes.MaxWorksPerMessage)}},
		{"register one with all the text that it may have", alice, []sdk.Msg{largestWork()}},
		{"pay 1,000 works", bob, []sdk.Msg{payments}},
		{"settle 100 works", bob, []sdk.Msg{settle}},
		{"open a payment channel with 1,000 payees", bob, []sdk.Msg{open}},
		{"redeem 750 vouchers", bob, []sdk.Msg{vouchers}},
		{"assign to 32 holders", alice, []sdk.Msg{assign}},
		{"derive from 256 sources", bob, []sdk.Msg{
			chain.RegisterMsg(bob, "collage"), chain.DeriveMsg(chain.WorkOf("collage", bob), sources...),
		}},
	} {
		t.Run(limit.name, func(t *testing.T) {
			res := c.Block(c.SignTx(chain.Tx{Msgs: limit.msgs, Signers: []chain.Account{limit.signer}, Gas: tenth})).Txs[0]
			t.Logf("%d gas of %d", res.GasUsed, tenth)
			require.NoError(t, res.Err())
			c.Forget()
		})
	}

	// A payment of the highest reach that parameters can allow, beside what any payment
	// takes.
	params, reaching := royaltytypes.DefaultParams(), uint64(0)
	for params.GasPerReceiver = 1; params.Validate() == nil; params.GasPerReceiver++ {
		reaching = uint64(params.MaxReach) * params.GasPerReceiver
	}
	reaching += params.MaxPayees() * params.GasPerPayout
	paid := c.MustDeliver(bob, chain.PayMsg(bob, many[0], sdk.NewInt64Coin("uusdc", paidOut)))
	require.LessOrEqual(t, reaching+uint64(paid.GasUsed), uint64(tenth), "pay a work of the highest reach")
}

func manyWorks(c *chain.Chain, n int) []chain.Work {
	var works []chain.Work
	for len(works) < n {
		var names []string
		for range min(registrytypes.MaxWorksPerMessage, n-len(works)) {
			name := fmt.Sprint("work ", len(works))
			names, works = append(names, name), append(works, chain.WorkOf(name, alice))
		}
		c.MustDeliver(alice, chain.RegisterMsg(alice, names...))
	}
	return works
}

func offerAll(c *chain.Chain, works []chain.Work, terms licensetypes.TermsID) {
	for len(works) > 0 {
		var msgs []sdk.Msg
		for _, w := range works[:min(50, len(works))] {
			msgs = append(msgs, chain.OfferMsg(w, terms))
		}
		c.MustDeliver(alice, msgs...)
		works = works[len(msgs):]
	}
}

// usualWorks are works as people register them.
func usualWorks(n int) *registrytypes.MsgRegister {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprint("usual ", i))
	}
	msg := chain.RegisterMsg(alice, names...)
	for i := range msg.Works {
		d := &msg.Works[i].Details
		d.Title, d.MediaType, d.MetadataUri = strings.Repeat("A title ", 8)+"end", "image/jpeg", "https://example.org/works/"+names[i][6:]
		d.MetadataSha256 = chain.Digest(names[i])
		d.Creators = []registrytypes.Creator{{Name: "Somebody with a name", Account: alice.String(), Role: "photographer"}}
	}
	return msg
}

func largestWork() *registrytypes.MsgRegister {
	msg := chain.RegisterMsg(alice, "largest")
	d := &msg.Works[0].Details
	text := func(n int) string { return strings.Repeat("x", n) }
	d.Title, d.MetadataUri = text(registrytypes.MaxTitle), "https://example.org/"+text(registrytypes.MaxURI-20)
	d.MetadataSha256 = chain.Digest("largest")
	for i := range registrytypes.MaxCreators {
		name := fmt.Sprintf("%02d", i)
		d.Creators = append(d.Creators, registrytypes.Creator{
			Name: name + text(registrytypes.MaxCreatorName-2), Role: text(registrytypes.MaxCreatorRole),
		})
	}
	for i := range registrytypes.MaxFingerprints {
		d.Fingerprints = append(d.Fingerprints, registrytypes.Fingerprint{
			Scheme: "url", Value: fmt.Sprintf("https://example.org/%02d%s", i, text(480)),
		})
	}
	return msg
}
