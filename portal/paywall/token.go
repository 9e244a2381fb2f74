package paywall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/stemma-chain/stemma/portal/olp"
	doors "github.com/stemma-chain/stemma/portal/x402"
)

// byToken hands a thing over to who shows a licence token for it.
func (c wall) byToken(w http.ResponseWriter, r *http.Request, t doors.Thing, found olp.Found, hand func(doors.Paid) error) {
	w.Header().Set("Cache-Control", "private, no-store")
	err := hand(func(fetch func() error) (doors.Receipt, error) {
		account, err := c.olp.Admit(r, found)
		if err != nil {
			return doors.Receipt{}, err
		}
		if fetch != nil {
			if err := fetch(); err != nil {
				return doors.Receipt{}, err
			}
		}
		return doors.Receipt{Resource: t.URL, Work: t.Work, Use: t.Description, Payer: account, Amount: "0"}, nil
	})
	if err != nil {
		c.olp.Refuse(w, r, c.License, err)
	}
}

// found is what licence tokens say of an address of the site whose row is known.
func (c wall) found(row Row, address string) olp.Found {
	f := olp.Found{Resource: address, Work: row.Work, Use: &row.Use}
	if strings.HasSuffix(row.Path, "*") {
		f.Under = c.Doors.Origin + row.Path
	}
	return f
}

// resource finds what an address of the site is, or a folder as the map has it, /photos/*.
func (c wall) resource(_ context.Context, address string) (olp.Found, error) {
	none := func(err error) (olp.Found, error) { return olp.Found{}, fmt.Errorf("%w: %w", olp.ErrResource, err) }
	at, err := olp.Local(c.Doors.Origin, address)
	if err != nil {
		return olp.Found{}, err
	}
	written, query, asks := strings.Cut(at, "?")
	path, err := url.PathUnescape(written)
	switch {
	case err != nil:
		return none(err)
	case strings.HasSuffix(path, "/*"):
		row, there := c.Map.below[strings.TrimSuffix(path, "*")]
		if !there || asks {
			return none(errors.New("the map has no such folder"))
		}
		f := c.found(row, c.Doors.Origin+row.Path)
		f.Many = true
		return f, nil
	case (&url.URL{Path: path}).EscapedPath() != written:
		return none(errUnclean)
	}
	if err := clean(path); err != nil {
		return none(err)
	}
	row, mapped := c.find(path)
	if !mapped {
		return none(errors.New("it can be had without a licence"))
	}
	if asks {
		written += "?" + query
	}
	return c.found(row, c.Doors.Origin+written), nil
}
