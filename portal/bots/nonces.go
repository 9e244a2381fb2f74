package bots

import (
	"crypto/sha256"
	"sync"
)

// maxNonces is how many nonces are remembered at least, once there are so many; at most twice as many.
const maxNonces = 50_000

// nonces remember what came. Beyond the bound the oldest are forgotten: a signature gives no rights, so that an old one comes again
// costs nothing but a line in a log that names the wrong time.
type nonces struct {
	mu          sync.Mutex
	now, before map[[sha256.Size]byte]bool
}

// first says whether a nonce has not come before.
func (n *nonces) first(nonce string) bool {
	name := sha256.Sum256([]byte(nonce))
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now[name] || n.before[name] {
		return false
	}
	if n.now == nil || len(n.now) >= maxNonces {
		n.before, n.now = n.now, map[[sha256.Size]byte]bool{}
	}
	n.now[name] = true
	return true
}
