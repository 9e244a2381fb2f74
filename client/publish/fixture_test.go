package publish_test

import (
	"bytes"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/publish"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	at     = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	source = publish.Source{ChainID: "stemma-1", Height: 4711, Time: at, ValidUntil: at.Add(30 * 24 * time.Hour)}
)

// nasty breaks out of whatever does not escape it.
const nasty = `"A & <B>' ]]></rsl>--></script>` + "\u2028"

// claim is a work of that content and title, with fingerprints as scheme, value.
func claim(title string, fingerprints ...string) registrytypes.Claim {
	digest := sha256.Sum256([]byte(title))
	c := registrytypes.Claim{
		Id: registrytypes.NewWorkID([]byte("alice"), digest), Sha256: digest,
		Status: registrytypes.STATUS_ACTIVE, Version: 1,
		Details: registrytypes.Details{
			Kind: registrytypes.KIND_IMAGE, Title: title, MediaType: "image/png",
			Creators: []registrytypes.Creator{{Name: "Alice & Co. <i>"}},
		},
	}
	for i := 0; i < len(fingerprints); i += 2 {
		c.Details.Fingerprints = append(c.Details.Fingerprints, registrytypes.Fingerprint{Scheme: fingerprints[i], Value: fingerprints[i+1]})
	}
	return c
}

func preset(t *testing.T, name string) licensetypes.Terms {
	t.Helper()
	p, ok := licensetypes.PresetByName(name)
	require.True(t, ok, name)
	return p.Terms
}

// ancestor is the source of all demands.
var ancestor = registrytypes.WorkID{9}

// offered is an offer with the answers that the rules give, as x/license does: to
// anybody, about a work whose sources demand that.
func offered(work registrytypes.WorkID, t licensetypes.Terms, price sdk.Coins, demands ...rules.Constraint) publish.Offer {
	id := t.ID()
	open := licensetypes.OpenOffer{
		Work: work, Offer: licensetypes.Offer{Price: price},
		Terms: licensetypes.IdentifiedTerms{Id: id, Preset: licensetypes.PresetName(id), Terms: t},
	}
	open.Public = open.Offer.Public(t)
	o := publish.Offer{Open: open}
	for _, use := range publish.Questions(t, source.ValidUntil) {
		o.Answers = append(o.Answers, answer(work, open, use, demands))
	}
	return o
}

func answer(work registrytypes.WorkID, o licensetypes.OpenOffer, use licensetypes.Use, demands []rules.Constraint) licensetypes.Rights {
	t := o.Terms.Terms
	a := rules.Alternative{ID: o.Terms.Id.String(), Terms: t.Rules(), Priced: len(o.Offer.PriceUnder(t)) > 0}
	d := rules.Decide(rules.Work{Constraints: demands, Alternatives: []rules.Alternative{a}}, use.Rules(), at)
	r := licensetypes.Rights{Subject: work.String(), Works: []registrytypes.WorkID{work}, Verdict: licensetypes.Verdict(d.Verdict)}
	if d.Rely != nil {
		r.Permission = d.Rely.ID
	}
	for _, why := range d.Reasons {
		reason := licensetypes.Reason{Code: string(why.Code)}
		if why.Source != "" {
			reason.Ancestor = ancestor
		}
		r.Reasons = append(r.Reasons, reason)
	}
	for _, a := range d.Obtain { // there is one offer
		r.Offers = append(r.Offers, licensetypes.Obtainable{
			Work: work, Terms: o.Terms.Id, Preset: o.Terms.Preset, Spdx: t.Spdx, Price: o.Offer.PriceUnder(t),
			RoyaltyPolicy: t.RoyaltyPolicy, RoyaltyRate: t.RoyaltyRate, NeedsApproval: a.Unapproved(),
		})
	}
	for _, due := range d.Obligations {
		ob := licensetypes.Obligation{Kind: licensetypes.ObligationKind(due.Duty), Work: work, Terms: o.Terms.Id}
		if due.Source != "" {
			ob.Work, ob.Terms = ancestor, licensetypes.TermsID{1}
		}
		switch due.Duty {
		case rules.Credit:
			ob.Text = nasty + " by Alice, " + t.Spdx
		case rules.OweRoyalty:
			ob.RoyaltyPolicy, ob.RoyaltyRate = t.RoyaltyPolicy, t.RoyaltyRate
		case rules.PayPerUse:
			ob.Price = t.UsePrice
		}
		r.Obligations = append(r.Obligations, ob)
	}
	return r
}

func coins(t *testing.T, s string) sdk.Coins {
	t.Helper()
	c, err := amounts.ParseCoins(s)
	require.NoError(t, err)
	return c
}

func work(site publish.Site, c registrytypes.Claim, offers ...publish.Offer) publish.Work {
	r := publish.NewRegister()
	r.Count(c.Details)
	return publish.Work{Claim: c, Places: site.Places(c, r), Offers: offers, Until: source.ValidUntil}
}

type tester interface {
	require.TestingT
	Helper()
}

// render writes works in a format.
func render(t tester, format string, site publish.Site, works ...publish.Work) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := publish.New(format, &out, site, source)
	require.NoError(t, err)
	if tdm, ok := w.(*publish.TDMWriter); ok {
		tdm.WithPolicies()
	}
	for _, work := range works {
		require.NoError(t, w.Add(work))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func site(t tester, address string) publish.Site {
	t.Helper()
	s, err := publish.NewSite(address, "/works", "", "https://example.org/licensing?a=1&b=2")
	require.NoError(t, err)
	return s
}
