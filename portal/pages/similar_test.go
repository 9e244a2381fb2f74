package pages

import (
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	p2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// pictureCode is the ISCC-CODE of an image with this content, and bytes like those of no other content.
func pictureCode(content uint64) string {
	body := binary.BigEndian.AppendUint64([]byte{0x51, 0x01}, content) // ISCC-CODE, image, version 0, with a code of the content
	body = binary.BigEndian.AppendUint64(body, content*0x9e3779b97f4a7c15)
	body = binary.BigEndian.AppendUint64(body, 0)
	return "ISCC:" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(body)
}

// resembling is a site whose chain has works with these ISCCs, the first is work 1.
func resembling(t *testing.T, codesOf ...string) (*Site, map[registrytypes.WorkID]*registrytypes.Claim) {
	t.Helper()
	encoding.Configure()
	x := emptyIndex(t)
	claims := map[registrytypes.WorkID]*registrytypes.Claim{}
	var older []index.Older
	for i, code := range codesOf {
		c := registrytypes.Claim{Id: numbered(i + 1)}
		c.Owner, c.Status, c.Version, c.RegisteredAt = accountOf(1), registrytypes.STATUS_ACTIVE, 1, time.Unix(1e9, 0)
		c.Sha256[0], c.ClaimedSince.Time = byte(i+1), time.Unix(1e9, 0)
		c.Details = registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Title: fmt.Sprint("<b>", i+1)}
		if code != "" {
			c.Details.Fingerprints = []registrytypes.Fingerprint{
				{Scheme: "iscc", Value: code}, {Scheme: "c2pa", Value: "sha256:" + strings.Repeat(fmt.Sprint(i%10), 64)},
			}
		}
		claims[c.Id] = &c
		older = append(older, index.Older{Claim: c})
	}
	require.NoError(t, x.Seed(t.Context(), older))
	s, n := siteOf(t, x, map[string]func(any) error{"GetNodeInfo": func(reply any) error {
		reply.(*cmtservice.GetNodeInfoResponse).DefaultNodeInfo = &p2p.DefaultNodeInfo{Network: "a-1"}
		return nil
	}})
	n.questions = map[string]func(question, reply any) error{"Work": func(question, reply any) error {
		c := claims[question.(*registrytypes.QueryWorkRequest).Work]
		if c == nil {
			return status.Error(codes.NotFound, "none")
		}
		reply.(*registrytypes.QueryWorkResponse).Work = *c
		return nil
	}}
	return s, claims
}

func similarTo(t *testing.T, s *Site, query string) (found similar.Answer, works []string) {
	t.Helper()
	w := get(s, "/similar.json?"+query)
	require.Equal(t, 200, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &found))
	for _, f := range found.Works {
		works = append(works, f.Work)
	}
	return found, works
}

// What looks like something is told with its distance and whose it is, as the node says it now: what was taken back is not.
func TestWorksThatLookLikeSomething(t *testing.T) {
	one, two, three := pictureCode(0), pictureCode(0b111), pictureCode(1<<40-1)
	s, claims := resembling(t, one, two, three, "")
	id := func(n int) string { return numbered(n).String() }
	found, works := similarTo(t, s, "iscc="+one)
	require.Equal(t, []string{id(1), id(2)}, works)
	require.Equal(t, 0, found.Works[0].Distance)
	require.Equal(t, 3, found.Works[1].Distance)
	require.Equal(t, "image", found.Works[1].Unit)
	require.Equal(t, []string{"sha256:" + strings.Repeat("1", 64)}, found.Works[1].Credentials)
	require.Equal(t, int64(7), found.Height)
	_, works = similarTo(t, s, "iscc="+one+"&distance=2")
	require.Equal(t, []string{id(1)}, works)
	_, works = similarTo(t, s, "work="+id(2))
	require.Equal(t, []string{id(1)}, works, "a work is not listed as like itself")
	found, works = similarTo(t, s, "work="+id(2)+"&limit=1")
	require.Equal(t, []string{id(1)}, works)
	require.False(t, found.More)
	found, works = similarTo(t, s, "work="+id(4))
	require.Empty(t, works)
	require.Empty(t, found.Compared)

	page := get(s, "/similar?work="+id(2)).Body.String()
	require.Contains(t, page, "/works/"+id(1))
	require.Contains(t, page, "picture, 3 of 64 bits differ")
	require.NotContains(t, page, "<b>")
	require.Contains(t, get(s, "/similar").Body.String(), "stemmad similar FILE")
	require.Contains(t, get(s, "/similar?work="+id(4)).Body.String(), "Nothing here can be compared")
	require.Equal(t, 200, get(s, "/similar").Code)

	claims[numbered(1)].BlankedSha256[0] = 1
	_, works = similarTo(t, s, "iscc="+one)
	require.Equal(t, []string{id(2)}, works)
	delete(claims, numbered(2))
	_, works = similarTo(t, s, "iscc="+one)
	require.Empty(t, works)
	s.Denied = func(work string) bool { return work == id(3) }
	s.finder.Denied = s.Denied
	_, works = similarTo(t, s, "iscc="+three)
	require.Empty(t, works)
	require.Equal(t, 451, get(s, "/similar?work="+id(3)).Code)
}

func TestWrongQuestionsForWhatLooksLikeSomething(t *testing.T) {
	s, _ := resembling(t, pictureCode(0))
	for query, param := range map[string]string{
		"": "iscc", "iscc=nonsense": "iscc", "work=me": "work", "distance=8&iscc=" + pictureCode(0): "distance", "distance=-1&iscc=x": "distance",
		"iscc=x&work=" + numbered(1).String(): "iscc", "isc=x": "isc", "iscc=a&iscc=b": "iscc",
	} {
		w := get(s, "/similar.json?"+query)
		require.Equal(t, 400, w.Code, query)
		require.Contains(t, w.Body.String(), `"parameter":"`+param+`"`, query)
		require.NotEqual(t, 500, get(s, "/similar?"+query).Code, query)
	}
	require.Equal(t, 404, get(s, "/similar?work="+numbered(9).String()).Code)
	require.Equal(t, 404, get(s, "/similar.json?work="+numbered(9).String()).Code)
}

// However many works look alike, and however long what people wrote is, the page stays within its bound.
func TestManyThatLookAlikeAreAShortPage(t *testing.T) {
	var codesOf []string
	for range 120 {
		codesOf = append(codesOf, pictureCode(0))
	}
	s, claims := resembling(t, codesOf...)
	for _, c := range claims {
		c.Details.Title = strings.Repeat("<&\U0001F389", 150)
	}
	w := get(s, "/similar?iscc="+pictureCode(0))
	require.Equal(t, 200, w.Code)
	require.Less(t, w.Body.Len(), MaxPage)
	require.Equal(t, maxSimilarShown, strings.Count(w.Body.String(), `href="/works/`))
	require.Contains(t, w.Body.String(), "There are more")
	found, works := similarTo(t, s, "iscc="+pictureCode(0)+"&limit=100")
	require.Len(t, works, 100)
	require.True(t, found.More)
}
