package bots

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// said is what a signature says of itself.
type said struct{ keyid, nonce string }

// read checks what a signature says of itself, and what it covers at least.
func read(covered httpsfv.InnerList, now time.Time) (said, error) {
	s := said{textOf(covered.Params, "keyid"), textOf(covered.Params, "nonce")}
	created, hasCreated := numberOf(covered.Params, "created")
	expires, hasExpires := numberOf(covered.Params, "expires")
	algorithm, named := covered.Params.Get("alg")
	switch {
	case s.keyid == "":
		return s, errors.New("keyid is missing: the thumbprint of the key")
	case !hasCreated || !hasExpires:
		return s, errors.New("created and expires are needed")
	case named && algorithm != "ed25519":
		return s, errors.New("the algorithm is ed25519")
	case created.After(now.Add(skew)):
		return s, errors.New("it is of a time to come")
	case !expires.After(now):
		return s, errors.New("it has expired")
	case expires.Sub(created) > maxLife:
		return s, fmt.Errorf("it holds for more than %s", maxLife)
	}
	bound := slices.ContainsFunc(covered.Items, func(i httpsfv.Item) bool {
		return (i.Value == "@authority" || i.Value == "@target-uri") && len(i.Params.Names()) == 0
	})
	if !bound {
		return s, errors.New("it covers neither @authority nor @target-uri")
	}
	return s, nil
}

// signatureAgent is the host that a request says its key is published at; empty: it says none. A signature has to cover
// what is said, and counts for the member that it covers alone.
func signatureAgent(h http.Header, label string, covered httpsfv.InnerList) (host string, err error) {
	values := h.Values("Signature-Agent")
	if len(values) == 0 {
		return "", nil
	}
	var members []string
	whole := false
	for _, i := range covered.Items {
		if i.Value != "signature-agent" {
			continue
		}
		key, hasKey := i.Params.Get("key")
		name, _ := key.(string)
		members, whole = append(members, name), whole || !hasKey
	}
	if strings.HasPrefix(strings.TrimSpace(values[0]), `"`) { // as earlier drafts had it
		item, err := httpsfv.UnmarshalItem(values)
		address, isText := item.Value.(string)
		if err != nil || !isText || !whole {
			return "", errors.New("it does not cover Signature-Agent, or that can't be read")
		}
		return directoryHost(address), nil
	}
	dictionary, err := httpsfv.UnmarshalDictionary(values)
	if err != nil {
		return "", errors.New("Signature-Agent can't be read")
	}
	if whole {
		members = dictionary.Names()
	}
	if !slices.Contains(members, label) && len(members) == 1 {
		label = members[0]
	}
	member, there := dictionary.Get(label)
	item, isItem := member.(httpsfv.Item)
	if !there || !isItem || !slices.Contains(members, label) {
		return "", errors.New("it does not cover its member of Signature-Agent")
	}
	if kind, typed := item.Params.Get("type"); typed && kind != httpsfv.Token("directory") {
		return "", nil // found in a way that is not used here
	}
	address, _ := item.Value.(string)
	return directoryHost(address), nil
}

// directoryHost is the host of an address that a directory is at: an origin of https on its own port; else empty.
func directoryHost(address string) string {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "https" || at.Path != "" && at.Path != "/" || at.RawQuery != "" || at.User != nil || at.Port() != "" && at.Port() != "443" {
		return ""
	}
	return strings.ToLower(at.Hostname())
}

func textOf(params *httpsfv.Params, name string) string {
	value, _ := params.Get(name)
	text, _ := value.(string)
	return text
}

func numberOf(params *httpsfv.Params, name string) (time.Time, bool) {
	value, _ := params.Get(name)
	seconds, is := value.(int64)
	return time.Unix(seconds, 0), is
}
