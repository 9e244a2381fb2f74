package pages

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// errgroupAt asks several things at the height of its context.
func errgroupAt(ctx context.Context) (context.Context, *group) {
	all, ctx := errgroup.WithContext(ctx)
	return ctx, &group{all}
}

// group asks several things at once. What a broken answer of the node makes panic is a fault of that page's: in a
// goroutine of its own it would end the process.
type group struct{ *errgroup.Group }

// Go is errgroup's, and turns a panic into an error.
func (g *group) Go(do func() error) {
	g.Group.Go(func() (err error) {
		defer func() {
			if broken := recover(); broken != nil {
				err = fmt.Errorf("panic: %v: %s", broken, debug.Stack())
			}
		}()
		return do()
	})
}
