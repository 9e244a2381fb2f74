package reasons

import (
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
)

// denied is the row of what the terms, or the work itself, do not permit.
func denied(code rules.Code, sentence, remedy string) Reason {
	return Reason{Code: code, Sentence: sentence, Remedy: remedy, Err: types.ErrNotPermitted}
}

// conflict is the row of what sources demand against an offer or each other.
func conflict(code rules.Code, sentence, remedy string) Reason {
	return Reason{Code: code, Sentence: sentence, Remedy: remedy, Err: types.ErrConflict}
}

// failing is the row of a code with an error of its own.
func failing(err error, code rules.Code, sentence, remedy string) Reason {
	return Reason{Code: code, Sentence: sentence, Remedy: remedy, Err: err}
}

// asking is the row of what can be obtained.
func asking(err error, code rules.Code, sentence, remedy string) Reason {
	return Reason{Code: code, Asks: true, Sentence: sentence, Remedy: remedy, Err: err}
}

// table has the rows by what they are about.
var table = []Reason{
	// What the terms say to the use.
	denied(rules.NoDerivatives, "the terms do not allow anything to be made from the work", otherOffer),
	denied(rules.TrainingDenied, "the terms do not allow AI models to be trained on the work", otherOffer),
	denied(rules.InputDenied, "the terms do not allow the work as input to AI systems", otherOffer),
	denied(rules.SearchDenied, "the terms do not allow the work to be indexed for search", otherOffer),
	denied(rules.UseNotCovered, "the terms are about other uses", otherOffer),
	denied(rules.NonCommercialTerms, "the terms forbid commercial use", otherOffer),
	denied(rules.TerritoryNotCovered, "the terms do not cover all of the territories",
		"use it where the terms apply, or look for another offer"),
	denied(rules.MediumNotCovered, "the terms do not cover all of the media",
		"use it in the media that the terms name, or look for another offer"),
	denied(rules.EndsBeforeUse, "the permission ends before the use does",
		"end the use before, or renew what ends before you go on"),

	// What is offered and granted.
	failing(types.ErrOfferNotFound, rules.NotOffered, "the work is not offered under these terms, or under any",
		"list the work's offers and pick one, or ask its owner for an offer"),
	denied(rules.NotRegistered, "nobody has registered it", "ask whoever made it; nothing is known here of any "+
		"permission, and nothing of a denial"),
	failing(types.ErrOfferExpired, rules.OfferExpired, "the offer has ended", "ask the owner to renew it"),
	failing(types.ErrOfferPaused, rules.OfferPaused, "the owner has paused the offer", "ask the owner to resume it"),
	failing(types.ErrNotLicensee, rules.NotLicensee, "the offer names its licensees, and they are others",
		"ask the owner to name you, or take another offer"),
	asking(types.ErrPermissionNeeded, rules.NeedsGrant, "a grant has to be acquired", "acquire a grant and name it"),
	asking(types.ErrApprovalNeeded, rules.NeedsApproval, "the owner has to approve you, or the derivative, first",
		"ask the owner, or the second approver that the terms may name, to approve you or your derivative, and name the derivative"),
	asking(types.ErrPermissionNeeded, rules.NeedsPermission, "a permission has to be named",
		"name a grant (grant1...) or the terms of a public offer (terms1...)"),
	failing(types.ErrGrantsExhausted, rules.GrantsExhausted, "all grants under these terms were given, or more run "+
		"than one can be held against",
		otherOffer),
	denied(rules.ItemsByGrant, "more items of the collection need a grant of their own than can be listed",
		"make it of the items themselves, under permissions of theirs"),
	failing(types.ErrExclusive, rules.ExclusiveGranted,
		"a grant is in force that keeps others out where this overlaps with it, or that this would keep out",
		"wait for its end, or keep to other territories, media or uses"),
	failing(types.ErrExclusive, rules.IrrevocableOffered,
		"everybody was offered a licence that cannot be taken back, so no grant can keep anybody out",
		"offer terms that are not exclusive"),
	failing(types.ErrGrantExpired, rules.GrantExpired, "the grant has ended", "renew it, or acquire another"),
	failing(types.ErrUsesExhausted, rules.UsesExhausted, "all uses that the grant pays for are counted",
		"renew it, which adds as many again, or acquire another, with a serial of its own"),
	failing(types.ErrGrantUsed, rules.GrantUsed, "the grant serves no further derivative",
		"acquire another, with a serial of its own"),

	// Where the work stands.
	failing(types.ErrWorkUnavailable, rules.WorkWithdrawn, "the owner has withdrawn the work: no new grants are given",
		"rely on a grant that you have, or on a licence that cannot be taken back, or ask the owner"),
	failing(types.ErrWorkUnavailable, rules.WorkDisputed, "the work is disputed",
		"wait for the ruling, or rely on a grant that you have"),
	failing(types.ErrWorkUnavailable, rules.WorkInvalidated, "the work was ruled invalid",
		"look at its page for the work whose claim holds"),

	// Where an item of a work's manifest stands.
	failing(types.ErrWorkUnavailable, rules.ItemWithdrawn, "whoever contributed the item has taken it back",
		"leave it out, or rely on a grant of the work that is older"),
	denied(rules.ItemTermsUnknown, "the item was given under terms that nobody has published", "ask the owner of the work to publish them"),
	denied(rules.NoManifest, "the work has no manifest, and so no items", "ask about the content by itself"),

	// What the sources of a work demand of its use.
	conflict(rules.NonCommercialSource, "a work that it was made from forbids commercial use", askSource),
	failing(types.ErrSourceExpired, rules.SourceExpired, "the permission of a work that it was made from has ended",
		"its licensee renews that grant, and everything made under it may be used again"),
	failing(types.ErrSourceUnapproved, rules.UnapprovedSource,
		"the owners of later sources have not approved them, so it takes no new offers and grants, and no derivations under offers",
		"wait until they approve; an older grant serves, and other uses go on"),
	failing(types.ErrCeilingReached, rules.CeilingReached, "the work has taken in more than a work that it was made from allows",
		"ask the owner of that work for other terms"),

	// What they demand of what it is offered under.
	conflict(rules.AttributionSource, "a work that it was made from has to be credited, which the terms do not ask for",
		"offer it under terms that ask for credit"),
	conflict(rules.ShareAlikeSource,
		"a work that it was made from demands that whatever is made from it is offered under its own terms", otherTerms),
	conflict(rules.OwesRoyalty, "the terms allow no further restriction, and the work owes royalties",
		"offer it under terms that allow royalties"),
	conflict(rules.ScopeSource, "a work that it was made from may be used in some territories and media only",
		"offer it for no more than these"),
	conflict(rules.CeilingSource,
		"a work that it was made from limits what may be earned, and the terms allow no further restriction", otherTerms),
	conflict(rules.DenomNotTaken,
		"a work that it was made from sets a ceiling on what it earns, and nothing is asked in a denom that the ceiling has",
		"ask for a price in one of these denoms"),
	conflict(rules.ExpiringSource,
		"the permission of a work that it was made from ends, and the terms allow no further restriction", otherTerms),
	conflict(rules.ExclusiveSource, "others rely on the work already, and somebody has uses of the source exclusively",
		"declare the source under a grant of it, once that grant has ended, or of another work"),
	conflict(rules.UsesSource, "a work that it was made from denies some of the uses", "offer it for the other uses"),
	conflict(rules.PaidSource,
		"a work that it was made from makes some uses paid, and the terms allow no further restriction", otherTerms),
	conflict(rules.ApprovalSource,
		"a work that it was made from asks for its owner's approval, and the terms allow no further restriction", otherTerms),

	// Sources that do not go together.
	conflict(rules.ShareAlikeConflict, "two works that it is made from demand different terms", leaveOne),
	conflict(rules.ShareAlikeNonCommercial,
		"one work that it is made from demands terms that allow commercial use, another forbids it", leaveOne),
	conflict(rules.ShareAlikeLimits,
		"one work that it is made from demands terms that allow no further restriction, another sets a limit", leaveOne),
	conflict(rules.ShareAlikeRoyalty,
		"a work that it is made from demands terms that allow no royalty, and royalties are owed", leaveOne),
	conflict(rules.ScopeConflict,
		"what the works that it is made from allow has no territory or no medium in common", leaveOne),
	conflict(rules.CeilingConflict,
		"the ceilings on what it may earn have no denom in common, so it could be paid in none", leaveOne),
}
