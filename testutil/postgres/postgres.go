// Package postgres starts a PostgreSQL for tests.
package postgres

import (
	"context"
	"database/sql"
	"errors"
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

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
	"github.com/stretchr/testify/require"
)

// programs is where Debian has those of PostgreSQL.
const programs = "/usr/lib/postgresql/15/bin"

var server struct {
	once   sync.Once
	err    error
	dir    string
	socket string
	as     *syscall.Credential
	number atomic.Int64
}

// ForTest makes an empty database and returns its address, postgres://... The server is started once a
// process, in a folder of its own, on a Unix socket only; TestMain ends it with Stop. It skips the
// test where PostgreSQL is not installed, or when tests are to be short.
func ForTest(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts PostgreSQL")
	}
	if _, err := os.Stat(programs); err != nil {
		t.Skip("PostgreSQL 15 is not in " + programs)
	}
	server.once.Do(func() { server.err = start() })
	require.NoError(t, server.err)
	where := func(name string) string {
		return fmt.Sprintf("postgres://portal@/%s?host=%s", name, url.QueryEscape(server.socket))
	}
	admin, err := sql.Open("pgx", where("postgres"))
	require.NoError(t, err)
	defer admin.Close()
	name := "test" + strconv.FormatInt(server.number.Add(1), 10)
	_, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	return where(name)
}

func start() error {
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
	return errors.New("there is no user but root to run PostgreSQL as")
}

func run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(programs, program), args...)
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

// Stop ends the server, if there is one.
func Stop() {
	if server.dir == "" {
		return
	}
	_ = run("pg_ctl", "-D", filepath.Join(server.dir, "data"), "-m", "immediate", "-w", "stop")
	_ = os.RemoveAll(server.dir)
}
