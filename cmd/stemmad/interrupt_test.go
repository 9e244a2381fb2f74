package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

// spoken is a command line that runs as a process of its own.
type spoken struct {
	t    *testing.T
	cmd  *exec.Cmd
	errs *said
}

// said collects what a process prints.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(bz []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(bz)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func startProcess(t *testing.T, stdin io.Reader, args ...string) spoken {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := spoken{t, exec.Command(self, args...), &said{}}
	p.cmd.Env, p.cmd.Stdin, p.cmd.Stderr = append(os.Environ(), asNode+"=1"), stdin, p.errs
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// end sends a signal and returns the exit code.
func (p spoken) end(signal syscall.Signal) int {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(signal))
	_ = p.cmd.Wait() // how it ended is in its state
	return p.cmd.ProcessState.ExitCode()
}

// A verb that goes on by itself says so, in place of each transaction that may come.
func TestAnInterruptedTableGoesOn(t *testing.T) {
	goesOn, sent := resumableError{"interrupted: run it again"}, []connect.Sent{{TxHash: "AB"}}
	require.ErrorIs(t, interrupted(goesOn, nil), errNothingSent)
	require.EqualError(t, interrupted(goesOn, sent), "interrupted: run it again")
	require.ErrorIs(t, interrupted(goesOn, sent), client.ErrUndecided)
	require.ErrorContains(t, interrupted(errors.New("another"), sent), "transaction AB may still come")
}

// What was sent may still come: who interrupts is told its hash.
func TestAnInterruptedCommandSaysWhatItSent(t *testing.T) {
	n := localnet.ForTest(t, localnet.Options{Keys: []string{"alice"}, BlockTime: 3 * time.Second})
	node := n.Nodes[0]
	file := filepath.Join(t.TempDir(), "mine.yaml")
	publish := func(spdx string, more ...string) []string {
		require.NoError(t, os.WriteFile(file, []byte("spdx: LicenseRef-"+spdx+"\ncommercial_use: true\n"), 0o600))
		return append([]string{"terms", "publish", file, "--from", "alice", "--home", node.Home}, more...)
	}
	waiting := func() bool {
		answer, err := http.Get("http://" + node.RPC + "/num_unconfirmed_txs")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		bz, err := io.ReadAll(answer.Body)
		return err == nil && strings.Contains(string(bz), `"total":"1"`)
	}
	wait := func(hash string) {
		_, errs, code := command("query", "wait-tx", hash, "--home", node.Home, "--timeout", "1m")
		require.Equal(t, exitOK, code, errs)
	}

	people := startProcess(t, nil, publish("One", "-y")...)
	require.Eventually(t, waiting, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, exitUndecided, people.end(syscall.SIGINT), people.errs)
	found := regexp.MustCompile("transaction ([0-9A-F]{64}) may still come: look for it with `stemmad query wait-tx").FindStringSubmatch(people.errs.String())
	require.NotNil(t, found, people.errs)
	wait(found[1])

	programs := startProcess(t, nil, publish("Two", "-y", "--output", "json")...)
	require.Eventually(t, waiting, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, exitUndecided, programs.end(syscall.SIGTERM), programs.errs)
	var report refusal.Report
	require.NoError(t, json.Unmarshal([]byte(programs.errs.String()), &report))
	require.Equal(t, exitUndecided, report.ExitCode)
	require.Len(t, report.Transactions, 1)
	require.Zero(t, report.Transactions[0].Height)
	wait(report.Transactions[0].TxHash)

	// At the question nothing was sent.
	stdin, theirs, err := os.Pipe()
	require.NoError(t, err)
	defer theirs.Close()
	asked := startProcess(t, stdin, publish("Three")...)
	require.Eventually(t, func() bool { return strings.Contains(asked.errs.String(), "Send? [y/N]") }, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, exitFailed, asked.end(syscall.SIGINT))
	require.Contains(t, asked.errs.String(), errNothingSent.Error())
}

// Nothing is spent unless somebody answers, or -y does.
func TestNothingIsSentWithoutAnAnswer(t *testing.T) {
	l := startLocal(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"song.wav", "hit.wav", "remix.wav", "new.wav"} {
		l.write(name, name)
	}
	l.write("mine.yaml", "spdx: LicenseRef-Mine\ncommercial_use: true\n")
	l.do("register", "song.wav", "hit.wav", "--from", "alice", "--no-anchor")
	l.do("offer", "song.wav", "commercial-remix-10", "--price", "5000uusdc", "--from", "alice")
	l.do("transfer", "hit.wav", "--to", "fan", "--from", "alice")
	channel := l.json("payment_channel", "paychannel", "open", "100000uusdc", "--pay", "song.wav=100%", "--from", "fan").(string)
	l.write("v.json", l.do("voucher", "sign", channel, "2500", "--key", "fan"))
	balances := l.do("balance", "fan") + l.do("balance", "alice")
	for _, line := range []string{
		"register new.wav --from alice", "register new.wav --from alice --no-anchor", "anchor new.wav --from alice",
		"offer song.wav cc-by-4.0 --from alice", "offer song.wav commercial-remix-10 --close --from alice",
		"acquire song.wav --max-fee 5000uusdc --from fan",
		"derive remix.wav --from song.wav --by fan --buy --max-fee 5000uusdc",
		"clear song.wav --use adapt --commercial --buy --max-fee 5000uusdc --from fan",
		"pay song.wav 100000uusdc --from fan", "splits song.wav alice=60% bob=40% --from alice",
		"paychannel open 5000uusdc --pay song.wav=100% --from fan", "paychannel top-up " + channel + " 5000uusdc --from fan",
		"paychannel close " + channel + " --from fan", "voucher redeem v.json --from bob",
		"transfer song.wav --to bob --from alice", "accept hit.wav --from fan", "withdraw song.wav --from alice",
		"terms publish mine.yaml --from alice",
	} {
		for _, output := range []string{"text", "json"} {
			out, errs, code := answering("", append(strings.Fields(line), "--home", l.home, "--output", output)...)
			require.Equal(t, exitFailed, code, "%s: %s%s", line, out, errs)
			require.Contains(t, errs, "add -y to send without a question", line)
		}
	}
	require.Equal(t, balances, l.do("balance", "fan")+l.do("balance", "alice"))
	require.Contains(t, l.fail("show", "new.wav"), "not registered")
}

// All verbs send through the package that asks.
func TestVerbsSendByOneWay(t *testing.T) {
	direct := regexp.MustCompile(`\.Submit\(|\.BroadcastTx|client\.FromKeyring|GenerateOrBroadcast`)
	require.NoError(t, filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, filepath.Join("internal", "send")) {
			return err
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Empty(t, direct.FindString(string(text)), path)
		return nil
	}))
}
