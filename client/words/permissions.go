package words

import "cmp"

// refusals say why a source can't be relied on (permission.Why).
var refusals = map[string]string{
	"denied":          "It may not be used for that",
	"unregistered":    "Nobody has registered it",
	"unoffered":       "It is offered to nobody now",
	"not_under":       "None of its offers is under the terms that are named",
	"no_such_grant":   "There is no grant of that id",
	"grant_elsewhere": "That grant is one of another work",
	"grant_moved":     "The work that uses that grant was given away, and the grant with it",
	"grant_of_others": "Somebody else has that grant",
	"needs_grant":     "A grant is needed, and is on offer",
	"not_bought":      "A grant is needed, and it can't be bought as was asked",
	"needs_choice":    "There are permissions that bind in different ways: name one",
	"part_is_grant":   "A grant is joined with offers, and only public offers can be joined",
	"part_refused":    "One of what is joined can't be relied on",
	"not_alike":       "Terms are joined of which one is not share-alike",
	"asks_more":       "Terms are joined of which one asks more than the other",
}

// Refused says why a source can't be relied on, by the word that programs write (permission.Why).
func Refused(why string) string {
	return cmp.Or(refusals[why], "It can't be relied on, for a reason that this program does not know: "+why)
}

// obstacles say what stands in the way of buying (rights.ObstacleKind).
var obstacles = map[string]string{
	"nothing_offered": "Nothing that would serve is for sale",
	"needs_approval":  "Its owner has to approve first who wants it",
	"no_price_agreed": "It is not free, and no most to pay was named",
	"above_price":     "It costs more than the most to pay, or is not sold in that denom",
	"above_together":  "All that is needed costs more together than the most to pay",
}

// Obstacle says what stands in the way of buying something, by the word that programs write (rights.ObstacleKind).
func Obstacle(kind string) string {
	return cmp.Or(obstacles[kind], "Something stands in the way that this program does not know: "+kind)
}
