package pages

import "time"

// Status is how far what the pages show is from the chain, and whether the node that it
// comes from can be believed. It stands on every page.
type Status struct {
	Chain string
	// Height and Time of the newest block that is indexed; First is where history begins.
	Height, First int64
	Time          time.Time
	// Older says that there are works from before the first block that is indexed.
	Older bool
	// Node is the node's height.
	Node int64
	// Checked says that a light client with a trust root of its own checked the headers.
	Checked bool
	// Lying says what the node said that can't be; empty: nothing.
	Lying string
	// Other is the chain of the node that pages ask, where that is not the one that is followed; empty: it is.
	Other string
	// Away says why the node does not answer; empty: it does.
	Away string
	// Newer says that the chain needs a newer portal: the index stays where it is.
	Newer bool
	// Unread is an event of a kind that this portal leaves out, since the chain is newer, and UnreadAt the block of the
	// first; empty: it left out none.
	Unread   string
	UnreadAt int64
	// Complete is false while text of works is still being fetched.
	Complete bool
}

// lateAfter is how old the newest block may be before pages say so: blocks come every few
// seconds.
const lateAfter = time.Minute

// lagging is how many blocks the node that pages ask may be behind the one that is followed before they say
// so: both are the operator's, and they may be two.
const lagging = 5

// Begins is the block with which history begins, where the chain or its works are older; 0: they are not.
func (s Status) Begins() int64 {
	if s.First > 1 || s.Older {
		return s.First
	}
	return 0
}

// Late says that the newest block is old.
func (s Status) Late(now time.Time) bool { return !s.Time.IsZero() && now.Sub(s.Time) > lateAfter }

// Behind is how many blocks of the node are not indexed yet.
func (s Status) Behind() int64 { return max(0, s.Node-s.Height) }
