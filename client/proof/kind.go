package proof

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/proof/wire"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Kind is what a proof is about. Files have these numbers.
type Kind uint8

// The kinds of facts.
const (
	// Claim is a work as its claim stands among others to the same content.
	Claim Kind = 1
	// Anchor is when an account anchored a root.
	Anchor Kind = 2
	// Content is that an anchor has a content among its leaves, registered or not.
	Content Kind = 3
	// Title are the owners that a work has had.
	Title Kind = 4
	// Offers are the terms on which a work is on offer.
	Offers Kind = 5
	// Grant is a grant, with all that it pins.
	Grant Kind = 6
	// Rights is an answer to "may I use this for that".
	Rights Kind = 7
	// Derivation is when and by what declarations a work came to be, and the record of its generation.
	Derivation Kind = 8
	// Sources are what a work was made from.
	Sources Kind = 9
	// Holders are who gets what part of a work's revenue.
	Holders Kind = 10
	// Balances are what waits for an account.
	Balances Kind = 11
	// Transaction is what a transaction did.
	Transaction Kind = 12
	// Dispute is a dispute about a work, with what was claimed, shown and ruled.
	Dispute Kind = 13
	// Manifest is what a dataset or a collection is made of.
	Manifest Kind = 14
	// Item is that a manifest has an item, and whether it was withdrawn.
	Item Kind = 15
	// Part is what a contributor's part of a pool is, and has had.
	Part Kind = 16
)

// question is how a kind is asked of the chain.
type question struct {
	kind Kind
	name string
	// method of the query. The request is written without its page: all that one answer can have is asked for.
	method string
	// request is an empty one.
	request func() proto.Message
}

// page is asked for where an answer has several rows.
const page = 1000

var questions = []question{
	{Claim, "claim", "/stemma.registry.v1.Query/Work", func() proto.Message { return &registrytypes.QueryWorkRequest{} }},
	{Anchor, "anchor", "/stemma.registry.v1.Query/Anchor", func() proto.Message { return &registrytypes.QueryAnchorRequest{} }},
	{Content, "content", "/stemma.registry.v1.Query/Anchor", func() proto.Message { return &registrytypes.QueryAnchorRequest{} }},
	{Title, "title", "/stemma.registry.v1.Query/Owners", func() proto.Message { return &registrytypes.QueryOwnersRequest{} }},
	{Offers, "offers", "/stemma.license.v1.Query/Offers", func() proto.Message { return &licensetypes.QueryOffersRequest{} }},
	{Grant, "grant", "/stemma.license.v1.Query/Grant", func() proto.Message { return &licensetypes.QueryGrantRequest{} }},
	{Rights, "rights", "/stemma.license.v1.Query/CheckRights", func() proto.Message { return &licensetypes.QueryCheckRightsRequest{} }},
	{Derivation, "derivation", "/stemma.lineage.v1.Query/Derivation", func() proto.Message { return &lineagetypes.QueryDerivationRequest{} }},
	{Sources, "sources", "/stemma.lineage.v1.Query/Sources", func() proto.Message { return &lineagetypes.QuerySourcesRequest{} }},
	{Holders, "holders", "/stemma.royalty.v1.Query/Holders", func() proto.Message { return &royaltytypes.QueryHoldersRequest{} }},
	{Balances, "balances", "/stemma.royalty.v1.Query/Balances", func() proto.Message { return &royaltytypes.QueryBalancesRequest{} }},
	{Dispute, "dispute", "/stemma.dispute.v1.Query/Dispute", func() proto.Message { return &disputetypes.QueryDisputeRequest{} }},
	{Manifest, "manifest", "/stemma.registry.v1.Query/Manifest", func() proto.Message { return &registrytypes.QueryManifestRequest{} }},
	{Item, "item", "/stemma.registry.v1.Query/Item", func() proto.Message { return &registrytypes.QueryItemRequest{} }},
	{Part, "part", "/stemma.royalty.v1.Query/Part", func() proto.Message { return &royaltytypes.QueryPartRequest{} }},
}

// String is the kind's name.
func (k Kind) String() string {
	if k == Transaction {
		return "transaction"
	}
	if q := k.question(); q != nil {
		return q.name
	}
	return "unknown"
}

func (k Kind) question() *question {
	for i := range questions {
		if questions[i].kind == k {
			return &questions[i]
		}
	}
	return nil
}

// maxRequest is the most bytes of a question.
const maxRequest = 4096

// read reads a question: the request's one encoding, without a page.
func (q *question) read(r *wire.Reader) proto.Message {
	raw := r.Field(maxRequest)
	request := q.request()
	if r.Err() != nil {
		return nil
	}
	if err := proto.Unmarshal(raw, request); err != nil {
		r.Fail("the question can't be read: %w", err)
		return nil
	}
	again, err := proto.Marshal(request)
	switch paged, ok := request.(interface{ GetPagination() *query.PageRequest }); {
	case err != nil || !bytes.Equal(raw, again):
		r.Fail("the question is not in its one form")
	case ok && paged.GetPagination() != nil:
		r.Fail("the question asks for a page: all is asked for")
	case !plain(request):
		r.Fail("the question is not in its one spelling")
	}
	return request
}

// plain says whether a question is in its one spelling, where the chain takes several.
func plain(request proto.Message) bool {
	switch asked := request.(type) {
	case *registrytypes.QueryAnchorRequest:
		return isAccount(asked.Account)
	case *royaltytypes.QueryBalancesRequest:
		return isAccount(asked.Account)
	case *registrytypes.QueryItemRequest:
		return asked.Contributor.Account == "" || isAccount(asked.Contributor.Account)
	case *royaltytypes.QueryPartRequest:
		return asked.Proof.Contributor.Account == "" || isAccount(asked.Proof.Contributor.Account)
	case *licensetypes.QueryCheckRightsRequest:
		work, err := registrytypes.ParseWorkID(asked.Work)
		return err == nil && work.String() == asked.Work && (asked.Licensee == "" || isAccount(asked.Licensee)) &&
			asked.Permission == "" && inOrder(asked.Use.Territories) && inOrder(asked.Use.Media) &&
			(asked.Item == nil || plainItem(*asked.Item))
	}
	return true
}

// plainItem says whether an item is in its one spelling: it has a content, and comes from an account or a work.
func plainItem(i licensetypes.Item) bool {
	from := i.Contributor
	if i.Sha256.IsZero() || (from.Account == "") == from.Work.IsZero() {
		return false
	}
	return from.Account == "" || isAccount(from.Account)
}

func isAccount(text string) bool {
	account, err := sdk.AccAddressFromBech32(text)
	return err == nil && account.String() == text
}

// inOrder says whether a list is ascending, each once.
func inOrder(list []string) bool {
	return slices.IsSortedFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(a, b), -1) })
}

// AskRights asks whether an account, or anybody, may use a work.
func AskRights(work registrytypes.WorkID, use licensetypes.Use, licensee string) Question {
	use.Territories = slices.Compact(slices.Sorted(slices.Values(use.Territories)))
	use.Media = slices.Compact(slices.Sorted(slices.Values(use.Media)))
	return Question{Kind: Rights, Request: &licensetypes.QueryCheckRightsRequest{Work: work.String(), Use: use, Licensee: licensee}}
}

// AskItemRights asks whether an account, or anybody, may use an item of a work's manifest. That the manifest has it another proof shows.
func AskItemRights(work registrytypes.WorkID, item licensetypes.Item, use licensetypes.Use, licensee string) Question {
	q := AskRights(work, use, licensee)
	q.Request.(*licensetypes.QueryCheckRightsRequest).Item = &item
	return q
}

// whole asks for all that one answer can have.
func whole(request proto.Message) proto.Message {
	all := &query.PageRequest{Limit: page}
	switch asked := request.(type) {
	case *registrytypes.QueryOwnersRequest:
		return &registrytypes.QueryOwnersRequest{Work: asked.Work, Pagination: all}
	case *licensetypes.QueryOffersRequest:
		return &licensetypes.QueryOffersRequest{Work: asked.Work, Pagination: all}
	case *lineagetypes.QuerySourcesRequest:
		return &lineagetypes.QuerySourcesRequest{Work: asked.Work, Pagination: all}
	case *royaltytypes.QueryBalancesRequest:
		return &royaltytypes.QueryBalancesRequest{Account: asked.Account, Pagination: all}
	}
	return request
}
