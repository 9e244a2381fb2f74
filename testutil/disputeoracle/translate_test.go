package disputeoracle

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var kinds = map[Kind]disputetypes.Kind{
	PriorClaim: disputetypes.KIND_PRIOR_CLAIM, MissingSource: disputetypes.KIND_MISSING_SOURCE, WrongTerms: disputetypes.KIND_WRONG_TERMS,
	FalseDeclaration: disputetypes.KIND_FALSE_DECLARATION, FalseWeight: disputetypes.KIND_FALSE_WEIGHT,
	UnfairManifest: disputetypes.KIND_UNFAIR_MANIFEST,
}

// stage is the modules with the ids of what a world names.
type stage struct {
	*modules
	works    map[Work]registrytypes.WorkID
	names    map[registrytypes.WorkID]Work
	terms    map[Terms]licensetypes.TermsID
	disputes map[Dispute]disputetypes.DisputeID
	// opened counts the disputes of a challenger about a work.
	opened map[[2]string]uint32
	// odd has amounts that do not divide without a rest, and of which small ones wait.
	odd bool
}

// newStage has the accounts and works of a world, all of them on offer under all terms.
func newStage(t testing.TB, w *World, budgets budgets, odd bool) *stage {
	t.Helper()
	s := &stage{
		odd:     odd,
		modules: newModules(t), works: map[Work]registrytypes.WorkID{}, names: map[registrytypes.WorkID]Work{},
		terms: map[Terms]licensetypes.TermsID{}, disputes: map[Dispute]disputetypes.DisputeID{}, opened: map[[2]string]uint32{},
	}
	require.NoError(t, s.begin(genesis{
		registrytypes.DefaultGenesisState(), royaltytypes.DefaultGenesis(), licensetypes.DefaultGenesisState(),
		lineagetypes.DefaultGenesis(), disputetypes.DefaultGenesis(),
	}))
	require.NoError(t, s.royalty.UpdateParams(s.ctx, s.royaltyParams(w, budgets)))
	require.NoError(t, s.dispute.UpdateParams(s.ctx, s.disputeParams(w, budgets)))
	for account, purse := range w.bank {
		for denom, amount := range purse {
			s.bank.set(s.ctx, address(account), sdk.NewCoin(string(denom), math.NewIntFromBigInt(amount)))
		}
	}
	for name, x := range w.works {
		content := registrytypes.Digest(sha256.Sum256([]byte(name)))
		s.works[name] = registrytypes.NewWorkID(address(x.owner), content)
		s.names[s.works[name]] = name
		require.NoError(t, s.send(&registrytypes.MsgRegister{Registrant: bech(x.owner), Works: []registrytypes.Entry{
			{Sha256: content, Details: registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Title: string(name)}},
		}}))
	}
	for _, name := range slices.Sorted(maps.Keys(w.Terms)) {
		terms := licensetypes.Terms{
			Spdx: "LicenseRef-" + string(name), CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
			RoyaltyRate: uint32(w.Terms[name].Rate * percent),
		}
		switch {
		case w.Terms[name].Relative:
			terms.RoyaltyPolicy = royaltytypes.POLICY_RELATIVE
		case w.Terms[name].Rate > 0:
			terms.RoyaltyPolicy = royaltytypes.POLICY_ABSOLUTE
		}
		s.terms[name] = terms.ID()
		require.NoError(t, s.send(&licensetypes.MsgPublishTerms{Author: bech(Governance), Terms: terms}))
		for work, x := range w.works {
			require.NoError(t, s.send(&licensetypes.MsgOffer{Owner: bech(x.owner), Work: s.works[work], Terms: terms.ID()}))
		}
	}
	require.NoError(t, s.endBlock(0))
	return s
}

// budgets are what a block does at most.
type budgets struct{ sweep, payouts, deadlines, notices uint32 }

func (s *stage) royaltyParams(w *World, b budgets) royaltytypes.Params {
	p := royaltytypes.DefaultParams()
	p.SweepBudget, p.PayoutBudget, p.Denoms = b.sweep, b.payouts, nil
	for _, denom := range slices.Sorted(maps.Keys(w.Lies)) {
		d := royaltytypes.NewAcceptedDenom(string(denom))
		d.MinFlow, d.MinPayout = math.OneInt(), math.OneInt()
		if w.Lies[denom] {
			d.MinPayout = math.NewIntFromBigInt(units(100_000_000))
		}
		if s.odd {
			d.MinFlow, d.MinPayout = s.coin(denom, 2).Amount, s.coin(denom, 8).Amount
		}
		p.Denoms = append(p.Denoms, d)
	}
	return p
}

func (s *stage) disputeParams(w *World, b budgets) disputetypes.Params {
	p := disputetypes.DefaultParams()
	for _, a := range w.Arbiters {
		p.Arbiters = append(p.Arbiters, bech(a))
	}
	p.MinBond, p.BondRate, p.MaxBond = s.coins(w.MinBond), uint32(w.BondRate*percent), uint32(w.MaxBond)
	p.AnswerWindow, p.ArbitrationWindow, p.AppealWindow = w.Answer, w.Rules.Arbitration, w.Rules.Appeal
	p.GovernanceWindow, p.BondWindow, p.ObjectionWindow = w.Governance, w.Bond, w.Objection
	p.DeadlineBudget, p.NoticeBudget = b.deadlines, b.notices
	return p
}

func bech(a Account) string {
	if a == "" {
		return ""
	}
	return address(a).String()
}

func (s *stage) coin(denom Denom, amount int64) sdk.Coin {
	n := math.NewIntFromBigInt(units(amount))
	if s.odd {
		n = n.QuoRaw(7).AddRaw(amount)
	}
	return sdk.NewCoin(string(denom), n)
}

func (s *stage) coins(c Coins) sdk.Coins {
	list := sdk.NewCoins()
	for denom, amount := range c {
		list = list.Add(s.coin(denom, amount))
	}
	return list
}

// perform does an act on the modules, but for the end of a block.
func (s *stage) perform(act Act) error {
	msg, err := s.message(act)
	if err != nil {
		return err
	}
	return s.send(msg)
}

func (s *stage) message(act Act) (sdk.Msg, error) {
	switch a := act.(type) {
	case Pay:
		return &royaltytypes.MsgPay{Payer: bech(a.By), Work: s.works[a.Work], Amount: s.coin(a.Denom, a.Amount)}, nil
	case Assign:
		return s.assignment(a)
	case OfferTransfer:
		return &registrytypes.MsgOfferTransfer{Owner: bech(a.By), Work: s.works[a.Work], Recipient: bech(a.To)}, nil
	case AcceptTransfer:
		row, err := s.registry.GetWork(s.ctx, s.works[a.Work])
		if err != nil {
			return nil, err
		}
		head, err := s.royalty.GetHead(s.ctx, s.works[a.Work])
		return &royaltytypes.MsgAcceptTransfer{
			Recipient: bech(a.By), Work: s.works[a.Work], WorkVersion: row.Version, Epoch: head.Epoch, Offer: row.TransferOffers,
		}, err
	case Derive:
		seen, err := s.license.Conditions(s.ctx, s.works[a.Source], licensetypes.Offer{}, licensetypes.Terms{})
		return &lineagetypes.MsgDerive{
			Owner: bech(a.By), Work: s.works[a.Work], MaxTotalRate: Whole, Sources: []lineagetypes.Source{{
				Work: s.works[a.Source], Role: lineagetypes.ROLE_COMPONENT_OF, Permission: s.terms[a.Terms].String(), Seen: seen,
			}},
		}, err
	case Withdraw:
		return &royaltytypes.MsgWithdraw{Account: bech(a.By)}, nil
	case Settle:
		return &royaltytypes.MsgSettle{
			Sender: bech(a.By), Works: []registrytypes.WorkID{s.works[a.Work]}, Denoms: []string{"ufoo", "uusdc"},
		}, nil
	case Object:
		return &disputetypes.MsgObjectToWeight{
			Owner: bech(a.By), Work: s.works[a.Work], Source: s.works[a.Source], Weight: uint32(a.Weight * percent),
		}, nil
	}
	return s.disputeMessage(act)
}

func (s *stage) assignment(a Assign) (sdk.Msg, error) {
	msg := &royaltytypes.MsgAssignShares{Holder: bech(a.By), Work: s.works[a.Work]}
	head, err := s.royalty.GetHead(s.ctx, msg.Work)
	if err != nil {
		return nil, err
	}
	has, err := s.royalty.HeldShare(s.ctx, msg.Work, head.HoldersVersion, address(a.By))
	if err != nil {
		return nil, err
	}
	given := uint32(a.Share * percent)
	msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: bech(a.To), Weight: given})
	if has > given {
		msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: bech(a.By), Weight: has - given})
	}
	return msg, nil
}

func (s *stage) disputeMessage(act Act) (sdk.Msg, error) {
	switch a := act.(type) {
	case Open:
		key := [2]string{string(a.Work), string(a.By)}
		s.disputes[a.Dispute] = disputetypes.NewDisputeID(s.works[a.Work], address(a.By), s.opened[key]+1)
		claim, err := s.redress(a.Work, a.Claim)
		return &disputetypes.MsgOpen{
			Challenger: bech(a.By), Work: s.works[a.Work], Kind: kinds[a.Kind], Claim: claim, Bond: s.coins(a.Bond),
			Evidence: []disputetypes.Evidence{{Sha256: sha256.Sum256([]byte(a.Evidence))}},
		}, err
	case Answer:
		return &disputetypes.MsgAnswer{Respondent: bech(a.By), Dispute: s.disputes[a.Dispute], Concede: a.Concede, Bond: s.coins(a.Bond)}, nil
	case Rule:
		id := s.disputes[a.Dispute]
		d, err := s.dispute.GetDispute(s.ctx, id)
		if err != nil {
			return nil, err
		}
		redress, err := s.redress(s.names[d.Work], a.Redress)
		return &disputetypes.MsgRule{Arbiter: bech(a.By), Dispute: id, Upheld: a.Upheld, Redress: redress}, err
	case Appeal:
		return &disputetypes.MsgAppeal{Appellant: bech(a.By), Dispute: s.disputes[a.Dispute], Bond: s.coins(a.Bond)}, nil
	case Drop:
		return &disputetypes.MsgDrop{Challenger: bech(a.By), Dispute: s.disputes[a.Dispute]}, nil
	case CallBond:
		return &disputetypes.MsgCallBond{Caller: bech(a.By), Dispute: s.disputes[a.Dispute]}, nil
	case Name:
		params, err := s.dispute.Params.Get(s.ctx)
		params.Arbiters = nil
		for _, arbiter := range a.Arbiters {
			params.Arbiters = append(params.Arbiters, bech(arbiter))
		}
		return &disputetypes.MsgUpdateParams{Authority: bech(Governance), Params: params}, err
	case AddBond:
		return &disputetypes.MsgAddBond{Payer: bech(a.By), Dispute: s.disputes[a.Dispute], Bond: s.coins(a.Bond)}, nil
	}
	return nil, fmt.Errorf("no message for %T", act)
}

// accepted takes note of an act that the modules have done.
func (s *stage) accepted(act Act) {
	if a, is := act.(Open); is {
		s.opened[[2]string{string(a.Work), string(a.By)}]++
	}
}

func (s *stage) redress(work Work, r Redress) (disputetypes.Redress, error) {
	m := disputetypes.Redress{TransferTo: bech(r.To), Invalidate: r.Invalid, Past: s.coins(r.Past)}
	if r.Successor != "" {
		m.Successor = s.works[r.Successor]
	}
	if r.Source != "" {
		m.Source = &disputetypes.RuledSource{Work: s.works[r.Source], Role: lineagetypes.ROLE_COMPONENT_OF, Terms: s.terms[r.Terms]}
	}
	if r.Payee != "" {
		m.Payee = &disputetypes.Payee{Account: bech(r.Payee), Share: uint32(r.Share * percent)}
	}
	if r.Weighed != "" {
		m.Weights = []lineagetypes.RuledWeight{{Source: s.works[r.Weighed], Weight: uint32(r.Weight * percent)}}
	}
	versions, err := s.versions(work)
	for _, p := range r.Restitution {
		o := disputetypes.Restitution{Debtor: bech(p.Debtor), Creditor: s.works[p.Creditor], Amount: s.coin(p.Denom, p.Amount)}
		if p.Debtor != "" {
			o.HoldersVersion = 1 << 20 // there is none such
			if p.Table < len(versions) {
				o.HoldersVersion = versions[p.Table]
			}
		}
		m.Restitution = append(m.Restitution, o)
	}
	return m, err
}

// versions are those of a work's tables of holders, the first of which is never stored.
func (s *stage) versions(work Work) (list []uint32, err error) {
	of := collections.NewPrefixedPairRange[registrytypes.WorkID, uint32](s.works[work])
	list = append(list, 0)
	err = s.royalty.Holders.Walk(s.ctx, of, func(key collections.Pair[registrytypes.WorkID, uint32], _ royaltytypes.Holders) (bool, error) {
		list = append(list, key.K2())
		return false, nil
	})
	return list, err
}

// reasonOf is why a message was refused, in the words of the rules.
func reasonOf(err error) string {
	if strings.Contains(err.Error(), "the ruling could not be carried out") {
		return "cannot_be_carried_out"
	}
	space, code, text := errorsmod.ABCIInfo(err, false)
	if name, known := reasonNames[fmt.Sprint(space, code)]; known {
		return name
	}
	return fmt.Sprint(space, " ", code, ": ", text)
}

var reasonNames = func() map[string]string {
	names := map[string]string{}
	for name, list := range map[string][]*errorsmod.Error{
		"on_hold":          {registrytypes.ErrOnHold},
		"on_offer":         {registrytypes.ErrOnOffer},
		"not_owner":        {registrytypes.ErrNotOwner},
		"invalid_transfer": {registrytypes.ErrInvalidTransfer},
		"not_holder":       {royaltytypes.ErrNotHolder},
		"invalid_shares":   {royaltytypes.ErrInvalidShares},
		"no_balance":       {royaltytypes.ErrNoBalance},
		"over_whole":       {royaltytypes.ErrOverWhole},
		"in_arrears":       {royaltytypes.ErrInArrears},
		"not_available":    {licensetypes.ErrWorkUnavailable, licensetypes.ErrNotPermitted},
		"already_source":   {lineagetypes.ErrAlreadySource},
		"invalid_source":   {lineagetypes.ErrInvalidSource},
		"cycle":            {lineagetypes.ErrCycle},
		"invalid_message":  {disputetypes.ErrInvalidMessage},
		"invalid_redress":  {disputetypes.ErrInvalidRedress},
		"not_found":        {disputetypes.ErrNotFound},
		"own_work":         {disputetypes.ErrOwnWork},
		"already_open":     {disputetypes.ErrAlreadyOpen},
		"nothing_new":      {disputetypes.ErrNothingNew},
		"bond_too_small":   {disputetypes.ErrBondTooSmall},
		"wrong_phase":      {disputetypes.ErrWrongPhase},
		"too_late":         {disputetypes.ErrTooLate},
		"not_party":        {disputetypes.ErrNotParty},
		"not_arbiter":      {disputetypes.ErrNotArbiter},
		"recused":          {disputetypes.ErrRecused},
		"beyond_claim":     {disputetypes.ErrBeyondClaim},
		"not_contestable":  {disputetypes.ErrNotContestable},
		"no_objection":     {disputetypes.ErrNoObjection},
		"nothing_to_call":  {disputetypes.ErrNothingToCall},
	} {
		for _, err := range list {
			names[fmt.Sprint(err.Codespace(), err.ABCICode())] = name
		}
	}
	return names
}()
