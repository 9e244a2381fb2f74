package words

import (
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
)

// disputeFacts has the fields of a proof of a dispute, as facts has the others.
var disputeFacts = withRedress(map[string]Fact{
	"dispute.id":                  {Name: "Dispute"},
	"dispute.work":                {Name: "About the work"},
	"dispute.serial":              {Name: "Number of the challenger's disputes about it"},
	"dispute.kind":                {Name: "Kind", Say: disputeKind},
	"dispute.challenger":          {Name: "Challenger"},
	"dispute.respondent":          {Name: "Owner when it was opened"},
	"dispute.phase":               {Name: "Stands", Say: disputePhase},
	"dispute.opened_at":           {Name: "Opened", Say: moment},
	"dispute.deadline":            {Name: "Time of this ends", Say: moment},
	"dispute.bond":                {Name: "Challenger's bond"},
	"dispute.called":              {Name: "Bond that is called for"},
	"dispute.called_until":        {Name: "Until", Say: moment},
	"dispute.conceded":            {Name: "Conceded by"},
	"dispute.contested_by":        {Name: "Contested by"},
	"dispute.contest_bond":        {Name: "Bond of the one who contests"},
	"dispute.arbiter":             {Name: "Arbiter"},
	"dispute.appealed_by":         {Name: "Appealed by"},
	"dispute.appeal_bond":         {Name: "Bond of the appeal"},
	"dispute.failure":             {Name: "Could not be carried out"},
	"dispute.outcome":             {Name: "Outcome", Say: disputeOutcome},
	"dispute.closed_at":           {Name: "Over since", Say: moment},
	"dispute.unbacked":            {Name: "Keeps nothing in escrow any more", Say: yes},
	"dispute.evidence":            {Name: "Evidence"},
	"evidence.by":                 {Name: "Shown by"},
	"evidence.sha256":             {Name: "SHA-256"},
	"evidence.uri":                {Name: "Where it is"},
	"evidence.blanked_sha256":     {Name: "SHA-256 of the address that was taken back"},
	"ruling.by":                   {Name: "Ruled by", Empty: "nobody: it was conceded"},
	"ruling.upheld":               {Name: "Upheld", Say: yes, Empty: "no"},
	"ruling.at":                   {Name: "Ruled", Say: moment},
	"appealed.by":                 {Name: "Appealed: ruled by"},
	"appealed.upheld":             {Name: "Appealed: upheld", Say: yes, Empty: "no"},
	"appealed.at":                 {Name: "Appealed: ruled", Say: moment},
	"weights.source":              {Name: "Source"},
	"weights.weight":              {Name: "Weight", Say: percent, Empty: "not stated"},
	"restitution.debtor":          {Name: "Owed by", Empty: "the disputed work"},
	"restitution.holders_version": {Name: "A holder by version"},
	"restitution.creditor":        {Name: "To the holders of"},
	"restitution.amount":          {Name: "Amount"},
})

// withRedress adds what is claimed and what was ruled: the same fields, each with who says so.
func withRedress(facts map[string]Fact) map[string]Fact {
	for of, says := range map[string]string{"claim": "Claimed", "ruling.redress": "Given", "appealed.redress": "Appealed: given"} {
		for field, f := range map[string]Fact{
			"transfer_to":   {Name: "the work goes to"},
			"invalidate":    {Name: "the work's claim is invalid", Say: yes},
			"successor":     {Name: "its shares go to"},
			"close_offers":  {Name: "offers that end"},
			"offer":         {Name: "offers that are made"},
			"source.work":   {Name: "a source"},
			"source.role":   {Name: "its role", Say: enum},
			"source.terms":  {Name: "under the terms"},
			"payee.account": {Name: "an account that gets a share"},
			"payee.share":   {Name: "its share", Say: percent},
			"weights":       {Name: "weights of sources"},
			"declaration":   {Name: "approval of declaration"},
			"past":          {Name: "for the past, at most"},
			"restitution":   {Name: "for the past"},
		} {
			f.Name = says + ": " + f.Name
			facts[of+"."+field] = f
		}
	}
	return facts
}

func disputeKind(value string) string {
	if n, known := disputetypes.Kind_value[value]; known {
		return Contested(disputetypes.Kind(n))
	}
	return value
}

func disputePhase(value string) string {
	if n, known := disputetypes.Phase_value[value]; known {
		return Phase(disputetypes.Phase(n))
	}
	return value
}

// disputeOutcome says nothing of a dispute that is open.
func disputeOutcome(value string) string {
	switch n, known := disputetypes.Outcome_value[value]; {
	case known && n == 0:
		return ""
	case known:
		return Outcome(disputetypes.Outcome(n))
	}
	return value
}
