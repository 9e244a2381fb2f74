package app_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const aDay = 24 * time.Hour

func (s *simulation) agentMessages() {
	add(s, 3, draw.registerAgent)
	add(s, 1, draw.reviseAgent)
	add(s, 1, draw.renewAgent)
	add(s, 1, draw.setStatus)
	add(s, 4, draw.setLimit)
	add(s, 1, draw.rotateKey)
	add(s, 1, draw.removeKey)
	add(s, 5, draw.actOfKey)
	add(s, 2, draw.offerPayout)
	add(s, 2, draw.acceptPayout)
	add(s, 2, draw.offerControl)
	add(s, 2, draw.acceptControl)
	add(s, 3, draw.setRecovery)
	add(s, 5, draw.requestRecovery)
	add(s, 1, draw.objectToRecovery)
	add(s, 6, draw.completeRecovery)
	add(s, 1, draw.blankAgent)
	add(s, 3, draw.attest)
	add(s, 1, draw.revokeAttestation)
	add(s, 1, draw.blankAttestation)
}

func (d draw) card() agenttypes.Card {
	return agenttypes.Card{Responsible: agenttypes.Party{Name: fmt.Sprint("somebody ", d.next())}}
}

func (d draw) registerAgent() (chain.Account, *agenttypes.MsgRegister) {
	by := d.player()
	return by, &agenttypes.MsgRegister{
		Controller: by.String(), Name: fmt.Sprint("agent-", d.next()), Card: d.card(), ExpiresAt: d.seen.Now().Add(300 * aDay),
	}
}

// agentThat is an agent of somebody here.
func (d draw) agentThat(what string, fits func(agenttypes.Passport) bool) (chain.Account, agenttypes.Passport) {
	_, p := find(d, what, d.keepers().Agent.Passports, func(_ agenttypes.AgentID, p agenttypes.Passport) bool {
		_, ours := d.one(p.Controller)
		return ours && p.Status != agenttypes.STATUS_RETIRED && fits(p)
	})
	by, _ := d.one(p.Controller)
	return by, p
}

func (d draw) someAgent() (chain.Account, agenttypes.Passport) {
	return d.agentThat("agent", func(agenttypes.Passport) bool { return true })
}

func (d draw) reviseAgent() (chain.Account, *agenttypes.MsgRevise) {
	by, p := d.someAgent()
	return by, &agenttypes.MsgRevise{Controller: by.String(), Agent: p.Id, Card: d.card()}
}

func (d draw) renewAgent() (chain.Account, *agenttypes.MsgRenew) {
	by, p := d.someAgent()
	return by, &agenttypes.MsgRenew{Controller: by.String(), Agent: p.Id, ExpiresAt: d.seen.Now().Add(400 * aDay)}
}

func (d draw) setStatus() (chain.Account, *agenttypes.MsgSetStatus) {
	by, p := d.someAgent()
	status := agenttypes.STATUS_ACTIVE
	if p.Status == status {
		status = agenttypes.STATUS_SUSPENDED
	}
	if d.rand.Intn(10) == 0 {
		status = agenttypes.STATUS_RETIRED
	}
	return by, &agenttypes.MsgSetStatus{Controller: by.String(), Agent: p.Id, Status: status}
}

func (d draw) setLimit() (chain.Account, *agenttypes.MsgSetLimit) {
	by, p := d.someAgent()
	some := func() math.Int { return math.NewInt(1000 + d.rand.Int63n(10_000)) }
	return by, &agenttypes.MsgSetLimit{Controller: by.String(), Agent: p.Id, Key: d.robot().String(), Limit: agenttypes.Limit{
		Messages: []string{payType, sendType}, ExpiresAt: d.seen.Now().Add(30 * aDay), Window: time.Hour,
		Budgets: []agenttypes.Budget{{Denom: "ustem", Act: some(), Window: some(), Total: some()}},
	}}
}

type keyAt = collections.Pair[sdk.AccAddress, sdk.AccAddress]

// keyThat is a key of an agent and its controller.
func (d draw) keyThat() (controller, key chain.Account, agent agenttypes.AgentID) {
	at, row := find(d, "key", d.keepers().Agent.Keys, func(k keyAt, row agenttypes.Key) bool {
		_, ours := d.one(k.K1().String())
		return ours && row.Limit != nil
	})
	controller, _ = d.one(at.K1().String())
	key, _ = d.one(at.K2().String())
	return controller, key, row.Agent
}

func (d draw) rotateKey() (chain.Account, *agenttypes.MsgRotateKey) {
	by, key, agent := d.keyThat()
	return by, &agenttypes.MsgRotateKey{Controller: by.String(), Agent: agent, Key: key.String(), NewKey: d.robot().String()}
}

func (d draw) removeKey() (chain.Account, *agenttypes.MsgRemoveKey) {
	by, key, agent := d.keyThat()
	return by, &agenttypes.MsgRemoveKey{Controller: by.String(), Agent: agent, Key: key.String()}
}

func (d draw) actOfKey() (chain.Account, *agenttypes.MsgAct) {
	controller, key, agent := d.keyThat()
	pay := chain.PayMsg(controller, d.someWork(), sdk.NewInt64Coin("ustem", 1+d.rand.Int63n(900)))
	return key, chain.ActMsg(agent, key, pay)
}

func (d draw) offerPayout() (chain.Account, *agenttypes.MsgOfferPayout) {
	by, p := d.someAgent()
	return by, &agenttypes.MsgOfferPayout{Controller: by.String(), Agent: p.Id, Account: d.player().String()}
}

func (d draw) acceptPayout() (chain.Account, *agenttypes.MsgAcceptPayout) {
	_, p := d.agentThat("payout on offer", func(p agenttypes.Passport) bool { return p.PayoutOffered != "" })
	by, _ := d.one(p.PayoutOffered)
	return by, &agenttypes.MsgAcceptPayout{Account: by.String(), Agent: p.Id}
}

func (d draw) offerControl() (chain.Account, *agenttypes.MsgOfferControl) {
	by, p := d.someAgent()
	return by, &agenttypes.MsgOfferControl{Controller: by.String(), Agent: p.Id, Recipient: d.player().String()}
}

func (d draw) acceptControl() (chain.Account, *agenttypes.MsgAcceptControl) {
	_, p := d.agentThat("agent on offer", func(p agenttypes.Passport) bool { return p.OfferedTo != "" })
	by, _ := d.one(p.OfferedTo)
	return by, &agenttypes.MsgAcceptControl{Recipient: by.String(), Agent: p.Id, Offer: p.Offers, Version: p.Version}
}

func (d draw) setRecovery() (chain.Account, *agenttypes.MsgSetRecovery) {
	by, p := d.agentThat("agent without recovery", func(p agenttypes.Passport) bool { return p.Recovery == nil })
	return by, &agenttypes.MsgSetRecovery{Controller: by.String(), Agent: p.Id, Account: d.player().String(), Delay: time.Minute}
}

func (d draw) recoveryThat(runs bool) (controller, account chain.Account, agent agenttypes.AgentID) {
	controller, p := d.agentThat("recovery",
		func(p agenttypes.Passport) bool { return p.Recovery != nil && (p.Recovery.DueAt != nil) == runs })
	account, _ = d.one(p.Recovery.Account)
	return controller, account, p.Id
}

func (d draw) requestRecovery() (chain.Account, *agenttypes.MsgRequestRecovery) {
	_, by, agent := d.recoveryThat(false)
	return by, &agenttypes.MsgRequestRecovery{Account: by.String(), Agent: agent}
}

func (d draw) objectToRecovery() (chain.Account, *agenttypes.MsgObjectToRecovery) {
	by, _, agent := d.recoveryThat(true)
	return by, &agenttypes.MsgObjectToRecovery{Controller: by.String(), Agent: agent}
}

func (d draw) completeRecovery() (chain.Account, *agenttypes.MsgCompleteRecovery) {
	_, by, agent := d.recoveryThat(true)
	return by, &agenttypes.MsgCompleteRecovery{Account: by.String(), Agent: agent}
}

func (d draw) blankAgent() (chain.Account, *agenttypes.MsgBlankText) {
	by, p := d.someAgent()
	return by, &agenttypes.MsgBlankText{Sender: by.String(), Agent: p.Id, Version: uint32(d.rand.Intn(int(p.Version + 1)))}
}

func (d draw) attest() (chain.Account, *agenttypes.MsgAttest) {
	by, subject := d.player(), d.someWork().ID.String()
	if d.rand.Intn(2) == 0 {
		_, p := d.someAgent()
		subject = p.Id.String()
	}
	return by, &agenttypes.MsgAttest{
		Issuer: by.String(), Schema: "https://schema.example/audit", Subject: subject, PayloadSha256: chain.Digest(fmt.Sprint(d.next())),
	}
}

func (d draw) attestationThat(fits func(agenttypes.Attestation) bool) (chain.Account, agenttypes.AttestationID) {
	id, a := find(d, "attestation", d.keepers().Agent.Attestations, func(_ agenttypes.AttestationID,
		a agenttypes.Attestation,
	) bool {
		return fits(a)
	})
	by, _ := d.one(a.Issuer)
	return by, id
}

func (d draw) revokeAttestation() (chain.Account, *agenttypes.MsgRevokeAttestation) {
	by, id := d.attestationThat(func(a agenttypes.Attestation) bool { return a.RevokedAt == nil })
	return by, &agenttypes.MsgRevokeAttestation{Issuer: by.String(), Attestation: id}
}

func (d draw) blankAttestation() (chain.Account, *agenttypes.MsgBlankAttestation) {
	by, id := d.attestationThat(func(a agenttypes.Attestation) bool { return a.Schema != "" })
	return by, &agenttypes.MsgBlankAttestation{Sender: by.String(), Attestation: id}
}

func (s *simulation) disputeMessages() {
	add(s, 10, draw.openCase)
	add(s, 5, func(d draw) (chain.Account, *disputetypes.MsgAnswer) {
		d.inPhase(disputetypes.PHASE_ANSWER)
		return drawn[*disputetypes.MsgAnswer](d, d.answer)
	})
	add(s, 10, func(d draw) (chain.Account, *disputetypes.MsgRule) {
		d.inPhase(disputetypes.PHASE_ARBITRATION)
		return drawn[*disputetypes.MsgRule](d, d.rule)
	})
	add(s, 10, draw.appealCase)
	add(s, 2, draw.dropCase)
	add(s, 4, draw.callBond)
	add(s, 2, func(d draw) (chain.Account, *disputetypes.MsgAddBond) {
		return drawn[*disputetypes.MsgAddBond](d, d.raiseBond)
	})
	add(s, 1, draw.blankEvidence)
	add(s, 4, func(d draw) (chain.Account, *disputetypes.MsgObjectToWeight) {
		return drawn[*disputetypes.MsgObjectToWeight](d, d.object)
	})
	add(s, 4, draw.agreeToWeight)
}

// openCase is mostly about a work that there is.
func (d draw) openCase() (chain.Account, *disputetypes.MsgOpen) {
	by, msg := drawn[*disputetypes.MsgOpen](d, d.openDispute)
	if d.rand.Intn(5) > 0 && msg.Kind != disputetypes.KIND_UNFAIR_MANIFEST {
		msg.Work = d.someWork().ID
	}
	msg.Evidence[0].Uri = "https://evidence.example/file"
	return by, msg
}

// inPhase is a dispute in a phase; the factory has nothing to do where there is none.
func (d draw) inPhase(phase disputetypes.Phase) disputetypes.Dispute {
	_, x := find(d, "dispute in phase", d.keepers().Dispute.Disputes, func(_ disputetypes.DisputeID, x disputetypes.Dispute) bool {
		return x.Phase == phase
	})
	return x
}

// appealCase is by whoever lost.
func (d draw) appealCase() (chain.Account, *disputetypes.MsgAppeal) {
	x := d.inPhase(disputetypes.PHASE_APPEAL)
	by := d.named(x.Respondent)
	if x.Ruling != nil && !x.Ruling.Upheld {
		by = d.named(x.Challenger)
	}
	return by, &disputetypes.MsgAppeal{Appellant: by.String(), Dispute: x.Id, Bond: x.Bond.Add(x.Bond...)}
}

func (d draw) dropCase() (chain.Account, *disputetypes.MsgDrop) {
	x := d.inPhase(disputetypes.PHASE_ANSWER)
	by := d.named(x.Challenger)
	return by, &disputetypes.MsgDrop{Challenger: by.String(), Dispute: x.Id}
}

// callBond is mostly for one that is too small for what waits.
func (d draw) callBond() (chain.Account, *disputetypes.MsgCallBond) {
	any := d.rand.Intn(5) == 0
	id, _ := find(d, "bond to call", d.keepers().Dispute.Disputes, func(id disputetypes.DisputeID, x disputetypes.Dispute) bool {
		if any || !x.Callable() {
			return x.Callable()
		}
		thrownAway, _ := d.seen.Ctx().CacheContext()
		_, err := d.keepers().Dispute.CallBond(thrownAway, id)
		return err == nil
	})
	by := d.player()
	return by, &disputetypes.MsgCallBond{Caller: by.String(), Dispute: id}
}

func (d draw) blankEvidence() (chain.Account, *disputetypes.MsgBlankEvidence) {
	shown := func(e disputetypes.Evidence) bool { return e.Uri != "" }
	id, x := find(d, "evidence", d.keepers().Dispute.Disputes, func(_ disputetypes.DisputeID, x disputetypes.Dispute) bool {
		return slices.ContainsFunc(x.Evidence, shown)
	})
	by, _ := d.one(x.Evidence[slices.IndexFunc(x.Evidence, shown)].By)
	return by, &disputetypes.MsgBlankEvidence{Sender: by.String(), Dispute: id}
}

// agreeToWeight gives the source of an objection what it asked for.
func (d draw) agreeToWeight() (chain.Account, *disputetypes.MsgAgreeToWeight) {
	key, o := find(d, "objection", d.keepers().Dispute.Objections,
		func(k collections.Pair[registrytypes.WorkID, registrytypes.WorkID], _ disputetypes.Objection) bool {
			_, ours := d.ownerOf(k.K1())
			return ours
		})
	owner, _ := d.ownerOf(key.K1())
	return owner, &disputetypes.MsgAgreeToWeight{
		Owner: owner.String(), Work: key.K1(), Source: key.K2(), Weights: []lineagetypes.RuledWeight{{Source: key.K2(), Weight: o.Weight}},
	}
}

// governanceOfDisputes changes what disputes and fees cost, and rules where no arbiter does.
func (s *simulation) governanceOfDisputes() {
	ask(s, func(d draw) *disputetypes.MsgUpdateParams {
		p, err := d.keepers().Dispute.Params.Get(d.seen.Ctx())
		require.NoError(d.t, err)
		p.NoticeBudget = uint32(2 + d.rand.Intn(10))
		return &disputetypes.MsgUpdateParams{Authority: government, Params: p}
	})
	ask(s, func(d draw) *feemarkettypes.MsgUpdateParams {
		p, err := d.keepers().FeeMarket.Params.Get(d.seen.Ctx())
		require.NoError(d.t, err)
		p.MaxChange = uint32(50_000 + d.rand.Intn(100_000))
		return &feemarkettypes.MsgUpdateParams{Authority: government, Params: p}
	})
	ask(s, func(d draw) *disputetypes.MsgRule {
		_, x := find(d, "appeal", d.keepers().Dispute.Disputes, func(_ disputetypes.DisputeID, x disputetypes.Dispute) bool {
			return x.Phase == disputetypes.PHASE_GOVERNANCE
		})
		_, msg := drawn[*disputetypes.MsgRule](d, func() (chain.Account, []sdk.Msg) {
			return staker, []sdk.Msg{&disputetypes.MsgRule{Arbiter: government, Dispute: x.Id}}
		})
		return msg
	})
}
