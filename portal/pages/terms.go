package pages

import (
	"context"

	"github.com/stemma-chain/stemma/portal/catalog/deed"
	licensedeed "github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// termsPage is terms as a deed.
type termsPage struct {
	ID, Name, Preset, Spdx string
	Deed                   licensedeed.Deed
}

func (s *Site) terms(ctx context.Context, v *visit) error {
	text := v.r.PathValue("id")
	if _, err := licensetypes.ParseTerms(text); err != nil {
		return wrong("fault.terms", text)
	}
	res, err := s.Client.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: text})
	if err != nil {
		return err
	}
	t := res.Terms
	page := termsPage{
		ID: t.Id.String(), Name: termsName(t), Preset: t.Preset, Spdx: t.Terms.Spdx, Deed: deed.Of(v.lang.words, t.Terms),
	}
	return v.show(200, "terms.html", page.Name, page)
}
