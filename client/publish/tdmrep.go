package publish

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// tdmRule is one rule of a tdmrep.json (TDMRep section "TDM File on the Origin
// Server").
type tdmRule struct {
	Location    string `json:"location"`
	Reservation int    `json:"tdm-reservation"`
	Policy      string `json:"tdm-policy,omitempty"`
}

// TDMWriter writes a tdmrep.json.
type TDMWriter struct {
	out    io.Writer
	site   Site
	begun  bool
	stated map[string]bool
	// used are the policies that rules name; at most one for each kind.
	used []policy
	// withPolicies: the policies will be served too.
	withPolicies bool
}

func newTDMRep(out io.Writer, site Site) (Writer, error) {
	_, err := io.WriteString(out, "[")
	return &TDMWriter{out: out, site: site, stated: map[string]bool{}}, err
}

// WithPolicies has the rules name policies; Policies has to be written too.
func (t *TDMWriter) WithPolicies() { t.withPolicies = true }

// Add writes a rule for each place of a work. Mining is training as well as any
// other analysis, so it is reserved unless all of them are free.
func (t *TDMWriter) Add(w Work) error {
	p := w.preferences()
	for _, place := range w.Places {
		rule := tdmRule{Location: place.Path, Reservation: 1}
		switch {
		case place.Shared:
			if t.stated[place.URL] {
				continue
			}
			t.stated[place.URL] = true
		case p[training] && p[input] && p[search]:
			rule.Reservation = 0
		case t.withPolicies:
			if offered := w.minable(); offered != noPolicy {
				rule.Policy = t.site.Origin + "/.well-known/" + offered.file()
				if !slices.Contains(t.used, offered) {
					t.used = append(t.used, offered)
				}
			}
		}
		if err := t.write(rule); err != nil {
			return err
		}
	}
	return nil
}

func (t *TDMWriter) write(rule tdmRule) error {
	bz, err := marshal(rule, "  ")
	if err != nil {
		return err
	}
	separator := ",\n  "
	if !t.begun {
		t.begun, separator = true, "\n  "
	}
	_, err = fmt.Fprintf(t.out, "%s%s", separator, bz)
	return err
}

// Close ends the list.
func (t *TDMWriter) Close() error {
	_, err := io.WriteString(t.out, "\n]\n")
	return err
}

// policy is what a licence to mine asks for, as far as TDMRep has words for it.
type policy string

const (
	noPolicy     policy = ""
	needsConsent policy = "obtainConsent"
	needsPayment policy = "compensate"
)

// PolicyFiles lists the names of all documents that rules may name, beside the tdmrep.json.
func PolicyFiles() []string { return []string{needsConsent.file(), needsPayment.file()} }

func (p policy) file() string {
	if p == needsPayment {
		return "tdm-policy-compensate.json"
	}
	return "tdm-policy-consent.json"
}

// minable says how a licence to train on the work can be had by anybody: a price
// is a compensation, a grant without one a consent. The cheapest is named.
func (w Work) minable() policy {
	found := noPolicy
	for _, o := range w.Offers {
		c := w.conditionOf(o, training, true)
		if len(c.territories) > 0 {
			continue
		}
		switch {
		case c.kind == grant && len(c.price) == 0:
			return needsConsent
		case c.kind == grant || c.kind == royalty:
			found = needsPayment
		}
	}
	return found
}

// Policies are the documents that the rules name, by file name, for the folder of
// the tdmrep.json: ODRL offers in TDMRep's profile.
func (t *TDMWriter) Policies() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, p := range t.used {
		assigner := map[string]any{"uid": t.site.Origin}
		if t.site.LicensePage != "" {
			assigner["vcard:hasURL"] = t.site.LicensePage
		}
		duties := []map[string]string{{"action": string(needsConsent)}}
		if p == needsPayment {
			duties = append(duties, map[string]string{"action": string(needsPayment)})
		}
		bz, err := marshal(map[string]any{
			"@context": []string{"http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"},
			"@type":    "Offer", "profile": "http://www.w3.org/ns/tdmrep",
			"uid": t.site.Origin + "/.well-known/" + p.file(), "assigner": assigner,
			"permission": []map[string]any{{"action": "tdm:mine", "duty": duties}},
		}, "")
		if err != nil {
			return nil, err
		}
		files[p.file()] = append(bz, '\n')
	}
	return files, nil
}

// marshal indents JSON. Angle brackets are escaped, so the text may stand in a
// page.
func marshal(v any, prefix string) ([]byte, error) { return json.MarshalIndent(v, prefix, "  ") }
