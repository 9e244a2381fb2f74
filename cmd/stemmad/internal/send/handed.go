package send

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/internal/durably"
)

// Handed ends a verb whose transaction is not its own to send: it is written for others to sign, or put to
// the vote. It is an error, so that no verb goes on as if it had happened, and no failure: the command
// prints it and has done what it could.
type Handed struct {
	// Unsigned is written for others to sign; nil: it is put to the vote.
	Unsigned *Unsigned `json:"unsigned,omitempty"`
	// Proposal is its number; 0 where nothing was sent, or nobody waited.
	Proposal uint64 `json:"proposal,omitempty"`
	// Tx is the transaction with the proposal.
	Tx *Result `json:"tx,omitempty"`
	// More: the verb has further transactions, which it makes when it is run again after this one.
	More bool `json:"more"`
	// Next are the commands that follow, in order.
	Next []string `json:"next"`

	sentences []string
}

// Unsigned is a transaction in a file.
type Unsigned struct {
	File string `json:"file"`
	// Account signs, with Needed of Members; Needed is 0 where it is one key.
	Account string   `json:"account"`
	Needed  int      `json:"needed,omitempty"`
	Members []Member `json:"members,omitempty"`
	// Chain, Number and Sequence are signed with it, and are not in the file.
	Chain    string `json:"chain_id"`
	Number   uint64 `json:"account_number,string"`
	Sequence uint64 `json:"sequence,string"`
	Gas      uint64 `json:"gas,string"`
	Fee      string `json:"fee"`
	// Asked is what the chain asks for now, where the fee is less.
	Asked string `json:"fee_asked,omitempty"`
	// Replaced: there was another transaction in the file, whose signatures don't hold for this one.
	Replaced bool `json:"replaced"`
}

// Member is a key of several.
type Member struct {
	// Name it has in the keyring; empty: none.
	Name    string `json:"name,omitempty"`
	Address string `json:"address"`
}

func (h *Handed) Error() string { return "it is not done yet: " + strings.Join(h.sentences, " ") }

// Print says what there is now and what follows.
func (h *Handed) Print(conn *connect.Conn) error {
	if conn.JSON() {
		return conn.PrintJSON(h)
	}
	for _, sentence := range h.sentences {
		conn.Say("%s", sentence)
	}
	if h.More {
		conn.Say("This is not all: once it is in a block run the same command again, which makes the next transaction.")
	}
	if conn.Flags().Text("proof") != "" {
		conn.Say("No proof is kept by this command: once it is in a block make it with \"stemmad prove\".")
	}
	return nil
}

// readHanded says whether others sign: the key is several people's, its secret is elsewhere, or --generate-only
// asks for it.
func (s *Sender) readHanded() error {
	record, err := s.conn.Keyring.Key(s.Name)
	if err != nil {
		return err
	}
	kind := record.GetType()
	s.others = s.conn.Flags().Is(flags.FlagGenerateOnly) || kind == keyring.TypeMulti || kind == keyring.TypeOffline
	if !s.others && s.conn.Flags().Text(flags.FlagOutputDocument) != "" {
		return fmt.Errorf("--%s is for a transaction that others sign: add --%s", flags.FlagOutputDocument, flags.FlagGenerateOnly)
	}
	return nil
}

// hand writes the draft for those who sign it.
func (s *Sender) hand(ctx context.Context, what string, draft client.Draft) error {
	made, err := s.chain.Unsigned(ctx, draft)
	if err != nil {
		return s.explained(err)
	}
	file := cmp.Or(s.conn.Flags().Text(flags.FlagOutputDocument), fmt.Sprintf("unsigned-%d.json", made.Sequence))
	if file == "-" {
		return errors.New("name a file with --" + flags.FlagOutputDocument + ": the output says what follows")
	}
	tx := slices.Concat(made.Tx, []byte("\n"))
	before, err := os.ReadFile(file)
	replaced := err == nil && !bytes.Equal(before, tx)
	if err := durably.Write(file, tx); err != nil {
		return err
	}
	u := &Unsigned{
		File: file, Account: s.chain.Signer(), Chain: made.Chain, Number: made.Number, Sequence: made.Sequence,
		Gas: draft.Gas, Fee: feeText(draft.Fee), Replaced: replaced,
	}
	h := &Handed{Unsigned: u}
	h.sentences = []string{
		what, fmt.Sprintf("Written to %s, for a fee of %s. It is not signed, and nothing was sent.", table.Clean(file), s.exactly(draft.Fee)),
	}
	if asks := s.tooLittle(ctx, draft); len(asks) > 0 {
		u.Asked = feeText(asks)
		h.sentences = append(h.sentences, fmt.Sprintf("The chain asks for more now, %s: with this fee it is likely refused when it is sent.",
			s.exactly(asks)))
	}
	if replaced {
		h.sentences = append(h.sentences, "The file had another transaction: signatures of that one don't hold for this one.")
	}
	if joint, ok := s.signer.PubKey().(multisig.PubKey); ok {
		u.Needed = int(joint.GetThreshold())
		s.namesMembers(u, joint)
		s.severalSign(h)
	} else {
		s.oneSigns(h)
	}
	return h
}

// tooLittle is what the chain asks for now where the person named a fee, or a price, that is less; else, or where nobody says, nothing.
func (s *Sender) tooLittle(ctx context.Context, draft client.Draft) sdk.Coins {
	if s.conn.Flags().Text(flags.FlagFees) == "" && s.conn.Flags().Text(flags.FlagGasPrices) == "" {
		return nil
	}
	prices, err := s.chain.Client().Prices(ctx)
	if err != nil {
		return nil
	}
	var first sdk.Coins
	for _, price := range prices {
		ask := sdk.NewCoin(price.Denom, price.Amount.MulInt(math.NewIntFromUint64(draft.Gas)).Ceil().TruncateInt())
		if draft.Fee.AmountOf(ask.Denom).GTE(ask.Amount) {
			return nil
		}
		if first == nil {
			first = sdk.NewCoins(ask)
		}
	}
	return first
}

// namesMembers lists the keys of an account of several.
func (s *Sender) namesMembers(u *Unsigned, joint multisig.PubKey) {
	names := s.conn.KeyNames()
	for _, key := range joint.GetPubKeys() {
		address := sdk.AccAddress(key.Address()).String()
		u.Members = append(u.Members, Member{names[address], address})
	}
}

// severalSign says how an account of several signs.
func (s *Sender) severalSign(h *Handed) {
	u := h.Unsigned
	var who, signed []string
	for i, m := range u.Members {
		name := cmp.Or(m.Name, m.Address)
		who = append(who, name)
		if i < u.Needed {
			signed = append(signed, signedBy(name, u.Sequence))
		}
	}
	h.Next = []string{
		fmt.Sprintf("stemmad tx sign %s --multisig %s --from NAME %s --%s %s", word(u.File), s.Name, u.place(),
			flags.FlagOutputDocument, signedBy("NAME", u.Sequence)),
		fmt.Sprintf("stemmad tx multi-sign %s %s %s %s --%s %s", word(u.File), s.Name, strings.Join(signed, " "), u.place(),
			flags.FlagOutputDocument, signedFile(u.Sequence)),
		broadcast(u.Sequence),
	}
	h.sentences = append(h.sentences,
		fmt.Sprintf("%d of these sign it, each with the own name for NAME, also on a machine without a node: %s", u.Needed,
			strings.Join(who, ", ")),
		"  "+h.Next[0],
		"Whoever has their files puts them together, such as:",
		"  "+h.Next[1],
		"and sends it:",
		"  "+h.Next[2])
}

// oneSigns says how a key that is elsewhere signs.
func (s *Sender) oneSigns(h *Handed) {
	u := h.Unsigned
	h.Next = []string{
		fmt.Sprintf("stemmad tx sign %s --from %s %s --%s %s", word(u.File), s.Name, u.place(), flags.FlagOutputDocument, signedFile(u.Sequence)),
		broadcast(u.Sequence),
	}
	h.sentences = append(h.sentences, "Sign it, also on a machine without a node:", "  "+h.Next[0], "Send it:", "  "+h.Next[1])
}

// place is what a machine without a node is told.
func (u *Unsigned) place() string {
	return fmt.Sprintf("--%s --%s %s --%s %d --%s %d", flags.FlagOffline, flags.FlagChainID, u.Chain,
		flags.FlagAccountNumber, u.Number, flags.FlagSequence, u.Sequence)
}

func signedBy(name string, sequence uint64) string { return fmt.Sprintf("%s-%d.json", name, sequence) }
func signedFile(sequence uint64) string            { return signedBy("signed", sequence) }

func broadcast(sequence uint64) string {
	return "stemmad tx broadcast " + signedFile(sequence) + " --output json | stemmad query wait-tx"
}

// word is a file's name as a shell reads it.
func word(file string) string {
	if strings.ContainsAny(file, " \t'\"$&;|<>()*?`\\") {
		return "'" + strings.ReplaceAll(file, "'", `'\''`) + "'"
	}
	return file
}

// decimal is a number of a proposal, for a command.
func decimal(n uint64) string { return strconv.FormatUint(n, 10) }
