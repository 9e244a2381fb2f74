package lineage_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// endsOf lists what a work ends with.
func (s *shelf) endsOf(work chain.Work) (list []licensetypes.NamedConstraint) {
	s.t.Helper()
	res, err := licensetypes.NewQueryClient(s.Conn()).Constraints(s.Ctx(), &licensetypes.QueryConstraintsRequest{Work: work.ID})
	require.NoError(s.t, err)
	for _, row := range res.Constraints {
		if row.Constraint.Kind == licensetypes.CONSTRAINT_EXPIRES {
			list = append(list, row.Constraint)
		}
	}
	return list
}

// trains makes a model from a work under an offer of it.
func (s *shelf) trains(model, from chain.Work, terms licensetypes.TermsID) error {
	s.t.Helper()
	return s.Deliver(s.maker, s.DeriveMsg(model, from.Under(terms).As(types.ROLE_TRAINED_ON))).Err()
}

// A grant of a source for two derivatives pays for two models of its remixes, whichever of them,
// and answers say the same as derivations do.
func TestAGrantOfTheSourceIsUsedUpByWhatIsMadeOfRemixes(t *testing.T) {
	s := newShelf(t)
	song, terms, all := s.Register("song", s.author), s.packs(), s.anything()
	s.Offer(song, terms)
	remix, dub := s.bought("remix", s.curator, song, terms, 0), s.bought("dub", s.curator, song, terms, 1)
	s.Offer(remix, all)
	s.Offer(dub, all)
	var models []chain.Work
	for _, name := range []string{"first", "second", "third"} {
		models = append(models, s.ofKind(name, s.maker, registrytypes.KIND_MODEL))
	}
	require.ErrorContains(t, s.trains(models[0], remix, all), "needs_grant")
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: terms, MaxFee: &fee})
	grant := licensetypes.NewGrantID(song.ID, terms, s.maker.Address, 0)
	users := func() []registrytypes.WorkID {
		res, err := licensetypes.NewQueryClient(s.Conn()).GrantUses(s.Ctx(), &licensetypes.QueryGrantUsesRequest{Grant: grant})
		require.NoError(t, err)
		return res.Derivatives
	}
	may := func(model chain.Work) licensetypes.Verdict {
		res, err := licensetypes.NewQueryClient(s.Conn()).CheckRights(s.Ctx(), &licensetypes.QueryCheckRightsRequest{
			Work: dub.ID.String(), Licensee: s.maker.String(), Derivative: model.ID, Use: licensetypes.Use{Action: trainAI, Unplaced: true},
		})
		require.NoError(t, err)
		return res.Rights.Verdict
	}
	require.NoError(t, s.trains(models[0], remix, all))
	require.NoError(t, s.trains(models[0], dub, all), "the grant serves it already")
	require.Equal(t, []registrytypes.WorkID{models[0].ID}, users())
	require.NoError(t, s.trains(models[1], dub, all))
	require.Len(t, users(), 2)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, may(models[1]), "it is counted")
	require.Equal(t, licensetypes.VERDICT_NEEDS_GRANT, may(models[2]))
	require.ErrorContains(t, s.trains(models[2], dub, all), "needs_grant")
	require.NoError(t, s.trains(models[1], remix, all), "found by the derivative, although it is used up")

	other := s.Deliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: terms, Serial: 1, MaxFee: &fee})
	require.NoError(t, other.Err())
	s.RequireInvariants()
	s.RequireSameExport().RequireInvariants()
}

// Who makes something by a pass makes it last longer by acquiring the pass again, and an
// export keeps by what it was made.
func TestWhatIsMadeByAPassEndsWithIt(t *testing.T) {
	s := newShelf(t)
	hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
	hourly := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &hour,
		AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(fee), DerivativesPerGrant: 9,
	})
	song, all := s.Register("song", s.author), s.anything()
	s.Offer(song, hourly)
	remix := s.bought("remix", s.curator, song, hourly, 0)
	s.Offer(remix, all)
	pass := &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: hourly, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix)}
	s.MustDeliver(s.maker, pass)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: hourly, Serial: 1, MaxFee: &fee})
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	require.NoError(t, s.trains(model, remix, all))
	ends := s.endsOf(model)
	require.Len(t, ends, 2, "the curator's grant, and the pass, which uses nothing up")
	at := slices.IndexFunc(ends, func(c licensetypes.NamedConstraint) bool { return c.Grant.IsZero() })
	require.Equal(t, []any{song.ID, hourly, remix.ID, s.maker.String()}, []any{ends[at].Source, ends[at].Terms, ends[at].UsesOf, ends[at].Licensee})

	tool := s.Register("tool", s.maker)
	s.MustDeliver(s.maker, s.DeriveMsg(tool, model.Under(all)))
	again := s.RequireSameExport()
	again.RequireInvariants()

	s.MustDeliver(s.curator, &licensetypes.MsgRenewGrant{
		Licensee: s.curator.String(), Grant: licensetypes.NewGrantID(song.ID, hourly, s.curator.Address, 0), MaxFee: &fee,
	})
	s.Advance(90 * time.Minute)
	require.Equal(t, licensetypes.VERDICT_DENIED, s.asks(model, s.maker, distribute, true).Verdict)
	rights := s.asks(tool, s.maker, distribute, true)
	require.Equal(t, "source_expired", rights.Reasons[0].Code)
	require.Equal(t, hourly, rights.Reasons[0].AncestorTerms)
	s.MustDeliver(s.maker, pass)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, s.asks(tool, s.maker, distribute, true).Verdict)
	s.RequireInvariants()
}

// An allow-list is slipped under a renewal no more than under a purchase; who is on a list
// names it.
func TestAnAllowListIsNamed(t *testing.T) {
	s := newShelf(t)
	hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
	terms := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Hour", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &hour, GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, terms)
	buy := &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: terms, MaxFee: &fee}
	s.MustDeliver(s.maker, buy)
	listed := chain.OfferMsg(song, terms)
	listed.Offer.Licensees = []string{s.maker.String()}
	s.MustDeliver(s.author, listed)
	grant := licensetypes.NewGrantID(song.ID, terms, s.maker.Address, 0)
	renew := &licensetypes.MsgRenewGrant{Licensee: s.maker.String(), Grant: grant, MaxFee: &fee}
	buy.Serial = 1
	require.ErrorIs(t, s.Deliver(s.maker, renew).Err(), licensetypes.ErrOtherConditions)
	require.ErrorIs(t, s.Deliver(s.maker, buy).Err(), licensetypes.ErrOtherConditions)
	renew.Seen, buy.Seen = s.Seen(song, terms), s.Seen(song, terms)
	require.False(t, buy.Seen.AllowList.IsZero())
	s.MustDeliver(s.maker, renew)
	s.MustDeliver(s.maker, buy)
	s.Offer(song, terms)
	buy.Serial = 2
	require.ErrorIs(t, s.Deliver(s.maker, buy).Err(), licensetypes.ErrOtherConditions, "nor is a list taken away")
}
