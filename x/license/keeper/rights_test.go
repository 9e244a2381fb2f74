package keeper_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// rights asks for an account; nil: anybody.
func (f *fixture) rights(subject fmt.Stringer, use types.Use, licensee sdk.AccAddress) types.Rights {
	f.t.Helper()
	return f.rightsBy(subject.String(), use, licensee, "")
}

func (f *fixture) rightsBy(subject string, use types.Use, licensee sdk.AccAddress, permission string) types.Rights {
	f.t.Helper()
	res, err := f.query.CheckRights(f.ctx, &types.QueryCheckRightsRequest{
		Work: subject, Use: use, Licensee: licensee.String(), Permission: permission,
	})
	require.NoError(f.t, err)
	require.Equal(f.t, f.ctx.BlockTime().UTC(), res.DecidedAt)
	return res.Rights
}

// rightsFor asks to adapt a work for a derivative, under one permission.
func (f *fixture) rightsFor(
	subject registrytypes.WorkID, licensee sdk.AccAddress, permission string, derivative registrytypes.WorkID,
) types.Rights {
	f.t.Helper()
	res, err := f.query.CheckRights(f.ctx, &types.QueryCheckRightsRequest{
		Work: subject.String(), Use: adapt, Licensee: licensee.String(), Permission: permission, Derivative: derivative,
	})
	require.NoError(f.t, err)
	return res.Rights
}

func codesOf(r types.Rights) []string {
	var list []string
	for _, reason := range r.Reasons {
		list = append(list, reason.Code)
	}
	return list
}

var (
	adapt  = types.Use{Action: types.ACTION_ADAPT}
	sell   = types.Use{Action: types.ACTION_DISTRIBUTE, Commercial: true}
	ground = types.Use{Action: types.ACTION_AI_INPUT, Commercial: true}
)

func TestAPublicOfferAllows(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("commercial-remix-10"), types.Offer{})
	terms := preset("commercial-remix-10")
	work := f.registry[song]
	require.NoError(t, work.SetRevision(registrytypes.Revision{
		Details: registrytypes.Details{Title: "Blue \"Hour\"", Creators: []registrytypes.Creator{{Name: "Alice"}, {Name: "Ann"}}},
	}))
	f.registry[song] = work

	got := f.rights(song, adapt, nil)
	require.Equal(t, types.Rights{
		Subject: song.String(), Works: []registrytypes.WorkID{song}, Verdict: types.VERDICT_ALLOWED, Permission: terms.String(),
		Obligations: []types.Obligation{
			{
				Kind: types.OBLIGATION_ATTRIBUTION, Work: song, Terms: terms, WorkVersion: 1,
				Text: `"Blue \"Hour\"" by Alice, Ann (` + song.String() + `), LicenseRef-Stemma-Commercial-Remix-10`,
			},
			{Kind: types.OBLIGATION_REPORT_USE, Work: song, Terms: terms},
			{
				Kind: types.OBLIGATION_ROYALTY, Work: song, Terms: terms,
				RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 100_000,
			},
		},
	}, got)
	_, err := f.permit(remix, song, permission(got.Permission))
	require.NoError(t, err)
}

// The credit of a work whose text was taken back names nobody.
func TestCreditOfBlankedText(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	work := f.registry[song]
	named := registrytypes.Revision{Details: registrytypes.Details{Title: "Hour", Creators: []registrytypes.Creator{{Name: "Ann"}}}}
	require.NoError(t, work.SetRevision(named.Blank()))
	f.registry[song] = work
	credit := f.rights(song, adapt, nil).Obligations[0]
	require.Equal(t, types.OBLIGATION_ATTRIBUTION, credit.Kind)
	require.Contains(t, credit.Text, "Title and names blanked ("+song.String()+"), CC-BY-4.0")
}

// permission is what an answer says to cite.
type permission string

func (p permission) String() string { return string(p) }

func TestWhatIsOnOfferIsListedWithItsPrice(t *testing.T) {
	f := newFixture(t)
	week := day(7)
	terms := f.publish(types.Terms{
		Spdx: "LicenseRef-Shop", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Duration: &week, DerivativeApproval: true,
	})
	f.offered(song, terms, types.Offer{Price: coins("5ustem,7uusdc")})
	f.offered(song, preset("cc-by-nc-4.0"), types.Offer{})

	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, adapt, nil).Verdict, "the better alternative counts")
	got := f.rights(song, types.Use{Action: types.ACTION_ADAPT, Commercial: true}, bob)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, got.Verdict)
	end := genesisTime.Add(week)
	require.Equal(t, []types.Obtainable{{
		Work: song, Terms: terms, Spdx: "LicenseRef-Shop", Price: coins("5ustem,7uusdc"), ExpiresAt: &end, NeedsApproval: true,
		Serves: 1,
	}}, got.Offers)
	require.ElementsMatch(t, []string{"needs_approval", "needs_grant"}, codesOf(got))

	require.NoError(t, f.try(approve(alice, song, terms, bob)))
	require.False(t, f.rights(song, types.Use{Action: types.ACTION_ADAPT, Commercial: true}, bob).Offers[0].NeedsApproval)
	grant := f.acquired(bob, song, terms, 0, "7uusdc")
	got = f.rights(song, types.Use{Action: types.ACTION_ADAPT, Commercial: true, Until: &end}, bob)
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
	require.Equal(t, grant.String(), got.Permission)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(song, types.Use{
		Action:     types.ACTION_ADAPT,
		Commercial: true,
	}, carol).Verdict, "another's grant")
	beyond := end.Add(1)
	got = f.rights(song, types.Use{Action: types.ACTION_ADAPT, Commercial: true, Until: &beyond}, bob)
	require.Equal(t, types.VERDICT_DENIED, got.Verdict)
	require.Contains(t, codesOf(got), "ends_before_use")

	require.Equal(t, types.VERDICT_DENIED, f.rightsBy(song.String(), sell, bob,
		preset("cc-by-nc-4.0").String()).Verdict, "one permission only")
	require.Equal(t, types.VERDICT_ALLOWED, f.rightsBy(song.String(), sell, bob, grant.String()).Verdict)
	require.Equal(t, types.VERDICT_ALLOWED, f.rightsBy(song.String(), adapt, bob, "cc-by-nc-4.0").Verdict, "by the preset's name")
}

// What is reserved or approved for a derivative serves who asks for that one.
func TestTheDerivativeThatIsToBeMade(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(ask())
	f.offered(song, terms, types.Offer{})
	require.True(t, f.rightsFor(song, bob, "", remix).Offers[0].NeedsApproval)
	require.NoError(t, f.try(&types.MsgApprove{
		Owner: alice.String(), Work: song, Terms: terms, Derivative: remix,
	}))
	require.False(t, f.rightsFor(song, bob, "", remix).Offers[0].NeedsApproval)
	require.True(t, f.rightsFor(song, bob, "", registrytypes.WorkID{}).Offers[0].NeedsApproval)
	grant, err := f.acquireFor(bob, song, terms, 0, remix)
	require.NoError(t, err)

	for _, permission := range []string{"", grant.String()} {
		got := f.rightsFor(song, bob, permission, remix)
		require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
		require.Equal(t, grant.String(), got.Permission)
	}
	for _, other := range []registrytypes.WorkID{{}, {8}} {
		got := f.rightsFor(song, bob, grant.String(), other)
		require.Equal(t, types.VERDICT_DENIED, got.Verdict)
		require.Equal(t, []string{"grant_used"}, codesOf(got))
	}
	_, err = f.permit(remix, song, grant)
	require.NoError(t, err)
}

func TestPricesOfUses(t *testing.T) {
	f := newFixture(t)
	terms := f.publish(types.Terms{
		Spdx: "LicenseRef-Meter", CommercialUse: true, AiInput: types.PERMISSION_PAID, UsePrice: coins("2ustem"),
	})
	f.offered(song, terms, types.Offer{})
	got := f.rights(song, ground, nil)
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
	require.Equal(t, []types.Obligation{{
		Kind: types.OBLIGATION_PAY_PER_USE, Work: song, Terms: terms, Price: coins("2ustem"),
	}}, got.Obligations)

	byGrant := f.publish(types.Terms{Spdx: "LicenseRef-Grant", CommercialUse: true, AiInput: types.PERMISSION_PAID})
	require.ErrorIs(t, f.offer(photo, byGrant, types.Offer{}), types.ErrInvalidOffer, "a price is needed")
	f.offered(photo, byGrant, types.Offer{Price: coins("9ustem")})
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.rights(photo, ground, nil).Verdict)
}

func TestScopeIsPassedOn(t *testing.T) {
	f := newFixture(t)
	terms := func(name string, territories ...string) types.TermsID {
		return f.publish(types.Terms{
			Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Territories: territories,
		})
	}
	europe, france, world := terms("Europe", "DE", "FR"), terms("France", "FR"), terms("World")
	f.offered(song, europe, types.Offer{})
	require.NoError(t, f.derive(remix, source{song, europe}))
	require.ErrorIs(t, f.offer(remix, world, types.Offer{}), types.ErrConflict)
	require.ErrorContains(t, f.offer(remix, preset("cc-by-4.0"), types.Offer{}), "scope_source ("+song.String())
	f.offered(remix, france, types.Offer{})

	in := func(codes ...string) types.Use { return types.Use{Action: types.ACTION_COPY, Territories: codes} }
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, in("FR"), carol).Verdict)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, in("DE"), bob).Verdict, "one's own, within the source's limits")
	got := f.rights(remix, in("FR", "US"), bob)
	require.Equal(t, types.VERDICT_DENIED, got.Verdict)
	require.Equal(t, []types.Reason{{
		Code: "territory_not_covered", Work: remix, Ancestor: song, AncestorTerms: europe, Covered: []string{"DE", "FR"}, CoveredCount: 2,
	}}, got.Reasons)
	require.Equal(t, types.VERDICT_DENIED, f.rights(remix, in(), carol).Verdict, "everywhere")
}

// claimed has works claim one content, in order.
func (f *fixture) claimed(content byte, ids ...registrytypes.WorkID) (digest string) {
	f.claims[[32]byte{content}] = ids
	for _, id := range ids {
		work := f.registry[id]
		work.Sha256.Digest = registrytypes.Digest{content}
		f.registry[id] = work
	}
	return registrytypes.Digest{content}.String()
}

func TestTheEarliestClaimAnswersForAContent(t *testing.T) {
	f := newFixture(t)
	name := registrytypes.Digest{42}.String()
	ask := func(use types.Use, who sdk.AccAddress) types.Rights { return f.rightsBy(name, use, who, "") }
	require.Equal(t, types.VERDICT_UNKNOWN, ask(adapt, nil).Verdict)
	require.Equal(t, []string{"not_registered"}, codesOf(ask(adapt, nil)))

	f.claimed(42, song, photo)
	f.offered(song, preset("noncommercial-remix"), types.Offer{})
	also := []types.Notice{{Code: "also_claimed", Works: []registrytypes.WorkID{photo}, Count: 1}}
	got := ask(adapt, nil)
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict, "one squatter's claim closes nothing")
	require.Equal(t, []registrytypes.WorkID{song}, got.Works)
	require.Equal(t, also, got.Notices)
	require.Equal(t, f.rightsBy(song.String(), adapt, nil, "").Notices, also)
	require.Equal(t, []types.Notice{{Code: "contested", Works: []registrytypes.WorkID{song}, Count: 1}},
		f.rightsBy(photo.String(), adapt, nil, "").Notices)
	require.True(t, ask(sell, alice).Own)
	require.False(t, ask(sell, carol).Own)

	f.offered(photo, preset("cc0-1.0"), types.Offer{})
	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	require.Contains(t, codesOf(ask(adapt, nil)), "work_disputed")
	f.setStatus(song, registrytypes.STATUS_WITHDRAWN)
	got = ask(adapt, nil)
	require.Equal(t, types.VERDICT_DENIED, got.Verdict, "a squatter's CC0 opens nothing")
	require.Equal(t, []string{"work_withdrawn"}, codesOf(got))
	require.Equal(t, f.rightsBy(song.String(), adapt, nil, "").Reasons, got.Reasons)
}

func TestAnyNumberOfLaterClaimsIsANotice(t *testing.T) {
	f := newFixture(t)
	claims := []registrytypes.WorkID{song}
	for i := range 33 {
		claims = append(claims, f.register(account(fmt.Sprint("squatter ", i)), 42))
	}
	digest := f.claimed(42, claims...)
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	got := f.rightsBy(digest, adapt, nil, "")
	require.Equal(t, types.VERDICT_ALLOWED, got.Verdict)
	require.Equal(t, []types.Notice{{Code: "also_claimed", Works: claims[1:9], Count: 33}}, got.Notices)
}

func TestOneOwnersClaimsAreNoNotice(t *testing.T) {
	f := newFixture(t)
	second := f.register(alice, 7)
	digest := f.claimed(7, song, second)
	for _, subject := range []string{digest, song.String(), second.String()} {
		require.Empty(t, f.rightsBy(subject, adapt, nil, "").Notices)
	}
}

// A work's owner makes the answer long, a client repeats it or asks for many such.
func TestABatchHasABound(t *testing.T) {
	f := newFixture(t)
	for i := range types.MaxOffers {
		terms := f.publish(types.Terms{
			Spdx: fmt.Sprintf("LicenseRef-%d", i), Derivatives: types.DERIVATIVES_ALLOWED,
			GrantFee: coins("5ustem"),
		})
		f.offered(song, terms, types.Offer{})
	}
	digest := f.claimed(42, song)
	batch := func(subjects ...string) (*types.QueryCheckRightsBatchResponse, uint64, error) {
		ctx := f.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
		res, err := f.query.CheckRightsBatch(ctx, &types.QueryCheckRightsBatchRequest{Works: subjects, Use: adapt})
		return res, ctx.GasMeter().GasConsumed(), err
	}
	one, once, err := batch(digest)
	require.NoError(t, err)
	require.Len(t, one.Rights[0].Offers, types.MaxOffers)
	hundred := slices.Repeat([]string{digest, strings.ToUpper(digest)}, 50)
	res, gas, err := batch(hundred...)
	require.NoError(t, err)
	for i, rights := range res.Rights {
		require.Equal(t, hundred[i], rights.Subject)
		require.Equal(t, one.Rights[0].Offers, rights.Offers)
	}
	size := uint64(one.Rights[0].Size()) * types.GasPerAnswerByte
	require.Less(t, gas, once+99*(size+2*types.GasPerAnswerByte*64), "only the copies are paid for")

	_, gas, err = batch(slices.Repeat([]string{digest}, types.MaxBatch)...)
	require.Equal(t, codes.ResourceExhausted, status.Code(err), err)
	require.LessOrEqual(t, gas, uint64(types.MaxBatchGas))
	// What the caller has left bounds it too.
	ctx := f.ctx.WithGasMeter(storetypes.NewGasMeter(once / 2))
	_, err = f.query.CheckRightsBatch(ctx, &types.QueryCheckRightsBatchRequest{Works: []string{digest}, Use: adapt})
	require.Equal(t, codes.ResourceExhausted, status.Code(err), err)
}

func TestBadQuestionsAreRefused(t *testing.T) {
	f := newFixture(t)
	for name, c := range map[string]struct {
		req  types.QueryCheckRightsRequest
		text string
	}{
		"work":       {types.QueryCheckRightsRequest{Work: "work1x", Use: adapt}, "work1x"},
		"no action":  {types.QueryCheckRightsRequest{Work: song.String()}, "action is 0"},
		"action 257": {types.QueryCheckRightsRequest{Work: song.String(), Use: types.Use{Action: 257}}, "action is 257"},
		"territory":  {types.QueryCheckRightsRequest{Work: song.String(), Use: types.Use{Action: 1, Territories: []string{"XX"}}}, `"XX"`},
		"territories": {
			types.QueryCheckRightsRequest{Work: song.String(), Use: types.Use{Action: 1, Territories: make([]string, 250)}}, "250 codes",
		},
		"medium": {types.QueryCheckRightsRequest{Work: song.String(), Use: types.Use{Action: 1, Media: []string{"TV"}}}, `"TV"`},
		"media": {types.QueryCheckRightsRequest{Work: song.String(), Use: types.Use{
			Action: 1,
			Media:  make([]string, 33),
		}}, "33 entries"},
		"unplaced": {types.QueryCheckRightsRequest{Work: song.String(), Use: types.Use{
			Action: 1,
			Media:  []string{"web"}, Unplaced: true,
		}}, "unplaced"},
		"licensee":   {types.QueryCheckRightsRequest{Work: song.String(), Use: adapt, Licensee: "bob"}, "bob"},
		"permission": {types.QueryCheckRightsRequest{Work: song.String(), Use: adapt, Permission: "cc-by-5.0"}, "cc-by-5.0"},
		"grant":      {types.QueryCheckRightsRequest{Work: song.String(), Use: adapt, Permission: "grant1x"}, "grant1x"},
		"another's derivative": {
			types.QueryCheckRightsRequest{Work: song.String(), Use: adapt, Licensee: carol.String(), Derivative: remix}, bob.String(),
		},
		"nobody's derivative": {types.QueryCheckRightsRequest{Work: song.String(), Use: adapt, Derivative: remix}, bob.String()},
	} {
		_, err := f.query.CheckRights(f.ctx, &c.req)
		require.Equal(t, codes.InvalidArgument, status.Code(err), "%s: %v", name, err)
		require.ErrorContains(t, err, c.text, name)
	}
	_, err := f.query.CheckRightsBatch(f.ctx, &types.QueryCheckRightsBatchRequest{Works: make([]string, 1001), Use: adapt})
	require.ErrorContains(t, err, "at most 1000")
	_, err = f.query.CheckRightsBatch(f.ctx, &types.QueryCheckRightsBatchRequest{Works: []string{song.String(), "x"}, Use: adapt})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, "works[1]")
}

func TestABatchAnswersAsSingleQuestionsDo(t *testing.T) {
	f := newFixture(t)
	f.offered(song, preset("cc-by-4.0"), types.Offer{})
	f.offered(photo, preset("commercial-use"), types.Offer{Price: coins("3ustem")})
	works := []string{song.String(), registrytypes.WorkID{99}.String(), photo.String(), song.String(), remix.String()}
	res, err := f.query.CheckRightsBatch(f.ctx, &types.QueryCheckRightsBatchRequest{Works: works, Use: sell, Licensee: bob.String()})
	require.NoError(t, err)
	require.Len(t, res.Rights, len(works))
	for i, work := range works {
		require.Equal(t, f.rightsBy(work, sell, bob, ""), res.Rights[i])
	}
	require.Equal(t, types.VERDICT_UNKNOWN, res.Rights[1].Verdict)
	require.True(t, res.Rights[4].Own)
}
