package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/batch"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagCSV            = "csv"
	flagSkipBad        = "skip-bad"
	flagNoAnchor       = "no-anchor"
	flagAllowContested = "allow-contested"
	flagTitle          = "title"
	flagKind           = "kind"
	flagMediaType      = "media-type"
	flagCreator        = "creator"
	flagSourceType     = "source-type"
	flagURI            = "uri"
	flagURISHA256      = "uri-sha256"
	flagFingerprint    = "fingerprint"
)

func registerCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "register FILE|DIR...",
		Short: "Register works by the SHA-256 of their files, which stay on your machine",
		Long: `Register records that you claim the content of files, and since when.

It first anchors the contents unseen: one transaction with a Merkle root over all
files. Only when that is in a block does it register them with proofs of the
anchor, so whoever copies your pending registration comes too late. What the
proofs need is kept below ~/.stemmad/anchors; an interrupted command goes on where
it stopped when you run it again.

The file stays here. Its SHA-256 goes on record, and what it tells of itself: its ISCC
(ISO 24138), by which files that look like it are found, and, if its Content Credentials
(C2PA) hold, what names them and how they say it was made. --no-iscc and --no-c2pa leave
that out, "stemmad blank" takes it back.

Kind, media type and title are guessed from the file. A table (--csv) gives them
for many files: a header line with any of the columns
  ` + strings.Join(batch.Columns, ", ") + `
where file is needed, creators ("Name (role) <account>") and fingerprints
("scheme=value", or a URL) are separated by semicolons. A bracket that names no role,
such as a pen name, stays with the name; "(role: ...)" is one whatever it says.
source_type is IPTC's, as a short name or a URI. Save it as your spreadsheet does: with
commas, semicolons or tabs, as UTF-8, UTF-16 or Windows-1252; which one was guessed is
said. What sha256sum prints is a table of files too, whose digests they must have. If
one row is wrong, it is named and nothing is sent; with --skip-bad what is wrong,
unreadable or claimed by others before is left out, named, and the command ends with
code 1. Hidden and empty files and links in folders are passed over, and Content
Credentials beside a file (photo.jpg.c2pa).

Several accounts may claim the same content; the registry doesn't judge.`,
		Example: `  stemmad register song.wav --from alice
  stemmad register song.wav --title "First Light" --creator "Alice (composer)" --from alice
  stemmad register photos --csv works.csv --from alice`,
		Args: cobra.ArbitraryArgs,
	}
	f := cmd.Flags()
	addEncodingFlag(cmd)
	f.String(flagCSV, "", "table of the works to register; its files are relative to DIR, else to the table")
	f.Bool(flagSkipBad, false, "leave out files and rows that are wrong, in place of sending nothing")
	addDetailsFlags(cmd)
	addProofFlag(cmd, "each claim")
	return sending(cmd, registerWorks)
}

// detailsFlags say something about a new work.
var detailsFlags = []string{flagTitle, flagKind, flagMediaType, flagCreator, flagSourceType, flagURI, flagURISHA256, flagFingerprint}

// addDetailsFlags adds what can be said about new works. `derive` has it too.
func addDetailsFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.String(flagTitle, "", "title (default: the file's name); for one file")
	f.String(flagKind, "", "kind of work: "+strings.Join(describe.Kinds(), ", ")+" (default: guessed)")
	f.String(flagMediaType, "", "media type (default: guessed)")
	f.StringArray(flagCreator, nil,
		`creator, as "Name", "Name (role)" or "Name (role) <account>"; another bracket stays with the name; may be repeated`)
	f.String(flagSourceType, "", "how it was made, as an IPTC digital source type such as digitalCapture, or its URI")
	f.String(flagURI, "", "where more about the work is found; for one file")
	f.String(flagURISHA256, "", "SHA-256 of what --uri serves")
	f.StringArray(flagFingerprint, nil,
		"further fingerprint as scheme=value, such as isrc=US-RC1-76-07839, in any spelling, or a URL; for one file; may be repeated")
	addContentFlags(f)
	f.Bool(flagNoAnchor, false, "register at once, without anchoring first")
	f.Bool(flagAllowContested, false, "register although somebody else has claimed the content before")
}

func registerWorks(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if err := waits(conn); err != nil {
		return err
	}
	var left leftOut
	items, err := collect(ctx, conn, args, &left)
	if err != nil {
		return err
	}
	enroller := newEnroller(conn, sender, conn.Flags().Is(flagAllowContested))
	items, err = enroller.look(ctx, items)
	if err = left.skip(conn, err); err != nil {
		return err
	}
	if len(items) == 1 && items[0].Already {
		noteDetails(conn, items[0].Work)
	}
	report := registration{Works: registered(items), LeftOut: left.texts()}
	msgs := enroll.Messages(sender.Account(), items, enroller.AllowContested)
	if len(msgs) > 0 {
		what := fmt.Sprintf("Anchor and then register %s.", count(fresh(items), "work"))
		if report.Anchor, err = anchorFirst(ctx, conn, enroller, items, what, thenRegister(ctx, conn, sender, msgs)); err != nil {
			return err
		}
		// Again: the proofs are part of the entries.
		msgs = enroll.Messages(sender.Account(), items, enroller.AllowContested)
	}
	for i, msg := range msgs {
		if len(msgs) > 1 {
			conn.Note("registering %d works, transaction %d of %d", len(msg.Works), i+1, len(msgs))
		}
		result, err := sender.Send(ctx, fmt.Sprintf("Register %s.", count(fresh(items), "work")), msg)
		if err != nil {
			return undone(err, i, len(msgs))
		}
		report.Transactions = append(report.Transactions, result)
	}
	if n := len(report.Transactions); n > 0 {
		report.Proofs = keepProofs(ctx, conn, report.Transactions[n-1], claimsOf(items, report.Transactions[n-1])...)
	}
	return errors.Join(report.print(ctx, conn, items), left.failure())
}

// claimsOf are proofs of the works that were registered now.
func claimsOf(items []enroll.Item, sent send.Result) (proofs []toKeep) {
	for _, item := range items {
		if !item.Already {
			request := &registrytypes.QueryWorkRequest{Work: item.Work}
			proofs = append(proofs, factOf(item.Work.String(), prf.Claim, request, sent))
		}
	}
	return proofs
}

// leftOut is what --skip-bad leaves out.
type leftOut []error

// skip takes up what is wrong with single files and rows, where that is to be left out, and
// returns every other error.
func (l *leftOut) skip(conn *connect.Conn, err error) error {
	var bad *sheet.BadError
	if !errors.As(err, &bad) || !conn.Flags().Is(flagSkipBad) {
		return err
	}
	*l = append(*l, bad.Each...)
	return nil
}

func (l leftOut) texts() (list []string) {
	for _, err := range l {
		list = append(list, connect.Plain(err).Error())
	}
	return list
}

// failure is nil where nothing was left out.
func (l leftOut) failure() error {
	if len(l) == 0 {
		return nil
	}
	return fmt.Errorf("%s left out:\n%w", count(len(l), "file"), sheet.Join(l))
}

// thenRegister says what registering costs after the anchor; empty where it is not known
// before, for several transactions or without an anchor.
func thenRegister(ctx context.Context, conn *connect.Conn, sender *send.Sender, msgs []*registrytypes.MsgRegister) string {
	if len(msgs) != 1 || conn.Flags().Is(flagNoAnchor) {
		return ""
	}
	trial, err := sender.Try(ctx, msgs[0])
	if err != nil {
		return "" // it is refused without the anchor, or will be
	}
	return sender.Then(ctx, trial)
}

// waits refuses --broadcast-mode async where the anchor's block is waited for.
func waits(conn *connect.Conn) error {
	if conn.BroadcastMode == flags.BroadcastAsync && !conn.Flags().Is(flagNoAnchor) {
		return errors.New("--broadcast-mode async needs --no-anchor: an anchor must be in a block before its works are registered")
	}
	return nil
}

// undone says what is done already when a later transaction fails, and what is left when others sign each.
func undone(err error, done, all int) error {
	var handed *send.Handed
	if errors.As(err, &handed) {
		handed.More = handed.More || done+1 < all
		return err
	}
	if done == 0 {
		return err
	}
	return fmt.Errorf("%d of %d transactions went through; run the command again to go on: %w", done, all, err)
}

// collect hashes the files and says what they are.
func collect(ctx context.Context, conn *connect.Conn, args []string, left *leftOut) ([]enroll.Item, error) {
	if table := conn.Flags().Text(flagCSV); table != "" {
		return collectTable(ctx, conn, table, args, left)
	}
	if len(args) == 0 {
		return nil, errors.New("name the files or folders to register (see stemmad register --help)")
	}
	found, passed, err := register.Find(args)
	if err != nil {
		return nil, err
	}
	notePassed(conn, passed)
	noteManifests(conn, found)
	found, bad := readable(found)
	if err := left.skip(conn, sheet.Join(bad)); err != nil {
		return nil, err
	}
	var items []enroll.Item
	var kept []register.Found
	bad = nil
	for _, file := range found {
		about, err := details(conn, file.Path, len(found) == 1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table.Clean(file.Path), err)
		}
		if err := sound(about); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", table.Clean(file.Path), err))
			continue
		}
		items, kept = append(items, enroll.Item{Details: about}), append(kept, file)
	}
	if err := left.skip(conn, sheet.Join(bad)); err != nil {
		return nil, err
	}
	return items, hashAll(ctx, conn, items, kept)
}

func collectTable(
	ctx context.Context, conn *connect.Conn, table string, args []string, left *leftOut,
) ([]enroll.Item, error) {
	for _, name := range detailsFlags {
		if conn.Flags().Changed(name) {
			return nil, fmt.Errorf("--%s and --%s don't go together: write it in the table", name, flagCSV)
		}
	}
	dir := filepath.Dir(table)
	switch len(args) {
	case 0:
	case 1:
		dir = args[0]
		if _, err := os.Stat(table); errors.Is(err, os.ErrNotExist) && !filepath.IsAbs(table) {
			table = filepath.Join(dir, table)
		}
	default:
		return nil, fmt.Errorf("--%s takes one folder, in which the table's files are", flagCSV)
	}
	f, err := os.Open(table)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := batch.Read(f, table, dir, tableOptions(conn, table, 0), accountsOf(conn))
	if err = left.skip(conn, err); err != nil {
		return nil, fmt.Errorf("%w\nnothing was sent", err)
	}
	var items []enroll.Item
	var found []register.Found
	var opened []batch.Row
	var bad []error
	for _, row := range rows {
		file, err := opens(row.Path)
		if err != nil {
			bad = append(bad, batch.RowError(table, row, err))
			continue
		}
		items, found, opened = append(items, enroll.Item{Details: row.Details}), append(found, file), append(opened, row)
	}
	if err := hashAll(ctx, conn, items, found); err != nil {
		return nil, err
	}
	kept := items[:0]
	for i, row := range opened {
		if err := row.Check(items[i].Digest()); err != nil {
			bad = append(bad, batch.RowError(table, row, err))
			continue
		}
		kept = append(kept, items[i])
	}
	return kept, left.skip(conn, sheet.Join(bad))
}

// readable parts the files that can be opened from the others.
func readable(all []register.Found) (found []register.Found, bad []error) {
	for _, file := range all {
		if _, err := opens(file.Path); err != nil {
			bad = append(bad, err)
			continue
		}
		found = append(found, file)
	}
	return found, bad
}

// opens says how large a file is that can be read.
func opens(path string) (register.Found, error) {
	f, err := os.Open(path)
	if err != nil {
		return register.Found{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return register.Found{}, err
	}
	return register.Found{Path: path, Size: info.Size()}, nil
}

// noteManifests says of manifests what registers their datasets: the file by itself is another content.
func noteManifests(conn *connect.Conn, files []register.Found) {
	for _, f := range files {
		if target.IsManifest(f.Path) {
			conn.Note("%s is a manifest: this registers the file. \"stemmad dataset register\" registers the dataset, whose "+
				"contributors can share.", table.Clean(f.Path))
		}
	}
}

// shownPassed is how many files that are passed over are named.
const shownPassed = 5

// notePassed says what of folders is not registered.
func notePassed(conn *connect.Conn, passed []register.Passed) {
	if len(passed) == 0 {
		return
	}
	var named []string
	byName := false // whether a file that is passed over here is registered where it is named
	for i, p := range passed {
		byName = byName || p.Why == register.Hidden || p.Why == register.Link
		if i < shownPassed {
			named = append(named, fmt.Sprintf("%s (%s)", table.Clean(p.Path), p.Why))
		}
	}
	if more := len(passed) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("and %d more", more))
	}
	hint := ""
	if byName {
		hint = " Name a hidden file or a link by itself to register it all the same."
	}
	conn.Note("Passed over: %s.%s", strings.Join(named, ", "), hint)
}

// sumFiles hashes files, and shows how far it is.
func sumFiles(ctx context.Context, conn *connect.Conn, found []register.Found) ([]register.File, error) {
	bar := progress.New(conn.Err(), "hashing", register.Total(found), progress.Size)
	defer bar.Finish()
	return register.Sum(ctx, found, bar.Add)
}

func hashAll(ctx context.Context, conn *connect.Conn, items []enroll.Item, found []register.Found) error {
	files, err := sumFiles(ctx, conn, found)
	if err != nil {
		return err
	}
	for i := range files {
		items[i].File = files[i]
	}
	return nil
}

// accountsOf finds creators by the names of keys too.
func accountsOf(conn *connect.Conn) describe.Accounts {
	return func(name string) (string, error) {
		account, err := conn.Account(name)
		return account.String(), err
	}
}

// details says about a file what the flags say, and guesses the rest. Flags for
// one file are refused with several.
func details(conn *connect.Conn, path string, single bool) (registrytypes.Details, error) {
	f := conn.Flags()
	if !single {
		for _, name := range []string{flagTitle, flagURI, flagURISHA256, flagFingerprint} {
			if f.Changed(name) {
				return registrytypes.Details{}, fmt.Errorf("--%s is for one file; for several use --%s", name, flagCSV)
			}
		}
	}
	kind, media, err := describe.Guess(path)
	if err != nil {
		return registrytypes.Details{}, err
	}
	d := registrytypes.Details{
		Kind: kind, MediaType: media, Title: describe.Title(path),
		MetadataUri: f.Text(flagURI),
	}
	if d.DigitalSourceType, err = describe.ParseSourceType(f.Text(flagSourceType)); err != nil {
		return d, fmt.Errorf("--%s: %w", flagSourceType, err)
	}
	if err := d.MetadataSha256.UnmarshalText([]byte(f.Text(flagURISHA256))); err != nil {
		return d, fmt.Errorf("--%s: %w", flagURISHA256, err)
	}
	if f.Changed(flagTitle) {
		d.Title = text.Compose(f.Text(flagTitle))
	}
	if f.Changed(flagMediaType) {
		d.MediaType = f.Text(flagMediaType)
	}
	if f.Changed(flagKind) {
		if d.Kind, err = describe.ParseKind(f.Text(flagKind)); err != nil {
			return d, err
		}
	}
	for _, s := range f.Texts(flagCreator) {
		creator, err := describe.ParseCreator(s, "", accountsOf(conn))
		if err != nil {
			return d, err
		}
		d.Creators = append(d.Creators, creator)
	}
	for _, s := range f.Texts(flagFingerprint) {
		fingerprint, err := describe.ParseFingerprint(s)
		if err != nil {
			return d, err
		}
		d.Fingerprints = append(d.Fingerprints, fingerprint)
	}
	return d, nil
}

// sound fails where the chain, or whoever reads it, could not take what is said of a file, which may be its name.
func sound(d registrytypes.Details) error {
	return cmp.Or(describe.Lost(d), d.Validate())
}
