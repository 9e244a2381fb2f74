package names

// Fold is fold, for tests.
var Fold = fold

// Called lists titles with and without their version, each with an id that it may be of.
func Called() (titles map[string][]string) {
	titles = map[string][]string{}
	for _, c := range calledRows() {
		for _, title := range c.titles {
			titles[title] = append(titles[title], c.ids...)
			if c.version != "" {
				titles[title+" "+c.version] = append(titles[title+" "+c.version], c.ids...)
			}
		}
	}
	return titles
}

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
