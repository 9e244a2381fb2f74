// Package deed says terms in the languages of the portal: what you may, must and may not do.
//
// The chain's own sentences are English and belong to the table of fields (x/license/termspec).
// Here is when each is said, once more, over the catalogue's texts. A property test says that
// in English nothing differs.
package deed

import (
	"strings"
	"unicode"
	"unicode/utf8"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/portal/catalog"
	licensedeed "github.com/stemma-chain/stemma/x/license/deed"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Of describes terms in a language. It takes invalid terms too, so that a draft can be read.
func Of(w catalog.Words, t licensetypes.Terms) licensedeed.Deed {
	d := &draft{w: w, t: t, deed: licensedeed.Deed{Title: t.Spdx, Summary: summary(w, t)}}
	for _, say := range []func(){
		d.licence, d.text, d.uses, d.commercial, d.attribution, d.derivatives, d.approval, d.machines, d.royalty, d.fee,
		d.usePrice, d.limits, d.exclusivity, d.perGrant, d.usesPerGrant, d.transferable, d.number, d.noFurther,
	} {
		say()
	}
	return d.deed
}

// draft is a deed as far as it is written. Its methods are in the order of the fields.
type draft struct {
	w    catalog.Words
	t    licensetypes.Terms
	deed licensedeed.Deed
}

func (d *draft) may(key string, args ...any) { d.deed.May = append(d.deed.May, d.w.Say(key, args...)) }

func (d *draft) must(key string, args ...any) {
	d.deed.Must = append(d.deed.Must, d.w.Say(key, args...))
}

func (d *draft) note(key string, args ...any) {
	d.deed.Notes = append(d.deed.Notes, d.w.Say(key, args...))
}

func (d *draft) mayNot(key string, args ...any) {
	d.deed.MayNot = append(d.deed.MayNot, d.w.Say(key, args...))
}

// licence: where a text forbids uses in places that are cited, the citation is as the
// licence's authors write it, in any language.
func (d *draft) licence() {
	if facts, _ := d.t.Named().Facts(); facts.PassesOn {
		d.mayNot("deed.passes_on", d.t.Spdx, facts.Clauses.PassesOn)
	}
}

func (d *draft) text() {
	_, known := d.t.Named().Facts()
	where, hash := d.t.Uri, d.t.UriSha256
	switch {
	case d.t.Blanked() && hash != "":
		d.note("deed.text.blanked.hash", hash)
	case d.t.Blanked():
		d.note("deed.text.blanked")
	case where != "" && hash != "" && known:
		d.note("deed.text.known.hash", d.t.Spdx, where, hash)
	case where != "" && hash != "":
		d.note("deed.text.hash", where, hash)
	case where+hash != "" && known:
		d.note("deed.text.known.copy", d.t.Spdx, where+hash)
	case where+hash != "":
		d.note("deed.text", where+hash)
	case known:
		d.note("deed.text.known", d.t.Spdx)
	default:
		d.note("deed.text.none")
	}
}

func (d *draft) uses() {
	var in, out []string
	for _, a := range []licensetypes.Action{
		licensetypes.ACTION_COPY, licensetypes.ACTION_DISTRIBUTE, licensetypes.ACTION_PERFORM,
	} {
		if words := d.w.Say("deed.do." + actionWord(a)); about(d.t, a) {
			in = append(in, words)
		} else {
			out = append(out, words)
		}
	}
	if len(in) > 0 {
		d.may("deed.plain", capital(join(d.w, in, "deed.and")))
	}
	if len(out) > 0 {
		d.mayNot("deed.plain.outside", capital(join(d.w, out, "deed.or")))
	}
}

func (d *draft) commercial() {
	if d.t.CommercialUse {
		d.may("deed.commercial")
	} else {
		d.mayNot("deed.commercial.not")
	}
}

func (d *draft) attribution() {
	if d.t.Attribution {
		d.must("deed.attribution")
	}
}

func (d *draft) derivatives() {
	none, other := d.t.Derivatives == licensetypes.DERIVATIVES_NONE, !about(d.t, licensetypes.ACTION_ADAPT)
	switch {
	case none && other:
		d.mayNot("deed.adapt.outside.not")
	case none:
		d.mayNot("deed.adapt.not")
	case other:
		d.mayNot("deed.adapt.outside")
	default:
		d.may("deed.adapt")
	}
	switch named := d.t.Named(); {
	case d.t.Derivatives != licensetypes.DERIVATIVES_SHARE_ALIKE:
	case named.Known():
		d.must("deed.share_alike.known", join(d.w, append([]string{d.t.Spdx}, named.Instead()...), "deed.or"))
	default:
		d.must("deed.share_alike")
	}
}

func (d *draft) approval() {
	second := d.t.SecondApprover
	switch {
	case d.t.DerivativeApproval && second != "":
		d.must("deed.approval.second", second)
	case d.t.DerivativeApproval:
		d.must("deed.approval")
	case second != "":
		d.note("deed.approval.unasked", second)
	}
	switch {
	case d.t.ApprovalDirect:
		d.may("deed.approval.direct")
	case d.t.DerivativeApproval:
		d.mayNot("deed.approval.all")
	}
}

func (d *draft) royalty() {
	rate := rates.Percent(d.t.RoyaltyRate)
	switch policy := d.t.RoyaltyPolicy; {
	case policy == royaltytypes.POLICY_ABSOLUTE:
		d.must("deed.royalty.absolute", rate)
	case policy == royaltytypes.POLICY_RELATIVE:
		d.must("deed.royalty.relative", rate)
	case policy != royaltytypes.POLICY_NONE || d.t.RoyaltyRate != 0:
		d.must("deed.royalty.unknown", rate, policy)
	}
}

func (d *draft) fee() {
	switch {
	case len(d.t.GrantFee) > 0:
		d.must("deed.fee", d.prices(d.t.GrantFee))
	case d.t.ByGrant():
		d.must("deed.fee.grant")
	case !d.t.GivenToAll():
		d.note("deed.fee.offer")
	}
}

// usePrice is said where no use does.
func (d *draft) usePrice() {
	const paid = licensetypes.PERMISSION_PAID
	if len(d.t.UsePrice) > 0 && d.t.AiInput != paid && d.t.Search != paid {
		d.must("deed.use_price", d.prices(d.t.UsePrice))
	}
}

// limits are those on what is earned, on time, place and media.
func (d *draft) limits() {
	if len(d.t.RevenueCeiling) > 0 {
		d.mayNot("deed.ceiling", d.prices(d.t.RevenueCeiling))
	}
	if d.t.Duration != nil {
		d.mayNot("deed.duration", period(d.w, *d.t.Duration))
	}
	if len(d.t.Territories) > 0 {
		d.mayNot("deed.territories", join(d.w, d.t.Territories, "deed.and"))
	}
	if len(d.t.Media) > 0 {
		d.mayNot("deed.media", join(d.w, d.t.Media, "deed.and"))
	}
}

func (d *draft) exclusivity() {
	switch d.t.Exclusivity {
	case licensetypes.EXCLUSIVITY_NONE:
	case licensetypes.EXCLUSIVITY_SOLE:
		d.may("deed.exclusivity.sole")
	case licensetypes.EXCLUSIVITY_EXCLUSIVE:
		d.may("deed.exclusivity.exclusive")
	default:
		d.may("deed.exclusivity.unknown", d.t.Exclusivity)
	}
}

func (d *draft) perGrant() {
	switch n := d.t.DerivativesPerGrant; {
	case n == licensetypes.UnlimitedDerivatives:
		d.note("deed.serves.any")
	case n > 0:
		d.note("deed.serves.many", n)
	case !d.t.GivenToAll() && d.derives():
		d.note("deed.serves.one")
	}
}

func (d *draft) usesPerGrant() {
	if d.t.UsesPerGrant > 0 {
		d.must("deed.uses_per_grant", d.t.UsesPerGrant)
	}
}

func (d *draft) transferable() {
	switch {
	case d.t.Transferable:
		d.may("deed.transferable")
	case !d.t.GivenToAll():
		d.mayNot("deed.transferable.not")
	}
}

func (d *draft) number() {
	switch d.t.MaxGrants {
	case 0:
	case 1:
		d.note("deed.number.one")
	default:
		d.note("deed.number.many", d.t.MaxGrants)
	}
}

func (d *draft) noFurther() {
	if d.t.NoFurtherRestrictions && !d.t.Named().PublicDomain() {
		d.mayNot("deed.no_further")
	}
}

// prices lists alternatives: one of them is paid.
func (d *draft) prices(coins sdk.Coins) string {
	words := make([]string, len(coins))
	for i, c := range coins {
		words[i] = c.String()
	}
	return join(d.w, words, "deed.or")
}

// join lists words, the last after a conjunction.
func join(w catalog.Words, words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], w.Say("deed.comma")) + w.Say(last) + words[n]
}

// capital begins a text with a capital letter, in scripts that have some.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
