package index_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal/index"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const chainID = "play-1"

var began = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func account(n int) string {
	encoding.Configure()
	sum := sha256.Sum256(fmt.Append(nil, "account ", n))
	return sdk.AccAddress(sum[:20]).String()
}

func content(n int) (d registrytypes.Digest) {
	return sha256.Sum256(fmt.Append(nil, "content ", n))
}

// workOf is the work of content n of account n%10.
func workOf(n int) registrytypes.WorkID {
	return registrytypes.NewWorkID(sdk.MustAccAddressFromBech32(account(n%10)), content(n))
}

func terms(n int) (id licensetypes.TermsID) {
	return sha256.Sum256(fmt.Append(nil, "terms ", n))
}

func event(t testing.TB, msg proto.Message, extra ...abci.EventAttribute) abci.Event {
	t.Helper()
	e, err := sdk.TypedEventToEvent(msg)
	require.NoError(t, err)
	return abci.Event{Type: e.Type, Attributes: append(e.Attributes, extra...)}
}

func inMsg(n int) abci.EventAttribute {
	return abci.EventAttribute{Key: "msg_index", Value: fmt.Sprint(n)}
}

// registered is the event of the registration of work n.
func registered(t testing.TB, n int) abci.Event {
	return event(t, &registrytypes.EventWorkRegistered{
		Work: workOf(n), Owner: account(n % 10), Sha256: content(n), Kind: registrytypes.Kind(1 + n%12),
	}, inMsg(0))
}

func derived(t testing.TB, n, declaration int, sources ...lineagetypes.Source) abci.Event {
	return event(t, &lineagetypes.EventDerived{
		Work: workOf(n), Generation: 1, Sources: sources, Declaration: uint32(declaration), AddedLater: declaration > 1,
	}, inMsg(1))
}

func from(n int) lineagetypes.Source {
	return lineagetypes.Source{Work: workOf(n), Role: lineagetypes.ROLE_PARENT_OF, Permission: terms(1).String(), Weight: 250_000}
}

func paid(t testing.TB, n int) abci.Event {
	return event(t, &royaltytypes.EventPaid{Payer: account(99), Work: workOf(n), Denom: "uusdc", Amount: "5", Epoch: 1}, inMsg(0))
}

// block is one with a transaction for each list of events.
func block(height int64, txs ...[]abci.Event) index.Block {
	b := index.Block{ChainID: chainID, Height: height, Time: began.Add(time.Duration(height) * time.Second)}
	for i, events := range txs {
		hash := sha256.Sum256(binary.BigEndian.AppendUint64([]byte{byte(i)}, uint64(height)))
		b.Txs = append(b.Txs, index.Tx{Hash: hash[:], Events: events})
	}
	hash := sha256.Sum256(fmt.Append(nil, "block ", height))
	b.Hash = hash[:]
	return b
}

// described answers as a node would: with the texts that are in the map.
func describe(t testing.TB, x *index.Index, texts map[registrytypes.WorkID]registrytypes.Details) {
	t.Helper()
	due, err := x.Due(t.Context(), 1000)
	require.NoError(t, err)
	list := make([]index.Described, len(due))
	for i, d := range due {
		list[i] = index.Described{Due: d, Claim: registrytypes.Claim{Id: d.Work, Details: texts[d.Work]}}
	}
	require.NoError(t, x.Describe(t.Context(), list))
}

func dump(t testing.TB, x *index.Index) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, x.Dump(t.Context(), &b))
	return b.String()
}

func ids(p index.Page[index.Work]) []registrytypes.WorkID {
	var list []registrytypes.WorkID
	for _, w := range p.Rows {
		list = append(list, w.ID)
	}
	return list
}

// works are the ids of works by number.
func works(numbers ...int) []registrytypes.WorkID {
	var list []registrytypes.WorkID
	for _, n := range numbers {
		list = append(list, workOf(n))
	}
	return list
}
