package realdata

import (
	"encoding/hex"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/data/models"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// check asks for one use of many works, by id or digest.
func (p *play) check(use licensetypes.Use, licensee string, subjects ...string) []licensetypes.Rights {
	p.t.Helper()
	res, err := licensetypes.NewQueryClient(p.Conn()).CheckRightsBatch(p.t.Context(), &licensetypes.QueryCheckRightsBatchRequest{
		Works: subjects, Use: use, Licensee: licensee,
	})
	require.NoError(p.t, err)
	require.Len(p.t, res.Rights, len(subjects))
	return res.Rights
}

// unpermitted lists the parents that a model's owner may not make it from, as
// CheckRights answers for each.
func (c *catalogue) unpermitted(m models.Model) (ids []string) {
	var works []string
	for _, p := range m.Parents {
		works = append(works, c.works[p.ID].String())
	}
	use := licensetypes.Use{Action: licensetypes.ACTION_ADAPT}
	for i, rights := range c.check(use, c.works[m.ID].Owner.String(), works...) {
		if rights.Verdict != licensetypes.VERDICT_ALLOWED {
			ids = append(ids, m.Parents[i].ID)
		}
	}
	return ids
}

// After all models are declared, the answer to "may I use it commercially?" is no
// for what has a non-commercial ancestor, naming each, whatever the model itself
// is offered under.
func TestCommercialUseIsDeniedNamingTheAncestor(t *testing.T) {
	c := newCatalogue(t)
	var subjects []string
	for _, m := range c.list {
		if len(m.Parents) > 0 {
			c.declareOrCorrect(m)
		}
		digest := m.Digest()
		subjects = append(subjects, hex.EncodeToString(digest[:]))
	}
	commercial := licensetypes.Use{Action: licensetypes.ACTION_DISTRIBUTE, Commercial: true}
	private := licensetypes.Use{Action: licensetypes.ACTION_DISTRIBUTE}
	answers, privately := c.check(commercial, "", subjects...), c.check(private, "", subjects...)
	verdicts := map[licensetypes.Verdict]int{}
	for i, m := range c.list {
		terms, offered := c.offered[m.ID]
		free := offered && terms != noncommercialRemix && !nonCommercial(m.Licence)
		bans := c.bans(m)
		want := licensetypes.VERDICT_DENIED
		if free && len(bans) == 0 {
			want = licensetypes.VERDICT_ALLOWED
		}
		require.Equal(t, want, answers[i].Verdict, m.ID)
		require.Equal(t, bans, c.ancestorsIn(answers[i]), m.ID)
		require.Equal(t, offered, privately[i].Verdict == licensetypes.VERDICT_ALLOWED, m.ID)
		if !offered {
			require.Equal(t, string(rules.NotOffered), privately[i].Reasons[0].Code, m.ID)
		}
		verdicts[want]++
	}
	t.Logf("commercial use of %d models: %v", len(c.list), verdicts)
}

// ancestorsIn names the works that stand in the way of commercial use, sorted.
func (c *catalogue) ancestorsIn(rights licensetypes.Rights) (ids []string) {
	for _, r := range rights.Reasons {
		if r.Code == string(rules.NonCommercialSource) {
			ids = append(ids, c.names[r.Ancestor.String()])
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Every image may be adapted commercially. Of several licences the one that asks
// for least counts: the derivative has to be share-alike only where all are.
func TestImagesMayBeAdaptedUnderTheEasiestAlternative(t *testing.T) {
	g := newGallery(t)
	var subjects []string
	for _, s := range g.unique {
		subjects = append(subjects, s.SHA256)
	}
	bound := 0
	for i, rights := range g.check(licensetypes.Use{Action: licensetypes.ACTION_ADAPT, Commercial: true}, "", subjects...) {
		s := g.unique[i]
		require.Equal(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "%s: %v", s.Path, rights.Reasons)
		require.Equal(t, []registrytypes.WorkID{g.works[s.SHA256].ID}, rights.Works, s.Path)
		require.Contains(t, s.Licences, g.names[rights.Permission], s.Path)
		strict := !slices.ContainsFunc(s.Licences, func(name string) bool { return copyleft(name) == "" })
		obliged := slices.ContainsFunc(rights.Obligations, func(o licensetypes.Obligation) bool {
			return o.Kind == licensetypes.OBLIGATION_SHARE_ALIKE
		})
		require.Equal(t, strict, obliged, "%s under %s", s.Path, g.names[rights.Permission])
		if strict {
			bound++
		}
	}
	t.Logf("%d of %d images are under share-alike licences only", bound, len(g.unique))
	unknown := g.check(licensetypes.Use{Action: licensetypes.ACTION_ADAPT}, "", chain.Digest("nobody registered this").String())[0]
	require.Equal(t, licensetypes.VERDICT_UNKNOWN, unknown.Verdict)
}
