package termspec

import (
	"strings"

	"github.com/stemma-chain/stemma/x/license/names"
	"github.com/stemma-chain/stemma/x/license/rules"
)

// fields is the table.
var fields = []Field{
	{
		Name:    "spdx",
		Help:    "SPDX licence expression; LicenseRef-... for terms of your own. Required.",
		Example: "LicenseRef-My-Terms", Tried: []string{"licence", "license", "name"},
		Of:      func(t *Terms) any { return Licence(&t.Spdx) },
		Samples: []string{"LicenseRef-A", "LicenseRef-B", "LicenseRef-A AND LicenseRef-B"},
		Check:   func(t Terms) error { return checkSPDX(t.Spdx) }, Keep: mayDiffer,
		View: func(t Terms, r *rules.Terms) { r.Licence = t.Spdx },
		// Whatever the name stands for, a share-alike demand asks for it.
		Demands: []rules.Kind{rules.ShareAlike}, Say: sayLicence,
		Export: Export{RSL: "by its text", Robots: noWord, TDMRep: noWord, Schema: "by its text"},
	},
	{
		Name:    "uri",
		Help:    "Where the legal text is, if there is one. The text governs then.",
		Example: "https://example.org/my-terms.txt", Tried: []string{"url"},
		Of:      func(t *Terms) any { return &t.Uri },
		Samples: []string{"https://example.org/a", "ipfs://b?c=d&e"},
		Check:   func(t Terms) error { return checkURI(t.Uri) }, Keep: mayDiffer,
		View: notRead, Say: sayText,
		Export: Export{RSL: "`<standard>`", Robots: noWord, TDMRep: noWord, Schema: "`license`, of public offers"},
	},
	{
		Name:    "uri_sha256",
		Help:    "SHA-256 of the legal text, 64 hex digits (sha256sum prints it).",
		Example: strings.Repeat("0", 64), Tried: []string{"sha256"},
		Of:      func(t *Terms) any { return &t.UriSha256 },
		Samples: []string{strings.Repeat("ab", 32), strings.Repeat("0", 63) + "7"},
		Check:   func(t Terms) error { return checkDigest(t.UriSha256) }, Keep: mayDiffer,
		View: viewText, Say: silent, // beside the uri
		Demands: []rules.Kind{rules.ShareAlike},
		Export:  Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name:     "blanked_sha256",
		Help:     "What governance leaves of a uri that it takes away.",
		Example:  strings.Repeat("0", 64),
		Internal: true,
		Of:       func(t *Terms) any { return &t.BlankedSha256 },
		Samples:  []string{strings.Repeat("0a", 32)},
		Check:    func(t Terms) error { return checkDigest(t.BlankedSha256) }, Keep: mayDiffer,
		View: notRead, Say: silent, // in place of the uri
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name: "uses",
		Help: "What the terms are about: " + strings.Join(ActionEnum.Choices(), ", ") +
			". They permit nothing else. Left out: every use that is not excluded below.",
		Example: "[train-ai]", Tried: []string{"use", "actions"},
		Of:        func(t *Terms) any { return &t.Uses },
		Check:     func(t Terms) error { return checkUses(t.Uses) },
		Keep:      keepUnset("be empty", commercialClause),
		Restricts: true,
		View: func(t Terms, r *rules.Terms) {
			for _, use := range t.Uses {
				r.Uses = r.Uses.With(rules.Action(use))
			}
		},
		Demands: []rules.Kind{rules.Uses}, Say: sayUses,
		Export: Export{RSL: "what is left out is prohibited", Robots: reserved, TDMRep: reserved, Schema: byText},
	},
	{
		Name:    "commercial_use",
		Help:    "May the work, and what is made from it, be used commercially?",
		Example: "true", Tried: []string{"commercial"},
		Of:    func(t *Terms) any { return &t.CommercialUse },
		Check: anyValue, Keep: keepCommercial,
		View:    func(t Terms, r *rules.Terms) { r.Commercial = t.CommercialUse },
		Demands: []rules.Kind{rules.NonCommercial}, Say: sayCommercial,
		Export: Export{
			RSL: "`<permits type=\"user\">non-commercial`", Robots: "reserved unless permitted",
			TDMRep: "reserved unless permitted", Schema: byText,
		},
	},
	{
		Name:    "attribution",
		Help:    "Must the work be credited?",
		Example: "true", Tried: []string{"credit"},
		Of:    func(t *Terms) any { return &t.Attribution },
		Check: anyValue, Keep: keepAttribution,
		View:    func(t Terms, r *rules.Terms) { r.Attribution = t.Attribution },
		Demands: []rules.Kind{rules.Attribution}, Say: sayAttribution,
		Export: Export{
			RSL: "`<payment type=\"attribution\">`", Robots: "reserved; search permits, as it links",
			TDMRep: "reserved; search as left", Schema: "`creditText`",
		},
	},
	{
		Name:    "derivatives",
		Help:    "What may be made from the work: none, allowed, or share-alike (to be offered under these same terms only).",
		Example: "allowed", Tried: []string{"adaptations", "sharealike"},
		Of:    func(t *Terms) any { return Choice{derivativesEnum, (*int32)(&t.Derivatives)} },
		Check: func(t Terms) error { return derivativesEnum.check(int32(t.Derivatives)) }, Keep: keepDerivatives,
		View:    func(t Terms, r *rules.Terms) { r.Derivatives = rules.Derivatives(t.Derivatives) },
		Demands: []rules.Kind{rules.ShareAlike, rules.ShareAlikeAny, rules.Uses}, Say: sayDerivatives,
		Export: Export{
			RSL: "share-alike by `<standard>`, with attribution; else reserved", Robots: reserved, TDMRep: reserved, Schema: byText,
		},
	},
	{
		Name:    "derivative_approval",
		Help:    "Does the owner approve each licensee, or each derivative?",
		Example: "true", Tried: []string{"approval"},
		Of:    func(t *Terms) any { return &t.DerivativeApproval },
		Check: anyValue, Keep: keepUnset("be unset", freeClause),
		Restricts: true,
		View:      func(t Terms, r *rules.Terms) { r.Approval = t.DerivativeApproval },
		Demands:   []rules.Kind{rules.Approval}, Say: sayApproval,
		Export: Export{RSL: "`needs_approval` in `<accepts>`", Robots: reserved, TDMRep: reserved, Schema: noWord},
	},
	{
		Name: "approval_direct",
		Help: "Is the approval asked only for what is made from the work itself? Left out: also for what is made " +
			"from that, at any depth.",
		Example: "true", Tried: []string{"direct", "approvalpassedon"},
		Of:    func(t *Terms) any { return &t.ApprovalDirect },
		Check: anyValue, Keep: keepUnset("be unset", freeClause),
		View:    func(t Terms, r *rules.Terms) { r.ApprovalDirect = t.ApprovalDirect },
		Demands: []rules.Kind{rules.Approval}, Say: silent, // with the approval
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name:    "second_approver",
		Help:    "An account that may approve in place of the owner, such as a collecting society's or a publisher's.",
		Example: "ADDRESS", Tried: []string{"approver", "approvers"},
		Of:    func(t *Terms) any { return Account(&t.SecondApprover) },
		Check: func(t Terms) error { return checkAccount(t.SecondApprover) }, Keep: keepUnset("be empty", freeClause),
		View:    func(t Terms, r *rules.Terms) { r.SecondApprover = t.SecondApprover },
		Demands: []rules.Kind{rules.Approval}, Say: silent, // with the approval
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name:    "ai_training",
		Help:    "Training AI models: allow, deny, or paid (a grant with a price is needed). Left out: as derivatives.",
		Example: "deny", Tried: []string{"training", "trainai"},
		Of:    func(t *Terms) any { return Choice{permissionEnum, (*int32)(&t.AiTraining)} },
		Check: func(t Terms) error { return permissionEnum.check(int32(t.AiTraining)) }, Keep: keepTraining,
		View:    func(t Terms, r *rules.Terms) { r.Training = rules.Permission(t.AiTraining) },
		Demands: []rules.Kind{rules.Uses, rules.PaidUses}, Say: sayTraining,
		Export: Export{RSL: "`ai-train`", Robots: "`train-ai`", TDMRep: "part of mining", Schema: noWord},
	},
	{
		Name:    "ai_input",
		Help:    "Generation with the work as input, and grounding: allow, deny, or paid. Left out: as derivatives.",
		Example: "paid", Tried: []string{"input"},
		Of:      func(t *Terms) any { return Choice{permissionEnum, (*int32)(&t.AiInput)} },
		Check:   func(t Terms) error { return permissionEnum.check(int32(t.AiInput)) },
		Keep:    keepAnswer(func(t Terms) Permission { return t.AiInput }),
		View:    func(t Terms, r *rules.Terms) { r.Input = rules.Permission(t.AiInput) },
		Demands: []rules.Kind{rules.Uses, rules.PaidUses}, Say: sayInput,
		Export: Export{RSL: "`ai-input`", Robots: "`Content-Signal: ai-input=no`", TDMRep: "part of mining", Schema: noWord},
	},
	{
		Name:    "search",
		Help:    "Indexing for search: allow, deny, or paid. Left out: allowed.",
		Example: "allow", Tried: []string{"index", "indexing"},
		Of:      func(t *Terms) any { return Choice{permissionEnum, (*int32)(&t.Search)} },
		Check:   func(t Terms) error { return permissionEnum.check(int32(t.Search)) },
		Keep:    keepAnswer(func(t Terms) Permission { return t.Search }),
		View:    func(t Terms, r *rules.Terms) { r.Search = rules.Permission(t.Search) },
		Demands: []rules.Kind{rules.Uses, rules.PaidUses}, Say: saySearch,
		Export: Export{
			RSL: "`search`; unset: left out", Robots: "`search`; unset: left out",
			TDMRep: "part of mining; unset: left out", Schema: noWord,
		},
	},
	{
		Name: "royalty_policy",
		Help: "What derivatives owe: none; absolute (of the gross revenue of every descendant, at any depth); " +
			"relative (of what each derivative takes in).",
		Example: "absolute", Tried: []string{"policy"},
		Of:    func(t *Terms) any { return Choice{policyEnum, (*int32)(&t.RoyaltyPolicy)} },
		Check: func(t Terms) error { return policyEnum.check(int32(t.RoyaltyPolicy)) },
		Keep:  keepUnset("be none", freeClause), Restricts: true,
		View: func(t Terms, r *rules.Terms) { r.Policy = int32(t.RoyaltyPolicy) }, Say: sayRoyalty,
		Export: Export{RSL: "`<payment type=\"training\">` or `use`", Robots: reserved, TDMRep: "`compensate`", Schema: noWord},
	},
	{
		Name:    "royalty_rate",
		Help:    "The rate of that royalty, with up to four decimals.",
		Example: "5%", Tried: []string{"rate"},
		Of:    func(t *Terms) any { return Rate(&t.RoyaltyRate) },
		Check: checkRate, Keep: mayDiffer, // the policy may not, and without one there is no rate
		View: func(t Terms, r *rules.Terms) { r.Rate = t.RoyaltyRate }, Say: silent, // with the policy
		Export: Export{RSL: "`royalty_ppm` in `<accepts>`", Robots: reserved, TDMRep: noWord, Schema: noWord},
	},
	{
		Name:    "grant_fee",
		Help:    "Price of a grant: alternatives, one a denom, in its smallest unit. An offer may ask for more.",
		Example: "[5000000uusdc, 1000000ustem]", Tried: []string{"price", "fee"},
		Of:    func(t *Terms) any { return &t.GrantFee },
		Check: func(t Terms) error { return CheckPrices(t.GrantFee) }, Keep: keepUnset("be empty", freeClause),
		View: func(t Terms, r *rules.Terms) { r.Fee = t.GrantFee.String() }, Say: sayFee,
		Export: Export{
			RSL: "`<payment type=\"purchase\">`, `<accepts>`", Robots: reserved, TDMRep: "`obtainConsent`, `compensate`",
			Schema: "`acquireLicensePage`",
		},
	},
	{
		Name:    "use_price",
		Help:    "Price of each use where ai_input or search is paid: alternatives, one a denom.",
		Example: "[100uusdc]", Tried: []string{"priceperuse"},
		Of:    func(t *Terms) any { return &t.UsePrice },
		Check: func(t Terms) error { return CheckPrices(t.UsePrice) }, Keep: keepUnset("be empty", freeClause),
		View:    func(t Terms, r *rules.Terms) { r.UsePrice = t.UsePrice.String() },
		Demands: []rules.Kind{rules.PaidUses}, Say: sayUsePrice,
		Export: Export{
			RSL: "AI input: `<payment type=\"use\">`, `<accepts>`; search: prohibited", Robots: reserved, TDMRep: reserved, Schema: noWord,
		},
	},
	{
		Name: "revenue_ceiling",
		Help: "Most that a derivative may take in before commercial use ends: one amount for each denom in which it may be paid, " +
			"each counted by itself. It takes no payments in other denoms.",
		Example: "[1000000000uusdc]", Tried: []string{"ceiling"},
		Of:    func(t *Terms) any { return &t.RevenueCeiling },
		Check: func(t Terms) error { return CheckPrices(t.RevenueCeiling) }, Keep: keepUnset("be empty", commercialClause), Restricts: true,
		View:    func(t Terms, r *rules.Terms) { r.Ceiling = t.RevenueCeiling.String() },
		Demands: []rules.Kind{rules.Ceiling}, Say: sayCeiling,
		Export: Export{
			RSL: "by `<standard>`, with attribution; else reserved", Robots: reserved, TDMRep: reserved, Schema: byText,
			// The permission to train ends for a model that has taken in too much.
			ByText: []Action{ACTION_TRAIN_AI},
		},
	},
	{
		Name:    "duration",
		Help:    "How long a grant lasts, in weeks, days, hours, minutes, seconds. Left out: for ever.",
		Example: "365d", Tried: []string{"term"},
		Of:    func(t *Terms) any { return &t.Duration },
		Check: checkDuration, Keep: keepUnset("be unset", func(c names.Clauses) string { return c.Irrevocable }),
		View: func(t Terms, r *rules.Terms) {
			if t.Duration != nil {
				r.Duration = *t.Duration
			}
		},
		// Not by itself: the end is the grant's, which the demand names.
		Demands: []rules.Kind{rules.Expires}, Say: sayDuration,
		Export: Export{RSL: "`max-age`, in days", Robots: "a comment", TDMRep: noWord, Schema: noWord},
	},
	{
		Name:    "territories",
		Help:    "Countries, by their ISO 3166-1 codes. Left out: everywhere.",
		Example: "[DE, FR]", Tried: []string{"countries", "country"},
		Of:      func(t *Terms) any { return &t.Territories },
		Samples: []string{"DE", "FR", "NO", "US"},
		Check:   func(t Terms) error { return checkList(t.Territories, MaxTerritories(), CheckTerritory) },
		Word:    CheckTerritory, Keep: keepUnset("be empty", freeClause),
		View: func(t Terms, r *rules.Terms) {
			r.Territories = strings.Join(t.Territories, ",")
			r.Places = rules.PlacesOf(r.Territories)
		},
		Demands: []rules.Kind{rules.Scope}, Say: sayTerritories,
		Export: Export{RSL: "`<permits type=\"geo\">`", Robots: reserved, TDMRep: reserved, Schema: byText},
	},
	{
		Name:    "media",
		Help:    "Media, in words of your choice. Left out: all.",
		Example: "[print, web]", Tried: []string{"medium"},
		Of:      func(t *Terms) any { return &t.Media },
		Samples: []string{"1", "print", "true", "web"},
		Check:   func(t Terms) error { return checkList(t.Media, MaxMedia, CheckMedium) },
		Word:    CheckMedium, Keep: keepUnset("be empty", freeClause),
		View:    func(t Terms, r *rules.Terms) { r.Media = strings.Join(t.Media, ",") },
		Demands: []rules.Kind{rules.Scope}, Say: sayMedia,
		Export: Export{RSL: "prohibited", Robots: reserved, TDMRep: reserved, Schema: byText},
	},
	{
		Name: "exclusivity",
		Help: "Whom a grant keeps from the same uses in the same territories and media while it lasts: none; " +
			"sole (other licensees); exclusive (the owner too).",
		Example: "sole", Tried: []string{"exclusive", "sole"},
		Of:    func(t *Terms) any { return Choice{exclusivityEnum, (*int32)(&t.Exclusivity)} },
		Check: func(t Terms) error { return exclusivityEnum.check(int32(t.Exclusivity)) },
		Keep:  keepUnset("be none", freeClause), Restricts: true,
		View: func(t Terms, r *rules.Terms) { r.Exclusivity = rules.Exclusivity(t.Exclusivity) }, Say: sayExclusivity,
		Export: Export{RSL: noWord, Robots: reserved, TDMRep: reserved, Schema: noWord},
	},
	{
		Name:    "derivatives_per_grant",
		Help:    "How many derivatives one grant serves: a number, or unlimited. Left out: one.",
		Example: "5", Tried: []string{"pergrant"},
		Of:    func(t *Terms) any { return Several(&t.DerivativesPerGrant) },
		Check: checkPerGrant, Keep: keepUnset("be unset", freeClause),
		View: func(t Terms, r *rules.Terms) { r.PerGrant = t.DerivativesPerGrant }, Say: sayPerGrant,
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name: "uses_per_grant",
		Help: "How many uses as input to AI or in search one grant pays for, where a grant pays for them. " +
			"Left out: they are not counted.",
		Example: "10", Tried: []string{"usespergrant", "counted"},
		Of:    func(t *Terms) any { return Number(&t.UsesPerGrant) },
		Check: checkUsesPerGrant, Keep: keepUnset("be unset", freeClause),
		View:    func(t Terms, r *rules.Terms) { r.UsesPerGrant = t.UsesPerGrant },
		Demands: []rules.Kind{rules.PaidUses}, Say: sayUsesPerGrant,
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name:    "transferable",
		Help:    "May a licensee pass a grant on?",
		Example: "true", Tried: []string{"transfer"},
		Of:    func(t *Terms) any { return &t.Transferable },
		Check: anyValue, Keep: mayDiffer,
		View: func(t Terms, r *rules.Terms) { r.Transferable = t.Transferable }, Say: sayTransferable,
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: noWord},
	},
	{
		Name:    "max_grants",
		Help:    "Most grants of one work under these terms, ever. Left out: no limit.",
		Example: "100", Tried: []string{"limit"},
		Of:    func(t *Terms) any { return &t.MaxGrants },
		Check: anyValue, Keep: keepUnset("be 0", freeClause),
		View: func(t Terms, r *rules.Terms) { r.MaxGrants = t.MaxGrants }, Say: sayNumber,
		Export: Export{RSL: noWord, Robots: reserved, TDMRep: reserved, Schema: noWord},
	},
	{
		Name: "no_further_restrictions",
		Help: "May nobody restrict further those who receive a copy or a derivative, " +
			"as in Creative Commons and copyleft licences?",
		Example: "true", Tried: []string{"nofurther"},
		Of:    func(t *Terms) any { return &t.NoFurtherRestrictions },
		Check: anyValue, Keep: keepNoFurther,
		View: func(t Terms, r *rules.Terms) { r.NoFurtherRestrictions = t.NoFurtherRestrictions }, Say: sayNoFurther,
		Export: Export{RSL: noWord, Robots: noWord, TDMRep: noWord, Schema: byText},
	},
}

// Where a column has nothing to say.

// anyValue: no value is wrong by itself.
func anyValue(Terms) error { return nil }

// mayDiffer: licences that people know by name leave it open.
func mayDiffer(Terms, bool, names.Facts, bool) (must, clause string) { return "", "" }

// viewText: two licences of one name that the table does not know are the same if their
// texts are.
func viewText(t Terms, view *rules.Terms) {
	if l, read := names.ReadValid(t.Spdx); !read || !l.Known() {
		view.Text = t.UriSha256
	}
}

// notRead: the rules do not read it.
func notRead(Terms, *rules.Terms) {}

// silent: another field's sentences have it.
func silent(Terms) Sentences { return Sentences{} }

const (
	// noWord: the format has no place for it.
	noWord = "-"
	// reserved: a use that it conditions is reserved.
	reserved = "reserved"
	// byText: only the licence text that the file names says it.
	byText = "by the licence text"
)
