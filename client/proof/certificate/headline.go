package certificate

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/words"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// headline says in a sentence what is proved.
func headline(p proof.Proven) string {
	var asked struct{ Work, Account string }
	_ = json.Unmarshal(p.Question, &asked) // without a question, nothing was asked about
	switch answer := p.Answer.(type) {
	case *registrytypes.QueryWorkResponse:
		w := answer.Work
		s := fmt.Sprintf("%s has claimed since %s the work %s", w.Owner, words.UTC(w.ClaimedSince.Time), titled(w))
		if w.Contested {
			s += ". Another account claimed it earlier"
		}
		if w.Status != registrytypes.STATUS_ACTIVE {
			status, _ := words.FactOf("claim.work.status")
			s += ". The work is " + status.Value(w.Status.String())
		}
		return s + "."
	case *registrytypes.QueryAnchorResponse:
		since := words.UTC(answer.Anchor.Priority.Time)
		if p.Content != nil {
			return fmt.Sprintf("%s anchored a content of this SHA-256, unseen, on %s.", asked.Account, since)
		}
		return fmt.Sprintf("%s anchored %s, unseen, on %s.", asked.Account, many(answer.Anchor.Total, "content"), since)
	case *registrytypes.QueryOwnersResponse:
		return fmt.Sprintf("%s has had %s.", asked.Work, many(uint64(len(answer.Owners)), "owner"))
	case *licensetypes.QueryOffersResponse:
		return fmt.Sprintf("%s was on offer under %s on %s.", asked.Work, many(uint64(len(answer.Offers)), "licence"), words.UTC(p.Time))
	case *licensetypes.QueryGrantResponse:
		g := answer.Grant
		return fmt.Sprintf("%s has a grant of %s since %s.", g.Licensee, g.Work, words.UTC(g.Grant.GrantedAt))
	case *licensetypes.QueryCheckRightsResponse:
		return rightsHeadline(p, answer)
	case *lineagetypes.QueryDerivationResponse:
		if n := answer.Node; n.Sources+n.Externals > 0 {
			return fmt.Sprintf("%s was declared to be made from %s.", asked.Work, many(uint64(n.Sources+n.Externals), "source"))
		}
		return fmt.Sprintf("%s was not declared to be made from anything.", asked.Work)
	case *lineagetypes.QuerySourcesResponse:
		return fmt.Sprintf("%s was declared to be made from %s.", asked.Work, many(uint64(len(answer.Sources)), "source"))
	case *disputetypes.QueryDisputeResponse:
		return disputeHeadline(p, answer.Dispute)
	case *royaltytypes.QueryHoldersResponse:
		return fmt.Sprintf("The revenue of %s belonged to %s on %s.", asked.Work, many(uint64(len(answer.Holders)), "account"), words.UTC(p.Time))
	case *registrytypes.QueryManifestResponse:
		return fmt.Sprintf("%s is made of %s of %s in version %d.", asked.Work, many(answer.Manifest.Roots.ItemCount, "item"),
			many(answer.Manifest.Roots.ContributorCount, "contributor"), answer.Manifest.Version)
	case *registrytypes.QueryItemResponse:
		s := fmt.Sprintf("%s has the item in version %d", asked.Work, answer.Manifest.Version)
		if answer.Status.At != nil {
			return fmt.Sprintf("%s. Its contributor withdrew it on %s.", s, words.UTC(*answer.Status.At))
		}
		return fmt.Sprintf("%s, and it was not withdrawn by %s.", s, words.UTC(p.Time))
	case *royaltytypes.QueryPartResponse:
		return fmt.Sprintf("Of a contributor's part of the pool of %s, %s of %s were collected by %s.", asked.Work, answer.Collected, answer.Own,
			words.UTC(p.Time))
	case *royaltytypes.QueryBalancesResponse:
		if answer.Balances.Empty() {
			return fmt.Sprintf("Nothing waited for %s on %s.", asked.Account, words.UTC(p.Time))
		}
		return fmt.Sprintf("%s waited for %s on %s.", answer.Balances, asked.Account, words.UTC(p.Time))
	}
	if p.Kind == proof.Transaction {
		return doneHeadline(p)
	}
	return fmt.Sprintf("This proves %s.", words.Proof(p.Kind.String()))
}

// titled is a work's id with its title, that can't be taken for a part of the sentence.
func titled(w registrytypes.Claim) string {
	if w.Details.Title == "" {
		return w.Id.String()
	}
	return fmt.Sprintf("%s, called “%s”", w.Id, strings.NewReplacer("“", "'", "”", "'").Replace(short(w.Details.Title)))
}

func rightsHeadline(p proof.Proven, answer *licensetypes.QueryCheckRightsResponse) string {
	s := words.Headline(answer.Rights.Verdict)
	var asked struct {
		Work string
		Use  struct{ Action string }
		Item *struct {
			Sha256      string
			Contributor struct{ Account, Work string }
		}
	}
	if json.Unmarshal(p.Question, &asked) != nil {
		return s + "."
	}
	use, _ := words.FactOf("asked.use.action")
	about := asked.Work
	if asked.Item != nil {
		from := asked.Item.Contributor // one of the two
		about = fmt.Sprintf("item %s of %s from %s%s, if a manifest of it has that", asked.Item.Sha256, asked.Work, from.Account, from.Work)
	}
	return fmt.Sprintf("%s on %s: %s, %s.", s, words.UTC(p.Time), use.Value(asked.Use.Action), about)
}

func disputeHeadline(p proof.Proven, d disputetypes.Dispute) string {
	s := fmt.Sprintf("%s has contested the work %s since %s", d.Challenger, d.Work, words.UTC(d.OpenedAt))
	if d.IsOpen() {
		return fmt.Sprintf("%s. On %s it was open: %s.", s, words.UTC(p.Time), words.Phase(d.Phase))
	}
	return fmt.Sprintf("%s. %s, and it was over on %s.", s, words.Outcome(d.Outcome), words.UTC(*d.ClosedAt))
}

func doneHeadline(p proof.Proven) string {
	var done proof.Done
	if json.Unmarshal(p.Told, &done) != nil {
		return "A transaction was executed."
	}
	on := words.UTC(p.Time)
	if done.Code != 0 {
		return fmt.Sprintf("A transaction failed on %s, and did nothing.", on)
	}
	paid := payments(p)
	switch len(paid) {
	case 0:
		return fmt.Sprintf("A transaction with %s was executed on %s.", many(uint64(len(done.Messages)), "message"), on)
	case 1:
		return fmt.Sprintf("%s on %s.", paid[0], on)
	}
	return fmt.Sprintf("%s on %s, and made %s more in the same transaction.", paid[0], on, many(uint64(len(paid)-1), "payment"))
}

// payments are those of a transaction, in a phrase each.
func payments(p proof.Proven) (paid []string) {
	var done proof.Done
	if p.Kind != proof.Transaction || json.Unmarshal(p.Told, &done) != nil {
		return nil
	}
	for _, m := range done.Messages {
		for _, a := range m.Payments {
			paid = append(paid, fmt.Sprintf("%s paid %s to %s", a.Payer, a.Amount, a.Work))
		}
	}
	return paid
}

func many(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
