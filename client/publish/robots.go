package publish

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// maxRobots is what crawlers have to read of a robots.txt (RFC 9309 section 2.5).
const maxRobots = 500 << 10

// robotsWriter writes lines for a robots.txt: preferences of the IETF drafts
// vocab-07 and attach-05, and with licences RSL's pointer and Content Signals.
type robotsWriter struct {
	out      io.Writer
	licences bool
	size     int
}

func newRobots(out io.Writer, site Site, source Source, licences bool) (Writer, error) {
	r := &robotsWriter{out: out, licences: licences}
	// An empty line first: the last one of the file before may have no end.
	head := fmt.Sprintf("\n# Rights by %s at height %d of %s; renew before %s.\n", escape(source.ChainID, unreserved), source.Height,
		source.Time.UTC().Format(time.RFC3339), source.ValidUntil.UTC().Format(time.RFC3339))
	if licences {
		head += "\nLicense: " + site.LicenseURL + "\n"
	}
	return r, r.write(head + "\nUser-agent: *\n")
}

// Add writes the rules for each place of a work. Rules for one path add up to the
// strictest, so a place of several works may be written several times.
func (r *robotsWriter) Add(w Work) error {
	for _, place := range w.Places {
		p := w.preferences()
		if place.Shared {
			p = preferences{}
		}
		said := w.saysSearch()
		lines := "Content-Usage: " + place.Path + " " + usageOf(p, said) + "\n"
		if r.licences {
			p[search] = p[search] || !said
			lines += signals(place.Path, p)
		}
		if err := r.write(lines); err != nil {
			return err
		}
	}
	return nil
}

// ContentUsage is the header of that name (attach-05) for what is at the place of a work, where no other work is.
func ContentUsage(w Work) string { return usageOf(w.preferences(), w.saysSearch()) }

// usageOf states preferences, that about search only where anybody said something about it.
func usageOf(p preferences, saysSearch bool) string {
	usage := "train-ai=" + yn(p[training])
	if saysSearch {
		usage += ", search=" + yn(p[search])
	}
	return usage
}

// signals states what is reserved. Readers that know no paths in Content-Signal
// take it for the whole site, so what is permitted is left to Content-Usage.
func signals(path string, p preferences) string {
	var reserved []string
	for u, name := range [usages]string{training: "ai-train", input: "ai-input", search: "search"} {
		if !p[u] {
			reserved = append(reserved, name+"=no")
		}
	}
	if len(reserved) == 0 {
		return ""
	}
	return "Content-Signal: " + path + " " + strings.Join(reserved, ", ") + "\n"
}

func (r *robotsWriter) write(s string) error {
	if r.size += len(s); r.size > maxRobots {
		return fmt.Errorf("the lines have more than %d KiB, which is all that crawlers read of a robots.txt: "+
			"export fewer works, or use tdmrep and rsl", maxRobots>>10)
	}
	_, err := io.WriteString(r.out, s)
	return err
}

// afterRobots ends the group, so that a site's own group that follows is none of it. A group goes on until its first
// rule, whatever stands in between, and lines with user-agents that follow each other begin one (RFC 9309, 2.2.1). So the
// rule is about a path that no site has: readers may pass over one without a value, and any other would change what the
// site says to everybody. It stands behind an empty line and for a name of nobody: readers of records as they were in 1994
// drop the one above, which has no rule, and go on to the site's. The second group is nobody's alone: rules that a site has
// before its first user-agent, which readers pass over, join it and not the one for everybody.
const afterRobots = `
# Ends the group, so that those of the site stay as they are.
User-agent: end-of-rights
Disallow: /.end-of-rights

User-agent: end-of-rights
Disallow: /.end-of-rights
`

func (r *robotsWriter) Close() error { return r.write(afterRobots) }

// OnlyRobots says whether a robots.txt has nothing in it but what a writer of Robots or AIPref wrote.
func OnlyRobots(text []byte) bool {
	ours := strings.TrimSpace(string(text))
	end := strings.TrimSpace(afterRobots)
	rest, ended := strings.CutSuffix(ours, end)
	if !ended || !strings.HasPrefix(rest, "# Rights by ") || strings.Count(rest, "# Rights by ") > 1 {
		return false
	}
	for line := range strings.SplitSeq(rest, "\n") {
		if line != "" && !slices.ContainsFunc(ourLines, func(begins string) bool { return strings.HasPrefix(line, begins) }) {
			return false
		}
	}
	return true
}

// ourLines are how the lines of a writer begin, before the end.
var ourLines = []string{"# Rights by ", "License: ", "User-agent: *", "Content-Usage: ", "Content-Signal: "}

func yn(yes bool) string {
	if yes {
		return "y"
	}
	return "n"
}
