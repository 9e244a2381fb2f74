package termspec

// Machine is what terms make of one kind of use by machines.
type Machine struct {
	// Use is AI training, AI input or search.
	Use string
	// Answer is a stable word: allowed, denied, paid; allowed_unset or denied_unset
	// where the terms do not say it and it follows from their other fields;
	// not_covered where they are about other uses.
	Answer string
	// Sentence says it in words.
	Sentence string
}

// Machines says what becomes of AI training, AI input and search under terms, said
// or unsaid, in this order.
func Machines(t Terms) []Machine {
	var list []Machine
	for _, use := range []machineUse{t.training(), t.input(), t.search()} {
		m := Machine{Use: useName(use.action)}
		switch t.answers(use) {
		case yes:
			m.Answer, m.Sentence = "allowed", "allowed"
		case paid:
			m.Answer, m.Sentence = "paid", "for a price"
		case implied:
			m.Answer, m.Sentence = "allowed_unset", "allowed: the terms do not mention it"+use.because()
		case unmentioned:
			m.Answer, m.Sentence = "denied_unset", "not allowed: the terms do not mention it, and allow no derivatives"
		case outside:
			m.Answer, m.Sentence = "not_covered", "not allowed: the terms are about other uses"
		case no:
			m.Answer, m.Sentence = "denied", "not allowed"
		}
		list = append(list, m)
	}
	return list
}
