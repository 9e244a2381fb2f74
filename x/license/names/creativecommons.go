package names

import (
	"strings"
	"sync"
)

// creativeCommons is what the id of a licence of Creative Commons is made of.
type creativeCommons struct {
	// elements is the id without version and port: CC-BY-NC-SA, CC0.
	elements string
	// version orders versions of one licence.
	version string
	// ports: there are editions for jurisdictions, -DE; portedOnly: no other.
	ports, portedOnly bool
}

// ported finds the licences that there are ports of.
var ported = sync.OnceValue(indexPorted)

func indexPorted() map[string]*row {
	index := map[string]*row{}
	for _, r := range table() {
		if r.cc.ports {
			index[strings.ToLower(r.id)] = r
		}
	}
	return index
}

// creativeCommonsRows builds the six licences in all versions, CC0 and the mark.
func creativeCommonsRows() []*row {
	list := []*row{
		dedication("CC0-1.0", "CC0", "CC0 1.0 section 2, 3"),
		dedication("CC-PDM-1.0", "CC-PDM", "PDM 1.0, the statement"),
	}
	for _, elements := range []string{"CC-BY", "CC-BY-SA", "CC-BY-NC", "CC-BY-ND", "CC-BY-NC-SA", "CC-BY-NC-ND"} {
		for _, version := range []string{"1.0", "2.0", "2.1", "2.5", "3.0", "4.0"} {
			cc := creativeCommons{elements: elements, version: version}
			cc.ports, cc.portedOnly = version != "4.0", version == "2.1"
			r := &row{id: elements + "-" + version, cc: cc, facts: cc.facts()}
			// 3(b)(1)(a) of BY-SA 4.0, and creativecommons.org/compatiblelicenses.
			if r.id == "CC-BY-SA-4.0" {
				r.into = []string{"GPL-3.0-only", "LAL-1.3"}
			}
			list = append(list, r)
		}
	}
	return list
}

func dedication(id, elements, clause string) *row {
	return &row{
		id: id, aliases: []string{elements}, publicDomain: true,
		cc: creativeCommons{elements: elements, version: "1.0"},
		facts: Facts{
			Commercial: true, NoFurther: true, Free: true, Irrevocable: true,
			Clauses: Clauses{
				Commercial: clause, Attribution: clause, Derivatives: clause,
				NoFurther: clause, Free: clause, Irrevocable: clause,
			},
		},
	}
}

// facts reads the elements. The clauses are those of version 4.0 or of the versions
// before, which number theirs alike.
func (cc creativeCommons) facts() Facts {
	has := func(element string) bool { return strings.Contains(cc.elements+"-", "-"+element+"-") }
	nc, nd, sa := has("NC"), has("ND"), has("SA")
	f := Facts{Commercial: !nc, Attribution: true, NoFurther: true, Free: true, Irrevocable: true}
	switch {
	case nd:
		f.Derivatives = None
	case sa:
		f.Derivatives = ShareAlike
	}
	section := "CC " + strings.TrimPrefix(cc.elements, "CC-") + " " + cc.version + " section "
	if cc.version == "4.0" {
		f.Clauses = Clauses{
			Commercial: section + "2(a)(1)", Attribution: section + "3(a)", Derivatives: section + "2(a)(1)(B)",
			NoFurther: section + "2(a)(5)(B)", Free: section + "2(a)(1), 2(b)(3)", Irrevocable: section + "2(a)(1), 6(c)",
		}
		if sa {
			f.Clauses.Derivatives, f.Clauses.NoFurther = section+"3(b)", section+"2(a)(5)(C)"
		}
		return f
	}
	f.Clauses = Clauses{
		Commercial: section + "3", Derivatives: section + "3", NoFurther: section + "4(a)",
		Free: section + "3", Irrevocable: section + "7(b)",
	}
	// After 4(a) come share-alike, non-commercial and attribution, each that is there.
	letter := byte('b')
	next := func() string {
		letter++
		return section + "4(" + string(letter-1) + ")"
	}
	if sa {
		f.Clauses.Derivatives = next()
	}
	if nc {
		f.Clauses.Commercial = next()
	}
	f.Clauses.Attribution = next()
	return f
}
