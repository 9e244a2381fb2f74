package paywall

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/x402"
	doors "github.com/stemma-chain/stemma/portal/x402"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// What may be the matter with a row of a map. Codes are stable.
const (
	// NotRegistered: the chain knows no such work, so that readers are answered 404.
	NotRegistered = "not_registered"
	// Denied: nobody may use it so, by any licence: 403.
	Denied = "denied"
	// NotOnOffer: it takes a licence, and none is to be had for money here: 403.
	NotOnOffer = "not_on_offer"
	// Free: anybody may use it so and pays nothing. It is handed over like what is in no map.
	Free = "free"
	// NoFile: there is nothing in the folder at its path: 404.
	NoFile = "no_file"
	// Refused: the chain does not take the question, as of a use that does not go with the work.
	Refused = "refused"
	// NodeAway: the node did not answer. This row and those behind it were not asked about.
	NodeAway = "node_away"
)

// remedies say what to do about each.
var remedies = map[string]string{
	NotRegistered: "register the work, or correct the column work; is the node of the right chain?",
	Denied:        "correct the column use, or take the row out of the map and the file out of the site",
	NotOnOffer:    "offer terms with a price for that use (stemmad offer), which are no grants for a number of uses",
	Free:          "offer terms with a price for that use if it is to be paid, or take the row out of the map",
	NoFile:        "put the file there, or correct the column path",
	Refused:       "correct the row",
	NodeAway:      "see that the node answers at --grpc, and look again by --check",
}

// Finding is a row of a map that is likely not as its author meant.
type Finding struct {
	// Line of the table, from 1.
	Line int
	Path string
	Work string
	Code string
	// Detail says more, for people; it may be empty.
	Detail string
}

// Remedy is what to do about it, for people.
func (f Finding) Remedy() string { return remedies[f.Code] }

// Report is what was found in a map.
type Report struct {
	Findings []Finding
	// Checked of Rows were looked at; others are beyond the bounds, or the node went away.
	Checked, Rows int
}

// Bounds of a check; 0: none.
type Bounds struct {
	Rows   int
	Within time.Duration
}

// Check looks at each row of a map: what the chain decides for anybody now, and whether the site has something at its path. site is a
// folder; empty: a server stands behind, which is not asked. It takes nothing, and asks the node once for each work and use. It fails
// where the folder can't be opened.
func Check(ctx context.Context, d *doors.Doors, m *Map, site string, b Bounds) (Report, error) {
	if b.Within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.Within)
		defer cancel()
	}
	var files fs.FS
	if site != "" {
		root, err := os.OpenRoot(site)
		if err != nil {
			return Report{}, err
		}
		defer root.Close()
		files = root.FS()
	}
	rows := m.rows
	report := Report{Rows: len(rows)}
	if b.Rows > 0 {
		rows = rows[:min(len(rows), b.Rows)]
	}
	type question struct{ work, use string }
	known := map[question]Finding{}
	for _, row := range rows {
		if files != nil && !there(folder{files}, row.Path) {
			report.Findings = append(report.Findings, row.found(NoFile, ""))
		}
		asked := question{row.Work, row.Use.String()}
		f, before := known[asked]
		if !before {
			f = check(ctx, d, row)
			known[asked] = f
		}
		f.Line, f.Path = row.Line, row.Path
		if f.Code != "" {
			report.Findings = append(report.Findings, f)
		}
		if f.Code == NodeAway {
			break
		}
		report.Checked++
	}
	return report, nil
}

func (r Row) found(code, detail string) Finding {
	return Finding{Line: r.Line, Path: r.Path, Work: r.Work, Code: code, Detail: detail}
}

// check asks what a row's thing costs. Without a code nothing is the matter.
func check(ctx context.Context, d *doors.Doors, row Row) Finding {
	asked, err := d.Ask(ctx, doors.Thing{Resource: x402.Resource{URL: d.Origin + row.Path}, Work: row.Work, Use: row.Use, Behind: true}, "")
	var refusal *x402.Refusal
	switch {
	case errors.As(err, &refusal) && !refusal.Reason.Retry():
		return row.found(Refused, refusal.Detail)
	case doors.IsDenied(err):
		return row.found(Denied, err.Error())
	case err != nil:
		return row.found(NodeAway, fmt.Sprint(errors.Unwrap(err)))
	case asked.Free:
		return row.found(Free, "")
	case len(asked.Accepts) > 0:
		return row.found("", "")
	}
	code := map[string]string{
		rights.VerdictWord(licensetypes.VERDICT_UNKNOWN): NotRegistered,
		rights.VerdictWord(licensetypes.VERDICT_DENIED):  Denied,
	}[asked.Verdict]
	if code == "" {
		code = NotOnOffer
	}
	return row.found(code, strings.Join(asked.Reasons, "; "))
}

// maxWalked is how many names of a folder are looked at for one that is served.
const maxWalked = 1000

// there says whether a folder of files has something at the path of a row, or below it.
func there(f folder, at string) bool {
	below, isFolder := strings.CutSuffix(at, "/*")
	if !isFolder {
		name := at[1:]
		if strings.HasSuffix(at, "/") {
			name += index
		}
		file, _, err := f.open(name)
		return err == nil && file.Close() == nil
	}
	found, walked := false, 0
	top := "."
	if below != "" {
		top = below[1:]
	}
	err := fs.WalkDir(f.files, top, func(name string, entry fs.DirEntry, err error) error {
		if walked++; err != nil {
			return err
		} else if walked > maxWalked {
			return fs.SkipAll
		}
		if entry.IsDir() {
			if name != top && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if file, _, err := f.open(name); err == nil {
			_ = file.Close() // it was only looked for
			found = true
			return fs.SkipAll
		}
		return nil
	})
	// A folder that is too large to be walked has something.
	return found || err == nil && walked > maxWalked
}
