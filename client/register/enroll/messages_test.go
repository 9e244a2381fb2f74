package enroll_test

import (
	"crypto/sha256"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/enroll"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func items(n, path int) []enroll.Item {
	list := make([]enroll.Item, n)
	for i := range list {
		list[i].File = register.File{Path: strconv.Itoa(i), Digest: sha256.Sum256([]byte(strconv.Itoa(i)))}
		if path > 0 {
			list[i].Proof = &registrytypes.AnchorProof{Path: make([]registrytypes.Digest, path)}
		}
	}
	return list
}

func TestMessagesAreBoundedAndComplete(t *testing.T) {
	for _, tc := range []struct{ works, path, want int }{
		{0, 0, 0}, {1, 0, 1}, {256, 0, 1}, {257, 1, 2}, {600, 10, 3}, {512, 16, 2}, {512, 17, 3},
	} {
		list := items(tc.works, tc.path)
		msgs := enroll.Messages("alice", list, true)
		require.Len(t, msgs, tc.want, "%+v", tc)
		next := 0
		for _, msg := range msgs {
			require.Equal(t, "alice", msg.Registrant)
			require.True(t, msg.AllowContested)
			require.NotEmpty(t, msg.Works)
			require.LessOrEqual(t, len(msg.Works), registrytypes.MaxWorksPerMessage)
			for _, entry := range msg.Works {
				require.Equal(t, list[next].Entry(), entry)
				next++
			}
		}
		require.Equal(t, tc.works, next)
	}
}

func TestMessagesLeaveOutWhatIsRegistered(t *testing.T) {
	list := items(3, 0)
	list[1].Already = true
	msgs := enroll.Messages("alice", list, false)
	require.Len(t, msgs, 1)
	require.Len(t, msgs[0].Works, 2)
}
