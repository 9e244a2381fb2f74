package limits_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// chain knows some terms, and one work.
type chain struct {
	licensetypes.QueryClient
	terms map[string]licensetypes.Terms
}

type registry struct{ registrytypes.QueryClient }

func (c chain) License() licensetypes.QueryClient   { return c }
func (c chain) Registry() registrytypes.QueryClient { return registry{} }

func (c chain) Terms(
	_ context.Context, req *licensetypes.QueryTermsRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryTermsResponse, error) {
	t, known := c.terms[req.Terms]
	if !known {
		return nil, errors.New("no such terms")
	}
	return &licensetypes.QueryTermsResponse{Terms: licensetypes.IdentifiedTerms{Id: t.ID(), Terms: t}}, nil
}

func (registry) Work(
	_ context.Context, req *registrytypes.QueryWorkRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryWorkResponse, error) {
	if req.Work != song {
		return nil, errors.New("no such work")
	}
	claim := registrytypes.Claim{Id: song, Details: registrytypes.Details{Title: "Song"}}
	return &registrytypes.QueryWorkResponse{Work: claim}, nil
}

var (
	song   = registrytypes.WorkID{1}
	other  = registrytypes.WorkID{2}
	strict = licensetypes.Terms{
		Spdx: "LicenseRef-Strict", Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE, Territories: []string{"DE", "FR"}, Media: []string{"web"},
		RevenueCeiling: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5), sdk.NewInt64Coin("ustem", 7)),
		AiTraining:     licensetypes.PERMISSION_PAID, AiInput: licensetypes.PERMISSION_DENY, DerivativeApproval: true,
	}
	free = licensetypes.Terms{Spdx: "LicenseRef-Free", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED}
)

func speaker(more ...licensetypes.Terms) *limits.Speaker {
	c := chain{terms: map[string]licensetypes.Terms{strict.ID().String(): strict, free.ID().String(): free}}
	for _, t := range more {
		c.terms[t.ID().String()] = t
	}
	return limits.NewSpeaker(c, func(id licensetypes.TermsID) string { return "<" + c.terms[id.String()].Spdx + ">" })
}

// Every kind of demand has a sentence that says what is demanded, and by whom.
func TestEveryConstraintHasWords(t *testing.T) {
	end := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	by := `, demanded by "Song" (` + song.String() + ") under <LicenseRef-Strict>"
	want := map[licensetypes.ConstraintKind]string{
		licensetypes.CONSTRAINT_NONCOMMERCIAL: "No commercial use" + by,
		licensetypes.CONSTRAINT_SHARE_ALIKE:   "To be offered under the same terms only" + by,
		licensetypes.CONSTRAINT_ATTRIBUTION:   "The source is credited" + by,
		licensetypes.CONSTRAINT_SCOPE:         "Use is limited to the countries DE, FR and the media web" + by,
		licensetypes.CONSTRAINT_CEILING:       "No commercial use once it has taken in more than 7ustem and 5uusdc" + by,
		licensetypes.CONSTRAINT_USES:          "Denied are ai-input" + by,
		licensetypes.CONSTRAINT_PAID_USES:     "Paid at the source too: train-ai" + by,
		licensetypes.CONSTRAINT_APPROVAL:      "Whoever makes more of it asks the source's owner too" + by,
		licensetypes.CONSTRAINT_SHARE_ALIKE_ANY: `To be offered under <LicenseRef-Strict> or <LicenseRef-Free> only, demanded by "Song" (` +
			song.String() + ")",
		licensetypes.CONSTRAINT_ITEM_BY_GRANT: "Whoever makes something of the dataset, but by training on it, takes a grant of the " +
			"item too" + by,
		licensetypes.CONSTRAINT_WITHHELD: "Somebody has these uses of it exclusively: copy, distribute, perform, adapt, train-ai, " +
			"search until 2027-01-02 03:04:05 UTC" + by,
		licensetypes.CONSTRAINT_ITEMS_APART: `Items are licensed apart: those of "Song" (` + song.String() + ")",
		licensetypes.CONSTRAINT_EXPIRES: "The permission ends with " + licensetypes.GrantID{3}.String() +
			" on 2027-01-02 03:04:05 UTC, unless that is renewed: " +
			`it is of "Song" (` + song.String() + ")",
	}
	for number, name := range licensetypes.ConstraintKind_name {
		kind := licensetypes.ConstraintKind(number)
		if kind == licensetypes.CONSTRAINT_UNSPECIFIED {
			continue
		}
		c := licensetypes.NamedConstraint{Kind: kind, Source: song}
		switch kind {
		case licensetypes.CONSTRAINT_EXPIRES:
			c.Grant, c.ExpiresAt = licensetypes.GrantID{3}, &end
		case licensetypes.CONSTRAINT_SHARE_ALIKE_ANY:
			c.AnyOf = []licensetypes.TermsID{strict.ID(), free.ID()}
		case licensetypes.CONSTRAINT_ITEMS_APART:
		case licensetypes.CONSTRAINT_WITHHELD:
			c.Terms, c.ExpiresAt = strict.ID(), &end
		default:
			c.Terms = strict.ID()
		}
		text, err := speaker().Say(context.Background(), c)
		require.NoError(t, err)
		require.Equal(t, want[kind], text, name)
		c.Contained = true
		text, err = speaker().Say(context.Background(), c)
		require.NoError(t, err)
		if kind == licensetypes.CONSTRAINT_SHARE_ALIKE || kind == licensetypes.CONSTRAINT_SHARE_ALIKE_ANY {
			require.Contains(t, text, `The item "Song" (`+song.String()+") stays under <LicenseRef-Strict>", name)
			require.Contains(t, text, "who makes something from the collection takes that on", name)
			require.NotContains(t, text, "To be offered", name)
			continue
		}
		require.Contains(t, text, "of its item, and so of the whole", name)
	}
	_, err := speaker().Say(context.Background(), licensetypes.NamedConstraint{
		Kind: licensetypes.CONSTRAINT_SCOPE, Source: other, Terms: licensetypes.TermsID{9},
	})
	require.Error(t, err, "whose terms are not there")
	require.Equal(t, other.String(), speaker().Work(context.Background(), other), "whose title is not there")
	require.Contains(t, limits.Sentence(rules.Demand{Kind: 99}, nil), "99")
}

func TestRefusedOffersSayWhatWouldDo(t *testing.T) {
	of := func(kind licensetypes.ConstraintKind) licensetypes.NamedConstraint {
		return licensetypes.NamedConstraint{Kind: kind, Source: song, Terms: strict.ID()}
	}
	by := `, demanded by "Song" (` + song.String() + ") under <LicenseRef-Strict>; "
	for _, c := range []struct {
		demands []licensetypes.NamedConstraint
		terms   licensetypes.Terms
		price   string
		owes    bool
		want    []string
	}{
		{[]licensetypes.NamedConstraint{of(licensetypes.CONSTRAINT_CEILING)}, free, "5uatom", false, []string{
			"It was made from a work that sets a ceiling, so it can be paid in ustem, uusdc only" + by +
				"ask for a price in that, with --price AMOUNTustem,AMOUNTuusdc [denom_not_taken]",
		}},
		{[]licensetypes.NamedConstraint{of(licensetypes.CONSTRAINT_CEILING)}, free, "5uusdc", false, nil},
		{[]licensetypes.NamedConstraint{of(licensetypes.CONSTRAINT_SCOPE)}, free, "", false, []string{
			"Use of a source is limited to the countries DE, FR and the media web" + by +
				"offer it under terms for no more than that: territories: [DE, FR], media: [web] [scope_source]",
		}},
		{[]licensetypes.NamedConstraint{of(licensetypes.CONSTRAINT_SHARE_ALIKE)}, free, "", false, []string{
			"A work that it was made from demands that whatever is made from it is offered under its own terms: " +
				"To be offered under the same terms only" + by + "offer it under terms that comply, or do without that source [sharealike_source]",
		}},
		{nil, licensetypes.Terms{Spdx: "CC-BY-4.0", NoFurtherRestrictions: true}, "", true, []string{
			"The terms allow no further restriction, and the work owes royalties; offer it under terms that allow royalties [owes_royalty]",
		}},
		{[]licensetypes.NamedConstraint{{Kind: licensetypes.CONSTRAINT_ITEMS_APART, Source: song}}, free, "", false, nil},
	} {
		lines, err := speaker().Offered(context.Background(), c.demands, c.owes, c.terms, c.price)
		require.NoError(t, err)
		require.Equal(t, c.want, lines)
	}
}
