package names

import (
	"strings"
	"sync"
)

// called is what the world calls some rows of the table, and where their texts are: the columns
// of titles and addresses.
type called struct {
	// ids are the rows: editions of one licence.
	ids []string
	// version stands behind each title, and may be left out; empty: there is but one.
	version string
	titles  []string
	// addresses are where the text is, without scheme and www; what follows one after a slash,
	// a point or a sign of an anchor is the same text.
	addresses []string
}

// calledRows lists them, the newest version of a licence last: a title without one is its.
func calledRows() []called {
	list := append(creativeCommonsTitles(), openTitles()...)
	list = append(list, gnuTitles()...)
	return append(list, modelTitles()...)
}

// creativeCommonsTitles follow from the elements. Words such as attribution fold to the letters.
func creativeCommonsTitles() []called {
	list := []called{
		{
			[]string{"CC0-1.0"},
			"1.0",
			[]string{
				"CC0", "CC Zero", "Creative Commons Zero", "Creative Commons 0", "CC0 Public Domain Dedication",
				"Creative Commons CC0", "Creative Commons CC Zero",
				"Creative Commons CC0 Public Domain Dedication",
				"Creative Commons Public Domain Dedication",
				"CC Zero Public Domain Dedication",
			},
			[]string{"creativecommons.org/publicdomain/zero"},
		},
		{
			[]string{"CC-PDM-1.0"},
			"1.0",
			[]string{
				"Public Domain Mark",
				"CC Public Domain Mark", "Public Domain", "PDM",
			},
			[]string{"creativecommons.org/publicdomain/mark"},
		},
	}
	orders := map[string]string{"CC-BY-NC-SA": "BY-SA-NC", "CC-BY-NC-ND": "BY-ND-NC"} // ND-NC in version 1.0
	for _, r := range creativeCommonsRows() {
		elements := strings.TrimPrefix(r.cc.elements, "CC-")
		if !strings.HasPrefix(elements, "BY") {
			continue
		}
		c := called{ids: []string{r.id}, version: r.cc.version}
		for _, order := range []string{elements, orders[r.cc.elements]} {
			if order != "" {
				c.titles = append(c.titles, order, "CC-"+order, "CC-"+order+" Public")
				c.addresses = append(c.addresses, "creativecommons.org/licenses/"+strings.ToLower(order)+"/"+r.cc.version)
			}
		}
		list = append(list, c)
	}
	return list
}

func openTitles() []called {
	return []called{
		{[]string{"MIT"}, "", []string{
			"MIT", "MIT MIT", "Expat", "MIT Expat", "MIT X11",
		}, []string{"mit-license.org"}},
		{[]string{"BSD-2-Clause"}, "", []string{
			"BSD 2-Clause", "BSD 2-Clause Simplified", "Simplified BSD", "BSD Simplified", "FreeBSD",
			"2-Clause BSD", "BSD Two Clause", "Two-Clause BSD", "BSD 2",
		}, nil},
		{[]string{"BSD-3-Clause"}, "", []string{
			"BSD 3-Clause", "BSD 3-Clause New or Revised", "BSD 3-Clause New", "BSD 3-Clause Revised",
			"New BSD", "BSD New", "Revised BSD", "BSD Revised",
			"Modified BSD", "New or Revised BSD", "3-Clause BSD", "BSD Three Clause", "Three-Clause BSD",
			"BSD 3", "BSD",
		}, nil},
		{[]string{"Apache-2.0"}, "2.0", []string{
			"Apache", "Apache Software", "Apache Software Foundation",
			"Apache Public", "ASL", "AL2",
		}, []string{
			"apache.org/licenses/license-2.0",
		}},
		{[]string{"MPL-2.0"}, "2.0", []string{
			"MPL", "Mozilla Public",
			"Mozilla",
		}, []string{"mozilla.org/mpl/2.0", "mozilla.org/en-us/mpl/2.0"}},
		{[]string{"OFL-1.1"}, "1.1", []string{"OFL", "SIL OFL", "SIL Open Font", "Open Font"}, []string{
			"openfontlicense.org", "scripts.sil.org/ofl", "software.sil.org/oflx",
			"scripts.sil.org/cms/scripts/page.php",
		}},
		{[]string{"ODbL-1.0"}, "1.0", []string{
			"ODbL", "Open Database", "Open Data Commons Open Database",
			"ODC ODbL", "ODC Open Database",
		}, []string{
			"opendatacommons.org/licenses/odbl",
		}},
		{[]string{"ODC-By-1.0"}, "1.0", []string{
			"ODC-By", "Open Data Commons Attribution",
			"Open Data Commons By",
		}, []string{
			"opendatacommons.org/licenses/by",
		}},
		{[]string{"PDDL-1.0"}, "1.0", []string{
			"PDDL", "Public Domain Dedication", "Public Domain Dedication and License",
			"Open Data Commons Public Domain Dedication",
			"Open Data Commons Public Domain Dedication and License", "ODC PDDL",
			"ODC Public Domain Dedication and License",
		}, []string{"opendatacommons.org/licenses/pddl"}},
		{[]string{"LAL-1.3"}, "1.3", []string{"LAL", "FAL", "Free Art", "Art Libre", "Licence Art Libre"}, []string{
			"artlibre.org/licence/lal", "artlibre.org/lal", "artlibre.org/licence",
		}},
	}
}

// orLater are ways to say that later versions may be chosen. The word version is not in a key.
var orLater = []string{
	" or later", " or any later", " or at your option any later", " and later", " and any later",
	" or newer", " or any newer", " or higher", " or greater", " plus",
}

// gnuTitles are those of GNU's licences. Who says neither only nor later means the text.
func gnuTitles() []called {
	var list []called
	for _, l := range []struct {
		short, version string
		titles         []string
		addresses      []string
	}{
		{"LGPL", "2.1", []string{
			"LGPL", "Lesser General Public", "Lesser GPL",
			"Library General Public", "Library GPL",
		}, []string{
			"gnu.org/licenses/lgpl-2.1", "gnu.org/licenses/old-licenses/lgpl-2.1",
		}},
		{"LGPL", "3.0", []string{"LGPL", "Lesser General Public", "Lesser GPL"}, []string{
			"gnu.org/licenses/lgpl",
			"gnu.org/licenses/lgpl-3.0",
		}},
		{"GPL", "2.0", []string{"GPL", "General Public"}, []string{
			"gnu.org/licenses/gpl-2.0",
			"gnu.org/licenses/old-licenses/gpl-2.0",
		}},
		{"GPL", "3.0", []string{"GPL", "General Public"}, []string{
			"gnu.org/licenses/gpl",
			"gnu.org/licenses/gpl-3.0",
		}},
		{"AGPL", "3.0", []string{"AGPL", "Affero General Public", "Affero GPL"}, []string{
			"gnu.org/licenses/agpl",
			"gnu.org/licenses/agpl-3.0",
		}},
	} {
		ids := []string{l.short + "-" + l.version + "-or-later", l.short + "-" + l.version + "-only"}
		later := called{ids: ids, addresses: l.addresses}
		only := called{ids: ids[1:], addresses: l.addresses}
		for _, title := range l.titles {
			for _, suffix := range orLater {
				later.titles = append(later.titles, title+" "+l.version+suffix, title+suffix)
			}
			only.titles = append(only.titles, title+" "+l.version+" only", title+" only")
		}
		list = append(list, later, only)
		list = append(list, called{ids: ids[1:], version: l.version, titles: l.titles})
	}
	return list
}

func modelTitles() []called {
	list := []called{
		{[]string{"LicenseRef-OpenRAIL-M"}, "", []string{
			"OpenRAIL-M", "OpenRAIL", "Open RAIL M License", "Open Responsible AI M",
			"Open Responsible AI", "Open and Responsible AI", "RAIL-M",
		}, nil},
		{[]string{"LicenseRef-CreativeML-OpenRAIL-M"}, "", []string{"CreativeML OpenRAIL-M", "CreativeML OpenRAIL"}, []string{
			"huggingface.co/spaces/compvis/stable-diffusion-license",
		}},
		{[]string{"LicenseRef-BigScience-OpenRAIL-M"}, "", []string{
			"BigScience OpenRAIL-M", "BigScience OpenRAIL", "BigScience RAIL", "BigScience RAIL 1.0",
			"BigScience BLOOM RAIL", "BLOOM RAIL 1.0",
		}, []string{"huggingface.co/spaces/bigscience/license", "bigscience.huggingface.co/blog/the-bigscience-rail-license"}},
		{[]string{"LicenseRef-Gemma"}, "", []string{
			"Gemma", "Gemma Terms of Use",
			"Google Gemma", "Google Gemma Terms of Use",
		}, []string{
			"ai.google.dev/gemma/terms",
		}},
	}
	for _, l := range []struct {
		version   string
		addresses []string
	}{
		{"2", []string{"ai.meta.com/llama/license", "ai.meta.com/resources/models-and-libraries/llama-downloads"}},
		{"3", []string{"llama.meta.com/llama3/license", "llama.com/llama3/license"}},
		{"3.1", []string{"llama.meta.com/llama3_1/license", "llama.com/llama3_1/license"}},
	} {
		c := called{ids: []string{"LicenseRef-Llama-" + l.version + "-Community"}, addresses: l.addresses}
		for _, maker := range []string{"", "Meta "} {
			for _, what := range []string{"", " Community"} {
				c.titles = append(c.titles, maker+"Llama "+l.version+what, maker+"Llama"+what)
			}
		}
		list = append(list, c)
	}
	return list
}

// byTitle finds rows by folded titles with their version, byBareTitle by those without, by which
// nobody can tell a port.
var (
	byTitle     = sync.OnceValue(func() map[string]*row { return indexTitles(true) })
	byBareTitle = sync.OnceValue(func() map[string]*row { return indexTitles(false) })
)

func indexTitles(versioned bool) map[string]*row {
	rows := rowsByID()
	index := map[string]*row{}
	for _, c := range calledRows() {
		for _, title := range c.titles {
			switch r := rows[c.ids[0]]; {
			case versioned:
				for _, t := range c.ended(title) {
					index[key(t)] = r
				}
			case c.version != "":
				index[key(title)] = r
			}
		}
	}
	return index
}

func rowsByID() map[string]*row {
	rows := map[string]*row{}
	for _, r := range table() {
		rows[r.id] = r
	}
	return rows
}

// byAddress finds the rows whose text is at an address.
var byAddress = sync.OnceValue(indexAddresses)

func indexAddresses() map[string][]*row {
	rows := rowsByID()
	index := map[string][]*row{}
	for _, c := range calledRows() {
		for _, address := range c.addresses {
			for _, id := range c.ids {
				index[address] = append(index[address], rows[id])
			}
		}
	}
	for _, r := range table() { // lists that have all names
		for _, name := range append([]string{r.id}, r.aliases...) {
			for _, list := range []string{
				"spdx.org/licenses/", "opensource.org/licenses/",
				"opensource.org/license/", "choosealicense.com/licenses/",
			} {
				index[list+strings.ToLower(name)] = append(index[list+strings.ToLower(name)], r)
			}
		}
	}
	return index
}

// TextAt says whose text an address is: the licences that it is one of, by their ids. None: of
// no licence that the table has.
func TextAt(uri string) (ids []string) {
	for _, r := range rowsAt(uri) {
		ids = append(ids, r.id)
	}
	return ids
}

func rowsAt(uri string) []*row {
	s := strings.ToLower(uri)
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	s = strings.TrimPrefix(s, "www.")
	for end := len(s); end > 0; end = strings.LastIndexAny(s[:end], "/.#?") {
		if rows := byAddress()[strings.TrimRight(s[:end], "/")]; rows != nil {
			return rows
		}
	}
	return nil
}

// Names says whether one of the licences that apply has its text at an address; true for an
// address that is none's.
func (l Licence) Names(uri string) bool {
	rows := rowsAt(uri)
	if rows == nil {
		return true
	}
	for _, r := range rows {
		for _, p := range l.parts {
			if p.row == r {
				return true
			}
		}
	}
	return false
}
