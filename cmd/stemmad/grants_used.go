package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/limits"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// servingGrant is a grant that serves a derivative, as programs read it.
type servingGrant struct {
	Grant licensetypes.GrantID `json:"grant"`
	Work  registrytypes.WorkID `json:"work"`
	Terms licensetypes.TermsID `json:"terms"`
	// Source is the declared source that it serves: the work itself, or one made from it.
	Source registrytypes.WorkID `json:"source"`
	Serves uint32               `json:"serves"`
	Used   uint32               `json:"used"`
	// Left is how many further derivatives it serves; nil: there is no limit.
	Left *uint32 `json:"left"`
}

// furtherGrants is how many of them are of works that the sources were made from.
func furtherGrants(list []lineagetypes.ServingGrant) uint32 {
	seen := make(map[licensetypes.GrantID]bool)
	for _, g := range list {
		if g.Source != g.Work {
			seen[g.Grant] = true
		}
	}
	return uint32(len(seen))
}

func servingGrants(list []lineagetypes.ServingGrant) []servingGrant {
	serving := make([]servingGrant, len(list))
	for i, g := range list {
		serving[i] = servingGrant{g.Grant, g.Work, g.Terms, g.Source, g.Serves, g.Used, nil}
		if g.Serves != licensetypes.UnlimitedDerivatives {
			left := g.Serves - min(g.Used, g.Serves)
			serving[i].Left = &left
		}
	}
	return serving
}

// servingLines say which grants serve a derivative and what is left of each, a line each;
// empty without any. The sources' own sources ask for grants too, which nobody named.
func servingLines(ctx context.Context, conn *connect.Conn, list []servingGrant) string {
	if len(list) == 0 {
		return ""
	}
	name := termsNamer(ctx, conn)
	speaker := limits.NewSpeaker(conn, name)
	var b strings.Builder
	b.WriteString("\nGrants that it uses:")
	for _, g := range list {
		fmt.Fprintf(&b, "\n  %s", table.Clean(g.say(ctx, speaker, name)))
	}
	return b.String()
}

func (g servingGrant) say(ctx context.Context, speaker *limits.Speaker, name words.Namer) string {
	through := ""
	if g.Source != g.Work {
		through = ", because " + speaker.Work(ctx, g.Source) + " was made from that"
	}
	left := "it serves no further derivative"
	switch {
	case g.Left == nil:
		left = "it serves any number of derivatives"
	case *g.Left > 0:
		left = fmt.Sprintf("it still serves %s, of %d", words.Serves(*g.Left), g.Serves)
	}
	return fmt.Sprintf("%s of %s under %s%s: %s", g.Grant, speaker.Work(ctx, g.Work), name(g.Terms), through, left)
}

// servingNow are the grants that serve a work by its edges, as they are now.
func servingNow(ctx context.Context, conn *connect.Conn, links []lineagetypes.Link) ([]servingGrant, error) {
	var list []lineagetypes.ServingGrant
	for _, link := range links {
		ids := link.MetByGrants
		if !link.Grant.IsZero() {
			ids = append([]licensetypes.GrantID{link.Grant}, ids...)
		}
		for _, id := range ids {
			res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: id})
			if err != nil {
				return nil, err
			}
			g := res.Grant
			list = append(list, lineagetypes.ServingGrant{
				Grant: id, Work: g.Work, Terms: g.Terms, Source: link.Source, Serves: g.Grant.Serves, Used: g.Grant.Used,
			})
		}
	}
	return servingGrants(list), nil
}
