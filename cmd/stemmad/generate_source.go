package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// readGeneratorSources has --source, and --external with parts, as derive's flags.
func readGeneratorSources(conn *connect.Conn) error {
	named, external := conn.Flags().Texts(flagSource), conn.Flags().Texts(flagExternal)
	if len(named)+len(external) == 0 {
		return nil
	}
	weights, sum := make([]string, 0, len(named)+len(external)), uint64(0)
	add := func(w generation.Weight) {
		weights, sum = append(weights, strconv.FormatUint(uint64(w), 10)), sum+uint64(w)
	}
	for _, text := range named {
		source, weight, err := weighed(text)
		if err != nil {
			return fmt.Errorf("--%s %w", flagSource, err)
		}
		add(weight)
		if err := conn.Flags().Set(flagSources, source); err != nil {
			return err
		}
	}
	unweighed := make([]string, len(external))
	for i, text := range external {
		var weight generation.Weight
		unweighed[i], weight = weighedExternal(text)
		add(weight)
	}
	if sum > rates.Whole {
		return fmt.Errorf("--%s: the parts of the sources sum up to %s, the whole is 100 %%", flagSource, rates.Percent(sum))
	}
	if list, ok := conn.Flags().Lookup(flagExternal).Value.(interface{ Replace([]string) error }); ok && len(external) > 0 {
		if err := list.Replace(unweighed); err != nil {
			return err
		}
	}
	return conn.Flags().Set(flagWeights, strings.Join(weights, ","))
}

// weighed takes the part out of WORK|FILE[:PERCENT][=role][@permission]. A file that exists is meant whole, whatever its
// name.
func weighed(text string) (source string, weight generation.Weight, err error) {
	parsed, err := target.ParseSource(text)
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", text, err)
	}
	name, part := parsed.Work, ""
	if at := strings.LastIndexByte(name, ':'); at > 0 && isPart(name[at+1:]) {
		if _, err := os.Stat(name); err != nil {
			name, part = name[:at], name[at+1:]
		}
	}
	if part != "" {
		if weight, err = generation.ParseWeight(part); err != nil {
			return "", 0, fmt.Errorf("%s: %w", text, err)
		}
	}
	source = name
	if parsed.Role != lineagetypes.ROLE_UNSPECIFIED {
		source += "=" + parsed.Role.Name()
	}
	if parsed.Permission != "" {
		source += "@" + parsed.Permission
	}
	return source, weight, nil
}

// isPart says whether a text is meant as a percentage: a SHA-256 is longer.
func isPart(text string) bool {
	return text != "" && len(text) < 16 && strings.Trim(text, "0123456789.,%") == ""
}

// weighedExternal takes the part, which has a percent sign, out of URI|FILE[:PERCENT%][=role].
func weighedExternal(text string) (string, generation.Weight) {
	name, role := text, ""
	if at := strings.LastIndexByte(text, '='); at > 0 {
		if _, err := target.ParseRole(text[at+1:]); err == nil {
			name, role = text[:at], text[at:]
		}
	}
	if at := strings.LastIndexByte(name, ':'); at > 0 && strings.HasSuffix(name, "%") {
		if weight, err := generation.ParseWeight(name[at+1:]); err == nil {
			return name[:at] + role, weight
		}
	}
	return text, 0
}

// fieldsOf has a manifest's line as the fields of derive's tables: what names the output, and flags.
func fieldsOf(line generation.Line) map[string][]string {
	fields := map[string][]string{}
	put := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				fields[name] = append(fields[name], v)
			}
		}
	}
	put(columnFile, line.Output)
	put(columnSHA256, line.SHA256)
	var works, externals []string
	for _, s := range line.Sources {
		role := s.Role
		if role == "" {
			role = lineagetypes.ROLE_INPUT_TO.Name()
		}
		weight := strconv.FormatUint(uint64(s.Weight), 10)
		if s.Work == "" {
			externals = append(externals, weight)
			put(flagExternal, s.URI+s.SHA256+"="+role)
			continue
		}
		works = append(works, weight)
		source := s.Work + "=" + role
		if s.Permission != "" {
			source += "@" + s.Permission
		}
		put(flagSources, source)
	}
	put(flagWeights, strings.Join(append(works, externals...), ","))
	put(flagModel, line.Model)
	put(flagProvider, line.Provider)
	put(flagSystem, line.System)
	put(flagSystemVersion, line.SystemVersion)
	put(flagOutputID, line.OutputID)
	put(flagGeneratedAt, line.GeneratedAt)
	put(flagPromptHash, line.PromptSHA256)
	putDetails(put, line.Details)
	return fields
}

func putDetails(put func(string, ...string), d generation.Details) {
	put(flagTitle, d.Title)
	put(flagKind, d.Kind)
	put(flagMediaType, d.MediaType)
	put(flagCreator, d.Creator...)
	put(flagSourceType, d.SourceType)
	put(flagURI, d.URI)
	put(flagURISHA256, d.URISHA256)
	put(flagFingerprint, d.Fingerprint...)
	put(flagUnder, d.Under...)
	put(flagMaxRate, d.MaxRate)
	if d.Commercial {
		put(flagCommercial, strconv.FormatBool(d.Commercial))
	}
}
