package chain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	carol, fan = chain.Named("carol"), chain.Named("fan")

	remix5  = chain.Preset("commercial-remix-5")
	remix10 = chain.Preset("commercial-remix-10")
	byNC    = chain.Preset("cc-by-nc-4.0")
)

func TestPayingARemixPaysItsSources(t *testing.T) {
	c := chain.New(t, chain.Balance("1000000uusdc"))
	song := c.Register("song.wav", alice)
	remix := c.Derive("remix.wav", bob, song.Under(remix10))

	c.Pay(fan, remix, "200000uusdc")
	c.NextBlock()

	c.RequireBalance(fan, "800000uusdc")
	c.RequireBalance(alice, "1020000uusdc")
	c.RequireBalance(bob, "1180000uusdc")
	c.RequireInvariants()
	c.RequireSameExport().RequireInvariants()
}

func TestABusyChainExportsAndImports(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	beat := c.Register("beat", carol)
	mix := c.Derive("mix", bob, song.Under(remix10), beat.Under(remix5).As(lineagetypes.ROLE_INPUT_TO))
	deep := c.Derive("deep", fan, mix.Under(remix10), song.Cited())
	c.Derive("study", carol, beat.Under(byNC))
	c.MustDeliver(alice, &registrytypes.MsgOfferTransfer{Owner: alice.String(), Work: song.ID, Recipient: carol.String()})
	// Below the least payout, and with a rest that stays in the stages.
	c.Pay(fan, deep, "1003uusdc")
	c.Pay(carol, mix, "77ustem")
	c.RequireInvariants()

	fresh := c.RequireSameExport()
	c.NextBlock()
	fresh.RequireInvariants()
	fresh.Pay(fan, deep, "500000uusdc")
	fresh.NextBlock()
	fresh.RequireInvariants()
	fresh.RequireSameExport()
}

func TestBlockSTMGivesTheSameAppHashForWorks(t *testing.T) {
	artists, fans := chain.NamedMany("artist", 12), chain.NamedMany("fan", 40)
	run := func(opts ...chain.Option) [][]byte {
		c := chain.New(t, append(opts, chain.Accounts(artists...), chain.Accounts(fans...))...)
		var hashes [][]byte
		block := func(txs [][]byte) {
			b := c.Block(txs...)
			b.RequireOK(t)
			hashes = append(hashes, b.AppHash)
		}
		var txs [][]byte
		var works []chain.Work
		for i, artist := range artists {
			name := fmt.Sprintf("original %d", i)
			works = append(works, chain.WorkOf(name, artist))
			txs = append(txs, c.Sign(artist, chain.RegisterMsg(artist, name), chain.OfferMsg(works[i], remix5)))
		}
		block(txs)
		txs = nil
		for i, artist := range artists {
			name := fmt.Sprintf("derived %d", i)
			work := chain.WorkOf(name, artist)
			works = append(works, work)
			txs = append(txs, c.Sign(artist, chain.RegisterMsg(artist, name),
				chain.DeriveMsg(work, works[(i+1)%12].Under(remix5), works[(i+5)%12].Under(remix5))))
		}
		block(txs)
		for round := range 3 {
			txs = nil
			for i, from := range fans {
				to := works[12+(i*round)%12] // round 0 pays one same work
				coin := sdk.NewInt64Coin([]string{"ustem", "uusdc"}[i%2], int64(1+i*i*1009))
				txs = append(txs, c.SignTx(chain.Tx{
					Msgs: []sdk.Msg{chain.PayMsg(from, to, coin)}, Signers: []chain.Account{from}, Fee: "500uusdc",
				}))
			}
			block(txs)
		}
		hashes = append(hashes, c.NextBlock().AppHash)
		c.RequireInvariants()
		return hashes
	}
	sequential := run()
	require.Equal(t, sequential, run(chain.BlockSTM(4)))
	require.Equal(t, sequential, run(chain.BlockSTM(2)))
}
