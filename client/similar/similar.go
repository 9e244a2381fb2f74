// Package similar asks a portal which works look like a file. The chain decides nothing by that: it is a hint for people, from an index
// that somebody runs beside the chain. What a portal says of a work is checked with a node.
package similar

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Distance is in how many of 64 bits codes may differ in where nobody says otherwise: a picture that was stored anew differs in fewer,
// and hardly any two photographs that have nothing to do with each other do (docs/similarity.md has what was measured).
const Distance = 6

// MaxDistance is the most that portals look for.
const MaxDistance = 7

// Path is where portals answer, below their address.
const Path = "/similar.json"

const (
	// within is how long a portal has.
	within = 20 * time.Second
	// maxWorks is how many works portals name at most.
	maxWorks = 100
	// maxAnswer is the longest answer that is read, in bytes.
	maxAnswer = 1 << 20
)

// Work is one that looks like what was asked for. That is a hint to look at, and no judgement: neither that one was made
// from the other, nor whose it is.
type Work struct {
	Work  string `json:"work"`
	Title string `json:"title,omitempty"`
	Kind  string `json:"kind"`
	Owner string `json:"owner"`
	// SHA256 of its content.
	SHA256 string `json:"sha256"`
	// Since when its owner's line claims it, and whether others claim the same content.
	Since     time.Time `json:"claimed_since"`
	Contested bool      `json:"contested"`
	Active    bool      `json:"active"`
	// Unit says what is alike: "image", "text", "audio", "video", "mixed", or "data", the bytes.
	Unit string `json:"unit"`
	// Distance is in how many of 64 bits the codes of that differ.
	Distance int `json:"distance"`
	// Credentials are the hashes and labels of Content Credentials that the work names.
	Credentials []string `json:"c2pa,omitempty"`
}

// Answer is works that look like something, the nearest first.
type Answer struct {
	ChainID string    `json:"chain_id"`
	Height  int64     `json:"height,string"`
	Time    time.Time `json:"time"`
	// Compared are the units that were looked for; none: nothing that was asked with can be compared.
	Compared []string `json:"compared"`
	Works    []Work   `json:"works"`
	// More: there are others as near as the last, or farther.
	More bool `json:"more"`
}

// Query asks for works that look like a file, by its ISCC, or like a work, by its id.
type Query struct {
	ISCC, Work string
	// Distance is in how many of 64 bits codes may differ.
	Distance int
	// Limit is how many works are named; 0: as many as the portal thinks right.
	Limit int
}

// ErrPortal says that a portal does not answer as portals do.
var ErrPortal = errors.New("no answer of a portal")

// HTTP asks portals. It is led to other addresses of the same portal only: one that somebody else runs must not choose which machines
// are asked from here, such as those that no stranger reaches.
var HTTP = &http.Client{CheckRedirect: func(next *http.Request, via []*http.Request) error {
	if first := via[0].URL; next.URL.Host != first.Host || next.URL.Scheme != first.Scheme || len(via) > 3 {
		return fmt.Errorf("it leads to %s://%s: name that if you mean it", next.URL.Scheme, next.URL.Host)
	}
	return nil
}}

// Ask asks the portal at an address, as https://portal.example.org. It fails with ErrPortal.
func Ask(ctx context.Context, portal string, q Query) (answer Answer, err error) {
	address, err := url.Parse(portal)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return answer, fmt.Errorf("%q is no address of a portal: write https://HOST", portal)
	}
	address = address.JoinPath(Path)
	values := url.Values{"distance": {strconv.Itoa(q.Distance)}}
	for word, text := range map[string]string{"iscc": q.ISCC, "work": q.Work} {
		if text != "" {
			values.Set(word, text)
		}
	}
	if q.Limit > 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	address.RawQuery = values.Encode()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return answer, err
	}
	response, err := HTTP.Do(request)
	if err != nil {
		return answer, fmt.Errorf("%w: %w", ErrPortal, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil || len(raw) > maxAnswer {
		return answer, fmt.Errorf("%w at %s: %w", ErrPortal, portal, errors.Join(err, fmt.Errorf("%d bytes came", len(raw))))
	}
	if response.StatusCode != http.StatusOK {
		var refused struct{ Error struct{ Message string } }
		_ = json.Unmarshal(raw, &refused) // what is not JSON has no reason
		return answer, fmt.Errorf("%w at %s: %s %s", ErrPortal, portal, response.Status, strings.TrimSpace(refused.Error.Message))
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return answer, fmt.Errorf("%w at %s: %w", ErrPortal, portal, err)
	}
	if most := cmp.Or(q.Limit, maxWorks); len(answer.Works) > most {
		answer.Works, answer.More = answer.Works[:most], true
	}
	return answer, nil
}
