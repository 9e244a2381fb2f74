package vectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
)

// certificates are the pages that are made of proofs of proofs.json.
type certificates struct {
	Pages   []certificatePage   `json:"pages"`
	Changed []certificateChange `json:"changed"`
}

type certificatePage struct {
	// Of is the name of the proof, and of the page.
	Of string `json:"of"`
	// Name and Content are files' names, as the page's maker had them; Checked is when they checked.
	Name    string    `json:"name"`
	Content string    `json:"content,omitempty"`
	Checked time.Time `json:"checked"`
	// Headline and SHA256 are those of the page, and Size its bytes.
	Headline string   `json:"headline"`
	SHA256   hexBytes `json:"sha256"`
	Size     int      `json:"size"`
}

// certificateChange is a page in which a byte was changed, and what is to be said of it.
type certificateChange struct {
	Of     string `json:"of"`
	At     int    `json:"at"`
	To     byte   `json:"to"`
	Result string `json:"result"`
}

// changesEach is how many bytes of each page are changed, one at a time.
const changesEach = 60

// makeCertificates writes a page of each proof that holds, and judges what is left of it after one byte.
func makeCertificates(t *testing.T) any {
	raw, err := os.ReadFile("proofs.json")
	require.NoError(t, err)
	var kept Proofs
	require.NoError(t, json.Unmarshal(raw, &kept))
	var all certificates
	random := rand.New(rand.NewPCG(17, 17))
	for i, p := range kept.Proofs {
		if p.Result != "proved" {
			continue
		}
		made := certificatePage{Of: p.Name, Name: []string{"a.proof", "song of 'A' & <B>.proof", "-作品 +1.proof"}[i%3], Checked: p.Now}
		if p.Kind == "claim" {
			made.Content = "“song”.wav"
		}
		page := pageOf(t, p, &made)
		require.Equal(t, "proved", judgePage(t, p, page), p.Name)
		all.Pages = append(all.Pages, made)
		for range changesEach {
			c := certificateChange{Of: p.Name, At: random.IntN(len(page))}
			c.To = page[c.At] ^ byte(1+random.IntN(255))
			changed := bytes.Clone(page)
			changed[c.At] = c.To
			c.Result = judgePage(t, p, changed)
			require.NotEqual(t, "proved", c.Result, "%s, byte %d", p.Name, c.At)
			all.Changed = append(all.Changed, c)
		}
	}
	return all
}

func (p Proof) policy() prf.Policy {
	return prf.Policy{Now: p.Now, Period: time.Duration(p.Period) * time.Second}
}

func pageOf(t *testing.T, p Proof, made *certificatePage) []byte {
	file, err := hex.DecodeString(p.File)
	require.NoError(t, err)
	read, err := prf.Read(file)
	require.NoError(t, err)
	proven, err := read.Check()
	require.NoError(t, err)
	c, err := certificate.Of(proven, certificate.File{Name: made.Name, Proof: file, Content: made.Content}, p.policy())
	require.NoError(t, err)
	var page bytes.Buffer
	require.NoError(t, c.HTML(&page))
	sum := sha256.Sum256(page.Bytes())
	made.Headline, made.SHA256, made.Size = c.Headline, sum[:], page.Len()
	return page.Bytes()
}

// judgePage says what is to be said of a page: what it says has to follow from its proof, and that from the trusted header.
func judgePage(t *testing.T, p Proof, raw []byte) string {
	trust, err := prf.ParseTrust(p.Trust)
	require.NoError(t, err)
	err = func() error {
		page, err := certificate.Read(raw)
		if err != nil {
			return err
		}
		read, err := prf.Read(page.Proof)
		if err != nil {
			return err
		}
		proven, err := read.Check()
		if err != nil {
			return err
		}
		if err := page.Says(proven, p.policy().Period); err != nil {
			return err
		}
		return read.Rests(trust, p.policy())
	}()
	return resultOf(err)
}
