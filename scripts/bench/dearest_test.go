package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// mix is what an attacker fills blocks with: the most work for the least gas.
type mix struct {
	name string
	// txs signs one round of them. number is another one for each round.
	txs func(m *market, number int) [][]byte
}

// market is a chain on which mixes are measured against bank sends.
type market struct {
	*family
	payers []chain.Account
	plain  []chain.Work
}

// spent is the processor time until nothing waits, and the gas that paid for it.
type spent struct {
	cpu time.Duration
	gas int64
}

func (s spent) each() float64 { return float64(s.cpu.Nanoseconds()) / float64(s.gas) }

// deliver runs a block and those after it in which the sweep and the payouts end.
func (m *market) deliver(t testing.TB, txs [][]byte) (s spent) {
	before := cpuTime(t)
	block := m.Block(txs...)
	for m.NextBlock(); !idle(t, m.Chain); {
		m.NextBlock()
	}
	s.cpu = cpuTime(t) - before
	block.RequireOK(t)
	for _, tx := range block.Txs {
		s.gas += tx.GasUsed
	}
	return s
}

// sends is a block of bank sends to accounts that own an ancestor each.
func (m *market) sends(number int) (txs [][]byte) {
	for i := range 100 * *tops {
		from := m.payers[i%len(m.payers)]
		original := fmt.Sprintf("ancestor %d of %d", (i+number*7)%*ancestors, i%*tops)
		to := ownerOf(original, 0).Address
		txs = append(txs, m.Sign(from, banktypes.NewMsgSend(from.Address, to, sdk.NewCoins(usdc(1000)))))
	}
	return txs
}

// payTops pays each of the works with many ancestors, who get so much each.
func payTops(each int64) func(*market, int) [][]byte {
	return func(m *market, _ int) (txs [][]byte) {
		for i, top := range m.tops {
			payer := m.payers[i%len(m.payers)]
			txs = append(txs, m.Sign(payer, chain.PayMsg(payer, top, m.gives(each))))
		}
		return txs
	}
}

// payPlain pays works without sources in transactions of the most lines.
func payPlain(amount int64) func(*market, int) [][]byte {
	return func(m *market, number int) (txs [][]byte) {
		for i := 0; i < len(m.plain); i += royaltytypes.MaxPayments {
			payer := m.payers[i/royaltytypes.MaxPayments%len(m.payers)]
			msg := &royaltytypes.MsgPayMany{Payer: payer.String()}
			for _, work := range m.plain[i:min(len(m.plain), i+royaltytypes.MaxPayments)] {
				msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: work.ID, Amount: usdc(amount)})
			}
			txs = append(txs, m.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{payer}, Gas: 90_000_000}))
		}
		return txs
	}
}

func settlePlain(m *market, _ int) (txs [][]byte) {
	for i := 0; i < len(m.plain); i += royaltytypes.MaxSettled {
		payer := m.payers[i%len(m.payers)]
		msg := &royaltytypes.MsgSettle{Sender: payer.String(), Denoms: []string{"uusdc"}}
		for _, work := range m.plain[i:min(len(m.plain), i+royaltytypes.MaxSettled)] {
			msg.Works = append(msg.Works, work.ID)
		}
		txs = append(txs, m.Sign(payer, msg))
	}
	return txs
}

func mixes() []mix {
	return []mix{
		{"lines of dust to distinct works", payPlain(1)},
		{"... settled", settlePlain},
		{"lines to distinct works, not paid out", payPlain(200)},
		{"lines to distinct works, paid out", payPlain(paid)},
		{"many ancestors, dust", payTops(1)},
		{"many ancestors, not paid out", payTops(200)},
		{"many ancestors, paid out", payTops(paid)},
	}
}

func newMarket(t testing.TB, policy royaltytypes.Policy) *market {
	m := &market{family: newFamily(t, false, policy)}
	for i := range 20 {
		m.payers = append(m.payers, m.Account(fmt.Sprint("payer ", i)))
	}
	count := *tops * *ancestors
	m.Write(func(ctx sdk.Context) error {
		for i := range count {
			name := fmt.Sprint("plain ", i)
			work := chain.WorkOf(name, stranger(name))
			m.plain = append(m.plain, work)
			if err := execute(ctx, m.Chain, chain.RegisterMsg(work.Owner, name)); err != nil {
				return err
			}
		}
		return nil
	})
	return m
}

// TestDearest prints what the dearest mixes of messages take of the processor for a unit of gas,
// with the block's end and the blocks after it, next to a block of bank sends.
func TestDearest(t *testing.T) {
	for _, policy := range []royaltytypes.Policy{royaltytypes.POLICY_ABSOLUTE, royaltytypes.POLICY_RELATIVE} {
		m := newMarket(t, policy)
		fmt.Printf("\n%d works of %d ancestors, %s, and %d without\n%-40s %12s %10s %10s %10s %8s\n", *tops, *ancestors, policy, len(m.plain),
			"mix", "gas", "CPU ms", "ns a gas", "of a send", "x send")
		for _, x := range mixes() {
			m.compare(t, x)
		}
		m.splitLater(t)
		m.long(t, 2*flow.MaxHolders, mix{"... split later, paid in each block", payTops(paid)})
		m.long(t, 1, mix{"... split later, paid once", payTops(paid * flow.MaxHolders)})
	}
}

// splitLater keeps four of the works with many ancestors, and divides these among as many
// holders as possible, each another.
func (m *market) splitLater(t testing.TB) {
	m.tops = m.tops[:min(len(m.tops), 4)]
	m.Write(func(ctx sdk.Context) error {
		for top := range m.tops {
			for i := range *ancestors {
				original := fmt.Sprintf("ancestor %d of %d", i, top)
				owner := ownerOf(original, i)
				msg := &royaltytypes.MsgAssignShares{Holder: owner.String(), Work: chain.WorkOf(original, owner).ID}
				for h := range flow.MaxHolders {
					holder := stranger(fmt.Sprintf("holder %d of %s", h, original))
					msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: holder.String(), Weight: chain.Whole / flow.MaxHolders})
				}
				if err := execute(ctx, m.Chain, msg); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// long measures a mix in so many blocks one after another, with those after it until
// nothing waits, and prints a line: next to bank sends, and what a block after it took at
// most.
func (m *market) long(t testing.TB, blocks int, x mix) {
	var send, cost spent
	sends := func() {
		for number := range *rounds + 1 {
			if s := m.deliver(t, m.sends(number)); number > 0 {
				send.cpu, send.gas = send.cpu+s.cpu, send.gas+s.gas
			}
		}
	}
	sends()
	before := cpuTime(t)
	for number := range blocks {
		block := m.Block(x.txs(m, number)...)
		block.RequireOK(t)
		for _, tx := range block.Txs {
			cost.gas += tx.GasUsed
		}
	}
	var most time.Duration
	after := 0
	for ; !idle(t, m.Chain); after++ {
		start := cpuTime(t)
		m.NextBlock()
		most = max(most, cpuTime(t)-start)
	}
	cost.cpu = cpuTime(t) - before
	sends()
	fmt.Printf("%-40s %12d %10.1f %10.2f %10.2f %8.2f   %d blocks, %d after it of %.1f ms at most\n",
		x.name, cost.gas, ms(cost.cpu), cost.each(), send.each(), cost.each()/send.each(), blocks, after, ms(most))
}

// compare measures a mix and bank sends by turns, and prints a line.
func (m *market) compare(t testing.TB, x mix) {
	var send, cost spent
	for number := range *rounds + 1 {
		s, c := m.deliver(t, m.sends(number)), m.deliver(t, x.txs(m, number))
		if number > 0 { // the first round warms the caches
			send.cpu, send.gas = send.cpu+s.cpu, send.gas+s.gas
			cost.cpu, cost.gas = cost.cpu+c.cpu, cost.gas+c.gas
		}
	}
	require.Positive(t, cost.gas)
	fmt.Printf("%-40s %12d %10.1f %10.2f %10.2f %8.2f\n", x.name, cost.gas, ms(cost.cpu), cost.each(), send.each(), cost.each()/send.each())
}
