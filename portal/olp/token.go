package olp

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/client/jose"
	"github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// grantType is the one that RSL 1.0 has (section 5.4.2).
	grantType     = "client_credentials"
	assertionType = olp.AssertionType
	// tokenType is that of RSL 1.0 (section 5.4.3), and jwtType the one in a token's header (RFC 9068).
	tokenType = "License"
	jwtType   = "at+jwt"
)

// granted is the answer to who gets a token.
type granted struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
}

// toPay is the answer to who could pay.
type toPay struct {
	x402.Required
	Description string   `json:"error_description,omitempty"`
	Verdict     string   `json:"verdict,omitempty"`
	Reasons     []string `json:"reasons,omitempty"`
}

// wanted is what a request is about.
type wanted struct {
	found Found
	uses  []licensetypes.Use
	sent  map[string]string
}

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Authorization, "+x402.PaymentHeader)
	want, err := s.wanted(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	payment, err := x402.ReadPayment(r.Header)
	if err != nil {
		s.fail(w, r, refuse(http.StatusBadRequest, invalidRequest, described(err)))
		return
	}
	if payment != nil {
		s.byPayment(w, r, want, payment)
		return
	}
	id, assertion, err := credentials(r, want.sent)
	switch {
	case err != nil:
		s.fail(w, r, err)
	case assertion == "":
		s.price(w, r, want, "", refuse(http.StatusUnauthorized, invalidClient, "show which account you are, by a client assertion"))
	default:
		s.byAccount(w, r, want, id, assertion)
	}
}

// wanted reads what is asked for.
func (s *Server) wanted(r *http.Request) (want wanted, err error) {
	if want.sent, err = form(r); err != nil {
		return want, err
	}
	bad := func(code, detail string) (wanted, error) {
		return wanted{}, refuse(http.StatusBadRequest, code, detail)
	}
	switch sent := want.sent; {
	case sent["grant_type"] == "":
		return bad(invalidRequest, "grant_type is missing: it is "+grantType)
	case sent["grant_type"] != grantType:
		return bad(wrongGrantType, "grant_type is "+grantType)
	case sent["resource"] == "" || sent["license"] == "":
		return bad(invalidRequest, "resource and license are needed: the url of a <content>, and a whole <license> element of it")
	case sent["license_type"] != "" && sent["license_type"] != olp.MediaType:
		return bad(invalidLicense, "license_type is "+olp.MediaType)
	}
	if want.found, err = s.find(r.Context(), want.sent["resource"]); err != nil {
		return wanted{}, err
	}
	license, err := olp.ReadLicense(want.sent["license"])
	if err != nil {
		return bad(invalidLicense, described(err))
	}
	want.uses, err = s.uses(r.Context(), want.found, license)
	if errors.Is(err, olp.ErrLicense) {
		return bad(invalidLicense, described(err))
	}
	return want, err
}

// find finds a resource.
func (s *Server) find(ctx context.Context, resource string) (Found, error) {
	if len(resource) > maxResource {
		return Found{}, refuse(http.StatusBadRequest, invalidResource, fmt.Sprintf("a resource has at most %d bytes", maxResource))
	}
	found, err := s.Resources(ctx, resource)
	if errors.Is(err, ErrResource) {
		return Found{}, refuse(http.StatusBadRequest, invalidResource, described(err))
	}
	return found, err
}

// uses are those that a license asks for, of a resource.
func (s *Server) uses(ctx context.Context, found Found, license olp.License) ([]licensetypes.Use, error) {
	if err := s.about(ctx, found, license); err != nil {
		return nil, err
	}
	uses, err := license.Uses(s.Doors.Now())
	if err != nil || found.Use == nil {
		return uses, err
	}
	its := *found.Use
	within := func(geo []string) bool {
		return len(geo) == 0 || len(its.Territories) > 0 && !slices.ContainsFunc(its.Territories, func(code string) bool {
			return !slices.Contains(geo, code)
		})
	}
	for _, use := range uses {
		if use.Action == its.Action && (use.Commercial || !its.Commercial) && within(use.Territories) {
			return []licensetypes.Use{its}, nil
		}
	}
	return nil, fmt.Errorf("%w does not permit what fetching the resource is: to %s", olp.ErrLicense, words.Use(its))
}

// about checks that a license is about the work, where it says which. A work that is named by its content may be any that has it.
func (s *Server) about(ctx context.Context, found Found, license olp.License) error {
	if _, err := registrytypes.ParseWorkID(found.Work); err != nil {
		return nil
	}
	for _, proof := range license.Proofs {
		named, ours := strings.CutPrefix(proof, "stemma:")
		if !ours {
			continue
		}
		chainID, err := s.Doors.Client.ChainID(ctx)
		if err != nil {
			return err
		}
		if named != url.PathEscape(chainID)+":"+found.Work {
			return fmt.Errorf("%w is about %s, which the resource is not", olp.ErrLicense, proof)
		}
	}
	return nil
}

// byAccount gives a token to an account that may use the work already.
func (s *Server) byAccount(w http.ResponseWriter, r *http.Request, want wanted, id, assertion string) {
	c, err := s.client(r.Context(), want, id, assertion)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, use := range want.uses {
		if err := s.Doors.Holds(r.Context(), s.thing(want.found, use), c.Issuer, false); err != nil {
			s.price(w, r, want, c.Issuer, s.denied(err))
			return
		}
	}
	switch err := s.once.use(c.Issuer, c.ID, c.Expires, s.Doors.Now()); {
	case errors.Is(err, errFull):
		w.Header().Set("Retry-After", "60")
		s.fail(w, r, refuse(http.StatusServiceUnavailable, unavailable, err.Error()))
		return
	case err != nil:
		s.fail(w, r, refuse(http.StatusUnauthorized, invalidClient, err.Error()))
		return
	}
	claims := Claims{Subject: c.Issuer}
	if c.Agent != "" {
		claims.Agent, claims.AgentKey = c.Agent, c.Key.String()
	}
	s.give(w, r, want, claims)
}

// client is who the request is by.
func (s *Server) client(ctx context.Context, want wanted, id, assertion string) (olp.Client, error) {
	no := func(detail string) (olp.Client, error) {
		return olp.Client{}, refuse(http.StatusUnauthorized, invalidClient, detail)
	}
	c, err := olp.ReadAssertion(assertion, []string{s.endpoint(), s.issuer}, s.Doors.Now())
	switch {
	case err != nil:
		return no(described(err))
	case id != "" && id != c.Issuer:
		return no("client_id is " + strconv.Quote(id[:min(len(id), 128)]) + ", the assertion is of " + c.Issuer)
	case c.Resource != "" && c.Resource != want.sent["resource"]:
		return no("the assertion is for another resource")
	case c.Issued < s.started.Unix():
		return no("the assertion is older than this server, which does not know whether it was used: sign a new one")
	}
	if c.Agent == "" {
		return c, nil
	}
	agent, err := agenttypes.ParseAgentID(c.Agent)
	if err != nil {
		return no(described(err))
	}
	if err := s.Doors.ActsFor(ctx, agent, c.Key.String(), c.Issuer); err != nil {
		if why := new(x402.Refusal); errors.As(err, &why) && !why.Reason.Retry() {
			return no(why.Detail)
		}
		return olp.Client{}, err
	}
	return c, nil
}

// denied makes an answer of what the chain says no to.
func (s *Server) denied(err error) error {
	why := new(x402.Refusal)
	switch {
	case doors.IsDenied(err):
		return refuse(http.StatusForbidden, invalidResource, err.Error())
	case errors.As(err, &why) && !why.Reason.Retry():
		return refuse(http.StatusForbidden, invalidLicense, described(errors.New(why.Detail)))
	}
	return err
}

// price answers what a use costs an account, or anybody; where there is nothing to be paid, or more than one use is
// asked for, it is refused as said.
func (s *Server) price(w http.ResponseWriter, r *http.Request, want wanted, account string, otherwise error) {
	f := new(fault)
	if !errors.As(otherwise, &f) || f.code == invalidResource {
		s.fail(w, r, otherwise)
		return
	}
	if len(want.uses) != 1 {
		if f.code == invalidLicense {
			f.detail += "; where something is to be paid, ask for one usage at a time"
		}
		s.fail(w, r, f)
		return
	}
	asked, err := s.Doors.Ask(r.Context(), s.thing(want.found, want.uses[0]), account)
	switch {
	case err != nil:
		s.fail(w, r, s.denied(err))
	case len(asked.Accepts) == 0:
		s.fail(w, r, f)
	case want.found.Many && asked.PerUse:
		s.fail(w, r, refuse(http.StatusBadRequest, invalidResource, "each use is to be paid: name one address"))
	default:
		asked.Error = "payment_required"
		s.ask(w, asked, f.detail)
	}
}

// ask answers 402.
func (s *Server) ask(w http.ResponseWriter, asked doors.Asked, detail string) {
	w.Header().Set(x402.RequiredHeader, x402.Encode(asked.Required))
	answer(w, http.StatusPaymentRequired, toPay{asked.Required, detail, asked.Verdict, asked.Reasons})
}

// byPayment gives a token to who pays for it with this request, or proves the right by x402's holder.
func (s *Server) byPayment(w http.ResponseWriter, r *http.Request, want wanted, payment *x402.Payment) {
	if len(want.uses) != 1 {
		s.fail(w, r, refuse(http.StatusBadRequest, invalidLicense, "one usage at a time is paid"))
		return
	}
	t := s.thing(want.found, want.uses[0])
	payer := ""
	if signed, err := x402.ReadSigned(s.Doors.Client.Encoding, payment.Payload); want.found.Many && err == nil {
		payer = signed.Payer // who has a grant may owe each use, where others are missing the grant
	}
	asked, err := s.Doors.Ask(r.Context(), t, payer)
	switch {
	case err != nil:
		s.fail(w, r, s.denied(err))
		return
	case want.found.Many && (asked.PerUse || payment.Payload.Voucher != nil):
		s.fail(w, r, refuse(http.StatusBadRequest, invalidResource, "each use is to be paid: name one address"))
		return
	}
	receipt, err := s.Doors.Take(r.Context(), w.Header(), t, payment, func() error { return nil })
	why := new(x402.Refusal)
	switch {
	case errors.As(err, &why) && why.Reason.Retry():
		w.Header().Set("Retry-After", "2")
		s.fail(w, r, refuse(http.StatusServiceUnavailable, unavailable, string(why.Reason)+": "+why.Detail))
		return
	case errors.As(err, &why) && len(asked.Accepts) == 0:
		s.fail(w, r, s.denied(err))
		return
	case errors.As(err, &why):
		asked.Error = string(why.Reason)
		s.ask(w, asked, described(errors.New(why.Detail)))
		return
	case err != nil:
		s.fail(w, r, s.denied(err))
		return
	}
	claims := Claims{Subject: receipt.Payer, Payment: receipt.ID}
	if claims.PaidUse, err = s.paidUse(r.Context(), t, receipt, asked.PerUse); err != nil {
		s.price(w, r, want, receipt.Payer, s.denied(err)) // it has a grant now, and each use is to be paid
		return
	}
	if !claims.PaidUse { // a use that was paid stays, whoever paid it
		if claims.Agent, claims.AgentKey, err = s.agentOf(payment, t); err != nil {
			s.fail(w, r, s.denied(err))
			return
		}
	}
	s.give(w, r, want, claims)
}

// paidUse says whether a payment was for a use, and not for grants or passes, by which the chain permits it from now on. It fails with what
// is in the way of a use that neither permits, such as that each is to be paid, and where the chain can't be asked.
func (s *Server) paidUse(ctx context.Context, t doors.Thing, receipt doors.Receipt, perUse bool) (bool, error) {
	if receipt.ID == "" {
		return false, nil
	}
	err := s.Doors.Holds(ctx, t, receipt.Payer, false)
	why := new(x402.Refusal)
	switch {
	case err == nil:
		return perUse && len(receipt.Grants) == 0, nil
	case len(receipt.Grants) == 0 && errors.As(err, &why) && why.Reason == x402.NoRight:
		return true, nil
	}
	return false, err
}

// agentOf is the agent in whose name a payment was taken, and the key that signed it; empty: the account itself did.
func (s *Server) agentOf(payment *x402.Payment, t doors.Thing) (agent, key string, err error) {
	if holder := payment.Payload.Holder; holder != nil {
		if holder.Agent == "" {
			return "", "", nil
		}
		signer, err := holder.Verify(payment.Accepted.Network, t.URL, s.Doors.Now())
		return holder.Agent, signer.String(), err
	}
	signed, err := x402.ReadSigned(s.Doors.Client.Encoding, payment.Payload)
	if err != nil {
		return "", "", err
	}
	id, acting := signed.Agent()
	if !acting {
		return "", "", nil
	}
	signer, err := signed.Signer()
	return id.String(), signer.String(), err
}

// give writes a token.
func (s *Server) give(w http.ResponseWriter, r *http.Request, want wanted, c Claims) {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	now := s.Doors.Now()
	c.Issuer, c.Client, c.Audience, c.Work = s.issuer, c.Subject, want.found.Resource, want.found.Work
	c.Issued, c.Expires, c.ID = now.Unix(), now.Add(Life).Unix(), base64.RawURLEncoding.EncodeToString(id[:])
	c.Scope = olp.Scope(want.uses)
	for _, use := range want.uses {
		c.Uses = append(c.Uses, useOf(use))
	}
	token, err := s.Key.Sign(jwtType, c)
	if err == nil && len(token) > jose.MaxCompact {
		err = refuse(http.StatusBadRequest, invalidLicense, "the token would be too long: name fewer territories, or one usage")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, granted{token, tokenType, int(Life.Seconds()), c.Scope})
}

// thingOf names a use of a resource.
func thingOf(endpoint string, found Found, use licensetypes.Use) doors.Thing {
	named := url.Values{"resource": {found.Resource}, "use": {rights.ActionWord(use.Action)}}
	if use.Commercial {
		named.Set("commercial", "true")
	}
	if len(use.Territories) > 0 {
		named["territory"] = use.Territories
	}
	return doors.Thing{
		Resource: x402.Resource{URL: endpoint + "?" + named.Encode(), Description: words.Use(use), MIMEType: "application/json"},
		Work:     found.Work, Use: use, Behind: true, Later: true, // nothing here counts uses
	}
}
