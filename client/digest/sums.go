package digest

import (
	"strings"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// ParseSum reads a line of what sha256sum prints, in its three forms: "DIGEST  FILE" (text),
// "DIGEST *FILE" (binary), and "SHA256 (FILE) = DIGEST" (--tag), of which a backslash in
// front says that the name is escaped. ok says whether the line is one.
func ParseSum(line string) (d registrytypes.Digest, file string, ok bool) {
	line, escaped := strings.CutPrefix(strings.TrimRight(line, "\r\n"), `\`)
	var hash string
	if rest, tagged := strings.CutPrefix(line, "SHA256 ("); tagged {
		end := strings.LastIndex(rest, ") = ")
		if end < 0 {
			return d, "", false
		}
		file, hash = rest[:end], rest[end+len(") = "):]
	} else {
		const digits = 64
		if len(line) < digits+3 || line[digits] != ' ' || line[digits+1] != ' ' && line[digits+1] != '*' {
			return d, "", false
		}
		hash, file = line[:digits], line[digits+2:]
	}
	d, err := registrytypes.ParseDigest("", strings.ToLower(hash))
	if err != nil || file == "" {
		return registrytypes.Digest{}, "", false
	}
	if escaped {
		file = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r").Replace(file)
	}
	return d, file, true
}
