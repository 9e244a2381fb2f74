package main

import (
	"strings"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/table"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// accountName shows an account with the name of its key, where there is one.
func accountName(account string, names map[string]string) string {
	if name := names[account]; name != "" {
		return account + " (" + name + ")"
	}
	return account
}

// enumName writes an enum's value as people do.
func enumName(value, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(value, prefix)), "_", " ")
}

// termsName is a preset's name, else the id as it is.
func termsName(id string) string {
	if parsed, err := licensetypes.ParseTermsID(id); err == nil {
		if name := licensetypes.PresetName(parsed); name != "" {
			return name
		}
	}
	return id
}

func linkSource(link lineagetypes.Link) string {
	switch {
	case link.External == nil:
		return link.Source
	case link.External.Uri != "":
		return "external " + table.Short(link.External.Uri)
	}
	return "external sha256 " + link.External.Sha256
}

func linkPermission(link lineagetypes.Link) string {
	switch {
	case link.Grant != "":
		return link.Grant + " under " + termsName(link.Terms)
	case link.Terms != "":
		return termsName(link.Terms)
	case link.External != nil, link.Role == lineagetypes.ROLE_CITES:
		return "none needed"
	}
	return "own work"
}

func linkNote(link lineagetypes.Link) string {
	if link.AddedLater {
		return "added later"
	}
	return ""
}
