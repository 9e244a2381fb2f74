// Package paywall puts the chain's rules before a site: a folder of files, or a server behind. What a map names is
// handed over to whoever may use the work so, or pays for it by x402; the rest is served as it is.
package paywall

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/sheet"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// MaxRows is how many rows a map has.
const MaxRows = 100_000

// Row says what is behind a path.
type Row struct {
	// Path is an address on the site, from its slash on; one that ends in /* is everything below.
	Path string
	// Work that is there: its id, or the SHA-256 of its content.
	Work string
	// Use that fetching it is.
	Use licensetypes.Use
	// Line of the table.
	Line int
}

// Map finds what is behind a path. The longest that fits counts.
type Map struct {
	exact map[string]Row
	below map[string]Row // by the folder, with its slash
	rows  []Row          // all, in their order
}

// columns of a map.
var columns = []string{"path", "work", "use", "commercial", "territory", "medium"}

// ReadMap reads a table with the columns path, work and use, and perhaps commercial, territory and medium. It fails with
// all rows that are wrong.
func ReadMap(r io.Reader, name string, now time.Time) (*Map, error) {
	table, err := sheet.Read(r, name, sheet.Options{})
	if err != nil {
		return nil, err
	}
	places, err := table.Places(columns...)
	if err != nil {
		return nil, err
	}
	for _, needed := range columns[:3] {
		if _, there := places[needed]; !there {
			return nil, fmt.Errorf("%s: the first line names the columns path,work,use, and perhaps commercial,territory,medium", name)
		}
	}
	if unknown := table.Unknown(columns...); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: the columns %q are none of a map: they are %q", name, unknown, columns)
	}
	m := &Map{exact: map[string]Row{}, below: map[string]Row{}}
	var bad []error
	for i, row := range table.Body() {
		if i == MaxRows {
			return nil, fmt.Errorf("%s: a map has at most %d rows; one that ends in /* stands for a folder", name, MaxRows)
		}
		cell := func(column string) string {
			at, there := places[column]
			if !there || at >= len(row.Cells) {
				return ""
			}
			return strings.TrimSpace(row.Cells[at])
		}
		if err := m.add(cell, row.Line, now); err != nil {
			bad = append(bad, fmt.Errorf("%s: line %d: %w", name, row.Line, err))
		}
	}
	if len(bad) > 0 {
		return nil, sheet.Join(bad)
	}
	return m, nil
}

func (m *Map) add(cell func(string) string, line int, now time.Time) error {
	r := Row{Path: cell("path"), Work: cell("work"), Line: line}
	if _, err := registrytypes.ParseWorkID(r.Work); err != nil {
		if _, notDigest := registrytypes.ParseDigest("work", r.Work); notDigest != nil {
			return err
		}
	}
	commercial := false
	if text := cell("commercial"); text != "" {
		var err error
		if commercial, err = strconv.ParseBool(text); err != nil {
			return fmt.Errorf("commercial is true or false, not %q", text)
		}
	}
	var err error
	r.Use, err = rights.ParseUse(rights.Wish{
		Action: cell("use"), Commercial: commercial, Territories: listed(cell("territory")), Media: listed(cell("medium")),
	}, now)
	if err != nil {
		return err
	}
	folder, isFolder := strings.CutSuffix(r.Path, "*")
	if !strings.HasPrefix(r.Path, "/") || isFolder && !strings.HasSuffix(folder, "/") || strings.Contains(folder, "*") {
		return fmt.Errorf("the path %q is neither /a/file nor /a/folder/*", r.Path)
	}
	into, key := m.exact, r.Path
	if isFolder {
		into, key = m.below, folder
	}
	if clean(key) != nil {
		return fmt.Errorf("the path %q: %w", r.Path, clean(key))
	}
	if _, twice := into[key]; twice {
		return fmt.Errorf("the path %q is there twice", r.Path)
	}
	into[key] = r
	m.rows = append(m.rows, r)
	return nil
}

func listed(cell string) []string {
	if cell == "" {
		return nil
	}
	return []string{cell}
}

// Find is what is behind a path; false: nothing that is mapped. A file has what seems to lie below it too: servers read
// /a.php/b as /a.php. The path is one that clean has passed.
func (m *Map) Find(at string) (Row, bool) {
	if row, there := m.exact[at]; there {
		return row, true
	}
	for end := len(at); end > 0; {
		cut := strings.LastIndexByte(at[:end], '/')
		if cut < 0 {
			return Row{}, false
		}
		if row, there := m.below[at[:cut+1]]; there {
			return row, true
		}
		if row, there := m.exact[at[:cut]]; there {
			return row, true
		}
		end = cut
	}
	return Row{}, false
}

// errUnclean is of a path that names something in a roundabout way.
var errUnclean = errors.New("write it in the one way: no //, no /./ or /../, no backslash, no control characters, and nothing encoded that need not be")

// clean fails with errUnclean for a path that means another one: what is behind a server may take it for what the map names.
func clean(at string) error {
	rest := strings.TrimSuffix(at, "/")
	if at == "/" {
		return nil
	}
	if rest == "" || path.Clean(rest) != rest || strings.ContainsFunc(at, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f || r == ';' || r == '%' }) {
		return errUnclean
	}
	return nil
}
