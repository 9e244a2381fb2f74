package pages

import (
	"context"
	"fmt"
	"testing"
	"time"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
)

// Whoever asks for many places of the list of works at once keeps nobody from the site's robots.txt.
func TestFurtherWorksKeepNobodyFromTheNewest(t *testing.T) {
	s, _ := siteOf(t, emptyIndex(t), map[string]func(any) error{"GetNodeInfo": func(reply any) error {
		reply.(*cmtservice.GetNodeInfoResponse).DefaultNodeInfo = &p2p.DefaultNodeInfo{Network: "a-1"}
		return nil
	}})
	s.Address = "https://portal.example.org"
	release, begun := make(chan struct{}), make(chan struct{}, 50)
	defer close(release)
	for i := range 50 {
		go func() {
			_, _ = s.export(context.WithoutCancel(t.Context()), fmt.Sprint("site ", i), renewedAfter, furtherWorks, func(context.Context, *survey) error {
				begun <- struct{}{}
				<-release
				return nil
			})
		}()
	}
	<-begun
	answered := make(chan int, 1)
	go func() { answered <- get(s, "/robots.txt").Code }()
	select {
	case code := <-answered:
		require.Equal(t, 200, code)
	case <-time.After(10 * time.Second):
		require.Fail(t, "robots.txt waits for what others ask for")
	}
	require.Empty(t, begun, "one at a time")
}
