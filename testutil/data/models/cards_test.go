package models_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/data/models"
)

// Cards as people write them: what is used, and why the rest is not.
func TestCardsAsTheyAreFound(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"acme/base/README.md": "---\nlicense: apache-2.0\n---\n# Base",
		"acme/tuned/README.md": "\ufeff---\r\nlicense: MIT\r\nbase_model: acme/base\r\nbase_model: https://huggingface.co/other/unseen\r\n" +
			"datasets:\r\n- acme/texts\r\n---\r\n",
		"bob/merge/README.md": "---\nlicense: other\nlicense_name: bob-community\nlicense_link: https://example.org/licence\n" +
			"base_model:\n- acme/tuned\n- acme/tuned\n- ../../acme/base\n- /home/bob/mine\n- bob/merge\n- only-a-name\n---\n",
		"carol/two/README.md":                          "---\nlicense:\n- gpl-3.0\n- mit\n---\n",
		"carol/odd/README.md":                          "---\nlicense: \"Very Own v1!\"\n---\n",
		"carol/none/README.md":                         "no front matter",
		"carol/broken/README.md":                       "---\nlicense: [\n---\n",
		"carol/list/README.md":                         "---\n- a\n---\n",
		"carol/open/README.md":                         "---\nlicense: mit\n",
		"ring/a/README.md":                             "---\nbase_model: ring/b\n---\n",
		"ring/b/README.md":                             "---\nbase_model: ring/a\n---\n",
		"models--dan--cached/snapshots/1234/README.md": "---\nlicense: cc-by-nc-4.0\n---\n",
	} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	list, left, err := models.ReadCards(folder)
	require.NoError(t, err)
	byID := map[string]models.Model{}
	for _, m := range list {
		byID[m.ID] = m
	}
	parents := func(id string) (ids []string) {
		for _, p := range byID[id].Parents {
			ids = append(ids, p.ID)
		}
		return ids
	}
	require.Equal(t, []string{"acme/base", "other/unseen"}, parents("acme/tuned"))
	require.Equal(t, []string{"acme/tuned", "acme/base"}, parents("bob/merge"))
	require.Equal(t, "mit", byID["acme/tuned"].Licence)
	require.Equal(t, "LicenseRef-bob-community", byID["bob/merge"].Own.Terms.Spdx)
	require.Equal(t, "https://example.org/licence", byID["bob/merge"].Own.Terms.Uri)
	require.Equal(t, "GPL-3.0-only", byID["carol/two"].Own.Terms.Spdx)
	require.Equal(t, "LicenseRef-very-own-v1", byID["carol/odd"].Own.Terms.Spdx)
	require.Contains(t, byID, "dan/cached")
	require.Empty(t, byID["other/unseen"].Licence)
	require.Len(t, append(parents("ring/a"), parents("ring/b")...), 1, "one closes the circle")
	for _, m := range list {
		if m.Own != nil {
			require.NoError(t, m.Own.Terms.Validate(), m.ID)
		}
	}
	var said []string
	for _, l := range left {
		said = append(said, l.String())
	}
	for _, want := range []string{
		"acme/tuned/README.md: the dataset acme/texts: the demo registers models alone",
		"bob/merge/README.md: the base model acme/tuned: it is named twice",
		"bob/merge/README.md: the base model /home/bob/mine: it is a folder of its author, and not among the cards",
		"bob/merge/README.md: the base model bob/merge: it is the model itself",
		"bob/merge/README.md: the base model only-a-name: it is no owner/name",
		"carol/two/README.md: the licence mit: a model is offered under the first one, gpl-3.0",
		"carol/none/README.md: the file: it does not begin with front matter between lines of ---",
		"carol/open/README.md: the file: it does not begin with front matter between lines of ---",
		"carol/list/README.md: the card: its front matter has no names with values",
		"ring/b: the base model ring/a: it is made from ring/b itself",
	} {
		require.Contains(t, said, want)
	}
	require.Len(t, said, 11)

	_, _, err = models.ReadCards(t.TempDir())
	require.ErrorContains(t, err, "no model card")
}
