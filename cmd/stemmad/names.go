package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// accountName shows an account with the name of its key, where there is one, or as governance's.
func accountName(account string, names map[string]string) string {
	if name := names[account]; name != "" {
		return account + " (" + name + ")"
	}
	if account == governance() {
		return account + " (governance)"
	}
	return account
}

// payeeName is an account as a list of payees has it.
func payeeName(p royaltytypes.Payee, names map[string]string) string {
	if p.Escrow {
		return "in escrow"
	}
	return accountName(p.Account, names)
}

// enumName writes an enum's value as people do.
func enumName(value, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(value, prefix)), "_", " ")
}

// termsName is a preset's name, else the id as it is.
func termsName(id licensetypes.TermsID) string {
	return cmp.Or(licensetypes.PresetName(id), id.String())
}

// termsNamer names terms as offers do: a preset's name, else the SPDX expression
// with the id. It asks about each terms once; without an answer the id stands.
func termsNamer(ctx context.Context, conn *connect.Conn) words.Namer {
	names := map[licensetypes.TermsID]string{}
	return func(id licensetypes.TermsID) string {
		if name, known := names[id]; known {
			return name
		}
		names[id] = termsName(id)
		if licensetypes.PresetName(id) != "" {
			return names[id]
		}
		if res, err := conn.License().Terms(ctx, &licensetypes.QueryTermsRequest{Terms: id.String()}); err == nil {
			names[id] = permitted.Name(res.Terms)
		}
		return names[id]
	}
}

func linkSource(link lineagetypes.Link) string {
	switch {
	case link.External == nil:
		return link.Source.String()
	case !link.BlankedSha256.IsZero():
		return "external, blanked " + link.BlankedSha256.String()
	case link.External.Uri != "":
		return "external " + table.Short(link.External.Uri)
	}
	return "external sha256 " + link.External.Sha256.String()
}

func linkPermission(link lineagetypes.Link, terms words.Namer) string {
	switch {
	case !link.Grant.IsZero():
		return link.Grant.String() + " under " + terms(link.Terms)
	case !link.Terms.IsZero():
		return words.AnyOf(append([]licensetypes.TermsID{link.Terms}, link.Also...), terms)
	case link.External != nil, link.Role == lineagetypes.ROLE_CITES:
		return "none needed"
	}
	return "own work"
}

func linkNote(link lineagetypes.Link) string {
	var notes []string
	if link.WorkVersion > 1 {
		notes = append(notes, fmt.Sprintf("of version %d", link.WorkVersion))
	}
	if link.AddedLater {
		notes = append(notes, "added later")
	}
	return strings.Join(notes, ", ")
}
