package rights

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// archive is a manifest of two items, from an account and from a work, the second under terms of its own, and its registry.
type archive struct {
	*manifests.Made
	work  registrytypes.WorkID
	terms licensetypes.TermsID
	asked int
	files map[string]*ItemProof
}

func newArchive(t *testing.T) *archive {
	a := &archive{work: registrytypes.WorkID{1}, terms: licensetypes.TermsID(bytes.Repeat([]byte{5}, 32)), files: map[string]*ItemProof{}}
	from := registrytypes.WorkID{2}
	a.Made = manifests.Of(
		manifest.Item{Sha256: [32]byte{1}, Contributor: manifest.Contributor{Kind: manifest.Account, ID: bytes.Repeat([]byte{3}, 20)}, Weight: 1},
		manifest.Item{
			Sha256: [32]byte{2}, Contributor: manifest.Contributor{Kind: manifest.Work, ID: from[:]}, Weight: 4,
			Terms: a.terms,
		})
	for i := range a.Items {
		a.files[fmt.Sprintf("%d.json", i)] = &ItemProof{Work: a.work, Version: 1, Contributor: a.From(i), Item: a.Item(i)}
	}
	return a
}

func (a *archive) roots(req *registrytypes.QueryManifestRequest) (*registrytypes.QueryManifestResponse, error) {
	if a.asked++; req.Work != a.work || req.Version != 1 {
		return nil, status.Error(codes.NotFound, "no manifest")
	}
	return &registrytypes.QueryManifestResponse{Manifest: registrytypes.NumberedManifest{Version: 1, Roots: a.Roots()}}, nil
}

// served is the archive as a node serves it.
type served struct{ *archive }

func (s served) Manifest(
	_ context.Context, req *registrytypes.QueryManifestRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryManifestResponse, error) {
	return s.roots(req)
}

func (s served) Manifests(
	_ context.Context, req *registrytypes.QueryManifestsRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryManifestsResponse, error) {
	if s.asked++; req.Work != s.work {
		return nil, status.Error(codes.NotFound, "no work")
	}
	return &registrytypes.QueryManifestsResponse{Manifests: []registrytypes.NumberedManifest{
		{Version: 1, Roots: s.Roots(), Sha256: s.Roots().Digest()},
	}}, nil
}

// open reads a proof as a file has it.
func (a *archive) open(name string) (io.ReadCloser, error) {
	p, known := a.files[name]
	if !known {
		return nil, os.ErrNotExist
	}
	raw, err := json.Marshal(p)
	return io.NopCloser(bytes.NewReader(raw)), err
}

func (a *archive) read(text string) (Manifest, error) {
	return ReadList(strings.NewReader(text), "l.csv", ListOptions{Work: a.work.String(), Open: a.open})
}

func TestReadList(t *testing.T) {
	a := newArchive(t)
	account, other := a.From(0).Account, a.From(1).Work.String()
	one, two := registrytypes.Digest{1}.String(), registrytypes.Digest{2}.String()
	list, err := a.read("title,SHA256,contributor,terms,proof,work,rights_verdict\n" +
		"a," + one + "," + account + ",,,,denied\n" + // the work is the default one
		"b," + two + "," + other + ",cc0-1.0,," + work("w") + ",\n" +
		"c,,,,1.json,,\n" +
		"d," + two + "," + other + "," + a.terms.String() + ",1.json," + a.work.String() + ",\n" +
		"e," + one + ",,,,,\n" +
		"f,,,,," + work("w") + ",\n")
	require.NoError(t, err)
	require.Equal(t, []string{"title", "SHA256", "contributor", "terms", "proof", "work"}, list.Columns)
	cc0, err := licensetypes.ParseTerms("cc0-1.0")
	require.NoError(t, err)
	first := licensetypes.Item{Sha256: registrytypes.Digest{1}, Contributor: a.From(0)}
	second := licensetypes.Item{Sha256: registrytypes.Digest{2}, Contributor: a.From(1)}
	withTerms := func(terms licensetypes.TermsID) licensetypes.Item {
		item := second
		item.Terms = terms
		return item
	}
	require.NoError(t, list.Prove(t.Context(), "l.csv", served{a}, 7))
	require.Equal(t, 1, a.asked, "a manifest is asked for once")
	want := []Question{
		{a.work.String(), first},
		{work("w"), withTerms(cc0)},
		{a.work.String(), withTerms(a.terms)},
		{a.work.String(), withTerms(a.terms)},
		{Subject: one},
		{Subject: work("w")},
	}
	for i, row := range list.Rows {
		require.Equal(t, want[i], row.Question(), i)
		require.Equal(t, i+2, row.Line)
	}
	require.Len(t, list.Questions(), 5)
	require.True(t, list.HasItems())
}

func TestWhatIsWrongInAList(t *testing.T) {
	a := newArchive(t)
	account, other, sum := a.From(0).Account, a.From(1).Work.String(), registrytypes.Digest{1}.String()
	a.files["empty.json"] = &ItemProof{}
	for text, want := range map[string]string{
		"":                                "l.csv is empty",
		"work,sha256\n" + work("w") + ",": "neither a column contributor nor one named proof",
		"sha256,contributor\n" + sum + ",nobody\n":                               "l.csv line 2: contributor: neither an account nor a work",
		"sha256,contributor\n," + account + "\n":                                 "l.csv line 2: names an item and no sha256",
		"sha256,contributor\nx," + account + "\n":                                "l.csv line 2: sha256: ",
		"sha256,contributor,work\n" + sum + "," + account + "," + account + "\n": "l.csv line 2: work: ",
		"sha256,contributor,terms\n" + sum + "," + account + ",mine\n":           "l.csv line 2: terms: ",
		"sha256,contributor,terms\n" + sum + ",,cc0-1.0\n":                       "has terms and no contributor",
		"sha256,contributor,terms\n,,\n" + sum + "," + account + ",\n,,\nx,,\n":  "l.csv line 5",
		"work,sha256,contributor\n" + work("w") + "," + sum + ",\n":              "has a work and a sha256 and no contributor",
		"proof\ngone.json\n":                                                  "file does not exist",
		"proof\nempty.json\n":                                                 "empty.json: no proof of an item",
		"proof,sha256\n1.json," + sum + "\n":                                  "l.csv line 2: sha256: " + sum + " is not what 1.json proves",
		"proof,contributor\n1.json," + account + "\n":                         "is not what 1.json proves",
		"proof,contributor\n0.json," + other + "\n":                           "is not what 0.json proves",
		"proof,work\n1.json," + work("w") + "\n":                              "is not what 1.json proves",
		"proof,terms\n1.json,cc0-1.0\n":                                       "is not what 1.json proves",
		"proof,terms\n0.json,cc0-1.0\n":                                       "is not what 0.json proves",
		"proof,contributor\n" + strings.Repeat("x.json,\n", 30) + "1.json,\n": "and 10 more are wrong",
	} {
		_, err := a.read(text)
		require.ErrorContains(t, err, want, text)
	}
}

// A false proof is an error that names the row, whatever of it is false.
func TestAFalseProofNamesItsRow(t *testing.T) {
	for name, spoil := range map[string]func(p *ItemProof){
		"another content":     func(p *ItemProof) { p.Item.Sha256[5]++ },
		"another contributor": func(p *ItemProof) { p.Contributor = registrytypes.Contributor{Work: registrytypes.WorkID{2}} },
		"another weight":      func(p *ItemProof) { p.Item.Weight++ },
		"other terms":         func(p *ItemProof) { p.Item.TermsSha256 = registrytypes.Digest{6} },
		"another place":       func(p *ItemProof) { p.Item.Index++ },
		"another path":        func(p *ItemProof) { p.Item.Path[0][0]++ },
		"another version":     func(p *ItemProof) { p.Version++ },
		"another work":        func(p *ItemProof) { p.Work[3]++ },
	} {
		a := newArchive(t)
		spoil(a.files["0.json"])
		list, err := a.read("proof\n1.json\n0.json\n")
		require.NoError(t, err, name)
		err = list.Prove(t.Context(), "l.csv", served{a}, 7)
		require.ErrorContains(t, err, "l.csv line 3: the proof is false", name)
		require.NotContains(t, err.Error(), "line 2")
	}
}

// A report says of each row whether its item was taken back, since when and by which withdrawal; and it is a list again.
func TestAReportSaysWhatWasTakenBack(t *testing.T) {
	a := newArchive(t)
	account, sum := a.From(0).Account, registrytypes.Digest{1}.String()
	list, err := a.read("sha256,contributor\n" + sum + "," + account + "\n" + registrytypes.Digest{4}.String() + "," + account + "\n")
	require.NoError(t, err)
	at := now
	report := NewReport("l.csv", list, Inquiry{Moment: Moment{Time: now}}, []licensetypes.Rights{
		{Verdict: licensetypes.VERDICT_DENIED, Reasons: []licensetypes.Reason{{Code: string(rules.ItemWithdrawn), At: &at, Withdrawal: 3}}},
		{Verdict: licensetypes.VERDICT_ALLOWED, Obligations: []licensetypes.Obligation{{
			Kind: licensetypes.OBLIGATION_LEAVE_OUT, Work: a.work, Withdrawals: 3, WithdrawalsSha256: registrytypes.Digest{8},
		}}},
	})
	require.Equal(t, []Row{list.Rows[0]}, report.Withdrawn())
	require.Equal(t, map[string]int{"item_withdrawn": 1}, report.Head.Reasons)
	var text bytes.Buffer
	require.NoError(t, report.WriteCSV(&text))
	require.Contains(t, text.String(), "rights_obligations,rights_withdrawn_at,rights_withdrawal\n")
	require.Contains(t, text.String(), ",denied,item_withdrawn,,,,,,2026-11-21T12:00:00Z,3\n")
	require.Contains(t, text.String(), ",leave_out:"+a.work.String()+":3:"+registrytypes.Digest{8}.String()+",,\n")
	again, err := ReadList(&text, "r.csv", ListOptions{Options: sheet.Options{}, Work: a.work.String()})
	require.NoError(t, err)
	require.Equal(t, list.Columns, again.Columns)
	require.Equal(t, list.Questions(), again.Questions())
	text.Reset()
	require.NoError(t, report.WriteJSON(&text))
	var written struct{ Rows []rowJSON }
	require.NoError(t, json.Unmarshal(text.Bytes(), &written))
	require.Equal(t, sum, written.Rows[0].Item)
	require.Equal(t, uint64(3), written.Rows[0].Withdrawal)
	require.True(t, at.Equal(*written.Rows[0].WithdrawnAt))
	require.Nil(t, written.Rows[1].WithdrawnAt)
}

// A proof is a file of JSON, with its numbers as protobuf has them or plain.
func TestAProofAsAFile(t *testing.T) {
	a := newArchive(t)
	raw, err := json.Marshal(a.files["1.json"])
	require.NoError(t, err)
	for _, text := range []string{string(raw), strings.Replace(string(raw), `"weight":"4"`, `"weight":4`, 1)} {
		p, err := ReadItemProof(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, a.files["1.json"], p)
	}
	require.NotContains(t, string(raw), `"weight":4`)
	for _, text := range []string{
		"", "{}", `{"work":"work1x"}`, strings.Replace(string(raw), `"version":1`, `"version":0`, 1),
		strings.Replace(string(raw), `"contributor"`, `"other"`, 1), strings.Replace(string(raw), `"item"`, `"other"`, 1),
		string(raw) + strings.Repeat(" ", maxProofFile),
	} {
		_, err := ReadItemProof(strings.NewReader(text))
		require.Error(t, err, text)
	}
}

// A proof may name its manifest in place of a work and version: that of the row's work with its digest is meant.
func TestAProofNamesItsManifest(t *testing.T) {
	a := newArchive(t)
	files := map[string]string{}
	options := ListOptions{Open: func(name string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(files[name])), nil }}
	write := func(name string, m *manifests.Made) {
		item := a.Item(0)
		row, err := m.Items[0].Append(nil)
		require.NoError(t, err)
		proof := dataset.Proof{Manifest: m.Roots().Pure(), Item: &dataset.ItemProof{Row: row}}
		for _, h := range m.Item(0).Path {
			proof.Item.Path = append(proof.Item.Path, rfc6962.Hash(h))
		}
		text, err := json.Marshal(proof)
		require.NoError(t, err)
		require.Equal(t, item.Sha256, registrytypes.Digest(m.Items[0].Sha256))
		files[name] = string(text)
	}
	write("good", a.Made)
	write("other", manifests.Of(a.Items[0]))
	files["false"] = strings.Replace(files["good"], `"index":0`, `"index":1`, 1)
	read := func(text string) (Manifest, error) { return ReadList(strings.NewReader(text), "l.csv", options) }

	list, err := read("work,proof\n" + a.work.String() + ",good\n" + a.work.String() + ",good\n")
	require.NoError(t, err)
	require.NoError(t, list.Prove(t.Context(), "l.csv", served{a}, 7))
	require.Equal(t, 2, a.asked, "what a work has had is asked once, and the manifest once")
	require.Equal(t, a.work.String(), list.Rows[0].Subject)
	require.Equal(t, a.From(0), list.Rows[0].Item.Contributor)
	require.EqualValues(t, 1, list.Rows[0].Proof.Version)

	for text, want := range map[string]string{
		"proof\ngood\n":                               "l.csv line 2: names an item and no work: its proof names a manifest alone",
		"work,proof\nwork1x,good\n":                   "l.csv line 2: work: ",
		"work,proof\n" + a.work.String() + ",false\n": "l.csv line 2: false: no proof of an item",
		"work,proof,sha256\n" + a.work.String() + ",good," + registrytypes.Digest{9}.String() + "\n": "is not what good proves",
	} {
		_, err := read(text)
		require.ErrorContains(t, err, want, text)
	}
	for text, want := range map[string]string{
		a.work.String() + ",other":                 "has had no manifest with the digest",
		registrytypes.WorkID{9}.String() + ",good": "has had no manifest with the digest",
	} {
		list, err := read("work,proof\n" + text + "\n")
		require.NoError(t, err)
		require.ErrorContains(t, list.Prove(t.Context(), "l.csv", served{a}, 7), "l.csv line 2: the proof is false: ", text)
		require.ErrorContains(t, list.Prove(t.Context(), "l.csv", served{a}, 7), want, text)
	}
}

func TestParseContributor(t *testing.T) {
	account := sdk.AccAddress(bytes.Repeat([]byte{3}, 20)).String()
	for text, want := range map[string]registrytypes.Contributor{
		account: {Account: account}, strings.ToUpper(account): {Account: account},
		registrytypes.WorkID{7}.String(): {Work: registrytypes.WorkID{7}},
	} {
		got, err := ParseContributor(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "work1x", sdk.AccAddress{1, 2, 3}.String()} {
		_, err := ParseContributor(text)
		require.Error(t, err, text)
	}
}
