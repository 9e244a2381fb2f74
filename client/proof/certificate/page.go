package certificate

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("page").Parse(pageText))

// HTML writes the certificate as one page that fetches nothing and runs nothing. What comes from the chain stands in it
// as text alone: no link leads out. Behind what is shown it carries the proof.
func (c Certificate) HTML(w io.Writer) error {
	drawn, err := codeOf(c.Digest)
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(pageStyle))
	err = page.Execute(w, struct {
		Certificate
		Code   code
		Style  template.CSS
		Policy string
		Unsaid string
	}{
		c, drawn, template.CSS(pageStyle),
		"default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'",
		Unsaid,
	})
	if err != nil {
		return err
	}
	return c.carry(w)
}
