package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// lanes are read side by side, each on a network of its own and in its order: a later document of one relies on
// what an earlier one did. That about disputes has a network of its own and waits much.
var lanes = [][]string{
	{
		"README.md", "docs/clients.md", "docs/rights.md", "docs/rights-formats.md", "docs/generators.md", "docs/reports.md", "docs/content-credentials.md",
		"docs/proofs.md", "docs/portal.md", "docs/x402-cosmos.md",
		"docs/operators.md", "docs/mainnet.md", "docs/otherchains.md", "docs/performance.md", "docs/reliability.md",
		"docs/changing.md", "docs/CONTRIBUTING.md", "docs/SECURITY.md",
	},
	{"docs/disputes.md"},
	{"docs/agents.md"},
	{"docs/mcp.md"},
	{"docs/datasets.md"},
	{"docs/owners.md", "docs/threat-model.md"},
	{"docs/paid.md"},
}

// languages are those that a fence names. Only sh is run; a fence without one would be passed over
// without a word.
var languages = []string{"sh", "json", "text", "nginx", "ini", "yaml", "xml", "go", "ts"}

// command is one that a reader pastes.
type command struct {
	file string
	line int
	text string
	// exit is the code that the text promises.
	exit int
	// lasts: it ends when it is interrupted.
	lasts bool
}

func (c command) String() string { return fmt.Sprintf("%s:%d: %s", c.file, c.line, c.text) }

// omitted is a block that is not run.
type omitted struct {
	file   string
	line   int
	reason string
}

var (
	notRun    = regexp.MustCompile(`^<!-- not run: (.+) -->$`)
	exitsWith = regexp.MustCompile(`#.*\bexits with (\d+)`)
	untilStop = regexp.MustCompile(`#.*\buntil Ctrl-C`)
	document  = regexp.MustCompile(`<<-?'?([A-Z]+)'?`)
)

// read finds the commands of a Markdown text.
func read(file string, text []byte) (commands []command, left []omitted, err error) {
	var block []string
	began, language, reason := 0, "", ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		fence, fenced := strings.CutPrefix(line, "```")
		switch {
		case !fenced && began > 0:
			block = append(block, line)
		case !fenced:
			if found := notRun.FindStringSubmatch(line); found != nil {
				reason = found[1]
			} else if line != "" {
				reason = ""
			}
		case began == 0:
			if began, language = n, fence; !slices.Contains(languages, language) {
				return nil, nil, fmt.Errorf("%s:%d: a fence names its language, one of %s", file, n, strings.Join(languages, ", "))
			}
		default:
			switch {
			case language == "sh" && reason != "":
				left = append(left, omitted{file, began, reason})
			case language == "sh":
				commands = append(commands, split(file, began+1, block)...)
			}
			block, began, reason = nil, 0, ""
		}
	}
	return commands, left, lines.Err()
}

// split parts a block into commands: one a line, but for lines that go on and documents in place.
func split(file string, first int, block []string) (commands []command) {
	for i := 0; i < len(block); i++ {
		line := strings.TrimSpace(block[i])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := command{file: file, line: first + i, text: block[i]}
		for strings.HasSuffix(block[i], `\`) && i+1 < len(block) {
			i++
			c.text += "\n" + block[i]
		}
		if found := document.FindStringSubmatch(c.text); found != nil {
			for i+1 < len(block) {
				i++
				c.text += "\n" + block[i]
				if strings.TrimSpace(block[i]) == found[1] {
					break
				}
			}
		}
		if found := exitsWith.FindStringSubmatch(c.text); found != nil {
			c.exit, _ = strconv.Atoi(found[1]) // digits, as matched
		}
		c.lasts = untilStop.MatchString(c.text)
		commands = append(commands, c)
	}
	return commands
}

// readAll reads files of a folder.
func readAll(root string, files []string) (commands []command, left []omitted, err error) {
	for _, file := range files {
		text, err := os.ReadFile(root + "/" + file)
		if err != nil {
			return nil, nil, err
		}
		found, without, err := read(file, text)
		if err != nil {
			return nil, nil, err
		}
		commands, left = append(commands, found...), append(left, without...)
	}
	return commands, left, nil
}
