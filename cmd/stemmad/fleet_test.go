package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/localnet"
)

// outputs is how many TestAFleetIsKilled declares, and fleetKills how often it kills client and node each.
// `make test-fleet` derives 10,000 and kills twice.
var (
	outputs    = flag.Int("outputs", 60, "how many outputs a fleet has")
	fleetKills = flag.Int("fleet-kills", 1, "how often client and node are killed each while a fleet is declared")
)

// Client and node are killed while many outputs are declared, by an account and through an agent's key: the same
// command goes on, all are declared and none twice.
func TestAFleetIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills nodes")
	}
	n := localnet.ForTest(t, localnet.Options{Keys: []string{"alice", "bob", "fan"}})
	l := local{t: t, home: n.Nodes[0].Home}
	t.Chdir(t.TempDir())
	l.write("photo.jpg", "photo")
	l.do("register", "photo.jpg", "--from", "alice")
	l.do("offer", "photo.jpg", "commercial-remix-10", "--from", "alice")
	photo := l.json("works.0.work.id", "show", "photo.jpg").(string)

	t.Run("of an account", func(t *testing.T) {
		var lines bytes.Buffer
		for i := range *outputs {
			l.write(fmt.Sprintf("fleet/%05d.png", i), fmt.Sprintf("fleet %d", i))
			fmt.Fprintf(&lines, "{\"file\":\"fleet/%05d.png\",\"from\":[\"photo.jpg=input\"],\"model\":\"painter\",\"output-id\":%d}\n", i, i)
		}
		l.write("fleet.jsonl", lines.String())
		l.declareKilled(n.Nodes[0], "fleet.jsonl", "derive", "--jsonl", "fleet.jsonl", "--by", "bob", "-y")
		for i := 0; i < *outputs; i += max(1, *outputs/100) {
			again := l.json("declaration", "derive", fmt.Sprintf("fleet/%05d.png", i), "--from", "photo.jpg=input",
				"--model", "painter", "--output-id", fmt.Sprint(i), "--by", "bob")
			require.EqualValues(t, 1, again, "declared once")
		}
	})
	t.Run("of an agent", func(t *testing.T) {
		l.outputs(*outputs, photo)
		agent := l.painter("")
		l.declareKilled(n.Nodes[0], "outputs.jsonl",
			"generate", "declare", "--manifest", "outputs.jsonl", "--by", "fan", "--agent", agent, "-y")
		require.EqualValues(t, fmt.Sprint(*outputs), l.json("facts.declared", "query", "agent", "facts", agent))
	})
}

// declareKilled declares all that a table has, while the client is killed, and then the node beside it, as often as is asked
// for, and again to the end.
func (l local) declareKilled(node *localnet.Node, table string, args ...string) {
	self, err := os.Executable()
	require.NoError(l.t, err)
	sent := func() int {
		kept, _ := os.ReadFile(table + outboxSuffix)
		return bytes.Count(kept, []byte(`"tx"`))
	}
	killed := func(least int, before func()) {
		cmd := exec.Command(self, slices.Concat(args, []string{"--home", l.home})...)
		cmd.Env = append(os.Environ(), asNode+"=1")
		var errs bytes.Buffer
		cmd.Stderr = &errs
		require.NoError(l.t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for sent() < least {
			select {
			case <-ended:
				require.FailNow(l.t, "it ended before it was killed", errs.String())
			case <-time.After(5 * time.Millisecond):
			}
		}
		before()
		require.NoError(l.t, cmd.Process.Kill())
		<-ended
	}
	began := time.Now()
	for k := range *fleetKills {
		part := *outputs / (4 * *fleetKills)
		killed(max(part, 1)+k, func() {})
		killed(sent()+part, func() {
			node.Kill()
			require.NoError(l.t, node.Start())
			require.NoError(l.t, node.AwaitStart(l.t.Context()))
		})
	}
	out := l.do(args...)
	l.t.Logf("%d outputs in %s: %s", *outputs, time.Since(began).Round(time.Second), out)
	require.NoFileExists(l.t, table+outboxSuffix)
	require.Contains(l.t, l.do(args...), "Nothing to do")
}

// What is wrong with a row is said of it, and the others go on.
func TestRowsOfAFleetThatAreRefused(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"photo.jpg", "a.png", "b.png", "c.png", "private.jpg"} {
		l.write(name, name)
	}
	l.do("register", "photo.jpg", "private.jpg", "--from", "alice")
	l.do("offer", "photo.jpg", "commercial-remix-10", "--from", "alice")
	l.write("fleet.csv", "File;From;Max-Rate;Title\na.png;photo.jpg;;One\nb.png;private.jpg;;\n"+
		"c.png;photo.jpg=parentOf;much;\nno.png;photo.jpg;;\na.png;photo.jpg;;\n")
	table := []string{"derive", "--csv", "fleet.csv", "--by", "bob"}
	require.Contains(t, l.fail("derive", "--csv", "fleet.csv", "--by", "bob", "--buy"), "a table buys nothing")
	errs := l.fail(table...)
	require.Contains(t, errs, "Derive 1 output as fleet.csv says")
	require.Contains(t, errs, "fleet.csv row 3 (b.png): ")
	require.Contains(t, errs, "fleet.csv row 4 (c.png): --max-rate")
	require.Contains(t, errs, "fleet.csv row 5 (no.png): ")
	require.Contains(t, errs, "fleet.csv row 6 (a.png): row 2 has the same output")
	require.Contains(t, errs, "4 of 5 rows are refused")
	require.Contains(t, l.do("lineage", "a.png"), "parentOf")

	l.write("fleet.csv", "file,from,role\na.png,photo.jpg,input\n")
	require.Contains(t, l.fail(table...), `unknown column "role"; the columns are file, `)
	require.Contains(t, l.fail(table...), "the role stands behind its source, as photo.jpg=input")
	l.write("fleet.csv", "sha256,file\n,a.png\n,c.png\n")
	more := slices.Concat(table, []string{"--from", "photo.jpg"})
	_, errs, code := answering("", append(more, "--home", l.home)...)
	require.NotEqual(t, exitOK, code)
	require.Contains(t, errs, "add -y")
	require.Contains(t, l.do(append(more, "-y")...), "Derived 1 output; 1 are so already, 0 are refused")
	require.Contains(t, l.do(append(more, "-y")...), "Nothing to do: 2 outputs are derived so already")
	require.Contains(t, l.do("derive", "a.png", "--from", "photo.jpg", "--by", "bob"), "Nothing to do")
	// A digest beside a work is the work's.
	work := l.json("works.0.work.id", "show", "a.png").(string)
	l.write("works.csv", fmt.Sprintf("work,sha256\n%s,%064x\n", work, 1))
	require.Contains(t, l.fail("derive", "--csv", "works.csv", "--from", "photo.jpg", "--by", "bob"), "has SHA-256 ")
	l.write("works.csv", fmt.Sprintf("work,sha256\n%s,%x\n", work, sha256.Sum256([]byte("a.png"))))
	require.Contains(t, l.do("derive", "--csv", "works.csv", "--from", "photo.jpg", "--by", "bob"), "Nothing to do")
	// What is on offer today does not matter to what is declared already.
	l.do("offer", "photo.jpg", "mit", "--from", "alice")
	l.do("offer", "photo.jpg", "commercial-remix-10", "--close", "--from", "alice")
	require.Contains(t, l.do(append(more, "-y")...), "Nothing to do: 2 outputs are derived so already")
	for _, same := range [][]string{
		{"--from", "photo.jpg@commercial-remix-10"},
		{"--from", "photo.jpg", "--under", "commercial-remix-10"},
		{"--from", "photo.jpg", "--commercial"},
	} {
		require.Contains(t, l.do(slices.Concat(table, same, []string{"-y"})...), "Nothing to do: 2 outputs are derived so already")
		again := l.json("sources.0.permission", slices.Concat([]string{"derive", "a.png", "--by", "bob"}, same)...)
		require.Contains(t, again, "terms1")
	}
	require.NotContains(t, l.do(slices.Concat(table, []string{"--from", "photo.jpg@mit", "-y"})...), "Nothing to do")
	external := slices.Concat(table, []string{"--from", "photo.jpg=parentOf@mit", "--external", "https://example.org/brush", "-y"})
	require.Contains(t, l.do(external...), "Derived 2 outputs")
	l.do("offer", "photo.jpg", "mit", "--close", "--from", "alice")
	require.Contains(t, l.do(external...), "Nothing to do: 2 outputs are derived so already")
}
