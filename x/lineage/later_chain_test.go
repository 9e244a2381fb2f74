package lineage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// launderer has two accounts, and a work of which the second has a free grant.
type launderer struct {
	*chain.Chain
	t              *testing.T
	owner, sock    chain.Account
	star           chain.Account
	hit            chain.Work
	remix10, freed licensetypes.TermsID
}

func newLaunderer(t *testing.T) *launderer {
	c := chain.New(t)
	l := &launderer{
		Chain: c, t: t, owner: c.Account("owner"), sock: c.Account("sock"), star: c.Account("star"), remix10: chain.Preset("commercial-remix-10"),
	}
	l.hit = c.Register("hit", l.star)
	c.Offer(l.hit, l.remix10)
	free := licensetypes.Terms{
		Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 1 << 20,
	}
	c.MustDeliver(l.owner, &licensetypes.MsgPublishTerms{Author: l.owner.String(), Terms: free})
	l.freed = free.ID()
	return l
}

// free gives the second account a grant of a work, for nothing.
func (l *launderer) free(work chain.Work, serial uint64) licensetypes.GrantID {
	l.Offer(work, l.freed)
	l.MustDeliver(l.sock, &licensetypes.MsgAcquire{Licensee: l.sock.String(), Work: work.ID, Terms: l.freed, Serial: serial})
	l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: l.freed})
	return licensetypes.NewGrantID(work.ID, l.freed, l.sock.Address, serial)
}

// admit declares sources that nobody has approved.
func (l *launderer) admit(work chain.Work, sources ...chain.Source) {
	l.t.Helper()
	msg := l.DeriveMsg(work, sources...)
	require.ErrorContains(l.t, l.Deliver(work.Owner, msg).Err(), "MsgApproveSource")
	msg.AllowUnapproved = true
	l.MustDeliver(work.Owner, msg)
}

func (l *launderer) rights(work chain.Work, licensee chain.Account, action licensetypes.Action) licensetypes.Rights {
	l.t.Helper()
	res, err := licensetypes.NewQueryClient(l.Conn()).CheckRights(l.Ctx(), &licensetypes.QueryCheckRightsRequest{
		Work: work.ID.String(), Licensee: licensee.String(), Use: licensetypes.Use{Action: action, Commercial: true},
	})
	require.NoError(l.t, err)
	return res.Rights
}

// requireAdmitted checks that a work names the hit, may be used by its owner and be
// paid, and takes no offers, grants and derivations.
func (l *launderer) requireAdmitted(work chain.Work) {
	l.t.Helper()
	rights := l.rights(work, work.Owner, licensetypes.ACTION_COPY)
	require.Equal(l.t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
	l.requireNotice(rights, "unapproved_source", l.hit)
	l.MustDeliver(l.sock, chain.PayMsg(l.sock, work, sdk.NewInt64Coin("uusdc", 1_000)))
	for _, preset := range []string{"commercial-use", "cc0-1.0", "noncommercial-remix"} {
		err := l.Deliver(work.Owner, &licensetypes.MsgOffer{Owner: work.Owner.String(), Work: work.ID, Terms: chain.Preset(preset)}).Err()
		require.ErrorContains(l.t, err, "unapproved_source", preset)
	}
}

func (l *launderer) requireNotice(rights licensetypes.Rights, code string, about chain.Work) {
	l.t.Helper()
	for _, n := range rights.Notices {
		if n.Code == code {
			require.Contains(l.t, n.Works, about.ID)
			return
		}
	}
	require.Fail(l.t, "no notice "+code)
}

// settle approves, as the star, the first declaration of a work.
func (l *launderer) settle(work chain.Work, shown types.Promises) error {
	return l.Deliver(l.star, &types.MsgApproveSource{
		Owner: l.star.String(), Source: l.hit.ID, Derivative: work.ID, Declaration: 1, Shown: shown,
	}).Err()
}

func (l *launderer) owes(work chain.Work) uint32 {
	res, err := royaltytypes.NewQueryClient(l.Conn()).Upstream(l.Ctx(), &royaltytypes.QueryUpstreamRequest{Work: work.ID})
	require.NoError(l.t, err)
	return res.Absolute
}

// under makes a work from another by a grant.
func (l *launderer) under(owner chain.Account, name string, work chain.Work, grant licensetypes.GrantID) (chain.Work, error) {
	made := l.Register(name, owner)
	msg := l.DeriveMsg(made, work.Under(l.freed))
	msg.Sources[0].Permission, msg.AllowUnapproved = grant.String(), true
	l.See(msg)
	return made, l.Deliver(owner, l.See(msg)).Err()
}

func TestAGrantTakenBeforeDoesNotLaunder(t *testing.T) {
	l := newLaunderer(t)
	work := l.Register("work", l.owner)
	grant := l.free(work, 1)
	l.admit(work, l.hit.Under(l.remix10))
	require.EqualValues(t, 100_000, l.owes(work))
	l.requireAdmitted(work)

	made, err := l.under(l.sock, "made", work, grant)
	require.NoError(t, err, "derivations under older grants stand")
	l.requireAdmitted(made)
	again, mine := l.Register("again", l.sock), made.Under(l.remix10)
	msg := l.DeriveMsg(again, mine)
	msg.Sources[0].Permission = ""
	l.See(msg)
	l.MustDeliver(l.sock, msg)
	l.requireAdmitted(again)
	l.RequireInvariants()
	l.RequireSameExport()

	require.ErrorContains(t, l.settle(work, types.Promises{Grants: 1}), "1 derivatives", "since then one was made")
	require.NoError(t, l.settle(work, types.Promises{Grants: 1, Derivatives: 1}))
	for _, w := range []chain.Work{work, made, again} {
		require.Empty(t, l.rights(w, w.Owner, licensetypes.ACTION_COPY).Notices)
		l.Offer(w, chain.Preset("commercial-use"))
	}
	l.RequireInvariants()
	l.RequireSameExport()
}

func TestAnIntermediateWorkDoesNotLaunder(t *testing.T) {
	l := newLaunderer(t)
	between, work := l.Register("between", l.owner), l.Register("work", l.owner)
	grant := l.free(work, 1)
	l.MustDeliver(l.owner, l.DeriveMsg(between, l.hit.Under(l.remix10)))
	mine := l.DeriveMsg(work, between.Under(l.remix10))
	mine.Sources[0].Permission, mine.AllowUnapproved = "", true
	l.See(mine)
	l.MustDeliver(l.owner, mine)
	require.EqualValues(t, 100_000, l.owes(work))
	l.requireAdmitted(work)
	made, err := l.under(l.sock, "made", work, grant)
	require.NoError(t, err)
	l.requireAdmitted(made)
	l.RequireInvariants()
}

func TestGrantsGivenAfterAnApprovalMakeItVoid(t *testing.T) {
	l := newLaunderer(t)
	work := l.Register("work", l.owner)
	l.free(work, 0)
	approval := chain.ApproveSourceMsg(l.hit.Under(l.remix10), work)
	approval.Shown = types.Promises{Grants: 1}
	l.MustDeliver(l.star, approval)
	l.Offer(work, l.freed)
	for serial := range uint64(50) {
		l.MustDeliver(l.sock, &licensetypes.MsgAcquire{Licensee: l.sock.String(), Work: work.ID, Terms: l.freed, Serial: serial + 1})
	}
	err := l.Deliver(l.owner, l.DeriveMsg(work, l.hit.Under(l.remix10))).Err()
	require.ErrorContains(t, err, "grants for 51 derivatives")
	l.admit(work, l.hit.Under(l.remix10))
	l.requireAdmitted(work)
	err = l.Deliver(l.sock, &licensetypes.MsgAcquire{Licensee: l.sock.String(), Work: work.ID, Terms: l.freed, Serial: 99}).Err()
	require.ErrorContains(t, err, "unapproved_source", "an offer that was open gives no more")
}

// A licensee who bought keeps what was bought, with a notice.
func TestABoughtGrantOutlivesLaterSources(t *testing.T) {
	for _, tc := range []struct{ terms, why string }{
		{"noncommercial-remix", "a source that is not commercial"},
		{"antarctica", "a source for Antarctica only"},
		{"instant", "a source for a moment"},
	} {
		l := newLaunderer(t)
		work := l.Register("work", l.owner)
		grant := l.free(work, 1)
		var source licensetypes.TermsID
		switch tc.terms {
		case "antarctica":
			source = l.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Ice", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Territories: []string{"AQ"},
			})
		case "instant":
			moment := time.Minute
			source = l.publish(licensetypes.Terms{
				Spdx: "LicenseRef-Now", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &moment,
			})
		default:
			source = chain.Preset(tc.terms)
		}
		trap := l.Register("trap", l.sock)
		l.Offer(trap, source)
		msg := l.DeriveMsg(work, trap.Under(source))
		if tc.terms == "instant" {
			l.MustDeliver(l.owner, &licensetypes.MsgAcquire{Licensee: l.owner.String(), Work: trap.ID, Terms: source})
			msg.Sources[0].Permission = licensetypes.NewGrantID(trap.ID, source, l.owner.Address, 0).String()
			l.See(msg)
		}
		msg.AllowUnapproved = true
		l.MustDeliver(l.owner, msg)
		l.Advance(time.Hour)

		rights := l.rights(work, l.sock, licensetypes.ACTION_DISTRIBUTE)
		require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, fmt.Sprint(tc.why, rights.Reasons))
		require.Equal(t, grant.String(), rights.Permission)
		l.requireNotice(rights, "later_source", trap)
		made, err := l.under(l.sock, "made", work, grant)
		require.NoError(t, err, tc.why)
		require.Equal(t, licensetypes.VERDICT_ALLOWED, l.rights(made, l.sock, licensetypes.ACTION_COPY).Verdict, tc.why)
		stranger := l.Account("stranger")
		require.NotEqual(t, licensetypes.VERDICT_ALLOWED, l.rights(work, stranger, licensetypes.ACTION_DISTRIBUTE).Verdict)
		l.RequireInvariants()
		l.RequireSameExport()
	}
}

func (l *launderer) publish(terms licensetypes.Terms) licensetypes.TermsID {
	l.MustDeliver(l.owner, &licensetypes.MsgPublishTerms{Author: l.owner.String(), Terms: terms})
	return terms.ID()
}

// A demo under a non-commercial licence becomes a release.
func TestADemoBecomesARelease(t *testing.T) {
	l := newLaunderer(t)
	nc, sell := chain.Preset("noncommercial-remix"), chain.Preset("commercial-use")
	l.Offer(l.hit, nc)
	demo := l.Register("demo", l.owner)
	l.MustDeliver(l.owner, l.DeriveMsg(demo, l.hit.Under(nc)))
	require.ErrorContains(t, l.Deliver(l.owner, &licensetypes.MsgOffer{Owner: l.owner.String(), Work: demo.ID, Terms: sell}).Err(), "noncommercial_source")
	child := l.Register("child", l.sock)
	l.Offer(demo, nc)
	l.MustDeliver(l.sock, l.DeriveMsg(child, demo.Under(nc)))

	free := l.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Release", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, MaxGrants: 3,
	})
	l.Offer(l.hit, free)
	l.MustDeliver(l.owner, &licensetypes.MsgAcquire{Licensee: l.owner.String(), Work: l.hit.ID, Terms: free})
	release := l.DeriveMsg(demo, l.hit.Under(free))
	release.Sources[0].Permission = licensetypes.NewGrantID(l.hit.ID, free, l.owner.Address, 0).String()
	l.MustDeliver(l.owner, release)
	l.Offer(demo, sell)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, l.rights(demo, l.owner, licensetypes.ACTION_COPY).Verdict)
	require.Equal(t, licensetypes.VERDICT_DENIED, l.rights(child, l.sock, licensetypes.ACTION_COPY).Verdict, "what was made before keeps its pins")
	l.RequireInvariants()
	l.RequireSameExport()
}

// A licence that was given for ever permits derivations for ever, and hides nobody.
func TestAPastLicenceForEverDoesNotLaunder(t *testing.T) {
	l := newLaunderer(t)
	cc0, work := chain.Preset("cc0-1.0"), l.Register("work", l.owner)
	l.Offer(work, cc0)
	l.MustDeliver(l.owner, &licensetypes.MsgCloseOffer{Owner: l.owner.String(), Work: work.ID, Terms: cc0})
	l.admit(work, l.hit.Under(l.remix10))
	l.requireAdmitted(work)

	rights := l.rights(work, l.Account("stranger"), licensetypes.ACTION_DISTRIBUTE)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
	l.requireNotice(rights, "no_longer_offered", work)
	l.requireNotice(rights, "unapproved_source", l.hit)
	made := l.Register("made", l.sock)
	declare := l.DeriveMsg(made, work.Under(cc0))
	require.ErrorContains(t, l.Deliver(l.sock, declare).Err(), "waits for approval of declaration 1 of "+work.String())
	declare.AllowUnapproved = true
	l.MustDeliver(l.sock, declare)
	require.EqualValues(t, 100_000, l.owes(made), "it owes what is owed on the day that it is made")
	l.requireAdmitted(made)

	require.ErrorContains(t, l.settle(work, types.Promises{Derivatives: 1}), "1 irrevocable offers")
	require.NoError(t, l.settle(work, types.Promises{Derivatives: 1, IrrevocableOffers: 1}))
	l.Offer(made, l.remix10)
	l.RequireInvariants()
	l.RequireSameExport()
}

// Uses under such a licence are judged by what was demanded when it was first offered.
func TestALaterSourceDoesNotVoidALicenceForEver(t *testing.T) {
	l := newLaunderer(t)
	by, nc := chain.Preset("cc-by-4.0"), chain.Preset("noncommercial-remix")
	work, trap := l.Register("work", l.owner), l.Register("trap", l.sock)
	l.Offer(work, by)
	l.Offer(trap, nc)
	msg := l.DeriveMsg(work, trap.Under(nc))
	msg.AllowUnapproved = true
	l.MustDeliver(l.owner, msg)
	l.Advance(time.Second)
	rights := l.rights(work, l.Account("stranger"), licensetypes.ACTION_DISTRIBUTE)
	require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict)
	l.requireNotice(rights, "later_source", trap)
	made := l.Register("made", l.star)
	declare := l.DeriveMsg(made, work.Under(by))
	declare.AllowUnapproved = true
	l.MustDeliver(l.star, declare)
	require.Equal(t, licensetypes.VERDICT_DENIED, l.rights(made, l.star, licensetypes.ACTION_COPY).Verdict, "it takes on those of today")
	l.RequireInvariants()
	l.RequireSameExport()
}
