package dataset

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// slow is a source that gives few items at once, as one does that takes long for each.
type slow struct {
	Resumable
	most int
}

func (s slow) Next(ctx context.Context, items int) (Batch, error) {
	return s.Resumable.Next(ctx, min(items, s.most))
}

// requireMade compares all files of a manifest with a build in one go.
func requireMade(t require.TestingT, path string, raw []byte, built Built) {
	var out bytes.Buffer
	dir, err := os.MkdirTemp("", "made")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	want, err := Build(context.Background(), bytes.NewReader(raw), &out, Options{Dir: dir})
	require.NoError(t, err)
	require.Equal(t, want, built)
	for file, content := range map[string][]byte{path: raw, ContributorsOf(path): out.Bytes(), IndexOf(path): want.Append(nil)} {
		there, err := os.ReadFile(file)
		require.NoError(t, err)
		require.True(t, bytes.Equal(content, there), file)
	}
	_, err = os.Stat(path + ".building")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A build that is broken off anywhere, and often, makes what one in one go makes, and hashes no finished block again.
func TestABuildThatIsBrokenOffGoesOn(t *testing.T) {
	before := mostHeld
	defer func() { mostHeld = before }()
	dir, made := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		n := rapid.SampledFrom([]int{1, 100, blockRows, blockRows + 1, 3*blockRows + 7}).Draw(t, "items")
		raw := written(t, drawn(rng, n, rapid.IntRange(1, 400).Draw(t, "contributors")))
		mostHeld = rapid.SampledFrom([]int{7, 1 << 20}).Draw(t, "held")
		most := rapid.SampledFrom([]int{1000, blockRows}).Draw(t, "at once")
		inPlace := rapid.Bool().Draw(t, "in place")
		made++
		path := filepath.Join(dir, strconv.Itoa(made))
		if inPlace {
			require.NoError(t, os.WriteFile(path, raw, 0o600))
		}
		last := uint64(0)
		for {
			ctx, cancel := context.WithCancel(context.Background())
			left := rng.IntN(4)
			o := MakeOptions{
				Workers: 1 + rng.IntN(3), Every: time.Duration(1 + rng.IntN(200_000)),
				Progress: func(int, int64) {
					if left--; left < 0 {
						cancel()
					}
				},
				Resumes: func(items uint64, changed bool) {
					require.False(t, changed)
					require.GreaterOrEqual(t, items, last)
					last = items
				},
			}
			var source Resumable
			if !inPlace {
				rows, err := FileRows(bytes.NewReader(raw), "rows")
				require.NoError(t, err)
				source = slow{rows, most}
			}
			built, err := Make(ctx, source, path, o)
			cancel()
			if err == nil {
				requireMade(t, path, raw, built)
				return
			}
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

func TestASourceThatChangedIsNoticed(t *testing.T) {
	raw := written(t, drawn(rand.New(rand.NewPCG(5, 5)), 3*blockRows, 10))
	other := written(t, drawn(rand.New(rand.NewPCG(6, 6)), 3*blockRows, 10))
	path := filepath.Join(t.TempDir(), "m")
	broken := func(spoil func()) {
		rows, err := FileRows(bytes.NewReader(raw), "rows")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		batches := 0
		_, err = Make(ctx, rows, path, MakeOptions{Every: 1, Progress: func(int, int64) {
			if batches++; batches == 3 {
				cancel()
			}
		}})
		require.ErrorIs(t, err, context.Canceled)
		spoil()
	}
	again := func(raw []byte, identity string) (anew bool) {
		rows, err := FileRows(bytes.NewReader(raw), identity)
		require.NoError(t, err)
		built, err := Make(t.Context(), rows, path, MakeOptions{Resumes: func(_ uint64, changed bool) { anew = changed }})
		require.NoError(t, err)
		requireMade(t, path, raw, built)
		_, err = Make(t.Context(), rows, path, MakeOptions{})
		require.ErrorIs(t, err, ErrExists)
		for _, file := range []string{path, ContributorsOf(path), IndexOf(path)} {
			require.NoError(t, os.Remove(file))
		}
		return anew
	}
	broken(func() {})
	require.False(t, again(raw, "rows"))
	broken(func() {})
	require.True(t, again(other, "other rows"))
	in := func(name string) string { return filepath.Join(path+".building", name) }
	for _, spoil := range []func(){
		func() { require.NoError(t, os.Truncate(in("manifest"), 100)) },
		func() { require.NoError(t, os.Remove(in("manifest"))) },
		func() { require.NoError(t, os.Truncate(in(bucketName(1)), 5)) },
		func() { require.NoError(t, os.WriteFile(in("state"), []byte("{"), 0o600)) },
		func() {
			bad, err := os.ReadFile(in("manifest"))
			require.NoError(t, err)
			bad[len(bad)-5] ^= 1
			require.NoError(t, os.WriteFile(in("manifest"), bad, 0o600))
		},
	} {
		broken(spoil)
		require.True(t, again(raw, "rows"))
	}
	// Two at once.
	broken(func() {})
	m := making{path: path, dir: path + ".building"}
	unlock, err := m.lock()
	require.NoError(t, err)
	rows, err := FileRows(bytes.NewReader(raw), "rows")
	require.NoError(t, err)
	_, err = Make(t.Context(), rows, path, MakeOptions{})
	require.ErrorIs(t, err, ErrBusy)
	unlock()
	require.False(t, again(raw, "rows"))
}

// Whatever of its folder a build that came to its end was killed at removing, the next one removes.
func TestWhatAKilledBuildLeavesIsRemoved(t *testing.T) {
	raw := written(t, drawn(rand.New(rand.NewPCG(8, 8)), 50, 3))
	for _, left := range [][]string{{}, {"lock"}, {"lock", "index", bucketName(1)}} {
		path := filepath.Join(t.TempDir(), "m")
		rows, err := FileRows(bytes.NewReader(raw), "rows")
		require.NoError(t, err)
		built, err := Make(t.Context(), rows, path, MakeOptions{})
		require.NoError(t, err)
		require.NoError(t, os.Mkdir(path+".building", 0o700))
		for _, name := range left {
			require.NoError(t, os.WriteFile(filepath.Join(path+".building", name), built.Append(nil), 0o600))
		}
		if _, err = Make(t.Context(), rows, path, MakeOptions{}); err != nil { // which says nothing of the index
			require.ErrorIs(t, err, ErrExists)
		}
		requireMade(t, path, raw, built)
	}
	// What is somebody's stays.
	path := filepath.Join(t.TempDir(), "m")
	rows, err := FileRows(bytes.NewReader(raw), "rows")
	require.NoError(t, err)
	_, err = Make(t.Context(), rows, path, MakeOptions{})
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(path+".building", 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(path+".building", "letter"), nil, 0o600))
	_, err = Make(t.Context(), rows, path, MakeOptions{})
	require.ErrorIs(t, err, ErrExists)
	require.FileExists(t, filepath.Join(path+".building", "letter"))
}

// killed names the environment variable by which the test's program builds a manifest and is killed.
const killed = "DATASET_KILLED"

// A build whose process is killed at any moment goes on.
func TestABuildThatIsKilledGoesOn(t *testing.T) {
	if path := os.Getenv(killed); path != "" {
		f, err := os.Open(path + ".rows")
		require.NoError(t, err)
		rows, err := FileRows(f, "rows")
		require.NoError(t, err)
		_, err = Make(t.Context(), slow{rows, 3000}, path, MakeOptions{Every: 2 * time.Millisecond})
		if !errors.Is(err, ErrExists) { // one that was killed may have come to its end
			require.NoError(t, err)
		}
		return
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(9, 9))
	raw := written(t, drawn(rng, 60*blockRows+11, 3000))
	path := filepath.Join(dir, "m")
	require.NoError(t, os.WriteFile(path+".rows", raw, 0o600))
	kills := 0
	for {
		process := exec.Command(os.Args[0], "-test.run", "^TestABuildThatIsKilledGoesOn$")
		process.Env = append(os.Environ(), killed+"="+path)
		require.NoError(t, process.Start())
		kill := time.AfterFunc(time.Duration(20+rng.IntN(300)+10*kills)*time.Millisecond, func() { _ = process.Process.Kill() })
		err := process.Wait()
		kill.Stop()
		if err == nil {
			break
		}
		kills++
		require.Less(t, kills, 200, errors.Join(err, os.ErrDeadlineExceeded))
	}
	t.Logf("killed %d times", kills)
	opened, err := Open(path)
	require.NoError(t, err)
	defer opened.Close()
	requireMade(t, path, raw, opened.Built)
}
