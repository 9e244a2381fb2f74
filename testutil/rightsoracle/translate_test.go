package rightsoracle_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/rightsoracle"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var actions = map[rightsoracle.Action]licensetypes.Action{
	rightsoracle.Copy: licensetypes.ACTION_COPY, rightsoracle.Distribute: licensetypes.ACTION_DISTRIBUTE,
	rightsoracle.Perform: licensetypes.ACTION_PERFORM, rightsoracle.Adapt: licensetypes.ACTION_ADAPT,
	rightsoracle.Train: licensetypes.ACTION_TRAIN_AI, rightsoracle.Input: licensetypes.ACTION_AI_INPUT,
	rightsoracle.Search: licensetypes.ACTION_SEARCH,
}

var roles = map[rightsoracle.Role]lineagetypes.Role{
	rightsoracle.ParentOf: lineagetypes.ROLE_PARENT_OF, rightsoracle.ComponentOf: lineagetypes.ROLE_COMPONENT_OF,
	rightsoracle.InputTo: lineagetypes.ROLE_INPUT_TO, rightsoracle.TrainedOn: lineagetypes.ROLE_TRAINED_ON,
	rightsoracle.Cites: lineagetypes.ROLE_CITES,
}

var kinds = map[rightsoracle.Kind]registrytypes.Kind{
	rightsoracle.Image: registrytypes.KIND_IMAGE,
	rightsoracle.Model: registrytypes.KIND_MODEL, rightsoracle.Dataset: registrytypes.KIND_DATASET,
}

// messageTerms are terms as messages have them.
func messageTerms(t rightsoracle.Terms) licensetypes.Terms {
	reply := map[rightsoracle.Reply]licensetypes.Permission{
		rightsoracle.Allowed: licensetypes.PERMISSION_ALLOW, rightsoracle.Denied: licensetypes.PERMISSION_DENY,
		rightsoracle.Paid: licensetypes.PERMISSION_PAID,
	}
	making := map[rightsoracle.Making]licensetypes.Derivatives{
		rightsoracle.Anything: licensetypes.DERIVATIVES_ALLOWED, rightsoracle.ShareAlike: licensetypes.DERIVATIVES_SHARE_ALIKE,
	}
	policy := map[rightsoracle.Royalty]royaltytypes.Policy{
		rightsoracle.Absolute: royaltytypes.POLICY_ABSOLUTE, rightsoracle.Relative: royaltytypes.POLICY_RELATIVE,
	}
	exclusivity := map[rightsoracle.Exclusivity]licensetypes.Exclusivity{
		rightsoracle.Sole: licensetypes.EXCLUSIVITY_SOLE, rightsoracle.Exclusive: licensetypes.EXCLUSIVITY_EXCLUSIVE,
	}
	terms := licensetypes.Terms{
		Spdx: t.Name, CommercialUse: t.Commercial, Attribution: t.Credit, Derivatives: making[t.Making],
		AiTraining: reply[t.Training], AiInput: reply[t.Input], Search: reply[t.Search],
		Territories: t.Territories, Media: t.Media, DerivativeApproval: t.Approval, ApprovalDirect: t.ApprovalDirect,
		RoyaltyPolicy: policy[t.Royalty], RoyaltyRate: t.Rate, GrantFee: coins(t.Fee), UsePrice: coins(t.UsePrice),
		MaxGrants: uint64(t.MaxGrants), DerivativesPerGrant: uint32(t.PerGrant), Exclusivity: exclusivity[t.Exclusivity],
		Transferable: t.Transferable, NoFurtherRestrictions: t.NoFurtherRestrictions,
	}
	if !t.Known {
		terms.Spdx = "LicenseRef-" + t.Name
	}
	for _, a := range t.Uses {
		terms.Uses = append(terms.Uses, actions[a])
	}
	slices.Sort(terms.Uses)
	if t.Duration > 0 {
		terms.Duration = &t.Duration
	}
	if t.SecondApprover != "" {
		terms.SecondApprover = address(string(t.SecondApprover)).String()
	}
	return terms
}

func coins(amount int64) sdk.Coins {
	if amount == 0 {
		return nil
	}
	return sdk.NewCoins(coin(amount))
}

func coin(amount int64) sdk.Coin { return sdk.NewInt64Coin(sdk.DefaultBondDenom, amount) }

// codeOf is why a message was refused, in the words of the rules: the code of a reason, or the
// name of the error.
func codeOf(err error) []string {
	var codes []string
	for _, code := range rules.Codes() {
		text := err.Error()
		if at := strings.Index(text, string(code)); at >= 0 && (at == 0 || text[at-1] == ' ') &&
			strings.ContainsAny(text[at+len(code):][:1], ":,( ") {
			codes = append(codes, string(code))
		}
	}
	if len(codes) > 0 {
		return codes
	}
	space, number, _ := errorsmod.ABCIInfo(err, false)
	if name, known := errorNames[fmt.Sprint(space, number)]; known {
		return []string{name}
	}
	return []string{fmt.Sprint(space, " ", number, ": ", err)}
}

// errorNames are the errors that have no reason's code.
var errorNames = func() map[string]string {
	names := map[string]string{}
	for name, list := range map[string][]*errorsmod.Error{
		"not_owner":          {registrytypes.ErrNotOwner},
		"on_hold":            {registrytypes.ErrOnHold},
		"work_not_found":     {registrytypes.ErrWorkNotFound},
		"invalid_status":     {registrytypes.ErrInvalidStatus},
		"invalid_transfer":   {registrytypes.ErrInvalidTransfer},
		"not_holder":         {royaltytypes.ErrNotHolder, royaltytypes.ErrInvalidShares},
		"over_whole":         {royaltytypes.ErrOverWhole},
		"over_max_rate":      {royaltytypes.ErrOverMaxRate},
		"not_offered":        {licensetypes.ErrOfferNotFound},
		"not_licensee":       {licensetypes.ErrNotLicensee},
		"fee_above_max":      {licensetypes.ErrFeeAboveMax},
		"grant_exists":       {licensetypes.ErrGrantExists},
		"grant_not_found":    {licensetypes.ErrGrantNotFound},
		"invalid_message":    {licensetypes.ErrInvalidMessage},
		"invalid_offer":      {licensetypes.ErrInvalidOffer},
		"invalid_approval":   {licensetypes.ErrInvalidApproval},
		"approval_not_found": {licensetypes.ErrApprovalNotFound},
		"not_renewable":      {licensetypes.ErrNotRenewable},
		"not_transferable":   {licensetypes.ErrNotTransferable},
		"not_offered_to_you": {licensetypes.ErrNotOfferedToYou},
		"not_waiting":        {licensetypes.ErrNotWaiting},
		"already_source":     {lineagetypes.ErrAlreadySource},
		"invalid_source":     {lineagetypes.ErrInvalidSource},
		"invalid_record":     {lineagetypes.ErrInvalidRecord},
		"already_recorded":   {lineagetypes.ErrAlreadyRecorded},
		"cycle":              {lineagetypes.ErrCycle},
		"reserved":           {lineagetypes.ErrReserved},
		"approval_needed":    {lineagetypes.ErrApprovalNeeded},
		"promises_grew":      {lineagetypes.ErrPromisesGrew},
		"not_approved":       {lineagetypes.ErrNotApproved},
	} {
		for _, err := range list {
			names[fmt.Sprint(err.Codespace(), err.ABCICode())] = name
		}
	}
	return names
}()

// world is a history with the modules that it is played on, and the ids of what it names.
type world struct {
	*modules
	history *rightsoracle.History
	works   map[rightsoracle.Work]registrytypes.WorkID
	names   map[registrytypes.WorkID]rightsoracle.Work
	terms   map[string]licensetypes.TermsID
	grants  map[rightsoracle.Grant]licensetypes.GrantID
}

func bech(a rightsoracle.Account) string { return address(string(a)).String() }

func digest(content int) registrytypes.Digest { return registrytypes.Digest{1, byte(content)} }

// permission is what a message names.
func (w *world) permission(p rightsoracle.Permission) string {
	switch {
	case p.Grant != "":
		return w.grant(p.Grant).String()
	case p.Terms != "":
		return w.termsID(p.Terms).String()
	}
	return ""
}

// unplayable is a name that stands for nothing: what it named was left out of a history
// that is being shortened.
type unplayable string

func (w *world) work(name rightsoracle.Work) registrytypes.WorkID {
	id, known := w.works[name]
	if name != "" && !known {
		panic(unplayable(name))
	}
	return id
}

func (w *world) grant(name rightsoracle.Grant) licensetypes.GrantID {
	id, known := w.grants[name]
	if !known {
		panic(unplayable(name))
	}
	return id
}

func (w *world) termsID(name string) licensetypes.TermsID {
	id, known := w.terms[name]
	if !known {
		panic(unplayable(name))
	}
	return id
}

// perform does one act on the modules. Those of x/dispute are done for it.
func (w *world) perform(act rightsoracle.Act) error {
	switch a := act.(type) {
	case rightsoracle.Wait:
		return w.nextBlock(a.For)
	case rightsoracle.Dispute:
		return w.registry.AddDispute(w.ctx, w.work(a.Work), true)
	case rightsoracle.Settle:
		return w.registry.EndDispute(w.ctx, w.work(a.Work), true)
	case rightsoracle.Sell:
		return w.sell(a)
	case rightsoracle.Register:
		_, err := w.send(w.register(a))
		return err
	}
	_, err := w.send(w.message(act))
	return err
}

func (w *world) register(a rightsoracle.Register) sdk.Msg {
	id := registrytypes.NewWorkID(address(string(a.By)), digest(a.Content))
	w.works[a.Work], w.names[id] = id, a.Work
	return &registrytypes.MsgRegister{Registrant: bech(a.By), AllowContested: true, Works: []registrytypes.Entry{
		{Sha256: digest(a.Content), Details: registrytypes.Details{Kind: kinds[a.Kind], Title: title(a.Work, 1)}},
	}}
}

func title(w rightsoracle.Work, version int) string { return fmt.Sprintf("%s, version %d", w, version) }

// sell offers a transfer and accepts it.
func (w *world) sell(a rightsoracle.Sell) error {
	offer := &registrytypes.MsgOfferTransfer{Owner: bech(a.By), Work: w.work(a.Work), Recipient: bech(a.To)}
	if _, err := w.send(offer); err != nil {
		return err
	}
	row, err := w.registry.GetWork(w.ctx, w.work(a.Work))
	if err != nil {
		return err
	}
	head, err := w.royalty.GetHead(w.ctx, w.work(a.Work))
	if err != nil {
		return err
	}
	_, err = w.send(&royaltytypes.MsgAcceptTransfer{
		Recipient: bech(a.To), Work: w.work(a.Work), WorkVersion: row.Version, Epoch: head.Epoch, Offer: row.TransferOffers,
	})
	return err
}

// message is the message of an act.
func (w *world) message(act rightsoracle.Act) sdk.Msg {
	switch a := act.(type) {
	case rightsoracle.Revise:
		version := w.history.Title(a.Work, w.history.Today()) + 1
		kind := kinds[w.history.KindOf(a.Work)]
		details := registrytypes.Details{Kind: kind, Title: title(a.Work, version)}
		return &registrytypes.MsgRevise{Owner: bech(a.By), Work: w.work(a.Work), Details: details}
	case rightsoracle.Share:
		half := []royaltytypes.Assignment{{Account: bech(a.By), Weight: 500_000}, {Account: bech(a.With), Weight: 500_000}}
		return &royaltytypes.MsgAssignShares{Holder: bech(a.By), Work: w.work(a.Work), Shares: half}
	case rightsoracle.Withdraw:
		return &registrytypes.MsgWithdrawWork{Owner: bech(a.By), Work: w.work(a.Work)}
	case rightsoracle.Restore:
		return &registrytypes.MsgRestoreWork{Owner: bech(a.By), Work: w.work(a.Work)}
	case rightsoracle.Derive, rightsoracle.Consent, rightsoracle.Dissent:
		return w.lineageMessage(act)
	}
	return w.licenseMessage(act)
}

func (w *world) licenseMessage(act rightsoracle.Act) sdk.Msg {
	switch a := act.(type) {
	case rightsoracle.Offer:
		return w.offer(a)
	case rightsoracle.Close:
		return &licensetypes.MsgCloseOffer{Owner: bech(a.By), Work: w.work(a.Work), Terms: w.termsID(a.Terms)}
	case rightsoracle.Approve:
		return &licensetypes.MsgApprove{
			Owner: bech(a.By), Work: w.work(a.Work), Terms: w.termsID(a.Terms), Licensee: bechIf(a.Licensee), Derivative: w.work(a.Derivative),
		}
	case rightsoracle.Disapprove:
		return &licensetypes.MsgWithdrawApproval{
			Owner: bech(a.By), Work: w.work(a.Work), Terms: w.termsID(a.Terms), Licensee: bechIf(a.Licensee), Derivative: w.work(a.Derivative),
		}
	case rightsoracle.Acquire:
		id := licensetypes.NewGrantID(w.work(a.Work), w.termsID(a.Terms), address(string(a.By)), uint64(a.Serial))
		w.grants[a.Named()] = id
		return &licensetypes.MsgAcquire{
			Licensee: bech(a.By), Work: w.work(a.Work), Terms: w.termsID(a.Terms), Serial: uint64(a.Serial), MaxFee: coinIf(a.MaxFee),
			MaxRate: licensetypes.MaxRate, Derivative: w.work(a.For), Seen: w.seen(a.Work, a.Terms),
		}
	case rightsoracle.Renew:
		return &licensetypes.MsgRenewGrant{
			Licensee: bech(a.By), Grant: w.grant(a.Grant), MaxFee: coinIf(a.MaxFee),
			Seen: w.seen(w.history.WorkOf(a.Grant), w.history.TermsOf(a.Grant)),
		}
	case rightsoracle.OfferGrant:
		return &licensetypes.MsgOfferGrant{Licensee: bech(a.By), Grant: w.grant(a.Grant), Recipient: bech(a.To)}
	case rightsoracle.CancelGrant:
		return &licensetypes.MsgCancelGrantOffer{Licensee: bech(a.By), Grant: w.grant(a.Grant)}
	case rightsoracle.AcceptGrant:
		msg := &licensetypes.MsgAcceptGrant{Recipient: bech(a.By), Grant: w.grant(a.Grant)}
		if g, err := w.license.GetGrant(w.ctx, msg.Grant); err == nil {
			msg.Seen = g.Conditions()
		}
		return msg
	}
	panic(fmt.Sprintf("no message for %T", act))
}

// seen are the conditions of an offer as they are now.
func (w *world) seen(work rightsoracle.Work, terms string) licensetypes.Conditions {
	id := w.termsID(terms)
	o, _, err := w.license.Offers.Find(w.ctx, collections.Join(w.work(work), id))
	if err != nil {
		panic(err)
	}
	t, err := w.license.GetTerms(w.ctx, id)
	if err != nil && !errors.Is(err, licensetypes.ErrTermsNotFound) {
		panic(err)
	}
	return w.conditions(work, o, t)
}

func (w *world) conditions(work rightsoracle.Work, o licensetypes.Offer, t licensetypes.Terms) licensetypes.Conditions {
	seen, err := w.license.Conditions(w.ctx, w.work(work), o, t)
	if err != nil && !errors.Is(err, registrytypes.ErrWorkNotFound) {
		panic(err)
	}
	return seen
}

// standing is what a public offer of a work brings now.
func (w *world) standing(work rightsoracle.Work) licensetypes.Conditions {
	return w.conditions(work, licensetypes.Offer{}, licensetypes.Terms{})
}

func (w *world) offer(a rightsoracle.Offer) sdk.Msg {
	o := licensetypes.Offer{Price: coins(a.Price), Paused: a.Paused}
	if a.Lasts > 0 {
		end := w.ctx.BlockTime().Add(a.Lasts)
		o.ExpiresAt = &end
	}
	for _, only := range a.Only {
		o.Licensees = append(o.Licensees, bech(only))
	}
	slices.Sort(o.Licensees)
	return &licensetypes.MsgOffer{Owner: bech(a.By), Work: w.work(a.Work), Terms: w.termsID(a.Terms), Offer: o}
}

func bechIf(a rightsoracle.Account) string {
	if a == "" {
		return ""
	}
	return bech(a)
}

func coinIf(amount int64) *sdk.Coin {
	if amount == 0 {
		return nil
	}
	most := coin(amount)
	return &most
}

func (w *world) lineageMessage(act rightsoracle.Act) sdk.Msg {
	switch a := act.(type) {
	case rightsoracle.Derive:
		msg := &lineagetypes.MsgDerive{
			Owner: bech(a.By), Work: w.work(a.Work), MaxTotalRate: a.MaxRate, MaxGrants: licensetypes.MaxMetGrants,
			AllowUnapproved: a.AllowUnapproved,
		}
		for _, s := range a.Sources {
			source := lineagetypes.Source{Work: w.work(s.Work), Role: roles[s.Role], Permission: w.permission(s.Permission)}
			if s.Permission.Terms != "" && s.Role != rightsoracle.Cites {
				source.Seen = w.standing(s.Work)
			}
			msg.Sources = append(msg.Sources, source)
		}
		if a.Record {
			msg.Record = &lineagetypes.GenerationRecord{Model: "a model"}
		}
		return msg
	case rightsoracle.Consent:
		return &lineagetypes.MsgApproveSource{
			Owner: bech(a.By), Source: w.work(a.Work), Derivative: w.work(a.Derivative), Declaration: uint32(a.Declaration),
			Through: w.work(a.Through), Role: roles[a.Role], Permission: w.permission(a.Permission),
			Shown: lineagetypes.Promises{
				Grants: uint64(a.Shown.Grants), Derivatives: uint64(a.Shown.Derivatives), IrrevocableOffers: uint64(a.Shown.Irrevocable),
			},
		}
	case rightsoracle.Dissent:
		return &lineagetypes.MsgWithdrawSourceApproval{
			Owner: bech(a.By), Source: w.work(a.Work), Derivative: w.work(a.Derivative), Through: w.work(a.Through),
		}
	}
	panic(fmt.Sprintf("no message for %T", act))
}

// question is a question as the query has it.
func (w *world) question(q rightsoracle.Question) *licensetypes.QueryCheckRightsRequest {
	use := licensetypes.Use{
		Action: actions[q.Use.Action], Commercial: q.Use.Commercial, Territories: q.Use.Territories, Media: q.Use.Media, Unplaced: q.Use.Deriving,
	}
	if q.Use.For > 0 {
		until := w.ctx.BlockTime().Add(q.Use.For)
		use.Until = &until
	}
	return &licensetypes.QueryCheckRightsRequest{
		Work: w.work(q.Work).String(), Use: use, Licensee: bechIf(q.By), Permission: w.permission(q.Permission), Derivative: w.work(q.Derivative),
	}
}
