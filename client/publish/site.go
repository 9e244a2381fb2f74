package publish

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// urlScheme is the scheme of fingerprints that say where a work is.
const urlScheme = "url"

// Site is where the works and the file are served.
type Site struct {
	// Origin is scheme, host and port; empty: the file is about no one site.
	Origin string
	// Prefix is the path under which works without a URL of their own are served
	// by their id. It starts and ends with a slash.
	Prefix string
	// LicenseURL is where the RSL file will be served.
	LicenseURL string
	// LicenseServer gives tokens without which nothing is fetched (RSL 1.0 section 3.3); empty: none is needed.
	LicenseServer string
	// LicensePage tells people how to acquire a grant; empty: none.
	LicensePage string
	// About: the site has a page about each work under its id, and not its file. The files are about these pages, wherever else the
	// works are.
	About bool
}

// NewSite reads the address of a site. The RSL file is expected at /license.xml
// unless licenseURL says where it is.
func NewSite(site, prefix, licenseURL, licensePage string) (Site, error) {
	s := Site{Prefix: "/" + strings.Trim(prefix, "/") + "/"}
	if s.Prefix == "//" {
		s.Prefix = "/"
	}
	if site != "" {
		u, err := url.Parse(site)
		if err != nil || webPage(site) == "" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
			return Site{}, fmt.Errorf("%q is not the address of a site: write https://example.org and put a path into the path prefix", site)
		}
		s.Origin = origin(u)
		s.LicenseURL = s.Origin + "/license.xml"
	}
	for _, page := range []struct {
		url    string
		target *string
	}{{licenseURL, &s.LicenseURL}, {licensePage, &s.LicensePage}} {
		if page.url == "" {
			continue
		}
		if *page.target = webPage(page.url); *page.target == "" {
			return Site{}, fmt.Errorf("%q is not an address on the web: write it in full, from https:// on", page.url)
		}
		*page.target = escape(*page.target, uriBytes)
	}
	return s, nil
}

// Place is one place of a work on the web. Shared: other works say that they are
// there too, so nothing but a reservation is stated for it.
type Place struct {
	URL string
	// Path is the part from the first slash on, as a pattern that matches it alone.
	Path   string
	Shared bool
	// about: what is there is about the work, and perhaps not its bytes.
	about bool
}

// pattern is the URL as a pattern that matches it alone.
func (p Place) pattern() string { return strings.TrimSuffix(p.URL, pathOf(p.URL)) + p.Path }

// Register counts the works that say they are at a place, to find places that
// several claim. It keeps about 50 bytes a place.
type Register struct{ seen map[[16]byte]counts }

type counts struct{ fingerprints, metadata uint32 }

// NewRegister returns an empty register.
func NewRegister() Register { return Register{seen: map[[16]byte]counts{}} }

// Count adds a work's places.
func (r Register) Count(d registrytypes.Details) {
	for _, at := range fingerprintURLs(d) {
		c := r.seen[placeKey(at)]
		c.fingerprints++
		r.seen[placeKey(at)] = c
	}
	if at := normalize(d.MetadataUri); at != "" {
		c := r.seen[placeKey(at)]
		c.metadata++
		r.seen[placeKey(at)] = c
	}
}

func (r Register) at(place string) counts { return r.seen[placeKey(place)] }

func placeKey(at string) [16]byte {
	digest := sha256.Sum256([]byte(at))
	return [16]byte(digest[:16])
}

// Places says where a work is: at its fingerprints of the scheme "url"; else at
// its metadata URI, unless other works have the same; else on the site under its
// id. On a site only places there count: a work that is elsewhere has none. A site About
// works has its own page of each.
func (s Site) Places(w registrytypes.Claim, r Register) []Place {
	if s.About && s.Origin != "" {
		at := s.Origin + escape(s.Prefix+w.Id.String(), uriBytes)
		return []Place{{URL: at, Path: exactly(pathOf(at)), about: true}}
	}
	var places []Place
	add := func(at string, shared, about bool) {
		places = append(places, Place{URL: at, Path: exactly(pathOf(at)), Shared: shared, about: about})
	}
	for _, at := range fingerprintURLs(w.Details) {
		add(at, r.at(at).fingerprints > 1, false)
	}
	if at := normalize(w.Details.MetadataUri); at != "" && len(places) == 0 && r.at(at) == (counts{metadata: 1}) {
		add(at, false, true)
	}
	if len(places) == 0 && s.Origin != "" {
		at := s.Origin + escape(s.Prefix+w.Id.String(), uriBytes)
		add(at, r.at(at) != counts{}, false)
	}
	return slices.DeleteFunc(places, func(p Place) bool {
		return s.Origin != "" && !strings.HasPrefix(p.URL, s.Origin+"/")
	})
}

func fingerprintURLs(d registrytypes.Details) []string {
	var urls []string
	for _, f := range d.Fingerprints {
		if f.Scheme != urlScheme {
			continue
		}
		if at := normalize(f.Value); at != "" && !slices.Contains(urls, at) {
			urls = append(urls, at)
		}
	}
	return urls
}

// normalize returns an absolute URL of ASCII without user, fragment and default
// port; empty for what is no page on the web.
func normalize(s string) string {
	u, err := url.Parse(s)
	if err != nil || webPage(s) == "" || strings.ContainsFunc(u.Host, notHost) {
		return ""
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return origin(u) + escape(path, uriBytes)
}

func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

func notHost(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-:[]", r)
}

// pathOf is the part of a normalized URL from the first slash after the host.
func pathOf(at string) string {
	_, rest, _ := strings.Cut(at, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return ""
}

// Bytes that stay as they are in a URI (RFC 3986), and in a path of robots.txt,
// where * and $ have a meaning of their own (RFC 9309 section 2.2.3).
const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	pathBytes  = unreserved + "/%!&()+,;=:@?"
	uriBytes   = pathBytes + "*$#[]'"
)

// escape percent-encodes all other bytes, and a percent sign that encodes none.
func escape(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(keep, s[i]) >= 0 && (s[i] != '%' || encodes(s[i+1:])) {
			b.WriteByte(s[i])
			continue
		}
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

func encodes(s string) bool {
	const hex = "0123456789abcdefABCDEF"
	return len(s) >= 2 && strings.IndexByte(hex, s[0]) >= 0 && strings.IndexByte(hex, s[1]) >= 0
}

// exactly is the pattern that matches one path and nothing that starts with it.
func exactly(path string) string { return escape(path, pathBytes) + "$" }
