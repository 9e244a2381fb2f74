package pages

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	// opensQuery names the works of a picture that a reader opened, parted by commas.
	opensQuery = "open"
	// maxOpened is how many may be: they stand in each link that opens another.
	maxOpened = 4
	// mostOpened is how many bytes the picture of a work's page may take where a reader asked for more.
	mostOpened = 50_000
)

// opened are the works that the address opens, the earliest first.
func (v *visit) opened() ([]registrytypes.WorkID, error) {
	if v.r == nil || v.r.URL.Query().Get(opensQuery) == "" {
		return nil, nil
	}
	var ids []registrytypes.WorkID
	for _, text := range strings.Split(v.r.URL.Query().Get(opensQuery), ",") {
		id, err := registrytypes.ParseWorkID(text)
		if err != nil || len(ids) == maxOpened {
			return nil, wrong("fault.work", text)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// open adds all neighbours of works that the family has, as many as there is room for: before others that are as far away.
func (f *family) open(ctx context.Context, x Index, ids []registrytypes.WorkID) error {
	f.opened = ids
	for _, id := range ids {
		number, err := x.Number(ctx, id)
		if err != nil && !errors.Is(err, index.ErrNotFound) {
			return err
		}
		m := f.members[number]
		if err != nil || m == nil {
			continue
		}
		if err := f.look(ctx, x); err != nil {
			return err
		}
		at := slices.Index(f.order, m) + 1
		further := slices.Clone(f.order[at:])
		f.order = f.order[:at:at]
		for _, n := range slices.Concat(m.near.Sources, m.near.Derivatives) {
			if len(f.order) >= f.most {
				break
			}
			if f.members[n] == nil {
				f.add(n)
			}
		}
		if f.order = append(f.order, further...); len(f.order) > f.most {
			f.keep(f.most)
		}
	}
	return nil
}

// opens is the address of the same picture with all neighbours of one more work. Where that is asked for already,
// or too much is, it is that of the work's own picture.
func (v *visit) opens(f *family, id registrytypes.WorkID) string {
	if v.r == nil || slices.Contains(f.opened, id) || len(f.opened) == maxOpened {
		return v.lineagePath(id.String())
	}
	var texts []string
	for _, one := range append(slices.Clone(f.opened), id) {
		texts = append(texts, one.String())
	}
	path := "/works/" + f.focus.String()
	if strings.HasSuffix(v.r.URL.Path, "/lineage") {
		path += "/lineage"
	}
	query := "?"
	if v.wide {
		query = wideQuery + "&"
	}
	return path + query + opensQuery + "=" + strings.Join(texts, ",") + "#sources"
}

// room is how many bytes a picture may take, where some of its works are opened.
func room(bytes int, opened []registrytypes.WorkID) int {
	if len(opened) == 0 {
		return bytes
	}
	return max(bytes, mostOpened)
}
