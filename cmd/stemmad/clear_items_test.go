package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cosmos/gogoproto/jsonpb"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/testutil/manifests"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// inJSON is a message as commands take it.
func inJSON(t *testing.T, m proto.Message) string {
	t.Helper()
	text, err := (&jsonpb.Marshaler{OrigName: true}).MarshalToString(m)
	require.NoError(t, err)
	return text
}

// Who trains on a dataset asks about items, one and many, with their proofs; what was taken back is named, and a false proof stops it.
func TestClearAsksAboutItems(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	var items []manifest.Item
	for i, key := range []string{"bob", "fan", "fan"} {
		account := sdk.MustAccAddressFromBech32(l.address(key))
		items = append(items, manifest.Item{
			Sha256: sha256.Sum256([]byte{byte(i)}), Contributor: manifest.Contributor{Kind: manifest.Account, ID: account}, Weight: 1,
		})
	}
	m := manifests.Of(items...)
	sent := func(args ...string) {
		t.Helper()
		l.do("query", "wait-tx", l.json("txhash", append(append([]string{"tx", "registry"}, args...), "-y")...).(string))
	}
	sent("register", "--from", "alice", "--works", fmt.Sprintf(
		`{"sha256":%q,"details":{"kind":"KIND_DATASET","title":"Voices"},"manifest":%s}`, m.Roots().Digest(), inJSON(t, new(m.Roots()))))
	id := registrytypes.NewWorkID(sdk.MustAccAddressFromBech32(l.address("alice")), m.Roots().Digest())
	work := id.String()
	l.do("offer", work, "cc-by-4.0", "--from", "alice")
	item, fan := m.Items[1].Sha256, m.From(1).Account
	one := []string{work, "--use", "train-ai", "--item", fmt.Sprintf("%x", item), "--contributor", fan}
	out := l.clears(exitOK, one...)
	require.Contains(t, out, "(fan), if its manifest has it")

	// What a curator's command writes is a proof for a list too.
	lines := ""
	for i, item := range items {
		lines += fmt.Sprintf(`{"sha256":"%x","contributor":%q}`+"\n", item.Sha256, m.From(i).Account)
	}
	l.write("voices.jsonl", lines)
	l.do("dataset", "build", "voices.jsonl")
	l.do("dataset", "prove", "voices.manifest", "--item", "1", "--out", "one.json")
	l.write("made.csv", "proof\none.json\n")
	l.clears(exitOK, work, "--list", "made.csv", "--use", "train-ai")
	for i := range items {
		raw, err := json.Marshal(&rights.ItemProof{Work: id, Version: 1, Contributor: m.From(i), Item: m.Item(i)})
		require.NoError(t, err)
		l.write(fmt.Sprintf("proofs/%d.json", i), string(raw))
	}
	l.write("list.csv", "row,proof\na,proofs/0.json\nb,proofs/1.json\nc,proofs/2.json\n")
	l.clears(exitOK, "--list", "list.csv", "--use", "train-ai")

	withdrawn := m.Item(1)
	sent("withdraw-items", work, "1", "--from", "fan",
		"--contributor", fmt.Sprintf(`{"account":%q}`, fan), "--items", inJSON(t, &withdrawn))
	out = l.clears(exitDenied, one...)
	require.Contains(t, out, "Whoever contributed the item has taken it back")
	require.Contains(t, out, "[item_withdrawn]")
	out = l.clears(exitOK, work, "--use", "train-ai")
	require.Contains(t, out, "the first 1 of its withdrawals: stemmad query registry withdrawals "+work)
	l.do("query", "registry", "withdrawals", work)

	out = l.clears(exitDenied, "--list", "list.csv", "--use", "train-ai", "--report", "r.csv")
	require.Contains(t, out, "Withdrawn by who contributed them:")
	require.Contains(t, out, fmt.Sprintf("%x", item))
	report, err := os.ReadFile("r.csv")
	require.NoError(t, err)
	require.Contains(t, string(report), "\nb,proofs/1.json,denied,item_withdrawn,")
	require.Equal(t, 1, strings.Count(string(report), ",denied,"))
	// By their names, of one work, asked for programs; the report is a list again.
	l.write("names.csv", fmt.Sprintf("sha256,contributor\n%x,%s\n%x,%s\n", items[0].Sha256, m.From(0).Account, item, fan))
	out = l.clears(exitDenied, work, "--list", "names.csv", "--use", "train-ai", "--output", "json")
	require.Contains(t, out, `"withdrawal":1`)
	l.clears(exitDenied, "--list", "r.csv", "--use", "copy")
	l.clears(exitDenied, work, "--list", "made.csv", "--use", "train-ai")
	require.Contains(t, l.fail("clear", "--manifest", "r.csv", "--use", "copy"), "--list in place of --manifest")

	// As "stemmad dataset prove" writes proofs: the version is found by the manifest, the work is named.
	var rows []string
	for i, item := range items {
		rows = append(rows, fmt.Sprintf(`{"sha256":"%x","contributor":%q}`, item.Sha256, m.From(i).Account))
	}
	l.write("records.jsonl", strings.Join(rows, "\n")+"\n")
	l.do("dataset", "build", "records.jsonl")
	for i := range items {
		l.do("dataset", "prove", "records.manifest", "--item", fmt.Sprint(i), "--out", fmt.Sprintf("proved-%d.json", i))
	}
	l.write("proved.csv", "row,proof\na,proved-0.json\nb,proved-1.json\nc,proved-2.json\n")
	require.Contains(t, l.clears(exitDenied, work, "--list", "proved.csv", "--use", "train-ai"), fmt.Sprintf("%x", item))
	require.Contains(t, l.fail("clear", "--list", "proved.csv", "--use", "train-ai"), "and no work")
	l.write("worked.csv", "work,proof\n"+work+",proved-0.json\n")
	l.clears(exitOK, "--list", "worked.csv", "--use", "train-ai")
	l.write("less.jsonl", strings.Join(rows[:2], "\n")+"\n")
	l.do("dataset", "build", "less.jsonl")
	l.do("dataset", "prove", "less.manifest", "--item", "0", "--out", "proved-0.json")
	require.Contains(t, l.fail("clear", work, "--list", "proved.csv", "--use", "train-ai"), "proved.csv line 2: the proof is false: "+
		work+" has had no manifest with the digest")

	// An item by its file, and who contributed it by a key.
	l.write("voice", string([]byte{1}))
	require.Contains(t, l.clears(exitDenied, work, "--use", "copy", "--item", "voice", "--contributor", "fan"), "[item_withdrawn]")

	raw, err := os.ReadFile("proofs/2.json")
	require.NoError(t, err)
	l.write("proofs/2.json", strings.Replace(string(raw), `"weight":"1"`, `"weight":"2"`, 1))
	require.Contains(t, l.fail("clear", "--list", "list.csv", "--use", "train-ai"), "list.csv line 4: the proof is false")

	trust := l.json("trust", append(append([]string{"prove"}, one...), "--out", "item.proof")...).(string)
	out = l.do("verify", "item.proof", "--trust", trust)
	require.Contains(t, out, "DENIED")
	require.Contains(t, out, "item_withdrawn")
}

func TestItemsAreNamedWhole(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("good.csv", []byte("sha256,contributor\n"), 0o600))
	require.NoError(t, os.WriteFile("items.jsonl", []byte("{}\n"), 0o600))
	manifestOf(t, "items.manifest")
	sum := strings.Repeat("a", 64)
	node := []string{"--home", t.TempDir(), "--keyring-backend", "test", "--node", "tcp://127.0.0.1:1", "--use", "copy"}
	for args, want := range map[string]string{
		sum + " --item " + sum:                      "--item goes with --contributor",
		sum + " --contributor x":                    "--contributor goes with --item",
		sum + " --item-terms cc0-1.0":               "--item-terms goes with --item",
		sum + " --item x --contributor x":           "--item: ",
		sum + " --item " + sum + " --contributor x": "--contributor: ",
		"--list good.csv --manifest good.csv":       "--list and --manifest do not go together",
		"--list good.csv --item " + sum:             "--item is for a single work, not for --list",
		". --item " + sum:                           "--item is for a single work, not for a folder",
		"--list items.jsonl":                        "--list takes a table, and items.jsonl is a dataset itself (jsonl)",
		"--list items.manifest":                     "ask about all of it by its work (stemmad clear WORK)",
		"--manifest items.manifest":                 "--manifest takes a table",
		"--list good.csv":                           "names no works below its header",
		"--list gone.csv":                           "no such file",
		"--manifest good.csv --contributor x":       "--contributor is for a single work, not for --manifest",
		"--list good.csv --buy":                     "--buy is for a single work",
	} {
		_, errs, code := command(append(append([]string{"clear"}, strings.Fields(args)...), node...)...)
		require.NotEqual(t, exitOK, code, args)
		require.Contains(t, errs, want, args)
	}
}
