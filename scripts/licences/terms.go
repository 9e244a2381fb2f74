package main

import (
	"github.com/stemma-chain/stemma/client/termspec/licences"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// short is a licence of one paragraph that the chain's table of facts does not have: anybody may do anything.
func short(name string, attribution bool) licensetypes.Terms {
	return licensetypes.Terms{
		Spdx: "LicenseRef-" + name, Uri: "https://spdx.org/licenses/" + name + ".html", CommercialUse: true,
		Attribution: attribution, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
	}
}

// unlisted are licences that the chain knows no facts of, in terms as their owners would write them.
var unlisted = map[string]licensetypes.Terms{
	"ISC":                short("ISC", true),
	"BSD-2-Clause-Views": short("BSD-2-Clause-Views", true),
	"blessing":           short("blessing", false),
}

// termsOf puts a licence into the chain's terms. It fails for one that neither the chain nor this program knows.
func termsOf(name string) (licensetypes.Terms, error) {
	if terms, found := unlisted[name]; found {
		return terms, terms.Validate()
	}
	return licences.Named(name)
}

const keepNotice = "the copyright lines and the text of the licence come with the binary"

// duties are what texts ask of whoever distributes a binary, beyond what the chain's rules tell apart; with the place.
var duties = map[string]string{
	"Apache-2.0":         "the text of the licence and what NOTICE files say come with the binary (section 4(a), 4(d))",
	"MIT":                keepNotice + " (second paragraph)",
	"BSD-2-Clause":       keepNotice + " (condition 2)",
	"BSD-2-Clause-Views": keepNotice + " (condition 2)",
	"BSD-3-Clause":       keepNotice + " (condition 2); its authors' names recommend nothing (condition 3)",
	"ISC":                keepNotice + " (first paragraph)",
	"blessing":           "none",
	"CC0-1.0":            "none: all rights are waived but trade marks and patents (sections 2 and 4(a))",
	"MPL-2.0":            "whoever gets the binary is told where the source of these files is (section 3.2(a)): in THIRD-PARTY-NOTICES.txt",
	"LGPL-3.0": "the notice, the texts of LGPL and GPL come with the binary, and whoever has it can link it anew with a changed library " +
		"(section 4): all sources and the commands that build it are public",
}
