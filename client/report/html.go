package report

import (
	_ "embed"
	"html/template"
	"io"

	"github.com/stemma-chain/stemma/client/words/table"
)

//go:embed report.html
var layout string

var htmlPage = template.Must(template.New("report").Funcs(template.FuncMap{"clean": table.Clean}).Parse(layout))

// html escapes by place, as html/template does; the only links lead to the report's own declarations.
func (r Report) html(w io.Writer) error {
	return htmlPage.Execute(w, struct {
		Report
		Head []headLine
	}{r, r.headLines()})
}
