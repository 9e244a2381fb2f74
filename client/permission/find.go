package permission

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxRows is how many offers of one work are looked at, which is more than it may have.
const maxRows = 200

// Licences is what is asked about offers.
type Licences interface {
	License() licensetypes.QueryClient
}

// Chain is what is asked.
type Chain interface {
	Licences
	Registry() registrytypes.QueryClient
}

// Finder asks a chain.
type Finder struct{ Chain Chain }

// Find asks the chain what a derivation from a source may rely on. Where a grant is needed
// and Buy is set, it takes the cheapest that can be bought in the denom of MaxFee. Where it
// would take a permission that binds what is made, and one that binds less is to be had, it
// fails and lists them: somebody has to name one. It fails with a *RefusedError.
func (f Finder) Find(ctx context.Context, req Request) (Choice, error) {
	if len(req.Actions) == 0 {
		return Choice{}, fmt.Errorf("a request for %s without an action: name what is done with it", req.Source)
	}
	if strings.Contains(req.Wanted, licensetypes.Joiner) {
		return f.joined(ctx, req)
	}
	var err error
	if req.Wanted, err = f.wanted(ctx, req); err != nil {
		return Choice{}, err
	}
	answer, err := f.ask(ctx, req, req.Wanted)
	if err != nil {
		return Choice{}, err
	}
	if req.Wanted == "" {
		options, err := f.options(ctx, req, answer)
		if err != nil {
			return Choice{}, err
		}
		if len(options) > 0 {
			only, err := choose(req, answer, options)
			if err != nil {
				return Choice{}, err
			}
			req.Wanted = only.Permission
			return f.Find(ctx, req)
		}
	}
	if answer.Verdict != licensetypes.VERDICT_ALLOWED {
		if answer, err = f.underTerms(ctx, req, answer); err != nil {
			return Choice{}, err
		}
	}
	switch answer.Verdict {
	case licensetypes.VERDICT_ALLOWED:
		return f.allowed(ctx, req, answer)
	case licensetypes.VERDICT_NEEDS_GRANT:
		if !req.Buy {
			return Choice{}, refused(req, NeedsGrant, answer)
		}
		req.MaxFee = req.most(answer)
		return f.buy(ctx, req, answer)
	}
	return Choice{}, f.denied(ctx, req, answer)
}

// askOne asks for one source about one action; permission, when not empty, is all that
// counts.
func (f Finder) askOne(
	ctx context.Context, req Request, action licensetypes.Action, permission string,
) (licensetypes.Rights, error) {
	use := req.Use()
	use.Action = action
	res, err := f.Chain.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: req.Source.String(), Use: use, Licensee: req.Licensee.String(), Permission: permission, Derivative: req.Derivative,
	})
	if err != nil {
		return licensetypes.Rights{}, err
	}
	return res.Rights, nil
}

// underTerms looks for a grant that the licensee has under the terms wanted,
// where their offer does not do: naming terms to the chain is naming the offer.
// The first grant that allows it counts; what speaks against the others is added.
func (f Finder) underTerms(ctx context.Context, req Request, answer licensetypes.Rights) (licensetypes.Rights, error) {
	terms, err := licensetypes.ParseTerms(req.Wanted)
	if err != nil { // nothing is wanted, or a grant
		return answer, nil
	}
	grants, err := f.grants(ctx, req, terms)
	if err != nil {
		return answer, err
	}
	var against []licensetypes.Reason
	for _, grant := range grants {
		if grant.Terms != terms {
			continue
		}
		answer, err := f.ask(ctx, req, grant.Id.String())
		if err != nil || answer.Verdict == licensetypes.VERDICT_ALLOWED {
			return answer, err
		}
		against = append(against, answer.Reasons...)
	}
	if len(against) > 0 && only(answer.Reasons, rules.NotOffered) {
		answer.Reasons = nil // what is wrong with the grants says more
	}
	answer.Reasons = append(answer.Reasons, against...)
	return answer, nil
}

// wanted is the permission that is wanted as the chain reads it: where a licence is named,
// the id of the offer of the source, or of the grant's terms, that is of that licence.
func (f Finder) wanted(ctx context.Context, req Request) (string, error) {
	if IsGrant(req.Wanted) {
		_, err := licensetypes.ParseGrantID(req.Wanted)
		return req.Wanted, err
	}
	if _, err := licensetypes.ParseTerms(req.Wanted); err == nil || req.Wanted == "" {
		return req.Wanted, nil
	}
	offers, err := Offers(ctx, f.Chain, req.Source)
	if err != nil {
		return "", err
	}
	granted, err := f.grantedTerms(ctx, req)
	if err != nil {
		return "", err
	}
	at := Identified(offers)
	for _, option := range granted {
		at = append(at, option.Terms)
	}
	id, err := licences.Among(req.Wanted, at)
	if errors.Is(err, licences.ErrNotAmong) {
		return "", notUnder(req, licensetypes.Rights{}, offers)
	}
	return id.String(), err
}

// Identified are the terms of offers.
func Identified(offers []licensetypes.OpenOffer) []licensetypes.IdentifiedTerms {
	list := make([]licensetypes.IdentifiedTerms, len(offers))
	for i, offer := range offers {
		list[i] = offer.Terms
	}
	return list
}

// TermsOf finds the terms of a work's offers that somebody names, as licences.Among does.
func TermsOf(ctx context.Context, chain Licences, work registrytypes.WorkID, name string) (licensetypes.TermsID, error) {
	if id, err := licensetypes.ParseTerms(name); err == nil {
		return id, nil
	}
	offers, err := Offers(ctx, chain, work)
	if err != nil {
		return licensetypes.TermsID{}, err
	}
	id, err := licences.Among(name, Identified(offers))
	if errors.Is(err, licences.ErrNotAmong) {
		return id, notUnder(Request{Source: work, Wanted: name}, licensetypes.Rights{}, offers)
	}
	return id, err
}

// Offers lists the open offers on a work, up to 200.
func Offers(ctx context.Context, chain Licences, work registrytypes.WorkID) ([]licensetypes.OpenOffer, error) {
	res, err := chain.License().Offers(ctx, &licensetypes.QueryOffersRequest{Work: work, Pagination: &query.PageRequest{Limit: maxRows}})
	if err != nil {
		return nil, err
	}
	return res.Offers, nil
}

// termsOf are those that a permission names, or that a grant is under.
func (f Finder) termsOf(ctx context.Context, permission string) (terms licensetypes.IdentifiedTerms, err error) {
	if IsGrant(permission) {
		grant, err := f.grant(ctx, permission)
		if err != nil {
			return terms, err
		}
		permission = grant.Terms.String()
	}
	res, err := f.Chain.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: permission})
	if err != nil {
		return terms, err
	}
	return res.Terms, nil
}

// grants lists the licensee's grants of the source that no other work uses; terms that are
// not zero leave out those under others.
func (f Finder) grants(ctx context.Context, req Request, terms licensetypes.TermsID) (list []licensetypes.NamedGrant, err error) {
	rows := client.Rows(ctx, func(
		ctx context.Context, page *query.PageRequest,
	) ([]licensetypes.NamedGrant, *query.PageResponse, error) {
		res, err := f.Chain.License().Grants(ctx, &licensetypes.QueryGrantsRequest{
			Work: req.Source, Licensee: req.Licensee.String(), Terms: terms, Pagination: page,
		})
		return res.GetGrants(), res.GetPagination(), err
	})
	for grant, err := range rows {
		if err != nil {
			return nil, err
		}
		if grant.UsedBy.IsZero() || grant.UsedBy == req.Derivative {
			list = append(list, grant)
		}
	}
	return list, nil
}

func (f Finder) grant(ctx context.Context, permission string) (licensetypes.NamedGrant, error) {
	id, err := licensetypes.ParseGrantID(permission)
	if err != nil {
		return licensetypes.NamedGrant{}, err
	}
	res, err := f.Chain.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return licensetypes.NamedGrant{}, err
	}
	return res.Grant, nil
}

// allowed is what an allowed derivation relies on.
func (f Finder) allowed(ctx context.Context, req Request, answer licensetypes.Rights) (Choice, error) {
	if answer.Permission == "" {
		return Choice{}, nil
	}
	terms, err := f.termsOf(ctx, answer.Permission)
	if err != nil {
		return Choice{}, err
	}
	choice := Choice{Permission: answer.Permission, Terms: &terms, Seen: answer.Conditions, PerUse: payingEach(answer.Obligations)}
	if !IsGrant(answer.Permission) {
		return choice, nil
	}
	grant, err := f.grant(ctx, answer.Permission)
	if err != nil {
		return Choice{}, err
	}
	choice.Grant, choice.Until = &grant, grant.Grant.ExpiresAt
	return choice, nil
}

// denied is why a source can't be relied on.
func (f Finder) denied(ctx context.Context, req Request, answer licensetypes.Rights) error {
	switch {
	case only(answer.Reasons, rules.NotRegistered):
		return refused(req, Unregistered, answer)
	case !only(answer.Reasons, rules.NotOffered):
		return refused(req, Denied, answer)
	case IsGrant(req.Wanted):
		return f.notGranted(ctx, req, answer)
	case req.Wanted == "":
		return refused(req, Unoffered, answer)
	}
	offers, err := Offers(ctx, f.Chain, req.Source)
	if err != nil {
		return err
	}
	return notUnder(req, answer, offers)
}

func only(reasons []licensetypes.Reason, code rules.Code) bool {
	for _, reason := range reasons {
		if reason.Code != string(code) {
			return false
		}
	}
	return len(reasons) > 0
}

// notUnder says that none of the offers is of the terms wanted.
func notUnder(req Request, answer licensetypes.Rights, offers []licensetypes.OpenOffer) error {
	if len(offers) == 0 {
		return refused(req, Unoffered, answer)
	}
	e := refused(req, NotUnder, answer)
	e.Offers = offers
	return e
}

// notGranted is why a grant that was named does not count for the source.
func (f Finder) notGranted(ctx context.Context, req Request, answer licensetypes.Rights) error {
	grant, err := f.grant(ctx, req.Wanted)
	e := refused(req, GrantOfOthers, answer)
	e.Grant = &grant
	switch {
	case status.Code(err) == codes.NotFound:
		return refused(req, NoSuchGrant, answer)
	case err != nil:
		return err
	case grant.Work != req.Source:
		e.Why = GrantElsewhere
	case grant.Licensee == req.Licensee.String() && !grant.UsedBy.IsZero():
		e.Why = GrantMoved
	}
	return e
}
