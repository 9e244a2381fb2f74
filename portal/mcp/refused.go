package mcp

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsmod "cosmossdk.io/errors"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/refusal"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// Refused is why a tool did not do what it was asked for. Nothing was paid but, where tx is in a block, its fee.
type Refused struct {
	Codespace string   `json:"codespace" jsonschema:"the module that refuses; mcp: this server itself"`
	Code      uint32   `json:"code" jsonschema:"stable number within the codespace; 0: not known"`
	Sentence  string   `json:"sentence"`
	Remedy    string   `json:"remedy,omitempty" jsonschema:"what to do about it"`
	Retryable bool     `json:"retryable" jsonschema:"the same call may pass later as it is"`
	Reasons   []Reason `json:"reasons,omitempty"`
	Options   []Choice `json:"options,omitempty" jsonschema:"permissions to choose from, by naming one"`
	Said      *Text    `json:"said,omitempty" jsonschema:"the words of the chain or the node, which may quote what strangers wrote"`
	Tx        string   `json:"tx,omitempty" jsonschema:"hash of the transaction that was sent; it may still come where the code is 8 of mcp"`
	Height    int64    `json:"height,omitempty" jsonschema:"block that it is in"`
	Budget    *Budget  `json:"budget,omitempty" jsonschema:"what the limit of the agent's key leaves now"`
}

// Reason is why a use is not allowed.
type Reason struct {
	Code      string `json:"code" jsonschema:"stable code, from a closed list"`
	Explained string `json:"explained"`
	Work      string `json:"work,omitempty" jsonschema:"the work that stands in the way"`
	Under     string `json:"under,omitempty" jsonschema:"terms or grant that matter"`
}

// Choice is one of several permissions.
type Choice struct {
	Permission string   `json:"permission" jsonschema:"what to name: terms or a grant"`
	Terms      string   `json:"terms"`
	Bought     bool     `json:"bought" jsonschema:"a grant has to be bought first"`
	Price      []Amount `json:"price,omitempty" jsonschema:"alternatives, of which one is paid"`
}

// asRefusal is an error as a client reads it.
func (s *Server) asRefusal(ctx context.Context, err error) Refused {
	var (
		tx        *client.TxError
		permitted *permission.RefusedError
		undecided *undecidedError
		before    *beforeError
		fee       *client.FeeError
	)
	switch {
	case errors.As(err, &undecided):
		r := own(ErrUndecided)
		r.Tx, r.Retryable = undecided.hash, true
		return r
	case errors.As(err, &before):
		r := own(ErrBefore)
		r.Tx, r.Height = before.hash, before.height
		return r
	case errors.As(err, &tx):
		return s.ofChain(ctx, tx)
	case errors.As(err, &permitted):
		return s.ofPermission(ctx, permitted)
	case errors.As(err, &fee), errors.As(err, new(*client.NoSponsorError)), errors.As(err, new(*client.UnknownAccountError)):
		r := own(ErrFee)
		r.Said = said(client.Tidy(err.Error()))
		return r
	}
	if kind := ours(err); kind != nil {
		r := own(kind)
		var (
			denied *deniedError
			sold   *notBoughtError
		)
		switch {
		case errors.As(err, &denied):
			r.Reasons = reasonsOf(denied.answer)
			return r
		case errors.As(err, &sold):
			r.Reasons = append(obstacles(sold.why), reasonsOf(sold.answer)...)
			return r
		}
		switch kind {
		case ErrNode, ErrInternal, ErrNotFound: // whoever failed may quote others
			r.Retryable, r.Said = kind == ErrNode, said(client.Tidy(err.Error()))
		default: // these quote the call alone, and ids
			r.Sentence = words.Capital(said(client.Tidy(err.Error())).Untrusted) + "."
		}
		return r
	}
	return ofNode(err)
}

// ours is the error of this server's that an error is; nil: it is none.
func ours(err error) *errorsmod.Error {
	var kind *errorsmod.Error
	if errors.As(err, &kind) && kind.Codespace() == codespace {
		return kind
	}
	return nil
}

func own(kind *errorsmod.Error) Refused {
	return Refused{
		Codespace: codespace, Code: kind.ABCICode(), Sentence: words.Capital(kind.Error()) + ".", Remedy: remedies[kind.ABCICode()],
	}
}

// ofNode is a question that failed.
func ofNode(err error) Refused {
	r := own(ErrNode)
	text := client.Tidy(err.Error())
	switch space, code, sentence, found := client.CodeOf(text); {
	case found:
		r = Refused{Codespace: space, Code: code, Sentence: words.Capital(sentence) + "."}
	case status.Code(err) == codes.NotFound:
		r = own(ErrNotFound)
	case status.Code(err) == codes.InvalidArgument:
		r = own(ErrArgument)
	case status.Code(err) == codes.ResourceExhausted, errors.Is(err, gather.ErrTooMany):
		r = own(ErrTooLarge)
	default:
		r.Retryable = true
	}
	r.Said = said(text)
	return r
}

// ofChain is a transaction that the chain refused.
func (s *Server) ofChain(ctx context.Context, tx *client.TxError) Refused {
	r := Refused{
		Codespace: tx.Codespace, Code: tx.Code, Retryable: tx.Retryable, Said: said(tx.Log), Tx: tx.Hash, Height: tx.Height,
		Remedy: words.AgentRemedy(tx.Codespace, tx.Code), Sentence: "The chain refused it.",
	}
	if _, _, sentence, found := client.CodeOf(tx.Log); found {
		r.Sentence = words.Capital(sentence) + "."
	} else if sentence := sentenceOf(tx); sentence != "" {
		r.Sentence = words.Capital(sentence) + "."
	}
	for _, reason := range refusal.Read(tx.Codespace, tx.Code, tx.Log).Reasons {
		about := refusal.Party{}
		if len(reason.About) > 0 {
			about = reason.About[0]
		}
		code := string(reason.Code)
		explained := words.Capital(words.Reason(code)) + "."
		r.Reasons = append(r.Reasons, Reason{Code: code, Explained: explained, Work: about.Work, Under: about.Under})
	}
	if tx.Codespace == agenttypes.ModuleName {
		if left, err := s.left(ctx); err == nil {
			r.Budget = &left
		}
	}
	return r
}

// sentenceOf are the words of the module's error.
func sentenceOf(tx *client.TxError) string {
	for _, known := range client.Codes() {
		if errors.Is(tx, known) {
			return known.Error()
		}
	}
	return ""
}

// ofPermission is a source that can't be relied on.
func (s *Server) ofPermission(ctx context.Context, e *permission.RefusedError) Refused {
	kind := ErrNotUsable
	if e.Why == permission.NotBought {
		kind = ErrNotBought
	}
	r := own(kind)
	r.Sentence = fmt.Sprintf("%s: %s.", e.Request.Source, words.Refused(string(e.Why)))
	r.Reasons = append(obstacles(e.Obstacles), reasonsOf(e.Answer)...)
	u := s.inUnits(ctx)
	for _, o := range e.Options {
		r.Options = append(r.Options, Choice{o.Permission, named(o.Terms.Id), o.Bought, coins(u, o.Price)})
	}
	return r
}

// obstacles are what stands in the way, as reasons.
func obstacles(list []rights.Obstacle) (reasons []Reason) {
	for _, o := range list {
		r := Reason{Code: string(o.Kind), Explained: words.Obstacle(string(o.Kind)) + "."}
		if o.Offer != nil {
			r.Work, r.Under = o.Offer.Work.String(), named(o.Offer.Terms)
		}
		reasons = append(reasons, r)
	}
	return reasons
}

// reasonsOf are those of an answer.
func reasonsOf(answer licensetypes.Rights) (list []Reason) {
	for _, r := range words.InOrder(answer.Reasons) {
		reason := Reason{Code: r.Code, Explained: words.Explain(r, answer.Offers, named), Work: r.Work.String(), Under: r.Permission}
		if !r.Ancestor.IsZero() {
			reason.Work, reason.Under = r.Ancestor.String(), r.AncestorTerms.String()
		}
		list = append(list, reason)
	}
	return list
}
