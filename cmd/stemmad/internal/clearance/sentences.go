package clearance

import "github.com/stemma-chain/stemma/x/license/rules"

// sentences say each reason of the closed list in plain words. What the reason
// is about, an offer, a grant, an ancestor or a time, is printed behind it.
var sentences = map[rules.Code]string{
	rules.NoDerivatives:           "The terms do not allow anything to be made from the work",
	rules.TrainingDenied:          "The terms do not allow AI models to be trained on the work",
	rules.NeedsGrant:              "A grant has to be acquired",
	rules.NonCommercialSource:     "A work that it was made from forbids commercial use",
	rules.AttributionSource:       "A work that it was made from has to be credited, which the terms do not ask for",
	rules.ShareAlikeSource:        "A work that it was made from demands that whatever is made from it is offered under its own terms",
	rules.ShareAlikeConflict:      "Two works that it is made from demand different terms",
	rules.ShareAlikeNonCommercial: "One work that it is made from demands terms that allow commercial use, another forbids it",
	rules.ShareAlikeRoyalty:       "A work that it is made from demands terms that allow no royalty, and royalties are owed",
	rules.OwesRoyalty:             "The terms allow no further restriction, and the work owes royalties",
	rules.ScopeSource:             "A work that it was made from may be used in some territories and media only",
	rules.CeilingSource:           "A work that it was made from limits what may be earned, and the terms allow no further restriction",
	rules.ExpiringSource:          "The permission of a work that it was made from ends, and the terms allow no further restriction",
	rules.UsesSource:              "A work that it was made from denies some of the uses",
	rules.PaidSource:              "A work that it was made from makes some uses paid, and the terms allow no further restriction",
	rules.ApprovalSource:          "A work that it was made from asks for its owner's approval, and the terms allow no further restriction",
	rules.ShareAlikeLimits:        "One work that it is made from demands terms that allow no further restriction, another sets a limit",
	rules.ScopeConflict:           "What the works that it is made from allow has no territory or no medium in common",
	rules.UseNotCovered:           "The terms are about other uses",
	rules.NonCommercialTerms:      "The terms forbid commercial use",
	rules.InputDenied:             "The terms do not allow the work as input to AI systems",
	rules.SearchDenied:            "The terms do not allow the work to be indexed for search",
	rules.TerritoryNotCovered:     "The terms do not cover all of the territories",
	rules.MediumNotCovered:        "The terms do not cover all of the media",
	rules.EndsBeforeUse:           "The permission ends before the use does",
	rules.CeilingReached:          "The work has taken in more than a work that it was made from allows",
	rules.NotOffered:              "The work is not offered under any terms: ask its owner for an offer",
	rules.NotRegistered:           "Nobody has registered it",
	rules.OfferExpired:            "The offer has ended",
	rules.OfferPaused:             "The owner has paused the offer",
	rules.GrantExpired:            "The grant has ended: renew it",
	rules.GrantUsed:               "The grant serves no further derivative: acquire another",
	rules.NotLicensee:             "The offer is for other accounts, or the grant is another's",
	rules.NeedsApproval:           "The owner has to approve you, or the derivative, first",
	rules.NeedsPermission:         "A permission has to be named, a grant or an offer",
	rules.ExclusiveGranted:        "Somebody else's grant keeps others out where this overlaps with it, or others hold grants that this would keep out",
	rules.GrantsExhausted:         "All grants of the offer have been given",
	rules.SourceExpired:           "The permission of a work that it was made from has ended: its grant has to be renewed",
	rules.WorkWithdrawn:           "The owner has withdrawn the work: no new grants are given",
	rules.WorkDisputed:            "The work is disputed",
	rules.WorkInvalidated:         "The work was ruled invalid",
	rules.IrrevocableOffered:      "Everybody has a licence that cannot be taken back, so no grant can keep anybody out",
}

// notices say each notice of the closed list in plain words; the works that it is
// about are printed behind it.
var notices = map[rules.Notice]string{
	rules.Contested:       "Somebody else's claim to the content stands before this work's",
	rules.AlsoClaimed:     "Somebody else claims the content too, later; that changes nothing",
	rules.NoLongerOffered: "The owner offers it no longer, but the licence cannot be taken back and permits it for ever",
}

// NoticeSentence says a notice in plain words, as Sentence does a reason.
func NoticeSentence(code string) string {
	if s, known := notices[rules.Notice(code)]; known {
		return s
	}
	return "The chain tells something that this program does not know; a newer one may"
}

// Sentence says a reason in plain words; a code that this program is too old to
// know is named.
func Sentence(code string) string {
	if s, known := sentences[rules.Code(code)]; known {
		return s
	}
	return "The chain gives a reason that this program does not know; a newer one may"
}
