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
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Text that was taken back while somebody reads leaves the log when they are done, and writing waits for nobody.
func TestALogLosesWhatWasTakenBackWhileSomebodyReads(t *testing.T) {
	encoding.Configure()
	path := filepath.Join(t.TempDir(), "index.db")
	x, err := Open(t.Context(), path)
	require.NoError(t, err)
	defer x.Close()
	owner, digest := sdk.AccAddress(make([]byte, 20)), registrytypes.Digest{1}
	work := registrytypes.NewWorkID(owner, digest)
	apply := func(height int64, says ...proto.Message) {
		t.Helper()
		b := Block{ChainID: "a-1", Height: height, Time: time.Unix(1e9+height, 0), Hash: make([]byte, 32)}
		for _, said := range says {
			e, err := sdk.TypedEventToEvent(said)
			require.NoError(t, err)
			b.Hooks = append(b.Hooks, abci.Event(e))
		}
		require.NoError(t, x.Apply(t.Context(), b))
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
	apply(1, &registrytypes.EventWorkRegistered{Work: work, Owner: owner.String(), Sha256: digest, Kind: registrytypes.KIND_IMAGE})
	due, err := x.Due(t.Context(), 1)
	require.NoError(t, err)
	claim := registrytypes.Claim{Id: work, Details: registrytypes.Details{Title: title}}
	require.NoError(t, x.Describe(t.Context(), []Described{{Due: due[0], Claim: claim}}))
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
