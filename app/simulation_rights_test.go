package app_test

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func (s *simulation) licenseMessages() {
	add(s, 3, draw.publishTerms)
	add(s, 8, draw.offerWork)
	add(s, 1, draw.closeOffer)
	add(s, 8, draw.acquireGrant)
	add(s, 3, draw.renewGrant)
	add(s, 5, draw.offerGrant)
	add(s, 2, draw.cancelGrantOffer)
	add(s, 5, draw.acceptGrant)
	add(s, 3, draw.approve)
	add(s, 1, draw.withdrawApproval)
	add(s, 3, draw.useGrant)
}

// kindsOfTerms is how many kinds someTerms has.
const kindsOfTerms = 5

// someTerms ask for approval, end, pay for uses, take a share, or have a text and few grants.
func (s *simulation) someTerms(kind int) licensetypes.Terms {
	hour := time.Hour
	fee := sdk.NewCoins(sdk.NewInt64Coin("uusdc", 1+s.rand.Int63n(50)))
	s.serial++
	t := licensetypes.Terms{
		Spdx: fmt.Sprint("LicenseRef-", s.serial), CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		Transferable: s.rand.Intn(5) > 0,
	}
	switch kind {
	case 0:
		t.DerivativeApproval, t.GrantFee = true, fee
	case 1:
		t.Duration, t.GrantFee = &hour, fee
	case 2:
		t.AiInput, t.UsesPerGrant, t.GrantFee = licensetypes.PERMISSION_PAID, 5, fee
	case 3:
		t.RoyaltyPolicy, t.RoyaltyRate = royaltytypes.POLICY_RELATIVE, uint32(1+s.rand.Intn(100_000))
	case 4:
		t.Uri, t.UriSha256, t.MaxGrants = fmt.Sprint("https://terms.example/", s.serial), chain.Digest("a text").String(), 100
	}
	return t
}

// openingTerms publishes one of each kind and offers some works under them.
func (s *simulation) openingTerms() (txs [][]byte) {
	for kind := range kindsOfTerms {
		owner, t := chain.Named(fmt.Sprintf("player%d", kind)), s.someTerms(kind)
		txs = append(txs, s.seen.Sign(owner, &licensetypes.MsgPublishTerms{Author: owner.String(), Terms: t},
			chain.OfferMsg(chain.WorkOf("work 0", owner), t.ID()), chain.OfferMsg(chain.WorkOf("work 1", owner), t.ID())))
	}
	return txs
}

func (d draw) publishTerms() (chain.Account, *licensetypes.MsgPublishTerms) {
	by := d.player()
	return by, &licensetypes.MsgPublishTerms{Author: by.String(), Terms: d.someTerms(d.rand.Intn(kindsOfTerms))}
}

func (d draw) offerWork() (chain.Account, *licensetypes.MsgOffer) {
	work, id := d.someWork(), d.terms()
	if d.rand.Intn(3) > 0 {
		id, _ = find(d, "terms", d.keepers().License.Terms, func(licensetypes.TermsID, licensetypes.Terms) bool { return true })
	}
	return work.Owner, chain.OfferMsg(work, id)
}

type offerAt = collections.Pair[registrytypes.WorkID, licensetypes.TermsID]

// offerThat is an offer that is open.
func (d draw) offerThat(what string, fits func(offerAt, licensetypes.Offer, licensetypes.Terms) bool) (offerAt, licensetypes.Offer,
	licensetypes.Terms,
) {
	key, offer := find(d, what, d.keepers().License.Offers, func(key offerAt, o licensetypes.Offer) bool {
		t, err := d.keepers().License.GetTerms(d.seen.Ctx(), key.K2())
		require.NoError(d.t, err)
		return o.Open(d.seen.Now()) && fits(key, o, t)
	})
	t, err := d.keepers().License.GetTerms(d.seen.Ctx(), key.K2())
	require.NoError(d.t, err)
	return key, offer, t
}

// ownerOf is who owns a work, where that is somebody here.
func (d draw) ownerOf(id registrytypes.WorkID) (chain.Account, bool) {
	row, err := d.keepers().Registry.GetWork(d.seen.Ctx(), id)
	require.NoError(d.t, err)
	return d.one(row.Owner.String())
}

func (d draw) closeOffer() (chain.Account, *licensetypes.MsgCloseOffer) {
	key, _, _ := d.offerThat("offer", func(key offerAt, _ licensetypes.Offer, _ licensetypes.Terms) bool {
		_, ours := d.ownerOf(key.K1())
		return ours
	})
	owner, _ := d.ownerOf(key.K1())
	return owner, &licensetypes.MsgCloseOffer{Owner: owner.String(), Work: key.K1(), Terms: key.K2()}
}

func (d draw) acquireGrant() (chain.Account, *licensetypes.MsgAcquire) {
	by, rates := d.player(), d.rand.Intn(4) == 0
	key, offer, terms := d.offerThat("offer that sells", func(_ offerAt, o licensetypes.Offer, t licensetypes.Terms) bool {
		return !t.GrantFee.Empty() || t.MaxGrants > 0 || rates && t.RoyaltyRate > 0
	})
	if terms.DerivativeApproval {
		// Whoever was approved.
		approved, _ := find(d, "approval", d.keepers().License.Approvals,
			func(k collections.Triple[registrytypes.WorkID, licensetypes.TermsID, []byte], _ uint32) bool {
				whom, err := licensetypes.ParseApprovedKey(k.K3())
				return err == nil && !whom.Licensee.Empty()
			})
		whom, _ := licensetypes.ParseApprovedKey(approved.K3())
		by, _ = d.one(whom.Licensee.String())
		key = collections.Join(approved.K1(), approved.K2())
		var err error
		offer, _, err = d.keepers().License.Offers.Find(d.seen.Ctx(), key)
		require.NoError(d.t, err)
		terms, err = d.keepers().License.GetTerms(d.seen.Ctx(), key.K2())
		require.NoError(d.t, err)
	}
	work := chain.Work{ID: key.K1()}
	msg := &licensetypes.MsgAcquire{
		Licensee: by.String(), Work: work.ID, Terms: key.K2(), Serial: uint64(d.rand.Intn(4)), MaxRate: chain.Whole,
		Seen: d.seen.Seen(work, key.K2()),
	}
	if price := offer.PriceUnder(terms); !price.Empty() {
		msg.MaxFee = &sdk.Coin{Denom: price[0].Denom, Amount: price[0].Amount.MulRaw(2)}
	}
	return by, msg
}

func (d draw) grantThat(what string, fits func(licensetypes.Grant, licensetypes.Terms) bool) (chain.Account, licensetypes.GrantID,
	licensetypes.Grant,
) {
	id, row := find(d, what, d.keepers().License.Grants, func(_ licensetypes.GrantID, g licensetypes.Grant) bool {
		t, err := d.keepers().License.GetTerms(d.seen.Ctx(), g.Terms.TermsID)
		require.NoError(d.t, err)
		_, ours := d.one(g.Licensee.String())
		return ours && fits(g, t)
	})
	by, _ := d.one(row.Licensee.String())
	return by, id, row
}

func (d draw) renewGrant() (chain.Account, *licensetypes.MsgRenewGrant) {
	by, id, row := d.grantThat("grant that ends", func(g licensetypes.Grant, t licensetypes.Terms) bool {
		return g.ExpiresAt != nil || g.CountsUses()
	})
	offer, _, err := d.keepers().License.Offers.Find(d.seen.Ctx(), collections.Join(row.Work.WorkID, row.Terms.TermsID))
	require.NoError(d.t, err)
	t, err := d.keepers().License.GetTerms(d.seen.Ctx(), row.Terms.TermsID)
	require.NoError(d.t, err)
	msg := &licensetypes.MsgRenewGrant{Licensee: by.String(), Grant: id, Seen: d.seen.Seen(chain.Work{ID: row.Work.WorkID}, row.Terms.TermsID)}
	if price := offer.PriceUnder(t); !price.Empty() {
		msg.MaxFee = &sdk.Coin{Denom: price[0].Denom, Amount: price[0].Amount.MulRaw(2)}
	}
	return by, msg
}

func (d draw) offerGrant() (chain.Account, *licensetypes.MsgOfferGrant) {
	approved := d.rand.Intn(5) == 0
	by, id, _ := d.grantThat("grant that moves", func(g licensetypes.Grant, t licensetypes.Terms) bool {
		return t.Transferable && g.UsedBy.IsZero() && t.DerivativeApproval == approved
	})
	return by, &licensetypes.MsgOfferGrant{Licensee: by.String(), Grant: id, Recipient: d.player().String()}
}

func (d draw) cancelGrantOffer() (chain.Account, *licensetypes.MsgCancelGrantOffer) {
	by, id, _ := d.grantThat("grant on offer", func(g licensetypes.Grant, _ licensetypes.Terms) bool { return len(g.OfferedTo) > 0 })
	return by, &licensetypes.MsgCancelGrantOffer{Licensee: by.String(), Grant: id}
}

func (d draw) acceptGrant() (chain.Account, *licensetypes.MsgAcceptGrant) {
	_, id, row := d.grantThat("grant on offer", func(g licensetypes.Grant, _ licensetypes.Terms) bool { return len(g.OfferedTo) > 0 })
	by, _ := d.one(row.OfferedTo.String())
	return by, d.seen.AcceptGrantMsg(id, by)
}

func (d draw) approve() (chain.Account, *licensetypes.MsgApprove) {
	key, _, _ := d.offerThat("offer by approval", func(key offerAt, _ licensetypes.Offer, t licensetypes.Terms) bool {
		_, ours := d.ownerOf(key.K1())
		return ours && t.DerivativeApproval
	})
	owner, _ := d.ownerOf(key.K1())
	return owner, &licensetypes.MsgApprove{Owner: owner.String(), Work: key.K1(), Terms: key.K2(), Licensee: d.player().String()}
}

func (d draw) withdrawApproval() (chain.Account, *licensetypes.MsgWithdrawApproval) {
	key, _ := find(d, "approval", d.keepers().License.Approvals,
		func(k collections.Triple[registrytypes.WorkID, licensetypes.TermsID, []byte], _ uint32) bool {
			_, ours := d.ownerOf(k.K1())
			return ours
		})
	owner, _ := d.ownerOf(key.K1())
	whom, err := licensetypes.ParseApprovedKey(key.K3())
	require.NoError(d.t, err)
	msg := &licensetypes.MsgWithdrawApproval{Owner: owner.String(), Work: key.K1(), Terms: key.K2()}
	msg.Licensee, msg.Derivative = whom.Fields()
	return owner, msg
}

func (d draw) useGrant() (chain.Account, *licensetypes.MsgUse) {
	by, id, row := d.grantThat("grant with uses", func(g licensetypes.Grant, _ licensetypes.Terms) bool { return g.UsesLeft() > 0 })
	if sender := d.player(); d.rand.Intn(2) == 0 {
		return sender, shown(sender, by, id, row.Uses+1)
	}
	return by, useMsg(by, id, row.Uses+1)
}

func (s *simulation) lineageMessages() {
	add(s, 8, draw.deriveWork)
	add(s, 6, draw.approveSource)
	add(s, 2, draw.withdrawSourceApproval)
	add(s, 1, draw.blankRecord)
}

// deriveWork declares one or two works that are on offer to everybody, or a grant, as the sources of another, sometimes made by a system.
func (d draw) deriveWork() (chain.Account, *lineagetypes.MsgDerive) {
	work := d.someWork()
	var sources []chain.Source
	for range 1 + d.rand.Intn(2) {
		key, _, _ := d.offerThat("offer to everybody", func(key offerAt, o licensetypes.Offer, t licensetypes.Terms) bool {
			return key.K1() != work.ID && o.Public(t)
		})
		sources = append(sources, chain.Work{ID: key.K1()}.Under(key.K2()))
	}
	if len(sources) == 2 && sources[0].Work.ID == sources[1].Work.ID {
		sources = sources[:1]
	}
	msg := d.seen.DeriveMsg(work, sources...)
	msg.AllowUnapproved = d.rand.Intn(2) == 0
	if d.rand.Intn(3) == 0 {
		msg.Record = &lineagetypes.GenerationRecord{Model: "a model", Provider: "a maker", SystemName: "a system"}
	}
	return work.Owner, msg
}

func (d draw) approveSource() (chain.Account, *lineagetypes.MsgApproveSource) {
	key, _, _ := d.offerThat("offer", func(key offerAt, _ licensetypes.Offer, _ licensetypes.Terms) bool {
		_, ours := d.ownerOf(key.K1())
		return ours
	})
	owner, _ := d.ownerOf(key.K1())
	source := chain.Work{ID: key.K1(), Owner: owner}.Under(key.K2())
	derivative, _ := d.workThat("derivative", func(id registrytypes.WorkID, _ registrytypes.Work) bool { return id != key.K1() })
	return owner, chain.ApproveSourceMsg(source, derivative)
}

func (d draw) withdrawSourceApproval() (chain.Account, *lineagetypes.MsgWithdrawSourceApproval) {
	key, _ := find(d, "approval of a source", d.keepers().Lineage.Approvals,
		func(k collections.Triple[registrytypes.WorkID, registrytypes.WorkID, registrytypes.WorkID], _ lineagetypes.SourceApproval) bool {
			_, ours := d.ownerOf(k.K1())
			return ours
		})
	owner, _ := d.ownerOf(key.K1())
	msg := &lineagetypes.MsgWithdrawSourceApproval{Owner: owner.String(), Source: key.K1(), Derivative: key.K2()}
	if key.K3() != key.K1() {
		msg.Through = key.K3()
	}
	return owner, msg
}

func (d draw) blankRecord() (chain.Account, *lineagetypes.MsgBlankText) {
	id, _ := find(d, "record with text", d.keepers().Lineage.Records, func(id registrytypes.WorkID, r lineagetypes.GenerationRecord) bool {
		_, ours := d.ownerOf(id)
		return ours && r.BlankedSha256.IsZero()
	})
	owner, _ := d.ownerOf(id)
	return owner, &lineagetypes.MsgBlankText{Sender: owner.String(), Work: id}
}

func (s *simulation) governanceMessages() {
	ask(s, func(d draw) *royaltytypes.MsgAcceptDenom {
		return &royaltytypes.MsgAcceptDenom{Authority: government, Accepted: royaltytypes.NewAcceptedDenom(fmt.Sprint("ufoo", d.rand.Intn(20)))}
	})
	ask(s, func(d draw) *royaltytypes.MsgUpdateParams {
		p, err := d.keepers().Royalty.Params.Get(d.seen.Ctx())
		require.NoError(d.t, err)
		p.SweepBudget, p.PayoutBudget = uint32(10+d.rand.Intn(50)), uint32(5+d.rand.Intn(20))
		return &royaltytypes.MsgUpdateParams{Authority: government, Params: p}
	})
	ask(s, func(d draw) *licensetypes.MsgBlankTerms {
		id, _ := find(d, "terms with a text", d.keepers().License.Terms, func(_ licensetypes.TermsID,
			t licensetypes.Terms,
		) bool {
			return t.Uri != "" && t.Spdx[:3] == "Lic"
		})
		return &licensetypes.MsgBlankTerms{Authority: government, Terms: id}
	})
	ask(s, func(d draw) *lineagetypes.MsgUpdateParams {
		return &lineagetypes.MsgUpdateParams{Authority: government, Params: lineagetypes.Params{
			MaxWalk:    uint32(500 + d.rand.Intn(1000)),
			GasPerStep: 2000,
		}}
	})
	ask(s, func(d draw) *registrytypes.MsgUpdateParams {
		window := time.Duration(1+d.rand.Intn(100)) * time.Hour
		return &registrytypes.MsgUpdateParams{Authority: government, Params: registrytypes.Params{RevealWindow: window}}
	})
	ask(s, func(d draw) *agenttypes.MsgUpdateParams {
		p, err := d.keepers().Agent.Params.Get(d.seen.Ctx())
		require.NoError(d.t, err)
		p.Issuers = []string{d.player().String()}
		return &agenttypes.MsgUpdateParams{Authority: government, Params: p}
	})
	s.governanceOfDisputes()
}
