package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/generation"
)

func TestPartsOfSources(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"photo.jpg", "a:60", "a=b.png"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	digest := strings.Repeat("12", 32)
	for text, want := range map[string]string{
		"photo.jpg":                       "photo.jpg 0",
		"photo.jpg:60":                    "photo.jpg 60",
		"photo.jpg:12.5%=parentOf@mit":    "photo.jpg=parentOf@mit 12.5",
		"a:60":                            "a:60 0",
		"a:60:40":                         "a:60 40",
		"a=b.png:1=input":                 "a=b.png=inputTo 1",
		"work1x:100=parentOf":             "work1x=parentOf 100",
		digest + ":5":                     digest + " 5",
		"sha256:" + digest + "=component": "sha256:" + digest + "=componentOf 0",
	} {
		source, weight, err := weighed(text)
		require.NoError(t, err, text)
		require.Equal(t, want, source+" "+weight.String(), text)
	}
	for text, want := range map[string]string{
		"photo.jpg:160": "write percent up to 100", "photo.jpg:1,5": "write percent", "photo.jpg:60=uncle": "no role",
	} {
		_, _, err := weighed(text)
		require.ErrorContains(t, err, want, text)
	}
	for text, want := range map[string]string{
		"https://x.org:443": "https://x.org:443 0", "https://x.org:40%=cites": "https://x.org=cites 40",
		"https://x.org?a=b:1%": "https://x.org?a=b 1",
	} {
		source, weight := weighedExternal(text)
		require.Equal(t, want, source+" "+weight.String(), text)
	}
}

func TestALineAsFields(t *testing.T) {
	line, err := generation.ParseLine([]byte(`{"output":"out/1.png","sha256":"ab","sources":[{"uri":"https://x.org","weight":10},` +
		`{"work":"photo.jpg","weight":60.5,"role":"parentOf","permission":"mit"},{"work":"work1x"}],"model":"painter","prompt_sha256":"cd",` +
		`"title":"One","creator":["Ada","Bo"],"commercial":true}`))
	require.NoError(t, err)
	require.Equal(t, map[string][]string{
		"file": {"out/1.png"}, "sha256": {"ab"}, "from": {"photo.jpg=parentOf@mit", "work1x=inputTo"},
		"external": {"https://x.org=inputTo"}, "weights": {"605000,0,100000"}, "model": {"painter"}, "prompt-hash": {"cd"},
		"title": {"One"}, "creator": {"Ada", "Bo"}, "commercial": {"true"},
	}, fieldsOf(line))
}

func inHours(n int) string {
	return time.Now().Add(time.Duration(n) * time.Hour).UTC().Format(time.RFC3339)
}

// address of a key.
func (l local) address(key string) string { return strings.TrimSpace(l.do("keys", "show", key, "-a")) }

// painter registers an agent of bob's, whose key fan acts within budgets.
func (l local) painter(budgets string) (agent string) {
	l.write("limit.json", `{"messages":["/stemma.registry.v1.MsgAnchor","/stemma.registry.v1.MsgRegister","/stemma.license.v1.MsgAcquire",`+
		`"/stemma.lineage.v1.MsgDerive","/stemma.royalty.v1.MsgPay"],"expires_at":"`+inHours(100)+`","budgets":[`+budgets+`]}`)
	tx := func(args ...string) {
		args = append([]string{"tx", "agent"}, append(args, "--from", "bob", "--gas", "auto", "--gas-adjustment", "1.6", "-y")...)
		hash := l.json("txhash", args...).(string)
		l.do("query", "wait-tx", hash)
	}
	tx("register", "painter", "--card", `{"responsible":{"name":"Bob Ltd"}}`, "--expires-at", inHours(1000))
	agent = l.json("passports.0.id", "query", "agent", "agents").(string)
	tx("set-limit", agent, l.address("fan"), "--limit", "limit.json")
	return agent
}

// A generator declares outputs one by one, through an agent too, and pays for what it uses within its limit.
func TestJourneyOfAGenerator(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"photo.jpg", "sketch.png", "1.png", "2.png", "3.png"} {
		l.write(name, name)
	}
	l.do("register", "photo.jpg", "sketch.png", "--from", "alice")
	l.write("paid.yaml", "spdx: LicenseRef-Paid\ncommercial_use: true\nderivatives: allowed\nai_input: paid\nuse_price: [2000uusdc]\n")
	l.do("offer", "photo.jpg", "paid.yaml", "--from", "alice")
	l.do("offer", "sketch.png", "commercial-remix-10", "--price", "5000uusdc", "--from", "alice")
	declare := func(output string, more ...string) []string {
		return append([]string{
			"generate", "declare", output, "--source", "photo.jpg:60", "--source", "sketch.png:40=parentOf", "--model", "acme/painter-2",
			"--provider", "Acme", "--prompt-hash", strings.Repeat("ab", 32),
		}, more...)
	}
	require.Contains(t, l.fail(declare("1.png", "--by", "bob")...), "--buy --max-fee 5000uusdc")
	require.Contains(t, l.fail(declare("1.png", "--by", "bob", "--buy", "--max-fee", "5000uusdc", "--source", "1.png:1")...), "101 %")
	require.Contains(t, l.fail(declare("1.png", "--from", "photo.jpg", "--by", "bob")...), "name who signs with --by")
	pays := []string{"--by", "bob", "--buy", "--max-fee", "5000uusdc", "--pay-uses", "-y"}
	report := l.json("uses_paid", declare("1.png", pays...)...)
	require.Len(t, report, 1)
	require.Contains(t, l.do(declare("1.png", pays...)...), "Nothing to do")
	links := l.json("sources", "query", "lineage", "sources", l.json("works.0.work.id", "show", "1.png").(string)).([]any)
	require.Len(t, links, 2)

	agent := l.painter(`{"denom":"uusdc","total":"8000"}`)
	acts := []string{"--by", "fan", "--agent", agent, "--buy", "--max-fee", "5000uusdc", "--pay-uses", "-y"}
	l.do(declare("2.png", acts...)...)
	work := l.json("works.0.work.id", "show", "2.png").(string)
	require.Equal(t, agent, l.json("record.agent", "query", "lineage", "derivation", work))
	require.Contains(t, l.do(declare("2.png", acts...)...), "Nothing to do", "what the chain adds to the record is not declared again")
	refused := l.fail(declare("3.png", acts...)...)
	require.Contains(t, refused, "1000uusdc", "what is left of the budget")
}

// A batch is anchored once, each of its outputs is proved and declared with its time.
func TestJourneyOfABatch(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	l.write("photo.jpg", "photo")
	l.do("register", "photo.jpg", "--from", "alice")
	l.do("offer", "photo.jpg", "commercial-remix-10", "--from", "alice")
	photo := l.json("works.0.work.id", "show", "photo.jpg").(string)
	l.outputs(20, photo)
	root := l.json("root", "generate", "batch", "outputs.jsonl", "--by", "bob", "-y").(string)
	require.Contains(t, l.do("generate", "batch", "outputs.jsonl", "--by", "bob", "-y"), "Nothing to anchor")
	anchored := l.json("anchor.priority.time", "query", "registry", "anchor", l.address("bob"), root)

	l.do("generate", "prove", "outputs.jsonl", "out/00007.png", "--to", "proof.json")
	require.Equal(t, "proved", l.json("result", "generate", "check", "proof.json", "out/00007.png"))
	require.Contains(t, l.fail("generate", "prove", "outputs.jsonl", "out/00007.png", "--to", "outputs.jsonl"), "is there already")
	trust := l.json("trust", "generate", "prove", "outputs.jsonl", "out/00007.png", "--to", "proof.json").(string)
	out, errs, code := command("generate", "check", "proof.json", "out/00007.png", "--trust", trust,
		"--home", filepath.Join(t.TempDir(), "none"))
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, out, "PROVED")
	_, _, code = command("generate", "check", "proof.json", "out/00008.png", "--home", l.home)
	require.Equal(t, exitRefuted, code)
	_, _, code = command("generate", "check", "proof.json", "--trust", "5:"+strings.Repeat("AB", 32))
	require.Equal(t, exitUnverified, code)
	raw, err := os.ReadFile("proof.json")
	require.NoError(t, err)
	l.write("forged.json", strings.Replace(string(raw), "painter", "printer", 1))
	_, _, code = command("generate", "check", "forged.json", "--home", l.home)
	require.Equal(t, exitRefuted, code)
	_, _, code = command("generate", "check", "outputs.jsonl", "--home", l.home)
	require.Equal(t, exitUnreadable, code)

	for output, more := range map[string][]string{"out/00003.png": nil, "out/00004.png": {"--batch", "outputs.jsonl"}} {
		args := append([]string{"generate", "declare", output, "--by", "bob", "-y"}, more...)
		require.Equal(t, root, l.json("anchor_root", args...))
		work := l.json("works.0.work", "show", output).(map[string]any)
		require.Equal(t, root, work["anchor_root"], "its claim dates from the batch too")
		derivation := []string{"query", "lineage", "derivation", work["id"].(string)}
		require.Equal(t, anchored, l.json("record.anchored_at", derivation...))
		require.Contains(t, l.do(args...), "Nothing to do")
	}
	stated := []string{"generate", "declare", "out/00005.png", "--by", "bob", "--model", "m", "--batch", "outputs.jsonl"}
	require.Contains(t, l.fail(stated...), "leave it out")
	require.Contains(t, l.fail("generate", "declare", "photo.jpg", "--by", "bob"), "name the model with --model")
	manifest := []string{"generate", "declare", "--manifest", "outputs.jsonl", "--by", "bob", "-y"}
	require.Contains(t, l.do(manifest...), "Derived 18 outputs; 2 are so already")
	work := l.json("works.0.work.id", "show", "out/00019.png").(string)
	require.Equal(t, root, l.json("record.anchor_root", "query", "lineage", "derivation", work))
	l.write("outputs.jsonl", "{}")
	require.Contains(t, l.fail("generate", "prove", "outputs.jsonl", "out/00001.png"), "was it changed since it was anchored")
}

// outputs writes a manifest of outputs with their files.
func (l local) outputs(n int, source string) {
	var lines bytes.Buffer
	for i := range n {
		l.write(fmt.Sprintf("out/%05d.png", i), fmt.Sprintf("output %d", i))
		fmt.Fprintf(&lines, `{"output":"out/%05d.png","sources":[{"work":"%s","weight":60},{"uri":"https://example.org/%d","weight":40}],`+
			`"model":"painter","output_id":"%d"}`+"\n", i, source, i, i)
	}
	l.write("outputs.jsonl", lines.String())
}
