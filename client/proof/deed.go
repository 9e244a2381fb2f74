package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	sdktx "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/x/authz"

	"github.com/stemma-chain/stemma/client/proof/replay"
	"github.com/stemma-chain/stemma/client/proof/wire"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	// maxTx is the most bytes of a transaction, and of what it answered.
	maxTx = 1 << 20
	// maxDepth is the most levels of the tree of a block's transactions.
	maxDepth = 32
)

// Deed is what a transaction did. Its header's data hash is the root of an RFC 6962 tree over the hashes of the block's transactions, and
// the next header has the root of one over their results, in the same order: so the same turns lead to both.
type Deed struct {
	// Tx is the transaction as it was sent.
	Tx []byte
	// Right says of each level, from the transaction up, whether it is on the right side there.
	Right []bool
	// Beside and ResultBeside are the hashes on the other side.
	Beside, ResultBeside []rfc6962.Hash
	// Result is what the next header has of its result: no logs and no events.
	Result Result
}

// Result is what headers have of a transaction's result.
type Result struct {
	Code               uint32
	Data               []byte
	GasWanted, GasUsed int64
}

// ResultOf is what headers have of a result.
func ResultOf(r *abci.ExecTxResult) Result { return Result{r.Code, r.Data, r.GasWanted, r.GasUsed} }

// Leaf is what the tree of results has of it.
func (r Result) Leaf() ([]byte, error) {
	return proto.Marshal(&abci.ExecTxResult{Code: r.Code, Data: r.Data, GasWanted: r.GasWanted, GasUsed: r.GasUsed})
}

// Turns are the sides on which an entry of a tree is, from its leaf up.
func Turns(index, total int) (right []bool) {
	for total > 1 {
		left := 1 << (bits.Len(uint(total-1)) - 1)
		if index < left {
			right, total = append([]bool{false}, right...), left
		} else {
			right, index, total = append([]bool{true}, right...), index-left, total-left
		}
	}
	return right
}

func (Deed) kind() Kind { return Transaction }

// append writes:
//
//	transaction, levels, a bit for each from the lowest of the first byte on (1: it is on the right side), hashes beside it in
//	the tree of transactions, code, data, gas wanted, gas used, hashes beside it in the tree of results
func (d Deed) append(to []byte) []byte {
	to = wire.AppendNumber(wire.AppendField(to, d.Tx), uint64(len(d.Right)))
	turns := make([]byte, (len(d.Right)+7)/8)
	for i, right := range d.Right {
		if right {
			turns[i/8] |= 1 << (i % 8)
		}
	}
	to = append(to, turns...)
	for _, hash := range d.Beside {
		to = append(to, hash[:]...)
	}
	to = wire.AppendField(wire.AppendNumber(to, uint64(d.Result.Code)), d.Result.Data)
	to = wire.AppendNumber(wire.AppendNumber(to, uint64(d.Result.GasWanted)), uint64(d.Result.GasUsed))
	for _, hash := range d.ResultBeside {
		to = append(to, hash[:]...)
	}
	return to
}

func readDeed(r *wire.Reader) Fact {
	d := Deed{Tx: r.Field(maxTx)}
	levels := int(r.Number(maxDepth))
	turns := r.Bytes((levels + 7) / 8)
	if r.Err() != nil {
		return d
	}
	for i := range 8 * len(turns) {
		right := turns[i/8]&(1<<(i%8)) != 0
		if i < levels {
			d.Right = append(d.Right, right)
		} else if right {
			r.Fail("there are more turns than levels")
		}
	}
	for range levels {
		d.Beside = append(d.Beside, r.Hash())
	}
	d.Result.Code, d.Result.Data = uint32(r.Number(math.MaxUint32)), r.Field(maxTx)
	d.Result.GasWanted, d.Result.GasUsed = int64(r.Number(wire.Most)), int64(r.Number(wire.Most))
	for range levels {
		d.ResultBeside = append(d.ResultBeside, r.Hash())
	}
	return d
}

// root is that of the tree that an entry is in.
func (d Deed) root(entry []byte, beside []rfc6962.Hash) rfc6962.Hash {
	hash := rfc6962.Leaf(entry)
	for i, other := range beside {
		if d.Right[i] {
			hash = rfc6962.Node(other, hash)
		} else {
			hash = rfc6962.Node(hash, other)
		}
	}
	return hash
}

// Done is what a transaction did, as it is told.
type Done struct {
	// Tx is its hash, in hex.
	Tx string `json:"tx"`
	// Code is 0 where it did what it says; else it paid its fee and did nothing.
	Code      uint32 `json:"code"`
	GasWanted int64  `json:"gas_wanted,string"`
	GasUsed   int64  `json:"gas_used,string"`
	// Messages are what it was to do.
	Messages []Message `json:"messages"`
}

// Message is one thing that a transaction did.
type Message struct {
	Type string `json:"type"`
	// Payments are those that it made, with what they assigned.
	Payments []Assigned `json:"payments,omitempty"`
	// Answer is what the chain answered: of a message that failed, nothing.
	Answer json.RawMessage `json:"answer,omitempty"`
}

// Assigned is a payment, and what the lists of its epoch assign of it.
type Assigned struct {
	Payer  string               `json:"payer"`
	Work   registrytypes.WorkID `json:"work"`
	Amount sdk.Coin             `json:"amount"`
	Epoch  uint64               `json:"epoch,string"`
	// Lists is what the chain tells of them: who is assigned what, and how far it has come.
	Lists json.RawMessage `json:"lists"`
}

// Lists reads what the payments of the transaction, in the block of a height, are assigned by, from a state that is opened where
// there are any.
func (d Deed) Lists(height int64, open func() (*replay.Chain, error)) error {
	messages, answers, err := d.decode()
	if err != nil || d.Result.Code != 0 {
		return err
	}
	for i, message := range messages {
		if _, err := assigned(message, answers[i], height, open); err != nil {
			return err
		}
	}
	return nil
}

// prove implements Fact. It takes the header of the transaction's block and the next one, under which or a later one lists are shown.
func (d Deed) prove(v *view) (Proven, error) {
	if len(v.headers) < 2 || v.headers[1].Height != v.headers[0].Height+1 {
		return Proven{}, fmt.Errorf("%w: it does not show the header of the transaction's block and the next one", ErrRefuted)
	}
	block, next, last := v.headers[0], v.headers[1], v.headers[len(v.headers)-1]
	hash := sha256.Sum256(d.Tx)
	p := Proven{Kind: Transaction, Height: block.Height, Time: block.Time}
	result, err := d.Result.Leaf()
	if err != nil {
		return p, err
	}
	data, results := d.root(hash[:], d.Beside), d.root(result, d.ResultBeside)
	switch {
	case !bytes.Equal(data[:], block.DataHash):
		return p, fmt.Errorf("%w: block %d does not have the transaction there", ErrRefuted, block.Height)
	case !bytes.Equal(results[:], next.LastResultsHash):
		return p, fmt.Errorf("%w: the transaction's result in block %d is another one", ErrRefuted, block.Height)
	}
	done := Done{
		Tx: fmt.Sprintf("%X", hash), Code: d.Result.Code, GasWanted: d.Result.GasWanted, GasUsed: d.Result.GasUsed,
	}
	messages, answers, err := d.decode()
	if err != nil {
		return p, refuted(err)
	}
	var chain *replay.Chain // one for all payments, as they have one budget
	open := func() (_ *replay.Chain, err error) {
		if chain == nil {
			chain, err = v.open(last)
			p.ListsHeight, p.ListsTime = last.Height, last.Time
		}
		return chain, err
	}
	for i, message := range messages {
		m := Message{Type: sdk.MsgTypeURL(message)}
		if done.Code == 0 {
			if m.Answer, err = jsonOf(answers[i]); err != nil {
				return p, err
			}
			if m.Payments, err = assigned(message, answers[i], block.Height, open); err != nil {
				return p, refuted(err)
			}
		}
		done.Messages = append(done.Messages, m)
	}
	if len(v.headers) > 3 || len(v.headers) == 3 && v.states[last.Height] == nil {
		return p, fmt.Errorf("%w: it shows more headers than are needed", ErrRefuted)
	}
	p.Told, err = json.Marshal(done)
	return p, err
}

// decode reads the messages and, where they were executed, their answers.
func (d Deed) decode() (messages []sdk.Msg, answers []proto.Message, err error) {
	e, err := codecs()
	if err != nil {
		return nil, nil, err
	}
	tx, err := e.TxConfig.TxDecoder()(d.Tx)
	if err != nil {
		return nil, nil, err
	}
	messages = tx.GetMsgs()
	if d.Result.Code != 0 {
		return messages, nil, nil
	}
	var data sdk.TxMsgData
	if err := proto.Unmarshal(d.Result.Data, &data); err != nil {
		return nil, nil, err
	}
	if len(data.MsgResponses) != len(messages) {
		return nil, nil, fmt.Errorf("it has %d messages and %d answers", len(messages), len(data.MsgResponses))
	}
	for _, response := range data.MsgResponses {
		answer, err := unpack(e.InterfaceRegistry, response)
		if err != nil {
			return nil, nil, err
		}
		answers = append(answers, answer)
	}
	return messages, answers, nil
}

func unpack(registry codectypes.InterfaceRegistry, packed *codectypes.Any) (proto.Message, error) {
	answer, err := registry.Resolve(packed.TypeUrl)
	if err != nil {
		return nil, err
	}
	return answer, proto.Unmarshal(packed.Value, answer)
}

// assigned says what the lists of its payments assign.
func assigned(message sdk.Msg, answer proto.Message, height int64, open func() (*replay.Chain, error)) ([]Assigned, error) {
	lines, err := payments(message, answer, open)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	chain, err := open()
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		request, err := proto.Marshal(&royaltytypes.QueryAssignedRequest{
			Work: l.Work, Epoch: l.Epoch, Amount: l.Amount.String(), Height: uint64(height), Pagination: &query.PageRequest{Limit: page},
		})
		if err != nil {
			return nil, err
		}
		lists, err := chain.Ask("/stemma.royalty.v1.Query/Assigned", request)
		if err != nil {
			return nil, err
		}
		if err := uncut(lists); err != nil {
			return nil, err
		}
		if l.Lists, err = jsonOf(lists); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// payments are those that a message made, by the epochs that it answered; those of messages in it too. What a renewed grant is of, the
// state says.
func payments(message sdk.Msg, answer proto.Message, open func() (*replay.Chain, error)) ([]Assigned, error) {
	switch m := message.(type) {
	case *royaltytypes.MsgPay:
		answer, ok := answer.(*royaltytypes.MsgPayResponse)
		if !ok {
			return nil, errors.New("a payment has the answer of something else")
		}
		return []Assigned{{Payer: m.Payer, Work: m.Work, Amount: m.Amount, Epoch: answer.Epoch}}, nil
	case *royaltytypes.MsgPayMany:
		answer, ok := answer.(*royaltytypes.MsgPayManyResponse)
		if !ok || len(answer.Epochs) != len(m.Payments) {
			return nil, errors.New("payments have the answer of something else")
		}
		lines := make([]Assigned, len(m.Payments))
		for i, p := range m.Payments {
			lines[i] = Assigned{Payer: m.Payer, Work: p.Work, Amount: p.Amount, Epoch: answer.Epochs[i]}
		}
		return lines, nil
	case *licensetypes.MsgAcquire:
		answer, ok := answer.(*licensetypes.MsgAcquireResponse)
		if !ok {
			return nil, errors.New("an acquisition has the answer of something else")
		}
		return fee(m.Licensee, m.Work, answer.Fee, answer.Epoch), nil
	case *licensetypes.MsgRenewGrant:
		answer, ok := answer.(*licensetypes.MsgRenewGrantResponse)
		if !ok {
			return nil, errors.New("a renewal has the answer of something else")
		}
		if answer.Fee == nil {
			return nil, nil
		}
		work, err := granted(m.Grant, open)
		return fee(m.Licensee, work, answer.Fee, answer.Epoch), err
	case *royaltytypes.MsgCollect:
		answer, ok := answer.(*royaltytypes.MsgCollectResponse)
		if !ok || len(answer.Entries) != len(m.Entries) {
			return nil, errors.New("what was collected has the answer of something else")
		}
		return collected(m, answer), nil
	case *authz.MsgExec:
		answer, ok := answer.(*authz.MsgExecResponse)
		if !ok {
			return nil, errors.New("what was done for others has the answer of something else")
		}
		messages, err := m.GetMessages()
		if err != nil {
			return nil, err
		}
		return inside(messages, answer.Results, open)
	case *agenttypes.MsgAct:
		answer, ok := answer.(*agenttypes.MsgActResponse)
		if !ok {
			return nil, errors.New("an act has the answer of something else")
		}
		return acted(m, answer, open)
	}
	return nil, nil
}

// collected are the payments of a pool to works.
func collected(m *royaltytypes.MsgCollect, answer *royaltytypes.MsgCollectResponse) (lines []Assigned) {
	for i, e := range answer.Entries {
		if m.Entries[i].Contributor.Work.IsZero() {
			continue
		}
		for _, coin := range e.Paid {
			lines = append(lines, Assigned{
				Payer: royaltytypes.PoolAccount(m.Work, m.Version).String(), Work: m.Entries[i].Contributor.Work, Amount: coin, Epoch: e.Epoch,
			})
		}
	}
	return lines
}

// granted is the work that a grant is of.
func granted(id licensetypes.GrantID, open func() (*replay.Chain, error)) (work registrytypes.WorkID, err error) {
	request, err := proto.Marshal(&licensetypes.QueryGrantRequest{Grant: id})
	if err != nil {
		return work, err
	}
	chain, err := open()
	if err != nil {
		return work, err
	}
	answer, err := chain.Ask("/stemma.license.v1.Query/Grant", request)
	if err != nil {
		return work, err
	}
	return answer.(*licensetypes.QueryGrantResponse).Grant.Work, nil
}

// acted are the payments of messages that an agent's key sent for its controller.
func acted(act *agenttypes.MsgAct, answer *agenttypes.MsgActResponse, open func() (*replay.Chain, error)) ([]Assigned, error) {
	messages, err := sdktx.GetMsgs(act.Messages, "act")
	if err != nil {
		return nil, err
	}
	results := make([][]byte, len(answer.Responses))
	for i, r := range answer.Responses {
		if i < len(messages) && r.TypeUrl != sdk.MsgTypeURL(messages[i])+"Response" {
			return nil, errors.New("a message of an act has the answer of something else")
		}
		results[i] = r.Value
	}
	return inside(messages, results, open)
}

// inside are the payments of messages that were executed for others, with their answers.
func inside(messages []sdk.Msg, results [][]byte, open func() (*replay.Chain, error)) (all []Assigned, err error) {
	if len(messages) != len(results) {
		return nil, fmt.Errorf("%d messages were executed for others, with %d answers", len(messages), len(results))
	}
	for i, message := range messages {
		var its proto.Message
		switch message.(type) {
		case *royaltytypes.MsgPay:
			its = &royaltytypes.MsgPayResponse{}
		case *royaltytypes.MsgPayMany:
			its = &royaltytypes.MsgPayManyResponse{}
		case *licensetypes.MsgAcquire:
			its = &licensetypes.MsgAcquireResponse{}
		case *licensetypes.MsgRenewGrant:
			its = &licensetypes.MsgRenewGrantResponse{}
		case *royaltytypes.MsgCollect:
			its = &royaltytypes.MsgCollectResponse{}
		case *authz.MsgExec:
			its = &authz.MsgExecResponse{}
		default:
			continue
		}
		if err := proto.Unmarshal(results[i], its); err != nil {
			return nil, err
		}
		lines, err := payments(message, its, open)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// fee is a payment for a licence; none: nothing was asked for it.
func fee(payer string, work registrytypes.WorkID, amount *sdk.Coin, epoch uint64) []Assigned {
	if amount == nil {
		return nil
	}
	return []Assigned{{Payer: payer, Work: work, Amount: *amount, Epoch: epoch}}
}
