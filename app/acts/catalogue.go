// Package acts says of every type of messages of the app whether an agent may ever execute it for
// its controller, and what a limit can bound of it. A type that is missing here is refused;
// the app's tests find it.
package acts

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Why a type is never allowed.
const (
	givesPower  = "it lets others act or pay for the controller, beside every limit: the controller signs it"
	redirects   = "it sets where rewards go, beside every limit: the controller signs it"
	passports   = "an agent does not change agents: the controller signs it"
	governances = "governance alone signs it"
	relaying    = "it carries packets between chains: a relayer signs it by itself"
	controlling = "this chain hosts accounts of other chains, and controls none there"
)

// What budgets do not measure.
const (
	ownership  = "who owns a work"
	rights     = "rights in works"
	revenue    = "revenue of works"
	stake      = "stake"
	votes      = "votes"
	obligation = "what works owe from then on"
)

// reads says what of a message can be read, or is not there and can do no harm.
type reads uint8

const (
	payees reads = 1 << iota
	works
	terms
	rates
	// nothing: no limit that names anything can allow it.
	nothing reads = 0
	all           = payees | works | terms | rates
)

// allowed is a kind that a limit can allow; read is nil where it names nothing.
func allowed[M sdk.Msg](readable reads, unmeasured string, read func(M) agenttypes.Named) agenttypes.Kind {
	kind := agenttypes.Kind{
		Unmeasured: unmeasured,
		Payees:     readable&payees != 0, Works: readable&works != 0, Terms: readable&terms != 0, Rates: readable&rates != 0,
	}
	if read != nil {
		kind.Read = func(msg sdk.Msg) agenttypes.Named { return read(msg.(M)) }
	}
	return kind
}

func never(why string) agenttypes.Kind { return agenttypes.Kind{Never: why} }

// plain is allowed for messages of which nothing is read.
func plain(readable reads, unmeasured string) agenttypes.Kind {
	return allowed[sdk.Msg](readable, unmeasured, nil)
}

// aboutWork is allowed for messages that name one work, and pay nobody.
func aboutWork[M sdk.Msg](readable reads, unmeasured string, work func(M) registrytypes.WorkID) agenttypes.Kind {
	return allowed(readable, unmeasured, func(m M) agenttypes.Named {
		return agenttypes.Named{Works: []registrytypes.WorkID{work(m)}}
	})
}

// Catalogue has all types.
func Catalogue() agenttypes.Catalogue {
	c := agenttypes.Catalogue{}
	for _, part := range []agenttypes.Catalogue{registry, royalty, license, lineage, dispute, coins, chain, otherChains} {
		for kind, k := range part {
			c[kind] = k
		}
	}
	return c
}

var registry = agenttypes.Catalogue{
	"/stemma.registry.v1.MsgRegister":    allowed(all, "", registered),
	"/stemma.registry.v1.MsgAnchor":      plain(all, ""),
	"/stemma.registry.v1.MsgProveAnchor": aboutWork(all, "", func(m *registrytypes.MsgProveAnchor) registrytypes.WorkID { return m.Work }),
	"/stemma.registry.v1.MsgRevise":      aboutWork(all, "", func(m *registrytypes.MsgRevise) registrytypes.WorkID { return m.Work }),
	"/stemma.registry.v1.MsgBlankText":   aboutWork(all, "", func(m *registrytypes.MsgBlankText) registrytypes.WorkID { return m.Work }),
	"/stemma.registry.v1.MsgOfferTransfer": allowed(all, ownership, func(m *registrytypes.MsgOfferTransfer) agenttypes.Named {
		return agenttypes.Named{Payees: []string{m.Recipient}, Works: []registrytypes.WorkID{m.Work}}
	}),
	"/stemma.registry.v1.MsgCancelTransfer": aboutWork(all, "", func(m *registrytypes.MsgCancelTransfer) registrytypes.WorkID {
		return m.Work
	}),
	"/stemma.registry.v1.MsgWithdrawWork": aboutWork(all, rights, func(m *registrytypes.MsgWithdrawWork) registrytypes.WorkID {
		return m.Work
	}),
	"/stemma.registry.v1.MsgRestoreWork": aboutWork(all, rights, func(m *registrytypes.MsgRestoreWork) registrytypes.WorkID {
		return m.Work
	}),
	"/stemma.registry.v1.MsgWithdrawItems": allowed(all, rights, func(m *registrytypes.MsgWithdrawItems) agenttypes.Named {
		n := agenttypes.Named{Works: []registrytypes.WorkID{m.Work}}
		if !m.Contributor.Work.IsZero() {
			n.Works = append(n.Works, m.Contributor.Work)
		}
		return n
	}),
	"/stemma.registry.v1.MsgUpdateParams": never(governances),
}

var royalty = agenttypes.Catalogue{
	"/stemma.royalty.v1.MsgPay": allowed(all, "", func(m *royaltytypes.MsgPay) agenttypes.Named {
		return paid(m.Work)
	}),
	"/stemma.royalty.v1.MsgPayMany": allowed(all, "", func(m *royaltytypes.MsgPayMany) (n agenttypes.Named) {
		for _, p := range m.Payments {
			n = joined(n, paid(p.Work))
		}
		return n
	}),
	"/stemma.royalty.v1.MsgSettle": allowed(all, "", func(m *royaltytypes.MsgSettle) agenttypes.Named {
		return agenttypes.Named{Works: m.Works}
	}),
	"/stemma.royalty.v1.MsgWithdraw": plain(all, ""),
	"/stemma.royalty.v1.MsgAssignShares": allowed(all, revenue, func(m *royaltytypes.MsgAssignShares) agenttypes.Named {
		n := agenttypes.Named{Works: []registrytypes.WorkID{m.Work}}
		for _, s := range m.Shares {
			n.Payees = append(n.Payees, s.Account)
		}
		return n
	}),
	"/stemma.royalty.v1.MsgAcceptTransfer": aboutWork(payees|works|terms, obligation, func(
		m *royaltytypes.MsgAcceptTransfer,
	) registrytypes.WorkID {
		return m.Work
	}),
	"/stemma.royalty.v1.MsgOpenPaymentChannel": allowed(all, "", func(m *royaltytypes.MsgOpenPaymentChannel) (n agenttypes.Named) {
		for _, p := range m.Payees {
			n = joined(n, paid(p.Work))
		}
		return n
	}),
	// whom the channel pays stands in the state
	"/stemma.royalty.v1.MsgTopUpPaymentChannel": plain(terms|rates, ""),
	"/stemma.royalty.v1.MsgRedeemVouchers":      plain(terms|rates, ""),
	"/stemma.royalty.v1.MsgClosePaymentChannel": plain(terms|rates, ""),
	// whom a pool pays stands in the manifest
	"/stemma.royalty.v1.MsgSharePool": aboutWork(works|terms|rates, revenue, func(m *royaltytypes.MsgSharePool) registrytypes.WorkID {
		return m.Work
	}),
	// what it pays is the contributors' already
	"/stemma.royalty.v1.MsgCollect": aboutWork(all, "", func(m *royaltytypes.MsgCollect) registrytypes.WorkID { return m.Work }),
	// a payee is named for whatever work pays
	"/stemma.royalty.v1.MsgNamePayee": allowed(payees|terms|rates, revenue, func(m *royaltytypes.MsgNamePayee) agenttypes.Named {
		return agenttypes.Named{Payees: []string{m.Payee}}
	}),
	"/stemma.royalty.v1.MsgUpdateParams": never(governances),
	"/stemma.royalty.v1.MsgAcceptDenom":  never(governances),
}

var license = agenttypes.Catalogue{
	"/stemma.license.v1.MsgPublishTerms": plain(all, ""),
	"/stemma.license.v1.MsgBlankTerms": allowed(all, "", func(m *licensetypes.MsgBlankTerms) agenttypes.Named {
		return agenttypes.Named{Terms: []string{m.Terms.String()}}
	}),
	"/stemma.license.v1.MsgOffer": allowed(all, rights, func(m *licensetypes.MsgOffer) agenttypes.Named {
		return under(m.Work, m.Terms)
	}),
	"/stemma.license.v1.MsgCloseOffer": allowed(all, "", func(m *licensetypes.MsgCloseOffer) agenttypes.Named {
		return under(m.Work, m.Terms)
	}),
	"/stemma.license.v1.MsgAcquire": allowed(all, "", func(m *licensetypes.MsgAcquire) agenttypes.Named {
		n := under(m.Work, m.Terms)
		n.Payees, n.Rates = []string{m.Work.String()}, []uint32{m.MaxRate}
		if !m.UsesOf.IsZero() {
			n.Works = append(n.Works, m.UsesOf)
		}
		return n
	}),
	// what a grant is of, and under which terms, stands in the state
	"/stemma.license.v1.MsgRenewGrant":       plain(nothing, ""),
	"/stemma.license.v1.MsgUse":              plain(payees|rates, rights),
	"/stemma.license.v1.MsgAcceptGrant":      plain(payees, obligation),
	"/stemma.license.v1.MsgCancelGrantOffer": plain(payees|rates, ""),
	"/stemma.license.v1.MsgOfferGrant": allowed(payees|rates, rights, func(m *licensetypes.MsgOfferGrant) agenttypes.Named {
		return agenttypes.Named{Payees: []string{m.Recipient}}
	}),
	"/stemma.license.v1.MsgApprove": allowed(works|terms|rates, rights, func(m *licensetypes.MsgApprove) agenttypes.Named {
		return under(m.Work, m.Terms)
	}),
	"/stemma.license.v1.MsgWithdrawApproval": allowed(all, "", func(m *licensetypes.MsgWithdrawApproval) agenttypes.Named {
		return under(m.Work, m.Terms)
	}),
}

var lineage = agenttypes.Catalogue{
	"/stemma.lineage.v1.MsgDerive": allowed(all, obligation, derived),
	"/stemma.lineage.v1.MsgApproveSource": allowed(works|terms|rates, rights, func(m *lineagetypes.MsgApproveSource) agenttypes.Named {
		n := agenttypes.Named{Works: []registrytypes.WorkID{m.Source}}
		n.Terms, n.Hidden.Terms = permitted(m.Permission)
		return n
	}),
	"/stemma.lineage.v1.MsgWithdrawSourceApproval": aboutWork(all, "", func(m *lineagetypes.MsgWithdrawSourceApproval) registrytypes.WorkID {
		return m.Source
	}),
	"/stemma.lineage.v1.MsgBlankText":    aboutWork(all, "", func(m *lineagetypes.MsgBlankText) registrytypes.WorkID { return m.Work }),
	"/stemma.lineage.v1.MsgUpdateParams": never(governances),
}

// Bonds go to nobody that a limit names, and what a party says in a dispute is about more than
// the work that it is about.
var dispute = agenttypes.Catalogue{
	"/stemma.dispute.v1.MsgOpen":          plain(terms|rates, ownership), // it says whom the work is claimed for
	"/stemma.dispute.v1.MsgAnswer":        plain(nothing, ownership),
	"/stemma.dispute.v1.MsgRule":          plain(nothing, ownership),
	"/stemma.dispute.v1.MsgAppeal":        plain(terms|rates, ""),
	"/stemma.dispute.v1.MsgDrop":          plain(terms|rates, revenue),
	"/stemma.dispute.v1.MsgCallBond":      plain(terms|rates, ""),
	"/stemma.dispute.v1.MsgAddBond":       plain(terms|rates, ""),
	"/stemma.dispute.v1.MsgBlankEvidence": plain(terms|rates, ""),
	"/stemma.dispute.v1.MsgObjectToWeight": aboutWork(all, "", func(m *disputetypes.MsgObjectToWeight) registrytypes.WorkID {
		return m.Source
	}),
	"/stemma.dispute.v1.MsgAgreeToWeight": aboutWork(all, "", func(m *disputetypes.MsgAgreeToWeight) registrytypes.WorkID {
		return m.Work
	}),
	"/stemma.dispute.v1.MsgUpdateParams": never(governances),
}

// Coins that leave by these pay no work, so a limit that names works does not allow them.
var coins = agenttypes.Catalogue{
	"/cosmos.bank.v1beta1.MsgSend": allowed(payees|terms|rates, "", func(m *banktypes.MsgSend) agenttypes.Named {
		return agenttypes.Named{Payees: []string{m.ToAddress}}
	}),
	"/cosmos.bank.v1beta1.MsgMultiSend": allowed(payees|terms|rates, "", func(m *banktypes.MsgMultiSend) (n agenttypes.Named) {
		for _, o := range m.Outputs {
			n.Payees = append(n.Payees, o.Address)
		}
		return n
	}),
	"/cosmos.vesting.v1beta1.MsgCreateVestingAccount": allowed(payees|terms|rates, "",
		func(m *vestingtypes.MsgCreateVestingAccount) agenttypes.Named {
			return agenttypes.Named{Payees: []string{m.ToAddress}}
		}),
	"/cosmos.vesting.v1beta1.MsgCreatePermanentLockedAccount": allowed(payees|terms|rates, "",
		func(m *vestingtypes.MsgCreatePermanentLockedAccount) agenttypes.Named {
			return agenttypes.Named{Payees: []string{m.ToAddress}}
		}),
	"/cosmos.vesting.v1beta1.MsgCreatePeriodicVestingAccount": allowed(payees|terms|rates, "",
		func(m *vestingtypes.MsgCreatePeriodicVestingAccount) agenttypes.Named {
			return agenttypes.Named{Payees: []string{m.ToAddress}}
		}),
	"/cosmos.bank.v1beta1.MsgSetSendEnabled": never(governances),
	"/cosmos.bank.v1beta1.MsgUpdateParams":   never(governances),
}

// chain has what runs the chain. Rewards come in; stake and deposits leave, as coins do.
var chain = agenttypes.Catalogue{
	"/cosmos.authz.v1beta1.MsgExec":                               never(givesPower),
	"/cosmos.authz.v1beta1.MsgGrant":                              never(givesPower),
	"/cosmos.authz.v1beta1.MsgRevoke":                             never(givesPower),
	"/cosmos.feegrant.v1beta1.MsgGrantAllowance":                  never(givesPower),
	"/cosmos.feegrant.v1beta1.MsgRevokeAllowance":                 never(givesPower),
	"/cosmos.feegrant.v1beta1.MsgPruneAllowances":                 never(givesPower),
	"/cosmos.distribution.v1beta1.MsgSetWithdrawAddress":          never(redirects),
	"/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward":     plain(all, ""),
	"/cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission": plain(all, ""),
	"/cosmos.distribution.v1beta1.MsgFundCommunityPool":           plain(terms|rates, ""),
	"/cosmos.distribution.v1beta1.MsgDepositValidatorRewardsPool": plain(terms|rates, ""),
	"/cosmos.staking.v1beta1.MsgDelegate":                         plain(terms|rates, stake),
	"/cosmos.staking.v1beta1.MsgUndelegate":                       plain(terms|rates, stake),
	"/cosmos.staking.v1beta1.MsgBeginRedelegate":                  plain(terms|rates, stake),
	"/cosmos.staking.v1beta1.MsgCancelUnbondingDelegation":        plain(terms|rates, stake),
	"/cosmos.staking.v1beta1.MsgCreateValidator":                  plain(terms|rates, stake),
	"/cosmos.staking.v1beta1.MsgEditValidator":                    plain(terms|rates, stake),
	"/cosmos.staking.v1beta1.MsgRotateConsPubKey":                 plain(terms|rates, stake),
	"/cosmos.slashing.v1beta1.MsgUnjail":                          plain(all, ""),
	"/cosmos.evidence.v1beta1.MsgSubmitEvidence":                  plain(all, ""),
	"/cosmos.gov.v1.MsgSubmitProposal":                            plain(terms|rates, votes),
	"/cosmos.gov.v1.MsgDeposit":                                   plain(terms|rates, ""),
	"/cosmos.gov.v1.MsgVote":                                      plain(all, votes),
	"/cosmos.gov.v1.MsgVoteWeighted":                              plain(all, votes),
	"/cosmos.gov.v1.MsgCancelProposal":                            plain(all, votes),
	"/cosmos.gov.v1beta1.MsgSubmitProposal":                       plain(terms|rates, votes),
	"/cosmos.gov.v1beta1.MsgDeposit":                              plain(terms|rates, ""),
	"/cosmos.gov.v1beta1.MsgVote":                                 plain(all, votes),
	"/cosmos.gov.v1beta1.MsgVoteWeighted":                         plain(all, votes),

	"/cosmos.auth.v1beta1.MsgUpdateParams":               never(governances),
	"/cosmos.consensus.v1.MsgUpdateParams":               never(governances),
	"/cosmos.distribution.v1beta1.MsgCommunityPoolSpend": never(governances),
	"/cosmos.distribution.v1beta1.MsgUpdateParams":       never(governances),
	"/cosmos.gov.v1.MsgExecLegacyContent":                never(governances),
	"/cosmos.gov.v1.MsgUpdateParams":                     never(governances),
	"/cosmos.mint.v1beta1.MsgUpdateParams":               never(governances),
	"/cosmos.slashing.v1beta1.MsgUpdateParams":           never(governances),
	"/cosmos.staking.v1beta1.MsgUpdateParams":            never(governances),
	"/cosmos.upgrade.v1beta1.MsgCancelUpgrade":           never(governances),
	"/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade":         never(governances),
	"/stemma.feemarket.v1.MsgUpdateParams":               never(governances),
	"/stemma.agent.v1.MsgRegister":                       never(passports),
	"/stemma.agent.v1.MsgRevise":                         never(passports),
	"/stemma.agent.v1.MsgRenew":                          never(passports),
	"/stemma.agent.v1.MsgSetStatus":                      never(passports),
	"/stemma.agent.v1.MsgSetLimit":                       never(passports),
	"/stemma.agent.v1.MsgRotateKey":                      never(passports),
	"/stemma.agent.v1.MsgRemoveKey":                      never(passports),
	"/stemma.agent.v1.MsgAct":                            never(passports),
	"/stemma.agent.v1.MsgOfferPayout":                    never(passports),
	"/stemma.agent.v1.MsgAcceptPayout":                   never(passports),
	"/stemma.agent.v1.MsgOfferControl":                   never(passports),
	"/stemma.agent.v1.MsgAcceptControl":                  never(passports),
	"/stemma.agent.v1.MsgSetRecovery":                    never(passports),
	"/stemma.agent.v1.MsgRequestRecovery":                never(passports),
	"/stemma.agent.v1.MsgObjectToRecovery":               never(passports),
	"/stemma.agent.v1.MsgCompleteRecovery":               never(passports),
	"/stemma.agent.v1.MsgBlankText":                      never(passports),
	"/stemma.agent.v1.MsgAttest":                         never(passports),
	"/stemma.agent.v1.MsgRevokeAttestation":              never(passports),
	"/stemma.agent.v1.MsgBlankAttestation":               never(passports),
	"/stemma.agent.v1.MsgUpdateParams":                   never(governances),
}
