package discover

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal/index/fold"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// maxAgents is how many agents the node is asked about for a page.
const maxAgents = 200

// aProtocol is a protocol as passports name it.
var aProtocol = regexp.MustCompile(`^[a-z0-9._-]{1,32}$`)

// ServiceQuery is what agents are looked for by.
type ServiceQuery struct {
	// Protocol that the agent is reached by, as mcp, a2a or x402; empty: any, or none.
	Protocol string
	// Text is words of the name, the description, the model and who answers, all of which have to be there; empty: any.
	Text string
	// After goes on behind another page, and Limit is how many agents a page has; 0: DefaultPage.
	After string
	Limit int
}

// Service is an agent that acts. All that it says of itself is what its controller wrote: the chain checks none of it, and
// nobody has fetched what is at an address.
type Service struct {
	Agent       string `json:"agent"`
	Name        string `json:"name,omitempty"`
	Controller  string `json:"controller"`
	Payout      string `json:"payout"`
	Responsible string `json:"responsible,omitempty"`
	Description string `json:"description,omitempty"`
	Model       Model  `json:"model"`
	// Endpoints are where it says that it is reached.
	Endpoints []Endpoint `json:"endpoints"`
	// JWKThumbprint is of the key that signs its HTTP messages (RFC 9421), KeyDirectory where such keys are.
	JWKThumbprint string    `json:"jwk_thumbprint,omitempty"`
	KeyDirectory  string    `json:"key_directory,omitempty"`
	Version       uint32    `json:"version"`
	Registered    time.Time `json:"registered_at"`
	Ends          time.Time `json:"expires_at"`
}

// Model is what an agent runs on: a registered work, a name, or both.
type Model struct {
	Work    string `json:"work,omitempty"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// Endpoint is where an agent is reached.
type Endpoint struct {
	Protocol string `json:"protocol"`
	URI      string `json:"uri"`
	Version  string `json:"version,omitempty"`
}

// Services is a page of agents.
type Services struct {
	ChainID  string    `json:"chain_id"`
	Height   int64     `json:"height,string"`
	Time     time.Time `json:"time"`
	Services []Service `json:"services"`
	// Next is where the search goes on; empty: there is no more. A page may have few agents, or none, and a next.
	Next string `json:"next,omitempty"`
}

// Services finds agents that act, the newest first. It fails with a *ParamError, and with index.ErrPage for an After that no page gave.
func (f *Finder) Services(ctx context.Context, q ServiceQuery) (found Services, err error) {
	found.Services = []Service{}
	q.Protocol = strings.ToLower(strings.TrimSpace(q.Protocol))
	if q.Protocol != "" && !aProtocol.MatchString(q.Protocol) {
		return found, &ParamError{"protocol", fmt.Errorf("%.40q is no protocol: write a name such as mcp, a2a or x402", q.Protocol)}
	}
	if found.ChainID, err = f.Client.ChainID(ctx); err != nil {
		return found, err
	}
	if found.Height, found.Time, err = f.Client.Latest(ctx); err != nil {
		return found, err
	}
	at, limit := client.At(ctx, found.Height), pageOf(q.Limit)
	words := strings.Fields(fold.Key(q.Text))
	after := q.After
	for asked := 0; ; {
		// No more than there is room for: what comes after the last that is shown begins the next page.
		page, err := f.Index.Agents(ctx, q.Protocol, found.Time, after, limit-len(found.Services))
		if err != nil {
			return found, err
		}
		list, err := f.agents(at, page.Rows)
		if err != nil {
			return found, err
		}
		for _, s := range list {
			if s != nil && s.reachedBy(q.Protocol) && s.has(words) {
				found.Services = append(found.Services, *s)
			}
		}
		after = page.Next
		if asked += len(page.Rows); after == "" || len(found.Services) == limit || asked >= maxAgents {
			found.Next = after
			return found, nil
		}
	}
}

// agents asks about agents, several at a time; nil: it does not act, or is not shown.
func (f *Finder) agents(ctx context.Context, ids []agenttypes.AgentID) ([]*Service, error) {
	list := make([]*Service, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, id := range ids {
		if f.denied(id.String()) {
			continue
		}
		group.Go(func() error {
			res, err := f.Client.Agent().Agent(ctx, &agenttypes.QueryAgentRequest{Agent: id})
			if err == nil && res.Acts {
				list[i] = serviceOf(res)
			}
			return err
		})
	}
	return list, group.Wait()
}

func serviceOf(res *agenttypes.QueryAgentResponse) *Service {
	p, c := res.Passport, res.Card.Card
	s := &Service{
		Agent: p.Id.String(), Name: p.Name, Controller: p.Controller, Payout: p.PayoutAccount(), Responsible: c.Responsible.Name,
		Description: c.Description, Model: Model{written(c.Model.Work), c.Model.Name, c.Model.Version}, Endpoints: []Endpoint{},
		JWKThumbprint: c.JwkThumbprint, KeyDirectory: c.KeyDirectory, Version: p.Version, Registered: p.RegisteredAt, Ends: p.ExpiresAt,
	}
	for _, e := range c.Endpoints {
		s.Endpoints = append(s.Endpoints, Endpoint{e.Protocol, e.Uri, e.Version})
	}
	return s
}

func (s *Service) reachedBy(protocol string) bool {
	return protocol == "" || slices.ContainsFunc(s.Endpoints, func(e Endpoint) bool { return e.Protocol == protocol })
}

// has says whether all words are in what the agent says of itself.
func (s *Service) has(words []string) bool {
	text := fold.Key(strings.Join([]string{s.Name, s.Description, s.Model.Name, s.Model.Version, s.Responsible}, "\n"))
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}
