package publish_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/publish"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// What RSL 1.0 sections 3.2 to 3.13 know, as far as we use it.
var (
	rslChildren = map[string][]string{
		"": {"rsl"}, "rsl": {"content"}, "content": {"license"}, "license": {"permits", "prohibits", "payment", "legal"},
		"payment": {"standard", "custom", "accepts"},
	}
	rslAttributes = map[string][]string{
		"rsl": {"xmlns", "max-age"}, "content": {"url", "server", "lastmod"}, "permits": {"type"}, "prohibits": {"type"}, "payment": {"type"},
		"accepts": {"type"}, "legal": {"type"},
	}
	rslTypes = map[string][]string{
		"permits": {"usage", "user", "geo"}, "prohibits": {"usage", "user", "geo"}, "legal": {"proof"},
		"payment": {"purchase", "subscription", "training", "crawl", "use", "contribution", "attribution", "free"},
	}
	rslWords = map[string][]string{
		"usage": {"all", "ai-all", "ai-train", "ai-input", "ai-index", "search"},
		"user":  {"commercial", "non-commercial", "education", "government", "personal"},
	}
)

// A licence server is named at every content, or at none: without its token nothing is to be fetched.
func TestRSLNamesALicenceServer(t *testing.T) {
	s := site(t, "https://example.org")
	require.NotContains(t, string(render(t, publish.RSL, s, gallery(t, s)...)), "server=")
	s.LicenseServer = "https://example.org/olp"
	text := string(render(t, publish.RSL, s, gallery(t, s)...))
	require.Positive(t, strings.Count(text, "<content "))
	require.Equal(t, strings.Count(text, "<content "), strings.Count(text, ` server="https://example.org/olp"`))
}

func TestRSLKeepsToItsVocabulary(t *testing.T) {
	s := site(t, "https://example.org")
	s.LicenseServer = "https://example.org/olp"
	decoder := xml.NewDecoder(strings.NewReader(string(render(t, publish.RSL, s, gallery(t, s)...))))
	path := []string{""}
	kind := ""
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			require.Equal(t, "https://rslstandard.org/rsl", token.Name.Space)
			require.Contains(t, rslChildren[path[len(path)-1]], name)
			kind = ""
			for _, attribute := range token.Attr {
				require.Contains(t, rslAttributes[name], attribute.Name.Local)
				if attribute.Name.Local == "type" {
					kind = attribute.Value
				}
			}
			if allowed, closed := rslTypes[name]; closed {
				require.Contains(t, allowed, kind)
			}
			path = append(path, name)
		case xml.CharData:
			for _, word := range strings.Fields(string(token)) {
				if words, closed := rslWords[kind]; closed {
					require.Contains(t, words, word)
				}
				if kind == "geo" {
					require.Regexp(t, "^[A-Z]{2}$", word)
				}
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

// Each type at most once in a license, one payment, a license in each content,
// and each place once.
func TestRSLCounts(t *testing.T) {
	s := site(t, "https://example.org")
	var file rslFile
	require.NoError(t, xml.Unmarshal(render(t, publish.RSL, s, gallery(t, s)...), &file))
	require.EqualValues(t, 30, file.MaxAge)
	seen := map[string]bool{}
	for _, content := range file.Content {
		require.NotEmpty(t, content.License)
		require.False(t, seen[content.URL], content.URL)
		seen[content.URL] = true
		for _, license := range content.License {
			require.LessOrEqual(t, len(license.Payment), 1)
			for _, lists := range [][]rslList{license.Permits, license.Prohibits} {
				kinds := map[string]bool{}
				for _, list := range lists {
					require.False(t, kinds[list.Type])
					kinds[list.Type] = true
				}
			}
		}
	}
}

// A model licence forbids uses, for which RSL has no word: only its text says so.
func TestAModelLicenceNeedsItsText(t *testing.T) {
	s := site(t, "https://example.org")
	model := claim("model", "url", "https://example.org/model")
	for _, uri := range []string{"", "https://ai.google.dev/gemma/terms"} {
		terms := licensetypes.Terms{
			Spdx: "LicenseRef-Gemma", Uri: uri, CommercialUse: true, Attribution: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		}
		require.NoError(t, terms.Validate())
		file := string(render(t, publish.RSL, s, work(s, model, offered(model.Id, terms, nil))))
		require.Equal(t, uri != "", strings.Contains(file, "<permits"), file)
	}
}

func TestTDMRepKeepsToItsProperties(t *testing.T) {
	s := site(t, "https://example.org")
	var rules []map[string]any
	require.NoError(t, json.Unmarshal(render(t, publish.TDMRep, s, gallery(t, s)...), &rules))
	require.NotEmpty(t, rules)
	for _, rule := range rules {
		require.Regexp(t, `^/.*\$$`, rule["location"])
		require.Contains(t, []any{0.0, 1.0}, rule["tdm-reservation"])
		for name := range rule {
			require.Contains(t, []string{"location", "tdm-reservation", "tdm-policy"}, name)
		}
	}
	require.Equal(t, "[\n]\n", string(render(t, publish.TDMRep, s)))
}

// Properties of schema.org's CreativeWork and, for sha256, MediaObject.
func TestSchemaKeepsToItsProperties(t *testing.T) {
	known := []string{
		"@type", "@id", "name", "url", "creator", "encodingFormat", "sha256", "identifier", "license", "acquireLicensePage", "usageInfo",
		"creditText", "isBasedOn", "sdDatePublished", "contentUrl",
	}
	s := site(t, "")
	var file struct {
		Context string           `json:"@context"`
		Graph   []map[string]any `json:"@graph"`
	}
	require.NoError(t, json.Unmarshal(render(t, publish.SchemaJSONLD, s, gallery(t, s)...), &file))
	require.Equal(t, "https://schema.org", file.Context)
	for _, node := range file.Graph {
		for name := range node {
			require.Contains(t, known, name)
		}
		media := slices.Contains([]any{"ImageObject", "AudioObject", "VideoObject", "3DModel"}, node["@type"])
		require.Equal(t, media, node["sha256"] != nil)
		require.True(t, media || node["contentUrl"] == nil)
	}
}
