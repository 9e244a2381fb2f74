package termspec

import (
	"strings"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// width is the most characters of a comment's line.
const width = 88

// Write prints terms as a file to edit: every key with what it means, those that
// are not set commented out with an example. Reading it gives the same terms.
func Write(t licensetypes.Terms) string {
	var b strings.Builder
	b.WriteString(`# Terms of a licence. They can't be changed once published; equal terms are one.
# Look at them with "stemmad terms show FILE", then "stemmad terms publish FILE".
`)
	for _, f := range fields {
		b.WriteString("\n" + comment(f.Help))
		if value := write(f, t); value != "" {
			b.WriteString(f.Name + ": " + value + "\n")
		} else {
			b.WriteString("#" + f.Name + ": " + f.Example + "\n")
		}
	}
	return b.String()
}

// comment breaks a help text into lines that start with a hash.
func comment(text string) string {
	var b strings.Builder
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	return b.String() + line + "\n"
}
