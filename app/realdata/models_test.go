package realdata

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/data"
	"github.com/stemma-chain/stemma/testutil/data/models"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// noncommercialRemix is what an owner turns to who learns that a source forbids
// commercial use.
var noncommercialRemix = chain.Preset("noncommercial-remix")

// catalogue is the 248 models, registered and offered under the licences that
// their cards state. A model without a stated licence is offered under nothing.
type catalogue struct {
	*play
	list  []models.Model
	byID  map[string]models.Model
	works map[string]chain.Work
	// offered are the terms that each model is offered under.
	offered map[string]licensetypes.TermsID
	// linked are the models whose declaration the chain took, in whole or with
	// unlicensed sources as external references.
	linked map[string]bool
	// agents declare for the owners; none: they sign themselves.
	agents map[string]agenttypes.AgentID
	// edges and externals count what they declare.
	edges, externals int
	// warned are the models whose licence the chain lets pass with a warning
	// about commercial use.
	warned []string
}

func newCatalogue(t *testing.T) *catalogue {
	list, err := models.ReadLines(bytes.NewReader(data.Read(t, "hf-model-lineage/models.jsonl")))
	require.NoError(t, err)
	accounts := map[string]chain.Account{"": robot}
	for _, m := range list {
		accounts[m.Owner] = chain.Named(m.Owner)
	}
	c := &catalogue{
		play: newPlay(t, accounts), list: list, byID: map[string]models.Model{}, works: map[string]chain.Work{},
		offered: map[string]licensetypes.TermsID{}, linked: map[string]bool{},
	}
	byOwner := map[string][]sdk.Msg{}
	var owners []string
	for _, m := range list {
		owner := accounts[m.Owner]
		c.byID[m.ID] = m
		c.works[m.ID] = chain.Work{ID: registrytypes.NewWorkID(owner.Address, m.Digest()), Owner: owner}
		c.names[c.works[m.ID].String()] = m.ID
		if byOwner[m.Owner] == nil {
			owners = append(owners, m.Owner)
		}
		byOwner[m.Owner] = append(byOwner[m.Owner], c.register(m)...)
	}
	var txs [][]byte
	for _, owner := range owners {
		txs = append(txs, c.Sign(accounts[owner], byOwner[owner]...))
	}
	c.Block(txs...).RequireOK(t)
	return c
}

// register makes the messages that register a model and, if it has no sources, offer
// it. What has sources is offered when they are declared: a licence that can't be taken
// back, offered before, would hold without them.
func (c *catalogue) register(m models.Model) []sdk.Msg {
	digest, work := m.Digest(), c.works[m.ID]
	msgs := []sdk.Msg{&registrytypes.MsgRegister{Registrant: work.Owner.String(), Works: []registrytypes.Entry{{
		Sha256: digest,
		Details: registrytypes.Details{
			Kind: registrytypes.KIND_MODEL, Title: m.ID,
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: m.URL()}},
		},
	}}}}
	licence, stated := models.LicenceOf(m.Licence)
	if !stated {
		return msgs
	}
	c.offered[m.ID] = licence.Terms.ID()
	c.names[licence.Terms.ID().String()] = licence.Name()
	msgs = append(msgs, &licensetypes.MsgPublishTerms{Author: work.Owner.String(), Terms: licence.Terms})
	if len(m.Parents) == 0 {
		msgs = append(msgs, chain.OfferMsg(work, c.offered[m.ID]))
	}
	return msgs
}

// stay offers a model whose sources were refused as its card has it.
func (c *catalogue) stay(m models.Model) {
	if terms, offered := c.offered[m.ID]; offered {
		c.MustDeliver(c.works[m.ID].Owner, chain.OfferMsg(c.works[m.ID], terms))
	}
}

// own: the parent belongs to the model's owner, who needs no permission.
func (c *catalogue) own(m models.Model, p models.Parent) bool { return m.Owner == c.byID[p.ID].Owner }

// declaration names each parent with the offer relied on. Parents that nobody
// offers are named without one, or as external references by their address.
func (c *catalogue) declaration(m models.Model, external bool) *lineagetypes.MsgDerive {
	msg := chain.DeriveMsg(c.works[m.ID])
	for _, p := range m.Parents {
		source := lineagetypes.Source{Role: lineagetypes.ROLE_PARENT_OF}
		if p.Evidence == models.EvidenceMerge {
			source.Role = lineagetypes.ROLE_COMPONENT_OF
		}
		terms, offered := c.offered[p.ID]
		switch {
		case !offered && !c.own(m, p) && external:
			source.External = &lineagetypes.External{Uri: c.byID[p.ID].URL()}
		case offered && !c.own(m, p):
			source.Work, source.Permission = c.works[p.ID].ID, terms.String()
		default:
			source.Work = c.works[p.ID].ID
		}
		msg.Sources = append(msg.Sources, source)
	}
	return c.See(msg)
}

// deliver declares sources of a model and offers it, both or neither.
func (c *catalogue) deliver(m models.Model, msg *lineagetypes.MsgDerive) error {
	work, msgs := c.works[m.ID], []sdk.Msg{msg}
	if terms, offered := c.offered[m.ID]; offered {
		msgs = append(msgs, chain.OfferMsg(work, terms))
	}
	if agent, employed := c.agents[m.Owner]; employed {
		return c.Deliver(robot, chain.ActMsg(agent, robot, msgs...)).Err()
	}
	return c.Deliver(work.Owner, msgs...).Err()
}

// robot is the software by whose key all agents act.
var robot = chain.Named("robot")

// employ gives each owner an agent that declares and offers, and spends nothing.
func (c *catalogue) employ() {
	c.agents = map[string]agenttypes.AgentID{}
	for _, m := range c.list {
		owner := c.works[m.ID].Owner
		if _, employed := c.agents[m.Owner]; employed {
			continue
		}
		agent := agenttypes.NewAgentID(owner.Address, "builder")
		c.agents[m.Owner] = agent
		c.MustDeliver(owner, &agenttypes.MsgRegister{
			Controller: owner.String(), Name: "builder", ExpiresAt: c.Now().Add(300 * 24 * time.Hour),
			Card: agenttypes.Card{Responsible: agenttypes.Party{Name: m.Owner}},
		}, &agenttypes.MsgSetLimit{Controller: owner.String(), Agent: agent, Key: robot.String(), Limit: agenttypes.Limit{
			Messages:  []string{sdk.MsgTypeURL(&lineagetypes.MsgDerive{}), sdk.MsgTypeURL(&licensetypes.MsgOffer{})},
			ExpiresAt: c.Now().Add(200 * 24 * time.Hour),
		}})
	}
}

// declare declares a model's parents: first all as works, then, if that fails
// for want of an offer, the unlicensed ones as external references. It returns
// all refusals. That there is no offer CheckRights says as well.
func (c *catalogue) declare(m models.Model) (refusals []refusal) {
	licence := cmp.Or(m.Licence, "not stated")
	msg := c.declaration(m, false)
	unpermitted := c.unpermitted(m)
	err := c.deliver(m, msg)
	require.Equal(c.t, len(unpermitted) > 0, err != nil && slices.Contains(codesIn(err), rules.NeedsPermission), m.ID)
	if err != nil && slices.Contains(codesIn(err), rules.NeedsPermission) {
		refusals = append(refusals, c.refused(m.ID, licence, err))
		msg = c.declaration(m, true)
		err = c.deliver(m, msg)
	}
	if err != nil {
		return append(refusals, c.refused(m.ID, licence, err))
	}
	c.linked[m.ID] = true
	for _, s := range msg.Sources {
		if s.External != nil {
			c.externals++
		} else {
			c.edges++
		}
	}
	if c.warnsOfCommerce(m) {
		c.warned = append(c.warned, m.ID)
	}
	return refusals
}

// warnsOfCommerce makes a model's offer again and looks at the chain's warnings.
func (c *catalogue) warnsOfCommerce(m models.Model) bool {
	terms, offered := c.offered[m.ID]
	if !offered {
		return false
	}
	work := c.works[m.ID]
	var res licensetypes.MsgOfferResponse
	c.MustDeliver(work.Owner, chain.OfferMsg(work, terms)).Response(c.t, 0, &res)
	return slices.ContainsFunc(res.Warnings, func(w string) bool {
		return strings.HasPrefix(w, string(rules.NonCommercialSource))
	})
}

// nonCommercial reads a licence by its name on the card, not by the terms made
// of it: what the tests expect comes from the data alone.
func nonCommercial(licence string) bool { return strings.Contains(licence, "-nc") }

// contradicting lists the models whose card states a licence that allows
// commercial use although that of a parent does not; with far, of any ancestor.
func (c *catalogue) contradicting(far bool) (ids []string) {
	banned := map[string]bool{} // a parent, or with far an ancestor, forbids it
	for _, m := range c.list {
		for _, p := range m.Parents {
			banned[m.ID] = banned[m.ID] || nonCommercial(c.byID[p.ID].Licence) || far && banned[p.ID]
		}
		if banned[m.ID] && m.Licence != "" && !nonCommercial(m.Licence) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// The sixteen models of the catalogue whose licence contradicts that of a
// non-commercial parent are caught, and no others: refused, or with a licence of
// Creative Commons warned of, as its chart has it. A model whose declaration is
// refused stays as its card has it, so the models made from it meet that. Agents are refused what their controllers are.
func TestModelsAsTheirCardsHaveThem(t *testing.T) {
	t.Run("declared by their owners", func(t *testing.T) { asTheirCardsHaveThem(t, newCatalogue(t)) })
	t.Run("declared by agents", func(t *testing.T) {
		c := newCatalogue(t)
		c.employ()
		asTheirCardsHaveThem(t, c)
	})
}

func asTheirCardsHaveThem(t *testing.T, c *catalogue) {
	t.Helper()
	require.Len(t, c.list, 248)
	var refusals []refusal
	caught := map[string]bool{}
	edges, derived, lost := 0, 0, 0
	for _, m := range c.list {
		if len(m.Parents) == 0 {
			continue
		}
		derived++
		edges += len(m.Parents)
		refusals = append(refusals, c.declare(m)...)
		if !c.linked[m.ID] {
			c.stay(m)
			lost += len(m.Parents)
		}
	}
	for _, r := range refusals {
		caught[r.work] = caught[r.work] || r.commercial()
	}
	c.table("As the cards have it", refusals)
	c.t.Logf("warned of, licence of Creative Commons: %s", strings.Join(c.warned, ", "))
	for _, id := range c.warned {
		require.Truef(t, strings.HasPrefix(c.byID[id].Licence, "cc-"), "%s was only warned", id)
		caught[id] = true
	}

	want := c.contradicting(false)
	require.Len(t, want, 16)
	for _, m := range c.list {
		require.Equal(t, slices.Contains(want, m.ID), caught[m.ID], m.ID)
	}
	require.Equal(t, 248, edges)
	require.Equal(t, edges, c.edges+c.externals+lost)
	require.Equal(t, c.expectedReasons(), count(refusals))
	c.t.Logf("%d models with sources, %d declared: %d registered sources, %d external; reasons: %v",
		derived, len(c.linked), c.edges, c.externals, count(refusals))
	c.RequireInvariants()
}

// expectedReasons counts, from the cards alone, how often each reason refuses a
// declaration.
func (c *catalogue) expectedReasons() map[rules.Code]int {
	want := map[rules.Code]int{}
	for _, m := range c.list {
		var unlicensed, agpl, bySA, byNCSA, llama, banned bool
		for _, p := range m.Parents {
			licence := c.byID[p.ID].Licence
			unlicensed = unlicensed || licence == "" && !c.own(m, p)
			agpl = agpl || licence == "agpl-3.0"
			bySA = bySA || licence == "cc-by-sa-4.0"
			byNCSA = byNCSA || licence == "cc-by-nc-sa-4.0"
			llama = llama || licence == "llama2" && !c.own(m, p)
			banned = banned || nonCommercial(licence)
		}
		if unlicensed {
			want[rules.NeedsPermission]++
		}
		switch {
		case bySA && byNCSA: // no licence satisfies both
			want[rules.ShareAlikeConflict]++
			want[rules.ShareAlikeNonCommercial]++
		case llama && agpl: // Llama 2 forbids uses, the AGPL has nothing forbidden
			want[rules.ShareAlikeConflict]++
			want[rules.ShareAlikeLimits]++
		case llama && strings.HasPrefix(m.Licence, "cc-"): // nor has Creative Commons
			want[rules.ShareAlikeSource]++
			want[rules.UsesSource]++
		case agpl && m.Licence != "agpl-3.0", bySA && m.Licence != "cc-by-sa-4.0":
			want[rules.ShareAlikeSource]++
		case banned && m.Licence != "" && !strings.Contains(m.Licence, "cc-"):
			want[rules.NonCommercialSource]++
		}
	}
	return want
}

// Owners who are told so correct their licence to a non-commercial one and
// declare again. The ban then reaches the generation after: one more model is
// refused, whose own parents are all commercial.
func TestCorrectedModelsPassTheBanOn(t *testing.T) {
	c := newCatalogue(t)
	var refusals []refusal
	for _, m := range c.list {
		if len(m.Parents) == 0 {
			continue
		}
		refusals = append(refusals, c.declareOrCorrect(m)...)
	}
	c.table("Corrected as soon as refused", refusals)
	caught := slices.Clone(c.warned)
	for _, r := range refusals {
		caught = append(caught, r.work)
	}
	want := c.contradicting(true)
	require.ElementsMatch(t, want, caught)
	require.Len(t, want, 17)

	banned := 0
	for _, m := range c.list {
		want := c.bans(m)
		require.Equal(t, want, c.demanded(c.works[m.ID])[licensetypes.CONSTRAINT_NONCOMMERCIAL], m.ID)
		if len(want) > 0 {
			banned++
		}
	}
	c.t.Logf("%d models are banned from commercial use by what they were made from", banned)
	c.RequireInvariants()
}

// declareOrCorrect declares a model's sources; where one forbids commercial use, under
// a licence that is corrected. It returns the refusals for that reason.
func (c *catalogue) declareOrCorrect(m models.Model) (refusals []refusal) {
	for _, r := range c.declare(m) {
		if r.commercial() {
			refusals = append(refusals, r)
		}
	}
	switch {
	case len(refusals) > 0:
		c.correct(m)
	case !c.linked[m.ID]:
		c.stay(m)
	}
	return refusals
}

// correct offers a model under non-commercial terms in place of its licence and
// declares its parents again.
func (c *catalogue) correct(m models.Model) {
	c.offered[m.ID] = noncommercialRemix
	if err := c.deliver(m, c.declaration(m, true)); err != nil {
		// Two share-alike licences exclude each other whatever the model is under.
		require.Contains(c.t, codesIn(err), rules.ShareAlikeConflict, m.ID)
		c.stay(m)
		return
	}
	c.linked[m.ID] = true
}

// bans names the works whose terms forbid commercial use of a model, sorted: by
// the offers relied on and what these works took on themselves.
func (c *catalogue) bans(m models.Model) (ids []string) {
	if !c.linked[m.ID] {
		return nil
	}
	for _, p := range m.Parents {
		terms, offered := c.offered[p.ID]
		if !offered && !c.own(m, p) {
			continue // an external reference
		}
		if !c.own(m, p) && (terms == noncommercialRemix || nonCommercial(c.names[terms.String()])) {
			ids = append(ids, p.ID)
		}
		ids = append(ids, c.bans(c.byID[p.ID])...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
