package deed

import (
	"fmt"

	"github.com/stemma-chain/stemma/x/license/types"
)

func (d describer) may() []string {
	var list []string
	if in, _ := d.plainUses(); len(in) > 0 {
		list = append(list, sentence(join(in, "and")))
	}
	if d.adapts().permits() {
		list = append(list, "Adapt it and publish what you make.")
	}
	for _, use := range d.byMachines() {
		switch d.answers(use) {
		case yes:
			list = append(list, use.do+".")
		case paid:
			list = append(list, use.do+", for a price.")
		case implied:
			list = append(list, use.do+": the terms do not mention it"+d.because(use.action)+".")
		}
	}
	if d.CommercialUse {
		list = append(list, "Do so commercially.")
	}
	list = append(list, d.keepsOut()...)
	if d.Transferable {
		list = append(list, "Pass your grant on to somebody else, who accepts it, as long as no derivative relies on it.")
	}
	return list
}

// keepsOut says whom a grant keeps out.
func (d describer) keepsOut() []string {
	const others = "while your grant lasts, nobody else is given one for what these terms permit, where they permit it"
	switch d.Exclusivity {
	case types.EXCLUSIVITY_NONE:
		return nil
	case types.EXCLUSIVITY_SOLE:
		return []string{"Be the only one beside the owner: " + others + "."}
	case types.EXCLUSIVITY_EXCLUSIVE:
		return []string{"Be the only one: " + others + ", and the owner does without it too."}
	}
	return []string{fmt.Sprintf("Be the only one, in an unknown way (%d).", d.Exclusivity)}
}

// because says why a use that is not mentioned is permitted.
func (d describer) because(action types.Action) string {
	if action == types.ACTION_SEARCH {
		return ", and search is permitted then"
	}
	return ", and allow derivatives"
}

func (d describer) mayNot() []string {
	var list []string
	if !d.CommercialUse {
		list = append(list, "Use it, or what you make from it, commercially.")
	}
	if _, out := d.plainUses(); len(out) > 0 {
		list = append(list, capital(join(out, "or"))+": the terms are about other uses.")
	}
	switch d.adapts() {
	case no:
		if d.about(types.ACTION_ADAPT) {
			list = append(list, "Adapt it.")
		} else {
			list = append(list, "Adapt it: the terms are about other uses, and allow no derivatives.")
		}
	case outside:
		list = append(list, "Adapt it: the terms are about other uses.")
	}
	for _, use := range d.byMachines() {
		list = append(list, d.excludes(use)...)
	}
	list = append(list, d.limits()...)
	return list
}

// excludes says that a use by machines is not permitted; nothing where it is.
func (d describer) excludes(use machineUse) []string {
	switch d.answers(use) {
	case no:
		if d.about(use.action) {
			return []string{use.do + "."}
		}
		return []string{use.do + ": the terms are about other uses, and deny it besides."}
	case outside:
		if use.said == types.PERMISSION_UNSET {
			return []string{use.do + ": the terms are about other uses."}
		}
		return []string{fmt.Sprintf("%s: the terms are about other uses, although they say %q to this one.", use.do, word(use.said))}
	case unmentioned:
		return []string{use.do + ": the terms do not mention it, and allow no derivatives."}
	}
	return nil
}

// limits are the bounds of what is permitted.
func (d describer) limits() []string {
	var list []string
	add := func(limited bool, format string, args ...any) {
		if limited {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(len(d.Territories) > 0, "Use it outside %s (ISO 3166-1 codes of countries).", join(d.Territories, "and"))
	add(len(d.Media) > 0, "Use it in other media than %s.", join(d.Media, "and"))
	if d.Duration != nil {
		add(true, "Go on after your grant has ended, %s after it was given, unless you renew it.", period(*d.Duration))
	}
	if d.RevenueCeiling != nil {
		add(true, "Use a derivative commercially once it has taken in more than %s.", d.RevenueCeiling)
	}
	// CC0 gives up all rights, so there is nothing that it could forbid.
	add(d.NoFurtherRestrictions && !d.Named().PublicDomain(),
		"Restrict others further in what these terms allow them, by terms, fees, royalties or technical measures.")
	facts, _ := d.Named().Facts()
	add(facts.PassesOn, "Use it for what %s forbids, nor let others: its text lists uses, and you pass the list on (%s).",
		d.Spdx, facts.Clauses.PassesOn)
	add(!d.Transferable && !d.GivenToAll(), "Pass a grant on to somebody else.")
	return list
}
