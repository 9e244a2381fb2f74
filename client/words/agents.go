package words

import (
	errorsmod "cosmossdk.io/errors"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

const (
	anotherLimit = "the controller sets another limit: `stemmad agent limit`"
	whatIsLeft   = "`stemmad agent show` says what is left, and " + anotherLimit
	ownFee       = "let the key pay its fee itself, without --fee-granter, or " + anotherLimit
)

// ofAgents says what to do where an agent may not act.
var ofAgents = map[*errorsmod.Error]string{
	agenttypes.ErrNotKey:        "its controller makes the account a key: `stemmad agent limit AGENT KEY --file limit.yaml`",
	agenttypes.ErrKeyExpired:    "the controller sets a limit that ends later: `stemmad agent limit`",
	agenttypes.ErrExpired:       "the controller renews it: `stemmad agent renew`",
	agenttypes.ErrSuspended:     "the controller lets it act again, unless it is retired: `stemmad agent resume`",
	agenttypes.ErrNotAllowed:    anotherLimit,
	agenttypes.ErrNeverAllowed:  "the controller signs it: no limit can allow it",
	agenttypes.ErrOtherSigner:   "send that message apart, from the account that has to sign it",
	agenttypes.ErrUnreadable:    "the controller signs it, or drops from the limit what cannot be read: `stemmad agent messages` lists that",
	agenttypes.ErrPayee:         anotherLimit,
	agenttypes.ErrWork:          anotherLimit,
	agenttypes.ErrTerms:         anotherLimit,
	agenttypes.ErrRate:          anotherLimit,
	agenttypes.ErrNoBudget:      "pay in a denom that has a budget, or " + anotherLimit,
	agenttypes.ErrOverAct:       "take less in one act; else " + anotherLimit,
	agenttypes.ErrOverWindow:    "wait for the next window; " + whatIsLeft,
	agenttypes.ErrOverTotal:     whatIsLeft,
	agenttypes.ErrFeeNoBudget:   ownFee,
	agenttypes.ErrFeeOverAct:    ownFee,
	agenttypes.ErrFeeOverWindow: "wait for the next window, or " + ownFee,
	agenttypes.ErrFeeOverTotal:  ownFee,
}

// AgentRemedy says what to do about a code by which an agent may not act; empty: it is another code.
func AgentRemedy(codespace string, code uint32) string {
	for kind, remedy := range ofAgents {
		if space, number, _ := errorsmod.ABCIInfo(kind, false); space == codespace && number == code {
			return remedy
		}
	}
	return ""
}
