package index

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/postgres"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// applySaid applies a block in which something was said.
func applySaid(t *testing.T, x *Index, height int64, says ...proto.Message) {
	t.Helper()
	b := Block{ChainID: "a-1", Height: height, Time: time.Unix(1e9+height, 0), Hash: make([]byte, 32)}
	for _, said := range says {
		e, err := sdk.TypedEventToEvent(said)
		require.NoError(t, err)
		b.Hooks = append(b.Hooks, abci.Event(e))
	}
	require.NoError(t, x.Apply(t.Context(), b))
}

// titled registers a work in the first block, and describes it.
func titled(t *testing.T, x *Index, title string) registrytypes.WorkID {
	t.Helper()
	encoding.Configure()
	owner, digest := sdk.AccAddress(make([]byte, 20)), registrytypes.Digest{1}
	work := registrytypes.NewWorkID(owner, digest)
	applySaid(t, x, 1, &registrytypes.EventWorkRegistered{
		Work: work, Owner: owner.String(), Sha256: digest, Kind: registrytypes.KIND_IMAGE,
	})
	due, err := x.Due(t.Context(), 1)
	require.NoError(t, err)
	claim := registrytypes.Claim{Id: work, Details: registrytypes.Details{Title: title}}
	require.NoError(t, x.Describe(t.Context(), []Described{{Due: due[0], Claim: claim}}))
	return work
}

// Text that was taken back while somebody reads leaves the log when they are done, and writing waits for nobody.
func TestALogLosesWhatWasTakenBackWhileSomebodyReads(t *testing.T) {
	encoding.Configure()
	path := filepath.Join(t.TempDir(), "index.db")
	x, err := Open(t.Context(), path)
	require.NoError(t, err)
	defer x.Close()
	apply := func(height int64, says ...proto.Message) {
		t.Helper()
		applySaid(t, x, height, says...)
	}
	const title = "Nobody should read this any more"
	onDisk := func() bool {
		for _, name := range []string{path, path + "-wal"} {
			raw, err := os.ReadFile(name)
			require.NoError(t, err)
			if bytes.Contains(raw, []byte(title)) {
				return true
			}
		}
		return false
	}
	work := titled(t, x, title)
	require.True(t, onDisk())

	reading, err := x.db.read.QueryContext(t.Context(), `SELECT title FROM texts, subjects, events`)
	require.NoError(t, err)
	require.True(t, reading.Next())
	at := time.Now()
	apply(2, &registrytypes.EventTextBlanked{Work: work})
	require.Less(t, time.Since(at), 5*time.Second)
	require.True(t, onDisk(), "somebody is at it")
	require.NoError(t, reading.Close())
	apply(3)
	require.False(t, onDisk())
}

// PostgreSQL keeps rows that were deleted until it is told to give them up.
func TestPostgreSQLGivesUpWhatWasTakenBack(t *testing.T) {
	x, err := Open(t.Context(), postgres.ForTest(t))
	require.NoError(t, err)
	defer x.Close()
	work := titled(t, x, "Nobody should read this any more")
	// vacuums is how often each table was cleaned up; statistics come a moment later.
	vacuums := func() (texts, terms int) {
		const asked = `SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = $1`
		require.NoError(t, x.db.read.QueryRowContext(t.Context(), asked, "texts").Scan(&texts))
		require.NoError(t, x.db.read.QueryRowContext(t.Context(), asked, "terms").Scan(&terms))
		return texts, terms
	}
	enough := func(want int) func() bool {
		return func() bool { texts, terms := vacuums(); return texts == want && terms == want }
	}
	require.Eventually(t, enough(1), 10*time.Second, 50*time.Millisecond, "whoever was killed may have left something")
	applySaid(t, x, 2)
	applySaid(t, x, 3, &registrytypes.EventTextBlanked{Work: work})
	require.Eventually(t, enough(2), 10*time.Second, 50*time.Millisecond)
	applySaid(t, x, 4)
	time.Sleep(200 * time.Millisecond)
	require.True(t, enough(2)(), "not with every block")
}
