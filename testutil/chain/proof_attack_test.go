package chain_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/authz"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	sig "github.com/stemma-chain/stemma/client/proof/signed"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/client/proof/wire"
	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// forge makes a proof of a transaction that never was, on headers that nobody signed: whoever has trusted none can be given it. The
// state of a genuine proof says what lists there are.
func forge(t *testing.T, genuine *prf.Proof, d prf.Deed) *prf.Proof {
	t.Helper()
	p := *genuine
	p.Hops, p.Shown = nil, append([]prf.Shown{}, genuine.Shown...)
	lists := p.Shown[len(p.Shown)-1]
	tx := sha256.Sum256(d.Tx)
	result, err := d.Result.Leaf()
	require.NoError(t, err)
	block, next, trusted := *p.Shown[0].Header, *p.Shown[1].Header, *p.Trusted
	data, results := rfc6962.Leaf(tx[:]), rfc6962.Leaf(result)
	block.DataHash, next.LastResultsHash, next.AppHash = data[:], results[:], lists.Header.AppHash
	p.Shown = []prf.Shown{{Header: &block}, {Header: &next, State: lists.State}}
	log := headerstypes.Log{First: block.Height}
	var leaves [2]rfc6962.Hash
	for i := range p.Shown {
		hash := sig.HashOf(p.Shown[i].Header)
		leaves[i] = rfc6962.Leaf(hash[:])
		log.Frontier, _ = log.Frontier.Append(leaves[i])
	}
	p.Shown[0].Path, p.Shown[1].Path = []rfc6962.Hash{leaves[1]}, []rfc6962.Hash{leaves[0]}
	row, err := headerstypes.LogValue.Encode(log)
	require.NoError(t, err)
	shown := binary.AppendUvarint([]byte{0}, 1)
	shown = wire.AppendField(wire.AppendField(shown, headerstypes.FrontierPrefix.Bytes()), row)
	p.State = wire.AppendField(wire.AppendField([]byte{0}, []byte(headerstypes.StoreKey)), shown)
	state, err := stores.Read(p.State)
	require.NoError(t, err)
	hash := state.Hash()
	trusted.AppHash = hash[:]
	p.Trusted, p.Fact = &trusted, d
	return &p
}

// paying is a transaction of so many payments that nobody made.
func paying(t *testing.T, s *story, messages, payments int) prf.Deed {
	t.Helper()
	builder := s.App.Encoding().TxConfig.NewTxBuilder()
	var msgs []sdk.Msg
	var data sdk.TxMsgData
	for range messages {
		msg, answer := &royaltytypes.MsgPayMany{Payer: fan.String()}, &royaltytypes.MsgPayManyResponse{}
		for range payments {
			msg.Payments = append(msg.Payments, royaltytypes.Payment{Work: s.mix.ID, Amount: coin(t, "1000000uusdc")})
			answer.Epochs = append(answer.Epochs, 2)
		}
		packed, err := codectypes.NewAnyWithValue(answer)
		require.NoError(t, err)
		msgs, data.MsgResponses = append(msgs, msg), append(data.MsgResponses, packed)
	}
	require.NoError(t, builder.SetMsgs(msgs...))
	tx, err := s.App.Encoding().TxConfig.TxEncoder()(builder.GetTx())
	require.NoError(t, err)
	raw, err := data.Marshal()
	require.NoError(t, err)
	return prf.Deed{Tx: tx, Result: prf.Result{Data: raw, GasWanted: 1, GasUsed: 1}}
}

// A file of which nobody trusts a thing takes no more time and memory than a genuine one: what it tells has a bound.
func TestATransactionThatWouldTellTooMuch(t *testing.T) {
	s := tell(t, validators(4))
	genuine, err := maker(t, s.Chain).Deed(context.Background(), s.payment.Height, s.payment.Hash[:], gather.Options{})
	require.NoError(t, err)
	for _, n := range []int{1, 1000, 15000} {
		p, raw := reread(t, forge(t, genuine, paying(t, s, 1, n)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		proven, err := p.Check()
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%d payments: file %d bytes, told %d bytes, %s, allocated %d MB, %v", n, len(raw), len(proven.Told), took,
			(after.TotalAlloc-before.TotalAlloc)>>20, err)
		if n <= royaltytypes.MaxPayments {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, prf.ErrRefuted)
		}
	}

	// An answer that no message has, which cannot be written, refutes it, and does not fail otherwise.
	odd := paying(t, s, 1, 1)
	packed, err := codectypes.NewAnyWithValue(&authz.MsgExec{
		Grantee: bob.String(),
		Msgs:    []*codectypes.Any{{TypeUrl: "/none", Value: []byte{1}}},
	})
	require.NoError(t, err)
	odd.Result.Data, err = (&sdk.TxMsgData{MsgResponses: []*codectypes.Any{packed}}).Marshal()
	require.NoError(t, err)
	_, err = forge(t, genuine, odd).Check()
	require.ErrorIs(t, err, prf.ErrRefuted)
}

// Payments that a renewal makes, and those that one account makes for another, are told as any other.
func TestAProofOfPaymentsOfOtherMessages(t *testing.T) {
	s := tell(t, validators(4))
	month := 30 * 24 * time.Hour
	terms := licensetypes.Terms{
		Spdx: "LicenseRef-Month", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &month, MaxGrants: 3,
	}
	s.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
	offer := chain.OfferMsg(s.song, terms.ID())
	offer.Offer.Price = sdk.NewCoins(coin(t, "1000000uusdc"))
	s.MustDeliver(alice, offer)
	fee := coin(t, "1000000uusdc")
	s.MustDeliver(fan, &licensetypes.MsgAcquire{
		Licensee: fan.String(), Work: s.song.ID, Terms: terms.ID(), Serial: 1, MaxFee: &fee, Seen: s.Seen(s.song, terms.ID()),
	})
	renew := &licensetypes.MsgRenewGrant{
		Licensee: fan.String(), Grant: licensetypes.NewGrantID(s.song.ID, terms.ID(), fan.Address, 1), MaxFee: &fee,
		Seen: s.Seen(s.song, terms.ID()),
	}
	end := s.Now().Add(time.Hour)
	allow, err := authz.NewMsgGrant(fan.Address, bob.Address, authz.NewGenericAuthorization(sdk.MsgTypeURL(&royaltytypes.MsgPay{})), &end)
	require.NoError(t, err)
	s.MustDeliver(fan, allow)
	exec := authz.NewMsgExec(bob.Address, []sdk.Msg{chain.PayMsg(fan, s.mix, coin(t, "1000000uusdc"))})
	agent := agenttypes.NewAgentID(fan.Address, "buyer")
	s.MustDeliver(fan, &agenttypes.MsgRegister{
		Controller: fan.String(), Name: "buyer", Card: agenttypes.Card{Responsible: agenttypes.Party{Name: "Fan"}}, ExpiresAt: end,
	})
	million := math.NewInt(1_000_000)
	s.MustDeliver(fan, &agenttypes.MsgSetLimit{Controller: fan.String(), Agent: agent, Key: carol.String(), Limit: agenttypes.Limit{
		Messages: []string{sdk.MsgTypeURL(&royaltytypes.MsgPay{})}, ExpiresAt: end,
		Budgets: []agenttypes.Budget{{Denom: "uusdc", Act: million, Window: math.ZeroInt(), Total: million}},
	}})
	pay, err := codectypes.NewAnyWithValue(chain.PayMsg(fan, s.song, coin(t, "1000000uusdc")))
	require.NoError(t, err)
	act := &agenttypes.MsgAct{Key: carol.String(), Agent: agent, Messages: []*codectypes.Any{pay}}
	txs := [][]byte{s.Sign(fan, renew), s.Sign(bob, &exec), s.Sign(carol, act)}
	s.Block(txs...).RequireOK(t)
	at := s.Height()
	s.NextBlock()
	s.NextBlock()
	s.NextBlock()
	for i, want := range []string{
		`"payments":[{"payer":"` + fan.String() + `","work":"` + s.song.ID.String() + `","amount":{"denom":"uusdc","amount":"1000000"}`,
		`"payments":[{"payer":"` + fan.String() + `","work":"` + s.mix.ID.String() + `","amount":{"denom":"uusdc","amount":"1000000"}`,
		`"payments":[{"payer":"` + fan.String() + `","work":"` + s.song.ID.String() + `","amount":{"denom":"uusdc","amount":"1000000"}`,
	} {
		p, err := maker(t, s.Chain).Deed(context.Background(), at, cmttypes.Tx(txs[i]).Hash(), gather.Options{})
		require.NoError(t, err)
		p, _ = reread(t, p)
		proven, err := p.Verify(prf.TrustIn(p.Trusted), policy(s.Chain))
		require.NoError(t, err)
		require.Contains(t, string(proven.Told), want)
		require.Equal(t, s.Height()-1, proven.ListsHeight, "the state that says how far they have come")
	}
}

// A list that is longer than one answer is not told as if it were whole.
func TestAListThatIsCutOffIsNotProved(t *testing.T) {
	s := tell(t, validators(4))
	work := s.Register("collage", carol)
	for declared := 0; declared < lineagetypes.MaxSources; {
		msg := chain.DeriveMsg(work)
		for ; len(msg.Sources) < 256; declared++ { // as many as one message takes
			msg.Sources = append(msg.Sources, lineagetypes.Source{
				External: &lineagetypes.External{Sha256: chain.Digest(fmt.Sprint("external ", declared))}, Role: lineagetypes.ROLE_CITES,
			})
		}
		s.Block(s.SignTx(chain.Tx{Msgs: []sdk.Msg{msg}, Signers: []chain.Account{carol}, Gas: 100_000_000})).RequireOK(t)
	}
	s.NextBlock()
	q := prf.Question{Kind: prf.Sources, Request: &lineagetypes.QuerySourcesRequest{Work: work.ID}}
	_, err := maker(t, s.Chain).Answer(context.Background(), q, gather.Options{})
	require.ErrorContains(t, err, "more than 1000")
}

// States that somebody invented under a header that nobody trusts are refuted, or say what they say; nothing else comes of them.
func TestInventedStates(t *testing.T) {
	rounds := 20_000
	if testing.Short() {
		rounds = 1_000
	}
	s := tell(t, validators(4))
	m := maker(t, s.Chain)
	var all []*prf.Proof
	for _, q := range s.questions() {
		p, err := m.Answer(context.Background(), q, gather.Options{})
		require.NoError(t, err)
		all = append(all, p)
	}
	draw, results := rand.New(rand.NewPCG(5, 6)), map[string]int{}
	slowest := time.Duration(0)
	for range rounds {
		p := *all[draw.IntN(len(all))]
		p.State = bytes.Clone(p.State)
		for range 1 + draw.IntN(3) {
			at := draw.IntN(len(p.State))
			if draw.IntN(2) == 0 {
				p.State[at] ^= 1 << draw.IntN(8)
			} else {
				p.State[at] = []byte{0, 1, 0x7f, 0x80, 0xff}[draw.IntN(5)]
			}
		}
		state, err := stores.Read(p.State)
		if err != nil {
			results["unreadable"]++
			continue
		}
		header, hash := *p.Trusted, state.Hash()
		header.AppHash = hash[:]
		p.Trusted = &header
		start := time.Now()
		_, err = p.Check()
		slowest = max(slowest, time.Since(start))
		switch {
		case err == nil:
			results["would be proved"]++
		case errors.Is(err, prf.ErrRefuted):
			results["refuted"]++
		default:
			t.Fatalf("%s: %v", p.Fact.(prf.Question).Kind, err)
		}
	}
	t.Log(results, slowest)
}

// A transaction with messages within messages, however deep, is refuted at once.
func TestATransactionOfMessagesWithinMessages(t *testing.T) {
	s := tell(t, validators(4))
	genuine, err := maker(t, s.Chain).Deed(context.Background(), s.payment.Height, s.payment.Hash[:], gather.Options{})
	require.NoError(t, err)
	pack := func(url string, value []byte) []byte {
		return wire.AppendField(append(wire.AppendField([]byte{0x0a}, []byte(url)), 0x12), value)
	}
	exec, url := []byte{}, sdk.MsgTypeURL(&authz.MsgExec{})
	for len(exec) < 100_000 {
		exec = wire.AppendField([]byte{0x12}, pack(url, exec))
	}
	body := wire.AppendField([]byte{0x0a}, pack(url, exec))
	tx := append(wire.AppendField([]byte{0x0a}, body), 0x12, 0)
	start := time.Now()
	_, err = forge(t, genuine, prf.Deed{Tx: tx, Result: prf.Result{GasWanted: 1}}).Check()
	t.Log(time.Since(start), err)
	require.ErrorIs(t, err, prf.ErrRefuted)
}
