package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// wish is a source as it is to be declared.
type wish struct {
	source lineagetypes.Source
	// under are permissions of which one will do, as ids or names; none: any will.
	under []string
	// commercial: only under terms that allow commercial use.
	commercial bool
}

// declaredBefore says whether the work is derived already as the command asks. Where that leaves the
// permission to be found, any will do: what is on offer today does not matter then. An offer that has closed since refuses
// nothing, and a cheaper one replaces nothing.
func (d *derivation) declaredBefore(ctx context.Context, conn *connect.Conn, sender *send.Sender) (bool, error) {
	if d.item != nil {
		return false, nil
	}
	record, err := readRecord(ctx, conn, sender)
	if err != nil {
		return false, err
	}
	wishes, err := readWishes(ctx, conn, record != nil)
	if err != nil || len(wishes) == 0 {
		return false, err
	}
	return d.stands(ctx, conn, wishes, record)
}

// readWishes reads the sources without looking at what permits them. None: something is wrong, which is
// said in full where they are read.
func readWishes(ctx context.Context, conn *connect.Conn, generated bool) ([]wish, error) {
	named, external := conn.Flags().Texts(flagSources), conn.Flags().Texts(flagExternal)
	weights, err := readWeights(conn, len(named)+len(external))
	if err != nil {
		return nil, err
	}
	role := defaultRole(len(named)+len(external), generated)
	wishes := make([]wish, 0, len(weights))
	for i, text := range named {
		source, err := target.ParseSource(text)
		if err != nil {
			return nil, nil
		}
		work, err := target.EarliestSafe(ctx, conn.Registry(), source.Work)
		if err != nil {
			return nil, nil
		}
		w := wish{
			source: lineagetypes.Source{
				Work: work.Id, Role: cmp.Or(source.Role, role), Weight: weights[i], Permission: source.Permission,
			},
			under: conn.Flags().Texts(flagUnder), commercial: conn.Flags().Is(flagCommercial),
		}
		if source.Permission != "" {
			w.under = []string{source.Permission}
		}
		wishes = append(wishes, w)
	}
	for i, text := range external {
		source, err := readExternal(ctx, text, role)
		if err != nil {
			return nil, nil
		}
		source.Weight = weights[len(named)+i]
		wishes = append(wishes, wish{source: source})
	}
	return wishes, nil
}

// declared says whether the work is derived by exactly this declaration already.
func (d *derivation) declared(ctx context.Context, conn *connect.Conn, declaration *lineagetypes.MsgDerive) (bool, error) {
	if d.item != nil {
		return false, nil
	}
	wishes := make([]wish, len(declaration.Sources))
	for i, source := range declaration.Sources {
		wishes[i] = wish{source: source, under: []string{source.Permission}}
	}
	return d.stands(ctx, conn, wishes, declaration.Record)
}

// stands says whether the work has all sources in their roles, by such permissions and with these weights, and
// this generation record. The links are noted.
func (d *derivation) stands(
	ctx context.Context, conn *connect.Conn, wishes []wish, record *lineagetypes.GenerationRecord,
) (bool, error) {
	links, err := linksOf(ctx, conn, d.work)
	if err != nil {
		return false, err
	}
	standing := make([]lineagetypes.Link, 0, len(wishes))
	for _, w := range wishes {
		i := slices.IndexFunc(links, w.isLinked)
		if i < 0 {
			return false, nil
		}
		if ok, err := w.permits(ctx, conn, links[i]); err != nil || !ok {
			return false, err
		}
		standing = append(standing, links[i])
	}
	d.links = standing
	if record == nil {
		return true, nil
	}
	res, err := conn.Lineage().Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: d.work})
	if err != nil || res.Record == nil {
		return false, err
	}
	// What the chain set is not what was declared.
	declared := *res.Record
	declared.AgentVersion, declared.AnchoredAt, declared.AnchorRoot = 0, nil, registrytypes.Digest{}
	have, err := declared.Marshal()
	want, wrong := record.Marshal()
	return bytes.Equal(have, want), errors.Join(err, wrong)
}

func linksOf(ctx context.Context, conn *connect.Conn, work registrytypes.WorkID) (links []lineagetypes.Link, err error) {
	page := &query.PageRequest{Limit: maxConstraints}
	for {
		res, err := conn.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: work, Pagination: page})
		if err != nil {
			return nil, err
		}
		links = append(links, res.Sources...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			return links, nil
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: maxConstraints}
	}
}

// isLinked says whether a link is to the source, in that role and with that weight. A work has one for each source.
func (w wish) isLinked(link lineagetypes.Link) bool {
	if link.Role != w.source.Role || link.Weight != w.source.Weight {
		return false
	}
	if w.source.External != nil {
		return link.External != nil && *link.External == *w.source.External
	}
	return link.External == nil && link.Source == w.source.Work
}

// permits says whether what a link relies on is what is wished.
func (w wish) permits(ctx context.Context, conn *connect.Conn, link lineagetypes.Link) (bool, error) {
	cited := linkCited(link)
	if w.source.External != nil || len(w.under) == 0 && !w.commercial || !w.commercial && slices.Contains(w.under, cited) {
		return true, nil
	}
	if link.Terms.IsZero() { // one's own work needs none, unless the source names one
		return w.source.Permission == "", nil
	}
	res, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: link.Terms.String()})
	if err != nil || w.commercial && !res.Terms.Terms.CommercialUse {
		return false, err
	}
	named := func(name string) bool {
		id, err := licences.Among(name, []licensetypes.IdentifiedTerms{res.Terms})
		return name == cited || err == nil && id == link.Terms && link.Grant.IsZero() && len(link.Also) == 0
	}
	return len(w.under) == 0 || slices.ContainsFunc(w.under, named), nil
}

// printAlready says that there is nothing to declare.
func (d *derivation) printAlready(ctx context.Context, conn *connect.Conn) error {
	if !conn.JSON() {
		conn.Say("Nothing to do: %q (%s) is derived so already.", table.Short(d.title), d.work)
		return nil
	}
	res, err := conn.Lineage().Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: d.work})
	if err != nil {
		return err
	}
	sources := make([]derivedSource, len(d.links))
	for i, link := range d.links {
		sources[i] = derivedSource{Work: link.Source, Role: link.Role.Name(), Permission: linkCited(link), Terms: link.Terms}
		if e := link.External; e != nil {
			sources[i].External, sources[i].How = e.Uri+e.Sha256.String(), externalHow
		}
	}
	return conn.PrintJSON(struct {
		Work        registrytypes.WorkID `json:"work"`
		Already     bool                 `json:"already"`
		Generation  uint32               `json:"generation"`
		Declaration uint32               `json:"declaration"`
		Sources     []derivedSource      `json:"sources"`
	}{d.work, true, res.Node.Generation, res.Node.Declarations, sources})
}
