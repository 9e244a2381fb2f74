package mcp

// addAsking offers the tools that read.
func (s *Server) addAsking() {
	add(s, "resolve", "Find a work", "Find who claims a content, since when, and who else does: by the SHA-256 of a file, a work id, "+
		"an identifier, or words of a title. Titles are what registrants wrote.", asks, s.resolve)
	add(s, "clear", "May I use it?", "Ask the chain whether a work may be used for something: allowed, needs_grant with offers and prices, "+
		"or denied with reasons; and what whoever uses it has to do.", asks, s.clear)
	add(s, "quote", "What does it cost?", "Say what acquiring a work for a use costs, and what a payment to it would give to whom. "+
		"Nothing is paid.", asks, s.quote)
	add(s, "receipt", "Where did a payment go?", "Say what a transaction paid to works, and who gets how much of it.", asks, s.receipt)
	add(s, "report", "Clear a list", "Ask about up to 1000 works at one height, in one answer: counts, what all grants cost, and each row.",
		asks, s.report)
	add(s, "prove", "Prove it", "Make a proof of what the chain says about a work, a grant or a transaction. It is checked here first, and "+
		"anybody can check it without a node.", asks, s.prove)
	if s.config.Index == nil {
		return
	}
	add(s, "find", "Find works to use", "Find works that may be used for something, by price, royalty, licence and kind: each is allowed to "+
		"anybody, or to be had at its price, as the chain decides now.", asks, s.find)
	add(s, "services", "Find agents", "Find agents by how they are reached and what they say of themselves. Nobody checks that.", asks,
		s.services)
}

// addSpending offers the tools that sign.
func (s *Server) addSpending() {
	add(s, "acquire", "Get a licence", "Buy what a use needs, all in one transaction or nothing: a grant, or a pass of what it was made "+
		"from. It spends up to max.", pays, s.acquire)
	add(s, "declare", "Declare an output", "Register an output that an AI system made, with what it was made from and a record of how, "+
		"and buy what its sources need, in one transaction. It spends up to max.", pays, s.declare)
	add(s, "pay", "Pay a work", "Pay a work: everybody that it was made from is paid too. It spends amount.", pays, s.pay)
}
