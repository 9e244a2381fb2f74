package publish

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// schemaTypes are schema.org's types of works; other kinds are a CreativeWork.
// Those that are files have a sha256.
var schemaTypes = map[registrytypes.Kind]struct {
	name string
	file bool
}{
	registrytypes.KIND_IMAGE:   {"ImageObject", true},
	registrytypes.KIND_AUDIO:   {"AudioObject", true},
	registrytypes.KIND_VIDEO:   {"VideoObject", true},
	registrytypes.KIND_3D:      {"3DModel", true},
	registrytypes.KIND_DATASET: {"Dataset", false},
}

// creativeWork is schema.org's CreativeWork, the part of it that we know.
type creativeWork struct {
	Type               string          `json:"@type"`
	ID                 string          `json:"@id"`
	Name               string          `json:"name,omitempty"`
	URL                []string        `json:"url,omitempty"`
	ContentURL         []string        `json:"contentUrl,omitempty"`
	Creator            []schemaCreator `json:"creator,omitempty"`
	EncodingFormat     string          `json:"encodingFormat,omitempty"`
	SHA256             string          `json:"sha256,omitempty"`
	Identifier         []schemaValue   `json:"identifier"`
	License            []string        `json:"license,omitempty"`
	AcquireLicensePage string          `json:"acquireLicensePage,omitempty"`
	UsageInfo          string          `json:"usageInfo,omitempty"`
	CreditText         string          `json:"creditText,omitempty"`
	IsBasedOn          []schemaRef     `json:"isBasedOn,omitempty"`
	SDDatePublished    string          `json:"sdDatePublished"`
}

type schemaCreator struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

// Types of creators.
const (
	person       = "Person"
	organization = "Organization"
)

// ofOrganizations finds words that names and roles of organizations have; a name without any is taken
// for a person's. The registry does not ask which of them a creator is, and who reads images'
// licences wants to know (developers.google.com, "Image metadata": creator is one of both).
var ofOrganizations = regexp.MustCompile(`(?i)(^|[^\pL\pN])(` + strings.Join([]string{
	"inc", "incorporated", "llc", "llp", "ltd", "limited", "plc", "corp", "corporation", "company", "gmbh", "ag", "e\\.v", "ug", "kg",
	"s\\.?a\\.?r\\.?l", "sas", "s\\.p\\.a", "s\\.r\\.l", "b\\.v", "pty", "oy", "& co", "& sons", "foundation", "stiftung",
	"institute", "institut",
	"university", "universität", "université", "universidad", "college", "museum", "musée", "museo", "gallery", "archive", "archives",
	"library", "studio", "studios", "records", "press", "publishing", "publishers", "verlag", "media", "pictures", "productions",
	"entertainment", "agency", "agence", "association", "society", "collective", "kollektiv", "team", "labs", "orchestra", "ensemble",
	"choir", "quartet", "band", "ministry", "department", "group", "contributors", "authors",
}, "|") + `)\.?($|[^\pL\pN])`)

func creatorType(c registrytypes.Creator) string {
	if ofOrganizations.MatchString(c.Name) || slices.Contains([]string{"band", "orchestra", "ensemble"}, strings.ToLower(c.Role)) {
		return organization
	}
	return person
}

type schemaRef struct {
	ID string `json:"@id"`
}

type schemaValue struct {
	Type       string `json:"@type"`
	PropertyID string `json:"propertyID"`
	Value      string `json:"value"`
}

type jsonldWriter struct {
	out    io.Writer
	site   Site
	source Source
	begun  bool
}

func newJSONLD(out io.Writer, site Site, source Source) (Writer, error) {
	_, err := io.WriteString(out, "{\n  \"@context\": \"https://schema.org\",\n  \"@graph\": [")
	return &jsonldWriter{out: out, site: site, source: source}, err
}

// Add writes one work.
func (j *jsonldWriter) Add(w Work) error {
	bz, err := marshal(j.describe(w), "    ")
	if err != nil {
		return err
	}
	separator := ",\n    "
	if !j.begun {
		j.begun, separator = true, "\n    "
	}
	_, err = fmt.Fprintf(j.out, "%s%s", separator, bz)
	return err
}

func (j *jsonldWriter) Close() error {
	_, err := io.WriteString(j.out, "\n  ]\n}\n")
	return err
}

func (j *jsonldWriter) describe(w Work) creativeWork {
	d := w.Claim.Details
	c := creativeWork{
		Type: "CreativeWork", ID: workURI(j.source.ChainID, w.Claim.Id), Name: d.Title, EncodingFormat: d.MediaType,
		SDDatePublished: j.source.Time.UTC().Format(time.DateOnly),
		Identifier: []schemaValue{
			{"PropertyValue", "stemma", w.Claim.Id.String()},
			{"PropertyValue", "sha256", w.Claim.Sha256.String()},
		},
		License: w.licenceTexts(), CreditText: w.creditText(),
	}
	if known, ok := schemaTypes[d.Kind]; ok {
		c.Type = known.name
		if known.file {
			c.SHA256 = w.Claim.Sha256.String()
		}
	}
	if len(w.Places) > 0 { // else the RSL file is not about it
		c.UsageInfo = j.site.LicenseURL
	}
	for _, p := range w.Places {
		c.URL = append(c.URL, p.URL)
		if c.SHA256 != "" && !p.about && !p.Shared {
			c.ContentURL = append(c.ContentURL, p.URL)
		}
	}
	for _, creator := range d.Creators {
		c.Creator = append(c.Creator, schemaCreator{creatorType(creator), creator.Name})
	}
	for _, f := range d.Fingerprints {
		if f.Scheme != urlScheme {
			c.Identifier = append(c.Identifier, schemaValue{"PropertyValue", f.Scheme, f.Value})
		}
	}
	for _, id := range w.Sources {
		c.IsBasedOn = append(c.IsBasedOn, schemaRef{workURI(j.source.ChainID, id)})
	}
	if slices.ContainsFunc(w.Offers, w.publishable) {
		c.AcquireLicensePage = j.site.LicensePage
	}
	return c
}

// licenceTexts are the texts of the public offers' terms, if the chain permits
// anything by them: nothing is while somebody has an exclusive grant.
func (w Work) licenceTexts() []string {
	var texts []string
	if slices.ContainsFunc(w.Places, func(p Place) bool { return p.Shared }) {
		return nil
	}
	for _, o := range w.Offers {
		if text := w.textOf(o); text != "" && w.publishable(o) && o.permitsAny() && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

func (o Offer) permitsAny() bool {
	return o.Open.Public && slices.ContainsFunc(o.Answers, func(a licensetypes.Rights) bool {
		return a.Verdict == licensetypes.VERDICT_ALLOWED && o.reliedOn(a)
	})
}

// creditText is the credit that an offer asks for; several differ only by
// ancestors, which are all named.
func (w Work) creditText() string {
	var lines []string
	for _, o := range w.Offers {
		for _, answer := range o.Answers {
			for _, due := range answer.Obligations {
				if due.Kind == licensetypes.OBLIGATION_ATTRIBUTION && due.Text != "" && !slices.Contains(lines, due.Text) {
					lines = append(lines, due.Text)
				}
			}
		}
	}
	return strings.Join(lines, "; ")
}
