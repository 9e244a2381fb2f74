package rights

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/sheet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// cleared is a report on five rows: allowed twice, and each other verdict.
func cleared(t *testing.T) Report {
	t.Helper()
	a, b, c, d := digestOf("a"), work("b"), digestOf("c"), digestOf("d")
	text := "title,id\nA," + a + "\nB," + b + "\nC," + c + "\n\"D, again\"," + d + "\nA," + a + "\n"
	m, err := ReadManifest(strings.NewReader(text), "m.csv", sheet.Options{})
	require.NoError(t, err)
	use := licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI, Commercial: true, Territories: []string{"DE", "FR"}}
	q := Inquiry{Use: use, Licensee: "stemma1x", Moment: Moment{ChainID: "test-1", Height: 7, Time: now, AppHash: "08"}}
	someWork, other := registrytypes.WorkID{1}, registrytypes.WorkID{2}
	return NewReport("m.csv", m, q, []licensetypes.Rights{
		{
			Subject: a, Works: []registrytypes.WorkID{someWork}, Verdict: licensetypes.VERDICT_ALLOWED, Permission: "terms1x",
			Notices: []licensetypes.Notice{{Code: "also_claimed", Works: []registrytypes.WorkID{other}, Count: 1}},
			Obligations: []licensetypes.Obligation{
				{Kind: licensetypes.OBLIGATION_PAY_PER_USE, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 2))},
			},
		},
		{Subject: b, Works: []registrytypes.WorkID{other}, Verdict: licensetypes.VERDICT_NEEDS_GRANT, Reasons: []licensetypes.Reason{
			{Code: "needs_grant", Permission: "terms1z"}, {Code: "needs_approval"}, {Code: "needs_grant", Permission: "terms1y"},
		}, Offers: []licensetypes.Obtainable{{
			Work: other, Terms: licensetypes.TermsID{3},
			Price: sdk.NewCoins(sdk.NewInt64Coin("ustem", 3), sdk.NewInt64Coin("uusdc", 5)),
		}}},
		{Subject: c, Verdict: licensetypes.VERDICT_DENIED, Reasons: []licensetypes.Reason{{Code: "training_denied"}}},
		{Subject: d, Verdict: licensetypes.VERDICT_UNKNOWN},
	})
}

func TestReportAsCSVIsAManifest(t *testing.T) {
	r := cleared(t)
	var out bytes.Buffer
	require.NoError(t, r.WriteCSV(&out))
	a, b, c, d := digestOf("a"), work("b"), digestOf("c"), digestOf("d")
	head, table, found := strings.Cut(out.String(), "\ntitle,")
	require.True(t, found)
	require.Equal(t, strings.Join([]string{
		"# report: may the works of a manifest be used?", "# manifest: m.csv", "# manifest_sha256: " + r.Manifest.SHA256,
		"# chain_id: test-1", "# height: 7", "# block_time: 2026-11-21T12:00:00Z", "# app_hash: 08",
		"# use: train-ai", "# commercial: true", "# territories: DE;FR", "# media: all", "# until: now", "# licensee: stemma1x",
		"# rows: 5", "# distinct: 4", "# allowed: 2", "# needs_grant: 1", "# denied: 1", "# unknown: 1",
		"# reasons: needs_approval=1;needs_grant=1;training_denied=1", "# notices: also_claimed=2", "# obligations: pay_per_use=2",
		"# grants: 3ustem for 1;5uusdc for 1", "# grants_are: of each work the cheapest that serves",
	}, "\n"), head)
	require.Equal(t, strings.Join([]string{
		"id,rights_verdict,rights_reasons,rights_permission,rights_price,rights_price_per_use,rights_notices,rights_obligations",
		"A," + a + ",allowed,,terms1x,,2uusdc,also_claimed,pay_per_use:2uusdc",
		"B," + b + ",needs_grant,needs_approval;needs_grant,,3ustem;5uusdc,,,",
		"C," + c + ",denied,training_denied,,,,,",
		"\"D, again\"," + d + ",unknown,,,,,,",
		"A," + a + ",allowed,,terms1x,,2uusdc,also_claimed,pay_per_use:2uusdc",
		"",
	}, "\n"), table)

	again, err := ReadManifest(&out, "report.csv", sheet.Options{})
	require.NoError(t, err)
	require.Equal(t, r.Manifest.Columns, again.Columns)
	require.Equal(t, r.Manifest.Questions(), again.Questions())
}

func TestReportAsJSON(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, cleared(t).WriteJSON(&out))
	var back struct {
		Head Head
		Rows []rowJSON
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &back))
	require.EqualValues(t, 7, back.Head.Height)
	require.Equal(t, "08", back.Head.AppHash)
	require.Len(t, back.Rows, 5)
	require.Equal(t, []string{"needs_approval", "needs_grant"}, back.Rows[1].Reasons)
	require.Equal(t, []string{"3ustem", "5uusdc"}, back.Rows[1].Price)
	require.Equal(t, map[string]string{"title": "D, again", "id": digestOf("d")}, back.Rows[3].Columns)
	require.Contains(t, string(back.Rows[2].Rights), "training_denied")
	require.Equal(t, []string{}, back.Rows[3].Reasons)
}

func TestVerdictOfAReport(t *testing.T) {
	for want, heads := range map[licensetypes.Verdict][]Head{
		licensetypes.VERDICT_ALLOWED:     {{Allowed: 3}},
		licensetypes.VERDICT_NEEDS_GRANT: {{Allowed: 3, NeedsGrant: 1}},
		licensetypes.VERDICT_DENIED:      {{Denied: 1}, {Unknown: 1}, {Allowed: 3, NeedsGrant: 1, Unknown: 1}},
	} {
		for _, head := range heads {
			require.Equal(t, want, head.Worst())
		}
	}
	rows, more := cleared(t).Open(2)
	require.Equal(t, []int{4, 5}, []int{rows[0].Line, rows[1].Line}, "denied and unknown first")
	require.Equal(t, 1, more)
}

func TestGrantsOfAWorkNamedTwiceAreBilledOnce(t *testing.T) {
	w := registrytypes.WorkID{1}
	rights := func(subject string) licensetypes.Rights {
		return licensetypes.Rights{
			Subject: subject, Works: []registrytypes.WorkID{w},
			Verdict: licensetypes.VERDICT_NEEDS_GRANT, Offers: []licensetypes.Obtainable{
				{Work: w, Price: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 5))},
			},
		}
	}
	got := bills([]licensetypes.Rights{rights(w.String()), rights(digestOf("a")), {
		Works:   []registrytypes.WorkID{{2}},
		Verdict: licensetypes.VERDICT_DENIED,
	}})
	require.Equal(t, []Bill{{Cost: sdk.NewInt64Coin("uusdc", 5), Works: 1}}, got)
}

func TestReportFiles(t *testing.T) {
	dir := t.TempDir()
	manifest := filepath.Join(dir, "m.csv")
	require.NoError(t, os.WriteFile(manifest, []byte(digestOf("a")), 0o600))
	for path, want := range map[string]string{
		filepath.Join(dir, "r.txt"):         "name it .csv or .json",
		manifest:                            "is the manifest itself",
		filepath.Join(dir, "gone", "r.csv"): "no such file",
	} {
		_, err := CreateFile(path, manifest)
		require.ErrorContains(t, err, want)
	}
	for _, name := range []string{"r.csv", "r.json"} {
		file, err := CreateFile(filepath.Join(dir, name), manifest)
		require.NoError(t, err)
		require.NoFileExists(t, filepath.Join(dir, name), "only when it is complete")
		require.NoError(t, file.Write(cleared(t)))
		file.Discard()
		require.FileExists(t, filepath.Join(dir, name))
	}
	file, err := CreateFile(filepath.Join(dir, "never.csv"), manifest)
	require.NoError(t, err)
	file.Discard()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 3, "no temporary files")
}

// A verdict that only a newer node gives is no answer: not that nobody registered the work, and nothing that permits.
func TestAVerdictOfANewerNodeIsNoAnswer(t *testing.T) {
	newer := licensetypes.Verdict(7)
	require.Equal(t, NotKnown, VerdictWord(newer))
	require.Equal(t, "unknown", VerdictWord(licensetypes.VERDICT_UNKNOWN))
	require.False(t, Known(newer))
	for v := range licensetypes.Verdict_name {
		require.True(t, Known(licensetypes.Verdict(v)), "a verdict has a word")
		require.Less(t, Rank(newer), Rank(licensetypes.Verdict(v)))
	}
	r := cleared(t)
	row := r.Manifest.Rows[0]
	answer := r.Answers[row.Question()]
	require.Equal(t, licensetypes.VERDICT_ALLOWED, answer.Verdict)
	answer.Verdict = newer
	r.Answers[row.Question()] = answer
	rows, more := r.Open(9)
	require.Zero(t, more)
	require.Contains(t, rows, row, "it is open")
}
