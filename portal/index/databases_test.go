package index_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
)

// TestMain ends the PostgreSQL that tests may have started.
func TestMain(m *testing.M) {
	code := m.Run()
	stopPostgres()
	os.Exit(code)
}

// onBoth runs a test with an empty SQLite file and, if PostgreSQL is there, an empty database.
func onBoth(t *testing.T, test func(t *testing.T, open func() *index.Index)) {
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "index.db")
		test(t, func() *index.Index { return open(t, path) })
	})
	t.Run("postgres", func(t *testing.T) {
		where := postgres(t)
		test(t, func() *index.Index { return open(t, where) })
	})
}

func open(t testing.TB, where string) *index.Index {
	t.Helper()
	x, err := index.Open(context.WithoutCancel(t.Context()), where)
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return x
}

const postgresPrograms = "/usr/lib/postgresql/15/bin"

var server struct {
	once   sync.Once
	err    error
	dir    string
	socket string
	as     *syscall.Credential
	number atomic.Int64
}

// postgres makes an empty database and returns its address. The server is started once, in a folder
// of its own, on a Unix socket only. It skips the test where PostgreSQL is not installed.
func postgres(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(postgresPrograms); err != nil {
		t.Skip("PostgreSQL 15 is not in " + postgresPrograms)
	}
	server.once.Do(func() { server.err = startPostgres() })
	require.NoError(t, server.err)
	where := func(name string) string {
		return fmt.Sprintf("postgres://portal@/%s?host=%s", name, url.QueryEscape(server.socket))
	}
	admin, err := sql.Open("pgx", where("postgres"))
	require.NoError(t, err)
	defer admin.Close()
	name := "index" + strconv.FormatInt(server.number.Add(1), 10)
	_, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return where(name)
}

func startPostgres() error {
	var err error
	if server.dir, err = os.MkdirTemp("", "pg-"); err != nil {
		return err
	}
	if os.Geteuid() == 0 { // it refuses to run as root
		if err := dropRights(); err != nil {
			return err
		}
	}
	data := filepath.Join(server.dir, "data")
	server.socket = server.dir
	if err := run("initdb", "-D", data, "-U", "portal", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"); err != nil {
		return err
	}
	options := "-c listen_addresses='' -c fsync=off -c unix_socket_directories=" + server.socket
	return run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(server.dir, "log"), "-o", options, "start")
}

func dropRights() error {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		server.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(server.dir, uid, gid)
	}
	return fmt.Errorf("there is no user to run PostgreSQL as")
}

func run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(postgresPrograms, program), args...)
	command.Dir = server.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: server.as}
	said, err := os.Create(filepath.Join(server.dir, program+".out")) // a pipe would stay open in the server
	if err != nil {
		return err
	}
	defer said.Close()
	command.Stdout, command.Stderr = said, said
	if err := command.Run(); err != nil {
		text, _ := os.ReadFile(said.Name())
		return fmt.Errorf("%s: %w\n%s", program, err, text)
	}
	return nil
}

func stopPostgres() {
	if server.dir == "" {
		return
	}
	_ = run("pg_ctl", "-D", filepath.Join(server.dir, "data"), "-m", "immediate", "-w", "stop")
	_ = os.RemoveAll(server.dir)
}
