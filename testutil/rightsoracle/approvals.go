package rightsoracle

import "slices"

// approvedUnder says whether the owner of a work, or the second approver, approved an
// account or a derivative under terms since the work last changed hands.
func (h *History) approvedUnder(w Work, terms string, licensee Account, derivative Work) bool {
	about := func(work Work, t string, l Account, d Work) bool {
		return work == w && t == terms && (l != "" && l == licensee || d != "" && d == derivative)
	}
	var standing []Approve // several may be: of the account, and of the derivative
	for _, act := range h.acts {
		switch a := act.(type) {
		case Approve:
			if about(a.Work, a.Terms, a.Licensee, a.Derivative) {
				standing = append(standing, a)
			}
		case Disapprove:
			standing = slices.DeleteFunc(standing, func(s Approve) bool {
				return a.Work == s.Work && a.Terms == s.Terms && a.Licensee == s.Licensee && a.Derivative == s.Derivative
			})
		case Sell:
			if a.Work == w {
				standing = nil
			}
		}
	}
	return len(standing) > 0
}

// everApproved says whether there is an approval to take back, in force or not.
func (h *History) everApproved(d Disapprove) bool {
	found := false
	for _, act := range h.acts {
		switch a := act.(type) {
		case Approve:
			found = found || Disapprove(a) == Disapprove{a.By, d.Work, d.Terms, d.Licensee, d.Derivative}
		case Disapprove:
			found = found && a != Disapprove{a.By, d.Work, d.Terms, d.Licensee, d.Derivative}
		}
	}
	return found
}

// MayApprove says what is against approving.
func (h *History) MayApprove(a Approve) []string {
	against := h.mayDecide(a.By, a.Work, a.Terms, true)
	if !h.terms[a.Terms].Approval {
		against = append(against, "invalid_approval")
	}
	if a.Derivative == a.Work {
		against = append(against, "invalid_message")
	}
	return against
}

// MayDisapprove says what is against taking an approval back.
func (h *History) MayDisapprove(a Disapprove) []string {
	against := h.mayDecide(a.By, a.Work, a.Terms, false)
	if !h.everApproved(a) {
		against = append(against, "approval_not_found")
	}
	if a.Derivative == a.Work {
		against = append(against, "invalid_message")
	}
	return against
}

// mayDecide says what is against an account's deciding about approvals: it owns the work,
// or the terms name it and the work is or was offered under them. A dispute holds up what
// is new.
func (h *History) mayDecide(by Account, w Work, terms string, new bool) (against []string) {
	named := h.terms[terms].SecondApprover == by && (h.offeredNow(w, terms) || h.granted(w, terms, h.Today()) > 0)
	if h.Owner(w, h.Today()) != by && !named {
		against = append(against, "not_owner")
	}
	if new && h.StatusOf(w) == Disputed {
		against = append(against, "on_hold")
	}
	return against
}

func (h *History) offeredNow(w Work, terms string) bool {
	_, offered := h.offerOf(w, terms, h.Today())
	return offered
}
