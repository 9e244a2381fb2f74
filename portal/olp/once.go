package olp

import (
	"crypto/sha256"
	"errors"
	"sync"
	"time"
)

// maxOnce is how many assertions are remembered, 40 bytes each.
const maxOnce = 100_000

// errFull is of a memory that has no room: until some are over, no token is written by an assertion.
var errFull = errors.New("too many assertions were used in the last minutes; try again in one")

// once remembers what was used, until its time is over.
type once struct {
	mu   sync.Mutex
	used map[[sha256.Size]byte]int64 // to when it ends, in seconds since 1970
	most int
}

// use fails with errUsed where it was used before, and with errFull.
func (o *once) use(account, id string, ends int64, now time.Time) error {
	name := sha256.Sum256([]byte(account + "\x00" + id))
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, there := o.used[name]; there {
		return errUsed
	}
	if len(o.used) >= o.most {
		for name, ends := range o.used {
			if ends <= now.Unix() {
				delete(o.used, name)
			}
		}
		if len(o.used) >= o.most {
			return errFull
		}
	}
	o.used[name] = ends
	return nil
}

// errUsed is of an assertion that came before.
var errUsed = errors.New("the client assertion was used before: sign a new one, with another jti")
