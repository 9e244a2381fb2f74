package bots

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/dunglas/httpsfv"
)

// message is a request as a signature sees it: its address is what the operator says that it is, not what the reader writes as Host.
type message struct {
	method string
	// target is the whole address, scheme and authority included.
	target *url.URL
	header http.Header
}

// maxComponents is how many parts of a message a signature covers at most.
const maxComponents = 32

// base is what is signed (RFC 9421 section 2.5): the covered parts, and what the signature says of itself.
func (m message) base(covered httpsfv.InnerList) (string, error) {
	if len(covered.Items) > maxComponents {
		return "", fmt.Errorf("it covers %d parts, at most %d are read", len(covered.Items), maxComponents)
	}
	var b strings.Builder
	seen := map[string]bool{}
	for _, item := range covered.Items {
		id, err := httpsfv.Marshal(item)
		if err != nil {
			return "", err
		}
		if seen[id] {
			return "", fmt.Errorf("it covers %s twice", id)
		}
		seen[id] = true
		name, isText := item.Value.(string)
		if !isText || name != strings.ToLower(name) {
			return "", fmt.Errorf("%s is no name of a part", id)
		}
		value, err := m.part(name, item.Params)
		if err != nil {
			return "", fmt.Errorf("%s: %w", id, err)
		}
		if strings.ContainsAny(value, "\r\n") {
			return "", fmt.Errorf("%s has a line break", id)
		}
		b.WriteString(id + ": " + value + "\n")
	}
	params, err := httpsfv.Marshal(httpsfv.List{covered})
	if err != nil {
		return "", err
	}
	return b.String() + `"@signature-params": ` + params, nil
}

// errPart is of a part that we do not know how to read.
var errPart = errors.New("this part is not known here")

// part is the value of a part (RFC 9421 sections 2.1 and 2.2).
func (m message) part(name string, params *httpsfv.Params) (string, error) {
	if derived, is := strings.CutPrefix(name, "@"); is {
		return m.derived(derived, params)
	}
	values := m.header.Values(name)
	if name == "host" { // the server keeps it apart, and what a reader writes there is not the operator's word
		values = []string{m.target.Host}
	}
	if len(values) == 0 {
		return "", errors.New("the request has no such header")
	}
	switch names := params.Names(); {
	case len(names) == 0:
		trimmed := make([]string, len(values))
		for i, value := range values {
			trimmed[i] = strings.TrimSpace(value)
		}
		return strings.Join(trimmed, ", "), nil
	case len(names) > 1 || names[0] != "key":
		return "", errPart
	}
	key, _ := params.Get("key")
	text, isText := key.(string)
	dictionary, err := httpsfv.UnmarshalDictionary(values)
	if err != nil || !isText {
		return "", errors.New("it is no member of a dictionary")
	}
	member, there := dictionary.Get(text)
	if !there {
		return "", errors.New("the header has no such member")
	}
	return httpsfv.Marshal(httpsfv.List{member})
}

// derived is a part that is no header.
func (m message) derived(name string, params *httpsfv.Params) (string, error) {
	if name == "query-param" {
		return m.queryParam(params)
	}
	if len(params.Names()) > 0 {
		return "", errPart
	}
	switch name {
	case "method":
		return m.method, nil
	case "target-uri":
		return m.target.String(), nil
	case "authority":
		return m.target.Host, nil
	case "scheme":
		return m.target.Scheme, nil
	case "request-target":
		return m.target.RequestURI(), nil
	case "path":
		if path := m.target.EscapedPath(); path != "" {
			return path, nil
		}
		return "/", nil
	case "query":
		return "?" + m.target.RawQuery, nil
	}
	return "", errPart
}

// queryParam is one parameter of the address (RFC 9421 section 2.2.8).
func (m message) queryParam(params *httpsfv.Params) (string, error) {
	name, _ := params.Get("name")
	text, isText := name.(string)
	if !isText || len(params.Names()) != 1 {
		return "", errPart
	}
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return "", err
	}
	query, err := url.ParseQuery(m.target.RawQuery)
	if err != nil {
		return "", err
	}
	values := query[decoded]
	if len(values) != 1 {
		return "", fmt.Errorf("the address has the parameter %d times", len(values))
	}
	return asForms.Replace(url.QueryEscape(values[0])), nil
}

// asForms makes Go's encoding that of forms, as RFC 9421 has it, but that a space is %20.
var asForms = strings.NewReplacer("+", "%20", "%2A", "*", "~", "%7E")
