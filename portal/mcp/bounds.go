package mcp

import "time"

// The bounds that docs/mcp.md states.
const (
	// maxMessage is the most bytes of a message from a client.
	maxMessage = 1 << 20
	// waiting is how many requests of a client are answered at a time on standard input; more are not read before.
	waiting = 64
	// callsAtOnce is how many tools run at a time, of all clients together; others wait for their turn.
	callsAtOnce = 16
	// callWithin is how long a call takes at most. Clients give up after a minute.
	callWithin = 45 * time.Second
	// writeWithin is how long a client may leave an answer unread.
	writeWithin = time.Minute
	// drainWithin is how long what was asked before standard input ended is answered.
	drainWithin = 2 * time.Minute
	// maxRequests is how many request ids a process keeps.
	maxRequests = 10_000
	// maxText is the most characters of a text in an argument, and maxList the most entries of a list.
	maxText, maxList = 512, 64
	// maxReported is how many works a report is about.
	maxReported = 1000
	// maxRows is how many entries each list of an answer has; what is left out is counted.
	maxRows = 50
	// maxShown is the most characters of a text of the chain.
	maxShown = 300
	// maxPayments is how many payments of a transaction a receipt divides.
	maxPayments = 20
	// maxProof is the most bytes of a proof that is handed over.
	maxProof = 512 << 10
	// lookBack is how many blocks are searched for a transaction on a node without an index.
	lookBack = 1000
	// unindexed is how many of the latest blocks a node's index may not have yet.
	unindexed = 20
	// nextBlock is how long the block is waited for that proves the one before.
	nextBlock = 15 * time.Second
	// unitsLast is how long units count as known, unitsWithin how long they are waited for. A vote changes what 5.00 USDC is: what is
	// paid by the old unit after it is another amount.
	unitsLast, unitsWithin = 10 * time.Second, 5 * time.Second
)
