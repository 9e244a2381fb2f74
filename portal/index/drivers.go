// Package index keeps what the portal has read from the chain, for looking up:
// works and their text, events, and what was made from what. It is rebuilt from
// blocks and never an authority: what a page says about money or rights it asks
// the chain.
package index

import _ "modernc.org/sqlite" // the driver named sqlite
