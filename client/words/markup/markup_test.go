package markup_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/words/markup"
)

func TestMarkdownHasNoMarkupOfTitles(t *testing.T) {
	require.Equal(t, `\[x\]\(https&#58;//a\.b\) &#60;b&#62; \*é\* 1`, markup.Markdown("[x](https://a.b) <b> *é* 1"))
}
