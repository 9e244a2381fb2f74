// Package bots tells which agent signed a request, by Web Bot Auth (draft-ietf-webbotauth-httpsig-protocol, HTTP message
// signatures of RFC 9421): the key's thumbprint is in the passport of an agent, and the key's own entry names that
// agent. It identifies, and gives no rights: the key is none of the chain's.
package bots

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/dunglas/httpsfv"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

const (
	// Header says in an answer, and to a server behind a paywall, which agent signed the request.
	Header = "Stemma-Agent"
	// tag of these signatures.
	tag = "web-bot-auth"
	// maxLife is how long a signature may hold, and skew how far clocks may be apart.
	maxLife = 24 * time.Hour
	skew    = time.Minute
	// maxField is how long the three headers may be, together, in bytes.
	maxField = 8 << 10
	// maxSignatures of a request are looked at.
	maxSignatures = 4
	// passportLasts is how long what a passport says is remembered, and maxPassports of how many.
	passportLasts = time.Minute
	maxPassports  = 4096
	// askedWithin is how long the node has for a question.
	askedWithin = 5 * time.Second
)

// Outcome of looking at a request.
type Outcome int

// Outcomes. NotKnown: the signature can't be checked, or no passport says whose it is; that is no fault of the request.
const (
	Unsigned Outcome = iota
	Verified
	Invalid
	NotKnown
)

// Bot is who signed a request.
type Bot struct {
	Outcome Outcome
	// Agent has the passport; of Verified alone.
	Agent agenttypes.AgentID
	// Reason of Invalid and NotKnown.
	Reason string
}

// String is the agent's id, "unsigned", or why nobody is known.
func (b Bot) String() string {
	switch b.Outcome {
	case Verified:
		return b.Agent.String()
	case Invalid:
		return "signature not valid: " + b.Reason
	case NotKnown:
		return "signature not known: " + b.Reason
	}
	return "unsigned"
}

// Config is what requests are checked by.
type Config struct {
	Client *client.Client
	// Origin is where the server is reached from outside, as https://example.org. Signatures are for it, whatever a request says.
	Origin string
	// Keys are those of the operator's file.
	Keys []Key
	// Directories are fetched from hosts that the operator allows; nil: from none.
	Directories *Directories
	Log         *slog.Logger
	// Now is the time; nil: the system's.
	Now func() time.Time
}

// Key is a public key, with the agent that it says it is of.
type Key struct {
	Thumbprint string
	Public     ed25519.PublicKey
	Agent      agenttypes.AgentID
	// From and Until are when it is used; zero: always.
	From, Until time.Time
}

// Checker tells who signed a request. It is safe for concurrent use.
type Checker struct {
	Config
	origin *url.URL
	keys   map[string]Key // by thumbprint
	nonces nonces

	mu        sync.Mutex
	passports map[agenttypes.AgentID]passport
}

// passport is what one said.
type passport struct {
	thumbprint string
	acts       bool
	at         time.Time
}

// New makes a checker.
func New(c Config) (*Checker, error) {
	origin, err := url.Parse(c.Origin)
	if err != nil || origin.Host == "" {
		return nil, fmt.Errorf("the address of the server: %q", c.Origin)
	}
	origin.Host = strings.ToLower(origin.Host)
	origin.Host = strings.TrimSuffix(origin.Host, map[string]string{"https": ":443", "http": ":80"}[origin.Scheme])
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	checker := &Checker{Config: c, origin: origin, keys: map[string]Key{}, passports: map[agenttypes.AgentID]passport{}}
	for _, k := range c.Keys {
		checker.keys[k.Thumbprint] = k
	}
	return checker, nil
}

// Check says who signed a request. Of several signatures the first that holds counts, else the first.
func (c *Checker) Check(r *http.Request) Bot {
	inputs, signatures := r.Header.Values("Signature-Input"), r.Header.Values("Signature")
	if len(inputs) == 0 && len(signatures) == 0 {
		return Bot{}
	}
	invalid := func(reason string) Bot { return Bot{Outcome: Invalid, Reason: reason} }
	long := 0
	for _, name := range []string{"Signature-Input", "Signature", "Signature-Agent"} {
		for _, value := range r.Header.Values(name) {
			long += len(value)
		}
	}
	if long > maxField {
		return invalid(fmt.Sprintf("the headers have %d bytes, at most %d are read", long, maxField))
	}
	input, err := httpsfv.UnmarshalDictionary(inputs)
	if err != nil {
		return invalid("Signature-Input: " + err.Error())
	}
	signature, err := httpsfv.UnmarshalDictionary(signatures)
	if err != nil {
		return invalid("Signature: " + err.Error())
	}
	var found []Bot
	for _, label := range input.Names() {
		member, _ := input.Get(label)
		list, isList := member.(httpsfv.InnerList)
		if !isList || textOf(list.Params, "tag") != tag {
			continue // another use of signatures
		}
		if len(found) == maxSignatures {
			break
		}
		bot := c.one(r, label, list, signature)
		if bot.Outcome == Verified {
			return bot
		}
		found = append(found, bot)
	}
	if len(found) == 0 {
		return Bot{}
	}
	return found[0]
}

// one checks one signature.
func (c *Checker) one(r *http.Request, label string, covered httpsfv.InnerList, signatures *httpsfv.Dictionary) Bot {
	invalid := func(reason string) Bot { return Bot{Outcome: Invalid, Reason: reason} }
	unknown := func(reason string) Bot { return Bot{Outcome: NotKnown, Reason: reason} }
	said, err := read(covered, c.Now())
	if err != nil {
		return invalid(err.Error())
	}
	member, _ := signatures.Get(label)
	item, _ := member.(httpsfv.Item)
	signature, isBytes := item.Value.([]byte)
	if !isBytes || len(signature) != ed25519.SignatureSize {
		return invalid("Signature has no Ed25519 signature " + label)
	}
	host, err := signatureAgent(r.Header, label, covered)
	if err != nil {
		return invalid(err.Error())
	}
	key, known := c.key(said.keyid, host)
	switch now := c.Now(); {
	case !known:
		return unknown("no key here has the thumbprint " + said.keyid)
	case !key.From.IsZero() && now.Before(key.From), !key.Until.IsZero() && !now.Before(key.Until):
		return invalid("the key is not used now")
	}
	base, err := c.message(r).base(covered)
	if errors.Is(err, errPart) {
		return unknown(err.Error())
	}
	if err != nil {
		return invalid(err.Error())
	}
	if !ed25519.Verify(key.Public, []byte(base), signature) {
		return invalid("the key did not sign this request")
	}
	acts, err := c.names(r.Context(), key)
	switch {
	case err != nil:
		c.Log.Warn("agents that sign", "agent", key.Agent.String(), "error", err)
		return unknown("the chain can't be asked now")
	case !acts:
		return unknown(key.Agent.String() + " has no passport that names the key and acts")
	case said.nonce != "" && !c.nonces.first(said.keyid+" "+said.nonce):
		return invalid("the nonce came before")
	}
	return Bot{Outcome: Verified, Agent: key.Agent}
}

// message is a request at the server's own address.
func (c *Checker) message(r *http.Request) message {
	target := *r.URL
	target.Scheme, target.Host, target.User, target.Fragment = c.origin.Scheme, c.origin.Host, nil, ""
	return message{r.Method, &target, r.Header}
}

// key finds a key: of the operator's file by its thumbprint, of a directory by its thumbprint and by the host that the request names.
func (c *Checker) key(thumbprint, host string) (Key, bool) {
	if key, known := c.keys[thumbprint]; known {
		return key, true
	}
	if c.Directories == nil || host == "" {
		return Key{}, false
	}
	return c.Directories.key(host, thumbprint)
}

// names says whether the passport of a key's agent names the key and acts. The answer may be a minute old.
func (c *Checker) names(ctx context.Context, key Key) (bool, error) {
	now := c.Now()
	c.mu.Lock()
	known, there := c.passports[key.Agent]
	c.mu.Unlock()
	if !there || now.Sub(known.at) >= passportLasts {
		ctx, cancel := context.WithTimeout(ctx, askedWithin)
		defer cancel()
		res, err := c.Client.Agent().Agent(ctx, &agenttypes.QueryAgentRequest{Agent: key.Agent})
		switch status.Code(err) {
		case codes.OK:
			known = passport{res.Card.Card.JwkThumbprint, res.Acts, now}
		case codes.NotFound:
			known = passport{at: now}
		default:
			return false, err
		}
		c.mu.Lock()
		if len(c.passports) >= maxPassports {
			clear(c.passports)
		}
		c.passports[key.Agent] = known
		c.mu.Unlock()
	}
	return known.acts && known.thumbprint == key.Thumbprint, nil
}
