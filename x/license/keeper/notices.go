package keeper

import (
	"bytes"
	"context"
	"slices"

	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// noticesOfWaiting says whose approval a work waits for.
func (k Keeper) noticesOfWaiting(ctx context.Context, work registrytypes.WorkID, waiting []types.DeclarationRef) ([]types.Notice, error) {
	refs, more, err := k.declarationsOf(ctx, work, waiting)
	if err != nil {
		return nil, err
	}
	var works []registrytypes.WorkID
	others := uint32(0)
	for _, ref := range refs {
		a, _, err := k.GetAdmission(ctx, ref)
		if err != nil {
			return nil, err
		}
		works, others = append(works, a.Works...), others+a.Others
	}
	if more && len(works) == 0 && others == 0 { // it is behind more works than are looked at
		for _, ref := range waiting {
			works = append(works, ref.Work)
		}
	}
	notices := noticeAbout(rules.SourceUnapproved, works, others)
	for i := range notices {
		notices[i].AtLeast = more
	}
	return notices, nil
}

// itemsApart names the collections and datasets whose items are licensed apart, the work
// among them: what it was made from, or holds, is in its rows.
func itemsApart(id registrytypes.WorkID, work registrytypes.Work, rows []types.Constraint) ([]types.Notice, error) {
	own, err := holdsItems(work)
	if err != nil {
		return nil, err
	}
	var works []registrytypes.WorkID
	if own {
		works = append(works, id)
	}
	for _, c := range rows {
		if c.Kind == types.CONSTRAINT_ITEMS_APART {
			works = append(works, c.Source.WorkID)
		}
	}
	return noticeAbout(rules.ApartItems, works, 0), nil
}

// holdsItems says whether a work has items of its own: it is a dataset, or has a manifest, of whatever kind it is.
func holdsItems(work registrytypes.Work) (bool, error) {
	revision, err := work.Revision()
	return work.ManifestVersion > 0 || revision.Details.Kind == registrytypes.KIND_DATASET, err
}

// laterSources names the works whose demands came after what is relied on.
func laterSources(then, now []rules.Constraint) ([]types.Notice, error) {
	var works []registrytypes.WorkID
	for _, c := range now {
		known := func(o rules.Constraint) bool {
			return o.Kind == c.Kind && o.Source == c.Source && o.TermsID == c.TermsID && (c.Contained || !o.Contained)
		}
		if slices.ContainsFunc(then, known) {
			continue
		}
		work, err := registrytypes.ParseWorkID(c.Source)
		if err != nil {
			return nil, err
		}
		works = append(works, work)
	}
	return noticeAbout(rules.LaterSource, works, 0), nil
}

// noticeAbout is about works, each once, and others that are not named; none without
// any.
func noticeAbout(code rules.Notice, works []registrytypes.WorkID, others uint32) []types.Notice {
	slices.SortFunc(works, func(a, b registrytypes.WorkID) int { return bytes.Compare(a[:], b[:]) })
	works = slices.Compact(works)
	if len(works) == 0 && others == 0 {
		return nil
	}
	return []types.Notice{{
		Code: string(code), Works: works[:min(len(works), types.MaxNoticeWorks)], Count: uint32(len(works)) + others,
	}}
}
