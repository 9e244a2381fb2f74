package fingerprint

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/x/registry/text"
)

// webPorts: schemes whose hosts are names of the domain name system, which has no
// upper case, and their default ports.
var webPorts = map[string]string{"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}

var errNoURL = errors.New("must be a URL with a host, such as https://example.org/work")

// webAddress: a URL by RFC 3986, 6.2.2 (case of scheme and host, escapes, dot
// segments) and the parts of 6.2.3 that hold for every server: no default port, no
// empty path. Characters that URIs do not have are escaped as UTF-8 (RFC 3987,
// 3.1). The fragment is left out: it names a part (3.5), and servers do not see
// it. The order of a query's parts, a final slash and "www." can mean something
// and stay. A name and password before the host are refused: they open something.
func webAddress(s string) (string, error) {
	scheme, rest, _ := strings.Cut(s, ":")
	rest, hierarchical := strings.CutPrefix(rest, "//")
	if !hierarchical || !text.IsURIScheme(scheme) {
		return "", errNoURL
	}
	scheme = strings.ToLower(scheme)
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, asked := strings.Cut(rest, "?")
	authority, path, rooted := strings.Cut(rest, "/")
	authority, err := normalAuthority(scheme, authority)
	if err != nil {
		return "", err
	}
	normal := scheme + "://" + authority + "/"
	if rooted {
		normal += withoutDots(escaped(path))
	}
	if asked {
		normal += "?" + escaped(query)
	}
	return normal, nil
}

// normalAuthority is host and port. Of a scheme that we do not know the host stays
// as it is: ipfs and ar have hosts in which case matters.
func normalAuthority(scheme, s string) (string, error) {
	if strings.Contains(s, "@") {
		return "", errors.New("has a name or password before its host: leave them out")
	}
	host, port := s, ""
	if colon := strings.LastIndexByte(s, ':'); colon > strings.LastIndexByte(s, ']') {
		host, port = s[:colon], s[colon+1:]
	}
	defaultPort, web := webPorts[scheme]
	if web {
		host = lowerASCII(unescaped(host)) // 6.2.2.1, 6.2.2.2
	}
	host, err := normalHost(host)
	if err != nil || port == "" {
		return host, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", fmt.Errorf("has the port %q: it must be 1 to 65535", clip(port))
	}
	if port = strconv.FormatUint(n, 10); port == defaultPort {
		return host, nil
	}
	return host + ":" + port, nil
}

// normalHost takes an IPv6 address in brackets, which has one text form (RFC
// 5952), or letters, digits and what names of hosts have beside them.
func normalHost(host string) (string, error) {
	if address, ok := strings.CutPrefix(host, "["); ok {
		address, ok = strings.CutSuffix(address, "]")
		ip, err := netip.ParseAddr(address)
		if !ok || err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", errors.New("has no IPv6 address in its brackets")
		}
		return "[" + ip.String() + "]", nil
	}
	if host == "" {
		return "", errNoURL
	}
	for _, r := range host {
		if r > '~' {
			return "", errors.New("has a host with letters beside a to z: write it in its ASCII form, xn--")
		}
		if !unreserved(byte(r)) {
			return "", fmt.Errorf("has %q in its host", r)
		}
	}
	return host, nil
}

// unreserved characters mean the same escaped or not (RFC 3986, 2.3).
func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// escaped writes escapes in capitals, takes them off where they mean nothing, and
// puts them on what URIs do not have as it is (RFC 3986, 6.2.2.1 and 6.2.2.2). A
// percent sign that starts no escape is one itself.
func escaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c, escape := s[i], false
		if octet, ok := text.Escape(s, i); ok {
			c, escape = octet, true
			i += 2
		}
		reserved := c > ' ' && c <= '~' && strings.IndexByte("\"%<>[\\]^`{|}", c) < 0
		if unreserved(c) || reserved && !escape {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// unescaped takes all escapes off.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if octet, ok := text.Escape(s, i); ok {
			c = octet
			i += 2
		}
		b.WriteByte(c)
	}
	return b.String()
}

// withoutDots removes dot segments from a path without its first slash (RFC 3986,
// 5.2.4).
func withoutDots(path string) string {
	segments := strings.Split(path, "/")
	kept := make([]string, 0, len(segments))
	for i, segment := range segments {
		last := i == len(segments)-1
		switch segment {
		case ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return strings.Join(kept, "/")
}
