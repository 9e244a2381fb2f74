package describe

import (
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Change is one thing that new details of a work say in another way. Empty: nothing is said.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Changes lists what new details say in another way, in the order of the message. The kind is
// not among them: it stays.
func Changes(before, after registrytypes.Details) []Change {
	var changes []Change
	for _, field := range []struct {
		name string
		of   func(registrytypes.Details) string
	}{
		{"title", func(d registrytypes.Details) string { return d.Title }},
		{"media type", func(d registrytypes.Details) string { return d.MediaType }},
		{"creators", func(d registrytypes.Details) string { return Creators(d.Creators) }},
		{"more at", func(d registrytypes.Details) string { return d.MetadataUri }},
		{"sha256 of that", func(d registrytypes.Details) string { return d.MetadataSha256.String() }},
		{"made as", func(d registrytypes.Details) string { return d.DigitalSourceType }},
		{"fingerprints", func(d registrytypes.Details) string { return Fingerprints(d.Fingerprints) }},
	} {
		if old, now := field.of(before), field.of(after); old != now {
			changes = append(changes, Change{field.name, old, now})
		}
	}
	return changes
}

// Creators writes creators as ParseCreator reads each, parted by semicolons.
func Creators(creators []registrytypes.Creator) string {
	all := make([]string, len(creators))
	for i, c := range creators {
		all[i] = c.Name
		if c.Role != "" {
			all[i] += " (" + c.Role + ")"
		}
		if c.Account != "" {
			all[i] += " <" + c.Account + ">"
		}
	}
	return strings.Join(all, "; ")
}

// Fingerprints writes fingerprints as ParseFingerprint reads each, parted by spaces.
func Fingerprints(fingerprints []registrytypes.Fingerprint) string {
	return strings.Join(EachFingerprint(fingerprints), " ")
}

// EachFingerprint writes each fingerprint as ParseFingerprint reads it.
func EachFingerprint(fingerprints []registrytypes.Fingerprint) []string {
	all := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		all[i] = f.Scheme + "=" + f.Value
	}
	return all
}
