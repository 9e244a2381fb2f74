package picture_test

import (
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/portal/picture"
)

func Example() {
	g := picture.Graph{
		Focus: "remix",
		Nodes: []picture.Node{
			{ID: "remix", Title: "Night bus remix", Kind: "song", Href: "/works/remix"},
			{ID: "song", Title: "Night bus", Kind: "song", Href: "/works/song", Payees: []picture.Payee{{Name: "Ana", Share: 1_000_000}}},
		},
		Edges: []picture.Edge{{From: "remix", To: "song", Role: picture.RoleParent, Share: 100_000}},
	}
	placed, err := picture.Layout(g, picture.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	figure := picture.SVG(placed) // and picture.CSS in the page's style sheet
	fmt.Println(strings.Count(string(figure), "<a "), "links")
	text, _ := picture.Text(g, picture.Options{}) // it finds no other errors than Layout does
	fmt.Println(strings.ReplaceAll(string(text), "<h3>", "\n<h3>"))
	// Output:
	// 2 links
	// <div class="pic-text"><p><a href="/works/remix">Night bus remix</a>, song</p>
	// <h3>Made of</h3><ul><li>adaptation 10%: <a href="/works/song">Night bus</a>, song, Paid to Ana 100%</li></ul>
	// <h3>Used in</h3><p>nothing known</p></div>
}
