package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/stemma-chain/stemma/client/c2pa"
	"github.com/stemma-chain/stemma/client/content"
	"github.com/stemma-chain/stemma/client/detect"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagNoISCC = "no-iscc"
	flagNoC2PA = "no-c2pa"
	flagPortal = "portal"
	// readAtOnce is how many files are read at a time: of each a picture may be decoded.
	readAtOnce = 4
	// maxToldEach is of how many files it is said one by one what they tell of themselves.
	maxToldEach = 3
)

// addContentFlags adds what is read of new works' files.
func addContentFlags(f *pflag.FlagSet) {
	f.Bool(flagNoISCC, false, "record no ISCC: others cannot find the work by files that look like it")
	f.Bool(flagNoC2PA, false, "record nothing of the file's Content Credentials")
	f.String(flagPortal, "", "address of a portal, which is told the ISCC and says before you sign which works look like the file")
}

// tell adds to what is said of new files what they tell of themselves: their ISCC, and what names their Content Credentials. What a person
// said stays as it was said.
func (e enroller) tell(ctx context.Context, items []enroll.Item) error {
	noISCC, noC2PA := e.conn.Flags().Is(flagNoISCC), e.conn.Flags().Is(flagNoC2PA)
	var told []int
	var files []register.Found
	for i, item := range items {
		if !item.Already && item.Manifest == nil && !(noISCC && noC2PA) {
			told, files = append(told, i), append(files, register.Found{Path: item.File.Path, Size: item.File.Size})
		}
	}
	bar := progress.New(e.conn.Err(), "reading", int64(len(files)), progress.Of("files"))
	contents, left := make([]content.Content, len(told)), make([][]string, len(told))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(min(readAtOnce, runtime.NumCPU()))
	for i, file := range files {
		group.Go(func() error {
			defer bar.Add(1)
			item := &items[told[i]]
			c, err := content.Read(reading, file.Path, content.Options{
				Title: item.Details.Title, MediaType: item.Details.MediaType, NoISCC: noISCC,
			})
			if err != nil {
				return err
			}
			if c.Sha256 != item.Digest() {
				return fmt.Errorf("%s was changed while it was read: run the command again", table.Clean(c.Path))
			}
			if noC2PA {
				c.Credentials = nil
			}
			left[i] = describeBy(&item.Details, c)
			if len(files) > maxToldEach {
				c.Credentials = nil // of many, those of all would not fit into memory
			}
			contents[i] = c
			return nil
		})
	}
	err := group.Wait()
	bar.Finish()
	if err != nil {
		return err
	}
	for i, c := range contents {
		if len(contents) <= maxToldEach {
			e.noteContent(c, left[i])
		}
		if len(left[i]) > 0 {
			e.conn.Note("%s: a work has at most %d fingerprints: %s not recorded", table.Clean(c.Path), registrytypes.MaxFingerprints,
				strings.Join(left[i], ", "))
		}
	}
	if err := e.noteCopies(ctx, contents); err != nil {
		return err
	}
	return e.noteSimilar(ctx, contents)
}

// noteCopies says which works are the same but for Content Credentials, or have those of the files. The node knows, no portal is asked.
func (e enroller) noteCopies(ctx context.Context, contents []content.Content) error {
	if len(contents) > maxToldEach {
		return nil
	}
	for _, c := range contents {
		found, err := detect.All(ctx, e.conn, []registrytypes.Digest{c.Sha256}, [][]registrytypes.Fingerprint{c.Marks()}, func() {})
		if err != nil {
			return err
		}
		lines := resemblingLines(found[0].Resembling, e.conn.KeyNames())
		if len(lines) > 0 {
			e.conn.Note("%s differs from a registered work in its Content Credentials alone, or has those of one; nothing is refused for it:\n%s",
				table.Clean(c.Path), strings.Join(lines, "\n"))
		}
	}
	return nil
}

// describeBy adds what a file tells of itself, as far as nobody said otherwise and there is room. left are the fingerprints without room.
func describeBy(d *registrytypes.Details, c content.Content) (left []string) {
	for _, f := range c.Fingerprints() {
		said := slices.ContainsFunc(d.Fingerprints, func(other registrytypes.Fingerprint) bool {
			return other == f || other.Scheme == content.ISCC && f.Scheme == content.ISCC
		})
		switch {
		case said:
		case len(d.Fingerprints) < registrytypes.MaxFingerprints:
			d.Fingerprints = append(d.Fingerprints, f)
		default:
			left = append(left, f.Scheme+"="+f.Value)
		}
	}
	if d.DigitalSourceType == "" {
		d.DigitalSourceType = c.SourceType()
	}
	return left
}

// noteContent says what is recorded of a file, and what is not.
func (e enroller) noteContent(c content.Content, left []string) {
	name := table.Clean(c.Path)
	for _, line := range c.Left() {
		e.conn.Note("%s: %s", name, table.Clean(line))
	}
	switch {
	case c.Unread != nil:
		e.conn.Note("%s: its Content Credentials can't be read and are not recorded: %s", name, table.Clean(c.Unread.Error()))
	case c.Credentials == nil:
	case c.Credentials.Report.State == c2pa.Invalid:
		e.conn.Note("%s: its Content Credentials do not hold and are not recorded: %s (stemmad c2pa show %s)", name,
			table.Clean(reasonOf(c.Credentials.Report)), name)
	default:
		recorded := " and are recorded" + madeAs(c.SourceType())
		if slices.Contains(left, content.C2PA+"=sha256:"+c.Credentials.Sha256.String()) {
			recorded = ""
		}
		e.conn.Note("%s: its Content Credentials hold%s. Signed by %s, a name that is not checked here (stemmad c2pa show --anchors).",
			name, recorded, signerName(c.Credentials.Active()))
		if preset := content.Preset(c.Credentials.Wishes()); preset != "" {
			e.conn.Note("  They say who may train AI with it; offered alike: stemmad offer %s %s", name, preset)
		}
	}
}

func madeAs(sourceType string) string {
	if sourceType == "" {
		return ""
	}
	return ", with how it was made (" + sourceType + ")"
}

// reasonOf is the first that is wrong with credentials.
func reasonOf(r c2pa.Report) string {
	for _, f := range r.Failures() {
		if f.Code != c2pa.CredentialUntrusted {
			return f.Reason
		}
	}
	return "they contradict themselves"
}

// signerName names who signed a manifest, as the certificate has it.
func signerName(m c2pa.Manifest) string {
	s := m.Signature
	name := strings.TrimSpace(s.CommonName)
	switch {
	case name == "":
		name = s.Organization
	case s.Organization != "" && s.Organization != name:
		name += " (" + s.Organization + ")"
	}
	if name = table.Short(name); name == "" {
		return "somebody without a name"
	}
	return name
}

// maxSimilarTold is how many works are named that look like a file.
const maxSimilarTold = 5

// noteSimilar says which works look like the files, where a portal is named. It is no reason to refuse: neither is an answer that does
// not come.
func (e enroller) noteSimilar(ctx context.Context, contents []content.Content) error {
	portal := e.conn.Flags().Text(flagPortal)
	if portal == "" {
		return nil
	}
	if e.conn.Flags().Is(flagNoISCC) && len(contents) > 0 {
		e.conn.Note("Whether works look like the files is not known: --%s leaves out what a portal is asked with.", flagNoISCC)
		return nil
	}
	for _, c := range contents {
		found, _, err := resembling(ctx, e.conn, portal, c, similar.Distance, maxSimilarTold)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			e.conn.Note("Whether works look like %s is not known: %s", table.Clean(c.Path), table.Clean(connect.Plain(err).Error()))
			return nil
		}
		if len(found.Works) == 0 {
			if len(contents) <= maxToldEach {
				e.conn.Note("No work looks like %s, as far as that portal knows.", table.Clean(c.Path))
			}
			continue
		}
		e.conn.Note("%s looks like %s, which says nothing of whose it is:", table.Clean(c.Path), count(len(found.Works), "other work"))
		for _, w := range found.Works {
			e.conn.Note("%s", similarLines(w, e.conn.KeyNames()))
		}
	}
	return nil
}

// againstCredentials says where terms contradict what a file's Content Credentials say of uses by machines; empty: nowhere, or it is no
// file. terms are asked for where the credentials say something.
func againstCredentials(ctx context.Context, argument string, terms func(context.Context) (byMachines, error)) (lines []string, err error) {
	if _, err := os.Stat(argument); err != nil {
		return nil, nil //nolint:nilerr // a work named by its id
	}
	c, err := content.Read(ctx, argument, content.Options{NoISCC: true})
	if err != nil || c.Credentials == nil || c.Credentials.Report.State == c2pa.Invalid {
		return nil, err
	}
	wishes := c.Credentials.Wishes()
	if len(wishes) == 0 {
		return nil, nil
	}
	by, err := terms(ctx)
	return content.Contradictions(wishes, by), err
}

// maxAgainst is of how many files of a folder or a table it is said what their credentials do not allow.
const maxAgainst = 20

// noteAgainst says which offers of several contradict the credentials of their files.
func noteAgainst(ctx context.Context, conn *connect.Conn, lines []offerLine, offers map[int]*offering) error {
	said := 0
	for i, line := range lines {
		o := offers[i]
		if o == nil {
			continue
		}
		against, err := againstCredentials(ctx, line.subject, o.machines)
		if err != nil {
			return fmt.Errorf("%s: %w", line.at, err)
		}
		if len(against) == 0 {
			continue
		}
		if said++; said <= maxAgainst {
			conn.Note("Mind: %s: %s.", table.Clean(line.at), strings.Join(against, "; "))
		}
	}
	if said > maxAgainst {
		conn.Note("Mind: so do the Content Credentials of %s more.", count(said-maxAgainst, "file"))
	}
	return nil
}
