package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/portrait"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// servingLines say which grants serve a derivative and what is left of each, a line each;
// empty without any. The sources' own sources ask for grants too, which nobody named.
func servingLines(ctx context.Context, conn *connect.Conn, list []portrait.Grant) string {
	if len(list) == 0 {
		return ""
	}
	name := termsNamer(ctx, conn)
	speaker := limits.NewSpeaker(conn, name)
	var b strings.Builder
	b.WriteString("\nGrants that it uses:")
	for _, g := range list {
		fmt.Fprintf(&b, "\n  %s", table.Clean(sayGrant(ctx, speaker, name, g)))
	}
	return b.String()
}

// sayGrant says which grant serves, and what is left of it.
func sayGrant(ctx context.Context, speaker *limits.Speaker, name words.Namer, g portrait.Grant) string {
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
