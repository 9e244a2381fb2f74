package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireNoEscapes fails where a terminal would be told something.
func requireNoEscapes(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		require.NotContains(t, text, "\x1b", "%q", text)
		require.NotContains(t, text, "\u009b", "%q", text)
		require.NotContains(t, text, "\u202e", "%q", text)
	}
}

// A generator overwrites its files under the same names: what it anchors today is not what it anchored yesterday, and files
// that are gone are in the way of nothing else.
func TestABatchIsOfItsFiles(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	lines := ""
	for i := range 3 {
		l.write(fmt.Sprintf("%d.png", i), fmt.Sprintf("monday %d", i))
		lines += fmt.Sprintf(`{"output":"%d.png","sources":[{"uri":"https://example.org/%d"}],"model":"painter"}`+"\n", i, i)
	}
	l.write("day.jsonl", lines)
	batch := []string{"generate", "batch", "day.jsonl", "--by", "bob", "-y"}
	monday := l.json("root", batch...).(string)
	require.Equal(t, true, l.json("already", batch...))
	for i := range 3 {
		l.write(fmt.Sprintf("%d.png", i), fmt.Sprintf("tuesday %d", i))
	}
	require.Equal(t, false, l.json("already", append(batch, "--dry-run")...))
	tuesday := l.json("root", batch...).(string)
	require.NotEqual(t, monday, tuesday, "what is in the files was not anchored")
	require.Equal(t, true, l.json("already", batch...))
	require.Equal(t, tuesday, l.json("root", "generate", "prove", "day.jsonl", "1.png", "--to", "1.json"))
	require.Equal(t, tuesday, l.json("anchor_root", "generate", "declare", "1.png", "--by", "bob", "-y"))

	l.write("later/a.png", "wednesday")
	l.write("later/day.jsonl", `{"output":"a.png","model":"painter"}`)
	wednesday := l.json("root", "generate", "batch", "later/day.jsonl", "--by", "bob", "-y")
	require.NoError(t, os.Remove("2.png"))
	require.Equal(t, wednesday, l.json("anchor_root", "generate", "declare", "later/a.png", "--by", "bob", "-y"))
}

// What a manifest, a proof or a file's name has in it reaches no terminal.
func TestNamesTellATerminalNothing(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	const bad = "a\x1b]0;owned\x07\u009b2J\u202egnp.exe"
	l.write("photo.jpg", "photo")
	l.write(bad, "picture")
	l.write("m.jsonl", `{"output":"none\u001b[2J\u009b2J\u202e.png","model":"painter"}`+"\n"+
		`{"output":"photo.jpg","model":"pain\u001b[2Jter","sources":[{"work":"\u001b[2J\u202e"}]}`+"\n"+
		`{"output":"a\u001b]0;owned\u0007\u009b2J\u202egnp.exe","model":"painter","sources":[{"uri":"https://x.y/\u009b\u202e"}]}`+"\n"+
		`{"\u009b2J\u202e":1}`+"\n"+`{"output":"../\u009b2J\u202e","model":"m"}`+"\n")
	for _, args := range [][]string{
		{"generate", "declare", "--manifest", "m.jsonl", "--by", "bob", "-y"},
		{"generate", "declare", "--manifest", "m.jsonl", "--by", "bob", "-y", "--output", "json"},
		{"generate", "batch", "m.jsonl", "--by", "bob", "-y"},
		{"generate", "declare", bad, "--model", "painter", "--by", "bob", "-y"},
		{"generate", "declare", bad, "--by", "bob", "-y"},
		{"generate", "prove", "m.jsonl", bad},
		{"detect", bad, "."},
		{"detect", bad, ".", "--output", "json"},
		{"detect", "none" + bad},
		{"report", "ca-sb942", bad},
		{"report", "ca-sb942", bad, "--to", bad + ".md", "--output", "json"},
		{"report", "ca-sb942", bad, "--to", bad + ".md"},
		{"report", "ca-sb942", bad, "--facts", "none" + bad},
	} {
		out, errs, _ := command(append(args, "--home", l.home)...)
		requireNoEscapes(t, out, errs)
	}
	l.write("ok.jsonl", `{"output":"photo.jpg","model":"painter"}`)
	l.do("generate", "batch", "ok.jsonl", "--by", "bob", "-y")
	l.do("generate", "prove", "ok.jsonl", "photo.jpg", "--to", "ok.json")
	raw, err := os.ReadFile("ok.json")
	require.NoError(t, err)
	for old, forged := range map[string]string{
		`"model": "painter"`: `"model": "\u001b[2J\u009b2J\u202e"`, `"chain_id": "`: `"chain_id": "\u001b[2J\u009b2J\u202e`,
		`"account": "`: `"account": "\u001b[2J\u009b2J\u202e`, `"format": "`: `"format": "\u001b[2J\u009b2J\u202e`,
		`"model": `: `"\u009b2J\u202e": `, `"work": "`: `"work": "\u009b2J\u202e`,
	} {
		text := strings.Replace(string(raw), old, forged, 1)
		require.NotEqual(t, string(raw), text, old)
		l.write("forged.json", text)
		for _, more := range [][]string{{}, {"--output", "json"}, {"--trust", "5:" + strings.Repeat("AB", 32)}} {
			out, errs, code := command(append([]string{"generate", "check", "forged.json", "--home", l.home}, more...)...)
			requireNoEscapes(t, out, errs)
			require.Contains(t, []int{exitRefuted, exitUnreadable}, code, old)
		}
	}
}

// A limit that runs out half way stops what is beyond it, says what is left, and the same command goes on once there is more.
func TestALimitRunsOutHalfWay(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("photo.jpg", "photo")
	l.do("register", "photo.jpg", "--from", "alice")
	l.write("paid.yaml", "spdx: LicenseRef-Paid\ncommercial_use: true\nderivatives: allowed\nai_input: paid\nuse_price: [2000uusdc]\n")
	l.do("offer", "photo.jpg", "paid.yaml", "--from", "alice")
	photo := l.json("works.0.work.id", "show", "photo.jpg").(string)
	agent := l.painter(`{"denom":"uusdc","total":"5000"}`)
	var lines bytes.Buffer
	for i := range 6 {
		l.write(fmt.Sprintf("%d.png", i), fmt.Sprintf("picture %d", i))
		fmt.Fprintf(&lines, `{"output":"%d.png","sources":[{"work":"%s"}],"model":"painter"}`+"\n", i, photo)
	}
	l.write("m.jsonl", lines.String())
	args := []string{
		"generate", "declare", "--manifest", "m.jsonl", "--by", "fan", "--agent", agent, "--pay-uses", "--max-fee", "2000uusdc", "-y",
	}
	out, errs, code := command(append(args, "--home", l.home)...)
	require.Equal(t, exitFailed, code, out)
	require.Contains(t, out+errs, "Derived 2 outputs")
	require.Contains(t, errs, "1000uusdc", "what is left")
	require.EqualValues(t, "2", l.json("facts.declared", "query", "agent", "facts", agent))
	_, _, code = command(append(args, "--home", l.home)...)
	require.Equal(t, exitFailed, code)
	require.EqualValues(t, "2", l.json("facts.declared", "query", "agent", "facts", agent))
	require.NoFileExists(t, "m.jsonl.outbox")
}

// A manifest names files of its folder alone, and a URI is one, whatever files there are.
func TestAManifestStaysInItsFolder(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("secret.txt", "secret")
	l.write("in/photo.jpg", "photo")
	require.NoError(t, os.Symlink("../secret.txt", "in/link.png"))
	require.NoError(t, os.Symlink("..", "in/up"))
	l.write("in/https:/x.org/a", "a file whose name is a URI")
	for _, line := range []string{
		`{"output":"link.png","model":"m"}`, `{"output":"up/secret.txt","model":"m"}`, `{"output":"../secret.txt","model":"m"}`,
		`{"output":"photo.jpg","model":"m","sources":[{"uri":"../secret.txt"}]}`,
		`{"output":"photo.jpg","model":"m","sources":[{"uri":"link.png"}]}`,
	} {
		l.write("in/m.jsonl", line)
		for _, args := range [][]string{{"declare", "--manifest"}, {"batch"}} {
			_, errs, code := command(append(append([]string{"generate"}, args...), "in/m.jsonl", "--by", "bob", "-y", "--home", l.home)...)
			require.Equal(t, exitFailed, code, line)
			require.Regexp(t, "must be a path inside in|uri must be a URI", errs, line)
		}
	}
	l.write("in/m.jsonl", `{"output":"photo.jpg","model":"m","sources":[{"uri":"https://x.org/a"}]}`)
	l.do("generate", "declare", "--manifest", "in/m.jsonl", "--by", "bob", "-y")
	work := l.json("works.0.work.id", "show", "in/photo.jpg").(string)
	require.Equal(t, "https://x.org/a", l.json("sources.0.external.uri", "query", "lineage", "sources", work))
}

// What a row says, whatever its words, is no word of the node's.
func TestARowsWordsAreNotTheNodes(t *testing.T) {
	for _, words := range []string{"EOF", "connection refused", "broken pipe", "is not ready", "please wait for first block"} {
		require.False(t, away(fmt.Errorf("%q is neither a file, nor a SHA-256, nor a URI", words)), words)
		require.False(t, away(fmt.Errorf(`source "a \"b\" %s": no such work`, words)), words)
		require.True(t, away(fmt.Errorf("post failed: Post %q: %s", "http://127.0.0.1:26657", words)), words)
	}
}

// held is what an account has of uusdc.
func (l local) held(key string) int {
	for _, coin := range l.json("balances", "query", "bank", "balances", l.address(key)).([]any) {
		if c := coin.(map[string]any); c["denom"] == "uusdc" {
			n, err := strconv.Atoi(c["amount"].(string))
			require.NoError(l.t, err)
			return n
		}
	}
	return 0
}

// beside starts commands of their own at once and returns what they printed.
func (l local) beside(all ...[]string) (texts []string) {
	self, err := os.Executable()
	require.NoError(l.t, err)
	texts = make([]string, len(all))
	var group sync.WaitGroup
	for i, args := range all {
		group.Go(func() {
			cmd := exec.Command(self, append(args, "--home", l.home)...)
			cmd.Env = append(os.Environ(), asNode+"=1")
			out, _ := cmd.CombinedOutput()
			texts[i] = string(out)
		})
	}
	group.Wait()
	return texts
}

// Two runs of one manifest, each with an outbox of its own, and one of a copy in another folder: each output is declared and
// paid for once. A row that is changed afterwards changes nothing.
func TestRunsBesideEachOtherDeclareOnce(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("photo.jpg", "photo")
	l.do("register", "photo.jpg", "--from", "alice")
	l.write("paid.yaml", "spdx: LicenseRef-Paid\ncommercial_use: true\nderivatives: allowed\nai_input: paid\nuse_price: [2000uusdc]\n")
	l.do("offer", "photo.jpg", "paid.yaml", "--from", "alice")
	photo := l.json("works.0.work.id", "show", "photo.jpg").(string)
	const outputs = 24
	var lines bytes.Buffer
	for i := range outputs {
		for _, dir := range []string{"", "moved/"} {
			l.write(fmt.Sprintf("%s%d.png", dir, i), fmt.Sprintf("picture %d", i))
		}
		fmt.Fprintf(&lines, `{"output":"%d.png","sources":[{"work":"%s","weight":50}],"model":"painter"}`+"\n", i, photo)
	}
	l.write("m.jsonl", lines.String())
	l.write("moved/m.jsonl", lines.String())
	before := l.held("bob")
	run := func(manifest string, more ...string) []string {
		return append([]string{
			"generate", "declare", "--manifest", manifest, "--by", "bob", "--pay-uses", "--max-fee", "2000uusdc", "-y",
		}, more...)
	}
	texts := l.beside(run("m.jsonl"), run("m.jsonl", "--outbox", "other.outbox"), run("moved/m.jsonl"), run("m.jsonl"))
	busy := slices.IndexFunc(texts, func(text string) bool { return strings.Contains(text, "another command uses this outbox") })
	require.GreaterOrEqual(t, busy, 0, "one outbox is of one run: %v", texts)
	require.Contains(t, l.do(run("m.jsonl")...), fmt.Sprintf("Nothing to do: %d outputs", outputs))
	require.Contains(t, l.do(run("moved/m.jsonl")...), fmt.Sprintf("Nothing to do: %d outputs", outputs))
	require.Equal(t, outputs*2000, before-l.held("bob"), "each is paid once")
	require.EqualValues(t, fmt.Sprint(outputs), l.json("facts.declared", "query", "agent", "facts", l.address("bob")))

	l.write("m.jsonl", strings.Replace(lines.String(), `"weight":50`, `"weight":60`, 1))
	errs := l.fail(run("m.jsonl")...)
	require.Contains(t, errs, "1 of 24 rows are refused")
	l.write("m.jsonl", strings.Replace(lines.String(), `"painter"`, `"printer"`, 1))
	require.Contains(t, l.fail(run("m.jsonl")...), "1 of 24 rows are refused")
	require.Equal(t, outputs*2000, before-l.held("bob"))
}

// What is bought of a source and paid for its use are within --max-fee together.
func TestTheMostForASourceIsForAllOfIt(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("photo.jpg", "photo")
	l.write("1.png", "1")
	l.do("register", "photo.jpg", "--from", "alice")
	l.write("paid.yaml", "spdx: LicenseRef-Paid\ncommercial_use: true\nderivatives: allowed\nai_input: paid\nuse_price: [2000uusdc]\n")
	l.do("offer", "photo.jpg", "paid.yaml", "--price", "5000uusdc", "--from", "alice")
	before := l.held("bob")
	declare := func(most string) []string {
		return []string{
			"generate", "declare", "1.png", "--source", "photo.jpg:60", "--model", "m", "--by", "bob", "--buy", "--pay-uses",
			"--max-fee", most, "-y",
		}
	}
	require.Contains(t, l.fail(declare("6999uusdc")...), "1999uusdc left for it")
	require.Equal(t, before, l.held("bob"))
	l.do(declare("7000uusdc")...)
	require.Equal(t, 7000, before-l.held("bob"))
}
