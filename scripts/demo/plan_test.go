package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/data/models"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

func init() { encoding.Configure() }

func catalogueOf(t *testing.T, table string) *Catalogue {
	t.Helper()
	list, err := models.ReadTable(strings.NewReader(table))
	require.NoError(t, err)
	return newCatalogue(list, newAccounts())
}

func TestTheEmbeddedTableIsDeep(t *testing.T) {
	list, _, err := loadModels("")
	require.NoError(t, err)
	c := newCatalogue(list, newAccounts())
	require.NotEmpty(t, c.generation(5))
	require.Empty(t, c.generation(6))
}

func TestWhatEndsUnderCreativeCommonsTakesNothingThatAsksForRoyalties(t *testing.T) {
	c := catalogueOf(t, `a/base	a	apache-2.0	-	-
b/mid	b	apache-2.0	-	base_model:a/base
c/cc	c	cc-by-nc-4.0	-	base_model:b/mid
d/open	d	apache-2.0	-	mergekit:a/base,mergekit:c/cc
`)
	for id, free := range map[string]bool{"a/base": true, "b/mid": true, "c/cc": true, "d/open": false} {
		require.Equal(t, free, c.byID[id].Free, id)
	}
	for _, w := range c.Works {
		w.Offered = w.wanted()
	}
	apache := licenceOf("apache-2.0").Terms.ID()
	for child, want := range map[string]licensetypes.TermsID{
		"b/mid": apache, "d/open": preset(remixOriginal).ID,
	} {
		permission, ok := c.byID[child].permission(c.byID["a/base"])
		require.True(t, ok)
		require.Equal(t, want.String(), permission, child)
	}
}

func TestAPermissionIsAnOfferThatStands(t *testing.T) {
	c := catalogueOf(t, `a/base	a	mit	-	-
a/own	a	mit	-	base_model:a/base
b/other	b	mit	-	base_model:a/base
`)
	_, ok := c.byID["b/other"].permission(c.byID["a/base"])
	require.False(t, ok, "nothing is offered yet")

	permission, ok := c.byID["a/own"].permission(c.byID["a/base"])
	require.True(t, ok)
	require.Empty(t, permission, "an owner needs none for a work of their own")

	c.byID["a/base"].Offered = []licensetypes.TermsID{preset(noncommercialRemix).ID}
	permission, ok = c.byID["b/other"].permission(c.byID["a/base"])
	require.True(t, ok)
	require.Equal(t, preset(noncommercialRemix).ID.String(), permission)
}

func TestDerivativesOfShareAlikeModelsOweNothing(t *testing.T) {
	c := catalogueOf(t, `a/sa	a	cc-by-sa-4.0	-	-
b/base	b	mit	-	-
c/mix	c	mit	-	mergekit:a/sa,mergekit:b/base
d/next	d	mit	-	base_model:c/mix
`)
	require.True(t, c.byID["c/mix"].Free)
	require.True(t, c.byID["d/next"].Free)
}

func TestAccountsAreTheSameInEveryRun(t *testing.T) {
	require.Equal(t, newAccount("mistralai").Address, newAccount("mistralai").Address)
	require.NotEqual(t, newAccount("mistralai").Address, newAccount("mlabonne").Address)
}
