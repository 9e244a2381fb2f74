package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/x/registry/manifest"
)

// item is a row of a test's manifest: a content, who it comes from, and its weight.
type item struct {
	content string
	from    string
	weight  uint64
}

// manifestOf writes a manifest; who it comes from is an address or the id of a work.
func manifestOf(t *testing.T, path string, items ...item) {
	t.Helper()
	raw := []byte(dataset.Magic)
	for _, i := range items {
		who, err := dataset.ParseContributor(i.from)
		require.NoError(t, err)
		raw, err = manifest.Item{Sha256: sha256.Sum256([]byte(i.content)), Contributor: who, Weight: i.weight}.Append(raw)
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(path, raw, 0o600))
}

// uusdc is what an account has in uusdc.
func (l local) uusdc(account string) int64 {
	l.t.Helper()
	for _, coin := range l.json("balances", "query", "bank", "balances", account).([]any) {
		if coin := coin.(map[string]any); coin["denom"] == "uusdc" {
			amount, err := strconv.ParseInt(coin["amount"].(string), 10, 64)
			require.NoError(l.t, err)
			return amount
		}
	}
	return 0
}

// poolHas waits until the pool of a version has had an amount.
func (l local) poolHas(work string, version int, amount string) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		for _, m := range l.json("manifests", "dataset", "show", work).([]any) {
			m := m.(map[string]any)
			if m["version"] == float64(version) {
				for _, f := range m["pool"].([]any) {
					return f.(map[string]any)["had"].(map[string]any)["amount"] == amount
				}
			}
		}
		return false
	}, 60*time.Second, 200*time.Millisecond, "%s", amount)
}

func TestJourneyOfADataset(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	alice, bob, fan := l.address("alice"), l.address("bob"), l.address("fan")
	l.write("song.wav", "song")
	song := l.json("works.0.work", "register", "song.wav", "--no-anchor", "--from", "fan").(string)
	l.write("photo", "photo")
	manifestOf(t, "photos.manifest", item{"photo", bob, 1}, item{"view", bob, 1}, item{"other", alice, 3}, item{"song", song, 2})

	// The curator.
	register := []string{"dataset", "register", "photos.manifest", "--title", "Photos", "--share", "30%", "--from", "alice"}
	require.Contains(t, l.do(append(register, "--dry-run")...), "nothing was sent")
	require.Contains(t, l.fail("dataset", "register", "song.wav", "--from", "alice"), "not a manifest of this version")
	require.Contains(t, l.fail("dataset", "register", "photos.manifest", "--share", "200%", "--from", "alice"), "--share")
	require.Contains(t, l.fail("dataset", "register", "photos.manifest", "--share", "30", "--from", "alice"),
		`--share: "30" is in parts per million, 0.003 %: write a percentage with its sign, as 30%`)
	_, errs, code := answering("n\n", append(register, "--home", l.home)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "30 % of all that it earns, from the first payment on, and you keep 70 %")
	require.Contains(t, errs, `"Photos", of 4 items of 3 contributors, with a weight of 7 together`)
	work := l.json("works.0.work", register...).(string)
	require.NotEmpty(t, l.json("works.0.work.anchor_root", "show", work), "anchored first")
	require.Contains(t, l.do(register...), "Nothing to register")
	shown := l.do("dataset", "show", "photos.manifest")
	require.Contains(t, shown, "the contributors of version 1 get 30 %")
	require.Contains(t, shown, "No pool of its contributors has had anything yet")

	// A buyer pays it; nothing is collected twice, and dust is left.
	collect := []string{"dataset", "collect", work, "photos.manifest"}
	require.Contains(t, l.do(append(collect, "--all", "--from", "fan")...), "Nothing to collect")
	l.do("pay", work, "1000000uusdc", "--from", "fan")
	l.poolHas(work, 1, "300000")
	require.Contains(t, l.fail(append(collect, "--from", "bob")...), "say whose parts")
	require.Contains(t, l.fail(append(collect, "--mine", "--all", "--from", "bob")...), "say whose parts")
	dust := l.do(append(collect, "--all", "--at-least", "0.2 USDC", "--from", "bob")...)
	require.Contains(t, dust, "Less than --at-least is due to 3 contributors")
	before, fans := l.uusdc(bob), l.uusdc(fan)
	mine := l.do(append(collect, "--mine", "--from", "alice")...)
	require.Contains(t, mine, "In all: 0.128571 USDC, to 1 contributor.")
	tried := l.do(append(collect, "--all", "--dry-run", "--from", "alice")...)
	require.Contains(t, tried, "Would collect")
	require.Contains(t, tried, "0.085714 USDC")
	require.Contains(t, tried, "Nothing is due to 1 of the 3 contributors asked about")
	require.EqualValues(t, 2, len(l.json("entries", append(collect, "--all", "--from", "alice")...).([]any)))
	require.EqualValues(t, 300000*2/7, l.uusdc(bob)-before)
	require.Eventually(t, func() bool { return l.uusdc(fan)-fans == 300000*2/7 }, 60*time.Second, 200*time.Millisecond,
		"a work gets a payment, and its owner that")
	require.Contains(t, l.do(append(collect, "--all", "--from", "alice")...), "Nothing is due to 3 of the 3 contributors")
	require.Contains(t, l.fail(append(collect, "--contributor", fan, "--from", "bob")...), "not in the manifest")

	// A payee in place of a contributor.
	require.Contains(t, l.do("dataset", "payee", "--from", "bob"), "gets what")
	l.do("dataset", "payee", fan, "--from", "bob")
	l.do("pay", work, "70000uusdc", "--from", "alice")
	l.poolHas(work, 1, "321000")
	fans = l.uusdc(fan)
	l.do(append(collect, "--contributor", "bob", "--from", "alice")...)
	require.EqualValues(t, 321000*2/7-300000*2/7, l.uusdc(fan)-fans)

	for _, key := range []string{"alice", "bob", "fan"} {
		require.Equal(t, true, l.json("reconciles", "statement", key), "the statement of %s", key)
	}

	// Who contributed is named by a key without a node too.
	part := l.do("dataset", "prove", "photos.manifest", "--contributor", "bob")
	require.Equal(t, part, l.do("dataset", "prove", "photos.manifest", "--contributor", bob))
	require.Contains(t, l.fail("dataset", "prove", "photos.manifest", "--contributor", "bib"), "no key has the name")
	require.NotContains(t, l.fail("dataset", "prove", "photos.manifest", "--contributor", bob+"x"), "no key")
	l.write("given/photo", "photo")
	require.Equal(t, "1", fmt.Sprint(l.json("contributors", "dataset", "build", "given", "--contributor", "bob")))

	// A contributor takes items back.
	withdraw := []string{"dataset", "withdraw", "photos.manifest"}
	require.Contains(t, l.fail(append(withdraw, "--item", "#2", "--from", "bob")...), "it was contributed by "+alice)
	require.Contains(t, l.fail(append(withdraw, "--item", "#3", "--from", "bob")...), "--contributor "+song)
	require.Contains(t, l.fail(append(withdraw, "--item", "#9", "--from", "bob")...), "has no such item")
	_, errs, code = answering("n\n", append(withdraw, "--item", "photo", "--from", "bob", "--home", l.home)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "This can't be taken back")
	tried = l.do(append(withdraw, "--item", "photo", "--dry-run", "--from", "bob")...)
	require.Contains(t, tried, "1 item")
	require.NotContains(t, tried, "digest", "what a trial says of the list is not what it will be")
	require.Contains(t, l.fail("dataset", "withdraw", work, "photos.manifest", "--all", "--from", "fan"),
		"it has no item of stemma1")
	require.Equal(t, "1", fmt.Sprint(l.json("list.count", append(withdraw, "--item", "photo", "--from", "bob")...)))
	require.Contains(t, l.do(append(withdraw, "--item", "#0", "--from", "bob")...), "1 item is withdrawn")
	l.do(append(withdraw, "--item", "song.wav", "--contributor", song, "--from", "fan")...)
	l.do(append(withdraw, "--all", "--from", "bob")...)
	require.Contains(t, l.do(append(withdraw, "--all", "--from", "bob")...), "Nothing to do: all that "+bob)
	require.Equal(t, true, l.json("all_already", append(withdraw, "--all", "--from", "bob")...))
	require.EqualValues(t, 3, l.json("withdrawals", "dataset", "show", work))

	// A new edition, whose contributors share after a notice; those before collect with the old manifest.
	manifestOf(t, "with.manifest", item{"other", alice, 3}, item{"view", bob, 1}, item{"song", song, 1}, item{"song", fan, 1})
	require.EqualValues(t, 2, l.json("withdrawn", "dataset", "revise", work, "with.manifest", "--dry-run", "--from", "alice"))
	manifestOf(t, "two.manifest", item{"other", alice, 3}, item{"more", fan, 1})
	require.Contains(t, l.fail("dataset", "revise", work, "photos.manifest", "--from", "alice"), "nothing to revise")
	require.NotEmpty(t, l.json("waits.at", "dataset", "revise", work, "two.manifest", "--from", "alice"))
	require.Equal(t, "Photos", l.json("title", "dataset", "show", work), "what it says of itself stays")
	require.Contains(t, l.do("dataset", "show", work), "for those of version 2 waits until")
	require.Contains(t, l.do("dataset", "share", work, "30%", "--version", "1", "--from", "alice"),
		"for those of version 2, which was to hold from",
		"the share in force, asked for again, drops the change, and says so")
	require.NotContains(t, l.do("dataset", "show", work), "waits")
	more := l.do("dataset", "share", work, "40%", "--version", "1", "--dry-run", "--from", "alice")
	require.Contains(t, more, "the end of this block on")
	require.NotContains(t, more, "from the end")
	require.NotContains(t, more, "dropped")
	require.Contains(t, l.do("dataset", "share", work, "10%", "--from", "alice"), "Shared")

	// Until then those before get what comes in, also who took all back, with the old manifest.
	l.do("pay", work, "700000uusdc", "--from", "fan")
	l.poolHas(work, 1, "531000")
	require.Contains(t, l.do("dataset", "collect", work, "two.manifest", "--all", "--from", "fan"),
		"Something is due to contributors by the manifest of version 1")
	require.Equal(t, []any{1.0}, l.json("owing", "dataset", "collect", work, "two.manifest", "--all", "--from", "fan"))
	require.Contains(t, l.fail("dataset", "collect", work, "two.manifest", "--mine", "--from", "bob"),
		"something is due by the manifest of version 1")
	l.do("dataset", "payee", "bob", "--from", "bob")
	before = l.uusdc(bob)
	require.Contains(t, l.do("dataset", "collect", work, "photos.manifest", "--all", "--from", "fan"), "to 3 contributors")
	require.EqualValues(t, 531000*2/7-321000*2/7, l.uusdc(bob)-before)
	nothing := l.do("dataset", "collect", work, "two.manifest", "--all", "--from", "fan")
	require.Contains(t, nothing, "Nothing to collect")
	require.NotContains(t, nothing, "Something is due", "what rounding leaves is nobody's")
	require.Contains(t, l.fail("dataset", "show", "two.manifest"), "name the work that has it")
	require.Contains(t, l.fail("show", "photos.manifest"), "`stemmad dataset show photos.manifest` finds it")
	require.Contains(t, l.fail("dataset", "collect", song, "photos.manifest", "--all", "--from", "bob"), "without a manifest")
	manifestOf(t, "strange.manifest", item{"other", alice, 4})
	require.Contains(t, l.fail("dataset", "collect", work, "strange.manifest", "--all", "--from", "bob"), "of no version of the work")
}

// Six hundred contributors are collected in three transactions, each exactly its part; whom others collected before is left out.
func TestManyContributorsAreCollected(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	from := leanFrom
	leanFrom = 599 // as of so many that proofs are made twice
	defer func() { leanFrom = from }()
	const contributors = 600
	var items []item
	weights, whole := map[string]uint64{}, uint64(0)
	for i := range contributors {
		hash := sha256.Sum256([]byte(fmt.Sprint("contributor ", i)))
		who := sdk.AccAddress(hash[:20]).String()
		weight := uint64(1 + i*i%97)
		items, weights[who], whole = append(items, item{fmt.Sprint(i), who, weight}), weight, whole+weight
	}
	manifestOf(t, "many.manifest", items...)
	work := l.json("works.0.work", "dataset", "register", "many.manifest", "--share", "100%", "--no-anchor", "--from", "alice").(string)
	l.do("pay", work, "1234567uusdc", "--from", "fan")
	l.poolHas(work, 1, "1234567")
	collect := []string{"dataset", "collect", work, "many.manifest", "--from", "bob"}
	part := func(who string) int64 { return int64(1234567 * weights[who] / whole) }
	l.do(append(collect, "--contributor", items[7].from, "--contributor", items[8].from)...)
	require.Equal(t, part(items[7].from), l.uusdc(items[7].from))
	// What a node finds too much for one transaction is parted.
	few := append(slices.Clone(collect), "--gas", "900000")
	for _, i := range items[20:60] {
		few = append(few, "--contributor", i.from)
	}
	require.Greater(t, len(l.json("transactions", few...).([]any)), 1)
	sum := part(items[7].from) + part(items[8].from)
	for _, i := range items[20:60] {
		require.Equal(t, part(i.from), l.uusdc(i.from))
		sum += part(i.from)
	}
	require.Contains(t, l.do(append(collect, "--all", "--dry-run")...), "and 508 more; --output json lists all")
	var answer struct {
		Nothing int              `json:"nothing_due"`
		Entries []collectedEntry `json:"entries"`
		Paid    sdk.Coins        `json:"paid"`
		Txs     []struct {
			Gas int64 `json:"gas_used"`
		} `json:"transactions"`
	}
	require.NoError(t, json.Unmarshal([]byte(l.do(append(collect, "--all", "--output", "json")...)), &answer))
	require.Equal(t, 42, answer.Nothing)
	require.Len(t, answer.Entries, contributors-42)
	require.Len(t, answer.Txs, 3)
	t.Logf("gas of %d, %d and %d contributors: %v", 256, 256, contributors-42-512, answer.Txs)
	before := sum
	for _, e := range answer.Entries {
		require.Equal(t, part(e.Contributor), e.Paid.AmountOf("uusdc").Int64(), e.Contributor)
		require.Empty(t, e.Reason)
		sum += part(e.Contributor)
	}
	require.Equal(t, sum-before, answer.Paid.AmountOf("uusdc").Int64())
	left := l.json("manifests.0.pool.0.left.amount", "dataset", "show", work)
	require.Equal(t, fmt.Sprint(1234567-sum), left, "what is left is below a unit each")
	require.Less(t, 1234567-sum, int64(contributors))
	require.Contains(t, l.do(append(collect, "--all")...), "Nothing to collect")
}

// What is written anew is noticed, though the files of the old one lie beside it.
func TestAManifestThatChangedIsBuiltAgain(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	alice := l.address("alice")
	digest := func() any {
		return l.json("manifest.sha256", "dataset", "register", "m", "--dry-run", "--from", "alice")
	}
	var seen []any
	for n := range 3 {
		items := []item{{"a", alice, 1}}
		for i := range n {
			items = append(items, item{fmt.Sprint(i), alice, 1})
		}
		manifestOf(t, "m", items...)
		require.NotContains(t, seen, digest())
		seen = append(seen, digest())
	}
	manifestOf(t, "m", item{"b", alice, 1}, item{"0", alice, 1}, item{"1", alice, 1})
	require.NotContains(t, seen, digest(), "of the same length")
	for _, name := range []string{dataset.IndexOf("m"), dataset.ContributorsOf("m")} {
		require.NoError(t, os.Remove(filepath.Clean(name)))
		require.NotContains(t, seen, digest())
	}
}

// TestAttackAManifestThatComesBackHidesNoPool: a curator revises to another manifest and back, and leaves the pool with the first
// version. Its contributors have one file for both, and collect what is theirs.
func TestAttackAManifestThatComesBackHidesNoPool(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	bob := l.address("bob")
	manifestOf(t, "one.manifest", item{"photo", bob, 1})
	manifestOf(t, "two.manifest", item{"view", l.address("alice"), 1})
	work := l.json("works.0.work", "dataset", "register", "one.manifest", "--share", "100%", "--no-anchor", "--from", "alice").(string)
	l.do("dataset", "revise", work, "two.manifest", "--from", "alice")
	l.do("dataset", "revise", work, "one.manifest", "--from", "alice")
	l.do("dataset", "share", work, "100%", "--version", "1", "--from", "alice")
	l.do("pay", work, "700000uusdc", "--from", "fan")
	l.poolHas(work, 1, "700000")
	before := l.uusdc(bob)
	require.Contains(t, l.do("dataset", "collect", work, "one.manifest", "--contributor", bob, "--from", "fan"), "from version 1")
	require.EqualValues(t, 700_000, l.uusdc(bob)-before)
	require.Contains(t, l.do("dataset", "collect", work, "one.manifest", "--contributor", bob, "--from", "fan"), "Nothing to collect")
}
