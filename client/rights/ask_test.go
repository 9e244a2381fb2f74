package rights

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// node is a fake chain: it answers, and fails as it is told to.
type node struct {
	height  int64
	time    time.Time
	batches []int
	heights []string
	// fail is asked for an error before each batch.
	fail   func(call, works int) error
	change func(*licensetypes.QueryCheckRightsBatchResponse)
	// stuck: no block follows.
	stuck bool
}

func (n *node) CheckRightsBatch(
	ctx context.Context, req *licensetypes.QueryCheckRightsBatchRequest, _ ...grpc.CallOption,
) (*licensetypes.QueryCheckRightsBatchResponse, error) {
	n.batches = append(n.batches, len(req.Works))
	sent, _ := metadata.FromOutgoingContext(ctx)
	n.heights = append(n.heights, sent.Get(grpctypes.GRPCBlockHeightHeader)...)
	if n.fail != nil {
		if err := n.fail(len(n.batches), len(req.Works)); err != nil {
			return nil, err
		}
	}
	res := &licensetypes.QueryCheckRightsBatchResponse{DecidedAt: n.time}
	for i, subject := range req.Works {
		rights := licensetypes.Rights{Subject: subject, Verdict: licensetypes.VERDICT_ALLOWED}
		if len(req.Items) > 0 {
			rights.Item = req.Items[i].Sha256
		}
		res.Rights = append(res.Rights, rights)
	}
	if n.change != nil {
		n.change(res)
	}
	return res, nil
}

func (n *node) ABCIInfo(context.Context) (*coretypes.ResultABCIInfo, error) {
	height := n.height
	if !n.stuck && n.height > 0 {
		n.height++
	}
	return &coretypes.ResultABCIInfo{Response: abci.ResponseInfo{LastBlockHeight: height}}, nil
}

func (n *node) Commit(_ context.Context, height *int64) (*coretypes.ResultCommit, error) {
	header := cmttypes.Header{ChainID: "test-1", Height: *height, Time: n.time, AppHash: []byte{byte(*height)}}
	return &coretypes.ResultCommit{SignedHeader: cmttypes.SignedHeader{Header: &header}}, nil
}

func subjects(n int) []Question {
	list := make([]Question, n)
	for i := range list {
		list[i].Subject = digestOf(fmt.Sprint(i))
	}
	return list
}

func ask(n *node, asked []Question) ([]licensetypes.Rights, error) {
	q := Inquiry{Chain: n, Moment: Moment{Height: 7, Time: now}, pause: time.Microsecond}
	return q.Ask(context.Background(), asked)
}

func TestAskInBatchesAtOneHeight(t *testing.T) {
	n := &node{time: now}
	asked, told := subjects(2500), []int(nil)
	q := Inquiry{Chain: n, Moment: Moment{Height: 7, Time: now}, Progress: func(more int) { told = append(told, more) }}
	answers, err := q.Ask(context.Background(), asked)
	require.NoError(t, err)
	require.Len(t, answers, 2500)
	for i, rights := range answers {
		require.Equal(t, asked[i].Subject, rights.Subject)
	}
	require.Equal(t, []int{1000, 1000, 500}, n.batches)
	require.Equal(t, []string{"7", "7", "7"}, n.heights)
	require.Equal(t, []int{1000, 1000, 500}, told)
}

func TestAFailedBatchIsAskedAgain(t *testing.T) {
	n := &node{time: now, fail: func(call, _ int) error {
		if call == 2 || call == 3 {
			return errors.New("connection reset")
		}
		return nil
	}}
	answers, err := ask(n, subjects(1500))
	require.NoError(t, err)
	require.Len(t, answers, 1500)
	require.Equal(t, []int{1000, 500, 500, 500}, n.batches)

	n = &node{time: now, fail: func(int, int) error { return errors.New("connection refused") }}
	_, err = ask(n, subjects(1500))
	require.ErrorContains(t, err, "works 1 to 1000 of 1500 at height 7: connection refused")
	require.Len(t, n.batches, attempts)
}

func TestABatchBeyondTheGasLimitIsSplit(t *testing.T) {
	n := &node{time: now, fail: func(_, works int) error {
		if works > 300 {
			return errors.New("codespace sdk code 111222: {ReadFlat}: panic")
		}
		return nil
	}}
	answers, err := ask(n, subjects(1100))
	require.NoError(t, err)
	require.Len(t, answers, 1100)
	require.Equal(t, []int{1000, 500, 250, 250, 250, 250, 100}, n.batches)

	n = &node{time: now, fail: func(int, int) error { return errors.New("out of gas in location: ReadFlat") }}
	_, err = ask(n, subjects(3))
	require.ErrorContains(t, err, digestOf("0")+" alone takes more gas")
}

func TestAnswersThatDoNotBelongAreRefused(t *testing.T) {
	for want, change := range map[string]func(*licensetypes.QueryCheckRightsBatchResponse){
		"does not keep to the height": func(r *licensetypes.QueryCheckRightsBatchResponse) { r.DecidedAt = now.Add(time.Second) },
		"gave 2 answers to 3":         func(r *licensetypes.QueryCheckRightsBatchResponse) { r.Rights = r.Rights[1:] },
		`answered for "work1x" where`: func(r *licensetypes.QueryCheckRightsBatchResponse) { r.Rights[1].Subject = "work1x" },
	} {
		_, err := ask(&node{time: now, change: change}, subjects(3))
		require.ErrorContains(t, err, want)
	}
	// A node that is older than items answers about the whole.
	asked := subjects(3)
	asked[1].Item = licensetypes.Item{Sha256: registrytypes.Digest{7}, Contributor: registrytypes.Contributor{Work: registrytypes.WorkID{8}}}
	_, err := ask(&node{time: now, change: func(r *licensetypes.QueryCheckRightsBatchResponse) {
		r.Rights[1].Item = registrytypes.Digest{}
	}}, asked)
	require.ErrorContains(t, err, "it may be too old")
	answers, err := ask(&node{time: now}, asked)
	require.NoError(t, err)
	require.Equal(t, registrytypes.Digest{7}, answers[1].Item)
	n := &node{time: now, fail: func(int, int) error {
		return errors.New("failed to load state at height 7; version does not exist (latest height: 90)")
	}}
	_, err = ask(n, subjects(3))
	require.ErrorIs(t, err, ErrPruned)
	require.Len(t, n.batches, 1, "asking again would not help")
}

func TestAskStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := &node{time: now, fail: func(int, int) error { cancel(); return errors.New("connection reset") }}
	_, err := Inquiry{Chain: n, Moment: Moment{Height: 7, Time: now}}.Ask(ctx, subjects(1))
	require.ErrorIs(t, err, context.Canceled)
}

func TestMoment(t *testing.T) {
	ctx := context.Background()
	n := &node{height: 7, time: now}
	m, err := Latest(ctx, n)
	require.NoError(t, err)
	require.Equal(t, Moment{ChainID: "test-1", Height: 7, Time: now}, m)
	require.NoError(t, m.Seal(ctx, n, time.Minute))
	require.Equal(t, "08", m.AppHash, "of the next block's header")

	stuck := &node{height: 7, time: now, stuck: true}
	require.ErrorIs(t, m.Seal(ctx, stuck, time.Millisecond), ErrNoNextBlock)
	_, err = Latest(ctx, &node{})
	require.ErrorContains(t, err, "no block yet")
}
