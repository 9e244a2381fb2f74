package words

import (
	"strconv"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Fact is what people read in place of a field of what a proof proves.
type Fact struct {
	// Name of the field; empty: it says again what stands elsewhere.
	Name string
	// Say puts a value into words; nil: it stands as it is.
	Say func(string) string
	// Empty is said where the field is empty, zero or no; empty: nothing is.
	Empty string
}

// Value says a value.
func (f Fact) Value(value string) string {
	if f.Say == nil {
		return value
	}
	return f.Say(value)
}

// facts has fields by their path in the JSON of a proof, or the end of it, without the numbers of lists. The first
// name of a whole path is the kind of the proof, or "asked" for its question.
var facts = map[string]Fact{
	// The question.
	"asked.work":               {Name: "Work"},
	"asked.account":            {Name: "Account"},
	"asked.grant":              {Name: "Grant"},
	"asked.root":               {Name: "Root of the anchor"},
	"asked.use.action":         {Name: "Use", Say: action},
	"asked.use.commercial":     {Name: "Commercially", Say: yes, Empty: "no"},
	"asked.use.territories":    {Name: "Where, by country codes", Empty: "everywhere"},
	"asked.use.media":          {Name: "In which media", Empty: "every medium"},
	"asked.use.until":          {Name: "Until", Say: moment, Empty: "now only"},
	"asked.use.unplaced":       {Name: "Asked for a derivation", Say: yes},
	"asked.licensee":           {Name: "By whom", Empty: "anybody"},
	"rights.asked.permission":  {Name: "Under which permission"},
	"rights.asked.derivative":  {Name: "For which derivative"},
	"pagination.next_key":      {Name: "Not all is shown: the list goes on at"},
	"pagination.total":         {},
	"claimed_since.time":       {Name: "Claimed since", Say: moment},
	"claimed_since.tx_index":   {Name: "Place of the transaction in its block, from 0"},
	"claimed_since.rank":       {Name: "Place among the claims of that transaction, from 0"},
	"placed_at.time":           {Name: "Anchored too late to count against older claims: stands at", Say: moment},
	"priority.time":            {Name: "Anchored", Say: moment},
	"priority.tx_index":        {Name: "Place of the transaction in its block, from 0"},
	"claim.work.id":            {Name: "Work"},
	"claim.work.owner":         {Name: "Owner"},
	"claim.work.registrant":    {Name: "Registered by"},
	"claim.work.sha256":        {Name: "SHA-256 of the content"},
	"claim.work.status":        {Name: "Status", Say: enum},
	"claim.work.version":       {Name: "Version"},
	"claim.work.registered_at": {Name: "Registered", Say: moment},
	"claim.work.anchor_root":   {Name: "Anchored unseen before, in the anchor of root"},
	"claim.work.revealed_at":   {Name: "That anchor was revealed", Say: moment},
	"claim.work.contested": {
		Name: "Earlier claims", Empty: "no other account claimed this content earlier",
		Say: either("CONTESTED: another account claimed this content earlier"),
	},
	"claim.work.also_claimed_later": {
		Name: "Later claims", Empty: "no other account claimed it later, as of that block", Say: either("another account claims it too, later"),
	},
	"claim.work.blanked_sha256":   {Name: "Its text was blanked; the SHA-256 was"},
	"details.title":               {Name: "Title"},
	"details.kind":                {Name: "Kind of work", Say: enum},
	"details.media_type":          {Name: "Media type"},
	"details.metadata_uri":        {Name: "More at"},
	"details.metadata_sha256":     {Name: "SHA-256 of what is there"},
	"details.digital_source_type": {Name: "Made as"},
	"details.creators":            {Name: "Creators, as registered"},
	"creators.name":               {Name: "Name"},
	"creators.account":            {Name: "Account"},
	"creators.role":               {Name: "Role"},
	"details.fingerprints":        {Name: "Fingerprints and identifiers, as registered"},
	"fingerprints.scheme":         {Name: "Scheme"},
	"fingerprints.value":          {Name: "Value"},
	"anchor.total":                {Name: "Number of its leaves"},
	"title.owners":                {Name: "Owners"},
	"owners.number":               {Name: "Transfer"},
	"owners.owner":                {Name: "Owner"},
	"owners.since":                {Name: "Since", Say: moment},

	// Offers, grants and answers about rights.
	"offers.offers":                       {Name: "Offer", Empty: "none"},
	"offers.offers.work":                  {},
	"offers.terms.id":                     {Name: "Terms"},
	"offers.terms.preset":                 {Name: "Known as"},
	"offer.price":                         {Name: "Price", Empty: "nothing"},
	"offer.expires_at":                    {Name: "Ends", Say: moment},
	"offer.licensees":                     {Name: "For these accounts only"},
	"offer.paused":                        {Name: "Paused", Say: yes},
	"offer.price_version":                 {Name: "Version of the price"},
	"offer.irrevocable_demands":           {Name: "Version of what was demanded of the work then"},
	"offer.closed":                        {Name: "Closed", Say: yes},
	"offer.irrevocable_since":             {Name: "Can't be taken back since", Say: moment},
	"offers.public":                       {Name: "Holds for everybody, without a grant", Say: yes, Empty: "no"},
	"offers.granted":                      {Name: "Grants given so far"},
	"grant.grant.id":                      {Name: "Grant"},
	"grant.grant.work":                    {Name: "Work"},
	"grant.grant.terms":                   {Name: "Terms"},
	"grant.grant.licensee":                {Name: "Licensee"},
	"grant.grant.used_by":                 {Name: "Used by"},
	"grant.grant.grant.work":              {}, // as bytes
	"grant.grant.grant.terms":             {},
	"grant.grant.grant.licensee":          {},
	"grant.grant.grant.used_by":           {},
	"grant.grant.grant.fee":               {Name: "Paid for it"},
	"grant.grant.grant.granted_at":        {Name: "Granted", Say: moment},
	"grant.grant.grant.expires_at":        {Name: "Ends", Say: moment, Empty: "never, as granted"},
	"grant.grant.grant.serves":            {Name: "Serves", Say: serves, Empty: "one derivative"},
	"grant.grant.grant.used":              {Name: "Used up of these", Empty: "none"},
	"grant.grant.grant.uses_paid":         {Name: "Counted uses that it pays for"},
	"grant.grant.grant.uses":              {Name: "Used of these", Say: counted},
	"grant.grant.grant.work_version":      {Name: "Version of the work"},
	"grant.grant.grant.withdrawals":       {Name: "Withdrawals of items that bind it", Say: counted},
	"grant.grant.grant.upstream_version":  {Name: "Version of what the work owes upstream"},
	"grant.grant.grant.demands_version":   {Name: "Version of what is demanded of the work"},
	"grant.grant.grant.price_version":     {Name: "Version of the price"},
	"grant.grant.grant.allow_list":        {Name: "Digest of the list of licensees, base64"},
	"grant.grant.grant.offered_to":        {Name: "Its transfer is offered to"},
	"grant.licensees":                     {Name: "Works for"},
	"rights.verdict":                      {Name: "Answer", Say: verdict},
	"rights.subject":                      {Name: "About"},
	"rights.works":                        {Name: "Works"},
	"rights.permission":                   {Name: "Permission relied on"},
	"rights.own":                          {Name: "Whoever asks owns the work", Say: yes},
	"rights.item":                         {Name: "About the item"},
	"rights.decided_at":                   {Name: "Decided by the time", Say: moment},
	"rights.reasons":                      {Name: "Reason"},
	"reasons.code":                        {Name: "Says", Say: coded(Reason)},
	"reasons.work":                        {Name: "Work"},
	"reasons.permission":                  {Name: "Permission"},
	"reasons.ancestor":                    {Name: "Because of the work"},
	"reasons.ancestor_terms":              {Name: "Under the terms"},
	"reasons.at":                          {Name: "Time", Say: moment},
	"reasons.withdrawal":                  {Name: "By the withdrawal", Say: counted},
	"reasons.covered":                     {Name: "What is covered"},
	"reasons.covered_count":               {Name: "How many are covered"},
	"rights.obligations":                  {Name: "Duty"},
	"obligations.kind":                    {Name: "Asks", Say: duty},
	"obligations.work":                    {Name: "For the work"},
	"obligations.terms":                   {Name: "Under the terms"},
	"obligations.or_terms":                {Name: "Or under the terms"},
	"obligations.text":                    {Name: "In these words"},
	"obligations.price":                   {Name: "Price"},
	"obligations.grant":                   {Name: "Counted at the grant"},
	"obligations.uses_left":               {},
	"obligations.withdrawals":             {Name: "Withdrawals of items that bind", Say: counted},
	"obligations.withdrawals_sha256":      {Name: "SHA-256 of the list of these"},
	"obligations.work_version":            {Name: "Version of the work"},
	"rights.notices":                      {Name: "Notice"},
	"notices.code":                        {Name: "Says", Say: coded(Notice)},
	"notices.works":                       {Name: "Works"},
	"notices.count":                       {Name: "How many"},
	"notices.at_least":                    {Name: "There are more", Say: yes},
	"notices.denoms":                      {Name: "Denoms"},
	"rights.offers":                       {Name: "What can be obtained"},
	"rights.rights.offers.work":           {Name: "From the work"},
	"rights.rights.offers.terms":          {Name: "Terms"},
	"rights.rights.offers.preset":         {Name: "Known as"},
	"rights.rights.offers.spdx":           {Name: "Licence"},
	"rights.rights.offers.price":          {Name: "Price", Empty: "nothing"},
	"rights.rights.offers.expires_at":     {Name: "Ends", Say: moment},
	"rights.rights.offers.needs_approval": {Name: "The owner has to approve", Say: yes},
	"rights.rights.offers.serves":         {Name: "Serves", Say: serves},
	"rights.rights.offers.uses":           {Name: "Pays for uses by machines"},
	"rights.rights.offers.uses_of":        {Name: "As a pass for uses of"},
	"conditions.allow_list":               {Name: "Digest of the list of licensees"},
	"conditions.upstream_version":         {Name: "Version of what the work owes upstream"},
	"conditions.demands_version":          {Name: "Version of what is demanded of the work"},
	"conditions.revisions":                {Name: "Revisions of the work"},
	"conditions.exclusives":               {Name: "Exclusive grants so far"},
	"conditions.made":                     {Name: "Works made from it so far"},
	"conditions.uses":                     {Name: "Uses counted so far", Say: counted},
	"conditions.withdrawals":              {Name: "Withdrawals of items that bind it", Say: counted},
	"royalty_policy":                      {Name: "Royalty", Say: royalty},
	"royalty_rate":                        {Name: "Rate of the royalty", Say: percent},

	// What came from what.
	"node.generation":       {Name: "Generation, from 0"},
	"node.sources":          {Name: "Sources on the chain"},
	"node.externals":        {Name: "Sources elsewhere"},
	"node.derived_at":       {Name: "Derived", Say: moment, Empty: "never, as of that block"},
	"node.declarations":     {Name: "Declarations of sources"},
	"record.agent":          {Name: "Made by the agent"},
	"record.agent_version":  {Name: "Version of its card"},
	"record.model":          {Name: "Model"},
	"record.provider":       {Name: "Provider"},
	"record.system_name":    {Name: "System"},
	"record.system_version": {Name: "Version of the system"},
	"record.generated_at":   {Name: "Generated", Say: moment},
	"record.unique_id":      {Name: "Id of the output"},
	"record.prompt_sha256":  {Name: "SHA-256 of the prompt"},
	"record.blanked_sha256": {Name: "Its text was blanked; the SHA-256 was"},
	"record.anchored_at":    {Name: "So stated since", Say: moment},
	"record.anchor_root":    {Name: "By the anchor of the root"},
	"sources.sources":       {Name: "Source", Empty: "none"},
	"sources.derivative":    {},
	"sources.source":        {Name: "Work"},
	"external.sha256":       {Name: "SHA-256 of the source elsewhere"},
	"external.uri":          {Name: "Where it is, as declared"},
	"sources.role":          {Name: "Role", Say: enum},
	"sources.terms":         {Name: "Terms relied on"},
	"sources.also":          {Name: "And on the terms"},
	"sources.grant":         {Name: "Grant relied on"},
	"sources.weight":        {Name: "Declared weight", Say: percent},
	"sources.work_version":  {Name: "Version of the source"},
	"sources.added_at":      {Name: "Declared", Say: moment},
	"sources.added_later":   {Name: "Declared after it was made", Say: yes},
	"sources.met_by_grants": {Name: "Grants that met demands"},
	"sources.met_by_passes": {Name: "Passes that met demands"},

	// Manifests.
	"asked.version":             {Name: "Version of the work", Say: counted, Empty: "the current"},
	"asked.contributor.account": {Name: "Contributed by"},
	"asked.contributor.work":    {Name: "Contributed by the work"},
	"asked.item.sha256":         {Name: "SHA-256 of the item"},
	"rights.asked.item.terms":   {Name: "Its own terms"},
	"item.contributor.account":  {Name: "Contributed by"},
	"item.contributor.work":     {Name: "Contributed by the work"},
	"asked.item.weight":         {Name: "Weight of the item"},
	"asked.item.terms_sha256":   {Name: "SHA-256 that is the id of its own terms"},
	"asked.item.consent":        {Name: "SHA-256 of the text of the consent"},
	"asked.item.time":           {Name: "Taken in, in seconds since 1970", Say: counted},
	"asked.item.index":          {Name: "Place among the items, from 0"},
	"asked.item.path":           {Name: "Hashes beside its way to the root"},
	"asked.proof.index":         {Name: "Place among the contributors, from 0"},
	"asked.proof.weight":        {Name: "Weight of all its items"},
	"asked.proof.path":          {Name: "Beside its way to the root"},
	"proof.contributor.account": {Name: "Contributed by"},
	"proof.contributor.work":    {Name: "Contributed by the work"},
	"path.sum":                  {Name: "Weight beside"},
	"path.hash":                 {Name: "Hash beside"},
	"asked.denom":               {Name: "Denom"},
	"manifest.version":          {Name: "Version that the manifest came with"},
	"manifest.sha256":           {Name: "Digest of the manifest"},
	"roots.items":               {Name: "Root over the items"},
	"roots.item_count":          {Name: "Items"},
	"roots.contributors":        {Name: "Root over the contributors"},
	"roots.contributor_count":   {Name: "Contributors"},
	"roots.weight":              {Name: "Weight of all items"},
	"withdrawals.count":         {Name: "Items withdrawn so far", Say: counted, Empty: "none"},
	"withdrawals.sha256":        {Name: "Digest of the list of those"},
	"status.number":             {Name: "Withdrawn, by the number in the list", Say: counted, Empty: "no"},
	"status.at":                 {Name: "Withdrawn", Say: moment},
	"list.count":                {Name: "Withdrawals of the work so far", Say: counted, Empty: "none"},
	"list.sha256":               {Name: "Digest of the list of those"},
	"part.start":                {Name: "Its part begins at", Say: counted, Empty: "0"},
	"part.weight":               {Name: "Length of the part"},
	"part.whole":                {Name: "Length of the whole"},
	"part.total":                {Name: "Entered the pool so far, in whole units"},
	"part.own":                  {Name: "Of that the part's"},
	"part.collected":            {Name: "Of that collected", Say: counted, Empty: "nothing"},

	"answer.entries":       {Name: "Contributor"},
	"entries.paid":         {Name: "Paid", Empty: "nothing"},
	"entries.reason":       {Name: "Why not, or not all", Say: collectReason},
	"entries.epoch":        {Name: "Epoch of the lists", Say: counted},
	"answer.waits.version": {Name: "Version of the manifest that is to share"},
	"answer.waits.weight":  {Name: "Share from then on", Say: percent},
	"answer.waits.at":      {Name: "From when on", Say: moment},
	"answer.list.count":    {Name: "Withdrawals of the work so far"},
	"answer.list.sha256":   {Name: "Digest of the list of those"},

	// Money.
	"holders.holders":        {Name: "Holders"},
	"holders.account":        {Name: "Account"},
	"holders.weight":         {Name: "Share", Say: percent},
	"holders.version":        {Name: "Version of the list"},
	"holders.epoch":          {Name: "Epoch"},
	"balances.balances":      {Name: "Waits for the account", Empty: "nothing"},
	"transaction.tx":         {Name: "Transaction"},
	"transaction.code":       {Name: "Outcome", Say: failedWith, Empty: "it did what its messages say"},
	"transaction.gas_wanted": {Name: "Gas declared"},
	"transaction.gas_used":   {Name: "Gas used"},
	"transaction.messages":   {Name: "Message"},
	"messages.type":          {Name: "Does"},
	"messages.payments":      {Name: "Payment"},
	"payments.payer":         {Name: "Paid by"},
	"payments.work":          {Name: "To the work"},
	"payments.amount":        {Name: "Amount"},
	"payments.epoch":         {Name: "Epoch of the lists"},
	"lists.held":             {Name: "Fractions that are nobody's yet"},
	"lists.holders_version":  {Name: "Version of the holders"},
	"lists.upstream_version": {Name: "Version of what the work owes upstream"},
	"lists.payees":           {Name: "What was assigned to whom"},
	"payees.account":         {Name: "Account"},
	"payees.work":            {Name: "By the work"},
	"payees.basis":           {Name: "Basis", Say: basis},
	"payees.rate":            {Name: "The work's part", Say: percent},
	"payees.weight":          {Name: "Of that", Say: percent},
	"payees.amount":          {Name: "Is assigned"},
	"payees.progress":        {Name: "State then", Say: progress},
	"payees.escrow":          {Name: "In escrow", Say: yes},
	"payees.earner":          {Name: "To the holders of"},
	"payees.at_stage":        {Name: "In the stage", Say: enum},
	"payees.at_work":         {Name: "Of the work"},
	"asked.dispute":          {Name: "Dispute"},
	"answer.grant":           {Name: "Grant"},
	"answer.fee":             {Name: "Fee"},
	"answer.expires_at":      {Name: "Ends", Say: moment},
	"answer.serves":          {Name: "Serves", Say: serves},
	"answer.uses_paid":       {Name: "Counted uses that it pays for"},
	"answer.epoch":           {Name: "Epoch of the lists"},
}

// FactOf finds a field by its path, names parted by points, and says whether it is known.
func FactOf(path string) (Fact, bool) {
	for {
		for _, named := range []map[string]Fact{facts, disputeFacts} {
			if f, known := named[path]; known {
				return f, true
			}
		}
		_, rest, more := strings.Cut(path, ".")
		if !more {
			return Fact{}, false
		}
		path = rest
	}
}

// UTC says a point in time to the second, for what is handed to others: Time of a table is in the reader's own zone.
func UTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

// moment is a time, and nothing where it has not come.
func moment(value string) string {
	t, err := time.Parse(time.RFC3339, value)
	switch {
	case err != nil:
		return value
	case t.IsZero():
		return ""
	}
	return UTC(t)
}

// counted says nothing of a number that is zero: one of 64 bits is text in JSON.
func counted(value string) string {
	if value == "0" {
		return ""
	}
	return value
}

func yes(value string) string {
	if value == "true" {
		return "yes"
	}
	return value
}

func either(words string) func(string) string { return func(string) string { return words } }

// enum says a value such as STATUS_ACTIVE, and nothing of one that was not set.
func enum(value string) string {
	_, word, cut := strings.Cut(value, "_")
	switch {
	case !cut:
		return value
	case strings.HasSuffix(word, unspecified):
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(word, "_", " "))
}

// unspecified ends what an enum's zero is called that says nothing.
const unspecified = "UNSPECIFIED"

// collectReason says nothing of who was paid.
func collectReason(value string) string {
	if n, known := royaltytypes.CollectReason_value[value]; known {
		return CollectReason(royaltytypes.CollectReason(n))
	}
	return value
}

func failedWith(code string) string {
	return "FAILED with code " + code + ": it paid its fee and did nothing"
}

func percent(value string) string {
	n, err := strconv.ParseUint(value, 10, 32)
	if err != nil {
		return value
	}
	return rates.Percent(n)
}

func serves(value string) string {
	n, err := strconv.ParseUint(value, 10, 32)
	if err != nil {
		return value
	}
	return Serves(uint32(n))
}

func action(value string) string {
	if n, known := termspec.Action_value[value]; known {
		return rights.ActionWord(licensetypes.Action(n))
	}
	return value
}

func verdict(value string) string {
	if n, known := licensetypes.Verdict_value[value]; known {
		return Headline(licensetypes.Verdict(n))
	}
	return value
}

func coded(say func(string) string) func(string) string {
	return func(code string) string { return say(code) + " [" + code + "]" }
}

func duty(value string) string {
	return DutyWord(strings.ToLower(strings.TrimPrefix(value, "OBLIGATION_"))) + " [" + enum(value) + "]"
}

func royalty(value string) string {
	switch value {
	case "POLICY_NONE":
		return "none"
	case "POLICY_ABSOLUTE":
		return "of gross revenue, at any depth"
	case "POLICY_RELATIVE":
		return "of what the derivative takes in"
	}
	return value
}

func basis(value string) string {
	switch value {
	case "BASIS_OWN":
		return "what is left to the work that was paid"
	case "BASIS_ABSOLUTE":
		return "royalty on gross revenue"
	case "BASIS_RELATIVE":
		return "royalty on what a derivative takes in"
	case "BASIS_BOTH":
		return "royalties of both sorts"
	}
	return value
}

func progress(value string) string {
	switch value {
	case "PROGRESS_UNSPECIFIED":
		return ""
	case "PROGRESS_FLUSHED":
		return "passed on"
	case "PROGRESS_WAITS":
		return "waits to be passed on"
	case "PROGRESS_MERGED":
		return "merged with other payments"
	}
	return value
}
