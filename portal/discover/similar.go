package discover

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/similar"
	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// SimilarParams are the words of a query for works that look like something.
var SimilarParams = []string{"iscc", "work", "distance", "limit"}

// SimilarQuery asks for works that look like something: a file by its ISCC, or a work by those it names.
type SimilarQuery struct {
	// ISCC of a file, in any spelling; empty: Work says which.
	ISCC string
	// Codes of a file, in place of ISCC.
	Codes []index.Code
	// Work that is registered; zero: ISCC or Codes say what.
	Work registrytypes.WorkID
	// Distance is in how many of 64 bits codes may differ, 0 to index.MaxDistance.
	Distance int
	// Limit is how many works are listed; 0: DefaultPage.
	Limit int
}

// ReadSimilarQuery reads a query for works that look like something. It fails with a *ParamError.
func ReadSimilarQuery(v url.Values) (SimilarQuery, error) {
	r := reader{values: v}
	r.only(SimilarParams)
	q := SimilarQuery{ISCC: r.text("iscc"), Distance: similar.Distance, Limit: int(r.number("limit", 1, MaxPage))}
	if r.text("distance") != "" {
		q.Distance = int(r.number("distance", 0, index.MaxDistance))
	}
	work := r.text("work")
	if (work == "") == (q.ISCC == "") {
		r.fail("iscc", errors.New("name the ISCC of a file, or a work, and not both"))
	}
	if work != "" {
		id, err := registrytypes.ParseWorkID(work)
		r.fail("work", err)
		q.Work = id
	}
	return q, r.err
}

// Similar finds works that look like something, of which the node has the last word: what it does not know, or whose text it
// no longer has, is left out. It fails with a *ParamError, and with index.ErrNotFound for a work that the index does not have.
func (f *Finder) Similar(ctx context.Context, q SimilarQuery) (found similar.Answer, err error) {
	found.Works, found.Compared = []similar.Work{}, []string{}
	of, err := f.codes(ctx, q)
	if err != nil {
		return found, err
	}
	for _, code := range of {
		found.Compared = append(found.Compared, code.Unit.String())
	}
	limit := pageOf(q.Limit)
	alike, more, err := f.Index.Alike(ctx, of, q.Distance, limit+1) // a work is like itself
	if err != nil {
		return found, err
	}
	if found.ChainID, err = f.Client.ChainID(ctx); err != nil {
		return found, err
	}
	if found.Height, found.Time, err = f.Client.Latest(ctx); err != nil {
		return found, err
	}
	works, err := f.similarWorks(client.At(ctx, found.Height), q.Work, alike)
	if err != nil {
		return found, err
	}
	for _, w := range works {
		if w == nil {
			continue
		}
		if len(found.Works) == limit {
			more = true
			break
		}
		found.Works = append(found.Works, *w)
	}
	found.More = more
	return found, nil
}

// codes are what a query asks with.
func (f *Finder) codes(ctx context.Context, q SimilarQuery) (all []index.Code, err error) {
	if len(q.Codes) > 0 {
		return q.Codes, nil
	}
	if q.ISCC != "" {
		if all, err = index.ReadCodes(q.ISCC); err != nil {
			return nil, &ParamError{"iscc", err}
		}
		return all, nil
	}
	w, err := f.Index.Work(ctx, q.Work)
	if err != nil {
		return nil, err
	}
	return index.CodesOf(w.Identifiers), nil
}

// similarWorks asks about works, several at a time; nil: it is the one that was asked with, or not shown.
func (f *Finder) similarWorks(ctx context.Context, but registrytypes.WorkID, alike []index.Alike) ([]*similar.Work, error) {
	list := make([]*similar.Work, len(alike))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, a := range alike {
		if a.ID == but || f.denied(a.ID.String()) {
			continue
		}
		group.Go(func() error {
			res, err := f.Client.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: a.ID})
			if status.Code(err) == codes.NotFound {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s: %w", a.ID, err)
			}
			if !res.Work.BlankedSha256.IsZero() {
				return nil // its codes were taken back
			}
			list[i] = similarWork(res.Work, a)
			return nil
		})
	}
	return list, group.Wait()
}

func similarWork(c registrytypes.Claim, a index.Alike) *similar.Work {
	w := &similar.Work{
		Work: c.Id.String(), Title: c.Details.Title, Kind: describe.KindName(c.Details.Kind), Owner: c.Owner, SHA256: c.Sha256.String(),
		Since: c.ClaimedSince.Time, Contested: c.Contested, Active: c.Status == registrytypes.STATUS_ACTIVE,
		Unit: a.Unit.String(), Distance: a.Distance,
	}
	for _, f := range c.Details.Fingerprints {
		if f.Scheme == "c2pa" {
			w.Credentials = append(w.Credentials, f.Value)
		}
	}
	return w
}
