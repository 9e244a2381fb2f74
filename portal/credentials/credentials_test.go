package credentials_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
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

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/credentials"
	"github.com/stemma-chain/stemma/portal/discover"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// manifests is a manifest store with manifests of these labels, the last of which is active.
func manifests(labels ...string) []byte {
	var boxes [][]byte
	for _, label := range labels {
		d := jumbf.Description{ID: jumbf.IDOf("c2ma"), Requestable: true, Label: label}
		boxes = append(boxes, jumbf.AppendSuperbox(nil, d, jumbf.Append(nil, jumbf.CBOR, []byte("claim of "+label))))
	}
	return jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf("c2pa"), Requestable: true, Label: "c2pa"}, boxes...)
}

func label(n int) string { return fmt.Sprintf("urn:c2pa:%08x-0000-4000-8000-000000000000", n) }

// chain is works of which the n-th has a picture of that number, and names these manifest stores.
type chain struct {
	*index.Index
	t *testing.T
	n int
}

func newChain(t *testing.T) *chain {
	t.Helper()
	encoding.Configure()
	x, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return &chain{Index: x, t: t}
}

func (c *chain) register(content []byte, names ...string) index.Work {
	c.t.Helper()
	c.n++
	claim := registrytypes.Claim{Id: registrytypes.WorkID{byte(c.n)}}
	made, err := iscc.OfFile(c.t.Context(), bytes.NewReader(content), int64(len(content)), iscc.Options{})
	require.NoError(c.t, err)
	claim.Owner, claim.Status, claim.Version = sdk.AccAddress(make([]byte, 20)).String(), registrytypes.STATUS_ACTIVE, 1
	claim.Sha256, claim.RegisteredAt, claim.ClaimedSince.Time = made.SHA256, time.Unix(1e9, 0), time.Unix(1e9, 0)
	claim.Details.Kind = registrytypes.KIND_IMAGE
	claim.Details.Fingerprints = []registrytypes.Fingerprint{{Scheme: "iscc", Value: made.Code.String()}}
	for _, name := range names {
		claim.Details.Fingerprints = append(claim.Details.Fingerprints, registrytypes.Fingerprint{Scheme: "c2pa", Value: name})
	}
	require.NoError(c.t, c.Seed(c.t.Context(), []index.Older{{Claim: claim}}))
	w, err := c.Work(c.t.Context(), claim.Id)
	require.NoError(c.t, err)
	return w
}

// Similar answers as the portal does, without a node.
func (c *chain) Similar(ctx context.Context, q discover.SimilarQuery) (found similar.Answer, err error) {
	alike, _, err := c.Alike(ctx, q.Codes, q.Distance, q.Limit)
	for _, a := range alike {
		w := similar.Work{Work: a.ID.String(), Distance: a.Distance, Unit: a.Unit.String()}
		for _, i := range a.Identifiers {
			if i.Scheme == "c2pa" {
				w.Credentials = append(w.Credentials, i.Value)
			}
		}
		found.Works = append(found.Works, w)
	}
	return found, err
}

// picture is one that no other number looks like; alike is the same with a few pixels of another grey.
func picture(n int, alike bool) []byte {
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range m.Pix {
		x, y := i%64/8, i/64/8
		m.Pix[i] = uint8((x*x*37 + y*91*n + x*y*53*(n+1)) % 256)
	}
	if alike {
		m.SetGray(5, 5, color.Gray{128})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func sha(raw []byte) string { return "sha256:" + credentials.Digest(raw) }

// repository is a portal with a folder for at most so many bytes.
func repository(t *testing.T, c *chain, most int64) (*credentials.Service, http.Handler, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "credentials")
	store, err := credentials.OpenStore(dir, most)
	require.NoError(t, err)
	s := &credentials.Service{
		Works: c, Similar: c, Store: store, Log: slog.New(slog.DiscardHandler), Looking: guard.NewPlaces(guard.Limits{}, credentials.Contents),
	}
	mux := http.NewServeMux()
	s.Handle(mux)
	return s, mux, dir
}

func ask(h http.Handler, method, target string, body []byte) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, bytes.NewReader(body)))
	return w
}

func matched(t *testing.T, w *httptest.ResponseRecorder) (found []credentials.Match) {
	t.Helper()
	require.Equal(t, 200, w.Code, w.Body.String())
	var said struct{ Matches []credentials.Match }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
	return said.Matches
}

// A picture that lost its credentials gets them back: by its content, by its code in every form, and by the manifest's name.
func TestAPictureGetsItsCredentialsBack(t *testing.T) {
	c := newChain(t)
	first, second := manifests(label(9), label(1)), manifests(label(2))
	one, two := picture(1, false), picture(2, false)
	_, h, _ := repository(t, c, 1<<20)
	require.Equal(t, 403, ask(h, "POST", "/manifests", first).Code, "no work names it yet")
	c.register(one, sha(first), label(1))
	c.register(two, sha(second))
	w := ask(h, "POST", "/manifests", first)
	require.Equal(t, 201, w.Code, w.Body.String())
	require.Contains(t, w.Body.String(), label(1))
	require.Equal(t, 201, ask(h, "POST", "/manifests", first).Code, "once more")
	require.Equal(t, 201, ask(h, "POST", "/manifests", second).Code)

	for _, content := range [][]byte{one, picture(1, true)} {
		found := matched(t, ask(h, "POST", "/matches/byContent?alg=io.iscc.v0", content))
		require.NotEmpty(t, found)
		require.Equal(t, label(1), found[0].ManifestID)
		require.GreaterOrEqual(t, found[0].SimilarityScore, 90)
	}
	require.Empty(t, matched(t, ask(h, "POST", "/matches/byContent", picture(5, false))))

	made, err := iscc.OfFile(t.Context(), bytes.NewReader(one), int64(len(one)), iscc.Options{Bits: 256})
	require.NoError(t, err)
	units, err := iscc.AppendUnits(nil, made.Units...)
	require.NoError(t, err)
	short, err := iscc.OfFile(t.Context(), bytes.NewReader(one), int64(len(one)), iscc.Options{})
	require.NoError(t, err)
	for _, value := range []string{
		short.Code.String(), strings.ToLower(short.Code.String()), base64.StdEncoding.EncodeToString(units), base64.RawURLEncoding.EncodeToString(units),
		base64.StdEncoding.EncodeToString([]byte(short.Code.String())), strings.ReplaceAll(base64.StdEncoding.EncodeToString(units), "+", " "),
	} {
		found := matched(t, ask(h, "GET", "/matches/byBinding?alg=io.iscc.v0&value="+url.QueryEscape(value), nil))
		require.Equal(t, []credentials.Match{{ManifestID: label(1), SimilarityScore: 100}}, found, value)
		asked, err := json.Marshal(map[string]string{"alg": "io.iscc.v0", "value": value})
		require.NoError(t, err)
		require.Equal(t, found, matched(t, ask(h, "POST", "/matches/byBinding", asked)))
	}
	for _, id := range []string{label(1), sha(first)} {
		w := ask(h, "GET", "/manifests/"+id, nil)
		require.Equal(t, 200, w.Code, id)
		require.Equal(t, first, w.Body.Bytes())
		require.Equal(t, credentials.MediaType, w.Header().Get("Content-Type"))
	}
	require.Equal(t, manifests(label(1)), ask(h, "GET", "/manifests/"+label(1)+"?returnActiveManifest=true", nil).Body.Bytes())
	require.Equal(t, 404, ask(h, "GET", "/manifests/"+label(9), nil).Code, "the label of an ingredient")
	require.Equal(t, 400, ask(h, "GET", "/manifests/nonsense", nil).Code)
	require.Contains(t, ask(h, "GET", "/services/supportedAlgorithms", nil).Body.String(), `"fingerprints":[{"alg":"io.iscc.v0"}]`)
}

// What no work names any more goes, what is denied is not shown, and what is full takes no more.
func TestWhatIsKept(t *testing.T) {
	c := newChain(t)
	first, second := manifests(label(1)), manifests(label(2))
	s, h, dir := repository(t, c, int64(len(first)+len(second)-1))
	work := c.register(picture(1, false), sha(first), sha(second))
	require.Equal(t, 201, ask(h, "POST", "/manifests", first).Code)
	require.Equal(t, 507, ask(h, "POST", "/manifests", second).Code)
	s.Denied = func(id string) bool { return id == work.ID.String() }
	require.Equal(t, 451, ask(h, "GET", "/manifests/"+sha(first), nil).Code)
	s.Denied = nil

	// Another program opens the folder, where somebody changed a file and left others.
	path := filepath.Join(dir, credentials.Digest(first)+".c2pa")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter"), nil, 0o600))
	store, err := credentials.OpenStore(dir, 1<<20)
	require.NoError(t, err)
	require.Len(t, store.Kept(), 1)
	require.NoError(t, store.Put(second))
	raw, err := store.Get(credentials.Digest(first))
	require.NoError(t, err)
	require.Equal(t, first, raw)
	require.NoError(t, os.WriteFile(path, second, 0o600))
	_, err = store.Get(credentials.Digest(first))
	require.ErrorIs(t, err, credentials.ErrNotKept)
	require.Equal(t, 404, ask(h, "GET", "/manifests/"+sha(first), nil).Code)

	empty := newChain(t)
	s.Works = empty
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _ = s.Run(ctx) }()
	require.Eventually(t, func() bool { return len(s.Store.Kept()) == 0 }, time.Minute, time.Millisecond)
	cancel()
	require.NoFileExists(t, path)
}

// The label that an older program wrote is found as it is, and as works name it.
func TestLabelsOfOlderPrograms(t *testing.T) {
	c := newChain(t)
	_, h, _ := repository(t, c, 1<<20)
	const urn = "urn:uuid:00000001-0000-4000-8000-000000000000"
	old := manifests("contentauth:" + urn)
	c.register(picture(1, false), sha(old), urn)
	require.Equal(t, 201, ask(h, "POST", "/manifests", old).Code)
	for _, id := range []string{"contentauth:" + urn, urn, sha(old)} {
		require.Equal(t, old, ask(h, "GET", "/manifests/"+id, nil).Body.Bytes(), id)
	}
	require.Equal(t, "contentauth:"+urn, matched(t, ask(h, "POST", "/matches/byContent", picture(1, false)))[0].ManifestID)
}

// What a question names is served under that name, also where the work says the hash alone.
func TestWhatIsNamedIsServed(t *testing.T) {
	c := newChain(t)
	_, h, _ := repository(t, c, 1<<20)
	store := manifests(label(1))
	c.register(picture(1, false), sha(store))
	require.Equal(t, 201, ask(h, "POST", "/manifests", store).Code)
	found := matched(t, ask(h, "POST", "/matches/byContent", picture(1, true)))
	require.NotEmpty(t, found)
	require.Equal(t, label(1), found[0].ManifestID)
	require.Equal(t, store, ask(h, "GET", "/manifests/"+found[0].ManifestID, nil).Body.Bytes())

	// It is named once, however many works name it.
	c.register(picture(1, true), sha(store), label(1))
	for _, alike := range []bool{false, true} {
		found = matched(t, ask(h, "POST", "/matches/byContent", picture(1, alike)))
		require.Len(t, found, 1)
		require.Equal(t, label(1), found[0].ManifestID)
	}
}

// curl calls any file a form's fields where it isn't told what it is: a text is looked at as one all the same.
func TestWhatCurlSaysIsNoType(t *testing.T) {
	c := newChain(t)
	_, h, _ := repository(t, c, 1<<20)
	store := manifests(label(1))
	c.register([]byte("The sea was calm, and nobody was on the beach but a dog."), sha(store), label(1))
	require.Equal(t, 201, ask(h, "POST", "/manifests", store).Code)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		r := httptest.NewRequest("POST", "/matches/byContent", strings.NewReader("The sea was  calm, and nobody was on the beach but a dog!"))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Len(t, matched(t, w), 1, kind)
	}
}

// A file in a form would be looked at with the form around it, and resemble nothing.
func TestAFormIsNoFile(t *testing.T) {
	_, h, _ := repository(t, newChain(t), 1<<20)
	r := httptest.NewRequest("POST", "/matches/byContent", bytes.NewReader(picture(1, false)))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, 415, w.Code)
	require.Contains(t, w.Body.String(), "--data-binary")
}

func TestWhatIsRefused(t *testing.T) {
	c := newChain(t)
	s, h, _ := repository(t, c, 1<<20)
	for _, asked := range []struct {
		method, target, body string
		status               int
	}{
		{"GET", "/matches/byBinding", "", 400},
		{"GET", "/matches/byBinding?alg=phash&value=AAAA", "", 400},
		{"GET", "/matches/byBinding?alg=io.iscc.v0&value=", "", 400},
		{"GET", "/matches/byBinding?alg=io.iscc.v0&value=%00%ff", "", 400},
		{"GET", "/matches/byBinding?alg=io.iscc.v0&maxResults=0&value=ISCC:AAAZXZ6OU74YAZIM", "", 400},
		{"GET", "/matches/byBinding?alg=io.iscc.v0&value=ISCC:AAAZXZ6OU74YAZIM", "", 200},
		{"POST", "/matches/byBinding", "{", 400},
		{"POST", "/matches/byContent?alg=phash", "x", 400},
		{"POST", "/matches/byContent", "", 200},
		{"POST", "/manifests", "no store", 415},
		{"POST", "/manifests", string(jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf("c2pa")})), 415},
		{"GET", "/manifests/" + label(1), "", 404},
	} {
		w := ask(h, asked.method, asked.target, []byte(asked.body))
		require.Equal(t, asked.status, w.Code, "%s %s: %s", asked.method, asked.target, w.Body)
		require.True(t, json.Valid(w.Body.Bytes()))
	}
	s.Store = nil // a portal that keeps none
	require.Equal(t, 501, ask(h, "POST", "/manifests", manifests(label(1))).Code)
	require.Equal(t, 404, ask(h, "GET", "/manifests/"+label(1), nil).Code)
	require.Empty(t, matched(t, ask(h, "POST", "/matches/byContent", picture(1, false))))
}
