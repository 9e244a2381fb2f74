package target

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/internal/nearest"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// Source is a source as a person names it: WORK|FILE[=role][@permission].
type Source struct {
	// Work is a work id, file or digest.
	Work string
	// Role is unspecified when none is named.
	Role lineagetypes.Role
	// Permission is terms (id, preset or licence), several joined by +, or a grant; empty:
	// to be found.
	Permission string
}

// roleAliases are what people type, beside the names of C2PA.
var roleAliases = map[string]lineagetypes.Role{
	"parent": lineagetypes.ROLE_PARENT_OF, "component": lineagetypes.ROLE_COMPONENT_OF,
	"item":  lineagetypes.ROLE_CONTAINS,
	"input": lineagetypes.ROLE_INPUT_TO, "training": lineagetypes.ROLE_TRAINED_ON, "trained": lineagetypes.ROLE_TRAINED_ON,
}

// ParseSource takes a source apart. A file that exists is meant whole, whatever
// its name.
func ParseSource(s string) (Source, error) {
	if exists(s) {
		return Source{Work: s}, nil
	}
	source := Source{Work: s}
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		rest, permission := s[:at], s[at+1:]
		if !isPermission(permission) {
			return Source{}, fmt.Errorf("%q is no file, and after the @ no terms or grant stand: %w", s, licences.Unknown(permission))
		}
		source.Work, source.Permission = rest, permission
	}
	if exists(source.Work) {
		return source, nil
	}
	if at := strings.LastIndexByte(source.Work, '='); at >= 0 {
		role, err := ParseRole(source.Work[at+1:])
		if err != nil {
			return Source{}, fmt.Errorf("%q: %w", s, err)
		}
		source.Work, source.Role = source.Work[:at], role
	}
	if source.Work == "" {
		return Source{}, fmt.Errorf("%q names no source: write WORK|FILE[=role][@terms-or-grant]", s)
	}
	return source, nil
}

// ParseRole reads a role by its C2PA name or a short one.
func ParseRole(s string) (lineagetypes.Role, error) {
	if role, ok := roleAliases[strings.ToLower(s)]; ok {
		return role, nil
	}
	role, err := lineagetypes.ParseRole(s)
	if err == nil {
		return role, nil
	}
	short := slices.Sorted(maps.Keys(roleAliases))
	meant := ""
	if near := nearest.To(s, append(lineagetypes.RoleNames(), short...)); near != "" {
		meant = fmt.Sprintf("; did you mean %q?", near)
	}
	return role, fmt.Errorf("there is no role %q: use one of %s, or short %s%s",
		s, strings.Join(lineagetypes.RoleNames(), ", "), strings.Join(short, ", "), meant)
}

func isPermission(s string) bool {
	if first, rest, several := strings.Cut(s, licensetypes.Joiner); several {
		return isPermission(first) && isPermission(rest)
	}
	if strings.HasPrefix(s, licensetypes.GrantHRP+"1") || strings.HasPrefix(s, licensetypes.TermsHRP+"1") {
		// A mistyped id is reported as such when it is used.
		return true
	}
	_, ok := licensetypes.PresetByName(s)
	return ok || licences.IsName(s)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
