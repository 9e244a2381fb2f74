package pages

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	nodeservice "github.com/cosmos/cosmos-sdk/client/grpc/node"
	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
)

// node answers questions by their method's name; to others it says an empty answer. It keeps the height that
// each was asked at.
type node struct {
	answers map[string]func(reply any) error
	// questions are answered by what they ask, and before answers.
	questions map[string]func(question, reply any) error
	asked     map[string]string
}

func (n *node) Invoke(ctx context.Context, method string, question, reply any, opts ...grpc.CallOption) error {
	name := method[strings.LastIndex(method, "/")+1:]
	sent, _ := metadata.FromOutgoingContext(ctx)
	asked <- struct{}{}
	n.asked[name] = strings.Join(sent.Get(grpctypes.GRPCBlockHeightHeader), ",")
	<-asked
	for _, o := range opts {
		if header, wanted := o.(grpc.HeaderCallOption); wanted {
			*header.HeaderAddr = metadata.Pairs(grpctypes.GRPCBlockHeightHeader, "7")
		}
	}
	if answer := n.questions[name]; answer != nil {
		return answer(question, reply)
	}
	if answer := n.answers[name]; answer != nil {
		return answer(reply)
	}
	return nil
}

// asked guards what nodes were asked.
var asked = make(chan struct{}, 1)

func (*node) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "no streams")
}

// siteOf is a site of a node at height 7 and an index.
func siteOf(t *testing.T, x Index, answers map[string]func(any) error) (*Site, *node) {
	t.Helper()
	n := &node{answers: map[string]func(any) error{"Status": func(reply any) error {
		reply.(*nodeservice.StatusResponse).Height = 7
		return nil
	}}, asked: map[string]string{}}
	for name, answer := range answers {
		n.answers[name] = answer
	}
	c, err := client.New(n)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	s, err := New(Config{
		Client: c, Index: x, Log: slog.New(slog.DiscardHandler), Limits: guard.Limits{AtOnce: 4}, Status: func() Status { return Status{} },
	})
	require.NoError(t, err)
	return s, n
}

// emptyIndex is one of a chain on which nothing happened.
func emptyIndex(t *testing.T) *index.Index {
	t.Helper()
	x, err := index.Open(t.Context(), t.TempDir()+"/index.db")
	require.NoError(t, err)
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func get(s *Site, target string) *httptest.ResponseRecorder { return record(s.Handler(), target) }

func record(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}
