package picture

import "strconv"

// Words are what a picture says, in one language. None of them is a sentence
// with a number inside, so that no language needs its rules of plural here.
type Words struct {
	// Roles are the words for the roles of edges, by key.
	Roles map[string]string
	// Lineage stands before the title of the work in the picture's name.
	Lineage string
	// Reading says how the picture is to be read.
	Reading string
	// MadeOf and UsedIn stand before sources and derivatives.
	MadeOf, UsedIn string
	// MoreSources and MoreDerivatives stand before the number of those not drawn.
	MoreSources, MoreDerivatives string
	// Untitled stands for an empty title.
	Untitled string
	// PaidTo stands before the payees.
	PaidTo string
	// Disputed, Withdrawn and Invalid are said of a work.
	Disputed, Withdrawn, Invalid string
	// Rival is said of a work whose content others claim too; Rivals heads their list.
	Rival, Rivals string
	// Contested and Unapproved are said of an edge.
	Contested, Unapproved string
	// Above is said of a work that the lists have named before.
	Above string
	// Also heads the edges that lie neither above nor below the work.
	Also string
	// None is said where there are no sources or no derivatives.
	None string
}

// Keys of Words.Roles that have a line of their own. Others are drawn alike.
const (
	RoleParent    = "parent"
	RoleComponent = "component"
	RoleInput     = "input"
	RoleTraining  = "training"
	RoleCitation  = "citation"
	RoleContains  = "contains"
)

// English are the words in English.
func English() Words {
	return Words{
		Roles: map[string]string{
			RoleParent:    "adaptation",
			RoleComponent: "part",
			RoleInput:     "input",
			RoleTraining:  "training",
			RoleCitation:  "citation",
			RoleContains:  "collection",
		},
		Lineage:         "Lineage",
		Reading:         "Sources are above, derivatives below.",
		MadeOf:          "Made of",
		UsedIn:          "Used in",
		MoreSources:     "More sources",
		MoreDerivatives: "More derivatives",
		Untitled:        "Untitled",
		PaidTo:          "Paid to",
		Disputed:        "disputed",
		Withdrawn:       "withdrawn",
		Invalid:         "invalid",
		Rival:           "rival claim",
		Rivals:          "Rival claims to the same content",
		Contested:       "contested",
		Unapproved:      "not approved",
		Above:           "listed above",
		Also:            "Also in the picture",
		None:            "nothing known",
	}
}

func (w Words) role(key string) string {
	if word, ok := w.Roles[key]; ok && word != "" {
		return word
	}
	return clean(key)
}

// percent writes a share of ppm: 600000 is 60%, 125000 is 12.5%. It cuts after
// two digits and never says 0% of something.
func percent(ppm uint32) string {
	if ppm > 0 && ppm < 100 {
		return "<0.01%"
	}
	hundredths := ppm / 100
	s := strconv.Itoa(int(hundredths / 100))
	switch rest := hundredths % 100; {
	case rest == 0:
	case rest%10 == 0:
		s += "." + strconv.Itoa(int(rest/10))
	case rest < 10:
		s += ".0" + strconv.Itoa(int(rest))
	default:
		s += "." + strconv.Itoa(int(rest))
	}
	return s + "%"
}
