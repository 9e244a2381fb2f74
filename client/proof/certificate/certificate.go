// Package certificate writes for people what a proof proves: one page of HTML that needs no network and prints on a sheet or
// two, or plain text. What it says proves nothing by itself, and it says so: the proof does. A page carries the proof, and what it
// says is checked by writing it anew from that (Read).
package certificate

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// File is what was checked.
type File struct {
	// Name of the proof, without its folder.
	Name string
	// Proof is its bytes.
	Proof []byte
	// Content is the name of the file that the proof was compared with; empty: with none.
	Content string
}

// SHA256 is that of the proof's bytes.
func (f File) SHA256() [sha256.Size]byte { return sha256.Sum256(f.Proof) }

// Certificate is what a certificate says, for both forms.
type Certificate struct {
	// Headline says the most important thing in a sentence.
	Headline string
	Chain    string
	// Proved is what is proved, NotProved sentences on what is not.
	Proved    []Section
	NotProved []string
	// When says as of when it holds, and how that follows from the trusted header.
	When []Row
	// Headers are those that it follows from.
	Headers Section
	// Command checks the proof.
	Command string
	File    File
	// Digest is what the QR code has, in hex, and DigestOf what it is the SHA-256 of.
	Digest, DigestOf string
	Checked          time.Time
	// Period is how long signatures counted for whoever checked; 0: it rests on none.
	Period time.Duration
}

// Of writes the certificate of a proof that was checked and found to hold (proof.Proof.Verify), by the policy that it was checked by.
func Of(p proof.Proven, file File, policy proof.Policy) (Certificate, error) {
	sections, err := Sections(p)
	if err != nil {
		return Certificate{}, err
	}
	file.Name, file.Content = clean(file.Name), clean(file.Content)
	policy.Now, policy.Period = policy.Now.UTC().Truncate(time.Second), policy.Period.Truncate(time.Second)
	c := Certificate{
		Headline: clean(headline(p)), Chain: clean(p.ChainID), Proved: sections, When: when(p, file, policy), Headers: headers(p), File: file,
		NotProved: []string{
			"It does not prove " + words.NotProved(p.Kind.String()) + ".",
			"It says what the chain recorded, not that it is true.",
			"It does not say that it still holds: look at the time above.",
		},
		Command: Command(file.Name, p.Trusted),
		Digest:  fmt.Sprintf("%x", file.SHA256()), DigestOf: "the file of the proof", Checked: policy.Now,
	}
	if p.Hops > 0 {
		c.Period = policy.Period
	}
	if content := contentOf(p); content != nil {
		c.Digest, c.DigestOf = fmt.Sprintf("%x", *content), "the content"
	}
	return c, nil
}

// contentOf is the SHA-256 of the content that a proof is about; nil: it is about none.
func contentOf(p proof.Proven) *[sha256.Size]byte {
	if claim, is := p.Answer.(*registrytypes.QueryWorkResponse); is {
		return (*[sha256.Size]byte)(&claim.Work.Sha256)
	}
	return p.Content
}

func when(p proof.Proven, file File, policy proof.Policy) []Row {
	as := Row{"Held", fmt.Sprintf("before the transactions of block %d, %s", p.Height, words.UTC(p.Time))}
	if p.Kind == proof.Transaction {
		as = Row{"Happened", fmt.Sprintf("in block %d, %s", p.Height, words.UTC(p.Time))}
	}
	rows := []Row{as}
	if last := len(p.Headers) - 1; last >= 0 && len(payments(p)) > 0 {
		rows = append(rows, Row{"What it assigned", fmt.Sprintf("as it stood before the transactions of block %d, %s",
			p.Headers[last].Height, words.UTC(p.Headers[last].Time))})
	}
	rows = append(rows, Row{"Follows", follows(p)})
	if p.Hops > 0 {
		rows = append(rows, Row{"Signatures count until", words.UTC(p.TrustedTime.Add(policy.Period)) +
			": before that, make the proof begin at a later header (stemmad prove --refresh), which lasts for ever"})
	}
	if file.Content != "" {
		rows = append(rows, Row{"Compared with", file.Content + ": it is the content that this is about"})
	}
	return append(rows, Row{"Checked", words.UTC(policy.Now) + ", by the clock of whoever made this page"})
}

// follows says how what is proved follows from the trusted header.
func follows(p proof.Proven) string {
	s := fmt.Sprintf("from header %d, which whoever checked it trusted", p.Trusted.Height)
	if p.Hops > 0 {
		s += fmt.Sprintf("; by signatures of over two thirds of the validators to header %d", p.Last.Height)
	}
	if len(p.Headers) > 0 && p.Headers[0].Height < p.Last.Height {
		s += fmt.Sprintf("; by the chain's own log of headers back to header %d", p.Headers[0].Height)
	}
	return s
}

// headers are those that somebody needs who compares them with another source.
func headers(p proof.Proven) Section {
	s := Section{Columns: []string{"Header", "Time", "Hash"}}
	add := func(what string, t proof.Trust, at time.Time) {
		s.Cells = append(s.Cells, []string{fmt.Sprintf("%d, %s", t.Height, what), words.UTC(at), fmt.Sprintf("%X", t.Hash)})
	}
	add("trusted", p.Trusted, p.TrustedTime)
	if p.Last != p.Trusted {
		add("signed", p.Last, p.LastTime)
	}
	for _, h := range p.Headers {
		if h.Trust != p.Last && h.Trust != p.Trusted {
			add("of what is proved", h.Trust, h.Time)
		}
	}
	return s
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_./][A-Za-z0-9_./-]*$`)

// quoted is a name as a shell takes it.
func quoted(name string) string {
	if bare.MatchString(name) {
		return name
	}
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// clean makes one line of printable characters of a text. Which these are may not depend on a version of Unicode: whoever
// checks a page writes it anew with another program.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !text.Prints(r) {
			return '?'
		}
		return r
	}, s)
}

// maxTitle is the most characters of a title in a headline.
const maxTitle = 48

// short cleans a text and cuts it to what fits in a headline.
func short(s string) string {
	s = clean(s)
	if utf8.RuneCountInString(s) <= maxTitle {
		return s
	}
	return string([]rune(s)[:maxTitle-1]) + "…"
}

// Command is what checks a proof's file, for a shell.
func Command(file string, trusted proof.Trust) string {
	return fmt.Sprintf("stemmad verify %s --trust %s", quoted(file), trusted)
}
