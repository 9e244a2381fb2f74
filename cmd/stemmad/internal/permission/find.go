// Package permission finds what a derivation from a source may rely on, and
// builds the message that buys it where it is for sale. Whether something is
// permitted the chain decides; here are only the question and the words.
package permission

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxRows is how many offers or grants of one work are looked at.
const maxRows = 200

// ErrRefused says that a source cannot be relied on; the text says why and what
// to do.
var ErrRefused = errors.New("not permitted")

// Chain is what of the chain's queries is needed.
type Chain interface {
	License() licensetypes.QueryClient
}

// Request asks for a permission to derive from a source.
type Request struct {
	// Source is the work's id, Title what people call it.
	Source   registrytypes.WorkID
	Title    string
	Licensee sdk.AccAddress
	// Derivative is the licensee's work that derives, which a grant may be for;
	// zero: none is named.
	Derivative registrytypes.WorkID
	// Actions are what is done with the source, all by one permission; at least one.
	Actions []licensetypes.Action
	// Wanted names a grant (grant1...) or terms to rely on, by id, preset or licence, several
	// joined by +; empty: find one.
	Wanted string
	// Commercial leaves out what does not allow commercial use.
	Commercial bool
	// Buy allows a grant to be bought, for at most MaxFee. On trial, when nothing is sent, it
	// may cost what it does where no MaxFee is named.
	Buy    bool
	MaxFee *sdk.Coin
	Trial  bool
	// Several sources are derived from, which may need the same grant.
	Several bool
	Now     time.Time
}

// Choice is the permission that was found.
type Choice struct {
	// Permission is what the derivation cites; empty for one's own work.
	Permission string
	// Buy is the message that acquires the grant first; nil otherwise.
	Buy *licensetypes.MsgAcquire
	// Price of what is bought; nil: free.
	Price *sdk.Coin
	// Beside are the messages that pay what the source's own sources ask, before Buy.
	Beside []*licensetypes.MsgAcquire
	// Terms relied on; nil for one's own work.
	Terms *licensetypes.IdentifiedTerms
	// Seen is what a public offer brings beside its terms, as the chain answered; unset for a
	// grant and one's own work.
	Seen licensetypes.Conditions
	// Until is when the grant ends, as of now where it is bought; nil: never, or none is
	// relied on.
	Until *time.Time
	// PerUse is what is to be paid with each use that is asked for.
	PerUse []licensetypes.Obligation
	// How says in words why this is the permission.
	How string
}

// Finder asks a chain, and names terms as people know them.
type Finder struct {
	Chain Chain
	Name  words.Namer
	// Choose shows a list of numbered options to a person and returns the place of
	// the one chosen; answered is false when nobody is there. nil: nobody ever is.
	Choose func(list string, options int) (at int, answered bool, err error)
}

// Find asks the chain what a derivation from a source may rely on. Where a grant
// is needed and Buy is set, it picks the cheapest that can be bought in the
// denom of MaxFee. Where it would take a permission that forbids commercial use or
// demands share-alike, and one that does not is on offer, a person chooses, or it
// fails with ErrChoice. It fails with ErrRefused, naming the source, the reasons and
// what to do.
func (f Finder) Find(ctx context.Context, req Request) (Choice, error) {
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
			chosen, err := f.choose(req, options)
			if err != nil {
				return Choice{}, err
			}
			req.Wanted = chosen.Permission
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
		if req.Buy {
			if req.Trial && req.MaxFee == nil {
				req.MaxFee = rights.Agreeing(answer)
			}
			return f.buy(ctx, req, answer)
		}
		return Choice{}, needsGrant(req, answer.Offers)
	}
	return Choice{}, f.denied(ctx, req, answer)
}

// askOne asks for one source about one action; permission, when not empty, is all that
// counts.
func (f Finder) askOne(
	ctx context.Context, req Request, action licensetypes.Action, permission string,
) (licensetypes.Rights, error) {
	use := licensetypes.Use{Action: action, Commercial: req.Commercial, Unplaced: true}
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
	res, err := f.Chain.License().Grants(ctx, &licensetypes.QueryGrantsRequest{
		Work: req.Source, Licensee: req.Licensee.String(), Terms: terms, Pagination: &query.PageRequest{Limit: maxRows},
	})
	if err != nil {
		return answer, err
	}
	var against []licensetypes.Reason
	for _, grant := range res.Grants {
		if grant.Terms != terms || (!grant.UsedBy.IsZero() && grant.UsedBy != req.Derivative) {
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

// isGrant tells the id of a grant from terms.
func isGrant(permission string) bool {
	return strings.HasPrefix(strings.ToLower(permission), licensetypes.GrantHRP+"1")
}

// wanted is the permission that is wanted as the chain reads it: where a licence is named,
// the id of the offer of the source, or of the grant's terms, that is of that licence.
func (f Finder) wanted(ctx context.Context, req Request) (string, error) {
	if isGrant(req.Wanted) {
		if _, err := licensetypes.ParseGrantID(req.Wanted); err != nil {
			return "", fmt.Errorf("%s: %w", subject(req), err)
		}
		return req.Wanted, nil
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
	at := identified(offers)
	for _, option := range granted {
		at = append(at, option.Terms)
	}
	id, err := licences.Among(req.Wanted, at)
	switch {
	case errors.Is(err, licences.ErrNotAmong):
		return "", notUnder(req, offers)
	case err != nil:
		return "", fmt.Errorf("%s: %w", subject(req), err)
	}
	return id.String(), nil
}

// identified are the terms of offers.
func identified(offers []licensetypes.OpenOffer) []licensetypes.IdentifiedTerms {
	list := make([]licensetypes.IdentifiedTerms, len(offers))
	for i, offer := range offers {
		list[i] = offer.Terms
	}
	return list
}

// TermsOf finds the terms of a work's offers that a person names, as licences.Among does.
func TermsOf(ctx context.Context, chain Chain, work registrytypes.WorkID, name string) (licensetypes.TermsID, error) {
	if id, err := licensetypes.ParseTerms(name); err == nil {
		return id, nil
	}
	offers, err := Offers(ctx, chain, work)
	if err != nil {
		return licensetypes.TermsID{}, err
	}
	id, err := licences.Among(name, identified(offers))
	if errors.Is(err, licences.ErrNotAmong) {
		return id, notUnder(Request{Source: work, Wanted: name}, offers)
	}
	return id, err
}
