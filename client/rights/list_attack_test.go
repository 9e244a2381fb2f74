package rights

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ofDataset is the proof of an item as the curator's command writes it.
func (a *archive) ofDataset(t *testing.T, index int, change func(*dataset.Proof)) string {
	t.Helper()
	row, err := a.Items[index].Append(nil)
	require.NoError(t, err)
	proof := &dataset.ItemProof{Index: uint64(index), Row: row}
	for _, hash := range a.Item(index).Path {
		proof.Path = append(proof.Path, rfc6962.Hash(hash))
	}
	p := dataset.Proof{Manifest: a.Roots().Pure(), Item: proof}
	change(&p)
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	return string(raw)
}

// A list takes the proofs that a curator's command writes, and finds the version that they are of.
func TestAListTakesProofsOfDatasets(t *testing.T) {
	a := newArchive(t)
	read := func(table, proof, work string) (Manifest, error) {
		return ReadList(strings.NewReader(table), "l.csv", ListOptions{Work: work, Open: func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(proof)), nil
		}})
	}
	as := a.ofDataset(t, 1, func(*dataset.Proof) {})
	want := Question{a.work.String(), licensetypes.Item{Sha256: registrytypes.Digest{2}, Contributor: a.From(1), Terms: a.terms}}
	for table, work := range map[string]string{
		"proof\n1.json\n": a.work.String(),
		"work,proof\n" + a.work.String() + ",1.json\n":  "",
		"work,proof\n" + a.work.String() + ",1.json\n ": work("w"),
	} {
		list, err := read(table, as, work)
		require.NoError(t, err)
		require.NoError(t, list.Prove(t.Context(), "l.csv", served{a}, 7))
		require.Equal(t, want, list.Rows[0].Question())
	}
	_, err := read("proof\n1.json\n", as, "")
	require.ErrorContains(t, err, "names an item and no work")
	list, err := read("proof\n1.json\n", as, work("w"))
	require.NoError(t, err)
	require.ErrorContains(t, list.Prove(t.Context(), "l.csv", served{a}, 7), "l.csv line 2: the proof is false")
	// Of a manifest that the work never had.
	list, err = read("proof\n1.json\n", a.ofDataset(t, 1, func(p *dataset.Proof) { p.Manifest.Contributors.Sum++ }), a.work.String())
	require.NoError(t, err)
	require.ErrorContains(t, list.Prove(t.Context(), "l.csv", served{a}, 7), "has had no manifest with the digest")
	// Of an item that the manifest in the file has not, and of a contributor.
	_, err = read("proof\n1.json\n", a.ofDataset(t, 1, func(p *dataset.Proof) { p.Item.Index = 0 }), a.work.String())
	require.ErrorContains(t, err, "no proof of an item")
	_, err = read("proof\n1.json\n", a.ofDataset(t, 1, func(p *dataset.Proof) {
		p.Item, p.Contributor = nil, &dataset.ContributorProof{Contributor: a.Items[0].Contributor, Weight: 1}
	}), a.work.String())
	require.ErrorContains(t, err, "it proves a contributor's part")
}

// A table that names items is not answered for their works: that would allow what was taken back.
func TestItemsAreNotAnsweredForTheirWorks(t *testing.T) {
	a := newArchive(t)
	account, sum := a.From(0).Account, registrytypes.Digest{1}.String()
	manifest := func(text string) (Manifest, error) {
		return ReadManifest(strings.NewReader(text), "m.csv", sheet.Options{})
	}
	item := a.work.String() + "," + sum + "," + account + "\n"
	_, err := manifest("work,SHA256,Contributor\n" + item)
	require.ErrorIs(t, err, ErrItems)
	require.ErrorContains(t, err, "m.csv line 2")
	list, err := a.read("work,sha256,contributor\n" + item)
	require.NoError(t, err)
	report := NewReport("l.csv", list, Inquiry{}, []licensetypes.Rights{{
		Verdict: licensetypes.VERDICT_DENIED, Reasons: []licensetypes.Reason{{Code: string(rules.ItemWithdrawn), At: &now, Withdrawal: 3}},
	}})
	var text bytes.Buffer
	require.NoError(t, report.WriteCSV(&text))
	_, err = manifest(text.String())
	require.ErrorIs(t, err, ErrItems)
	// Works and contents with other columns are as before.
	for _, text := range []string{
		"work,sha256,contributor\n" + a.work.String() + "," + sum + ",Ann\n", "work,contributor\n" + a.work.String() + "," + account + "\n",
		"sha256,contributor,Contributor\n" + sum + "," + account + ",\n",
	} {
		_, err := manifest(text)
		require.NoError(t, err, text)
	}
}

// A node that leaves out since when does not end the program.
func TestAWithdrawalWithoutATime(t *testing.T) {
	a := newArchive(t)
	list, err := a.read("sha256,contributor\n" + registrytypes.Digest{1}.String() + "," + a.From(0).Account + "\n")
	require.NoError(t, err)
	report := NewReport("l.csv", list, Inquiry{}, []licensetypes.Rights{{
		Verdict: licensetypes.VERDICT_DENIED, Reasons: []licensetypes.Reason{{Code: string(rules.ItemWithdrawn), Withdrawal: 3}},
	}})
	require.NoError(t, report.WriteCSV(io.Discard))
	require.NoError(t, report.WriteJSON(io.Discard))
	require.Empty(t, report.Withdrawn())
}
