package names

// Fold is fold, for tests.
var Fold = fold

// Called lists titles with and without their version, each with an id that it may be of.
func Called() (titles map[string][]string) {
	titles = map[string][]string{}
	for _, c := range calledRows() {
		for _, title := range c.titles {
			titles[title] = append(titles[title], c.ids...)
			for _, t := range c.ended(title) {
				titles[t] = append(titles[t], c.ids...)
			}
		}
	}
	return titles
}

// Ported lists titles of licences that there are ports of, with their version, by their ids.
func Ported() map[string][]string {
	titles := map[string][]string{}
	for _, c := range calledRows() {
		if rowsByID()[c.ids[0]].cc.ports {
			for _, title := range c.titles {
				titles[c.ids[0]] = append(titles[c.ids[0]], title+" "+c.version)
			}
		}
	}
	return titles
}

// Jurisdictions are those of ports.
var Jurisdictions = jurisdictions

// Addresses lists where texts are, each with the ids of the licences.
func Addresses() map[string][]string {
	list := map[string][]string{}
	for address, rows := range byAddress() {
		for _, r := range rows {
			list[address] = append(list[address], r.id)
		}
	}
	return list
}
