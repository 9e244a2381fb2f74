// Package portal runs the chain's web site: an index that follows a node, and the pages that
// show it. It is a program of its own (cmd/stemma-portal), so that nodes stay lean.
package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"golang.org/x/sync/errgroup"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/portal/credentials"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/pages"
)

// Config says what to follow and where to serve it.
type Config struct {
	// Listen is where pages are served; behind a proxy that has the certificate.
	Listen string
	// Metrics is where they are served; empty: nowhere. They are not for the public.
	Metrics string
	// RPC and GRPC are the node's.
	RPC, GRPC string
	// Database is the index: a file, or postgres://...
	Database string
	// Trust is a header that the operator knows from elsewhere; nil: none.
	Trust *proof.Trust
	// TrustFirstUse takes the node's newest header for one at the first start.
	TrustFirstUse bool
	// FromEarliest begins a new index at the node's first block, although the chain is older.
	FromEarliest bool
	// Operator is who answers for the site, and how to write to them.
	Operator string
	// Address is where readers reach the site, as https://portal.example.org, for files that name it; empty: there are none.
	Address string
	// Denied are the works that are not shown, by id.
	Denied DenyList
	Limits guard.Limits
	// Credentials is a folder that manifest stores are kept in which works name, and MaxCredentials how many bytes it takes; empty: none are.
	Credentials    string
	MaxCredentials int64
	// Doors are for machines that pay, below /x402/; nil: there are none.
	Doors *Doors
	Log   *slog.Logger
	// Ready is told the address that pages are served at; it may be nil.
	Ready func(address string)
}

const (
	// A reader that is slower than this loses the connection.
	readWithin  = 10 * time.Second
	writeWithin = 90 * time.Second // proofs wait for blocks
	idleWithin  = 2 * time.Minute
	// stopWithin is how long requests have to end when the portal stops.
	stopWithin = 10 * time.Second
	maxHeader  = 16 << 10
)

// Run serves the portal until the context ends. It fails with follow.ErrUnfit where the node can't be
// followed with this index, and with ErrTwoChains where RPC and gRPC are of two at the start. A node that lies is not
// followed any further, and all pages say so.
func Run(ctx context.Context, c Config) error {
	rpc, err := NodeAddress(c.RPC)
	if err != nil {
		return err
	}
	x, err := index.Open(ctx, c.Database)
	if err != nil {
		return fmt.Errorf("%s: %w", databaseName(c.Database), err)
	}
	defer x.Close()
	published, err := index.OpenItems(ctx, index.ItemsBeside(c.Database))
	if err != nil {
		return fmt.Errorf("%s: %w", databaseName(index.ItemsBeside(c.Database)), err)
	}
	defer published.Close()
	node, err := rpchttp.New(rpc, "/websocket")
	if err != nil {
		return fmt.Errorf("the node's RPC %s: %w", c.RPC, err)
	}
	asked, err := client.Dial(c.GRPC)
	if err != nil {
		return fmt.Errorf("the node's gRPC %s: %w", c.GRPC, err)
	}
	defer asked.Close()
	if err := OneChain(ctx, node, asked, c.RPC, c.GRPC); err != nil {
		return err
	}
	follower := follow.New(node, x, follow.Options{Trust: c.Trust, TrustFirstUse: c.TrustFirstUse, FromEarliest: c.FromEarliest})
	watch := &watch{index: x, follower: follower, asked: asked}
	meters := newMeters(watch)
	group, ctx := errgroup.WithContext(ctx)
	var machines http.Handler
	var signers *bots.Checker
	if c.Doors != nil {
		d, keep, end, err := c.Doors.open(ctx, asked, c.Denied.Has, c.Log)
		if err != nil {
			return err
		}
		defer func() { _ = end() }() // what is committed is on disk
		if machines, err = c.Doors.handler(d, c.Log); err != nil {
			return err
		}
		var fetch func(context.Context) error
		if signers, fetch, err = c.Doors.bots(asked, c.Log); err != nil {
			return err
		}
		group.Go(func() error { return fetch(ctx) })
		group.Go(func() error { return keep(ctx) })
	}
	manifests, keepManifests, err := c.credentials(x, asked, watch)
	if err != nil {
		return err
	}
	group.Go(func() error { return keepManifests(ctx) })
	site, err := pages.New(pages.Config{
		Credentials: manifests,
		Client:      asked, Node: node, RPC: rpc, Index: x, Items: published, Status: watch.status, Log: c.Log, Limits: c.Limits,
		Denied: c.Denied.Has, Operator: c.Operator, Address: c.Address, Answered: meters.answered, Doors: machines, Bots: signers,
	})
	if err != nil {
		return err
	}
	group.Go(func() error {
		err := follower.Run(ctx)
		if errors.Is(err, follow.ErrLying) {
			<-ctx.Done() // every page says so, and what was read before stays
			return nil
		}
		return err
	})
	group.Go(func() error { return watch.run(ctx, c.Log) })
	group.Go(func() error { return watch.compare(ctx, c.Log) })
	group.Go(func() error { return serve(ctx, c.Listen, site.Handler(), c.Ready) })
	if c.Metrics != "" {
		group.Go(func() error { return serve(ctx, c.Metrics, meters.handler(), nil) })
	}
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// credentials are C2PA's Soft Binding Resolution API, and what has to run for it.
func (c Config) credentials(
	x *index.Index, asked *client.Client, w *watch,
) (*credentials.Service, func(context.Context) error, error) {
	s := &credentials.Service{
		Works: x, Similar: &discover.Finder{Client: asked, Index: x, Denied: c.Denied.Has}, Denied: c.Denied.Has, Log: c.Log,
		Receiving: guard.NewPlaces(c.Limits, credentials.Senders), Looking: guard.NewPlaces(c.Limits, credentials.Contents),
		Current: w.current,
	}
	if c.Credentials == "" {
		return s, func(context.Context) error { return nil }, nil
	}
	var err error
	s.Store, err = credentials.OpenStore(c.Credentials, c.MaxCredentials)
	return s, s.Run, err
}

// serve serves until the context ends; what is being answered then is answered.
func serve(ctx context.Context, address string, handler http.Handler, ready func(string)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("serve at %s: %w", address, err)
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: readWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleWithin,
		MaxHeaderBytes: maxHeader,
	}
	if ready != nil {
		ready(listener.Addr().String())
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		stopped <- server.Shutdown(ending)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// NodeAddress is the address of a node's RPC for HTTP: CometBFT writes tcp://, and people nothing. It fails for what is none.
func NodeAddress(text string) (string, error) {
	scheme, rest, said := strings.Cut(text, "://")
	switch {
	case !said:
		scheme, rest = "http", text
	case scheme == "tcp":
		scheme = "http"
	}
	if (scheme != "http" && scheme != "https") || rest == "" {
		return "", fmt.Errorf("the node's RPC %q: write tcp://HOST:PORT, http://HOST:PORT or https://HOST", text)
	}
	return scheme + "://" + rest, nil
}

// databaseName names a database in an error: a file by its path, a server without the password in its address.
func databaseName(database string) string {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		return "PostgreSQL"
	}
	return database
}
