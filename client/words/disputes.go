package words

import (
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/dispute/course"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// disputeKinds say what a dispute is about.
var disputeKinds = map[disputetypes.Kind]string{
	disputetypes.KIND_PRIOR_CLAIM:       "The content is somebody else's",
	disputetypes.KIND_MISSING_SOURCE:    "The work was made from something that it does not name",
	disputetypes.KIND_WRONG_TERMS:       "It is offered under terms that its owner cannot give",
	disputetypes.KIND_FALSE_DECLARATION: "What was declared about the work is not so",
	disputetypes.KIND_FALSE_WEIGHT:      "A source has another weight in the work than its record says",
	disputetypes.KIND_UNFAIR_MANIFEST:   "The weights of the collection leave somebody out or short",
	disputetypes.KIND_UNAPPROVED_SOURCE: "A source that the work named later waits for an approval that does not come",
}

// disputePhases say where a dispute stands.
var disputePhases = map[disputetypes.Phase]string{
	disputetypes.PHASE_ANSWER:      "The owner and the holders may answer",
	disputetypes.PHASE_ARBITRATION: "The arbiter decides",
	disputetypes.PHASE_APPEAL:      "The arbiter has ruled; the parties may appeal",
	disputetypes.PHASE_GOVERNANCE:  "Governance decides",
	disputetypes.PHASE_FINAL:       "It is decided, and carried out at the end of the block",
	disputetypes.PHASE_CLOSED:      "It is over",
}

// disputeNext say what follows when the time of a phase is over and nobody did anything.
var disputeNext = map[disputetypes.Phase]string{
	disputetypes.PHASE_ANSWER:      "without an answer of all, the arbiter decides, or governance where no arbiter is impartial",
	disputetypes.PHASE_ARBITRATION: "without a ruling, governance decides",
	disputetypes.PHASE_APPEAL:      "without an appeal, the ruling is carried out",
	disputetypes.PHASE_GOVERNANCE: "without a decision, a ruling of the arbiter stands; where there is none the dispute lapses, " +
		"half of the challenger's bond is burnt, and all else goes back",
	disputetypes.PHASE_FINAL:  "what was decided is carried out",
	disputetypes.PHASE_CLOSED: "nothing more",
}

// disputeOutcomes say how a dispute ended.
var disputeOutcomes = map[disputetypes.Outcome]string{
	disputetypes.OUTCOME_UPHELD:    "A ruling gave redress",
	disputetypes.OUTCOME_DISMISSED: "A ruling gave no redress",
	disputetypes.OUTCOME_CONCEDED:  "The owner and the holders gave what was claimed",
	disputetypes.OUTCOME_DROPPED:   "The challenger dropped it",
	disputetypes.OUTCOME_LAPSED:    "Nobody decided in time",
	disputetypes.OUTCOME_MOOT:      "The work was ruled invalid in another dispute meanwhile",
}

// bondFates say what becomes of what somebody had at stake.
var bondFates = map[course.Fate]string{
	course.Back:         "given back",
	course.ToHolders:    "half is burnt, half is the holders'",
	course.ToChallenger: "half is burnt, half is the challenger's",
	course.HalfBack:     "half is burnt, half given back",
}

// BondFate says what became of what somebody had at stake.
func BondFate(f course.Fate) string { return said(bondFates, f) }

// disputesStand say it in a list, in few words.
var disputesStand = map[disputetypes.Phase]string{
	disputetypes.PHASE_ANSWER:      "may be answered",
	disputetypes.PHASE_ARBITRATION: "with the arbiter",
	disputetypes.PHASE_APPEAL:      "may be appealed",
	disputetypes.PHASE_GOVERNANCE:  "with governance",
	disputetypes.PHASE_FINAL:       "decided",
	disputetypes.PHASE_CLOSED:      "over",
}

// Stands says in a list where a dispute stands.
func Stands(p disputetypes.Phase) string { return said(disputesStand, p) }

// Contested says what a dispute is about.
func Contested(k disputetypes.Kind) string { return said(disputeKinds, k) }

// Phase says where a dispute stands, and PhaseEnd what follows when the time of that is over.
func Phase(p disputetypes.Phase) string { return said(disputePhases, p) }

// PhaseEnd says what follows at the end of a phase.
func PhaseEnd(p disputetypes.Phase) string { return said(disputeNext, p) }

// Outcome says how a dispute ended.
func Outcome(o disputetypes.Outcome) string { return said(disputeOutcomes, o) }

func said[K comparable](sentences map[K]string, key K) string {
	if s, known := sentences[key]; known {
		return s
	}
	return "The chain says something that " + unknown
}

// Teller names what sentences about disputes speak of.
type Teller struct {
	Account func(string) string
	Work    func(registrytypes.WorkID) string
	Terms   Namer
	Coins   func(sdk.Coins) string
}

// Redress says what is claimed, or what a ruling gives, a sentence for each part.
func (t Teller) Redress(r disputetypes.Redress) (list []string) {
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if r.TransferTo != "" {
		add("The work goes to %s, with all of its revenue to come and in escrow", t.Account(r.TransferTo))
	}
	switch {
	case r.Invalidate && r.Successor.IsZero():
		add("The work's claim is invalid: it is not used, licensed or paid any more; its shares of others' revenue stay in escrow")
	case !r.Successor.IsZero():
		add("The work's claim is invalid: it is not used, licensed or paid any more; its shares of others' revenue go to %s", t.Work(r.Successor))
	}
	if len(r.CloseOffers) > 0 {
		add("Its offers under these terms end, also such as cannot be taken back: %s; grants given under them stay", t.terms(r.CloseOffers))
	}
	if len(r.Offer) > 0 {
		add("It is offered under these terms, at their own price: %s", t.terms(r.Offer))
	}
	if s := r.Source; s != nil {
		add("It names the source %s (%s), and owes it from now on as if it had been derived under %s", t.Work(s.Work),
			s.Role.Name(), t.Terms(s.Terms))
	}
	if p := r.Payee; p != nil {
		add("%s gets %s of its revenue from now on", t.Account(p.Account), rates.Percent(p.Share))
	}
	if len(r.Weights) > 0 {
		var weights []string
		for _, w := range r.Weights {
			weights = append(weights, t.Work(w.Source)+" "+rates.Percent(w.Weight))
		}
		add("Its sources weigh from now on: %s", strings.Join(weights, ", "))
	}
	if r.Declaration > 0 {
		add("Its declaration %d of later sources is approved", r.Declaration)
	}
	if len(r.Past) > 0 {
		add("For the past at most %s", t.Coins(r.Past))
	}
	for _, p := range r.Restitution {
		debtor := "the disputed work, before its holders have anything,"
		if p.Debtor != "" {
			debtor = fmt.Sprintf("%s, who held its revenue (version %d of its holders),", t.Account(p.Debtor), p.HoldersVersion)
		}
		add("For the past %s owes %s to the holders of %s", debtor, t.Coins(sdk.Coins{p.Amount}), t.Work(p.Creditor))
	}
	return list
}

func (t Teller) terms(ids []licensetypes.TermsID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = t.Terms(id)
	}
	return strings.Join(names, ", ")
}

// Until says a deadline: how long is left, and the date.
func Until(deadline, now time.Time) string {
	left := deadline.Sub(now)
	if left <= 0 {
		return "at any moment, since " + table.Time(deadline)
	}
	return "in " + Lasting(left) + ", " + table.Time(deadline)
}

// Lasting says a time in its two largest units, rounded down: "13 days 4 hours".
func Lasting(d time.Duration) string {
	const day = 24 * time.Hour
	var parts []string
	for _, u := range []struct {
		name string
		is   time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		n := d / u.is
		d -= n * u.is
		switch {
		case n == 0 && len(parts) == 0:
			continue
		case n == 1:
			parts = append(parts, "1 "+u.name)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, u.name))
		}
		if len(parts) == 2 || n == 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "less than a second"
	}
	return strings.Join(parts, " ")
}
