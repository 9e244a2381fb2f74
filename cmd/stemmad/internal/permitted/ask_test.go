package permitted_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// byAction is a chain that answers each action by itself.
type byAction struct {
	chain
	answers map[licensetypes.Action]map[string]licensetypes.Rights
}

func (c *byAction) License() licensetypes.QueryClient { return c }

func (c *byAction) CheckRights(
	ctx context.Context, req *licensetypes.QueryCheckRightsRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryCheckRightsResponse, error) {
	c.answer = c.answers[req.Use.Action]
	return c.chain.CheckRights(ctx, req)
}

func (c *byAction) collect(change func(*permitted.Request)) (permitted.Choice, error) {
	req := ask()
	req.Actions = []licensetypes.Action{licensetypes.ACTION_COPY, licensetypes.ACTION_DISTRIBUTE}
	if change != nil {
		change(&req)
	}
	return permitted.Finder{Chain: c, Name: func(id licensetypes.TermsID) string { return id.String() }}.Find(context.Background(), req)
}

// An item needs one permission to copy it and to distribute it.
func TestAnItemNeedsOnePermissionForBoth(t *testing.T) {
	one, other := terms("cc-by-4.0").String(), terms("cc-by-nd-4.0").String()
	copies := map[string]licensetypes.Rights{"": allowed(one), one: allowed(one), other: allowed(other)}
	c := &byAction{answers: map[licensetypes.Action]map[string]licensetypes.Rights{
		licensetypes.ACTION_COPY:       copies,
		licensetypes.ACTION_DISTRIBUTE: {"": allowed(other), other: allowed(other), one: denied(rules.UseNotCovered, one)},
	}}
	choice, err := c.collect(nil)
	require.NoError(t, err)
	require.Equal(t, other, choice.Permission)

	copies[other] = denied(rules.UseNotCovered, other)
	_, err = c.collect(nil)
	require.ErrorContains(t, err, "cannot be copied and distributed as part of a collection")

	c.answers[licensetypes.ACTION_DISTRIBUTE][""] = denied(rules.NonCommercialTerms, one)
	_, err = c.collect(nil)
	require.ErrorContains(t, err, "noncommercial_terms")

	c.answers = map[licensetypes.Action]map[string]licensetypes.Rights{
		licensetypes.ACTION_COPY: {"": allowed("")}, licensetypes.ACTION_DISTRIBUTE: {"": allowed("")},
	}
	choice, err = c.collect(nil)
	require.NoError(t, err)
	require.Equal(t, "your own work", choice.How)
}

// What is bought has to serve both.
func TestAnItemIsBoughtForBoth(t *testing.T) {
	one, other := obtainable(t, "commercial-remix-5", "3uusdc"), obtainable(t, "commercial-remix-10", "5uusdc")
	c := &byAction{answers: map[licensetypes.Action]map[string]licensetypes.Rights{
		licensetypes.ACTION_COPY: {"": needed(one, other), other.Terms.String(): needed(other), one.Terms.String(): needed(one)},
		licensetypes.ACTION_DISTRIBUTE: {
			"": needed(other), other.Terms.String(): needed(other), one.Terms.String(): denied(rules.UseNotCovered, ""),
		},
	}}
	choice, err := c.collect(func(r *permitted.Request) {
		r.Buy, r.MaxFee = true, &other.Price[0]
	})
	require.NoError(t, err)
	require.Equal(t, other.Terms, choice.Buy.Message.Terms)
}

// Share-alike is no matter for a collection, which has terms of its own.
func TestShareAlikeDoesNotBindACollection(t *testing.T) {
	c := offering("cc-by-sa-4.0", "commercial-remix-5")
	req := ask()
	req.Actions = []licensetypes.Action{licensetypes.ACTION_COPY, licensetypes.ACTION_DISTRIBUTE}
	choice, _, err := c.chosen(req, 0)
	require.NoError(t, err)
	require.Equal(t, terms("cc-by-sa-4.0").String(), choice.Permission)
}
