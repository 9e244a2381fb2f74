package rights

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/jsonpb"

	"github.com/stemma-chain/stemma/client/words/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// separator parts the entries of a list within a cell.
const separator = ";"

// File is a report to be written. It is opened before anything is asked, so that
// a folder that cannot be written to is found at once, and takes its name only
// when it is complete.
type File struct {
	path string
	temp *os.File
}

// CreateFile opens a report, .csv or .json by its name, to be written later. It
// may replace an earlier one but not its own manifest.
func CreateFile(path, manifest string) (*File, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".json":
	default:
		return nil, fmt.Errorf("report %s: name it .csv or .json, which says what is written", path)
	}
	if here, err := os.Stat(path); err == nil {
		if from, err := os.Stat(manifest); err == nil && os.SameFile(here, from) {
			return nil, fmt.Errorf("report %s is the manifest itself: name another file", path)
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".clearance-*")
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return &File{path: path, temp: temp}, nil
}

// Write writes the report and gives it its name.
func (f *File) Write(r Report) error {
	out := bufio.NewWriter(f.temp)
	write := r.WriteCSV
	if strings.EqualFold(filepath.Ext(f.path), ".json") {
		write = r.WriteJSON
	}
	err := errors.Join(write(out), out.Flush(), f.temp.Chmod(0o644), f.temp.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return os.Rename(f.temp.Name(), f.path)
}

// Discard removes what was not written to the end; after Write it does nothing.
func (f *File) Discard() {
	// Either is gone already, or there is nothing to be done about it.
	_ = f.temp.Close()
	_ = os.Remove(f.temp.Name())
}

// WriteCSV writes the head as lines of "# key: value", then the manifest's
// columns followed by the report's. Entries of a list are parted by semicolons.
func (r Report) WriteCSV(w io.Writer) error {
	h := r.Head
	place := func(names []string, all string) string {
		if len(names) == 0 {
			return all
		}
		return strings.Join(names, separator)
	}
	until := "now"
	if h.Until != nil {
		until = h.Until.UTC().Format(time.RFC3339)
	}
	licensee := h.Licensee
	if licensee == "" {
		licensee = "anybody"
	}
	bills := make([]string, len(h.Grants))
	for i, bill := range h.Grants {
		bills[i] = fmt.Sprintf("%s for %d", bill.Cost, bill.Works)
	}
	for _, line := range [][2]string{
		{"report", "may the works of a manifest be used?"},
		{"manifest", table.Clean(h.Manifest)},
		{"manifest_sha256", h.ManifestSHA256},
		{"chain_id", table.Clean(h.ChainID)},
		{"height", strconv.FormatInt(h.Height, 10)},
		{"block_time", h.Time.Format(time.RFC3339Nano)},
		{"app_hash", h.AppHash},
		{"use", h.Use},
		{"commercial", strconv.FormatBool(h.Commercial)},
		{"territories", place(h.Territories, "everywhere")},
		{"media", place(h.Media, "all")},
		{"until", until},
		{"licensee", licensee},
		{"rows", strconv.Itoa(h.Rows)},
		{"distinct", strconv.Itoa(h.Distinct)},
		{"allowed", strconv.Itoa(h.Allowed)},
		{"needs_grant", strconv.Itoa(h.NeedsGrant)},
		{"denied", strconv.Itoa(h.Denied)},
		{"unknown", strconv.Itoa(h.Unknown)},
		{"reasons", counted(h.Reasons)},
		{"notices", counted(h.Notices)},
		{"obligations", counted(h.Obligations)},
		{"grants", strings.Join(bills, separator)},
		{"grants_are", "of each work the cheapest that serves"},
	} {
		if _, err := fmt.Fprintf(w, "# %s: %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	out := csv.NewWriter(w)
	added, items := reportColumns, r.Manifest.HasItems()
	if items {
		added = slices.Concat(added, itemColumns)
	}
	if err := out.Write(slices.Concat(r.Manifest.Columns, added)); err != nil {
		return err
	}
	for _, row := range r.Manifest.Rows {
		answer := r.Answer(row)
		added := cells(answer)
		if items {
			added = append(added, withdrawn(answer)...)
		}
		if err := out.Write(slices.Concat(row.Cells, added)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// counted writes how often each code is there.
func counted(counts map[string]int) string {
	codes := ByRows(counts)
	for i, code := range codes {
		codes[i] = fmt.Sprintf("%s=%d", table.Clean(code), counts[code])
	}
	return strings.Join(codes, separator)
}

// cells are the report's columns of a row.
func cells(rights licensetypes.Rights) []string {
	price, perUse := prices(rights)
	return []string{
		VerdictWord(rights.Verdict), strings.Join(Codes(rights), separator), rights.Permission,
		strings.Join(price, separator), strings.Join(perUse, separator), strings.Join(NoticeCodes(rights), separator),
		strings.Join(duties(rights), separator),
	}
}

// withdrawn are the columns of a row about an item: since when it is taken back, and by which of the work's withdrawals.
func withdrawn(rights licensetypes.Rights) []string {
	reason := Withdrawal(rights)
	if reason == nil {
		return []string{"", ""}
	}
	return []string{reason.At.UTC().Format(time.RFC3339Nano), strconv.FormatUint(reason.Withdrawal, 10)}
}

// prices are those of the grants that are needed and of each use, one an
// alternative. A free grant costs "0".
func prices(rights licensetypes.Rights) (grants, perUse []string) {
	if coins, ok := Price(rights); ok {
		grants = []string{"0"}
		if len(coins) > 0 {
			grants = strings.Split(coins.String(), ",")
		}
	}
	if coins, ok := PerUse(rights); ok {
		perUse = strings.Split(coins.String(), ",")
	}
	return grants, perUse
}

// rowJSON is a row of a report for programs.
type rowJSON struct {
	Line    int    `json:"line"`
	Subject string `json:"subject"`
	// Item of the subject's manifest, its SHA-256; none: the row is about the subject itself.
	Item string `json:"item,omitempty"`
	// WithdrawnAt is since when it is taken back, Withdrawal by which of the work's withdrawals.
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
	Withdrawal  uint64     `json:"withdrawal,omitempty"`
	// Columns of the manifest.
	Columns     map[string]string `json:"columns"`
	Verdict     string            `json:"verdict"`
	Reasons     []string          `json:"reasons"`
	Notices     []string          `json:"notices"`
	Obligations []string          `json:"obligations"`
	Price       []string          `json:"price"`
	PricePerUse []string          `json:"price_per_use"`
	// Rights is the chain's whole answer.
	Rights json.RawMessage `json:"rights"`
}

// WriteJSON writes the head and the rows, each with the chain's whole answer.
func (r Report) WriteJSON(w io.Writer) error {
	head, err := json.MarshalIndent(r.Head, "  ", "  ")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n  \"head\": %s,\n  \"rows\": [", head); err != nil {
		return err
	}
	for i, row := range r.Manifest.Rows {
		line, err := r.rowJSON(row)
		if err != nil {
			return err
		}
		end := ","
		if i == len(r.Manifest.Rows)-1 {
			end = ""
		}
		if _, err := fmt.Fprintf(w, "\n    %s%s", line, end); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "\n  ]\n}\n")
	return err
}

func (r Report) rowJSON(row Row) ([]byte, error) {
	rights := r.Answer(row)
	raw, err := (&jsonpb.Marshaler{OrigName: true}).MarshalToString(&rights)
	if err != nil {
		return nil, err
	}
	out := rowJSON{
		Line: row.Line, Subject: row.Subject, Columns: make(map[string]string, len(row.Cells)),
		Verdict: VerdictWord(rights.Verdict), Reasons: orNone(Codes(rights)), Notices: orNone(NoticeCodes(rights)),
		Rights: json.RawMessage(raw),
	}
	if out.Item = row.Item.Sha256.String(); out.Item != "" {
		if reason := Withdrawal(rights); reason != nil {
			out.WithdrawnAt, out.Withdrawal = reason.At, reason.Withdrawal
		}
	}
	for i, cell := range row.Cells {
		out.Columns[r.Manifest.Columns[i]] = cell
	}
	price, perUse := prices(rights)
	out.Price, out.PricePerUse, out.Obligations = orNone(price), orNone(perUse), orNone(duties(rights))
	return json.Marshal(out)
}
