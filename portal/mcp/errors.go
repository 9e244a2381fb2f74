package mcp

import errorsmod "cosmossdk.io/errors"

// codespace of what this server refuses itself.
const codespace = "mcp"

// What the server refuses itself. Codes are stable and append-only.
var (
	ErrArgument     = errorsmod.Register(codespace, 2, "invalid argument")
	ErrUnregistered = errorsmod.Register(codespace, 3, "nobody has registered it")
	ErrDoubtful     = errorsmod.Register(codespace, 4, "the earliest of several claims is under dispute")
	ErrNotUsable    = errorsmod.Register(codespace, 5, "it can't be relied on as was asked")
	ErrNotBought    = errorsmod.Register(codespace, 6, "what it needs can't be bought as was asked")
	ErrAboveMax     = errorsmod.Register(codespace, 7, "it costs more than max")
	ErrUndecided    = errorsmod.Register(codespace, 8, "not decided yet")
	ErrReused       = errorsmod.Register(codespace, 9, "the request id stood for something else before")
	ErrFull         = errorsmod.Register(codespace, 10, "this server keeps no more request ids")
	ErrNode         = errorsmod.Register(codespace, 11, "the node does not answer")
	ErrTooLarge     = errorsmod.Register(codespace, 12, "the answer is too large")
	ErrNotFound     = errorsmod.Register(codespace, 13, "there is no such thing on the chain")
	ErrFee          = errorsmod.Register(codespace, 14, "the fee of the transaction can't be paid")
	ErrInternal     = errorsmod.Register(codespace, 15, "this server failed")
	ErrRate         = errorsmod.Register(codespace, 16, "it would owe more than max_rate")
	ErrBefore       = errorsmod.Register(codespace, 17, "it was sent before this server started, and its answer is lost: nothing was done again")
)

// remedies say what to do about them; none: the sentence says it.
var remedies = map[uint32]string{
	ErrArgument.ABCICode():     "correct the argument that it names",
	ErrUnregistered.ABCICode(): "a file that was changed or converted is another content; ask whoever made it",
	ErrDoubtful.ABCICode():     "name the work id of the claim that you mean: resolve lists them",
	ErrNotUsable.ABCICode():    "clear says what is on offer; use something else, or name a permission",
	ErrNotBought.ABCICode():    "quote says what is on offer and at what price",
	ErrAboveMax.ABCICode():     "name a higher max, if your controller agrees, or use something else",
	ErrUndecided.ABCICode():    "call again with the same request id: it waits for the same transaction",
	ErrReused.ABCICode():       "choose another request id, or repeat the call as it was",
	ErrFull.ABCICode():         "start the server anew",
	ErrNode.ABCICode():         "call again later, with the same request id where one was named",
	ErrTooLarge.ABCICode():     "ask for less, or ask the node itself",
	ErrNotFound.ABCICode():     "check the id",
	ErrFee.ABCICode():          "whoever pays the key's fees sends it some of what fees are paid in",
	ErrRate.ABCICode():         "name a higher max_rate, if your controller and the limit of the key agree, or use something else",
	ErrBefore.ABCICode():       "receipt says what the transaction paid, and clear whether the use is allowed now",
}
