package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// asNode makes this test binary run the command line given, as stemmad would:
// the node of the journey is a process of its own.
const asNode = "STEMMA_TEST_AS_NODE"

func TestMain(m *testing.M) {
	switch os.Getenv(asNode) {
	case "":
	case badProposer:
		os.Exit(run(newBadProposer(), os.Stderr))
	default:
		os.Exit(run(newRootCmd(os.Args[1:]), os.Stderr))
	}
	os.Exit(m.Run())
}

// local is a running network of one validator and a person's command line.
type local struct {
	t    *testing.T
	home string
}

// startLocal starts a network with funded accounts alice, bob and fan, until the test ends.
func startLocal(t *testing.T) local {
	t.Helper()
	n := localnet.ForTest(t, localnet.Options{Keys: []string{"alice", "bob", "fan"}})
	return local{t: t, home: n.Nodes[0].Home}
}

// do runs a verb that must succeed and returns what it printed.
func (l local) do(args ...string) string {
	l.t.Helper()
	out, errs, code := command(append(args, "--home", l.home)...)
	require.Equal(l.t, exitOK, code, "%v: %s", args, errs)
	return out
}

// json runs a verb for programs and returns one value of its result.
func (l local) json(path string, args ...string) any {
	l.t.Helper()
	var value any
	require.NoError(l.t, json.Unmarshal([]byte(l.do(append(args, "--output", "json")...)), &value))
	for _, step := range strings.Split(path, ".") {
		if i, err := strconv.Atoi(step); err == nil {
			value = value.([]any)[i]
			continue
		}
		value = value.(map[string]any)[step]
	}
	return value
}

// fail runs a verb that must fail and returns its error.
func (l local) fail(args ...string) string {
	l.t.Helper()
	out, errs, code := command(append(args, "--home", l.home)...)
	require.NotEqual(l.t, exitOK, code, "%v: %s", args, out)
	require.NotContains(l.t, errs, "rpc error")
	return errs
}

func (l local) write(name, content string) {
	l.t.Helper()
	require.NoError(l.t, os.MkdirAll(filepath.Dir(name), 0o750))
	require.NoError(l.t, os.WriteFile(name, []byte(content), 0o600))
}

func TestJourneyOfPeople(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("song.wav", "song")
	l.write("remix.wav", "remix")

	song := l.json("works.0.work", "register", "song.wav", "--from", "alice").(string)
	require.NotEmpty(t, l.json("works.0.work.anchor_root", "show", song), "anchored first")
	require.Contains(t, l.do("register", "song.wav", "--from", "alice"), "Nothing to register")
	require.Contains(t, l.fail("register", "song.wav", "--from", "bob"), "--allow-contested")
	require.Contains(t, l.fail("derive", "remix.wav", "--from", "song.wav", "--by", "bob"), "offered to nobody")

	l.do("offer", "song.wav", "commercial-remix-10", "--price", "5000uusdc", "--from", "alice")
	require.Contains(t, l.fail("derive", "remix.wav", "--from", "song.wav", "--by", "bob"), "--buy --max-fee 5000uusdc")
	buy := []string{"derive", "remix.wav", "--from", "song.wav", "--by", "bob", "--buy", "--max-fee", "5000uusdc"}
	require.Contains(t, l.do(append(buy, "--dry-run")...), "nothing was sent")
	require.Contains(t, l.fail("show", "remix.wav"), "not registered")
	require.EqualValues(t, 100_000, l.json("absolute", buy...))
	require.Contains(t, l.do("lineage", "remix.wav"), "└─ parentOf  song ("+song+")")

	// Nothing is sent unless somebody says so, for programs neither.
	payment := []string{"pay", "remix.wav", "100000uusdc", "--from", "fan", "--home", l.home}
	for answer, want := range map[string]string{
		"n\n": "as you answered", "\n": "as you answered", "yikes\n": "as you answered", "": "add -y to send without a question",
	} {
		for _, output := range []string{"text", "json"} {
			_, errs, code := answering(answer, append(payment, "--output", output)...)
			require.Equal(t, exitFailed, code)
			require.Contains(t, errs, `Pay 0.10 USDC (100000uusdc) to "remix"`)
			require.Contains(t, errs, want)
		}
	}

	preview := l.json("payees", "pay", "remix.wav", "0.1", "usdc", "--preview")
	require.Len(t, preview, 2)
	require.Equal(t, preview, l.json("payees", "pay", "remix.wav", "0.1", "usdc", "--from", "fan"))
	require.Eventually(t, func() bool {
		return strings.Contains(l.do("balance", "alice"), "1000000.015 USDC")
	}, 10*time.Second, 100*time.Millisecond, "10 %% of the payment and the grant's fee")

	require.Contains(t, l.fail("pay", "remix.wav", "1000nothing", "--from", "fan"), "nothing")
	l.do("register", "song.wav", "--from", "bob", "--allow-contested", "--no-anchor")
	require.Contains(t, l.do("pay", "song.wav", "1000uusdc", "--preview"), ", the earliest of 2 claims, by stemma1")
	require.Equal(t, song, l.json("work", "pay", "song.wav", "1000uusdc", "--preview"))

	l.do("transfer", song, "--to", "fan", "--from", "alice")
	require.Contains(t, l.fail("accept", song, "--from", "bob"), "not to you")
	l.do("accept", song, "--from", "fan")
	require.Contains(t, l.do("show", song), "(fan)")
}

func TestJourneyOfAFolder(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("art/a.png", "a")
	l.write("art/sub/b.txt", "b")
	l.write("works.csv", "file,title,kind\na.png,First,image\nsub/b.txt,Second,noise\n")
	require.Contains(t, l.fail("register", "art", "--csv", "works.csv", "--from", "alice"),
		"row 3 ("+filepath.Join("art", "sub", "b.txt")+")")
	require.Contains(t, l.fail("show", "art/a.png"), "not registered")

	l.write("works.csv", "file,title,kind\na.png,First,image\nsub/b.txt,Second,\n")
	require.Len(t, l.json("works", "register", "art", "--csv", "works.csv", "--from", "alice"), 2)
	require.Equal(t, "First", l.json("works.0.work.details.title", "show", "art/a.png"))

	// An interrupted registration: anchored, and registered later.
	l.write("late.txt", "late")
	root := l.json("anchor.root", "anchor", "late.txt", "--from", "alice")
	l.do("register", "late.txt", "--from", "alice")
	require.Equal(t, root, l.json("works.0.work.anchor_root", "show", "late.txt"))

	l.write("made.png", "made")
	l.write("prompt.txt", "a stemma")
	l.do("derive", "made.png", "--from", "art/a.png=input", "--external", "https://example.org/x", "--weights", "75%,25%",
		"--model", "acme/painter", "--prompt-file", "prompt.txt", "--by", "alice")
	require.Equal(t, "acme/painter", l.json("works.0.derivation.record.model", "show", "made.png"))
	require.Len(t, l.json("steps", "lineage", "made.png"), 2)
	require.Contains(t, l.do("lineage", "made.png", "--format", "dot"), "digraph")
}
