package bots

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// wellKnown is where a host has its keys.
	wellKnown     = "/.well-known/http-message-signatures-directory"
	directoryType = "application/http-message-signatures-directory+json"
	// fetchEvery is how old a directory gets, and retryAfter when a host that failed is asked again.
	fetchEvery   = time.Hour
	retryAfter   = time.Minute
	fetchWithin  = 10 * time.Second
	maxDirectory = 64 << 10
	// maxHosts are as many as an operator lists.
	maxHosts = 64
)

// Directories are the keys that hosts publish. They are fetched beforehand, from hosts that the operator has listed, and never because of
// what a reader or a passport says. Only public addresses are asked, by https, and nothing that redirects is followed.
type Directories struct {
	hosts []string
	log   *slog.Logger
	fetch func(ctx context.Context, host string) ([]byte, error)

	mu   sync.RWMutex
	keys map[string]map[string]Key // by host and thumbprint
}

// NewDirectories checks a list of hosts.
func NewDirectories(hosts []string, log *slog.Logger) (*Directories, error) {
	if len(hosts) > maxHosts {
		return nil, fmt.Errorf("at most %d hosts", maxHosts)
	}
	for i, host := range hosts {
		hosts[i] = strings.ToLower(host)
		if directoryHost("https://"+host) != hosts[i] || !strings.Contains(host, ".") {
			return nil, fmt.Errorf("%q is no host: write a name such as agents.example.org", host)
		}
		if _, err := netip.ParseAddr(host); err == nil {
			return nil, fmt.Errorf("%q is an address: write a name", host)
		}
	}
	return &Directories{hosts: hosts, log: log, fetch: fetcher(public), keys: map[string]map[string]Key{}}, nil
}

func (d *Directories) key(host, thumbprint string) (Key, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	key, known := d.keys[host][thumbprint]
	return key, known
}

// Run fetches the directories, and each again every hour, until the context ends. A host that does not answer keeps the keys that it had, and
// is asked again after a minute, and no other because of it.
func (d *Directories) Run(ctx context.Context) error {
	next := map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(d.round(ctx, next, time.Now())):
		}
	}
}

// round asks the hosts whose time has come, notes when each is asked next, and says how long nobody has to be.
func (d *Directories) round(ctx context.Context, next map[string]time.Time, now time.Time) time.Duration {
	wait := fetchEvery
	for _, host := range d.hosts {
		if now.Before(next[host]) {
			wait = min(wait, next[host].Sub(now))
			continue
		}
		every := fetchEvery
		if err := d.refresh(ctx, host); err != nil && ctx.Err() == nil {
			d.log.Warn("directory of keys", "host", host, "error", err)
			every = retryAfter
		}
		next[host], wait = now.Add(every), min(wait, every)
	}
	return wait
}

func (d *Directories) refresh(ctx context.Context, host string) error {
	raw, err := d.fetch(ctx, host)
	if err != nil {
		return err
	}
	keys, skipped, err := readKeys(raw)
	if err != nil {
		return err
	}
	for _, err := range skipped {
		d.log.Info("a key of a directory is not used", "host", host, "error", err)
	}
	byThumbprint := map[string]Key{}
	for _, k := range keys {
		byThumbprint[k.Thumbprint] = k
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keys[host] = byThumbprint
	return nil
}

// errNotPublic is of an address that is not on the public internet.
var errNotPublic = errors.New("the host's address is not public")

// public refuses to connect to addresses that are not public. It is asked once the name is resolved, with the address that is connected to.
func public(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); !isPublic(ip) || at.Port() != 443 {
		return fmt.Errorf("%w: %s", errNotPublic, address)
	}
	return nil
}

// reserved are networks that are not private by name and lead to no public host either, or back into IPv4.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("::/96"),
}

func isPublic(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.Zone() != "" {
		return false
	}
	for _, network := range reserved {
		if network.Contains(ip) {
			return false
		}
	}
	return true
}

// fetcher asks hosts for their directories, at addresses that allowed lets it connect to.
func fetcher(allowed func(network, address string, c syscall.RawConn) error) func(context.Context, string) ([]byte, error) {
	dialer := &net.Dialer{Timeout: fetchWithin, Control: allowed}
	return fetchWith(&http.Transport{
		Proxy: nil, DialContext: dialer.DialContext, TLSHandshakeTimeout: fetchWithin, ResponseHeaderTimeout: fetchWithin,
		MaxResponseHeaderBytes: maxDirectory, DisableKeepAlives: true,
	})
}

func fetchWith(transport http.RoundTripper) func(context.Context, string) ([]byte, error) {
	asking := &http.Client{
		Timeout: fetchWithin, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context, host string) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+wellKnown, nil)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Accept", directoryType)
		res, err := asking.Do(r)
		if err != nil {
			return nil, err
		}
		defer res.Body.Close()
		if kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); res.StatusCode != http.StatusOK || err != nil || kind != directoryType {
			return nil, fmt.Errorf("it answers %d with %q", res.StatusCode, res.Header.Get("Content-Type"))
		}
		raw, err := io.ReadAll(io.LimitReader(res.Body, maxDirectory+1))
		if err == nil && len(raw) > maxDirectory {
			err = fmt.Errorf("it is longer than %d bytes", maxDirectory)
		}
		return raw, err
	}
}
