package realdata

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/data"
	"github.com/stemma-chain/stemma/testutil/data/sprites"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// gallery is the 604 images among the 642 of the credits, each registered by its
// first author, offered under all its licences, and linked to its source pages.
//
// The pages are external references: the credits know neither their content nor
// their licence, only that of the image. What the images' licences allow is
// tested on what they are drawn for: characters put together from layers.
type gallery struct {
	*play
	list []sprites.Sprite
	// works holds each content once, by its digest; duplicates are the images
	// whose content came before under another path.
	works      map[string]chain.Work
	unique     []sprites.Sprite
	duplicates []sprites.Sprite
	authors    map[string]chain.Account
	artist     chain.Account // who makes characters from the images
}

func newGallery(t *testing.T) *gallery {
	list, err := sprites.Read(bytes.NewReader(data.Read(t, "lpc-sprites/works.jsonl")))
	require.NoError(t, err)
	g := &gallery{list: list, works: map[string]chain.Work{}, authors: map[string]chain.Account{}, artist: chain.Named("alice")}
	for _, s := range list {
		for _, author := range s.Authors {
			g.authors[author] = chain.Named(author)
		}
	}
	g.play = newPlay(t, g.authors)
	for _, l := range sprites.Licences() {
		g.names[l.Terms.ID().String()] = l.Name
		if !l.Preset {
			g.MustDeliver(g.artist, &licensetypes.MsgPublishTerms{Author: g.artist.String(), Terms: l.Terms})
		}
	}
	var txs [][]byte
	for _, s := range list {
		if _, known := g.works[s.SHA256]; known {
			g.duplicates = append(g.duplicates, s)
			continue
		}
		owner := g.authors[s.Authors[0]]
		work := chain.Work{ID: registrytypes.NewWorkID(owner.Address, digestOf(t, s)), Owner: owner}
		g.works[s.SHA256] = work
		g.unique = append(g.unique, s)
		g.names[work.String()] = s.Path
		txs = append(txs, g.Sign(owner, g.publish(s)...))
	}
	g.Block(txs...).RequireOK(t)
	return g
}

func digestOf(t *testing.T, s sprites.Sprite) (digest [sha256.Size]byte) {
	bz, err := hex.DecodeString(s.SHA256)
	require.NoError(t, err, s.Path)
	require.Len(t, bz, len(digest), s.Path)
	return [sha256.Size]byte(bz)
}

// entry registers an image with all its authors.
func (g *gallery) entry(s sprites.Sprite) *registrytypes.MsgRegister {
	details := registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Title: s.Path, MediaType: "image/png"}
	for _, author := range s.Authors {
		details.Creators = append(details.Creators, registrytypes.Creator{
			Name: author, Account: g.authors[author].String(), Role: "author",
		})
	}
	return &registrytypes.MsgRegister{
		Registrant: g.authors[s.Authors[0]].String(),
		Works:      []registrytypes.Entry{{Sha256: digestOf(g.t, s), Details: details}},
	}
}

// publish registers an image, offers it under each of its licences and declares
// the pages it was made from.
func (g *gallery) publish(s sprites.Sprite) []sdk.Msg {
	work := g.works[s.SHA256]
	msgs := []sdk.Msg{g.entry(s)}
	for _, name := range s.Licences {
		msgs = append(msgs, chain.OfferMsg(work, termsOf(name)))
	}
	if len(s.Sources) == 0 {
		return msgs
	}
	pages := chain.DeriveMsg(work)
	for _, page := range s.Sources {
		pages.Sources = append(pages.Sources, lineagetypes.Source{
			External: &lineagetypes.External{Uri: page}, Role: lineagetypes.ROLE_INPUT_TO,
		})
	}
	return append(msgs, pages)
}

func termsOf(licence string) licensetypes.TermsID {
	l, known := sprites.LicenceOf(licence)
	if !known {
		panic("no licence " + licence)
	}
	return l.Terms.ID()
}

func TestImagesAreRegisteredOnceWithAllTheirLicencesAndSources(t *testing.T) {
	g := newGallery(t)
	require.Len(t, g.list, 642)
	require.Len(t, g.duplicates, 38)
	listed := 0
	for _, s := range g.list {
		listed += len(s.Sources)
	}
	require.Equal(t, 976, listed)
	registry, license := registrytypes.NewQueryClient(g.Conn()), licensetypes.NewQueryClient(g.Conn())
	lineage := lineagetypes.NewQueryClient(g.Conn())
	pages, edges, several, dual := map[string]bool{}, 0, 0, 0
	for _, s := range g.unique {
		id := g.works[s.SHA256].ID
		work, err := registry.Work(t.Context(), &registrytypes.QueryWorkRequest{Work: id})
		require.NoError(t, err)
		require.Len(t, work.Work.Details.Creators, len(s.Authors), s.Path)
		offers, err := license.Offers(t.Context(), &licensetypes.QueryOffersRequest{Work: id})
		require.NoError(t, err)
		var names []string
		for _, o := range offers.Offers {
			names = append(names, g.names[o.Terms.Id.String()])
		}
		require.ElementsMatch(t, s.Licences, names, s.Path)
		sources, err := lineage.Sources(t.Context(), &lineagetypes.QuerySourcesRequest{Work: id})
		require.NoError(t, err)
		var uris []string
		for _, link := range sources.Sources {
			uris = append(uris, link.External.Uri)
			pages[link.External.Uri] = true
		}
		require.ElementsMatch(t, s.Sources, uris, s.Path)
		edges += len(uris)
		if len(s.Sources) > 1 {
			several++
		}
		if len(s.Licences) > 1 {
			dual++
		}
	}
	require.Len(t, pages, 72)
	t.Logf("%d images under %d accounts: %d edges to %d pages, %d images from several; %d under several licences",
		len(g.unique), len(g.authors), edges, len(pages), several, dual)
	g.RequireInvariants()
}

// The same content under another path is the same work: its registrant cannot
// register it again, and another's claim is refused.
func TestDuplicateImagesAreRefused(t *testing.T) {
	g := newGallery(t)
	for _, s := range g.duplicates {
		err := g.Deliver(g.authors[s.Authors[0]], g.entry(s)).Err()
		require.ErrorIs(t, err, registrytypes.ErrAlreadyRegistered, s.Path)
		require.ErrorContains(t, err, g.works[s.SHA256].String())

		again := g.entry(s)
		again.Registrant = g.artist.String()
		err = g.Deliver(g.artist, again).Err()
		require.ErrorIs(t, err, registrytypes.ErrAlreadyClaimed, s.Path)
	}
	g.RequireInvariants()
}

// The bytes are what the credits say, as far as they are there.
func TestImagesHaveTheirDigests(t *testing.T) {
	list, err := sprites.Read(bytes.NewReader(data.Read(t, "lpc-sprites/works.jsonl")))
	require.NoError(t, err)
	found := 0
	for _, s := range list {
		content, there := data.Find(t, fmt.Sprintf("lpc-sprites/png/%s.png", s.SHA256[:16]))
		if !there {
			continue
		}
		found++
		sum := sha256.Sum256(content)
		require.Equal(t, s.SHA256, hex.EncodeToString(sum[:]), s.Path)
		require.Len(t, content, s.Bytes, s.Path)
	}
	t.Logf("%d of %d files are there", found, len(list))
}

// copyleft says what family of share-alike licences a name belongs to; empty:
// none, so that a derivative may be under any licence.
func copyleft(licence string) string {
	switch {
	case strings.HasPrefix(licence, "CC-BY-SA"):
		return "CC-BY-SA" // later versions may take the place of earlier ones
	case strings.HasPrefix(licence, "GPL"):
		return licence // of that version only
	}
	return ""
}

// adopts says whether a licence may take the place of another one: the step from
// BY-SA 4.0 to GPL 3.0 that Creative Commons approved, one way.
func adopts(licence, other string) bool { return licence == "GPL 3.0" && other == "CC-BY-SA 4.0" }

// together says, by the licences' names alone, whether something may be made of
// two images taken under these.
func together(a, b string) bool {
	return copyleft(a) == "" || copyleft(b) == "" || copyleft(a) == copyleft(b) || adopts(a, b) || adopts(b, a)
}

// fits says whether what was made from images under these licences may be
// offered under another.
func fits(licence string, sources ...string) bool {
	return !slices.ContainsFunc(sources, func(s string) bool {
		return copyleft(s) != "" && (copyleft(s) != copyleft(licence) || licence < s) && !adopts(licence, s)
	})
}
