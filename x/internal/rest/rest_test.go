package rest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	gateway "github.com/cosmos/gogogateway"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/utilities"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/x/internal/rest"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	account = sdk.AccAddress("an account of 20 by.").String()
	work    = registrytypes.WorkID{1, 2, 3}
	root    = registrytypes.Digest{0xab, 4}
)

// registry answers with what it was asked.
type registry struct {
	registrytypes.QueryClient
	revisions *registrytypes.QueryRevisionsRequest
	anchor    *registrytypes.QueryAnchorRequest
}

func (r *registry) Work(
	_ context.Context, req *registrytypes.QueryWorkRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryWorkResponse, error) {
	return &registrytypes.QueryWorkResponse{Work: registrytypes.Claim{Id: req.Work, Sha256: root}}, nil
}

func (r *registry) Revisions(
	_ context.Context, req *registrytypes.QueryRevisionsRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryRevisionsResponse, error) {
	r.revisions = req
	return &registrytypes.QueryRevisionsResponse{}, nil
}

func (r *registry) Anchor(
	_ context.Context, req *registrytypes.QueryAnchorRequest, _ ...grpc.CallOption,
) (*registrytypes.QueryAnchorResponse, error) {
	r.anchor = req
	return &registrytypes.QueryAnchorResponse{}, nil
}

// serve is the module's gateway as the SDK's API server sets it up.
func serve(t *testing.T, client registrytypes.QueryClient) func(path string) (status int, body string) {
	t.Helper()
	marshaler := &gateway.JSONPb{EmitDefaults: true, OrigName: true}
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler),
		runtime.WithProtoErrorHandler(runtime.DefaultHTTPProtoErrorHandler),
	)
	require.NoError(t, registrytypes.RegisterQueryHandlerClient(t.Context(), mux, client))
	return func(path string) (int, string) {
		recorder := httptest.NewRecorder()
		mux.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		return recorder.Code, recorder.Body.String()
	}
}

// TestIDsInPaths: generated handlers read them, and answers have them as text.
func TestIDsInPaths(t *testing.T) {
	asked := &registry{}
	get := serve(t, asked)
	status, body := get("/stemma/registry/v1/works/" + work.String())
	require.Equal(t, http.StatusOK, status, body)
	require.Contains(t, body, `"id":"`+work.String()+`"`)
	require.Contains(t, body, `"sha256":"`+root.String()+`"`)
	require.Contains(t, body, `"anchor_root":""`)

	status, body = get("/stemma/registry/v1/anchors/" + account + "/" + root.String())
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, &registrytypes.QueryAnchorRequest{Account: account, Root: root}, asked.anchor)

	// A query parameter neither replaces the path's id nor needs to be one.
	status, body = get("/stemma/registry/v1/works/" + work.String() + "/revisions?work=song.wav&pagination.limit=5&pagination.reverse=true")
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, &registrytypes.QueryRevisionsRequest{
		Work: work, Pagination: &query.PageRequest{Limit: 5, Reverse: true},
	}, asked.revisions)

	status, body = get("/stemma/registry/v1/works/song.wav")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, `is not a work id (work1...)`)
	status, body = get("/stemma/registry/v1/anchors/" + account + "/abcd")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, body, "64 hex digits")
}

func TestIDsInQueries(t *testing.T) {
	nothing := &utilities.DoubleArray{Encoding: map[string]int{}}
	var one registrytypes.QueryRevisionsRequest
	require.NoError(t, rest.Query(&one, url.Values{"work": {work.String()}, "pagination.limit": {"7"}}, nothing))
	require.Equal(t, registrytypes.QueryRevisionsRequest{Work: work, Pagination: &query.PageRequest{Limit: 7}}, one)

	var many royaltytypes.MsgSettle
	require.NoError(t, rest.Query(&many, url.Values{"works": {work.String(), registrytypes.WorkID{9}.String()}}, nothing))
	require.Equal(t, []registrytypes.WorkID{work, {9}}, many.Works)

	// Into a message within the message, by the name that JSON gives it.
	var nested registrytypes.QueryWorkResponse
	require.NoError(t, rest.Query(&nested, url.Values{"work.anchorRoot": {root.String()}, "work.version": {"3"}}, nothing))
	require.Equal(t, registrytypes.Claim{AnchorRoot: root, Version: 3}, nested.Work)

	// A misspelt question is not answered.
	require.ErrorContains(t, rest.Query(new(registrytypes.QueryWorksRequest), url.Values{"ownr": {account}}, nothing),
		"ownr: there is no such parameter; the names here are owner, pagination")
	require.ErrorContains(t, rest.Query(new(registrytypes.QueryWorksRequest), url.Values{"pagination.size": {"5"}}, nothing),
		"pagination.size: there is no such parameter; the names here are key, offset, limit")
	require.EqualError(t, rest.Query(new(registrytypes.QueryWorksRequest), url.Values{"pagination.limit": {"-4"}}, nothing),
		`pagination.limit: "-4" cannot be its value: invalid syntax`)

	for _, bad := range []url.Values{
		{"work": {"song.wav"}},
		{"work": {work.String(), work.String()}},
		{"work": {}},
		{"work.deeper": {"x"}},
		{"pagination.limit": {"many"}},
	} {
		require.Error(t, rest.Query(new(registrytypes.QueryRevisionsRequest), bad, nothing), bad)
	}
	err := rest.Query(&many, url.Values{"works": {work.String(), "song.wav"}}, nothing)
	require.ErrorIs(t, err, registrytypes.ErrInvalidID)
	require.ErrorContains(t, err, "works: ")
}

// TestEnums: by name and by number, and nothing that is neither.
func TestEnums(t *testing.T) {
	nothing := &utilities.DoubleArray{Encoding: map[string]int{}}
	for _, value := range []string{"ACTION_TRAIN_AI", strconv.Itoa(int(licensetypes.ACTION_TRAIN_AI))} {
		var request licensetypes.QueryCheckRightsRequest
		require.NoError(t, rest.Query(&request, url.Values{"use.action": {value}, "use.commercial": {"true"}}, nothing))
		require.Equal(t, licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI, Commercial: true}, request.Use)
	}
	for _, value := range []string{"train", "99", "-1", "", "4294967297"} {
		err := rest.Query(new(licensetypes.QueryCheckRightsRequest), url.Values{"use.action": {value}}, nothing)
		require.ErrorContains(t, err, "use.action: "+strconv.Quote(value)+" is none of ACTION_UNSPECIFIED, ")
		require.ErrorContains(t, err, "ACTION_TRAIN_AI")
	}
}

// TestErrorsHaveNoSourceLines: generated code formats errors so that the SDK's
// add them.
func TestErrorsHaveNoSourceLines(t *testing.T) {
	_, body := serve(t, &registry{})("/stemma/registry/v1/works/song.wav")
	require.NotContains(t, body, ".go:")
}

func TestPathTakesStringsAndIDs(t *testing.T) {
	var s string
	require.NoError(t, rest.Path(&s, "doi"))
	require.Equal(t, "doi", s)
	require.Error(t, rest.Path(new(int), "1"))
}
