package app_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/stemma-chain/stemma/app"
	"github.com/stemma-chain/stemma/testutil/chain"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// rowsOf is a collection that factories look for something in.
type rowsOf[K, V any] interface {
	Walk(ctx context.Context, ranger collections.Ranger[K], walk func(K, V) (bool, error)) error
}

// find draws one of the rows that fit; the factory has nothing to do where none does.
func find[K, V any](d draw, what string, rows rowsOf[K, V], fits func(K, V) bool) (K, V) {
	var keys []K
	var values []V
	err := rows.Walk(d.seen.Ctx(), nil, func(key K, value V) (bool, error) {
		if fits(key, value) {
			keys, values = append(keys, key), append(values, value)
		}
		return false, nil
	})
	require.NoError(d.t, err)
	if len(keys) == 0 {
		d.skip("no " + what)
	}
	i := d.rand.Intn(len(keys))
	return keys[i], values[i]
}

// drawn is the first message of a type that one of the game's draws makes.
func drawn[T sdk.Msg](d draw, makes func() (chain.Account, []sdk.Msg)) (chain.Account, T) {
	for range 20 {
		by, msgs := makes()
		for _, m := range msgs {
			if msg, ok := m.(T); ok {
				return by, msg
			}
		}
	}
	d.skip("nothing drawn")
	panic("unreachable")
}

func (d draw) keepers() app.Keepers { return d.seen.App.Keepers }

// one is the account with an address, where it is one of the simulation's.
func (d draw) one(address string) (chain.Account, bool) {
	a, ok := d.byAddress[address]
	return a, ok
}

func (d draw) robot() chain.Account { return d.robots[d.rand.Intn(len(d.robots))] }

func (d draw) next() int {
	d.serial++
	return d.serial
}

// workThat is a work of somebody here.
func (d draw) workThat(what string, fits func(registrytypes.WorkID, registrytypes.Work) bool) (chain.Work, registrytypes.Work) {
	id, row := find(d, what, d.keepers().Registry.Works, func(id registrytypes.WorkID, w registrytypes.Work) bool {
		_, ours := d.one(w.Owner.String())
		return ours && fits(id, w)
	})
	owner, _ := d.one(row.Owner.String())
	return chain.Work{ID: id, Owner: owner}, row
}

func (d draw) someWork() chain.Work {
	w, _ := d.workThat("work", func(registrytypes.WorkID, registrytypes.Work) bool { return true })
	return w
}

// propose puts a message to the vote, with all stake in favour.
func (s *simulation) propose() {
	_, m := s.create(s.chooseProposal())
	if m.report.IsSkipped() {
		return
	}
	proposal, err := govv1.NewMsgSubmitProposal([]sdk.Msg{m.msg}, ustem(deposited), staker.String(), "", "change", "a change", false)
	require.NoError(s.t, err)
	var made govv1.MsgSubmitProposalResponse
	s.seen.MustDeliver(staker, proposal).Response(s.t, 0, &made)
	s.seen.MustDeliver(staker, govv1.NewMsgVote(staker.Address, made.ProposalId, govv1.OptionYes, ""))
	s.tally(m.url).keep(s.t, m.msg)
	m.report.Success(m.msg)
	require.NoError(s.t, m.report.Close())
}

// countProposals adds what governance sent.
func (s *simulation) countProposals() {
	err := s.seen.App.Keepers.Gov.Proposals.Walk(s.seen.Ctx(), nil, func(_ uint64, p govv1.Proposal) (bool, error) {
		n := s.tally(p.Messages[0].TypeUrl)
		switch p.Status {
		case govv1.StatusPassed:
			n.done++
		case govv1.StatusFailed:
			n.refused++
			n.refusals[p.FailedReason]++
		}
		return false, nil
	})
	require.NoError(s.t, err)
}
