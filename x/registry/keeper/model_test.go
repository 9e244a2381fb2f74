package keeper_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// model is the registry as one would explain it: a plain map of works.
type model struct {
	works   map[types.WorkID]*modelWork
	anchors map[string]modelAnchor // account name and content
}

type modelWork struct {
	content, owner, registrant, recipient string
	transfers, offers                     uint32
	status                                types.Status
	titles                                []string // empty: blanked
	owners                                []string // but for the present one
	since                                 int      // when the claim counts from, in the order of transactions
	place                                 int      // where it stands in that order, not before since
	rank                                  int      // place among claims of the same place
	registered                            int      // in seconds
}

type modelAnchor struct {
	at    int
	proof types.AnchorProof
}

// machine runs random operations against the chain and the model.
type machine struct {
	*fixture
	model
	clock int // one transaction a tick, so time alone orders claims
}

// window is the model's reveal window, in seconds and so in blocks.
const window = 4

var (
	names    = []string{"alice", "bob", "carol"}
	contents = []string{"poem", "song", "film", "code"}
)

func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{fixture: newFixture(t), model: model{map[types.WorkID]*modelWork{}, map[string]modelAnchor{}}}
		require.NoError(t, m.k.Params.Set(m.ctx, types.Params{RevealWindow: window * time.Second}))
		rt.Repeat(map[string]func(*rapid.T){
			"register": m.register,
			"anchor":   m.anchorOne,
			"prove":    m.proveOne,
			"revise":   m.revise,
			"offer":    m.offer,
			"cancel":   m.cancel,
			"accept":   m.accept,
			"status":   m.changeStatus,
			"rule":     m.rule,
			"blank":    m.blank,
			"":         m.check,
		})
	})
}

// tick starts a transaction: mostly a later one of the block, else a new block.
func (m *machine) tick(t *rapid.T) {
	m.clock++
	if rapid.Bool().Draw(t, "new block") {
		m.nextBlock()
	} else {
		m.nextTx()
	}
}

func (m *machine) register(t *rapid.T) {
	m.tick(t)
	who, content := rapid.SampledFrom(names).Draw(t, "who"), rapid.SampledFrom(contents).Draw(t, "content")
	allow := rapid.Bool().Draw(t, "allow contested")
	e, since, place := entry(content), m.clock, m.clock
	if a, ok := m.anchors[who+content]; ok && rapid.Bool().Draw(t, "prove") {
		e.AnchorProof, since, place = &a.proof, a.at, m.held(content, nil, a.at)
	}
	id := types.NewWorkID(account(who), sha256.Sum256([]byte(content)))
	_, _, err := m.send(&types.MsgRegister{Registrant: account(who).String(), Works: []types.Entry{e}, AllowContested: allow})
	switch {
	case m.works[id] != nil:
		require.ErrorIs(t, err, types.ErrAlreadyRegistered)
	case m.rivalBefore(content, who, place) && !allow:
		require.ErrorIs(t, err, types.ErrAlreadyClaimed)
	default:
		require.NoError(t, err)
		m.works[id] = &modelWork{
			content: content, owner: who, registrant: who, status: types.STATUS_ACTIVE, titles: []string{content},
			since: since, place: place, rank: m.nextRank(content, place), registered: m.seconds(),
		}
	}
}

func (m *machine) seconds() int { return int(m.ctx.BlockTime().Sub(genesisTime) / time.Second) }

// held is where a claim stands that reveals an anchor now: at the anchor, or with
// the last of the claims that were registered before the window.
func (m *machine) held(content string, self *modelWork, at int) int {
	for _, w := range m.works {
		if w.content == content && w != self && w.stands() && m.seconds()-w.registered > window {
			at = max(at, w.place)
		}
	}
	return at
}

func (w *modelWork) stands() bool { return w.status != types.STATUS_INVALIDATED }

// rivalBefore says whether somebody else's claim stands at a place or before it.
func (m *machine) rivalBefore(content, owner string, place int) bool {
	for _, w := range m.works {
		if w.content == content && w.owner != owner && w.stands() && w.place <= place {
			return true
		}
	}
	return false
}

func (m *machine) nextRank(content string, place int) int {
	rank := 0
	for _, w := range m.works {
		if w.content == content && w.place == place && w.stands() {
			rank = max(rank, w.rank+1)
		}
	}
	return rank
}

func (m *machine) anchorOne(t *rapid.T) {
	m.tick(t)
	who, content := rapid.SampledFrom(names).Draw(t, "who"), rapid.SampledFrom(contents).Draw(t, "content")
	proof := prove(account(who), content, fmt.Sprint("draft ", m.clock))[0]
	require.NoError(t, m.try(&types.MsgAnchor{Account: account(who).String(), Root: proof.Root, Total: 2}))
	m.anchors[who+content] = modelAnchor{m.clock, proof}
}

func (m *machine) proveOne(t *rapid.T) {
	m.tick(t)
	id, w := m.pick(t)
	a, ok := m.anchors[w.registrant+w.content]
	if !ok {
		return
	}
	by := rapid.SampledFrom(names).Draw(t, "by")
	order := m.resolve("sha256", digestOf(w.content).String())
	err := m.try(&types.MsgProveAnchor{Registrant: account(by).String(), Work: id, Proof: a.proof})
	if by != w.registrant || a.at >= w.since {
		require.ErrorIs(t, err, types.ErrInvalidProof)
		return
	}
	require.NoError(t, err)
	if place := m.held(w.content, w, a.at); place < w.place {
		w.place, w.rank = place, m.nextRank(w.content, place)
	}
	w.since = a.at
	m.passedOnly(id, order, m.resolve("sha256", digestOf(w.content).String()))
}

// passedOnly checks what a proof did to the order, by the rule as people read it:
// the claim passed others of the window only, and no two others changed places.
func (m *machine) passedOnly(id types.WorkID, before, after []types.WorkID) {
	was, is := slices.Index(before, id), slices.Index(after, id)
	if !m.works[id].stands() {
		require.Equal(m.t, before, after)
		return
	}
	require.LessOrEqual(m.t, is, was)
	for _, passed := range before[is:was] {
		require.LessOrEqual(m.t, m.seconds()-m.works[passed].registered, window)
	}
	require.Equal(m.t, slices.Delete(slices.Clone(before), was, was+1), slices.Delete(slices.Clone(after), is, is+1))
}

// rule finds a work invalid.
func (m *machine) rule(t *rapid.T) {
	id, w := m.pick(t)
	if rapid.IntRange(0, 3).Draw(t, "seldom") > 0 {
		return
	}
	err := m.k.Invalidate(m.ctx, id)
	if !w.stands() {
		require.ErrorIs(t, err, types.ErrInvalidStatus)
		return
	}
	require.NoError(t, err)
	w.status = types.STATUS_INVALIDATED
}

func (m *machine) revise(t *rapid.T) {
	m.tick(t)
	id, w := m.pick(t)
	by, title := rapid.SampledFrom(names).Draw(t, "by"), fmt.Sprint("title ", m.clock)
	err := m.try(&types.MsgRevise{
		Owner: account(by).String(), Work: id,
		Details: details(title, types.Fingerprint{Scheme: "title", Value: title}, types.Fingerprint{Scheme: "all", Value: "same"}),
	})
	switch {
	case by != w.owner:
		require.ErrorIs(t, err, types.ErrNotOwner)
	case !w.stands():
		require.ErrorIs(t, err, types.ErrOnHold)
	default:
		require.NoError(t, err)
		w.titles = append(w.titles, title)
	}
}

func (m *machine) offer(t *rapid.T) {
	id, w := m.pick(t)
	by, to := rapid.SampledFrom(names).Draw(t, "by"), rapid.SampledFrom(names).Draw(t, "to")
	err := m.try(&types.MsgOfferTransfer{Owner: account(by).String(), Work: id, Recipient: account(to).String()})
	switch {
	case by == to:
		require.ErrorIs(t, err, types.ErrInvalidTransfer)
	case by != w.owner:
		require.ErrorIs(t, err, types.ErrNotOwner)
	case !w.stands():
		require.ErrorIs(t, err, types.ErrOnHold)
	default:
		require.NoError(t, err)
		w.recipient = to
		w.offers++
	}
}

func (m *machine) cancel(t *rapid.T) {
	id, w := m.pick(t)
	by := rapid.SampledFrom(names).Draw(t, "by")
	err := m.try(&types.MsgCancelTransfer{Owner: account(by).String(), Work: id})
	switch {
	case by != w.owner:
		require.ErrorIs(t, err, types.ErrNotOwner)
	case w.recipient == "":
		require.ErrorIs(t, err, types.ErrInvalidTransfer)
	default:
		require.NoError(t, err)
		w.recipient = ""
	}
}

func (m *machine) accept(t *rapid.T) {
	id, w := m.pick(t)
	by, version := rapid.SampledFrom(names).Draw(t, "by"), rapid.IntRange(max(1, len(w.titles)-1), len(w.titles)).Draw(t, "version")
	cache, write := m.ctx.CacheContext()
	number := w.offers - uint32(rapid.IntRange(0, min(1, int(w.offers))).Draw(t, "older offer"))
	previous, err := m.k.Transfer(cache, id, account(by), uint32(version), number)
	if !w.stands() {
		require.ErrorIs(t, err, types.ErrOnHold)
		return
	}
	if w.recipient != by || version != len(w.titles) || number != w.offers {
		require.ErrorIs(t, err, types.ErrInvalidTransfer)
		return
	}
	require.NoError(t, err)
	write()
	require.Equal(t, account(w.owner), previous)
	w.owners = append(w.owners, w.owner)
	w.owner, w.recipient = by, ""
	w.transfers++
}

func (m *machine) blank(t *rapid.T) {
	id, w := m.pick(t)
	by, version := rapid.SampledFrom(names).Draw(t, "by"), rapid.IntRange(0, len(w.titles)).Draw(t, "version")
	sender := account(by)
	if rapid.Bool().Draw(t, "governance") {
		sender = governance
	}
	var want []uint32
	for i, title := range w.titles {
		if title != "" && (version == 0 || version == i+1) {
			want = append(want, uint32(i)+1)
		}
	}
	res, _, err := m.send(&types.MsgBlankText{Sender: sender.String(), Work: id, Version: uint32(version)})
	switch {
	case by != w.owner && !sender.Equals(governance):
		require.ErrorIs(t, err, types.ErrNotOwner)
	case len(want) == 0:
		require.ErrorIs(t, err, types.ErrNothingToBlank)
	default:
		require.NoError(t, err)
		require.Equal(t, want, res.(*types.MsgBlankTextResponse).Versions)
		for _, v := range want {
			w.titles[v-1] = ""
		}
	}
}

func (m *machine) changeStatus(t *rapid.T) {
	id, w := m.pick(t)
	by := rapid.SampledFrom(names).Draw(t, "by")
	msg, from, to := sdk.Msg(&types.MsgWithdrawWork{Owner: account(by).String(), Work: id}), types.STATUS_ACTIVE, types.STATUS_WITHDRAWN
	if rapid.Bool().Draw(t, "restore") {
		msg, from, to = &types.MsgRestoreWork{Owner: account(by).String(), Work: id}, to, from
	}
	err := m.try(msg)
	switch {
	case by != w.owner:
		require.ErrorIs(t, err, types.ErrNotOwner)
	case !w.stands():
		require.ErrorIs(t, err, types.ErrOnHold)
	case w.recipient != "" && to == types.STATUS_ACTIVE:
		require.ErrorIs(t, err, types.ErrOnOffer)
	case w.status != from:
		require.ErrorIs(t, err, types.ErrInvalidStatus)
	default:
		require.NoError(t, err)
		w.status = to
	}
}

// pick draws one of the works there are.
func (m *machine) pick(t *rapid.T) (types.WorkID, *modelWork) {
	if len(m.works) == 0 {
		t.Skip("no works yet")
	}
	ids := make([]types.WorkID, 0, len(m.works))
	for id := range m.works {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return string(ids[i][:]) < string(ids[j][:]) })
	id := rapid.SampledFrom(ids).Draw(t, "work")
	return id, m.works[id]
}

// check compares what clients see with the model.
func (m *machine) check(t *rapid.T) {
	require.NoError(t, m.k.CheckInvariants(m.ctx))
	for _, content := range contents {
		m.checkClaims(t, content)
	}
	owned := map[string]int{}
	for _, w := range m.works {
		owned[w.owner]++
	}
	for _, name := range names {
		require.Len(t, m.owned(account(name)), owned[name])
	}
}

func (m *machine) checkClaims(t *rapid.T, content string) {
	var ids []types.WorkID
	for id, w := range m.works {
		if w.content == content {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(i, j types.WorkID) int {
		a, b := m.works[i], m.works[j]
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.rank, b.rank), bytes.Compare(i[:], j[:]))
	})
	want := []types.WorkID{}
	for i, id := range ids {
		w, claim := m.works[id], m.work(id)
		if w.stands() {
			want = append(want, id)
		}
		m.checkRivals(t, claim, ids[:i], ids[i+1:])
		require.Equal(t, account(w.owner).String(), claim.Owner)
		require.Equal(t, w.status, claim.Status)
		require.Equal(t, w.transfers, m.transfers(id))
		require.Equal(t, uint32(len(w.titles)), claim.Version)
		title := w.titles[len(w.titles)-1]
		require.Equal(t, title, claim.Details.Title)
		require.Equal(t, title == "", !claim.BlankedSha256.IsZero())
		chain := m.owners(id)
		require.Len(t, chain, len(w.owners)+1)
		for i, name := range slices.Concat(w.owners, []string{w.owner}) {
			require.Equal(t, account(name).String(), chain[i].Owner)
		}
		if title == "" {
			require.NotContains(t, m.resolve("all", "same"), id)
		} else if len(w.titles) > 1 {
			require.Equal(t, []types.WorkID{id}, m.resolve("title", title))
			require.Contains(t, m.resolve("all", "same"), id)
		}
		offer, err := m.query.Transfer(m.ctx, &types.QueryTransferRequest{Work: id})
		if w.recipient == "" {
			require.Error(t, err)
		} else {
			require.NoError(t, err)
			require.Equal(t, account(w.recipient).String(), offer.Recipient)
			require.Equal(t, w.offers, offer.Number)
		}
	}
	require.Equal(t, want, m.resolve("sha256", digestOf(content).String()))
	first, found, err := m.k.Earliest(m.ctx, digestOf(content))
	require.NoError(t, err)
	require.Equal(t, len(want) > 0, found)
	if found {
		require.Equal(t, want[0], first)
	}
}

// checkRivals compares the claims that contest one with those of others that stand
// before it and behind it.
func (m *machine) checkRivals(t *rapid.T, claim types.Claim, before, behind []types.WorkID) {
	foreign := func(ids []types.WorkID) types.Rivals {
		var r types.Rivals
		for _, other := range ids {
			if w := m.works[other]; w.stands() && w.owner != m.works[claim.Id].owner {
				r.Works, r.Count = append(r.Works, other), r.Count+1
			}
		}
		return r
	}
	work, err := m.k.GetWork(m.ctx, claim.Id)
	require.NoError(t, err)
	wasBefore, isBehind, err := m.k.Rivals(m.ctx, claim.Id, work)
	require.NoError(t, err)
	require.Equal(t, foreign(before), wasBefore)
	require.Equal(t, foreign(behind), isBehind)
	require.Equal(t, wasBefore.Count > 0, claim.Contested)
	require.Equal(t, isBehind.Count > 0, claim.AlsoClaimedLater)
	require.Equal(t, m.works[claim.Id].place > m.works[claim.Id].since, claim.PlacedAt != nil)
}
