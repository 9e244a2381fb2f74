package lineage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
)

func TestTwoLicencesOfOneSourceOnAChain(t *testing.T) {
	c := chain.New(t)
	ada, bob := c.Account("ada"), c.Account("bob")
	library, app := c.Register("library", ada), c.Register("app", bob)
	publish := func(name string) licensetypes.TermsID {
		terms := licensetypes.Terms{Spdx: "LicenseRef-" + name, CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_SHARE_ALIKE}
		c.MustDeliver(ada, &licensetypes.MsgPublishTerms{Author: ada.String(), Terms: terms})
		c.Offer(library, terms.ID())
		return terms.ID()
	}
	one, other := publish("One"), publish("Other")
	msg := c.DeriveMsg(app, library.Under(one))
	msg.Sources[0].Permission += licensetypes.Joiner + other.String()
	c.MustDeliver(bob, msg)

	res, err := types.NewQueryClient(c.Conn()).Sources(c.Ctx(), &types.QuerySourcesRequest{Work: app.ID})
	require.NoError(t, err)
	require.Equal(t, one, res.Sources[0].Terms)
	require.Equal(t, []licensetypes.TermsID{other}, res.Sources[0].Also)
	c.Offer(app, one)
	c.Offer(app, other)
	err = c.Deliver(bob, &licensetypes.MsgOffer{Owner: bob.String(), Work: app.ID, Terms: chain.Preset("cc-by-sa-4.0")}).Err()
	require.ErrorContains(t, err, "sharealike_source")

	// To be bound by one alone is stricter, but nothing stands of the app yet.
	c.MustDeliver(bob, &licensetypes.MsgCloseOffer{Owner: bob.String(), Work: app.ID, Terms: other})
	c.MustDeliver(bob, c.DeriveMsg(app, library.Under(one)))
	err = c.Deliver(bob, &licensetypes.MsgOffer{Owner: bob.String(), Work: app.ID, Terms: other}).Err()
	require.ErrorContains(t, err, "sharealike_source")
	c.RequireInvariants()
	c.RequireSameExport()
}
