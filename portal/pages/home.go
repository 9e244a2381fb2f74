package pages

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/portal/index"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxQuery is the most bytes of a search.
const maxQuery = 1000

type homePage struct {
	Totals index.Totals
	Newest []claimLine
}

func (s *Site) home(ctx context.Context, v *visit) error {
	totals, err := s.Index.Totals(ctx)
	if err != nil {
		return err
	}
	newest, err := s.Index.Newest(ctx, "", maxShown/2)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "home.html", v.T("home.title"), homePage{totals, v.found(newest.Rows)})
}

// found is a list of works of the index. What the operator does not show is left out.
func (v *visit) found(list []index.Work) (lines []claimLine) {
	for _, f := range list {
		if v.site.Denied(f.ID.String()) {
			continue
		}
		title := f.Title
		if strings.TrimSpace(title) == "" {
			title = v.T("work.untitled", v.kind(f.Kind))
		}
		if !f.Described {
			title = short(f.ID.String())
		}
		lines = append(lines, claimLine{
			link: workLink(f.ID, title), Kind: v.kind(f.Kind), Owner: accountLink(f.Owner), Creators: creatorsOf(f.Creators),
			Since: f.ClaimedSince, Status: v.status(f.Status), Active: f.Status == registrytypes.STATUS_ACTIVE,
		})
	}
	return lines
}

type searchPage struct {
	Query string
	Works []claimLine
	Next  string
	// More: others claim it too.
	More bool
	// Digest: the search was for one, and nobody has registered it.
	Digest bool
	// Datasets have an item of that digest.
	Datasets     []holding
	MoreDatasets bool
}

// search finds what a reader looks for: a thing by its id leads to its page, a content by
// its digest or another identifier to the works that claim it, and words to titles and
// creators.
func (s *Site) search(ctx context.Context, v *visit) error {
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	if len(q) > maxQuery {
		return wrong("fault.query", maxQuery)
	}
	if q == "" {
		return v.redirect("/")
	}
	if to := pageOf(q); to != "" {
		return v.redirect(to)
	}
	if digits, ok := strings.CutPrefix(q, "0x"); ok && len(digits) == 64 { // as other chains' programs write a hash
		q = digits
	}
	page := searchPage{Query: q}
	claims, more, digest, err := s.identified(ctx, q)
	if err != nil {
		return err
	}
	if digest {
		if err := v.holdings(ctx, q, &page); err != nil {
			return err
		}
	}
	switch {
	case len(claims) == 1 && len(page.Datasets) == 0:
		return v.redirect("/works/" + claims[0].Id.String())
	case len(claims) > 0 || digest:
		page.More = more
		for _, w := range claims {
			if !s.Denied(w.Id.String()) {
				page.Works = append(page.Works, v.claimLine(w))
			}
		}
		if page.Digest = digest && len(claims) == 0 && len(page.Datasets) == 0; page.Digest {
			known, err := s.isTx(ctx, q)
			if err != nil {
				return err
			}
			if known {
				return v.redirect("/tx/" + strings.ToUpper(q))
			}
		}
	default:
		found, err := s.Index.Search(ctx, index.Query{Text: q}, v.r.URL.Query().Get("after"), maxShown)
		if err != nil {
			return err
		}
		page.Works = v.found(found.Rows)
		if found.Next != "" {
			page.Next = "?q=" + url.QueryEscape(q) + "&after=" + found.Next
		}
	}
	return v.show(http.StatusOK, "search.html", v.T("search.title", q), page)
}

// isTx says whether 64 hex digits are the hash of a transaction that did something.
func (s *Site) isTx(ctx context.Context, text string) (bool, error) {
	hash, err := hex.DecodeString(text)
	if err != nil {
		return false, nil //nolint:nilerr // written sha256:...
	}
	happened, err := s.Index.OfTx(ctx, hash, "", 1)
	if errors.Is(err, index.ErrNotFound) {
		return false, nil
	}
	return len(happened.Rows) > 0, err
}

// pagesOf are the beginnings of the addresses of pages about one thing, which its id follows.
var pagesOf = []string{"works", "accounts", "terms", "disputes", "agents", "tx"}

// pageOf is the page of what a text is the id of, or the address of such a page on any portal; empty: of nothing.
func pageOf(text string) string {
	if at, err := url.Parse(text); err == nil && at.Host != "" {
		if parts := strings.Split(strings.Trim(at.Path, "/"), "/"); len(parts) >= 2 && slices.Contains(pagesOf, parts[0]) {
			text = parts[1]
			if hash, err := hex.DecodeString(text); parts[0] == "tx" && err == nil && len(hash) == sha256.Size {
				return "/tx/" + strings.ToUpper(text)
			}
		} else {
			text = path.Base(at.Path)
		}
	}
	if id, err := registrytypes.ParseWorkID(text); err == nil {
		return "/works/" + id.String()
	}
	if id, err := licensetypes.ParseTermsID(text); err == nil {
		return "/terms/" + id.String()
	}
	if id, err := disputetypes.ParseDisputeID(text); err == nil {
		return "/disputes/" + id.String()
	}
	if id, err := agenttypes.ParseAgentID(text); err == nil {
		return "/agents/" + id.String()
	}
	if address, ok := accountIn(text); ok {
		return "/accounts/" + address
	}
	return ""
}

// identified finds works by an identifier of their content: a digest, or scheme:value, or a
// URL, the earliest ones. digest says that the text is a digest, so no words.
func (s *Site) identified(ctx context.Context, text string) (claims []registrytypes.Claim, more, digest bool, err error) {
	scheme, value := "", ""
	bare := strings.TrimPrefix(strings.ToLower(text), "sha256:")
	if raw, err := hex.DecodeString(bare); err == nil && len(raw) == 32 {
		scheme, value, digest = "sha256", bare, true
	} else if f, err := describe.ParseFingerprint(text); err == nil {
		scheme, value = f.Scheme, f.Value
	} else {
		return nil, false, false, nil
	}
	res, err := s.Client.Registry().Resolve(ctx, &registrytypes.QueryResolveRequest{
		Scheme: scheme, Value: value, Pagination: &query.PageRequest{Limit: maxShown},
	})
	if c := status.Code(err); c == codes.InvalidArgument || c == codes.NotFound {
		return nil, false, digest, nil
	}
	if err != nil {
		return nil, false, digest, err
	}
	return res.Works, len(res.Pagination.GetNextKey()) > 0, digest, nil
}

func toKey(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func fromKey(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
