package certificate

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/proof"
)

const (
	// begins and ends are those of a page, carries what stands before what it carries.
	begins  = "<!DOCTYPE html>\n<html lang=\"en\">\n"
	carries = "\n<!-- stemma certificate 1\n"
	ends    = "\n-->\n"
	// column is how long a line of the proof in base64 is.
	column = 76
	// MaxBytes is more than any page has: a proof in base64, and what is said of it.
	MaxBytes = 4 * proof.MaxBytes
	// stamp is how the time of a check is written, in UTC.
	stamp = "2006-01-02T15:04:05Z"
)

// maker is what whoever made a page says, and the proof does not.
type maker struct {
	Name    string `json:"name"`
	Content string `json:"content,omitempty"`
	Checked string `json:"checked"`
	// Period in seconds; it stands where signatures count.
	Period int64 `json:"period,omitempty"`
}

// carry writes what a page carries: a comment, which browsers pass over, with a line of what its maker says and the proof.
func (c Certificate) carry(w io.Writer) error {
	said, err := json.Marshal(maker{c.File.Name, c.File.Content, c.Checked.Format(stamp), int64(c.Period / time.Second)})
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, strings.TrimPrefix(carries, "\n")+string(said)+"\n"+lines(c.File.Proof)+ends)
	return err
}

// lines are bytes in base64.
func lines(raw []byte) string {
	text := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	for len(text) > column {
		b.WriteString(text[:column] + "\n")
		text = text[column:]
	}
	return b.String() + text
}

// Page is a certificate's page as somebody hands it on.
type Page struct {
	// File is what its maker checked; Period how long signatures counted then, and Checked when.
	File
	Checked time.Time
	Period  time.Duration
	raw     []byte
}

// IsPage says whether a file begins as a certificate's page.
func IsPage(raw []byte) bool { return bytes.HasPrefix(raw, []byte(begins)) }

// Read reads what a page carries. It fails with proof.ErrUnreadable where that is no proof, or not as Certificate.HTML
// writes it. Nothing that the page says is believed yet: Says compares it with what the proof proves.
func Read(raw []byte) (Page, error) {
	unreadable := func(why string) (Page, error) { return Page{}, fmt.Errorf("%w: %s", proof.ErrUnreadable, why) }
	if len(raw) > MaxBytes {
		return unreadable(fmt.Sprintf("it has %d bytes, more than %d", len(raw), MaxBytes))
	}
	at := bytes.LastIndex(raw, []byte(carries))
	if !IsPage(raw) || at < 0 || !bytes.HasSuffix(raw, []byte(ends)) {
		return unreadable("the page carries no proof: check the file of the proof that came with it")
	}
	carried := raw[at+len(carries)-1:]
	line, text, _ := strings.Cut(string(carried[1:max(1, len(carried)-len(ends))]), "\n")
	var said maker
	readErr := json.Unmarshal([]byte(line), &said)
	checked, timeErr := time.Parse(stamp, said.Checked)
	again, err := json.Marshal(said)
	if cmp.Or(readErr, timeErr, err) != nil || string(again) != line || said.Period < 0 || said.Period > maxPeriod {
		return unreadable("what the page's maker says can't be read")
	}
	file, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, "\n", ""))
	if err != nil || lines(file) != text {
		return unreadable("the proof that the page carries can't be read")
	}
	p := Page{
		File: File{Name: said.Name, Proof: file, Content: said.Content}, Checked: checked,
		Period: time.Duration(said.Period) * time.Second, raw: raw,
	}
	return p, nil
}

// maxPeriod is more seconds than signatures count anywhere.
const maxPeriod = 1_000_000_000

// Says fails with proof.ErrRefuted unless the page says what its proof was found to prove, byte by byte as
// Certificate.HTML writes that. What its maker alone knows stays theirs: names of files, and when they checked. It fails with
// proof.ErrUnverified if the page says that signatures count for longer than period, which is what whoever checks it holds to.
func (p Page) Says(proven proof.Proven, period time.Duration) error {
	if p.Content != "" && contentOf(proven) == nil {
		return fmt.Errorf("%w: the page names a file as the content of what is about none", proof.ErrRefuted)
	}
	c, err := Of(proven, p.File, proof.Policy{Now: p.Checked, Period: p.Period})
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := c.HTML(&page); err != nil {
		return err
	}
	if !bytes.Equal(page.Bytes(), p.raw) {
		return fmt.Errorf("%w: the page is not the one that its proof makes: it says something else, or was changed", proof.ErrRefuted)
	}
	if p.Period > period {
		return fmt.Errorf("%w: the page says that signatures count for %s, and you hold to %s", proof.ErrUnverified, p.Period, period)
	}
	return nil
}
