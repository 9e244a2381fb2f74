package text

// Prints says whether a character of a text may stand in a line that programs of several makers have to write alike, byte for byte:
// one that Check takes in some place and that is no space, or the space of ASCII. It does not change with a version of
// Unicode: a character that none assigns yet prints.
func Prints(r rune) bool {
	if r == ' ' {
		return true
	}
	problem := problemOf(r, 0, 0)
	return (problem == 0 || problem == Variation) && r != '\ufffd' && !in(r, spaces) && (r < 0xd800 || r > 0xdfff)
}
