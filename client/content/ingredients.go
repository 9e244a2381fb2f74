package content

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/stemma-chain/stemma/client/c2pa"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Ingredient is something that the credentials say the file was made from.
type Ingredient struct {
	c2pa.Ingredient
	// Marks are fingerprints by which its work is looked for: those of its own manifest. Without one it can't be found.
	Marks []registrytypes.Fingerprint
}

// Ingredients are those of the manifest that speaks for the file.
func (c *Credentials) Ingredients() (all []Ingredient) {
	for _, i := range c.Active().Ingredients {
		all = append(all, Ingredient{i, c.marksOf(i)})
	}
	return all
}

// marksOf are by what the work of an ingredient is looked for: the label of its manifest, and the hash of its file without that, which
// works have as their binding, or as their own hash where the file was registered without credentials.
func (c *Credentials) marksOf(i c2pa.Ingredient) (marks []registrytypes.Fingerprint) {
	m, there := c.Report.Manifest(i.Manifest)
	if !there {
		return nil
	}
	if label, known := Label(m.Label); known {
		marks = append(marks, registrytypes.Fingerprint{Scheme: C2PA, Value: label})
	}
	if m.Binding == nil || len(m.Binding.Hash) == 0 {
		return marks
	}
	marks = append(marks, registrytypes.Fingerprint{Scheme: Binding, Value: hexOf(m.Binding.Algorithm, m.Binding.Hash)})
	if m.Binding.Algorithm == "sha256" && len(m.Binding.Hash) == sha256.Size {
		marks = append(marks, registrytypes.Fingerprint{Scheme: registrytypes.SchemeSHA256, Value: hex.EncodeToString(m.Binding.Hash)})
	}
	return marks
}
