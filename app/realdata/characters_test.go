package realdata

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/data/sprites"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// pick is an image and the one of its licences that it is taken under.
type pick struct {
	sprite  sprites.Sprite
	licence string
}

// sketch is a derivative to be declared.
type sketch struct {
	name  string
	picks []pick
}

func (s sketch) licences() (names []string) {
	for _, p := range s.picks {
		names = append(names, p.licence)
	}
	return names
}

// copyleft lists the image with the lowest id of those taken under each share-alike
// licence.
func (g *gallery) copyleft(s sketch) (paths []string) {
	first := map[string]pick{}
	for _, p := range s.picks {
		before, seen := first[p.licence]
		if copyleft(p.licence) != "" && (!seen || g.idOf(p) < g.idOf(before)) {
			first[p.licence] = p
		}
	}
	for _, p := range first {
		paths = append(paths, p.sprite.Path)
	}
	return paths
}

// idOf is the id of a picked image, whose order is that of its bytes.
func (g *gallery) idOf(p pick) string {
	id := g.works[p.sprite.SHA256].ID
	return string(id[:])
}

// draw registers the sketches and declares them, in two blocks, and returns why
// each was refused.
func (g *gallery) draw(sketches []sketch) []error {
	var registered, declared [][]byte
	for _, s := range sketches {
		work := chain.WorkOf(s.name, g.artist)
		g.names[work.String()] = s.name
		registered = append(registered, g.Sign(g.artist, chain.RegisterMsg(g.artist, s.name)))
	}
	g.Block(registered...).RequireOK(g.t)
	for _, s := range sketches {
		var sources []chain.Source
		for _, p := range s.picks {
			sources = append(sources, g.works[p.sprite.SHA256].Under(termsOf(p.licence)))
		}
		declared = append(declared, g.Sign(g.artist, g.DeriveMsg(chain.WorkOf(s.name, g.artist), sources...)))
	}
	var errs []error
	for _, tx := range g.Block(declared...).Txs {
		errs = append(errs, tx.Err())
	}
	return errs
}

// mixtures picks one or two images for each set of licences.
func (g *gallery) mixtures() [][]sprites.Sprite {
	var sets [][]sprites.Sprite
	place := map[string]int{}
	for _, s := range g.unique {
		key := strings.Join(slices.Sorted(slices.Values(s.Licences)), ", ")
		i, known := place[key]
		if !known {
			i = len(sets)
			place[key] = i
			sets = append(sets, nil)
		}
		if len(sets[i]) < 2 {
			sets[i] = append(sets[i], s)
		}
	}
	return sets
}

// Two images of every two sets of licences, under every choice of a licence for
// each: accepted exactly when the licences go together. Of every two images some
// choice does.
func TestDualLicensedImagesGoTogetherUnderEitherAlternative(t *testing.T) {
	g := newGallery(t)
	sets := g.mixtures()
	var sketches []sketch
	for i, first := range sets {
		for j, second := range sets[:i+1] {
			a, b := first[0], second[len(second)-1]
			if a.SHA256 == b.SHA256 {
				continue // one image alone has these licences
			}
			for _, under := range a.Licences {
				for _, with := range b.Licences {
					name := fmt.Sprintf("%d x %d: %s under %s with %s under %s", i, j, a.Path, under, b.Path, with)
					sketches = append(sketches, sketch{name, []pick{{a, under}, {b, with}}})
				}
			}
		}
	}
	accepted, possible := 0, map[string]bool{}
	pairs := map[[2]string]bool{}
	var refusals []refusal
	for i, err := range g.draw(sketches) {
		s := sketches[i]
		names := s.licences()
		require.Equal(t, together(names[0], names[1]), err == nil, "%s: %v", s.name, err)
		set, _, _ := strings.Cut(s.name, ":")
		possible[set] = possible[set] || err == nil
		if err == nil {
			accepted++
			continue
		}
		require.ErrorIs(t, err, licensetypes.ErrConflict)
		slices.Sort(names)
		if pair := [2]string(names); !pairs[pair] {
			pairs[pair] = true
			refusals = append(refusals, g.refused(strings.Join(names, " with "), "any", err))
		}
	}
	for set, ok := range possible {
		require.True(t, ok, "no choice of licences works for the sets %s", set)
	}
	g.table("Licences that exclude each other", refusals)
	t.Logf("%d sets of licences; %d of %d choices accepted", len(sets), accepted, len(sketches))
	g.RequireInvariants()
}

// What is made of two images may be offered under a licence exactly when that
// complies with both they were taken under.
func TestWhatACharacterMayBeOfferedUnder(t *testing.T) {
	g := newGallery(t)
	holder := map[string]sprites.Sprite{} // two images for each licence
	other := map[string]sprites.Sprite{}
	for _, s := range g.unique {
		for _, name := range s.Licences {
			if _, known := holder[name]; known {
				other[name] = s
			} else {
				holder[name] = s
			}
		}
	}
	var sketches []sketch
	for _, a := range sprites.Licences() {
		for _, b := range sprites.Licences() {
			if together(a.Name, b.Name) {
				sketches = append(sketches, sketch{a.Name + " with " + b.Name, []pick{{holder[a.Name], a.Name}, {other[b.Name], b.Name}}})
			}
		}
	}
	for i, err := range g.draw(sketches) {
		require.NoError(t, err, sketches[i].name)
	}
	var txs [][]byte
	for _, s := range sketches {
		for _, l := range sprites.Licences() {
			txs = append(txs, g.Sign(g.artist, chain.OfferMsg(chain.WorkOf(s.name, g.artist), l.Terms.ID())))
		}
	}
	results, offered := g.Block(txs...).Txs, 0
	for i, s := range sketches {
		for j, l := range sprites.Licences() {
			err := results[i*len(sprites.Licences())+j].Err()
			require.Equal(t, fits(l.Name, s.licences()...), err == nil, "%s, offered under %s: %v", s.name, l.Name, err)
			if err == nil {
				offered++
			}
		}
	}
	t.Logf("%d of %d offers accepted", offered, len(txs))
}

// layers groups the images by the part of a character they show.
func (g *gallery) layers() [][]sprites.Sprite {
	var parts [][]sprites.Sprite
	place := map[string]int{}
	for _, s := range g.unique {
		part, _, _ := strings.Cut(s.Path, "/")
		i, known := place[part]
		if !known {
			i = len(parts)
			place[part] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], s)
	}
	return parts
}

// under picks the licence that asks for least among those that go with a family.
func under(s sprites.Sprite, family string) (string, bool) {
	for _, l := range sprites.Licences() {
		if slices.Contains(s.Licences, l.Name) && (copyleft(l.Name) == "" || copyleft(l.Name) == family) {
			return l.Name, true
		}
	}
	return "", false
}

// characters puts every image into some character of one layer for each part, all
// under licences that go with a family.
func (g *gallery) characters(family string) []sketch {
	parts, most := g.layers(), 0
	for _, part := range parts {
		most = max(most, len(part))
	}
	var list []sketch
	for i := range most {
		character := sketch{name: fmt.Sprintf("character %d under %s", i, family)}
		for _, part := range parts {
			if licence, ok := under(part[i%len(part)], family); ok {
				character.picks = append(character.picks, pick{part[i%len(part)], licence})
			}
		}
		list = append(list, character)
	}
	return list
}

// Characters of two dozen layers each, all images used: under BY-SA all layers
// fit, under the GPL those that have it, or a licence without copyleft, among
// their alternatives. The strictest demand binds the scenes made of them.
func TestCharactersAndScenes(t *testing.T) {
	g := newGallery(t)
	for _, family := range []string{"CC-BY-SA", "GPL 3.0"} {
		characters := g.characters(family)
		used, edges := map[string]bool{}, 0
		for i, err := range g.draw(characters) {
			require.NoError(t, err, characters[i].name)
			edges += len(characters[i].picks)
			for _, p := range characters[i].picks {
				used[p.sprite.SHA256] = true
			}
		}
		if family == "CC-BY-SA" {
			require.Len(t, used, len(g.unique), "every image goes with BY-SA")
		}
		t.Logf("%d characters under %s: %d layers, %d of %d images used", len(characters), family, edges, len(used), len(g.unique))
		for _, c := range characters {
			g.requireShareAlike(c)
		}
	}
	g.scenes()
	g.RequireInvariants()
}

// requireShareAlike: the demands are those of the licences that layers were taken
// under, each in the name of the one with the lowest id.
func (g *gallery) requireShareAlike(s sketch) {
	g.t.Helper()
	demanded := g.demanded(chain.WorkOf(s.name, g.artist))[licensetypes.CONSTRAINT_SHARE_ALIKE]
	require.ElementsMatch(g.t, g.copyleft(s), demanded, s.name)
}

// scenes makes the next generation: another artist takes two characters.
func (g *gallery) scenes() {
	bob := chain.Named("bob")
	characters := g.characters("CC-BY-SA")
	one, two := chain.WorkOf(characters[0].name, g.artist), chain.WorkOf(characters[1].name, g.artist)
	third := chain.WorkOf(g.characters("GPL 3.0")[2].name, g.artist)
	old, current, gpl3 := termsOf("CC-BY-SA 3.0"), termsOf("CC-BY-SA 4.0"), termsOf("GPL 3.0")
	for _, offer := range []struct {
		work  chain.Work
		terms licensetypes.TermsID
	}{{one, current}, {two, old}, {two, current}, {third, gpl3}} {
		g.Offer(offer.work, offer.terms)
	}
	for _, terms := range []string{"CC0", "CC-BY 4.0", "GPL 3.0"} {
		err := g.Deliver(g.artist, chain.OfferMsg(one, termsOf(terms))).Err()
		require.ErrorIs(g.t, err, licensetypes.ErrConflict, terms)
		require.ErrorContains(g.t, err, "sharealike_source")
	}

	scene := g.Derive("scene", bob, one.Under(current), two.Under(old))
	demanded := g.demanded(scene)[licensetypes.CONSTRAINT_SHARE_ALIKE]
	both := []string{characters[0].name, characters[1].name}
	for _, p := range slices.Concat(characters[0].picks, characters[1].picks) {
		both = append(both, p.sprite.Path)
	}
	require.Subset(g.t, both, demanded, "one that demands the licence is named")
	require.ErrorIs(g.t, g.Deliver(bob, chain.OfferMsg(scene, old)).Err(), licensetypes.ErrConflict, "one character is under 4.0")
	g.Offer(scene, current)

	mixed := chain.WorkOf("mixed scene", bob)
	err := g.Deliver(bob, chain.RegisterMsg(bob, "mixed scene"),
		g.DeriveMsg(mixed, one.Under(current), third.Under(gpl3))).Err()
	require.ErrorIs(g.t, err, licensetypes.ErrConflict)
	require.ErrorContains(g.t, err, "sharealike_conflict")
}
