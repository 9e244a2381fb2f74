package pages

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/portal/discover"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxServicesShown is the most agents of a page for people, and maxEndpointsShown the most that one has of its endpoints: what they
// say of themselves is long, and a page stays below MaxPage.
const maxServicesShown, maxEndpointsShown = 10, 3

// servicesPage is a search for agents.
type servicesPage struct {
	Height int64
	Query  discover.ServiceQuery
	// Usual are protocols that agents have.
	Usual []string
	Wrong string
	Found []service
	Next  string
}

// service is an agent that acts. What it says is text, and never a link: whoever registers an agent writes it.
type service struct {
	Agent, Controller, Model link
	Says                     []fact
	Ends                     time.Time
	// Offers is the search for what its controller offers.
	Offers string
}

var usualProtocols = []string{"mcp", "a2a", "x402", "web"}

// servicesJSON answers programs.
func (s *Site) servicesJSON(ctx context.Context, r *http.Request) (any, error) {
	q, err := discover.ReadServiceQuery(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return s.finder.Services(ctx, q)
}

// services finds agents by how they are reached and what they say of themselves.
func (s *Site) services(ctx context.Context, v *visit) error {
	values := v.r.URL.Query()
	q, err := discover.ReadServiceQuery(values)
	page := &servicesPage{Query: q, Usual: usualProtocols}
	if q.Limit = min(q.Limit, maxServicesShown); q.Limit == 0 {
		q.Limit = maxServicesShown
	}
	var found discover.Services
	if err == nil {
		found, err = s.finder.Services(ctx, q)
	}
	if wrong := discover.Wrong(err); wrong != "" {
		page.Wrong = v.meaning("wish.", wrong, "", "fault.unreadable")
		return v.show(http.StatusBadRequest, "services.html", v.T("services.title"), page)
	}
	if err != nil {
		return err
	}
	page.Height, v.height = found.Height, found.Height
	for _, f := range found.Services {
		page.Found = append(page.Found, v.service(ctx, f))
	}
	if found.Next != "" {
		values.Set("after", found.Next)
		values.Del("lang")
		page.Next = "?" + values.Encode()
	}
	return v.show(http.StatusOK, "services.html", v.T("services.title"), page)
}

func (v *visit) service(ctx context.Context, f discover.Service) service {
	said := service{
		Agent: link{clip(f.Name), "/agents/" + f.Agent}, Controller: accountLink(f.Controller), Ends: f.Ends,
		Offers: "/offers?use=ai-input&commercial=yes&owner=" + f.Controller,
	}
	if strings.TrimSpace(f.Name) == "" {
		said.Agent.Text = short(f.Agent)
	}
	add := func(name, text string) {
		if text != "" {
			said.Says = append(said.Says, fact{name, clipLong(text)})
		}
	}
	add(v.T("agent.responsible"), f.Responsible)
	add(v.T("agent.does"), f.Description)
	add(v.T("record.model"), strings.TrimSpace(f.Model.Name+" "+f.Model.Version))
	for i, e := range f.Endpoints {
		if i == maxEndpointsShown {
			said.Says = append(said.Says, fact{Value: "…"})
			break
		}
		add(clip(strings.TrimSpace(e.Protocol+" "+e.Version)), e.URI)
	}
	if id, err := registrytypes.ParseWorkID(f.Model.Work); err == nil {
		said.Model = v.named(ctx, id)
	}
	return said
}
