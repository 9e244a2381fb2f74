// Package markup writes what people put on the chain into documents so that none of it is markup.
package markup

import (
	"fmt"
	"strings"
)

// Markdown writes text so that none of it is markup or a link: what people put into
// titles is shown as it is. Entities do for what CommonMark's backslashes leave to
// autolinks.
func Markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune("<>&@:", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("\\`*_{}[]()#+-!|~.\"'$^=", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
