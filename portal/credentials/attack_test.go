package credentials_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/jumbf"
	"github.com/stemma-chain/stemma/portal/credentials"
	"github.com/stemma-chain/stemma/portal/guard"
)

// An index that is built anew knows no work at first: what is kept must outlive that.
func TestNothingIsDroppedWhileTheIndexIsBuilt(t *testing.T) {
	c, store := newChain(t), manifests(label(1))
	s, h, _ := repository(t, c, 1<<20)
	c.register(picture(1, false), sha(store))
	require.Equal(t, 201, ask(h, "POST", "/manifests", store).Code)
	s.Works = newChain(t)
	asked := make(chan bool, 1)
	s.Current = func(context.Context) bool {
		select {
		case asked <- true:
		default:
		}
		return false
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-asked
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.Len(t, s.Store.Kept(), 1)
}

// imitation is another store than manifests' whose active manifest has the same label.
func imitation(label string) []byte {
	d := jumbf.Description{ID: jumbf.IDOf("c2ma"), Requestable: true, Label: label}
	box := jumbf.AppendSuperbox(nil, d, jumbf.Append(nil, jumbf.CBOR, []byte("somebody else's")))
	return jumbf.AppendSuperbox(nil, jumbf.Description{ID: jumbf.IDOf("c2pa"), Requestable: true, Label: "c2pa"}, box)
}

// Who writes a manifest chooses its label. Somebody else's does not take the place of one that was kept before, whoever registered first,
// and what a file or a code leads to is the manifest of its work, whatever that is called.
func TestALabelOfSomebodyElse(t *testing.T) {
	c, mine, theirs := newChain(t), manifests(label(1)), imitation(label(1))
	c.register(picture(2, false), sha(theirs), label(1)) // the older work
	c.register(picture(1, false), sha(mine), label(1))
	_, h, dir := repository(t, c, 1<<20)
	require.Equal(t, 201, ask(h, "POST", "/manifests", mine).Code)
	require.Equal(t, 201, ask(h, "POST", "/manifests", theirs).Code)
	require.Equal(t, mine, ask(h, "GET", "/manifests/"+label(1), nil).Body.Bytes())
	require.Equal(t, theirs, ask(h, "GET", "/manifests/"+sha(theirs), nil).Body.Bytes())
	for n, want := range map[int][]byte{1: mine, 2: theirs} {
		found := matched(t, ask(h, "POST", "/matches/byContent", picture(n, false)))
		require.NotEmpty(t, found)
		require.Equal(t, want, ask(h, "GET", "/manifests/"+url.PathEscape(found[0].ManifestID), nil).Body.Bytes())
	}
	// The order outlives the program.
	old := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(dir, credentials.Digest(theirs)+".c2pa"), old, old))
	opened, err := credentials.OpenStore(dir, 1<<20)
	require.NoError(t, err)
	require.Equal(t, []string{credentials.Digest(theirs), credentials.Digest(mine)}, opened.Labelled(label(1)))
}

// What is named as an answer can be asked for, also where a manifest has a label of old programs, or one that is no address.
func TestWhatIsFoundCanBeAskedFor(t *testing.T) {
	for n, label := range []string{"adobe:urn:uuid:6e8b0c1d-0000-4000-8000-000000000000", "a/../b", "x\x01<script>", strings.Repeat("l", 5000)} {
		c, store := newChain(t), manifests(label)
		_, h, _ := repository(t, c, 1<<20)
		c.register(picture(n, false), sha(store))
		require.Equal(t, 201, ask(h, "POST", "/manifests", store).Code)
		found := matched(t, ask(h, "POST", "/matches/byContent", picture(n, false)))
		require.Len(t, found, 1)
		w := ask(h, "GET", "/manifests/"+found[0].ManifestID, nil)
		require.Equal(t, 200, w.Code, "%s: %s", label, w.Body)
		require.Equal(t, store, w.Body.Bytes())
	}
}

// Each unit of a question is a search: a question of thousands is none.
func TestAQuestionOfManyUnits(t *testing.T) {
	_, h, _ := repository(t, newChain(t), 1<<20)
	unit := append([]byte{0x21, 0x01}, make([]byte, 8)...) // of an image, 64 bits
	many := base64.StdEncoding.EncodeToString(bytes.Repeat(unit, 4000))
	require.Equal(t, 400, ask(h, "POST", "/matches/byBinding", []byte(`{"alg":"io.iscc.v0","value":"`+many+`"}`)).Code)
	few := base64.StdEncoding.EncodeToString(bytes.Repeat(unit, 5))
	require.Equal(t, 200, ask(h, "POST", "/matches/byBinding", []byte(`{"alg":"io.iscc.v0","value":"`+few+`"}`)).Code)
}

// What only a denied work names is not taken.
func TestAStoreOfADeniedWork(t *testing.T) {
	c, store := newChain(t), manifests(label(1))
	s, h, _ := repository(t, c, 1<<20)
	work := c.register(picture(1, false), sha(store))
	s.Denied = func(id string) bool { return id == work.ID.String() }
	require.Equal(t, 451, ask(h, "POST", "/manifests", store).Code)
	require.Empty(t, s.Store.Kept())
}

// A file that somebody broke is written anew when it comes again, and is removed at the next start if it does not.
func TestAFileThatWasBroken(t *testing.T) {
	c, store := newChain(t), manifests(label(1))
	_, h, dir := repository(t, c, int64(len(store)))
	c.register(picture(1, false), sha(store))
	path := filepath.Join(dir, credentials.Digest(store)+".c2pa")
	require.Equal(t, 201, ask(h, "POST", "/manifests", store).Code)
	require.NoError(t, os.WriteFile(path, []byte("other"), 0o600))
	require.Equal(t, 404, ask(h, "GET", "/manifests/"+label(1), nil).Code)
	require.Equal(t, 201, ask(h, "POST", "/manifests", store).Code)
	require.Equal(t, store, ask(h, "GET", "/manifests/"+label(1), nil).Body.Bytes())
	require.NoError(t, os.WriteFile(path, []byte("other"), 0o600))
	opened, err := credentials.OpenStore(dir, 1<<20)
	require.NoError(t, err)
	require.Empty(t, opened.Kept())
	require.NoFileExists(t, path)
}

// Readers who are slow to send keep nobody else's file from being looked at.
func TestASlowReader(t *testing.T) {
	c := newChain(t)
	s, h, _ := repository(t, c, 1<<20)
	s.Receiving = guard.NewPlaces(guard.Limits{}, credentials.Senders)
	s.Looking = guard.NewPlaces(guard.Limits{}, 1)
	done := make(chan int, 3)
	var slow []*io.PipeWriter
	for range 3 {
		body, w := io.Pipe()
		slow = append(slow, w)
		go func() {
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, httptest.NewRequest("POST", "/matches/byContent", body))
			done <- answer.Code
		}()
		_, err := w.Write([]byte("some"))
		require.NoError(t, err)
	}
	require.Equal(t, 200, ask(h, "POST", "/matches/byContent", picture(1, false)).Code)
	for _, w := range slow {
		require.NoError(t, w.Close())
		require.Equal(t, 200, <-done)
	}
}
