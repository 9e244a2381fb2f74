package olp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Claims are what a token says: the account that may use a work so, and by which resource it is fetched (RFC 9068
// section 2.2, and our own).
type Claims struct {
	Issuer string `json:"iss"`
	// Subject and Client are the account.
	Subject string `json:"sub"`
	Client  string `json:"client_id"`
	// Audience is the resource.
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	Scope    string `json:"scope"`
	Work     string `json:"work"`
	Uses     []Use  `json:"uses"`
	// Payment that the token was had for; empty: nothing was to be paid. PaidUse: it paid this use, and no grant.
	Payment string `json:"payment,omitempty"`
	PaidUse bool   `json:"paid_use,omitempty"`
	// Agent and AgentKey: a key of an agent asked, in the account's name.
	Agent    string `json:"agent,omitempty"`
	AgentKey string `json:"agent_key,omitempty"`
}

// Use is a use in the words of questions.
type Use struct {
	Use         string   `json:"use"`
	Commercial  bool     `json:"commercial,omitempty"`
	Territories []string `json:"territories,omitempty"`
	Media       []string `json:"media,omitempty"`
}

func useOf(use licensetypes.Use) Use {
	return Use{rights.ActionWord(use.Action), use.Commercial, use.Territories, use.Media}
}

// chains is the use as the chain knows it.
func (u Use) chains(now time.Time) (licensetypes.Use, error) {
	return rights.ParseUse(rights.Wish{Action: u.Use, Commercial: u.Commercial, Territories: u.Territories, Media: u.Media}, now)
}

func (u Use) equal(other Use) bool {
	return u.Use == other.Use && u.Commercial == other.Commercial && slices.Equal(u.Territories, other.Territories) && slices.Equal(u.Media, other.Media)
}

// read verifies a token. It fails with a *fault.
func (s *Server) read(token string) (Claims, error) {
	var c Claims
	if err := s.Key.Verify(token, jwtType, &c); err != nil {
		return Claims{}, refuse(http.StatusUnauthorized, InvalidToken, described(err))
	}
	now := s.Doors.Now()
	switch {
	case c.Issuer != s.issuer:
		return Claims{}, refuse(http.StatusUnauthorized, InvalidToken, "it is of another licence server")
	case !time.Unix(c.Expires, 0).After(now):
		return Claims{}, refuse(http.StatusUnauthorized, InvalidToken, "it ended at "+time.Unix(c.Expires, 0).UTC().Format(time.RFC3339))
	case time.Unix(c.Issued, 0).After(now.Add(olp.Skew)):
		return Claims{}, refuse(http.StatusUnauthorized, InvalidToken, "it is of a time to come")
	}
	return c, nil
}

// covers checks that a token is for a resource.
func (c Claims) covers(found Found) error {
	no := func(detail string) error { return refuse(http.StatusForbidden, InsufficientScope, detail) }
	switch {
	case c.Audience != found.Resource && (found.Under == "" || c.Audience != found.Under):
		return no("the token is for " + c.Audience)
	case c.Work != found.Work:
		return no("the token is for " + c.Work)
	case found.Use != nil && !slices.ContainsFunc(c.Uses, useOf(*found.Use).equal):
		return no("the token is for another use: " + c.Scope)
	}
	return nil
}

// holds asks the chain anew whether what a token says is so: that the account may use the work in all these ways, and
// that the key which asked still acts for it. A use that was paid stays paid: the owner who closes the offer meanwhile
// has the money. It fails with a *fault, or where the node does not answer.
func (s *Server) holds(ctx context.Context, c Claims, uses []Use) error {
	over := func(err error) error {
		why := new(x402.Refusal)
		switch {
		case doors.IsDenied(err):
			return refuse(http.StatusUnauthorized, InvalidToken, err.Error())
		case errors.As(err, &why) && !why.Reason.Retry():
			return refuse(http.StatusUnauthorized, InvalidToken, "it is over: "+why.Detail)
		}
		return err
	}
	if c.Agent != "" {
		agent, err := agenttypes.ParseAgentID(c.Agent)
		if err != nil {
			return refuse(http.StatusUnauthorized, InvalidToken, described(err))
		}
		if err := s.Doors.ActsFor(ctx, agent, c.AgentKey, c.Subject); err != nil {
			return over(err)
		}
	}
	for _, u := range uses {
		use, err := u.chains(s.Doors.Now())
		if err != nil {
			return refuse(http.StatusUnauthorized, InvalidToken, described(err))
		}
		t := s.thing(Found{Resource: c.Audience, Work: c.Work}, use)
		err = s.Doors.Holds(ctx, t, c.Subject, c.PaidUse)
		if why := new(x402.Refusal); c.PaidUse && errors.As(err, &why) && why.Reason == x402.NoRight {
			continue
		}
		if err != nil {
			return over(err)
		}
	}
	return nil
}

// introspection is the answer of RSL 1.0 section 5.5 and RFC 7662.
type introspection struct {
	Active    bool   `json:"active"`
	TokenType string `json:"token_type,omitempty"`
	License   string `json:"license,omitempty"`
	Resource  string `json:"resource,omitempty"`
	// Permitted: the token covers the resource that was asked about.
	Permitted *bool  `json:"permitted,omitempty"`
	Reason    string `json:"reason,omitempty"`
	*Claims
}

// introspect says whether a token holds, now, and covers a resource. The caller shows nothing but the token: who has it
// could as well use it, and nobody finds one by guessing.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	sent, err := form(r)
	if err == nil && sent["token"] == "" {
		err = refuse(http.StatusBadRequest, invalidRequest, "token is missing")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	c, err := s.read(sent["token"])
	if err == nil {
		err = s.holds(r.Context(), c, c.Uses)
	}
	if f := new(fault); errors.As(err, &f) {
		answer(w, http.StatusOK, introspection{}) // RFC 7662 section 2.2: nothing is said of it but that
		return
	}
	var chainID string
	if err == nil {
		chainID, err = s.Doors.Client.ChainID(r.Context())
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var uses []licensetypes.Use
	for _, u := range c.Uses {
		use, err := u.chains(s.Doors.Now())
		if err != nil {
			s.fail(w, r, err)
			return
		}
		uses = append(uses, use)
	}
	told := introspection{
		Active: true, TokenType: tokenType, License: olp.WriteLicense(uses, "stemma:"+url.PathEscape(chainID)+":"+c.Work), Resource: c.Audience, Claims: &c,
	}
	if resource := sent["resource"]; resource != "" {
		found, err := s.find(r.Context(), resource)
		if err == nil {
			err = c.covers(found)
		}
		f := new(fault)
		if err != nil && !errors.As(err, &f) {
			s.fail(w, r, err)
			return
		}
		told.Permitted, told.Reason = new(err == nil), f.detail
	}
	answer(w, http.StatusOK, told)
}

// noKey answers who asks for the key of an encrypted file: there are none here.
func (s *Server) noKey(w http.ResponseWriter, r *http.Request) {
	sent, err := form(r)
	switch {
	case err != nil:
	case sent["token"] == "" || sent["resource"] == "":
		err = refuse(http.StatusBadRequest, invalidRequest, "token and resource are needed")
	default:
		if _, err = s.read(sent["token"]); err == nil {
			err = refuse(http.StatusForbidden, InsufficientScope, "nothing is encrypted here: files are handed over as they are, to who shows the token")
		}
	}
	s.fail(w, r, err)
}
