package publish

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// rslNamespace is that of RSL 1.0.
const rslNamespace = "https://rslstandard.org/rsl"

// settlementType is the media type of what <accepts> says: how a grant or a use
// is paid on the chain.
const settlementType = "application/vnd.stemma.settlement+json"

// rslTokens are RSL's words for usages (RSL 1.0 section 3.4.1).
var rslTokens = [usages]string{training: "ai-train", input: "ai-input", search: "search"}

type rslContent struct {
	XMLName  xml.Name     `xml:"content"`
	URL      string       `xml:"url,attr"`
	Server   string       `xml:"server,attr,omitempty"`
	Lastmod  string       `xml:"lastmod,attr,omitempty"`
	Licenses []rslLicense `xml:"license"`
}

type rslLicense struct {
	Permits   []rslList   `xml:"permits"`
	Prohibits []rslList   `xml:"prohibits"`
	Payment   *rslPayment `xml:"payment"`
	Legal     []rslList   `xml:"legal"`
}

type rslList struct {
	Type   string `xml:"type,attr"`
	Values string `xml:",chardata"`
}

type rslPayment struct {
	Type     string   `xml:"type,attr"`
	Standard string   `xml:"standard,omitempty"`
	Custom   string   `xml:"custom,omitempty"`
	Accepts  *rslList `xml:"accepts"`
}

// settlement is what somebody needs to know to get a grant or pay for a use.
type settlement struct {
	Chain string `json:"chain_id"`
	Work  string `json:"work"`
	Terms string `json:"terms"`
	// How is the message: acquire, pay or derive.
	How string `json:"how"`
	// Price: alternatives, one coin a denom, in its smallest unit.
	Price         []string `json:"price"`
	RoyaltyPolicy string   `json:"royalty_policy,omitempty"`
	RoyaltyPPM    uint32   `json:"royalty_ppm,omitempty"`
	NeedsApproval bool     `json:"needs_approval,omitempty"`
	Credit        string   `json:"credit,omitempty"`
}

type rslWriter struct {
	out    io.Writer
	site   Site
	source Source
	// shared are the places of several works, in order, and stated which of them say
	// something about search: what is reserved there is written at the end.
	shared []rslContent
	stated map[string]bool
}

func newRSL(out io.Writer, site Site, source Source) (Writer, error) {
	_, err := fmt.Fprintf(out, "%s<rsl xmlns=%q max-age=\"%d\">\n", xml.Header, rslNamespace, source.days())
	return &rslWriter{out: out, site: site, source: source, stated: map[string]bool{}}, err
}

// Add writes a <content> for each place of the work. A place that several works
// claim is written once, at the end, and reserved.
func (r *rslWriter) Add(w Work) error {
	licenses, err := r.licenses(w)
	if err != nil {
		return err
	}
	for _, place := range w.Places {
		content := rslContent{URL: place.pattern(), Server: r.site.LicenseServer, Lastmod: r.source.Time.UTC().Format(time.RFC3339), Licenses: licenses}
		if r.site.Origin != "" {
			content.URL = place.Path
		}
		if place.Shared {
			said, known := r.stated[content.URL]
			if !known {
				r.shared = append(r.shared, content)
			}
			r.stated[content.URL] = said || w.saysSearch()
			continue
		}
		if err := r.write(content); err != nil {
			return err
		}
	}
	return nil
}

func (r *rslWriter) write(content rslContent) error {
	bz, err := xml.MarshalIndent(content, "  ", "  ")
	if err != nil {
		return err
	}
	_, err = r.out.Write(append(bz, '\n'))
	return err
}

func (r *rslWriter) Close() error {
	for _, content := range r.shared {
		content.Licenses = []rslLicense{reserved(r.stated[content.URL])}
		if err := r.write(content); err != nil {
			return err
		}
	}
	_, err := io.WriteString(r.out, "</rsl>\n")
	return err
}

// reserved prohibits all; search, where nothing is said about it, is left as it is.
func reserved(saysSearch bool) rslLicense {
	usage := "ai-all"
	if saysSearch {
		usage = "all"
	}
	return rslLicense{Prohibits: []rslList{{Type: "usage", Values: usage}}}
}

// way is a license under construction: usages that have one condition, for the
// users that have it; both false is no license.
type way struct {
	condition
	usages                    []string
	commercial, noncommercial bool
}

// licenses builds one license for each condition that an offer sets. Each
// prohibits what no license permits, so that their order says nothing.
func (r *rslWriter) licenses(w Work) ([]rslLicense, error) {
	var ways []way
	said := w.saysSearch()
	// Where nothing is said about search, no license permits or prohibits it.
	permitted := map[string]bool{rslTokens[search]: !said}
	for _, o := range w.Offers {
		first := len(ways)
		for u := range usage(usages) {
			if u == search && !said {
				continue
			}
			for _, found := range waysOf(w, o, u) {
				permitted[rslTokens[u]] = true
				same := func(have way) bool {
					return have.condition.equal(found.condition) &&
						have.commercial == found.commercial && have.noncommercial == found.noncommercial
				}
				if i := slices.IndexFunc(ways[first:], same); i >= 0 {
					ways[first+i].usages = append(ways[first+i].usages, rslTokens[u])
					continue
				}
				ways = append(ways, found)
			}
		}
	}
	if len(ways) == 0 {
		return []rslLicense{reserved(said)}, nil
	}
	prohibits := prohibited(permitted)
	licenses := make([]rslLicense, len(ways))
	for i, found := range ways {
		license, err := r.license(w, found)
		if err != nil {
			return nil, err
		}
		license.Prohibits = prohibits
		licenses[i] = license
	}
	return licenses, nil
}

// waysOf says who may make a use of the work, and on what condition: everybody
// alike, or the commercial and the others each on their own.
func waysOf(w Work, o Offer, u usage) []way {
	commercial, other := w.conditionOf(o, u, true), w.conditionOf(o, u, false)
	tokens := []string{rslTokens[u]}
	if commercial.equal(other) {
		if commercial.kind == denied {
			return nil
		}
		return []way{{condition: commercial, usages: tokens, commercial: true, noncommercial: true}}
	}
	var ways []way
	if commercial.kind != denied {
		ways = append(ways, way{condition: commercial, usages: tokens, commercial: true})
	}
	if other.kind != denied {
		ways = append(ways, way{condition: other, usages: tokens, noncommercial: true})
	}
	return ways
}

// prohibited are the usages that no license of a content permits. An index for
// AI goes with AI input.
func prohibited(permitted map[string]bool) []rslList {
	var tokens []string
	for _, token := range rslTokens {
		if permitted[token] {
			continue
		}
		tokens = append(tokens, token)
		if token == rslTokens[input] {
			tokens = append(tokens, "ai-index")
		}
	}
	if len(tokens) == 0 {
		return nil
	}
	return []rslList{{Type: "usage", Values: strings.Join(tokens, " ")}}
}

func (r *rslWriter) license(w Work, found way) (rslLicense, error) {
	license := rslLicense{Permits: []rslList{{Type: "usage", Values: strings.Join(found.usages, " ")}}}
	switch {
	case !found.commercial:
		license.Permits = append(license.Permits, rslList{Type: "user", Values: "non-commercial"})
	case !found.noncommercial:
		license.Permits = append(license.Permits, rslList{Type: "user", Values: "commercial"})
	}
	if len(found.territories) > 0 {
		license.Permits = append(license.Permits, rslList{Type: "geo", Values: strings.Join(found.territories, " ")})
	}
	payment := &rslPayment{Type: paymentType(found), Standard: found.text}
	license.Payment = payment
	license.Legal = []rslList{{Type: "proof", Values: workURI(r.source.ChainID, w.Claim.Id)}}
	if found.kind <= credit {
		return license, nil
	}
	payment.Custom = r.site.LicensePage
	how, err := json.Marshal(r.settlement(w, found))
	payment.Accepts = &rslList{Type: settlementType, Values: string(bytes.TrimSpace(how))}
	return license, err
}

// paymentType is RSL's word for a condition (RSL 1.0 section 3.7). A grant is
// bought once; without a price it still has to be acquired, which "free" denies.
func paymentType(found way) string {
	switch found.kind {
	case free:
		return "free"
	case credit:
		return "attribution"
	case perUse:
		return "use"
	case royalty:
		if slices.Equal(found.usages, []string{rslTokens[training]}) {
			return "training"
		}
		return "use"
	}
	return "purchase"
}

func (r *rslWriter) settlement(w Work, found way) settlement {
	s := settlement{
		Chain: r.source.ChainID, Work: w.Claim.Id.String(), Terms: found.terms.String(), How: "acquire", Price: []string{},
		RoyaltyPPM: found.rate, NeedsApproval: found.approval, Credit: found.credit,
	}
	for _, coin := range found.price {
		s.Price = append(s.Price, coin.String())
	}
	if found.policy != royaltytypes.POLICY_NONE {
		s.RoyaltyPolicy = strings.ToLower(strings.TrimPrefix(found.policy.String(), "POLICY_"))
	}
	switch found.kind {
	case perUse:
		s.How = "pay"
	case royalty:
		s.How = "derive"
	}
	return s
}

func (c condition) equal(other condition) bool {
	return c.kind == other.kind && c.terms == other.terms && c.text == other.text && c.credit == other.credit &&
		c.price.String() == other.price.String() && c.policy == other.policy && c.rate == other.rate &&
		c.approval == other.approval && slices.Equal(c.territories, other.territories)
}

// workURI names a work beyond its chain.
func workURI(chainID string, work registrytypes.WorkID) string {
	return "stemma:" + escape(chainID, unreserved) + ":" + work.String()
}
