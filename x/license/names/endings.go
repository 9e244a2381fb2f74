package names

import (
	"strings"
	"sync"
)

// endings are what stands behind the title and the version in a licence's own text or notice,
// mostly its date, by the id that such a title is of.
var endings = map[string][]string{
	"CC0-1.0":       {"Public Domain Dedication"},
	"Apache-2.0":    {"January 2004"},
	"OFL-1.1":       {"26 February 2007", "February 2007"},
	"LGPL-2.1-only": {"February 1999"},
	"LGPL-3.0-only": {"29 June 2007", "June 2007"},
	"GPL-2.0-only":  {"June 1991"},
	"GPL-3.0-only":  {"29 June 2007", "June 2007"},
	"AGPL-3.0-only": {"19 November 2007", "November 2007"},

	"LicenseRef-CreativeML-OpenRAIL-M": {"dated August 22 2022", "August 22 2022"},
	"LicenseRef-BigScience-OpenRAIL-M": {"dated May 19 2022", "May 19 2022"},
	"LicenseRef-Llama-2-Community":     {"Release Date July 18 2023"},
	"LicenseRef-Llama-3-Community":     {"Release Date April 18 2024"},
	"LicenseRef-Llama-3.1-Community":   {"Release Date July 23 2024"},
}

// ended lists a title, its version with it if there is one, and both with each ending.
func (c called) ended(title string) []string {
	title = strings.TrimSpace(title + " " + c.version)
	list := []string{title}
	ends := endings[c.ids[0]]
	if strings.HasPrefix(c.ids[0], "CC-BY") {
		ends = []string{"Public"} // ... 4.0 International Public License
	}
	for _, ending := range ends {
		list = append(list, title+" "+ending)
	}
	return list
}

// jurisdictions are those that Creative Commons ported licences to, as titles of ports name them:
// Attribution 3.0 Germany.
var jurisdictions = []string{
	"Argentina", "Armenia", "Australia", "Austria", "Azerbaijan", "Belgium", "Brazil", "Bulgaria",
	"Canada", "Chile", "China", "China Mainland", "Mainland China", "Colombia", "Costa Rica", "Croatia",
	"Czech Republic", "Denmark",
	"Ecuador", "Egypt", "Estonia", "Finland", "France", "Georgia", "Germany", "Greece", "Guatemala",
	"Hong Kong", "Hungary", "India", "Intergovernmental Organization", "Intergovernmental Organizations",
	"Ireland", "Israel", "Italy", "Japan", "Korea", "South Korea", "Luxembourg", "Macedonia",
	"Malaysia", "Malta", "Mexico", "Netherlands", "New Zealand", "Norway", "Peru", "Philippines",
	"Poland", "Portugal", "Puerto Rico", "Romania", "Serbia", "Singapore", "Slovenia", "South Africa",
	"Spain", "Sweden", "Switzerland", "Taiwan", "Thailand", "Uganda", "Ukraine",
	"UK England and Wales", "UK England Wales", "England and Wales", "England Wales", "UK Scotland",
	"Scotland",
	"United Kingdom", "United States", "United States of America", "Venezuela", "Vietnam",
}

var jurisdictionKeys = sync.OnceValue(indexJurisdictions)

func indexJurisdictions() map[string]bool {
	keys := map[string]bool{}
	for _, j := range jurisdictions {
		keys[key(j)] = true
	}
	return keys
}

// withoutPort is a key without the code or the name of a jurisdiction behind its version; empty: it
// has none there.
func withoutPort(k string) string {
	version := strings.LastIndexAny(k, digits) + 1
	port := k[version:]
	if jurisdictionKeys()[port] || len(port) == 2 || len(port) == 3 {
		return k[:version]
	}
	return ""
}
