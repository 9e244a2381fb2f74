package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// several is an account of three, of whom two sign. Each has a home of its own, without a node.
type several struct {
	local
	homes map[string]string
}

// startSeveral makes the keys and the account, and gives it money.
func startSeveral(t *testing.T) several {
	t.Helper()
	s := several{startLocal(t), map[string]string{}}
	t.Chdir(t.TempDir())
	members := []string{"ann", "ben", "cat"}
	for _, name := range members {
		s.homes[name] = filepath.Join(t.TempDir(), name)
		s.at(s.homes[name], "keys", "add", name)
	}
	for _, home := range []string{s.homes["ann"], s.homes["ben"], s.homes["cat"], s.home} {
		for _, name := range members {
			if home != s.homes[name] {
				s.at(home, "keys", "add", name, "--pubkey", strings.TrimSpace(s.at(s.homes[name], "keys", "show", name, "--pubkey")))
			}
		}
		s.at(home, "keys", "add", "band", "--multisig", strings.Join(members, ","), "--multisig-threshold", "2")
	}
	band := strings.TrimSpace(s.do("keys", "show", "band", "--address"))
	s.await("tx", "bank", "send", "alice", band, "500000000ustem,100000000uusdc", "-y")
	return s
}

// at runs a command on the machine of one of them: no node answers there.
func (s several) at(home string, args ...string) string {
	s.t.Helper()
	if home != s.home {
		args = append(args, "--keyring-backend", "test")
		if args[0] == "tx" {
			args = append(args, "--node", "tcp://127.0.0.1:1")
		}
	}
	out, errs, code := command(append(args, "--home", home)...)
	require.Equal(s.t, exitOK, code, "%v: %s", args, errs)
	return out
}

// await runs a command that sends, and waits for its block; the transaction has to succeed.
func (s several) await(args ...string) {
	s.t.Helper()
	hash := s.json("txhash", args...).(string)
	require.EqualValues(s.t, 0, s.json("code", "query", "wait-tx", hash))
}

// handed is what a verb prints for programs.
type handed struct {
	Unsigned struct {
		File, Account, Fee string
		Needed             int
		Members            []struct{ Name, Address string }
		Chain              string `json:"chain_id"`
		Number             string `json:"account_number"`
		Sequence           string
	}
	More bool
	Next []string
}

// together runs a verb of the band, has two sign it as it says, and sends it. It returns what the verb said.
func (s several) together(signers [2]string, args ...string) handed {
	s.t.Helper()
	var h handed
	require.NoError(s.t, json.Unmarshal([]byte(s.do(append(args, "--output", "json")...)), &h))
	require.Len(s.t, h.Next, 3)
	require.Equal(s.t, 2, h.Unsigned.Needed)
	for _, name := range signers {
		s.at(s.homes[name], arguments(strings.ReplaceAll(h.Next[0], "NAME", name))...)
	}
	// The example names others than those who signed.
	combine := arguments(h.Next[1])
	combine = append([]string{"tx", "multi-sign", h.Unsigned.File, "band"}, combine[6:]...)
	for _, name := range signers {
		combine = append(combine, fmt.Sprintf("%s-%s.json", name, h.Unsigned.Sequence))
	}
	s.at(s.homes[signers[1]], combine...)
	s.await("tx", "broadcast", fmt.Sprintf("signed-%s.json", h.Unsigned.Sequence))
	return h
}

// tooFew has one of two sign what the verb wrote, once as it is and once for another sequence.
func (s several) tooFew(args []string) {
	s.t.Helper()
	var h handed
	require.NoError(s.t, json.Unmarshal([]byte(s.do(append(args, "--output", "json")...)), &h))
	sign := arguments(strings.ReplaceAll(h.Next[0], "NAME", "ann"))
	s.at(s.homes["ann"], sign...)
	place := sign[len(sign)-9 : len(sign)-2]
	combine := func(files ...string) string {
		line := slices.Concat([]string{"tx", "multi-sign", h.Unsigned.File, "band"}, files, place, []string{"--output-document", "signed.json"})
		_, errs, code := command(append(line, "--home", s.home)...)
		require.Equal(s.t, exitFailed, code, errs)
		return errs
	}
	require.Contains(s.t, combine("ann-0.json"), "band needs the signatures of 2, and these files have those of 1")
	require.Contains(s.t, combine("ann-0.json", "ann-0.json"), "have those of 1")
	other := arguments(strings.NewReplacer("NAME", "cat", "--sequence 0", "--sequence 7").Replace(h.Next[0]))
	s.at(s.homes["cat"], other...)
	require.Contains(s.t, combine("ann-0.json", "cat-0.json"), "another file, account number, sequence or chain")
	require.NoFileExists(s.t, "signed.json")
}

// arguments are the arguments of a command that was printed, without the program.
func arguments(line string) []string { return strings.Fields(line)[1:] }

// A band of three registers, offers, declares a source, is paid and answers a dispute, with the commands of
// everybody.
func TestJourneyOfSeveral(t *testing.T) {
	s := startSeveral(t)
	first, second := [2]string{"ann", "cat"}, [2]string{"cat", "ben"}
	s.write("song.wav", "song")

	// Registering takes two transactions: the same command makes the second, and then nothing.
	register := []string{"register", "song.wav", "--title", "Ours", "--from", "band"}
	require.Contains(t, s.do(append(register, "--dry-run")...), "nothing was sent")
	require.NoFileExists(t, "unsigned-0.json")
	said := s.do(append(register, "--proof")...)
	for _, want := range []string{
		"Written to unsigned-0.json", "2 of these sign it", "ann", "tx multi-sign unsigned-0.json band", "This is not all", "stemmad prove",
	} {
		require.Contains(t, said, want)
	}
	require.NotContains(t, said, "another transaction")
	require.Contains(t, s.do("register", "song.wav", "--no-anchor", "--from", "band"), "another transaction")
	s.tooFew(register)
	cheap := []string{"register", "song.wav", "--no-anchor", "--from", "band", "--fees", "1ustem"}
	require.Contains(t, s.do(cheap...), "The chain asks for more now")
	require.Contains(t, s.json("unsigned.fee_asked", append(cheap, "--output-document", "cheap.json")...), "ustem")
	require.NotContains(t, s.do("register", "song.wav", "--no-anchor", "--from", "band", "--gas-prices", "0.1ustem"), "asks for more")
	require.True(t, s.together(first, register...).More)
	require.False(t, s.together(second, register...).More)
	require.Contains(t, s.do(register...), "Nothing to register")
	song := s.json("works.0.work.id", "show", "song.wav").(string)
	require.Equal(t, "anchored", strings.Fields(strings.SplitAfter(s.do("show", song), "UTC, ")[1])[0])

	s.together(first, "offer", song, "commercial-remix-10", "--from", "band")
	s.together(second, "offer", song, "commercial-use", "--price", "5.00 USDC", "--from", "band")
	s.together(first, "offer", song, "commercial-use", "--close", "--from", "band")

	s.write("poem.txt", "poem")
	s.do("register", "poem.txt", "--from", "bob")
	s.do("offer", "poem.txt", "commercial-remix-10", "--from", "bob")
	s.write("ballad.wav", "ballad")
	s.together(first, "derive", "ballad.wav", "--from", "poem.txt=parentOf@commercial-remix-10", "--no-anchor", "--by", "band")
	s.do("pay", "ballad.wav", "10.00", "USDC", "--from", "fan")
	s.together(second, "pay", "poem.txt", "1.00", "USDC", "--from", "band")
	s.do("transfer", "poem.txt", "--to", "band", "--from", "bob")
	s.together(first, "accept", "poem.txt", "--from", "band")
	s.together(first, "transfer", "poem.txt", "--to", "bob", "--from", "band")
	require.Contains(t, s.do("clear", song, "--use", "adapt", "--commercial", "--as", "band"), "ALLOWED")
	s.do("accept", "poem.txt", "--from", "bob")
	s.write("film.mp4", "film")
	s.do("register", "film.mp4", "--from", "bob")
	s.do("offer", "film.mp4", "commercial-use", "--price", "1.00 USDC", "--from", "bob")
	s.together(second, "clear", "film.mp4", "--use", "perform", "--commercial", "--buy", "--max-fee", "1.00 USDC",
		"--from", "band")
	require.Contains(t, s.do("clear", "film.mp4", "--use", "perform", "--commercial", "--as", "band"), "ALLOWED")

	s.write("draft.txt", "draft")
	dispute := s.json("dispute", "dispute", "open", song, "--about", "prior-claim", "--transfer-to", "me", "--evidence", "draft.txt",
		"--from", "alice").(string)
	s.together(first, "dispute", "answer", dispute, "--contest", "--evidence", "poem.txt", "--from", "band")
	band := strings.TrimSpace(s.do("keys", "show", "band", "--address"))
	require.Equal(t, band, s.json("dispute.contested_by", "dispute", "show", dispute))

	// The output says what follows, so the file is a file; and what nobody has signed is refused.
	require.Contains(t, s.fail("offer", "ballad.wav", "commercial-use", "--from", "band", "--output-document", "-"), "name a file")
	require.Contains(t, s.fail("tx", "broadcast", "unsigned-0.json"), "did not take the transaction")
}

// A key whose secret is elsewhere, and one whose owner wants to look first.
func TestJourneyOfAKeyThatIsElsewhere(t *testing.T) {
	s := startSeveral(t)
	s.write("song.wav", "song")
	s.await("tx", "bank", "send", "alice", strings.TrimSpace(s.do("keys", "show", "ann", "--address")), "5000000ustem", "-y")
	for _, c := range []struct {
		home string
		args []string
	}{
		{s.homes["ann"], []string{"register", "song.wav", "--no-anchor", "--from", "ann"}},
		{s.home, []string{"register", "song.wav", "--no-anchor", "--allow-contested", "--from", "bob", "--generate-only"}},
	} {
		var h handed
		require.NoError(t, json.Unmarshal([]byte(s.do(append(c.args, "--output", "json")...)), &h))
		require.Len(t, h.Next, 2)
		s.at(c.home, arguments(h.Next[0])...)
		s.await("tx", "broadcast", "signed-"+h.Unsigned.Sequence+".json")
		require.NoError(t, os.Remove("signed-"+h.Unsigned.Sequence+".json"))
	}
	require.Contains(t, s.fail("register", "song.wav", "--from", "fan", "--output-document", "x.json"), "add --generate-only")
}
