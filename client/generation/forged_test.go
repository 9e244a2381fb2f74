package generation_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/register"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// proved is a proof of one output with a source of each sort.
func proved(t *testing.T) generation.Proof {
	t.Helper()
	m := manifest(t, t.TempDir(), generation.Line{
		SHA256: content(1).String(),
		Said:   generation.Said{Model: "painter", GeneratedAt: "2025-01-31T12:00:00Z", PromptSHA256: content(9).String()},
		Sources: []generation.Source{
			{Work: source(1).String(), Weight: 600_000}, {URI: "https://example.org/brush", Weight: 300_000}, {SHA256: content(5).String()},
		},
	})
	work := registrytypes.NewWorkID(alice, content(1))
	opened, err := batch(t, m, agenttypes.AgentID{}).Open(t.Context(), alice, m, generation.One(work), nil)
	require.NoError(t, err)
	member, found := opened.Member(work)
	require.True(t, found)
	p := opened.Proof(member)
	_, err = p.Check()
	require.NoError(t, err)
	return p
}

// What a proof's file says of a statement is what was hashed, and nothing stands beside it: a reader would take it for
// proved.
func TestNothingStandsBesideAStatement(t *testing.T) {
	for what, change := range map[string]func(p *generation.Proof){
		"a URI beside a work":         func(p *generation.Proof) { p.Sources[0].URI = "https://example.org/stolen" },
		"a digest beside a work":      func(p *generation.Proof) { p.Sources[0].SHA256 = content(77).String() },
		"a permission of a work":      func(p *generation.Proof) { p.Sources[0].Permission = "cc0-1.0" },
		"a digest beside a URI":       func(p *generation.Proof) { p.Sources[1].SHA256 = content(77).String() },
		"a permission of a URI":       func(p *generation.Proof) { p.Sources[1].Permission = "mit" },
		"a permission of a digest":    func(p *generation.Proof) { p.Sources[2].Permission = "mit" },
		"another spelling of a role":  func(p *generation.Proof) { p.Sources[0].Role = "input" },
		"another spelling of a time":  func(p *generation.Proof) { p.GeneratedAt = "2025-02-01T01:00:00+13:00" },
		"another spelling of letters": func(p *generation.Proof) { p.PromptSHA256 = strings.ToUpper(p.PromptSHA256) },
		"sources in another order":    func(p *generation.Proof) { p.Sources = append(p.Sources[1:], p.Sources[0]) },
	} {
		p := proved(t)
		change(&p)
		_, err := p.Check()
		require.ErrorIs(t, err, generation.ErrRefuted, what)
	}
}

// A proof's file has one reading.
func TestAProofHasOneReading(t *testing.T) {
	raw, err := json.Marshal(proved(t))
	require.NoError(t, err)
	good := string(raw)
	_, err = generation.ReadProof([]byte(good + "\n"))
	require.NoError(t, err)
	for what, text := range map[string]string{
		"another object behind it":   good + `{"model":"printer"}`,
		"text behind it":             good + "x",
		"a key twice":                strings.Replace(good, `"model":"painter"`, `"model":"printer","model":"painter"`, 1),
		"a key in two cases":         strings.Replace(good, `"model":"painter"`, `"Model":"printer","model":"painter"`, 1),
		"a key twice in a source":    strings.Replace(good, `"weight":60`, `"weight":1,"weight":60`, 1),
		"a key that is escaped":      strings.Replace(good, `"model":"painter"`, `"m\u006fdel":"printer","model":"painter"`, 1),
		"the statement at another's": strings.Replace(good, `"sources"`, `"SOURCES":[],"sources"`, 1),
	} {
		require.NotEqual(t, good, text, what)
		_, err := generation.ReadProof([]byte(text))
		require.ErrorIs(t, err, generation.ErrUnreadable, what)
	}
}

// A line of a manifest has one reading too: what stands twice would be declared as the last says, and read as the first.
func TestALineHasOneReading(t *testing.T) {
	digest := content(1).String()
	for _, text := range []string{
		`{"sha256":"` + digest + `","model":"painter","model":"printer"}`,
		`{"sha256":"` + digest + `","model":"painter","Model":"printer"}`,
		`{"sha256":"` + digest + `","model":"m","sources":[{"uri":"https://x.y","weight":1,"weight":2}]}`,
		`{"sha256":"` + digest + `","model":"m","sources":[{"uri":"https://x.y"}],"sources":[]}`,
	} {
		_, err := generation.ParseLine([]byte(text))
		require.ErrorContains(t, err, "twice", text)
	}
	for name, text := range map[string]string{
		"no UTF-8": "{\"sha256\":\"" + digest + "\",\"model\":\"a\xffb\"}", "NUL": "{\"sha256\":\"" + digest + "\",\"model\":\"m\"}\x00",
	} {
		_, err := generation.ParseLine([]byte(text))
		if err == nil {
			l, _ := generation.ParseLine([]byte(text))
			_, err = l.Record(agenttypes.AgentID{})
		}
		require.Error(t, err, name)
	}
}

// The same manifest may name other files by now: that is another batch, and neither hides the other.
func TestTheSameManifestOverOtherFilesIsAnotherBatch(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "1.png")
	require.NoError(t, os.WriteFile(out, []byte("monday"), 0o600))
	m := manifest(t, dir, generation.Line{Output: "1.png", Said: generation.Said{Model: "painter"}})
	b := batch(t, m, agenttypes.AgentID{})
	require.NoError(t, os.WriteFile(out, []byte("tuesday"), 0o600))
	_, err := b.Open(t.Context(), alice, m, nil, nil)
	require.ErrorIs(t, err, generation.ErrChanged)
}

// A statement that says a time after its anchor's was made up: the chain would refuse it, and so does who checks it.
func TestAStatementIsNotYoungerThanItsAnchor(t *testing.T) {
	p := proved(t)
	made, err := time.Parse(time.RFC3339, p.GeneratedAt)
	require.NoError(t, err)
	row := registrytypes.Anchor{Total: p.Total, Priority: registrytypes.Priority{Time: made.Add(-time.Minute)}}
	require.NoError(t, p.Anchored(chainID, row), "clocks differ")
	row.Priority.Time = made.Add(-24 * time.Hour)
	require.ErrorIs(t, p.Anchored(chainID, row), generation.ErrRefuted)
}

// Nor is such a statement anchored.
func TestAStatementOfTomorrowIsNotAnchored(t *testing.T) {
	m := manifest(t, t.TempDir(), generation.Line{SHA256: content(1).String(), Said: generation.Said{
		Model: "painter", GeneratedAt: time.Now().Add(24 * time.Hour).Format(time.RFC3339),
	}})
	_, err := generation.NewBatch(t.Context(), chainID, alice.String(), alice, agenttypes.AgentID{}, m, nil)
	require.ErrorContains(t, err, "row 1: generated_at")
}

// Whoever anchors files for others, and gives them what proves theirs, states nothing by it: a file that has the very bytes that
// a statement's digest is over is no statement.
func TestAFileIsNoStatement(t *testing.T) {
	work := registrytypes.NewWorkID(alice, content(1))
	said := generation.Said{Model: "stolen/model"}
	statement, err := generation.StatementOf(alice, work, agenttypes.AgentID{}, said, nil)
	require.NoError(t, err)
	file := []byte("stemma/statement/v1")
	for _, field := range []string{work.String(), "", said.Model, "", "", "", "", "", ""} {
		file = append(binary.BigEndian.AppendUint32(file, uint32(len(field))), field...)
	}
	require.Equal(t, [32]byte(statement.Digest()), sha256.Sum256(file))
	path := filepath.Join(t.TempDir(), "upload.bin")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	upload, err := register.SumFile(t.Context(), path)
	require.NoError(t, err)
	contents := []register.Content{{Digest: content(3)}, {Digest: upload.Digest}}
	kept, err := register.NewAnchor(chainID, alice.String(), alice, contents, time.Now())
	require.NoError(t, err)
	proofs, err := kept.Proofs(alice)
	require.NoError(t, err)
	of := proofs[statement.Digest()]
	require.EqualValues(t, 1, of.Index)
	forged := generation.Proof{
		Format: generation.Format, ChainID: chainID, Account: alice.String(), Root: of.Root, Total: of.Total, Index: of.Index,
		Salt: of.Salt, Path: of.Path, Work: work, Said: said,
	}
	_, err = forged.Check()
	require.ErrorIs(t, err, generation.ErrRefuted)
}
