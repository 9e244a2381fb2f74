package rightsoracle

import "fmt"

// Against says what is against an act, as codes; none: it is done.
func (h *History) Against(act Act) []string {
	switch a := act.(type) {
	case Register, Wait, Dispute:
		return nil
	case Settle:
		if h.Disputes(a.Work) == 0 {
			return []string{"invalid_status"}
		}
		return nil
	case Revise:
		return h.controlling(a.By, a.Work, Disputed)
	case Sell:
		against := h.controlling(a.By, a.Work, Disputed)
		if a.By == a.To {
			against = append(against, "invalid_transfer")
		}
		return against
	case Share:
		return h.mayShare(a)
	case Withdraw:
		against := h.controlling(a.By, a.Work, Disputed)
		if h.StatusOf(a.Work) != Active {
			against = append(against, "invalid_status")
		}
		return against
	case Restore:
		against := h.controlling(a.By, a.Work, Disputed)
		if h.StatusOf(a.Work) != Withdrawn {
			against = append(against, "invalid_status")
		}
		return against
	case Offer:
		return h.MayOffer(a)
	case Close:
		return h.MayClose(a)
	case Approve:
		return h.MayApprove(a)
	case Disapprove:
		return h.MayDisapprove(a)
	case Acquire:
		return h.MayAcquire(a)
	case Renew:
		return h.MayRenew(a)
	case OfferGrant:
		return h.MayOfferGrant(a)
	case CancelGrant:
		return h.MayCancelGrant(a)
	case AcceptGrant:
		return h.MayAcceptGrant(a)
	case Derive:
		return h.MayDerive(a)
	case Consent:
		return h.MayConsent(a)
	case Dissent:
		return h.MayDissent(a)
	}
	panic(fmt.Sprintf("the rules say nothing of %T", act))
}

// controlling says what keeps an account from deciding about a work.
func (h *History) controlling(by Account, w Work, hold Status) (against []string) {
	if h.Owner(w, h.Today()) != by {
		against = append(against, "not_owner")
	}
	if h.StatusOf(w) == hold {
		against = append(against, "on_hold")
	}
	return against
}

// mayShare: who holds all of a work's revenue gives half of it away.
func (h *History) mayShare(a Share) (against []string) {
	if !h.solelyOwned(a.Work, a.By, h.Today()) {
		against = append(against, "not_holder")
	}
	if h.StatusOf(a.Work) == Disputed {
		against = append(against, "on_hold")
	}
	return against
}
