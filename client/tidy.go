package client

import (
	"regexp"
	"strings"
)

var (
	// framing is what gRPC, the SDK's errors and its simulation add around the
	// chain's own words: codes, source lines, gas, and the place of the message.
	framing = regexp.MustCompile(`rpc error: code = \w+ desc = |\s*\[[^\]\s]+\.go:\d+\]| with gas used: '\d+'|` +
		`failed to execute message; message index: \d+: `)
	// sponsor is how the SDK says that an allowance for fees does not cover a
	// transaction; it writes the two addresses as raw bytes.
	sponsor = regexp.MustCompile(`(?s)^.* does not allow to pay fees for .+?: `)
	// category is the SDK's general errors at the end of a line, which say nothing
	// more.
	category = regexp.MustCompile(`(?m)(: (unknown request|invalid request|key not found|tx parse error))+$`)
)

// Tidy takes the chain's own words out of an error.
func Tidy(s string) string {
	s = sponsor.ReplaceAllString(s, "the sponsor's allowance does not cover it: ")
	s = framing.ReplaceAllString(s, "")
	s, _, _ = strings.Cut(s, "With gas wanted:")
	return category.ReplaceAllString(strings.TrimSpace(s), "")
}
