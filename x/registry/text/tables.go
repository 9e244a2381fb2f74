package text

import "slices"

// span is a range of code points, both ends included.
type span struct{ from, to rune }

// in says whether one of the spans, which are in order, has the character.
func in(r rune, spans []span) bool {
	if len(spans) == 0 || r < spans[0].from { // as most letters are
		return false
	}
	_, found := slices.BinarySearchFunc(spans, r, func(s span, r rune) int {
		switch {
		case s.to < r:
			return -1
		case s.from > r:
			return 1
		}
		return 0
	})
	return found
}

// separators: categories Zl and Zp.
var separators = []span{{0x2028, 0x2029}}

// directions: property Bidi_Control.
var directions = []span{{0x061c, 0x061c}, {0x200e, 0x200f}, {0x202a, 0x202e}, {0x2066, 0x2069}}

// invisible: property Default_Ignorable_Code_Point of Unicode 17, with what it
// reserves for later, but for separators, directions and variation selectors
// which have tables of their own; what no font draws although it lacks that
// property: annotation marks and the place of an object, which are no part of a
// text but about it, the controls that arrange hieroglyphs, a filler, a notehead
// that is not there, joiners of consonants and numbers. The signs of Arabic, Syriac and Kaithi that are formats by
// category, but drawn, are not among them.
var invisible = []span{
	{0x00ad, 0x00ad},   // soft hyphen
	{0x034f, 0x034f},   // combining grapheme joiner
	{0x115f, 0x1160},   // Hangul fillers
	{0x17b4, 0x17b5},   // Khmer inherent vowels
	{0x180e, 0x180e},   // Mongolian vowel separator
	{0x200b, 0x200d},   // zero-width space, non-joiner, joiner
	{0x2060, 0x2065},   // word joiner, invisible operators
	{0x206a, 0x206f},   // deprecated format characters
	{0x2d7f, 0x2d7f},   // Tifinagh consonant joiner
	{0x3164, 0x3164},   // Hangul filler
	{0xfeff, 0xfeff},   // byte order mark
	{0xffa0, 0xffa0},   // halfwidth Hangul filler
	{0xfff0, 0xfffc},   // reserved, annotation marks, object replacement
	{0x1107f, 0x1107f}, // Brahmi number joiner
	{0x13430, 0x1343f}, // Egyptian format controls
	{0x16fe4, 0x16fe4}, // Khitan filler
	{0x1bca0, 0x1bca3}, // shorthand format controls
	{0x1d159, 0x1d159}, // musical null notehead
	{0x1d173, 0x1d17a}, // musical format controls
	{0xe0000, 0xe00ff}, // tags
	{0xe01f0, 0xe0fff}, // reserved
}

// meaningless: private use, noncharacters beside the last two of each plane, and
// the planes 4 to 13 and the rest of 14, in which there is no character.
var meaningless = []span{
	{0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0x40000, 0xdffff}, {0xe1000, 0x10ffff},
}

// spaces: category Zs, and the blanks of Braille and of hieroglyphs, which are
// spaces for those who read them.
var spaces = []span{
	{0x20, 0x20},
	{0xa0, 0xa0},
	{0x1680, 0x1680},
	{0x2000, 0x200a},
	{0x202f, 0x202f},
	{0x205f, 0x205f},
	{0x2800, 0x2800},
	{0x3000, 0x3000},
	{0x13441, 0x13442},
}

// variations: selectors, and the blocks that hold characters with forms to choose
// from (emoji-variation-sequences.txt, StandardizedVariants.txt, the Ideographic
// Variation Database).
var variations = []struct{ selectors, after []span }{
	{
		selectors: []span{{0xfe0e, 0xfe0f}}, // text or emoji
		after: []span{
			{'#', '#'},
			{'*', '*'},
			{'0', '9'},
			{0xa9, 0xa9},
			{0xae, 0xae},
			{0x203c, 0x203c},
			{0x2049, 0x2049},
			{0x2100, 0x214f},
			{0x2190, 0x23ff},
			{0x2460, 0x27bf},
			{0x2900, 0x297f},
			{0x2b00, 0x2bff},
			{0x3030, 0x303d},
			{0x3297, 0x3299},
			{0x1f000, 0x1faff},
		},
	},
	{
		selectors: []span{{0xfe00, 0xfe02}, {0xe0100, 0xe01ef}}, // forms of ideographs
		after:     []span{{0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xf900, 0xfaff}, {0x20000, 0x3ffff}},
	},
	{
		selectors: []span{{0x180b, 0x180d}, {0x180f, 0x180f}}, // forms of Mongolian letters
		after:     []span{{0x1820, 0x18aa}},
	},
	{selectors: []span{{0xfe03, 0xfe0d}}}, // mathematical and other forms that fonts do without
}
