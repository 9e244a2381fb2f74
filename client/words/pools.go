package words

import royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"

// CollectReason says why a contributor was not paid, or not all; empty where it was.
func CollectReason(reason royaltytypes.CollectReason) string {
	switch reason {
	case royaltytypes.COLLECT_REASON_UNSPECIFIED:
		return ""
	case royaltytypes.COLLECT_REASON_NOTHING_DUE:
		return "nothing is due: it has had all that is its part so far"
	case royaltytypes.COLLECT_REASON_NOT_RECEIVING:
		return "the account cannot receive; it stays due, and the contributor can name another (stemmad dataset payee)"
	case royaltytypes.COLLECT_REASON_NOT_PAYABLE:
		return "the work is invalid or not registered; it stays due"
	case royaltytypes.COLLECT_REASON_DENOM_NOT_TAKEN:
		return "the work takes no payments in what is due; that stays due"
	}
	return "it was not paid for a reason that " + unknown
}
