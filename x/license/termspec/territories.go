package termspec

import (
	"fmt"
	"strings"
)

// territories are the officially assigned ISO 3166-1 alpha-2 codes, 249 in
// 2026. A new one takes an upgrade of the chain.
const territories = " " +
	"AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT " +
	"JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY " +
	"MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM " +
	"PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "

// IsTerritory says whether s is an assigned ISO 3166-1 alpha-2 code.
func IsTerritory(s string) bool {
	return len(s) == 2 && s != "  " && strings.Contains(territories, " "+s+" ")
}

// MaxTerritories is the number of codes that there are.
func MaxTerritories() int { return len(strings.Fields(territories)) }

// CheckTerritory refuses what is no code, and says which was meant where that is
// known.
func CheckTerritory(code string) error {
	switch {
	case IsTerritory(code):
		return nil
	case IsTerritory(strings.ToUpper(code)):
		return fmt.Errorf("has %q: write codes in capitals, %s", code, strings.ToUpper(code))
	case strings.EqualFold(code, "UK"):
		return fmt.Errorf("has %q: the ISO 3166-1 code of the United Kingdom is GB", code)
	case strings.EqualFold(code, "EU"):
		return fmt.Errorf("has %q, which is no country: list its members", code)
	}
	return fmt.Errorf("has %q, which is no ISO 3166-1 alpha-2 code of a country, such as DE", code)
}
