package generation_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/generation"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/registry/anchor"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// lines is how many TestABatchOfMany has: a million are measured with -args -lines=1000000.
var lines = flag.Int("lines", 2000, "how many outputs a large batch has")

const chainID = "stemma-1"

// later is after all that the tests have made.
var later = registrytypes.Priority{Time: time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC)}

var alice = sdk.AccAddress("alice's twenty bytes")

func TestMain(m *testing.M) {
	encoding.Configure() // accounts are written as this chain writes them
	os.Exit(m.Run())
}

func content(i int) registrytypes.Digest { return sha256.Sum256(fmt.Append(nil, "output ", i)) }

func source(i int) registrytypes.WorkID {
	return registrytypes.NewWorkID(sdk.AccAddress("another's 20 bytes.."), content(-i-1))
}

// manifest writes lines into a file and looks at it.
func manifest(t require.TestingT, dir string, lines ...generation.Line) generation.Manifest {
	var all bytes.Buffer
	encoder := json.NewEncoder(&all)
	for _, line := range lines {
		require.NoError(t, encoder.Encode(line))
	}
	path := filepath.Join(dir, "outputs.jsonl")
	require.NoError(t, os.WriteFile(path, all.Bytes(), 0o600))
	m, err := generation.Look(context.Background(), path)
	require.NoError(t, err)
	return m
}

func batch(t require.TestingT, m generation.Manifest, agent agenttypes.AgentID) generation.Batch {
	b, err := generation.NewBatch(context.Background(), chainID, alice.String(), alice, agent, m, nil)
	require.NoError(t, err)
	return b
}

var words = rapid.StringMatching(`[a-zA-Z0-9 é]{1,20}`).Filter(func(s string) bool { return strings.TrimSpace(s) == s })

func drawLine(t *rapid.T, i int) generation.Line {
	line := generation.Line{SHA256: content(i).String(), Said: generation.Said{Model: words.Draw(t, "model")}}
	if rapid.Bool().Draw(t, "more") {
		line.Provider, line.System, line.SystemVersion = "Acme", words.Draw(t, "system"), "2"
		line.OutputID, line.PromptSHA256 = fmt.Sprint(i), content(i+1000).String()
		line.GeneratedAt = time.Unix(rapid.Int64Range(0, 1<<30).Draw(t, "time"), 5000).Format(time.RFC3339Nano)
	}
	for n := range rapid.IntRange(0, 4).Draw(t, "sources") {
		s := generation.Source{Weight: generation.Weight(rapid.IntRange(0, 250_000).Draw(t, "weight"))}
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			s.Work, s.Role = source(n).String(), rapid.SampledFrom([]string{"", "parentOf", "trainedOn", "cites"}).Draw(t, "role")
		case 1:
			s.URI = fmt.Sprintf("https://example.org/%d", n)
		default:
			s.SHA256 = content(-n - 50).String()
		}
		line.Sources = append(line.Sources, s)
	}
	return line
}

// Every line of every batch proves, by its content and by its statement, and only as it was stated.
func TestEveryLineProves(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var agent agenttypes.AgentID
		if rapid.Bool().Draw(t, "agent") {
			agent = agenttypes.NewAgentID(alice, "painter")
		}
		list := make([]generation.Line, rapid.IntRange(1, 20).Draw(t, "lines"))
		works := make([]registrytypes.WorkID, len(list))
		for i := range list {
			list[i], works[i] = drawLine(t, i), registrytypes.NewWorkID(alice, content(i))
		}
		m := manifest(t, dir, list...)
		b := batch(t, m, agent)
		require.EqualValues(t, 2*len(list), b.Total)
		opened, err := b.Open(context.Background(), alice, m, generation.All, nil)
		require.NoError(t, err)
		require.Equal(t, len(list), opened.Found())
		for i, work := range works {
			member, found := opened.Member(work)
			require.True(t, found)
			for _, leaf := range []struct {
				of     func(chainID string, account []byte, salt, digest [32]byte) [32]byte
				digest registrytypes.Digest
				proof  registrytypes.AnchorProof
			}{{anchor.Leaf, content(i), member.Content}, {anchor.StatementLeaf, member.Digest(), member.Stated}} {
				node := leaf.of(chainID, alice, leaf.proof.Salt, leaf.digest)
				require.NoError(t, leaf.proof.Proof().Verify(b.Root, node))
				require.NoError(t, leaf.proof.Validate())
			}
			proof := reread(t, opened.Proof(member))
			stated, err := proof.Check()
			require.NoError(t, err)
			require.Equal(t, member.Statement, stated)
			require.NoError(t, proof.Anchored(chainID, registrytypes.Anchor{Total: b.Total, Priority: later}))
			require.True(t, proof.IsOf(content(i)))
			require.False(t, proof.IsOf(content(i+1)))
		}
		at := rapid.IntRange(0, len(list)-1).Draw(t, "changed")
		member, _ := opened.Member(works[at])
		requireChangesAreSeen(t, opened.Proof(member))
	})
}

func reread(t require.TestingT, p generation.Proof) generation.Proof {
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	back, err := generation.ReadProof(raw)
	require.NoError(t, err)
	require.Equal(t, p, back)
	return back
}

func requireChangesAreSeen(t require.TestingT, good generation.Proof) {
	other := sdk.AccAddress("bob's twenty bytes..")
	for what, change := range map[string]func(p *generation.Proof){
		"chain":    func(p *generation.Proof) { p.ChainID = "stemma-2" },
		"account":  func(p *generation.Proof) { p.Account = other.String() },
		"root":     func(p *generation.Proof) { p.Root[0]++ },
		"index":    func(p *generation.Proof) { p.Index ^= 1 },
		"salt":     func(p *generation.Proof) { p.Salt[5]++ },
		"path":     func(p *generation.Proof) { p.Path = append([]registrytypes.Digest{p.Root}, p.Path[1:]...) },
		"work":     func(p *generation.Proof) { p.Work = source(77) },
		"agent":    func(p *generation.Proof) { p.Agent[0]++ },
		"model":    func(p *generation.Proof) { p.Model += "x" },
		"provider": func(p *generation.Proof) { p.Provider += "x" },
		"system":   func(p *generation.Proof) { p.System += "x" },
		"version":  func(p *generation.Proof) { p.SystemVersion += "x" },
		"id":       func(p *generation.Proof) { p.OutputID += "x" },
		"time":     func(p *generation.Proof) { p.GeneratedAt = "1969-01-01T00:00:00.000000001Z" },
		"prompt":   func(p *generation.Proof) { p.PromptSHA256 = content(-1).String() },
		"source":   func(p *generation.Proof) { p.Sources = append(p.Sources, generation.Source{Work: source(99).String()}) },
	} {
		p := good
		change(&p)
		_, err := p.Check()
		require.ErrorIs(t, err, generation.ErrRefuted, what)
	}
	for i := range good.Sources {
		for _, change := range []func(s *generation.Source){
			func(s *generation.Source) { s.Weight++ },
			func(s *generation.Source) { s.Role = "componentOf" },
			func(s *generation.Source) {
				*s = generation.Source{URI: "https://example.org/other", Role: s.Role, Weight: s.Weight}
			},
		} {
			p := good
			p.Sources = append([]generation.Source{}, good.Sources...)
			change(&p.Sources[i])
			_, err := p.Check()
			require.ErrorIs(t, err, generation.ErrRefuted)
		}
	}
	require.ErrorIs(t, good.Anchored("stemma-2", registrytypes.Anchor{Total: good.Total}), generation.ErrRefuted)
	require.ErrorIs(t, good.Anchored(chainID, registrytypes.Anchor{Total: good.Total + 1}), generation.ErrRefuted)
}

func TestAManifestThatChangedIsNotTheBatchs(t *testing.T) {
	dir := t.TempDir()
	line := generation.Line{SHA256: content(1).String(), Said: generation.Said{Model: "painter"}}
	m := manifest(t, dir, line)
	b := batch(t, m, agenttypes.AgentID{})
	line.Model = "printer"
	_, err := b.Open(t.Context(), alice, manifest(t, dir, line), nil, nil)
	require.ErrorIs(t, err, generation.ErrChanged)
	line.Model = "painter"
	m = manifest(t, dir, line)
	b.Seed[0]++
	_, err = b.Open(t.Context(), alice, m, nil, nil)
	require.ErrorContains(t, err, "another root")
}

// The files of outputs count where no digest is given.
func TestABatchReadsFiles(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "out.png"), []byte("output 3"), 0o600))
	m := manifest(t, dir, generation.Line{Output: "out.png", Said: generation.Said{Model: "painter"}})
	work := registrytypes.NewWorkID(alice, content(3))
	opened, err := batch(t, m, agenttypes.AgentID{}).Open(t.Context(), alice, m, generation.One(work), nil)
	require.NoError(t, err)
	require.Equal(t, 1, opened.Found())
	require.NoError(t, os.Remove(filepath.Join(dir, "out.png")))
	_, err = generation.NewBatch(t.Context(), chainID, alice.String(), alice, agenttypes.AgentID{}, m, nil)
	require.ErrorContains(t, err, "outputs.jsonl row 1: open ")
}

func TestWhatIsWrongWithALineIsNamed(t *testing.T) {
	dir := t.TempDir()
	good := `{"sha256":"` + content(1).String() + `","model":"painter"}`
	for text, want := range map[string]string{
		`{"sha256":"` + content(2).String() + `"}`: "row 2: has no model",
		`{"model":"painter"}`:                      "row 2: names no output",
		`{"modell":"painter"}`:                     `row 2: json: unknown field "modell"`,
		`{"output":"a","file":"b","model":"m"}`:    "row 2: output and file are the same",
		`{"output":"../a","model":"m"}`:            "row 2: output \"../a\" must be a path inside",
		`[1]`:                                      "row 2: json: cannot unmarshal",
		good:                                       "row 2: row 1 has the same output",
		good + good:                                "row 2: more follows the object",
		`{"sha256":"ab","model":"m"}`:              "row 2: ",
		`{"output":"a","model":"m","sources":[{"work":"song.wav"}]}`:                "row 2: open ",
		line(`{"work":"song.wav"}`):                                                 "row 2: source 0: ",
		line(`{"work":"work1x","uri":"https://x.y"}`):                               "row 2: source 0: give one of work, uri and sha256",
		line(`{"uri":"https://x.y","permission":"mit"}`):                            "takes no permission",
		line(`{"uri":"https://x.y","weight":101}`):                                  "write percent up to 100",
		line(`{"uri":"https://x.y","weight":60},{"uri":"https://x.z","weight":50}`): "the weights of the sources sum to 1100000 ppm",
		line(`{"uri":"https://x.y","role":"uncle"}`):                                "uncle",
	} {
		path := filepath.Join(dir, "m.jsonl")
		require.NoError(t, os.WriteFile(path, []byte(good+"\n"+text+"\n"), 0o600))
		m, err := generation.Look(t.Context(), path)
		require.NoError(t, err)
		_, err = generation.NewBatch(t.Context(), chainID, alice.String(), alice, agenttypes.AgentID{}, m, nil)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, path, text)
	}
	for name, text := range map[string]string{"empty.jsonl": "\n \n", "long.jsonl": strings.Repeat("x", 2<<20)} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := generation.Look(t.Context(), path)
		require.ErrorContains(t, err, path)
	}
}

func line(sources string) string {
	return `{"sha256":"` + content(2).String() + `","model":"m","sources":[` + sources + `]}`
}

func TestBatchesAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "anchors")
	none, err := generation.Kept(dir, chainID)
	require.NoError(t, err)
	require.Empty(t, none)
	m := manifest(t, t.TempDir(), generation.Line{SHA256: content(1).String(), Said: generation.Said{Model: "painter"}})
	first, second := batch(t, m, agenttypes.AgentID{}), batch(t, m, agenttypes.NewAgentID(alice, "painter"))
	require.NotEqual(t, first.Root, second.Root)
	for _, b := range []generation.Batch{first, second} {
		path, err := generation.Keep(dir, b)
		require.NoError(t, err)
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		require.NoError(t, b.Message().ValidateBasic())
	}
	kept, err := generation.Kept(dir, chainID)
	require.NoError(t, err)
	require.Equal(t, []generation.Batch{first, second}, kept)
	kept, err = generation.Kept(dir, "stemma-2")
	require.NoError(t, err)
	require.Empty(t, kept)
}

func TestFilesThatAreNoProofs(t *testing.T) {
	for _, text := range []string{"", "{}", `{"format":"stemma/generation-proof/v9"}`, `{"format":"stemma/generation-proof/v1","more":1}`} {
		_, err := generation.ReadProof([]byte(text))
		require.ErrorIs(t, err, generation.ErrUnreadable, text)
	}
}

// A large batch takes little memory and time: with -args -lines=1000000 it is measured.
func TestABatchOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "many.jsonl")
	f, err := os.Create(path)
	require.NoError(t, err)
	var all bytes.Buffer
	for i := range *lines {
		fmt.Fprintf(&all, `{"output":"out/%07d.png","sha256":"%s","sources":[{"work":"%s","weight":60,"role":"parentOf"},`+
			`{"work":"%s","weight":40}],"model":"acme/painter-2","provider":"Acme","system":"painter","system_version":"2.1","output_id":"%d",`+
			`"generated_at":"2025-01-31T12:00:00Z","prompt_sha256":"%s"}`+"\n", i, content(i), source(i%1000), source(1000+i%777), i, content(-i-1))
		if all.Len() > 1<<20 || i == *lines-1 {
			_, err := f.Write(all.Bytes())
			require.NoError(t, err)
			all.Reset()
		}
	}
	require.NoError(t, f.Close())
	began := time.Now()
	m, err := generation.Look(t.Context(), path)
	require.NoError(t, err)
	b := batch(t, m, agenttypes.NewAgentID(alice, "painter"))
	made := time.Since(began)
	work := registrytypes.NewWorkID(alice, content(*lines/2))
	opened, err := b.Open(t.Context(), alice, m, generation.One(work), nil)
	require.NoError(t, err)
	member, found := opened.Member(work)
	require.True(t, found)
	proof := opened.Proof(member)
	_, err = proof.Check()
	require.NoError(t, err)
	raw, err := json.MarshalIndent(proof, "", " ")
	require.NoError(t, err)
	t.Logf("%d outputs: batch in %s, proof of one in %s, %d bytes (%d hashes); %s", *lines, made.Round(time.Millisecond),
		(time.Since(began) - made).Round(time.Millisecond), len(raw), len(proof.Path), peak())
}

// peak is the most memory that the process had, where the system says it.
func peak() string {
	raw, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(raw)) {
		if strings.HasPrefix(l, "VmHWM:") {
			return strings.Join(strings.Fields(l), " ")
		}
	}
	return ""
}
