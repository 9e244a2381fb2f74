package rules

import (
	"regexp"
	"strings"
)

// CreativeCommons is what the SPDX id of a Creative Commons licence or public
// domain mark says by itself.
type CreativeCommons struct {
	// Elements is the id without version and port: CC-BY-NC-SA, CC0, CC-PDM.
	Elements string
	// Version orders versions of one licence, such as "4.0".
	Version string

	Attribution   bool
	NonCommercial bool
	NoDerivatives bool
	ShareAlike    bool
}

// ccForm has the elements in the order of SPDX, the version and a port to a
// jurisdiction.
var ccForm = regexp.MustCompile(`^(CC0|CC-PDM|CC-BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(-[A-Z]{2,3})?$`)

// ParseCreativeCommons reads an SPDX id. False for every other licence, and for
// ids that only look like one: IsCreativeCommons tells those apart.
func ParseCreativeCommons(spdx string) (CreativeCommons, bool) {
	if !strings.HasPrefix(spdx, "CC") { // spares most the regular expression
		return CreativeCommons{}, false
	}
	m := ccForm.FindStringSubmatch(spdx)
	if m == nil {
		return CreativeCommons{}, false
	}
	has := func(element string) bool { return strings.Contains(m[1]+"-", "-"+element+"-") }
	return CreativeCommons{
		Elements:      m[1],
		Version:       m[2],
		Attribution:   has("BY"),
		NonCommercial: has("NC"),
		NoDerivatives: has("ND"),
		ShareAlike:    has("SA"),
	}, true
}

// IsCreativeCommons says whether an SPDX expression names a Creative Commons
// licence anywhere, in whatever case: SPDX ids are compared without case, so
// another spelling must not escape the rules for these licences.
func IsCreativeCommons(spdx string) bool {
	words := strings.FieldsFunc(strings.ToUpper(spdx), func(r rune) bool {
		return r == ' ' || r == '(' || r == ')'
	})
	for _, word := range words {
		if strings.HasPrefix(word, "CC-BY") || strings.HasPrefix(word, "CC0") || strings.HasPrefix(word, "CC-PDM") {
			return true
		}
	}
	return false
}
