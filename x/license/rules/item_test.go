package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/license/rules"
)

// anything permits all there is, for money too.
var anything = rules.Terms{
	Commercial: true, Derivatives: rules.DerivativesAllowed, Training: rules.Allow, Input: rules.Allow, Search: rules.Allow,
}

// holding is a grant that pinned so many withdrawals.
func holding(id string, withdrawals uint64) rules.Alternative {
	return rules.Alternative{ID: id, Terms: anything, Granted: true, Withdrawals: withdrawals}
}

// leftOut is how many withdrawals an answer says bind the use; 0: it does not say any.
func leftOut(t *testing.T, d rules.Decision) (number uint64) {
	for _, o := range d.Obligations {
		if o.Duty == rules.LeaveOut {
			require.Zero(t, number, "twice")
			require.Positive(t, o.Withdrawals)
			require.Equal(t, rules.Obligation{Duty: rules.LeaveOut, Withdrawals: o.Withdrawals}, o)
			number = o.Withdrawals
		}
	}
	return number
}

// An item that was taken back is denied by all but grants that pinned the list before, whatever else permits it.
func TestAnItemThatWasTakenBack(t *testing.T) {
	at := now.Add(-time.Hour)
	free := rules.Alternative{ID: "free", Terms: anything}
	sold := rules.Alternative{ID: "sold", Terms: anything, Priced: true}
	for name, c := range map[string]struct {
		work    rules.Work
		verdict rules.Verdict
		rely    string
	}{
		"everybody's":    {rules.Work{Alternatives: []rules.Alternative{free}}, rules.Denied, ""},
		"for sale":       {rules.Work{Alternatives: []rules.Alternative{sold}}, rules.Denied, ""},
		"own":            {rules.Work{Own: true}, rules.Denied, ""},
		"nothing":        {rules.Work{}, rules.Denied, ""},
		"older grant":    {rules.Work{Alternatives: []rules.Alternative{free, holding("old", 2)}}, rules.Allowed, "old"},
		"grant of then":  {rules.Work{Alternatives: []rules.Alternative{free, holding("then", 3)}}, rules.Denied, ""},
		"younger grant":  {rules.Work{Alternatives: []rules.Alternative{holding("new", 5)}}, rules.Denied, ""},
		"both":           {rules.Work{Alternatives: []rules.Alternative{holding("a", 4), holding("b", 0)}}, rules.Allowed, "b"},
		"an offer's pin": {rules.Work{Alternatives: []rules.Alternative{{ID: "free", Terms: anything, Withdrawals: 1}}}, rules.Denied, ""},
		"invalid":        {rules.Work{Status: rules.Invalidated, Alternatives: []rules.Alternative{holding("old", 0)}}, rules.Denied, ""},
	} {
		t.Run(name, func(t *testing.T) {
			work := c.work
			work.Withdrawals = 6
			use := rules.Use{Action: rules.Copy}
			without := rules.Decide(work, use, now)
			work.Item = &rules.Item{}
			require.Equal(t, without, rules.Decide(work, use, now), "an item that stays is as the work")
			work.Item = &rules.Item{Withdrawal: 3, At: at}
			d := rules.Decide(work, use, now)
			require.Equal(t, c.verdict, d.Verdict)
			if c.verdict == rules.Allowed {
				require.Equal(t, c.rely, d.Rely.ID)
				require.Empty(t, d.Reasons)
				return
			}
			require.Empty(t, d.Obtain, "a grant does not help")
			require.Empty(t, d.Obligations)
			if work.Status != rules.Invalidated {
				require.Contains(t, d.Reasons, rules.Reason{Code: rules.ItemWithdrawn, At: at, Withdrawal: 3})
				work.Item.Withdrawal = 1
				require.Contains(t, rules.Decide(work, use, now).Reasons, rules.Reason{Code: rules.ItemWithdrawn, At: at, Withdrawal: 1})
			}
		})
	}
}

// What has to be left out is told by what is relied on: the list of today, or that of the grant.
func TestWhatIsLeftOut(t *testing.T) {
	free, use := rules.Alternative{ID: "free", Terms: anything, Withdrawals: 9}, rules.Use{Action: rules.TrainAI}
	for name, c := range map[string]struct {
		work rules.Work
		want uint64
	}{
		"everybody's":     {rules.Work{Withdrawals: 4, Alternatives: []rules.Alternative{free}}, 4},
		"own":             {rules.Work{Withdrawals: 4, Own: true}, 4},
		"for sale":        {rules.Work{Withdrawals: 4, Alternatives: []rules.Alternative{{ID: "sold", Terms: anything, Priced: true}}}, 4},
		"a grant":         {rules.Work{Withdrawals: 4, Alternatives: []rules.Alternative{holding("g", 3)}}, 3},
		"an older grant":  {rules.Work{Withdrawals: 4, Alternatives: []rules.Alternative{holding("g", 0)}}, 0},
		"the oldest":      {rules.Work{Withdrawals: 4, Alternatives: []rules.Alternative{holding("a", 3), holding("b", 1), holding("c", 2)}}, 1},
		"denied":          {rules.Work{Withdrawals: 4}, 0},
		"none taken back": {rules.Work{Alternatives: []rules.Alternative{free}}, 0},
		"one":             {rules.Work{Withdrawals: 1, Alternatives: []rules.Alternative{free}}, 1},
	} {
		require.Equal(t, c.want, leftOut(t, rules.Decide(c.work, use, now)), name)
	}
}

// What the terms say that an item was given under stands beside what the work permits: all that they answer of the item itself, and of
// what is made of it as of an item of a collection.
func TestTermsOfAnItem(t *testing.T) {
	type terms = rules.Terms
	with := func(change func(*terms)) terms {
		own := anything
		change(&own)
		return own
	}
	noTraining := with(func(t *terms) { t.Training = rules.Deny })
	noSearch := with(func(t *terms) { t.Search = rules.Deny })
	private := with(func(t *terms) { t.Commercial = false })
	approved := with(func(t *terms) { t.Approval, t.ApprovalDirect = true, true })
	whole := with(func(t *terms) { t.Derivatives = rules.DerivativesNone })
	inGermany := with(func(t *terms) { t.Territories = "DE" })
	toTrain := with(func(t *terms) { t.Uses = rules.Actions(0).With(rules.TrainAI) })
	credited := with(func(t *terms) { t.Attribution = true })
	work := rules.Work{Alternatives: []rules.Alternative{{ID: "free", Terms: anything}}}
	decide := func(own terms, u rules.Use) rules.Decision {
		w := work
		w.Item = new(rules.Item)
		for _, d := range rules.ItemDemands("data", "own", own, u) {
			c := rules.Constraint{Demand: d, Unserved: true}
			if d.AsksAtSource(u) {
				c.AtSource = &rules.Decision{Verdict: rules.Denied}
			}
			w.Item.Constraints = append(w.Item.Constraints, c)
		}
		return rules.Decide(w, u, now)
	}
	for name, c := range map[string]struct {
		own  terms
		use  rules.Use
		code rules.Code
	}{
		"the same":           {anything, rules.Use{Action: rules.TrainAI, Commercial: true}, ""},
		"no training":        {noTraining, rules.Use{Action: rules.TrainAI}, rules.TrainingDenied},
		"but copies":         {noTraining, rules.Use{Action: rules.Copy}, ""},
		"no search":          {noSearch, rules.Use{Action: rules.SearchIndex}, rules.SearchDenied},
		"not for money":      {private, rules.Use{Action: rules.Distribute, Commercial: true}, rules.NonCommercialSource},
		"privately":          {private, rules.Use{Action: rules.Distribute}, ""},
		"adapted for money":  {private, rules.Use{Action: rules.Adapt, Commercial: true}, rules.NonCommercialSource},
		"approval to adapt":  {approved, rules.Use{Action: rules.Adapt}, rules.NeedsApproval},
		"approval, a copy":   {approved, rules.Use{Action: rules.Copy}, ""},
		"no derivatives":     {whole, rules.Use{Action: rules.Adapt}, rules.NoDerivatives},
		"only in one place":  {inGermany, rules.Use{Action: rules.Perform}, rules.TerritoryNotCovered},
		"only for some uses": {toTrain, rules.Use{Action: rules.Perform}, rules.UseNotCovered},
	} {
		d := decide(c.own, c.use)
		if c.code == "" {
			require.Equal(t, rules.Allowed, d.Verdict, name)
			continue
		}
		require.NotEqual(t, rules.Allowed, d.Verdict, name)
		require.Equal(t, c.code, d.Reasons[0].Code, name)
		require.Equal(t, "data", d.Reasons[0].Source, name)
		require.Equal(t, "own", d.Reasons[0].Terms, name)
	}
	// What is made of it may be copied, not the item itself.
	toAdapt := with(func(t *terms) { t.Uses = rules.Making })
	require.Empty(t, rules.ItemRefusals("data", "own", toAdapt, rules.Use{Action: rules.Adapt}))
	require.Empty(t, rules.ItemRefusals("data", "own", anything, rules.Use{Action: rules.Copy}))
	refusals := rules.ItemRefusals("data", "own", toAdapt, rules.Use{Action: rules.Copy})
	require.Equal(t, []rules.Reason{{Code: rules.UseNotCovered, Source: "data", Terms: "own"}}, refusals)
	for _, own := range []bool{false, true} {
		work.Own, work.Item = own, &rules.Item{Refusals: refusals}
		require.Equal(t, refusals, rules.Decide(work, rules.Use{Action: rules.Copy}, now).Reasons)
	}
	work.Own = false
	// Credit of the item is not cut, however many others there are.
	for i := range rules.MaxCredits {
		credit := rules.Demand{Kind: rules.Attribution, Source: string(rune('a' + i))}
		work.Constraints = append(work.Constraints, rules.Constraint{Demand: credit})
	}
	d := decide(credited, rules.Use{Action: rules.Copy})
	require.Equal(t, rules.Obligation{Duty: rules.Credit, Source: "data", TermsID: "own"}, d.Obligations[0])
	require.True(t, d.Obligations[len(d.Obligations)-1].Incomplete)
	// Of one's own work too, and where a grant is older than what the work took on.
	work = rules.Work{Own: true}
	require.Equal(t, rules.Denied, decide(noTraining, rules.Use{Action: rules.TrainAI}).Verdict)
	require.Len(t, decide(credited, rules.Use{Action: rules.Copy}).Obligations, 1)
	work = rules.Work{Alternatives: []rules.Alternative{{ID: "g", Terms: anything, Granted: true, Pinned: true}}}
	require.Equal(t, rules.Denied, decide(noTraining, rules.Use{Action: rules.TrainAI}).Verdict)
	require.Len(t, decide(credited, rules.Use{Action: rules.Copy}).Obligations, 1)
	// Terms that nobody published permit nothing.
	work = rules.Work{Alternatives: []rules.Alternative{{ID: "free", Terms: anything}}, Item: &rules.Item{TermsUnknown: true}}
	unknown := rules.Decide(work, rules.Use{Action: rules.Copy}, now)
	require.Equal(t, rules.Denied, unknown.Verdict)
	require.Equal(t, []rules.Reason{{Code: rules.ItemTermsUnknown}}, unknown.Reasons)
}

// What terms ask in return, nobody has of the item under others.
func TestAnItemIsHadUnderItsOwnTerms(t *testing.T) {
	adapt, copied, train := rules.Use{Action: rules.Adapt}, rules.Use{Action: rules.Copy}, rules.Use{Action: rules.TrainAI}
	for name, c := range map[string]struct {
		change func(*rules.Terms)
		asks   []rules.Use
		gives  []rules.Use
	}{
		"a fee":       {func(t *rules.Terms) { t.Fee = "5uusdc" }, []rules.Use{adapt, copied, train}, nil},
		"a term":      {func(t *rules.Terms) { t.Duration = time.Hour }, []rules.Use{adapt, copied, train}, nil},
		"a number":    {func(t *rules.Terms) { t.MaxGrants = 1 }, []rules.Use{adapt, copied, train}, nil},
		"alone":       {func(t *rules.Terms) { t.Exclusivity = rules.Exclusive }, []rules.Use{adapt, copied, train}, nil},
		"a royalty":   {func(t *rules.Terms) { t.Rate = 1 }, []rules.Use{adapt, train, {Action: rules.AIInput}}, []rules.Use{copied}},
		"a payment":   {func(t *rules.Terms) { t.Training = rules.Paid }, []rules.Use{train}, []rules.Use{adapt, copied}},
		"credit":      {func(t *rules.Terms) { t.Attribution = true }, nil, []rules.Use{adapt, copied, train}},
		"an approval": {func(t *rules.Terms) { t.Approval = true }, nil, []rules.Use{adapt, copied, train}},
	} {
		own := anything
		c.change(&own)
		for _, u := range c.asks {
			require.True(t, own.AsksInReturn(u), "%s %d", name, u.Action)
		}
		for _, u := range c.gives {
			require.False(t, own.AsksInReturn(u), "%s %d", name, u.Action)
		}
	}
	sold := anything
	sold.Rate = 100_000
	free := rules.Alternative{ID: "free", Terms: anything}
	given := &rules.Item{Under: &rules.Given{TermsID: "own", Terms: sold}}
	w := rules.Work{Item: given, Alternatives: []rules.Alternative{free, holding("g", 0)}}
	d := rules.Decide(w, adapt, now)
	require.Equal(t, rules.Denied, d.Verdict)
	require.Equal(t, []rules.Reason{{Code: rules.NotOffered, Permission: "own"}}, d.Reasons)
	w.Alternatives = append(w.Alternatives, rules.Alternative{ID: "own", Terms: sold})
	d = rules.Decide(w, adapt, now)
	require.Equal(t, rules.Allowed, d.Verdict)
	require.Equal(t, "own", d.Rely.ID)
	require.Contains(t, d.Obligations, rules.Obligation{Duty: rules.OweRoyalty})
	require.Len(t, w.Alternatives, 3, "the work's are as they were")
	require.Equal(t, "g", w.Alternatives[1].ID)
	require.Equal(t, rules.Allowed, rules.Decide(rules.Work{Own: true, Item: w.Item}, adapt, now).Verdict)
}

// What somebody has under an item's own terms was approved when it was given: no approval is asked again.
func TestAGrantUnderAnItemsTermsAsksNoApproval(t *testing.T) {
	own := anything
	own.Approval, own.ApprovalDirect = true, true
	u := rules.Use{Action: rules.Adapt}
	item := new(rules.Item)
	for _, d := range rules.ItemDemands("data", "own", own, u) {
		item.Constraints = append(item.Constraints, rules.Constraint{Demand: d, AtSource: &rules.Decision{Verdict: rules.Denied}})
	}
	require.NotEmpty(t, item.Constraints)
	under := rules.Alternative{ID: "g", Terms: own, Granted: true}
	w := rules.Work{Item: item, Alternatives: []rules.Alternative{under}}
	require.Equal(t, rules.Allowed, rules.Decide(w, u, now).Verdict)
	w.Alternatives = []rules.Alternative{holding("g", 0)}
	d := rules.Decide(w, u, now)
	require.Equal(t, rules.NeedsAGrant, d.Verdict)
	require.Equal(t, rules.NeedsApproval, d.Reasons[0].Code)
	require.False(t, item.Constraints[0].Approved, "what was asked stays as it was")
}

// Who asks owners something: what is held by a grant asks its owner of what makes something of it, and of nothing else.
func TestAsksOwnerOfAnItemByGrant(t *testing.T) {
	byGrant := rules.Demand{Kind: rules.ItemByGrant, Contained: true, Terms: anything}
	require.True(t, byGrant.AsksOwner(rules.Use{Action: rules.Adapt}))
	require.False(t, byGrant.AsksOwner(rules.Use{Action: rules.Copy}))
	byGrant.Contained = false
	require.False(t, byGrant.AsksOwner(rules.Use{Action: rules.TrainAI}))
	require.True(t, byGrant.AsksOwner(rules.Use{Action: rules.Adapt}))
	for _, kind := range []rules.Kind{rules.Attribution, rules.Scope, rules.ShareAlike, rules.Uses} {
		require.False(t, rules.Demand{Kind: kind, Terms: anything}.AsksOwner(rules.Use{Action: rules.Adapt}), kind)
	}
}
