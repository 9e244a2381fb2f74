package publish_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/publish"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// local serves the part of schema.org's context that our properties are in, and nothing else.
type local struct{ t *testing.T }

func (l local) LoadDocument(at string) (*ld.RemoteDocument, error) {
	if at != "https://schema.org" {
		return nil, fmt.Errorf("%s is not at hand", at)
	}
	bz, err := os.ReadFile("testdata/schema.org.jsonld")
	require.NoError(l.t, err)
	document, err := ld.DocumentFromReader(strings.NewReader(string(bz)))
	return &ld.RemoteDocument{DocumentURL: at, Document: document}, err
}

// statements are what a JSON-LD processor makes of a file, as subject and predicate to objects.
func statements(t *testing.T, file []byte) map[string]map[string][]string {
	t.Helper()
	var document any
	require.NoError(t, json.Unmarshal(file, &document))
	options := ld.NewJsonLdOptions("")
	options.DocumentLoader = local{t}
	options.ProcessingMode = ld.JsonLd_1_1
	options.SafeMode = true // what it would drop is an error
	options.Format = "application/n-quads"
	_, err := ld.NewJsonLdProcessor().Expand(document, options)
	require.NoError(t, err)
	options.SafeMode = false
	quads, err := ld.NewJsonLdProcessor().ToRDF(document, options)
	require.NoError(t, err)
	said := map[string]map[string][]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(quads.(string)), "\n") {
		parts := strings.SplitN(strings.TrimSuffix(line, " ."), " ", 3)
		require.Len(t, parts, 3, line)
		if said[parts[0]] == nil {
			said[parts[0]] = map[string][]string{}
		}
		predicate := strings.TrimPrefix(strings.Trim(parts[1], "<>"), "http://schema.org/")
		said[parts[0]][predicate] = append(said[parts[0]][predicate], parts[2])
	}
	return said
}

const rdfType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

// A processor drops nothing and makes links of what are links. An image has what Google's image metadata asks for:
// contentUrl, and creators that are persons or organizations.
func TestAProcessorReadsAllOfIt(t *testing.T) {
	s := site(t, "https://example.org")
	works := gallery(t, s)
	said := statements(t, render(t, publish.SchemaJSONLD, s, works...))
	for _, w := range works {
		about := said["<stemma:stemma-1:"+w.Claim.Id.String()+">"]
		require.Contains(t, about[rdfType], "<http://schema.org/ImageObject>")
		require.Contains(t, strings.Join(about["sdDatePublished"], ""), "2027-03-01")
		require.NotEmpty(t, about["creator"])
		creator := said[about["creator"][0]]
		require.Equal(t, []string{"<http://schema.org/Organization>"}, creator[rdfType])
		require.Equal(t, []string{`"Alice & Co. <i>"`}, creator["name"])
		for _, link := range []string{"url", "contentUrl", "license", "acquireLicensePage", "usageInfo", "isBasedOn"} {
			for _, to := range about[link] {
				require.Regexp(t, `^<(https?://|stemma:).*>$`, to, link)
			}
		}
		shared := len(w.Places) > 0 && w.Places[0].Shared
		require.Equal(t, len(w.Places) > 0 && !shared, len(about["contentUrl"]) > 0)
	}
}

func TestCreatorsAreSomebody(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace": "Person", "Agnes Inchbald": "Person", "Jane Doe (Nym)": "Person", "李白": "Person", "Ag": "Organization",
		"ACME Inc.": "Organization", "Universität Wien": "Organization", "Müller GmbH": "Organization", "Studio Ghibli": "Organization",
		"Smith & Co": "Organization", "The Blender Foundation": "Organization", "Verlag e.V.": "Organization",
	} {
		c := claim("x", "url", "https://example.org/x")
		c.Details.Creators[0].Name = name
		require.Contains(t, string(render(t, publish.SchemaJSONLD, site(t, ""), work(site(t, ""), c))), `"@type": "`+want+`"`, name)
	}
}

// What is at the metadata URI is about the work; a text is no media object.
func TestWhatHasNoContentURL(t *testing.T) {
	s := site(t, "")
	about, poem := claim("about"), claim("poem", "url", "https://example.org/poem")
	about.Details.MetadataUri = "https://example.org/about"
	poem.Details.Kind = registrytypes.KIND_TEXT
	for _, c := range []registrytypes.Claim{about, poem} {
		file := string(render(t, publish.SchemaJSONLD, s, work(s, c)))
		require.Contains(t, file, `"url"`)
		require.NotContains(t, file, "contentUrl")
	}
}
