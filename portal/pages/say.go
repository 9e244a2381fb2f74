package pages

import (
	"context"
	"strconv"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/portal/catalog"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// sayTime writes a point in time for people; none: "—".
func sayTime(words catalog.Words, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format(words.Say("time.layout"))
}

// short cuts the middle out of an id, an address or a digest: what is left is enough to
// tell it from others on a page, and the link has all of it.
func short(id string) string {
	const head, tail = 12, 6
	if len(id) <= head+tail+1 {
		return id
	}
	return id[:head] + "…" + id[len(id)-tail:]
}

// link is something that has a page of its own.
type link struct {
	Text, To string
}

func accountLink(address string) link { return link{short(address), "/accounts/" + address} }

func workLink(id registrytypes.WorkID, title string) link {
	if strings.TrimSpace(title) == "" {
		title = short(id.String())
	}
	return link{clip(title), "/works/" + id.String()}
}

// titleOf is what a claimed work is called; one without a title by its kind.
func (v *visit) titleOf(w registrytypes.Claim) string {
	switch {
	case v.site.Denied(w.Id.String()):
		return v.T("work.hidden")
	case !w.BlankedSha256.IsZero():
		return v.T("work.blanked")
	case strings.TrimSpace(w.Details.Title) == "":
		return v.T("work.untitled", v.kind(w.Details.Kind))
	}
	return w.Details.Title
}

// named is a work by its title as the index has it, or by its id where it has none.
func (v *visit) named(ctx context.Context, id registrytypes.WorkID) link {
	if known, ok := v.titles.Load(id); ok {
		return known.(link)
	}
	named := workLink(id, "")
	if w, err := v.site.Index.Work(ctx, id); err == nil && w.Described && !v.site.Denied(id.String()) {
		named = workLink(id, w.Title)
	}
	v.titles.Store(id, named)
	return named
}

func (v *visit) kind(k registrytypes.Kind) string {
	return v.meaning("kind.", describe.KindName(k), "", "dispute.unknown")
}

func (v *visit) status(s registrytypes.Status) string {
	return v.meaning("status.", s.String(), "STATUS_", "dispute.unknown")
}

func (v *visit) role(r lineagetypes.Role) string {
	return v.meaning("role.", r.String(), "ROLE_", "dispute.unknown")
}

// percent is a rate whose sign does not stand alone at the beginning of a line.
func percent(ppm uint32) string { return strings.ReplaceAll(rates.Percent(ppm), " %", "\u00a0%") }

// powerReduction is how many base units of the staking token are one of voting power.
var powerReduction = sdk.DefaultPowerReduction

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func upper(name string) string { return strings.ToUpper(name) }

// decimal leaves out the zeros at the end of a decimal fraction.
func decimal(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
