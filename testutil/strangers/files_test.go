package strangers_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/agent"
	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/dataset/exchange"
	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/jose"
	"github.com/stemma-chain/stemma/client/olp"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/client/register/batch"
	"github.com/stemma-chain/stemma/client/report"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/internal/amounts"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/bots"
	"github.com/stemma-chain/stemma/portal/credentials"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/paywall"
	"github.com/stemma-chain/stemma/testutil/strangers"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	"github.com/stemma-chain/stemma/x/royalty/flow"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// file reads what somebody else has written; an error is an answer.
type file struct {
	name string
	read func(t *testing.T, raw []byte) error
}

func of[T any](read func(raw []byte) (T, error)) func(*testing.T, []byte) error {
	return func(_ *testing.T, raw []byte) error { _, err := read(raw); return err }
}

func from[T any](read func(in io.Reader) (T, error)) func(*testing.T, []byte) error {
	return func(_ *testing.T, raw []byte) error { _, err := read(bytes.NewReader(raw)); return err }
}

// files are all that have no target of their own.
func files() []file {
	limits := agent.Reading{
		Coin: amounts.ParseCoin, Now: now, Types: []string{"/stemma.royalty.v1.MsgPay"}, Terms: func(s string) (string, error) { return s, nil },
		Account: sdk.AccAddressFromBech32,
	}
	missing := func(string) (io.ReadCloser, error) { return nil, os.ErrNotExist }
	return []file{
		{"generation line", of(generation.ParseLine)},
		{"generation proof", of(generation.ReadProof)},
		{"agent card", of(agent.ReadCard)},
		{"agent limit", of(func(raw []byte) (any, error) { return agent.ReadLimit(raw, limits) })},
		{"report facts", from(report.ReadFacts)},
		{"rights list", from(func(in io.Reader) (rights.Manifest, error) {
			return rights.ReadList(in, "list", rights.ListOptions{Open: missing})
		})},
		{"rights manifest", from(func(in io.Reader) (rights.Manifest, error) { return rights.ReadManifest(in, "list", sheet.Options{}) })},
		{"item proof", from(rights.ReadItemProof)},
		{"works to register", from(func(in io.Reader) (any, error) { return batch.Read(in, "works", "testdata", sheet.Options{}, nil) })},
		{"payees", from(func(in io.Reader) (any, error) { return paychannel.ReadPayees(in, "payees", sheet.Options{}) })},
		{"token key", of(jose.ReadTokenKey)},
		{"compact token", of(func(raw []byte) (any, error) { return jose.ReadCompact(string(raw), "ES256K") })},
		{"token's JSON", of(func(raw []byte) (v struct{ A, B any }, err error) { return v, jose.Unmarshal(raw, &v) })},
		{"assertion", of(func(raw []byte) (any, error) {
			return olp.ReadAssertion(string(raw), []string{"https://example.org"}, now)
		})},
		{"proof of stores", of(stores.Read)},
		{"certificate", of(certificate.Read)},
		{"dataset proof", of(dataset.ReadProof)},
		{"dataset index", of(dataset.ReadIndex)},
		{"dataset row", of(manifest.ReadItem)},
		{"credits", from(func(in io.Reader) (any, error) { return exchange.ReadCredits(in, "credits", sheet.Options{}) })},
		{"JSON lines", items(exchange.FormLines)},
		{"CSV of items", items(exchange.FormCSV)},
		{"Parquet of items", items(exchange.FormParquet)},
		{"Croissant", items(exchange.FormCroissant)},
		{"manifest of items", items(exchange.FormManifest)},
		{"use vouchers", from(func(in io.Reader) (any, error) { return usevoucher.Read(in, 100) })},
		{"scenario", from(flow.ReadScenario)},
		{"paywall map", from(func(in io.Reader) (any, error) { return paywall.ReadMap(in, "map", now) })},
		{"deny list", from(portal.ReadDenyList)},
		{"bots' keys", of(bots.ReadKeys)},
		{"trust list", of(c2pa.ReadAnchors)},
		{"uploaded manifest store", of(credentials.ActiveManifest)},
		{"uses of certificates", of(c2pa.ReadUses)},
		{"facilitator's question", of(func(raw []byte) (ask x402.Ask, err error) { return ask, json.Unmarshal(raw, &ask) })},
	}
}

// items reads all items of a file in a form.
func items(form string) func(*testing.T, []byte) error {
	return func(t *testing.T, raw []byte) error {
		path := filepath.Join(t.TempDir(), "items")
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		opened, err := exchange.Open(context.Background(), path, exchange.Options{Form: form})
		if err != nil {
			return err
		}
		defer opened.Close()
		for range 1000 {
			b, err := opened.Next(context.Background(), 100)
			if err != nil || b.Items == 0 {
				return err
			}
			if _, err := b.Append(nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// FuzzFile has each reader of files read anything.
func FuzzFile(f *testing.F) {
	all := files()
	seeds := []string{
		"{}", "[]", "null", `{"a":1,"a":2}`, `{"version":1,"name":"x","responsible":{"name":"y"}}`, "work,share\nwork1x,60%\nsong.wav,40%\n",
		"path,work,use\n/a,work1x,ai-input\n", "sha256,weight,contributor\n" + strings.Repeat("ab",
			32) + ",5,\n", "a.b.c", "messages: [pay]\nexpires: 30d\n",
		`{"sha256":"` + strings.Repeat("ab", 32) + `","weight":3}` + "\n", "PAR1", "\xef\xbb\xbfa;b\n1;2\n", "\xff\xfea\x00,\x00",
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`,
		`{"@type":"sc:Dataset","recordSet":[{"field":[{"source":{"fileObject":{"@id":"x"}}}]}],` +
			`"distribution":[{"@id":"x","contentUrl":"x.csv"}]}`,
	}
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		for _, one := range all {
			strangers.Bounded(t, len(raw), func() { _ = one.read(t, raw) })
		}
	})
}

// FuzzRequest has what the portal reads of a request read anything: queries, payments, signatures.
func FuzzRequest(f *testing.F) {
	checker, err := bots.New(bots.Config{Origin: "https://example.org", Now: func() time.Time { return now }})
	require.NoError(f, err)
	f.Add("/", "kind=image&max-price=5uusdc&page=2",
		`sig1=("@authority");created=1780272000;keyid="x";alg="ed25519";tag="web-bot-auth"`, "sig1=:AAAA:", "")
	f.Add("/a%2f..", "a=%zz&a=1", `sig1=("@query-param";name="a" "@path" "x";sf);expires=1`, `sig1=:AA==:, sig2=?1`,
		`{"x402Version":2,"payload":{}}`)
	f.Fuzz(func(t *testing.T, path, query, input, signature, payment string) {
		length := len(path) + len(query) + len(input) + len(signature) + len(payment)
		if length > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, length, func() {
			r := httptest.NewRequest(http.MethodGet, "https://example.org/", nil)
			r.URL = &url.URL{Path: path, RawQuery: query}
			r.Header["Signature-Input"], r.Header["Signature"] = []string{input}, []string{signature}
			r.Header["Signature-Agent"] = []string{signature}
			_ = checker.Check(r)
			values, _ := url.ParseQuery(query)
			_, _ = discover.ReadQuery(values, amounts.ParseCoin)
			_, _ = discover.ReadServiceQuery(values)
			_, _ = discover.ReadSimilarQuery(values)
			_, _ = credentials.ReadValue(query)
			_, _ = content.Label(path)
			r.Header[x402.PaymentHeader] = []string{base64.StdEncoding.EncodeToString([]byte(payment))}
			_, _ = x402.ReadPayment(r.Header)
			r.Header[x402.PaymentHeader] = []string{payment}
			_, _ = x402.ReadPayment(r.Header)
			var required x402.Required
			_, _ = x402.ReadHeader(r.Header, x402.PaymentHeader, &required)
		})
	})
}
