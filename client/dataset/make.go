package dataset

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/stemma-chain/stemma/internal/durably"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

var (
	// ErrExists says that there is a manifest already, or what would be written over beside it.
	ErrExists = errors.New("there is such a file already")
	// ErrBusy says that another program builds the same manifest.
	ErrBusy = errors.New("another program builds it")
)

// checkpoint is how often a build keeps how far it is.
const checkpoint = 30 * time.Second

// MakeOptions of Make. The zero value suits most.
type MakeOptions struct {
	// Workers hash at once; 0: as many as there are processors.
	Workers int
	// Progress is told how many items more were read, and how many bytes of the source; nil: nobody is.
	Progress func(items int, bytes int64)
	// Resumes is told after how many items a build goes on that was broken off. Changed: it begins anew, since the source is no more what
	// it was. nil: nobody is.
	Resumes func(items uint64, changed bool)
	// Every is how often the build keeps how far it is; 0: every 30 seconds.
	Every time.Duration
}

// state is how far a build is, in a file.
type state struct {
	Version  int    `json:"version"`
	Identity string `json:"identity"`
	Mark     string `json:"mark"`
	Ended    bool   `json:"ended"`
	Items    uint64 `json:"items"`
	// Length of the rows of the blocks, and of those behind them, which do not fill one yet.
	Length     int64   `json:"length"`
	TailLength int64   `json:"tail_length"`
	TailItems  int     `json:"tail_items"`
	Buckets    []int64 `json:"buckets"`
	// Blocks, as an index has them.
	Blocks []byte `json:"blocks"`
}

// stateVersion is that of state.
const stateVersion = 1

// making is a build with its folder.
type making struct {
	path, dir string
	source    Resumable
	// inPlace: the manifest is there, and only the files beside it are made.
	inPlace bool
	o       MakeOptions
	hash    hashing
	rows    *os.File
	out     *bufio.Writer
}

// Make builds a manifest at path, with the files beside it. What it needs meanwhile is in a folder beside them: some 30 bytes for each
// item, and the manifest. A build that was broken off, even by the loss of power, goes on where it last kept how far it was, some
// seconds before, when it is made again; one that is cancelled where it was. Source nil: the manifest is there, and is only built. It
// fails as Build and the source do, with ErrExists and with ErrBusy.
func Make(ctx context.Context, source Resumable, path string, o MakeOptions) (Built, error) {
	m := &making{path: path, dir: path + ".building", source: source, o: o}
	if m.o.Every == 0 {
		m.o.Every = checkpoint
	}
	if source == nil {
		f, err := os.Open(path)
		if err != nil {
			return Built{}, err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return Built{}, err
		}
		m.inPlace = true
		if m.source, err = FileRows(f, Stamp(path, info)); err != nil {
			return Built{}, err
		}
	}
	return m.make(ctx)
}

// Stamp tells a file from others of its name, and from itself before it was written to.
func Stamp(name string, info os.FileInfo) string {
	return fmt.Sprintf("%s %d bytes of %s", name, info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano))
}

func (m *making) in(name string) string { return filepath.Join(m.dir, name) }

func (m *making) make(ctx context.Context) (Built, error) {
	if !m.inPlace {
		// What is broken off between the last two steps has its manifest in place.
		if _, err := os.Stat(m.in("index")); err != nil {
			for _, path := range []string{m.path, ContributorsOf(m.path), IndexOf(m.path)} {
				if _, err := os.Lstat(path); err == nil {
					return Built{}, errors.Join(fmt.Errorf("%s: %w", path, ErrExists), m.tidy())
				}
			}
		}
	}
	if there, err := os.ReadDir(m.dir); err == nil && len(there) > 0 {
		if _, err := os.Lstat(m.in("lock")); err != nil { // what is in it is somebody's
			return Built{}, fmt.Errorf("%s: %w, and it is not of a build", m.dir, ErrExists)
		}
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return Built{}, err
	}
	unlock, err := m.lock()
	if err != nil {
		return Built{}, err
	}
	defer unlock()
	if raw, err := os.ReadFile(m.in("index")); err == nil {
		built, err := ReadIndex(raw)
		if err != nil {
			return Built{}, err
		}
		return built, m.finish()
	}
	err = m.resume(ctx)
	if errors.Is(err, ErrChanged) {
		if m.o.Resumes != nil {
			m.o.Resumes(0, true)
		}
		err = errors.Join(m.close(), m.begin(ctx))
	}
	if err != nil {
		return Built{}, errors.Join(err, m.close())
	}
	built, err := m.build(ctx)
	if err = errors.Join(err, m.close()); err != nil {
		if _, kept := os.Stat(m.in("state")); kept != nil {
			err = errors.Join(err, m.clear()) // there is nothing to go on from
		}
		return Built{}, err
	}
	if err := durably.Write(m.in("index"), built.Append(nil)); err != nil {
		return Built{}, err
	}
	if err := os.Chmod(m.in("index"), 0o644); err != nil { // all three are published
		return Built{}, err
	}
	return built, m.finish()
}

// tidy removes what is left of a build that was broken off after its last file was in place. One that is not done has its rows.
func (m *making) tidy() error {
	if _, err := os.Lstat(m.in("lock")); err != nil {
		_ = os.Remove(m.dir) // an empty one was being removed; one with files in it is somebody's, and stays
		return nil
	}
	if _, err := os.Stat(m.in("manifest")); err == nil {
		return nil
	}
	unlock, err := m.lock()
	if err != nil {
		return nil // it is being removed by whoever made it
	}
	defer unlock()
	return m.clear()
}

// clear removes the folder, the lock last: where that is broken off, what is left is still known for that of a build.
func (m *making) clear() error {
	there, err := os.ReadDir(m.dir)
	for _, file := range there {
		if file.Name() != "lock" {
			err = errors.Join(err, os.RemoveAll(m.in(file.Name())))
		}
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(m.dir)
}

// lock has the folder for this program alone, until it ends.
func (m *making) lock() (unlock func(), err error) {
	f, err := os.OpenFile(m.in("lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w: wait until it has ended", m.path, ErrBusy), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// resume goes on from what is kept, or begins. It fails with ErrChanged where what is kept is not of this source.
func (m *making) resume(ctx context.Context) error {
	raw, err := os.ReadFile(m.in("state"))
	if errors.Is(err, os.ErrNotExist) {
		return m.begin(ctx)
	}
	if err != nil {
		return err
	}
	var s state
	if json.Unmarshal(raw, &s) != nil || s.Version != stateVersion || s.Identity != m.source.Identity() || len(s.Buckets) != 2*fanout {
		return fmt.Errorf("%w since the build was broken off", ErrChanged)
	}
	r := &reading{rest: s.Blocks}
	m.hash = hashing{
		source: m.source, blocks: r.blocks(), items: s.Items, length: s.Length, mark: s.Mark, ended: s.Ended, tailItems: s.TailItems,
	}
	if m.hash.sums, err = reopen(m.dir, s.Buckets); err != nil {
		return changedWhereGone(err)
	}
	if err := m.openRows(os.O_RDWR); err != nil {
		return changedWhereGone(err)
	}
	if err := m.check(s); err != nil {
		return err
	}
	if s.Mark != "" && !s.Ended {
		if err := m.source.Seek(ctx, s.Mark); err != nil {
			return err
		}
	}
	if m.o.Resumes != nil {
		m.o.Resumes(s.Items+uint64(s.TailItems), false)
	}
	return nil
}

func changedWhereGone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrChanged, err)
	}
	return err
}

// check has the rows as they were, and compares the last block.
func (m *making) check(s state) error {
	h := &m.hash
	if !m.inPlace {
		if err := cutTo(m.rows, int64(len(Magic))+s.Length+s.TailLength); err != nil {
			return err
		}
	}
	if n := len(h.blocks); n > 0 {
		last := h.blocks[n-1]
		rows := make([]byte, int64(len(Magic))+s.Length-last.Offset)
		if _, err := m.rows.ReadAt(rows, last.Offset); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var leaves []rfc6962.Hash
		err := eachLeaf(rows, &leaves)
		if err != nil || rfc6962.Root(leaves) != last.Root {
			return fmt.Errorf("%w: its rows are not those that were hashed", ErrChanged)
		}
	}
	h.tail = make([]byte, s.TailLength)
	if _, err := m.rows.ReadAt(h.tail, int64(len(Magic))+s.Length); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return m.rewind()
}

// rewind goes behind the blocks: the tail is written again as the beginning of its block.
func (m *making) rewind() error {
	if m.inPlace {
		return nil
	}
	_, err := m.rows.Seek(int64(len(Magic))+m.hash.length, io.SeekStart)
	return err
}

// openRows opens the manifest that is written, or that is there.
func (m *making) openRows(flags int) (err error) {
	if m.inPlace {
		m.rows, err = os.Open(m.path)
		return err
	}
	if m.rows, err = os.OpenFile(m.in("manifest"), flags, 0o644); err == nil {
		m.out = bufio.NewWriterSize(m.rows, 1<<20)
		m.hash.keep = m.out
	}
	return err
}

// begin begins from the first item.
func (m *making) begin(ctx context.Context) error {
	there, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	for _, f := range there {
		if f.Name() != "lock" {
			if err := os.Remove(m.in(f.Name())); err != nil {
				return err
			}
		}
	}
	sums, err := reopen(m.dir, nil)
	if err != nil {
		return err
	}
	m.hash = hashing{source: m.source, sums: sums}
	if err := m.openRows(os.O_RDWR | os.O_CREATE | os.O_TRUNC); err != nil {
		return err
	}
	if m.out != nil {
		if _, err := m.out.WriteString(Magic); err != nil {
			return err
		}
	}
	return m.source.Seek(ctx, "")
}

func (m *making) close() error {
	var err error
	if m.hash.sums != nil {
		err = m.hash.sums.close()
	}
	if m.rows != nil {
		err = errors.Join(err, m.rows.Close())
	}
	m.rows, m.hash.sums = nil, nil
	return err
}

// build goes on to the end, and keeps how far it is now and then.
func (m *making) build(ctx context.Context) (Built, error) {
	h := &m.hash
	h.o = Options{Workers: m.o.Workers, Progress: m.o.Progress}
	for !h.ended {
		if err := h.leg(ctx, m.o.Every); err != nil {
			return Built{}, err
		}
		if h.mark != "" || h.ended {
			if err := m.keep(); err != nil {
				return Built{}, err
			}
		}
		if err := ctx.Err(); err != nil {
			return Built{}, err
		}
	}
	built := h.built()
	out, err := os.OpenFile(m.in("contributors"), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return Built{}, err
	}
	err = h.sums.root(ctx, out, h.o.workers(), &built)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return Built{}, err
	}
	return built, built.Manifest.Validate()
}

// keep writes how far the build is.
func (m *making) keep() error {
	h := &m.hash
	if m.out != nil {
		if _, err := m.out.Write(h.tail); err != nil {
			return err
		}
		if err := errors.Join(m.out.Flush(), m.rows.Sync()); err != nil {
			return err
		}
	}
	lengths, err := h.sums.sync()
	if err != nil {
		return err
	}
	raw, err := json.Marshal(state{
		Version: stateVersion, Identity: m.source.Identity(), Mark: h.mark, Ended: h.ended, Items: h.items, Length: h.length,
		TailLength: int64(len(h.tail)), TailItems: h.tailItems, Buckets: lengths, Blocks: appendBlocks(nil, h.blocks),
	})
	if err != nil {
		return err
	}
	if err := durably.Write(m.in("state"), raw); err != nil {
		return err
	}
	return m.rewind()
}

// finish puts the files in their places; what is there was put there before it was broken off.
func (m *making) finish() error {
	for _, f := range []struct{ from, to string }{
		{m.in("contributors"), ContributorsOf(m.path)}, {m.in("manifest"), m.path}, {m.in("index"), IndexOf(m.path)},
	} {
		if err := os.Rename(f.from, f.to); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return m.clear()
}

// eachLeaf adds the leaves of rows.
func eachLeaf(rows []byte, leaves *[]rfc6962.Hash) error {
	in := bufio.NewReader(bytes.NewReader(rows))
	for {
		if _, err := in.Peek(1); errors.Is(err, io.EOF) {
			return nil
		}
		row, err := readRow(in)
		if err != nil {
			return err
		}
		*leaves = append(*leaves, rfc6962.Leaf(row))
	}
}
