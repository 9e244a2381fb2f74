package types

import (
	"fmt"
	"strings"

	errorsmod "cosmossdk.io/errors"

	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// RevisionsOf is how often a work was revised that is in a version: none when it was
// registered.
func RevisionsOf(workVersion uint32) uint32 { return workVersion - 1 }

// Conditions are what the grant pins beside the price.
func (g Grant) Conditions() Conditions {
	return Conditions{
		AllowList: g.AllowList.Digest, UpstreamVersion: g.UpstreamVersion, DemandsVersion: g.DemandsVersion,
		Revisions: RevisionsOf(g.WorkVersion), Uses: g.Uses, Withdrawals: g.Withdrawals,
	}
}

// Conditions are what the edge that the permit makes pins: a public offer is to everybody.
func (p Permit) Conditions() Conditions {
	return Conditions{
		UpstreamVersion: p.UpstreamVersion, DemandsVersion: p.DemandsVersion, Revisions: RevisionsOf(p.WorkVersion),
		Exclusives: p.Exclusives,
	}
}

// Check fails with ErrOtherConditions unless these are what was seen, naming what differs.
// What they are of is the caller's to name. Made only grows, and anybody can make it: who leaves
// room there is not kept from buying by strangers.
func (c Conditions) Check(seen Conditions) error {
	c.Made = max(c.Made, seen.Made)
	if c == seen {
		return nil
	}
	var differs []string
	if c.AllowList != seen.AllowList {
		differs = append(differs, fmt.Sprintf("allow_list is %s, %s was seen", listText(c.AllowList), listText(seen.AllowList)))
	}
	for _, n := range []struct {
		name     string
		now, was uint64
	}{
		{"upstream_version", uint64(c.UpstreamVersion), uint64(seen.UpstreamVersion)},
		{"demands_version", uint64(c.DemandsVersion), uint64(seen.DemandsVersion)},
		{"revisions", uint64(c.Revisions), uint64(seen.Revisions)},
		{"exclusives", uint64(c.Exclusives), uint64(seen.Exclusives)},
		{"made", uint64(c.Made), uint64(seen.Made)},
		{"uses", c.Uses, seen.Uses},
		{"withdrawals", c.Withdrawals, seen.Withdrawals},
	} {
		if n.now != n.was {
			differs = append(differs, fmt.Sprintf("%s is %d, %d was seen", n.name, n.now, n.was))
		}
	}
	return errorsmod.Wrapf(ErrOtherConditions, "%s: look again, and name what holds now in seen", strings.Join(differs, ", "))
}

// listText names an allow-list by its digest.
func listText(list registrytypes.Digest) string {
	if list.IsZero() {
		return "none (everybody)"
	}
	return list.String()
}
