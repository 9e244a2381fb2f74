package main

import (
	"bytes"
	"context"
	"errors"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// declaredByAny says of a row that leaves the permissions to be found whether its work is derived from its sources
// already, by whatever permission. What is on offer today does not matter then: an offer that has closed
// since refuses nothing, and a cheaper one replaces nothing.
func (d *derivation) declaredByAny(ctx context.Context, conn *connect.Conn, sender *send.Sender) (bool, error) {
	named, external := conn.Flags().Texts(flagSources), conn.Flags().Texts(flagExternal)
	if len(named) == 0 || len(external)+len(conn.Flags().Texts(flagUnder)) > 0 || conn.Flags().Is(flagCommercial) {
		return false, nil
	}
	record, err := readRecord(ctx, conn, sender)
	if err != nil {
		return false, err
	}
	weights, err := readWeights(conn, len(named))
	if err != nil {
		return false, err
	}
	declaration := &lineagetypes.MsgDerive{Record: record}
	for i, text := range named {
		source, err := target.ParseSource(text)
		if err != nil || source.Permission != "" {
			return false, nil // said in full where it is read
		}
		work, err := target.EarliestSafe(ctx, conn.Registry(), source.Work)
		if err != nil {
			return false, nil
		}
		if source.Role == lineagetypes.ROLE_UNSPECIFIED {
			source.Role = defaultRole(len(named), record != nil)
		}
		declaration.Sources = append(declaration.Sources, lineagetypes.Source{Work: work.Id, Role: source.Role, Weight: weights[i]})
	}
	return d.declared(ctx, conn, declaration, true)
}

// declared says whether the work is derived so already: from these sources in these roles, by these
// permissions, or any, and with these weights, and with this generation record.
func (d *derivation) declared(
	ctx context.Context, conn *connect.Conn, declaration *lineagetypes.MsgDerive, anyPermission bool,
) (bool, error) {
	if d.item != nil {
		return false, nil
	}
	var links []lineagetypes.Link
	page := &query.PageRequest{Limit: maxConstraints}
	for {
		res, err := conn.Lineage().Sources(ctx, &lineagetypes.QuerySourcesRequest{Work: d.work, Pagination: page})
		if err != nil {
			return false, err
		}
		links = append(links, res.Sources...)
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: maxConstraints}
	}
	for _, source := range declaration.Sources {
		if !linkedSo(source, links, anyPermission) {
			return false, nil
		}
	}
	if declaration.Record == nil {
		return true, nil
	}
	res, err := conn.Lineage().Derivation(ctx, &lineagetypes.QueryDerivationRequest{Work: d.work})
	if err != nil || res.Record == nil {
		return false, err
	}
	have, err := res.Record.Marshal()
	want, wrong := declaration.Record.Marshal()
	return bytes.Equal(have, want), errors.Join(err, wrong)
}

// linkedSo says whether a source is declared so already.
func linkedSo(source lineagetypes.Source, links []lineagetypes.Link, anyPermission bool) bool {
	for _, link := range links {
		same := link.Role == source.Role && link.Weight == source.Weight
		switch {
		case !same:
		case source.External != nil:
			if link.External != nil && *link.External == *source.External {
				return true
			}
		case link.External == nil && link.Source == source.Work && (anyPermission || linkCited(link) == source.Permission):
			return true
		}
	}
	return false
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
	return conn.PrintJSON(struct {
		Work        registrytypes.WorkID `json:"work"`
		Already     bool                 `json:"already"`
		Generation  uint32               `json:"generation"`
		Declaration uint32               `json:"declaration"`
		Sources     []derivedSource      `json:"sources"`
	}{d.work, true, res.Node.Generation, res.Node.Declarations, d.describe()})
}
