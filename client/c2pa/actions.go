package c2pa

import (
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// actionsMap is an actions assertion of either version (clause 18.14.12).
type actionsMap struct {
	Actions   *[]actionMap    `json:"actions"`
	Templates []templateMap   `json:"templates"`
	Agents    []generatorInfo `json:"softwareAgents"`
}

type actionMap struct {
	Action      string          `json:"action"`
	When        text            `json:"when"`
	SourceType  string          `json:"digitalSourceType"`
	Agent       text            `json:"softwareAgent"`
	AgentIndex  *int            `json:"softwareAgentIndex"`
	Description string          `json:"description"`
	Reason      string          `json:"reason"`
	Parameters  cbor.RawMessage `json:"parameters"`
}

type templateMap struct {
	Action      string `json:"action"`
	SourceType  string `json:"digitalSourceType"`
	Agent       text   `json:"softwareAgent"`
	AgentIndex  *int   `json:"softwareAgentIndex"`
	Description string `json:"description"`
	Icon        icon   `json:"icon"`
}

type parametersMap struct {
	Ingredient  *hashedURI   `json:"ingredient"`
	Ingredients *[]hashedURI `json:"ingredients"`
}

func (m *manifest) readActions(label string, c content, gathered bool) error {
	var v actionsMap
	if err := c.decodeCBOR(&v); err != nil {
		return err
	}
	list := actionList{label: label, missing: v.Actions == nil || len(*v.Actions) == 0}
	if v.Actions == nil {
		v.Actions = &[]actionMap{}
	}
	templates := merged(v.Templates)
	for _, one := range v.Templates {
		m.refer(label, hashedURI(one.Icon))
	}
	for _, one := range v.Agents {
		m.refer(label, hashedURI(one.Icon))
	}
	for _, one := range *v.Actions {
		one.fill(templates)
		ref := actionRef{name: one.Action, parameters: len(one.Parameters) > 0}
		if ref.parameters {
			var p parametersMap
			if err := decoding.Unmarshal(one.Parameters, &p); err != nil {
				return fmt.Errorf("the parameters of %s: %w", one.Action, err)
			}
			ref.listed = p.Ingredient != nil || p.Ingredients != nil
			if p.Ingredient != nil {
				ref.ingredients = append(ref.ingredients, *p.Ingredient)
			} else if p.Ingredients != nil {
				ref.ingredients = *p.Ingredients
			}
		}
		list.actions = append(list.actions, ref)
		m.Actions = append(m.Actions, one.report(v.Agents, ref, m.Label, gathered))
	}
	m.parsed.actions = append(m.parsed.actions, list)
	return nil
}

// fill takes from the templates what the action leaves open: from the one for this action, then from that for all (clause 18.14.6.1).
func (a *actionMap) fill(templates map[string]templateMap) {
	for _, name := range []string{a.Action, "*"} {
		t := templates[name]
		t.overlay(templateMap{SourceType: a.SourceType, Agent: a.Agent, AgentIndex: a.AgentIndex, Description: a.Description})
		a.SourceType, a.Agent, a.AgentIndex, a.Description = t.SourceType, t.Agent, t.AgentIndex, t.Description
	}
}

// overlay puts what is there over a template's values.
func (t *templateMap) overlay(v templateMap) {
	if v.SourceType != "" {
		t.SourceType = v.SourceType
	}
	if v.Agent != "" || v.AgentIndex != nil {
		t.Agent, t.AgentIndex = v.Agent, v.AgentIndex
	}
	if v.Description != "" {
		t.Description = v.Description
	}
}

// merged are templates by their action; of several for one the earlier counts.
func merged(list []templateMap) map[string]templateMap {
	all := map[string]templateMap{}
	for _, later := range list {
		earlier := all[later.Action]
		later.overlay(earlier)
		all[later.Action] = later
	}
	return all
}

func (a actionMap) report(agents []generatorInfo, ref actionRef, manifest string, gathered bool) Action {
	shown := Action{
		Action: a.Action, When: string(a.When), SourceType: a.SourceType, Agent: string(a.Agent), Description: a.Description, Reason: a.Reason,
		Gathered: gathered,
	}
	if i := a.AgentIndex; i != nil && *i >= 0 && *i < len(agents) {
		shown.Agent = string(agents[*i].Name)
	}
	for _, one := range ref.ingredients {
		if p, err := resolve(one.URL, manifest); err == nil && p.assertion() != "" {
			shown.Ingredients = append(shown.Ingredients, p.assertion())
		}
	}
	return shown
}

// madeOrOpened are the actions that a manifest begins with.
func madeOrOpened(action string) bool { return action == "c2pa.created" || action == "c2pa.opened" }

// checkActions checks what actions refer to and their order (clauses 15.10.3.2.2 and 18.14.2). The makers' library checks none of it in
// claims of version 1 but that there is one list; neither do we, since such files have always been called valid.
func (k *check) checkActions(m *manifest) {
	lists := m.parsed.actions
	if m.claim.version == 1 {
		if len(lists) > 1 {
			k.assertion(ActionMalformed, m, lists[1].label, "a claim of version 1 can have one list of actions, and this has more")
		}
		return
	}
	if !m.Update && (len(lists) == 0 || len(lists[0].actions) == 0 || !k.begins(m)) {
		k.add(ActionMalformed, m, place{m.Label, ""}, "no list of actions begins with c2pa.created or c2pa.opened")
	}
	for i, list := range lists {
		if list.missing {
			k.assertion(ActionMalformed, m, list.label, "the list of actions is empty")
		}
		for j, a := range list.actions {
			if madeOrOpened(a.name) && (i != k.first(m) || j != 0) {
				k.assertion(ActionMalformed, m, list.label, a.name+" stands elsewhere than first")
			}
			k.checkAction(m, list.label, a)
		}
	}
}

// first is the list that begins with c2pa.created or c2pa.opened; without one, the first.
func (k *check) first(m *manifest) int {
	for i, list := range m.parsed.actions {
		if len(list.actions) > 0 && madeOrOpened(list.actions[0].name) {
			return i
		}
	}
	return 0
}

func (k *check) begins(m *manifest) bool {
	list := m.parsed.actions[k.first(m)]
	return len(list.actions) > 0 && madeOrOpened(list.actions[0].name)
}

// wants is the relationship that the ingredients of an action must have, and whether there must be any.
var wants = map[string]struct {
	relationship Relationship
	needed       bool
}{
	"c2pa.opened": {ParentOf, true}, "c2pa.placed": {ComponentOf, true}, "c2pa.removed": {"", true},
	"c2pa.transcoded": {ParentOf, false}, "c2pa.repackaged": {ParentOf, false},
}

// checkAction checks an action's ingredients. Those of c2pa.removed are in another manifest, and that there are some is all that is asked.
func (k *check) checkAction(m *manifest, label string, a actionRef) {
	if a.name == "" {
		k.assertion(ActionMalformed, m, label, "an action has no name")
	}
	want, found := wants[a.name]
	if !found || !want.needed && !a.listed {
		return
	}
	if len(a.ingredients) == 0 {
		k.assertion(ActionIngredient, m, label, a.name+" names no ingredient")
		return
	}
	good := slices.ContainsFunc(a.ingredients, func(ref hashedURI) bool {
		p, err := resolve(ref.URL, m.Label)
		return err == nil && p.manifest == m.Label && m.parsed.relationships[p.assertion()] == want.relationship
	})
	if want.relationship != "" && !good {
		k.assertion(ActionIngredient, m, label, fmt.Sprintf("%s names no ingredient that is %s", a.name, want.relationship))
	}
}
