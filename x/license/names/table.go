package names

import (
	"strings"
	"sync"
)

// row is what the table has of one licence.
type row struct {
	// id is the name, as SPDX spells it; LicenseRef-... for what SPDX does not list.
	id string
	// aliases are other names that are taken on input.
	aliases []string
	facts   Facts
	// into are the licences that a shared-alike derivative may be offered under
	// instead; those of Creative Commons follow from cc.
	into []string
	// not are the licences that admit no part under this one, though it would not
	// mind.
	not          []string
	publicDomain bool
	cc           creativeCommons
}

// exception is an additional permission that stands after WITH.
type exception struct {
	id string
	// to is how the ids of the licences begin that it was written for.
	to string
	// weak: what only includes or links the work may have other terms.
	weak bool
	// admitted: parts of works under it go into those that refuse its licence alone.
	admitted bool
}

// exceptions are those that the chain knows. Classpath: its second sentence. GCC: section 1.
// LLVM: the second paragraph, which waives what conflicts with GPL-2.0.
var exceptions = []exception{
	{id: "Classpath-exception-2.0", to: "GPL-", weak: true},
	{id: "GCC-exception-3.1", to: "GPL-3.0-", weak: true},
	{id: "LLVM-exception", to: "Apache-2.0", admitted: true},
}

// exceptionOf finds an exception in any case.
func exceptionOf(id string) (exception, bool) {
	for _, e := range exceptions {
		if strings.EqualFold(e.id, id) {
			return e, true
		}
	}
	return exception{}, false
}

// table has all rows. No row of it asks for a fee or a royalty.
var table = sync.OnceValue(allRows)

// byName and byFold find rows by names in small letters, and by folded names.
var (
	byName = sync.OnceValue(indexNames)
	byFold = sync.OnceValue(indexFolds)
)

func allRows() []*row {
	list := append(creativeCommonsRows(), openRows()...)
	list = append(list, copyleftRows()...)
	return append(list, modelRows()...)
}

func indexNames() map[string]*row {
	index := map[string]*row{}
	for _, r := range table() {
		if r.cc.portedOnly {
			continue
		}
		for _, name := range append([]string{r.id}, r.aliases...) {
			index[strings.ToLower(name)] = r
		}
	}
	return index
}

func indexFolds() map[string]*row {
	index := map[string]*row{}
	for _, r := range table() {
		for _, name := range append([]string{r.id}, r.aliases...) {
			if k := key(strings.TrimPrefix(name, ownPrefix)); index[k] == nil {
				index[k] = r
			}
		}
	}
	return index
}

// openRows are licences that let a derivative have other terms, and dedications.
func openRows() []*row {
	var (
		mit   = "MIT, permission notice"
		three = "BSD-3-Clause, first sentence and its conditions"
		two   = "BSD-2-Clause, first sentence and its conditions"
	)
	// short is a licence of one paragraph, which names no end and no price.
	short := func(id, grant, notice string) *row {
		return &row{id: id, facts: Facts{
			Commercial: true, Attribution: true, Free: true, Irrevocable: true,
			Clauses: Clauses{
				Commercial: grant, Attribution: notice, Derivatives: grant, NoFurther: grant, Free: grant, Irrevocable: grant,
			},
		}}
	}
	return []*row{
		short("MIT", mit, "MIT, second paragraph"),
		short("BSD-2-Clause", two, "BSD-2-Clause conditions 1, 2"),
		short("BSD-3-Clause", three, "BSD-3-Clause conditions 1, 2"),
		{
			id:  "Apache-2.0",
			not: []string{"GPL-2.0-only", "GPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later"},
			facts: Facts{
				Commercial: true, Attribution: true, Free: true, Irrevocable: true,
				Clauses: Clauses{
					Commercial: "Apache-2.0 section 2", Attribution: "Apache-2.0 section 4(c), 4(d)", Derivatives: "Apache-2.0 section 2",
					NoFurther: "Apache-2.0 section 4, last paragraph", Free: "Apache-2.0 section 2", Irrevocable: "Apache-2.0 section 2",
				},
			},
		},
		{id: "ODC-By-1.0", aliases: []string{"ODC-By"}, facts: Facts{
			Commercial: true, Attribution: true, NoFurther: true, Free: true, Irrevocable: true,
			Clauses: Clauses{
				Commercial: "ODC-By-1.0 section 3.1", Attribution: "ODC-By-1.0 section 4.2, 4.3", Derivatives: "ODC-By-1.0 section 3.1(b)",
				NoFurther: "ODC-By-1.0 section 4.4", Free: "ODC-By-1.0 section 3.1, 3.2", Irrevocable: "ODC-By-1.0 section 9",
			},
		}},
		{id: "PDDL-1.0", aliases: []string{"PDDL"}, publicDomain: true, facts: Facts{
			Commercial: true, NoFurther: true, Free: true, Irrevocable: true,
			Clauses: Clauses{
				Commercial: "PDDL-1.0 section 3", Attribution: "PDDL-1.0 section 3", Derivatives: "PDDL-1.0 section 3",
				NoFurther: "PDDL-1.0 section 3", Free: "PDDL-1.0 section 3", Irrevocable: "PDDL-1.0 section 3",
			},
		}},
	}
}

// Licences that others name as those to change to.
var (
	lgpl3  = []string{"LGPL-3.0-only", "LGPL-3.0-or-later"}
	gpl3   = []string{"GPL-3.0-only", "GPL-3.0-or-later"}
	agpl3  = []string{"AGPL-3.0-only", "AGPL-3.0-or-later"}
	anyGPL = append([]string{"GPL-2.0-only", "GPL-2.0-or-later"}, gpl3...)
)

// copyleftRows are licences that a derivative keeps.
func copyleftRows() []*row {
	gpl2Clauses := Clauses{
		Commercial: "GPL-2.0 section 1", Attribution: "GPL-2.0 section 1", Derivatives: "GPL-2.0 section 2(b)",
		NoFurther: "GPL-2.0 section 6", Free: "GPL-2.0 section 2(b)", Irrevocable: "GPL-2.0 section 4, 6",
	}
	gpl3Clauses := Clauses{
		Commercial: "GPL-3.0 section 2, 4", Attribution: "GPL-3.0 section 4, 5(a)", Derivatives: "GPL-3.0 section 5(c)",
		NoFurther: "GPL-3.0 section 10", Free: "GPL-3.0 section 10", Irrevocable: "GPL-3.0 section 2",
	}
	agplClauses := Clauses{
		Commercial: "AGPL-3.0 section 2, 4", Attribution: "AGPL-3.0 section 4, 5(a)", Derivatives: "AGPL-3.0 section 5(c)",
		NoFurther: "AGPL-3.0 section 10", Free: "AGPL-3.0 section 10", Irrevocable: "AGPL-3.0 section 2",
	}
	lgpl2Clauses := Clauses{
		Commercial: "LGPL-2.1 section 1", Attribution: "LGPL-2.1 section 1", Derivatives: "LGPL-2.1 section 2(c), 5, 6",
		NoFurther: "LGPL-2.1 section 10", Free: "LGPL-2.1 section 2(c)", Irrevocable: "LGPL-2.1 section 8, 10",
	}
	// LGPL-3.0 is GPL-3.0 with additional permissions.
	lgpl3Clauses := gpl3Clauses
	lgpl3Clauses.Derivatives = "LGPL-3.0 section 2, 4"
	keeps := func(id string, aliases []string, weak bool, clauses Clauses, into ...string) *row {
		return &row{id: id, aliases: aliases, into: into, facts: Facts{
			Commercial: true, Attribution: true, Derivatives: ShareAlike, Weak: weak, NoFurther: true, Free: true, Irrevocable: true,
			Clauses: clauses,
		}}
	}
	mplInto := append(append(append(append([]string{}, anyGPL...), agpl3...), lgpl3...), "LGPL-2.1-only", "LGPL-2.1-or-later")
	return []*row{
		keeps("MPL-2.0", nil, true, Clauses{
			Commercial: "MPL-2.0 section 2.1", Attribution: "MPL-2.0 section 3.4", Derivatives: "MPL-2.0 section 3.1, 3.3",
			NoFurther: "MPL-2.0 section 3.1", Free: "MPL-2.0 section 2.1", Irrevocable: "MPL-2.0 section 2.1, 5.1",
		}, mplInto...), // section 1.12 and 3.3: secondary licences
		// Section 3: the GPL of version 2 or of any later one instead.
		keeps("LGPL-2.1-only", []string{"LGPL-2.1"}, true, lgpl2Clauses, anyGPL...),
		keeps("LGPL-2.1-or-later", []string{"LGPL-2.1+"}, true, lgpl2Clauses,
			append(append([]string{"LGPL-2.1-only"}, lgpl3...), anyGPL...)...),
		// Section 2(b), of version 3 alone.
		keeps("LGPL-3.0-only", []string{"LGPL-3.0"}, true, lgpl3Clauses, "GPL-3.0-only"),
		keeps("LGPL-3.0-or-later", []string{"LGPL-3.0+"}, true, lgpl3Clauses, append([]string{"LGPL-3.0-only"}, gpl3...)...),
		keeps("GPL-2.0-only", []string{"GPL-2.0"}, false, gpl2Clauses),
		// Section 9.
		keeps("GPL-2.0-or-later", []string{"GPL-2.0+"}, false, gpl2Clauses, append([]string{"GPL-2.0-only"}, gpl3...)...),
		keeps("GPL-3.0-only", []string{"GPL-3.0"}, false, gpl3Clauses),
		// Section 14.
		keeps("GPL-3.0-or-later", []string{"GPL-3.0+"}, false, gpl3Clauses, "GPL-3.0-only"),
		keeps("AGPL-3.0-only", []string{"AGPL-3.0"}, false, agplClauses),
		keeps("AGPL-3.0-or-later", []string{"AGPL-3.0+"}, false, agplClauses, "AGPL-3.0-only"),
		keeps("OFL-1.1", nil, true, Clauses{
			Commercial: "OFL-1.1 permission and condition 1", Attribution: "OFL-1.1 condition 2", Derivatives: "OFL-1.1 condition 5",
			NoFurther: "OFL-1.1 condition 5", Free: "OFL-1.1 permission", Irrevocable: "OFL-1.1 termination",
		}),
		keeps("ODbL-1.0", []string{"ODbL"}, false, Clauses{
			Commercial: "ODbL-1.0 section 3.1", Attribution: "ODbL-1.0 section 4.2, 4.3", Derivatives: "ODbL-1.0 section 4.4",
			NoFurther: "ODbL-1.0 section 4.7, 4.8", Free: "ODbL-1.0 section 3.1, 3.2", Irrevocable: "ODbL-1.0 section 9.2, 9.5",
		}),
		keeps("LAL-1.3", []string{"FAL-1.3", "FAL", "Free-Art-License-1.3"}, false, Clauses{
			Commercial: "FAL 1.3 article 2.2", Attribution: "FAL 1.3 article 2.2", Derivatives: "FAL 1.3 article 2.3, 4",
			NoFurther: "FAL 1.3 article 3, 5", Free: "FAL 1.3 article 2", Irrevocable: "FAL 1.3 article 8",
		}, "CC-BY-SA-4.0"),
	}
}

// modelRows are licences of AI models. SPDX lists none of them. They forbid uses
// and have that passed on, so no licence that allows no further restriction can
// follow them.
func modelRows() []*row {
	rail := func(id string, aliases ...string) *row {
		return &row{id: "LicenseRef-" + id, aliases: aliases, facts: Facts{
			Commercial: true, Attribution: true, Free: true, Irrevocable: true, PassesOn: true,
			Clauses: Clauses{
				Commercial: id + " section 2", Attribution: id + " section 4(d)", Derivatives: id + " section 2",
				NoFurther: id + " section 4, 5", Free: id + " section 2", Irrevocable: id + " section 2",
				PassesOn: id + " section 4(a), 5, attachment A",
			},
		}}
	}
	llama := func(version, clause string, noTraining bool) *row {
		text := "Llama " + version + " section "
		r := &row{id: "LicenseRef-Llama-" + version + "-Community", aliases: []string{"LicenseRef-Llama-" + version}, facts: Facts{
			Commercial: true, Attribution: true, Free: true, NoTraining: noTraining, PassesOn: true,
			Clauses: Clauses{
				Commercial: text + "1(a), 2", Attribution: text + clause, Derivatives: text + "1(a), 5", NoFurther: text + "1(b)",
				Free: text + "1(a)", Irrevocable: text + "6", PassesOn: text + "1(b)(i), 1(b)(iv)",
			},
		}}
		if noTraining {
			r.facts.Clauses.NoTraining = text + "1(b)(v)"
		}
		return r
	}
	return []*row{
		rail("OpenRAIL-M"), rail("CreativeML-OpenRAIL-M"), rail("BigScience-OpenRAIL-M"),
		llama("2", "1(b)(iii)", true), llama("3", "1(b)(i), 1(b)(iii)", true), llama("3.1", "1(b)(i), 1(b)(iii)", false),
		{id: "LicenseRef-Gemma", aliases: []string{"LicenseRef-Gemma-Terms-of-Use"}, facts: Facts{
			Commercial: true, Attribution: true, Free: true, PassesOn: true,
			Clauses: Clauses{
				Commercial: "Gemma Terms of Use section 2", Attribution: "Gemma Terms of Use section 3.1",
				Derivatives: "Gemma Terms of Use section 3.1", NoFurther: "Gemma Terms of Use section 3.1, 3.2",
				Free: "Gemma Terms of Use section 2, 3.1", Irrevocable: "Gemma Terms of Use section 3.2, 4.3",
				PassesOn: "Gemma Terms of Use section 3.1, 3.2",
			},
		}},
	}
}
