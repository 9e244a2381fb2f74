package olp

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	doors "github.com/stemma-chain/stemma/portal/x402"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Works finds the works of a portal: by their page, by the address at which they are paid for, whatever question that
// has, and by the name that they have beyond their chain (stemma:CHAIN:WORK).
func Works(d *doors.Doors) Resources {
	return func(ctx context.Context, address string) (Found, error) {
		if named, ours := strings.CutPrefix(address, "stemma:"); ours {
			chainID, err := d.Client.ChainID(ctx)
			if err != nil {
				return Found{}, err
			}
			id, ofChain := strings.CutPrefix(named, url.PathEscape(chainID)+":")
			if !ofChain {
				return Found{}, fmt.Errorf("%w: the chain is %s", ErrResource, chainID)
			}
			return workAt(d, id)
		}
		at, err := Local(d.Origin, address)
		if err != nil {
			return Found{}, err
		}
		at, _, _ = strings.Cut(at, "?")
		for _, folder := range []string{doors.Path + "works/", "/works/"} {
			if id, below := strings.CutPrefix(at, folder); below {
				return workAt(d, id)
			}
		}
		return Found{}, fmt.Errorf("%w: name a work by its page, as %s/works/ID", ErrResource, d.Origin)
	}
}

func workAt(d *doors.Doors, id string) (Found, error) {
	work, err := registrytypes.ParseWorkID(id)
	if err != nil {
		return Found{}, fmt.Errorf("%w: %w", ErrResource, err)
	}
	return Found{Resource: d.Origin + "/works/" + work.String(), Work: work.String()}, nil
}

// Local is an address of a site from its slash on. RSL's patterns of one address alone end in $ (RFC 9309 section 2.2.3), and addresses
// within a site begin with a slash. It fails with ErrResource.
func Local(origin, address string) (string, error) {
	address = strings.TrimSuffix(address, "$")
	at, whole := strings.CutPrefix(address, origin)
	if !whole && strings.Contains(address, "://") || !strings.HasPrefix(at, "/") || strings.ContainsAny(at, "#\\") {
		return "", fmt.Errorf("%w: they begin with %s/", ErrResource, origin)
	}
	return at, nil
}
