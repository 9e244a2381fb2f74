package permitted_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Whatever a grant is bought for is read before it is signed.
func TestAPreviewSaysWhatIsBought(t *testing.T) {
	week := 7 * 24 * time.Hour
	terms := licensetypes.Terms{
		CommercialUse: true, RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 100_000, Duration: &week,
		Territories: []string{"DE", "FR"}, Media: []string{"print"}, Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE,
	}
	require.Equal(t, `
  royalty         10 % of gross revenue
  commercial use  yes
  until           2027-01-22 08:00:00 UTC
  countries       DE, FR only
  media           print only
  exclusive       yes: only you, and not the owner, as long as the grant runs and where it counts`,
		permitted.Lines(permitted.Preview(units.Units{}, terms, now)))
	require.Equal(t, "\n  royalty         no royalty\n  commercial use  no\n  until           no end\n  countries       everywhere\n"+
		"  media           every medium", permitted.Lines(permitted.Preview(units.Units{}, licensetypes.Terms{}, now)))
	terms.Exclusivity = licensetypes.EXCLUSIVITY_SOLE
	require.Contains(t, permitted.Lines(permitted.Preview(units.Units{}, terms, now)), "only you and the owner")
}

func TestAPreviewOfAnOfferSaysWhatItReplaces(t *testing.T) {
	price, err := amounts.ParseCoins("5uusdc,7ustem")
	require.NoError(t, err)
	terms := licensetypes.Terms{Exclusivity: licensetypes.EXCLUSIVITY_EXCLUSIVE}
	named := func(account string) string { return "<" + account + ">" }
	require.Equal(t, `
  price      7ustem or 5uusdc
  until      2027-01-15 08:00:00 UTC
  for        <a>, <b>, and nobody else
  exclusive  yes: only one licensee at a time, and not the owner, as long as the grant runs and where it counts`,
		permitted.Lines(permitted.PreviewOffer(units.Units{}, terms, licensetypes.Offer{Price: price, ExpiresAt: &now, Licensees: []string{"a", "b"}}, nil, named)))

	usdc := units.New([]banktypes.Metadata{{Base: "uusdc", Display: "usdc", Symbol: "USDC", DenomUnits: []*banktypes.DenomUnit{{Denom: "usdc", Exponent: 6}}}})
	require.Contains(t, permitted.PreviewOffer(usdc, terms, licensetypes.Offer{Price: price}, nil, named), "7ustem or 0.000005 USDC (5uusdc)",
		"the base units, which are signed")

	offers := []licensetypes.OpenOffer{{Terms: licensetypes.IdentifiedTerms{Id: terms.ID()}, Offer: licensetypes.Offer{Price: price[:1], Paused: true}}}
	require.Nil(t, permitted.Replaced(offers, licensetypes.TermsID{1}))
	before := permitted.Replaced(offers, terms.ID())
	text := permitted.Lines(permitted.PreviewOffer(units.Units{}, licensetypes.Terms{}, licensetypes.Offer{}, before, named))
	require.Contains(t, text, "price     free")
	require.Contains(t, text, "replaces  the offer of the same terms for 7ustem, until no end, for everybody, which is paused: this one is not")
	before.Offer.Closed = true
	require.Contains(t, permitted.Lines(permitted.PreviewOffer(units.Units{}, terms, licensetypes.Offer{}, before, named)), ", which is closed")
}
