package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Folders and tables of works: what is wrong is named, and what is done already stays.
func TestJourneyOfManyWorks(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("photos/.git", 0o700))
	for i := range 3 {
		l.write(fmt.Sprintf("photos/%d.txt", i), fmt.Sprint("photo ", i))
	}
	l.write("photos/.git/config", "hidden")
	l.write("photos/empty.txt", "")
	require.NoError(t, os.Symlink("0.txt", filepath.Join("photos", "link.txt")))
	l.write("works.csv", "\ufeffFile;Title;Kind\r\n0.txt;Zero;text\r\nnone.txt;None;text\r\n1.txt;One;nonsense\r\n")

	table := []string{"register", "photos", "--csv", "works.csv", "--from", "alice", "--no-anchor"}
	refused := l.fail(table...)
	require.Contains(t, refused, "works.csv row 3 (photos/none.txt)")
	require.Contains(t, refused, "nothing was sent")
	_, errs, code := command(append(table, "--skip-bad", "-y", "--home", l.home)...)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "2 files left out:")
	require.Contains(t, errs, "works.csv row 4 (photos/1.txt): column kind")
	require.Contains(t, l.do("show", "photos/0.txt"), "Zero")

	_, errs, code = command("register", "photos", "--from", "alice", "--no-anchor", "-y", "--home", l.home)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, "Passed over: photos/.git (hidden), photos/empty.txt (empty), photos/link.txt (a link).")
	require.Contains(t, l.fail("register", "photos/empty.txt", "--from", "alice"), "empty")
	require.Contains(t, l.fail("register", "", "--from", "alice"), "one of the names is empty")
	_, errs, _ = command("register", "--from", "alice", "--home", l.home, "--", "--")
	require.Contains(t, errs, "write ./-- for a file of that name")
	// What somebody else claims before is left out too.
	_, errs, code = command("register", "photos", "--from", "bob", "--skip-bad", "--no-anchor", "-y", "--home", l.home)
	require.Equal(t, exitContested, code, errs)
	require.Contains(t, errs, "3 files left out:")

	// A name that is no title is left out, and all such names are said.
	require.NoError(t, os.Mkdir("names", 0o700))
	l.write("names/good.txt", "a good name")
	l.write("names/new\nline.txt", "a line")
	l.write("names/caf\xe9.txt", "Latin-1")
	refused = l.fail("register", "names", "--from", "alice", "--no-anchor")
	require.Contains(t, refused, `"caf\xe9" is not in UTF-8`)
	require.Contains(t, refused, "a control character")
	_, errs, code = command("register", "names", "--from", "alice", "--skip-bad", "--no-anchor", "-y", "--home", l.home)
	require.Equal(t, exitFailed, code)
	require.Contains(t, errs, "2 files left out:")
	require.Contains(t, l.do("show", "names/good.txt"), "good")
	_, errs, _ = command("register", "names", "--from", "alice", "--skip-bad", "--no-anchor", "-y", "--home", l.home)
	require.NotContains(t, errs, "Passed over")
	require.NoError(t, os.Mkdir("empty", 0o700))
	l.write("empty/full.txt", "full")
	l.write("empty/empty.txt", "")
	_, errs, _ = command("register", "empty", "--from", "alice", "--dry-run", "--no-anchor", "--home", l.home)
	require.Contains(t, errs, "Passed over: empty/empty.txt (empty).\n", "by its name it is refused too")

	l.write("SHA256SUMS", fmt.Sprintf("%x  0.txt\n%x  2.txt\n", sha256.Sum256([]byte("photo 0")), sha256.Sum256([]byte("before it was changed"))))
	refused = l.fail("register", "photos", "--csv", "SHA256SUMS", "--from", "alice", "--no-anchor")
	require.Contains(t, refused, "SHA256SUMS row 2 (photos/2.txt): the table says SHA-256 ")
	require.NotContains(t, refused, "row 1")
	l.write("photos/mac.txt", "mac")
	l.write("mac.csv", "file,title\nmac.txt,Caf\x8e\n") // as Excel of a Mac saves Café
	_, errs, code = command("register", "photos", "--csv", "mac.csv", "--from", "alice", "--dry-run", "--no-anchor", "--home", l.home)
	require.Equal(t, exitOK, code, errs)
	require.Contains(t, errs, `mac.csv does not say its encoding and is read as windows-1252, so: "mac.txt,CafŽ"`)
	_, errs, code = command("register", "photos", "--csv", "mac.csv", "--encoding", "windows-1252", "--from", "alice", "--dry-run", "--no-anchor",
		"--home", l.home)
	require.Equal(t, exitOK, code, errs)
	require.NotContains(t, errs, "does not say its encoding")
	require.Contains(t, l.fail("clear", "--manifest", "mac.csv", "--encoding", "latin-9", "--use", "copy"), "latin-9")
	require.NoError(t, os.Remove("photos/mac.txt"))
	l.write("photos/copy.txt", "photo 0") // one content in two files

	offers := []string{"offer", "photos", "commercial-use", "--price", "1 USDC", "--from", "alice"}
	require.Contains(t, l.do(append(offers, "--dry-run")...), "Would offer")
	require.Contains(t, l.do(offers...), "1.00 USDC")
	require.Contains(t, l.do(offers...), "Nothing to do: all of it is offered so already.")
	require.Contains(t, l.fail("offer", "photos", "commercial-use", "--close", "--from", "alice"), "one work at a time")
	l.write("mine.yaml", "spdx: LicenseRef-Mine\ncommercial_use: true\n")
	l.write("offers.csv", "Work,Terms,Price\nphotos/0.txt,commercial-use,2 USDC\nphotos/1.txt,mine.yaml,\nphotos/2.txt,mine.yaml,\nphotos/9.txt,mit,\n")
	refused = l.fail("offer", "--csv", "offers.csv", "--from", "alice")
	require.Contains(t, refused, "offers.csv row 5 (photos/9.txt)")
	require.Contains(t, refused, "nothing was sent")
	_, errs, code = command("offer", "--csv", "offers.csv", "--skip-bad", "--from", "alice", "-y", "--home", l.home)
	require.NotEqual(t, exitOK, code)
	require.Contains(t, errs, "1 file left out:")
	require.Contains(t, l.do("show", "photos/0.txt"), "2.00 USDC")
	require.Contains(t, l.do("show", "photos/1.txt"), "LicenseRef-Mine")

	l.write("band.csv", "account;share\nalice;70 %\nbob;30%\n")
	require.Contains(t, l.do("splits", "photos/0.txt", "--csv", "band.csv", "--from", "alice"), "Divided it")
	l.write("band.csv", "account;share\nalice;70 %\n\nbob;30\u00a0pc\n")
	require.Contains(t, l.fail("splits", "photos/0.txt", "--csv", "band.csv", "--from", "alice"), `band.csv row 4, column share: "30`)
	l.write("band.csv", "account;share\nnobody=x;100 %\n")
	require.Contains(t, l.fail("splits", "photos/0.txt", "--csv", "band.csv", "--from", "alice"), "band.csv row 2, column account: ")
	require.Contains(t, l.fail("splits", "photos/0.txt", "bob=1%", "--csv", "band.csv", "--from", "alice"), "not both")
}
