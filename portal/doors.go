package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/jose"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/olp"
	"github.com/stemma-chain/stemma/portal/paywall"
	"github.com/stemma-chain/stemma/portal/till"
	"github.com/stemma-chain/stemma/portal/x402"
)

// Doors say how machines pay, by x402.
type Doors struct {
	// Origin is where the server is reached from outside, as https://example.org: payments are bound to it.
	Origin string
	// Till is the file of what was paid, and Vouchers the folder of the newest vouchers.
	Till, Vouchers string
	// TokenKey is the file of the key that signs licence tokens, which is made where there is none; empty: none are given or taken.
	TokenKey string
	// License is where the site's RSL document is; empty: nowhere.
	License string
	// BotKeys are keys of agents that sign requests, and BotHosts publish others; both empty: signatures are not looked at.
	BotKeys  []bots.Key
	BotHosts []string
	// Receiver is the service's account, which payment channels name; zero: vouchers are not taken.
	Receiver sdk.AccAddress
	// MinCloseDelay is the least that a payment channel leaves for redeeming.
	MinCloseDelay time.Duration
}

const (
	// pruneEvery is how often payments that are over are forgotten, and keptFor how long they are kept after they were delivered: longer
	// than a thing can be had again.
	pruneEvery = 10 * time.Minute
	keptFor    = 24 * time.Hour
)

// open opens the till. Until close, keep is to be run: it forgets payments that are over.
func (c Doors) open(ctx context.Context, asked *client.Client, denied func(string) bool, log *slog.Logger) (
	d *x402.Doors, keep func(context.Context) error, end func() error, err error,
) {
	book, err := till.Open(ctx, c.Till)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err = x402.New(x402.Config{
		Client: asked, Till: book, Origin: c.Origin, Vouchers: paychannel.OpenStore(c.Vouchers), Receiver: c.Receiver,
		MinCloseDelay: c.MinCloseDelay, Denied: denied, Log: log,
	})
	if err != nil {
		return nil, nil, nil, errors.Join(err, book.Close())
	}
	return d, func(ctx context.Context) error { return forget(ctx, d, log) }, book.Close, nil
}

// tokenKey reads the key of licence tokens; nil: there are none.
func (c Doors) tokenKey() (*jose.TokenKey, error) {
	if c.TokenKey == "" {
		return nil, nil
	}
	key, err := olp.OpenKey(c.TokenKey)
	if err != nil {
		return nil, fmt.Errorf("the key of licence tokens: %w", err)
	}
	return &key, nil
}

// handler serves the doors, and licence tokens for works.
func (c Doors) handler(d *x402.Doors, log *slog.Logger) (http.Handler, error) {
	key, err := c.tokenKey()
	if err != nil || key == nil {
		return d.Handler(), err
	}
	mux := http.NewServeMux()
	mux.Handle(x402.Path, d.Handler())
	licences := olp.New(olp.Config{Doors: d, Key: *key, Resources: olp.Works(d), Log: log}).Handler()
	mux.Handle(olp.Path, licences)
	mux.Handle(olp.MetadataPath, licences)
	return mux, nil
}

// bots tells which agents sign requests; nil: signatures are not looked at. Until the context ends, run is to be run.
func (c Doors) bots(asked *client.Client, log *slog.Logger) (checker *bots.Checker, run func(context.Context) error, err error) {
	run = func(context.Context) error { return nil }
	if len(c.BotKeys) == 0 && len(c.BotHosts) == 0 {
		return nil, run, nil
	}
	b := bots.Config{Client: asked, Origin: c.Origin, Keys: c.BotKeys, Log: log}
	if len(c.BotHosts) > 0 {
		if b.Directories, err = bots.NewDirectories(c.BotHosts, log); err != nil {
			return nil, nil, err
		}
		run = b.Directories.Run
	}
	checker, err = bots.New(b)
	return checker, run, err
}

// forget forgets payments that are over, until the context ends.
func forget(ctx context.Context, d *x402.Doors, log *slog.Logger) error {
	ticks := time.NewTicker(pruneEvery)
	defer ticks.Stop()
	for {
		if err := d.Decide(ctx); err != nil && ctx.Err() == nil {
			log.Error("decide on old payments", "error", err)
		}
		for forgotten, err := 1, error(nil); forgotten > 0; {
			if forgotten, err = d.Till.Prune(ctx, time.Now().Add(-keptFor)); err != nil && ctx.Err() == nil {
				log.Error("forget old payments", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

// PaywallConfig says what a paywall is before.
type PaywallConfig struct {
	Doors
	// Listen is where it is served; behind a proxy that has the certificate.
	Listen string
	GRPC   string
	Map    *paywall.Map
	// Site is a folder that is served; else Upstream is a server that is asked.
	Site     string
	Upstream *url.URL
	Limits   guard.Limits
	Log      *slog.Logger
	// Ready is told the address that it is served at; it may be nil.
	Ready func(address string)
}

// Paywall serves a site behind a paywall until the context ends.
func Paywall(ctx context.Context, c PaywallConfig) error {
	asked, err := client.Dial(c.GRPC)
	if err != nil {
		return fmt.Errorf("the node's gRPC %s: %w", c.GRPC, err)
	}
	defer asked.Close()
	d, keep, end, err := c.open(ctx, asked, nil, c.Log)
	if err != nil {
		return err
	}
	defer func() { _ = end() }() // what is committed is on disk
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return keep(ctx) })
	key, err := c.tokenKey()
	if err != nil {
		return err
	}
	site, err := paywall.New(paywall.Config{
		Doors: d, Map: c.Map, Site: c.Site, Upstream: c.Upstream, TokenKey: key, License: c.License, Log: c.Log,
	})
	if err != nil {
		return err
	}
	checker, fetch, err := c.bots(asked, c.Log)
	if err != nil {
		return err
	}
	if checker != nil {
		site = checker.Handler(site)
	}
	group.Go(func() error { return fetch(ctx) })
	group.Go(func() error { c.look(ctx, d); return nil })
	handler := guard.New(guard.Options{Limits: c.Limits, Log: c.Log, Body: func(string) int64 { return -1 }, Told: bots.Header}, site)
	group.Go(func() error {
		return serve(ctx, c.Listen, patient(handler), c.Ready)
	})
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

const (
	// lookedAt is how many rows of its map a paywall looks at when it begins, and lookWithin for how long: the node has readers to answer.
	lookedAt   = 1000
	lookWithin = 30 * time.Second
	// warned is how many rows are logged.
	warned = 20
)

// look warns of rows of the map that are likely not as they were meant. Nothing waits for it, and none is refused: what is not on offer
// today may be tomorrow.
func (c PaywallConfig) look(ctx context.Context, d *x402.Doors) {
	report, err := paywall.Check(ctx, d, c.Map, c.Site, paywall.Bounds{Rows: lookedAt, Within: lookWithin})
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		c.Log.Warn("look at the map", "error", err)
		return
	}
	for i, f := range report.Findings {
		if i == warned {
			c.Log.Warn("more rows of the map need a look: --check lists them", "rows", len(report.Findings)-warned)
			break
		}
		c.Log.Warn("a row of the map", "line", f.Line, "path", f.Path, "work", f.Work, "problem", f.Code, "detail", f.Detail, "remedy", f.Remedy())
	}
	if left := report.Rows - report.Checked; left > 0 {
		c.Log.Warn("rows of the map were not looked at: --check looks at all", "rows", left)
	}
}

// CheckPaywall looks at all rows of a paywall's map, and serves nothing. It may run beside the paywall.
func CheckPaywall(ctx context.Context, c PaywallConfig) (paywall.Report, error) {
	asked, err := client.Dial(c.GRPC)
	if err != nil {
		return paywall.Report{}, fmt.Errorf("the node's gRPC %s: %w", c.GRPC, err)
	}
	defer asked.Close()
	d, err := x402.New(x402.Config{Client: asked, Origin: c.Origin, Log: c.Log})
	if err != nil {
		return paywall.Report{}, err
	}
	return paywall.Check(ctx, d, c.Map, c.Site, paywall.Bounds{})
}

// transferWithin is how long a reader may take for what is behind a paywall, which may be large.
const transferWithin = time.Hour

// patient lets requests take longer than pages may.
func patient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		until := time.Now().Add(transferWithin)
		c := http.NewResponseController(w)
		if err := errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until)); err != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}
