package words

// proofs are what kinds of proofs (client/proof) are about, and what they do not prove, as the end of a sentence.
var proofs = map[string][2]string{
	"claim":   {"a claim to a work", "who made the work: the chain records claims and their times, and nobody checked them"},
	"anchor":  {"an anchor", "what its leaves are"},
	"content": {"an anchored content", "who made the content, only that the account knew it by then"},
	"title":   {"a chain of title", "who made the work, who had it before it was registered, or what was paid for it"},
	"offers":  {"what is on offer", "that whoever offers it made it, or what is on offer at another time"},
	"grant":   {"a grant", "that whoever gave it had the right to, or what becomes of it later"},
	"rights": {
		"an answer about rights",
		"the same for another time: offers, grants and constraints change; nor, of an item, that a manifest has it",
	},
	"derivation":  {"how a work was derived", "that what was declared is true or complete"},
	"sources":     {"what a work was made from", "that what was declared is true or complete"},
	"holders":     {"who holds a work's revenue", "the same for another time"},
	"balances":    {"what waits for an account", "the same for another time"},
	"dispute":     {"a dispute about a work", "that what was claimed or ruled is true, or how it went on later"},
	"manifest":    {"what a dataset or a collection is made of", "that its items are what contributors gave, or that nobody is left out"},
	"item":        {"an item of a dataset or a collection", "who made it: whoever made the manifest says whose it is"},
	"part":        {"a contributor's part of a pool", "that the weights are fair, or the same for another time"},
	"transaction": {"what a transaction did", "what the money was for, or what became of it after it was assigned"},
}

// Proof is what a kind of proof is about, such as "a claim to a work"; empty: there is no such kind.
func Proof(kind string) string { return proofs[kind][0] }

// NotProved is what a kind of proof does not prove, as the end of a sentence.
func NotProved(kind string) string { return proofs[kind][1] }
