package describe

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// rolePrefix marks a bracket as a role whatever stands in it.
const rolePrefix = "role:"

// roles are words for what somebody did for a work: the relators of MARC that people credit, what albums and
// games credit, and the commonest in German, French, Spanish and Italian. A bracket with anything else is part
// of the name: a pen name, an artist's account, a year.
//
//nolint:misspell // words of several languages
const roles = `
	actor, actress, adapter, animator, announcer, architect, arranger, art director, artist, author, band, beatmaker, book designer,
	calligrapher, caricaturist, cartographer, cartoonist, choreographer, cinematographer, co-author, coauthor, co-producer, co-writer,
	coder, colorist, colourist, commentator, compiler, composer, conductor, contributor, coordinator, copyist, copywriter, costume designer,
	cover artist, cover designer, creative director, creator, curator, dancer, data curator, data scientist, designer, developer, director,
	director of photography, dj, draftsman, drummer, editor, engineer, engraver, ensemble, essayist, executive producer, featured artist,
	film director, film editor, game designer, generator, ghostwriter, graphic designer, guest, guitarist, illuminator, illustrator, inker,
	instrumentalist, interviewee, interviewer, inventor, journalist, keyboardist, layout artist, letterer, level designer, librettist,
	lithographer, lyricist, lyrics, maker, mastering, mastering engineer, mixer, mixing, mixing engineer, modeler, modeller, music, musician,
	narrator, orchestra, orchestrator, original author, owner, painter, penciller, performer, performing artist, photo, photographer,
	photography, photos, pianist, pixel artist, playwright, poet, presenter, printmaker, producer, production designer, programmer,
	prompt engineer, prompter, publisher, rapper, recorder, recording engineer, remixer, reporter, researcher, restorer, retoucher, reviewer,
	sampled artist, scenarist, scientist, screenwriter, script, scriptwriter, sculptor, set designer, singer, singer-songwriter, software,
	soloist, songwriter, sound, sound designer, sound engineer, speaker, storyboard artist, storyteller, stylist, tester, text,
	texture artist, trainer, transcriber, translator, type designer, typographer, video editor, videographer, violinist, vocalist, vocals,
	voice, voice actor, web designer, words, writer,
	autor, autorin, bearbeiter, bearbeiterin, fotograf, fotografin, gestalter, gestalterin, herausgeber, herausgeberin, illustratorin,
	komponist, komponistin, künstler, künstlerin, maler, malerin, musik, regie, regisseur, regisseurin, sänger, sängerin, sprecher,
	sprecherin, texter, texterin, übersetzer, übersetzerin, zeichner, zeichnerin,
	auteur, auteure, autrice, compositeur, compositrice, chanteur, chanteuse, dessinateur, dessinatrice, éditeur, éditrice, illustrateur,
	illustratrice, musique, paroles, parolier, peintre, photographe, réalisateur, réalisatrice, scénariste, traducteur, traductrice,
	autora, autore, cantante, compositor, compositora, compositore, dibujante, diseñador, diseñadora, disegnatore, editora, editore,
	escritor, escritora, fotografa, fotografo, fotógrafa, fotógrafo, guionista, ilustrador, ilustradora, illustratore, letrista, música, musica,
	pintor, pintora, paroliere, pittore, regista, scrittore, scrittrice, traductor, traductora, traduttore, traduttrice
`

var knownRoles = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for role := range strings.SplitSeq(roles, ",") {
		known[strings.TrimSpace(role)] = true
	}
	return known
})

// IsRole says whether a text names what somebody did, in any case: "Composer", "music & lyrics".
func IsRole(s string) bool {
	parts := strings.FieldsFunc(strings.ToLower(strings.NewReplacer(" and ", "/", " und ", "/", " et ", "/").Replace(s)),
		func(r rune) bool { return strings.ContainsRune(",/&+", r) })
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool {
		return !knownRoles()[strings.Join(strings.Fields(part), " ")]
	})
}

// Accounts finds the account that an address or another name stands for.
type Accounts func(name string) (string, error)

// ParseCreator reads a creator: "Name", "Name <account>", "Name (role)" or
// "Name (role) <account>". A bracket that names no role stays with the name, such as a
// pen name; "(role: ...)" is a role in any case. role is used where the text has none.
func ParseCreator(s, role string, accounts Accounts) (registrytypes.Creator, error) {
	c := registrytypes.Creator{Role: text.Compose(role)}
	rest := strings.TrimSpace(text.Compose(s))
	if before, account, ok := cutEnclosed(rest, '<', '>'); ok {
		rest, c.Account = before, account
		if accounts != nil {
			found, err := accounts(account)
			if err != nil {
				return c, fmt.Errorf("creator %q: %w", s, err)
			}
			c.Account = found
		}
	}
	if before, own, ok := cutEnclosed(rest, '(', ')'); ok {
		said, is := cutFold(own, rolePrefix)
		if is || before == "" || IsRole(own) {
			rest, c.Role = before, strings.TrimSpace(said)
		}
	}
	c.Name = rest
	if c.Name == "" {
		return registrytypes.Creator{}, fmt.Errorf(`creator %q has no name: write "Name", "Name <account>" or "Name (role) <account>"`, s)
	}
	return c, nil
}

// cutEnclosed splits "text <inside>" where s ends with the closing mark.
func cutEnclosed(s string, opening, closing byte) (before, inside string, ok bool) {
	if s == "" || s[len(s)-1] != closing {
		return s, "", false
	}
	at := strings.LastIndexByte(s, opening)
	if at < 0 {
		return s, "", false
	}
	return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1 : len(s)-1]), true
}

func cutFold(s, prefix string) (rest string, is bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
