package publish_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/temoto/robotstxt"

	"github.com/stemma-chain/stemma/client/publish"
)

// Whoever reads robots.txt: may an agent fetch a path?
type crawler func(robots, agent, path string) bool

type robotsRule struct {
	allow bool
	path  string
}

// robotsLine is a line without its comment, by key and value.
func robotsLine(line string) (key, value string) {
	line, _, _ = strings.Cut(line, "#")
	key, value, _ = strings.Cut(line, ":")
	return strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
}

// byRFC9309 reads as section 2.2 says: groups of one agent are one, the longest rule holds, of two the one that allows, and
// what is no rule ends no group.
func byRFC9309(robots, agent, path string) bool {
	groups := map[string][]robotsRule{}
	var agents []string
	ruled := false
	for line := range strings.SplitSeq(robots, "\n") {
		switch key, value := robotsLine(line); key {
		case "user-agent":
			if ruled {
				agents, ruled = nil, false
			}
			value = strings.ToLower(value)
			agents = append(agents, value)
			groups[value] = append([]robotsRule{}, groups[value]...)
		case "allow", "disallow":
			ruled = true
			for _, a := range agents {
				groups[a] = append(groups[a], robotsRule{key == "allow", value})
			}
		}
	}
	rules, own := groups[strings.ToLower(agent)]
	if !own {
		rules = groups["*"]
	}
	longest, allowed := 0, true
	for _, r := range rules {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(r.path), `\*`, ".*")
		if strings.HasSuffix(pattern, `\$`) {
			pattern = strings.TrimSuffix(pattern, `\$`) + "$"
		}
		if r.path == "" || !regexp.MustCompile("^"+pattern).MatchString(path) {
			continue
		}
		if len(r.path) > longest || len(r.path) == longest && r.allow {
			longest, allowed = len(r.path), r.allow
		}
	}
	return allowed
}

// byRecords reads as in 1994, and as Python's urllib.robotparser does: an empty line ends a record, one without rules is
// none, the first record and the first rule that match hold.
func byRecords(robots, agent, path string) bool {
	type record struct {
		agents []string
		rules  []robotsRule
	}
	var records []record
	now, state := record{}, 0
	end := func() {
		if state == 2 {
			records = append(records, now)
		}
		now, state = record{}, 0
	}
	for line := range strings.SplitSeq(robots, "\n") {
		if strings.TrimSpace(line) == "" {
			end()
			continue
		}
		switch key, value := robotsLine(line); key {
		case "user-agent":
			if state == 2 {
				end()
			}
			now.agents, state = append(now.agents, strings.ToLower(value)), 1
		case "allow", "disallow":
			if state > 0 {
				now.rules, state = append(now.rules, robotsRule{key == "allow" || value == "", value}), 2
			}
		}
	}
	end()
	for _, name := range []string{strings.ToLower(agent), "*"} {
		for _, r := range records {
			for _, a := range r.agents {
				if a != name {
					continue
				}
				for _, rule := range r.rules {
					if strings.HasPrefix(path, rule.path) {
						return rule.allow
					}
				}
				return true
			}
		}
	}
	return true
}

func byLibrary(robots, agent, path string) bool {
	data, err := robotstxt.FromString(robots)
	return err != nil || data.TestAgent(path, agent)
}

// Sites as they are found: parts are what ours can stand between.
var robotsOfSites = [][]string{
	{""},
	{"User-agent: *\nDisallow:\n"},
	{"User-agent: *\nDisallow: /\n"},
	{"User-agent: GPTBot\nDisallow: /\n"},
	{"User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n", "\nUser-agent: *\nDisallow: /private/\nAllow: /private/open\n"},
	{"User-agent: *\nAllow: /song\nDisallow: /\n", "User-agent: Googlebot\nDisallow: /song\n"},
	{
		"# ours\nSitemap: https://example.org/sitemap.xml\n\n", "User-agent: *\nCrawl-delay: 10\nDisallow: /private/\n\n",
		"User-agent: CCBot\n\nDisallow: /",
	},
	{"Disallow: /\n", "User-agent: GPTBot\nDisallow: /private/\n"}, // rules before any user-agent are nobody's
	{"User-agent: *\r\nDisallow: /private/\r\n\r\n", "User-agent: GPTBot\r\nDisallow: /\r\n"},
}

// Our lines may stand before, between or behind a site's own groups: every crawler may fetch what it may without them.
func TestRobotsLeaveCrawlersAsTheSiteHasThem(t *testing.T) {
	s := site(t, "https://example.org")
	readers := map[string]crawler{"RFC 9309": byRFC9309, "records": byRecords, "robotstxt": byLibrary}
	for _, format := range []string{publish.Robots, publish.AIPref} {
		ours := string(render(t, format, s, gallery(t, s)...))
		for _, parts := range robotsOfSites {
			alone := strings.Join(parts, "")
			for at := range len(parts) + 1 {
				both := strings.Join(parts[:at], "") + ours + strings.Join(parts[at:], "")
				for name, allows := range readers {
					if _, err := robotstxt.FromString(alone); err != nil && name == "robotstxt" {
						continue // this reader takes nothing of such a site
					}
					for _, agent := range []string{"GPTBot", "CCBot", "Googlebot", "AnyBot"} {
						for _, path := range []string{"/", "/song", "/private/x", "/private/open", "/free", "/works/x"} {
							require.Equal(t, allows(alone, agent, path), allows(both, agent, path), "%s: %s %s, ours at %d of\n%s",
								name, agent, path, at, alone)
						}
					}
				}
			}
		}
	}
}

// Without the end it is what it guards against: these readers see it.
func TestAGroupWithoutItsEndTakesTheNext(t *testing.T) {
	both := "User-agent: *\nContent-Usage: /free$ train-ai=y\n\n" + "User-agent: GPTBot\nDisallow: /\n"
	for name, allows := range map[string]crawler{"RFC 9309": byRFC9309, "robotstxt": byLibrary} {
		require.False(t, allows(both, "AnyBot", "/"), name)
	}
	first := "User-agent: *\nContent-Usage: /free$ train-ai=y\nDisallow: /.end\n\nUser-agent: *\nDisallow: /\n"
	require.True(t, byRecords(first, "AnyBot", "/"), "the site's own rule is lost")
}

// A crawler that knows preferences finds ours wherever they stand: in a group for everybody.
func TestPreferencesAreForEverybody(t *testing.T) {
	s := site(t, "https://example.org")
	var agents []string
	ruled := false
	for line := range strings.SplitSeq("User-agent: GPTBot\nDisallow: /\n"+string(render(t, publish.AIPref, s, gallery(t, s)...)), "\n") {
		switch key, _ := robotsLine(line); key {
		case "user-agent":
			if ruled {
				agents, ruled = nil, false
			}
			_, value := robotsLine(line)
			agents = append(agents, value)
		case "allow", "disallow":
			ruled = true
		case "content-usage":
			require.Equal(t, []string{"*"}, agents)
		}
	}
	require.Equal(t, []string{"end-of-rights"}, agents, "the last group is nobody's")
}

func TestWhoseRobotsTheyAre(t *testing.T) {
	s := site(t, "https://example.org")
	for _, format := range []string{publish.Robots, publish.AIPref} {
		ours := string(render(t, format, s, gallery(t, s)...))
		require.True(t, publish.OnlyRobots([]byte(ours)))
		for _, theirs := range []string{"User-agent: A\nDisallow: /\n" + ours, ours + "User-agent: A\n", ours + "Allow: /\n" + ours, "", "#\n"} {
			require.False(t, publish.OnlyRobots([]byte(theirs)))
		}
		for _, added := range []string{
			"Disallow: /private/", "disallow: /", "user-agent: GPTBot", "Sitemap: https://example.org/s.xml", "# mine",
		} {
			theirs := strings.Replace(ours, "\nUser-agent: *\n", "\nUser-agent: *\n"+added+"\n", 1)
			require.NotEqual(t, ours, theirs)
			require.False(t, publish.OnlyRobots([]byte(theirs)), added)
		}
	}
}
