package bench

import (
	"fmt"
	"slices"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var bankSend = workload{name: "bank send", messages: func(b *round, i int) []sdk.Msg {
	// The recipients do not sign, where there are accounts enough.
	to := b.accounts[b.order[(b.turn+i)%len(b.order)]]
	return []sdk.Msg{banktypes.NewMsgSend(b.signers[i].Address, to.Address, sdk.NewCoins(usdc(1000)))}
}}

func workloads() []workload {
	var all []workload
	for _, some := range [][]workload{
		{bankSend}, payments(), acting(), vouchers(), collecting(), registering(), deriving(), licensing(), holding(),
	} {
		all = append(all, some...)
	}
	return all
}

// paid is what a payment pays: enough for the owner to be paid out.
const paid = 20_000

func payments() []workload {
	list := []workload{
		{name: "pay", messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.PayMsg(b.signers[i], b.one(plain), usdc(paid))}
		}},
		{name: "pay a derivative", messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.PayMsg(b.signers[i], b.one(derived), usdc(paid))}
		}},
		{name: "pay one same work", messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.PayMsg(b.signers[i], b.work(0), usdc(paid))}
		}},
	}
	for _, lines := range []int{10, 100, 1000} {
		list = append(list, workload{
			name: fmt.Sprintf("pay many, line of %d", lines), lines: lines, messages: func(b *round, i int) []sdk.Msg {
				msg := &royaltytypes.MsgPayMany{Payer: b.signers[i].String()}
				for range lines {
					msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: b.one(plain).ID, Amount: usdc(200)})
				}
				return []sdk.Msg{msg}
			},
		})
	}
	return list
}

// vouchers redeems the first voucher of a payment channel that was opened for it.
func vouchers() (list []workload) {
	for _, lines := range []int{1, 100} {
		list = append(list, workload{
			name: fmt.Sprintf("redeem, voucher of %d", lines), lines: lines,
			setup: func(b *round) {
				var block [][]byte
				for _, payer := range b.signers {
					var open []sdk.Msg
					for j := range lines {
						open = append(open, chain.PaymentChannelMsg(payer, serial(b, j, lines), usdc(paid), b.one(plain).Share(chain.Whole)))
					}
					block = append(block, b.c.SignTx(chain.Tx{Msgs: open, Signers: []chain.Account{payer}, Gas: 90_000_000}))
				}
				b.c.Block(block...).RequireOK(b.t)
			},
			messages: func(b *round, i int) []sdk.Msg {
				msg := chain.RedeemMsg(b.signers[i])
				for j := range lines {
					channel := chain.PaymentChannelOf(b.signers[i], serial(b, j, lines))
					msg.Vouchers = append(msg.Vouchers, chain.Voucher(b.signers[i], channel, paid, time.Time{}))
				}
				return []sdk.Msg{msg}
			},
		})
	}
	return list
}

func serial(b *round, j, lines int) uint64 { return uint64(b.number*lines+j) + 1 }

// collecting takes out what waits because it is little.
func collecting() []workload {
	payOwn := func(amount int64) func(b *round) {
		return func(b *round) {
			b.registerOwn()
			payer, lines := chain.Named("alice"), make([]royaltytypes.Payment, len(b.signers))
			for i := range lines {
				lines[i] = royaltytypes.Payment{Work: b.own(i).ID, Amount: usdc(amount)}
			}
			for some := range slices.Chunk(lines, royaltytypes.MaxPayments) {
				msg := &royaltytypes.MsgPayMany{Payer: payer.String(), Payments: some}
				tx := chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{payer}, Gas: 90_000_000}
				b.c.Block(b.c.SignTx(tx)).RequireOK(b.t)
			}
		}
	}
	return []workload{
		{name: "settle", setup: payOwn(50), messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{&royaltytypes.MsgSettle{Sender: b.signers[i].String(), Works: []registrytypes.WorkID{b.own(i).ID}, Denoms: []string{"uusdc"}}}
		}},
		{name: "withdraw", setup: payOwn(5000), messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{&royaltytypes.MsgWithdraw{Account: b.signers[i].String(), Denoms: []string{"uusdc"}}}
		}},
	}
}

func registering() []workload {
	return []workload{
		{name: "register", messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.RegisterMsg(b.signers[i], b.ownName(i))}
		}},
		{name: "register, full details", messages: func(b *round, i int) []sdk.Msg {
			msg := chain.RegisterMsg(b.signers[i], b.ownName(i))
			msg.Works[0].Details = fullDetails(b.ownName(i), b.signers[i])
			return []sdk.Msg{msg}
		}},
		{name: "register and offer", messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.RegisterMsg(b.signers[i], b.ownName(i)), chain.OfferMsg(b.own(i), b.onePercent)}
		}},
		{name: "anchor", messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{&registrytypes.MsgAnchor{Account: b.signers[i].String(), Root: chain.Digest(b.ownName(i)), Total: 1000}}
		}},
	}
}

func deriving() []workload {
	var list []workload
	for _, n := range []int{1, 4, 16} {
		list = append(list, workload{name: fmt.Sprintf("derive, %d sources", n), setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{b.c.DeriveMsg(b.own(i), b.sources(len(b.works), n, b.random)...)}
		}})
	}
	return append(list, workload{name: "derive from one same work", setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
		return []sdk.Msg{b.c.DeriveMsg(b.own(i), b.work(onOffer[0]).Under(b.onePercent))}
	}}, workload{name: "cite one same work", setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
		return []sdk.Msg{b.c.DeriveMsg(b.own(i), b.work(0).Cited().As(lineagetypes.ROLE_CITES))}
	}})
}

func licensing() []workload {
	acquire := func(kinds []int, terms func(b *round) licensetypes.TermsID, fee *sdk.Coin) func(*round, int) []sdk.Msg {
		return func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{&licensetypes.MsgAcquire{
				Licensee: b.signers[i].String(), Work: b.one(kinds).ID, Terms: terms(b), Serial: uint64(b.turn), MaxFee: fee,
			}}
		}
	}
	return []workload{
		{name: "offer", setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{chain.OfferMsg(b.own(i), b.onePercent)}
		}},
		{name: "acquire, free", messages: acquire(onFree, func(b *round) licensetypes.TermsID { return b.yearly }, nil)},
		{name: "acquire, paid", messages: acquire(onSale, func(*round) licensetypes.TermsID { return chain.Preset("ai-training-paid") }, &feeAsked)},
		{name: "approve", setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
			licensee := b.accounts[b.order[(b.turn+i)%len(b.order)]]
			return []sdk.Msg{&licensetypes.MsgApprove{
				Owner: b.signers[i].String(), Work: b.own(i).ID, Terms: b.asking, Licensee: licensee.String(),
			}}
		}},
	}
}

func holding() []workload {
	other := func(b *round, i int) chain.Account { return b.signers[(i+1)%len(b.signers)] }
	offer := func(b *round, owner int) sdk.Msg {
		return &registrytypes.MsgOfferTransfer{
			Owner: b.signers[owner].String(), Work: b.own(owner).ID, Recipient: other(b, owner).String(),
		}
	}
	return []workload{
		{name: "assign shares", setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{&royaltytypes.MsgAssignShares{Holder: b.signers[i].String(), Work: b.own(i).ID, Shares: []royaltytypes.Assignment{
				{Account: b.signers[i].String(), Weight: 700_000}, {Account: other(b, i).String(), Weight: 300_000},
			}}}
		}},
		{name: "offer transfer", setup: (*round).registerOwn, messages: func(b *round, i int) []sdk.Msg {
			return []sdk.Msg{offer(b, i)}
		}},
		{name: "accept transfer", setup: func(b *round) {
			b.registerOwn()
			b.c.Write(func(ctx sdk.Context) error {
				for i := range b.signers {
					if err := execute(ctx, b.c, offer(b, i)); err != nil {
						return err
					}
				}
				return nil
			})
		}, messages: func(b *round, i int) []sdk.Msg {
			from := (i + len(b.signers) - 1) % len(b.signers)
			return []sdk.Msg{&royaltytypes.MsgAcceptTransfer{Recipient: b.signers[i].String(), Work: b.own(from).ID, WorkVersion: 1, Offer: 1}}
		}},
	}
}

// ownName is what the i-th signer of the round registers.
func (b *round) ownName(i int) string {
	return fmt.Sprintf("own work of %s, round %d", b.signers[i].Name, b.number)
}

// own is the work of that name.
func (b *round) own(i int) chain.Work { return chain.WorkOf(b.ownName(i), b.signers[i]) }

// registerOwn registers a work of each signer, before the clock starts.
func (b *round) registerOwn() {
	b.c.Write(func(ctx sdk.Context) error {
		for i, signer := range b.signers {
			if err := execute(ctx, b.c, chain.RegisterMsg(signer, b.ownName(i))); err != nil {
				return err
			}
		}
		return nil
	})
}

func usdc(amount int64) sdk.Coin { return sdk.NewInt64Coin("uusdc", amount) }
