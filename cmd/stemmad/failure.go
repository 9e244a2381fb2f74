package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/limits"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// failure is why a verb failed, as people read it. It still is the same error to errors.Is
// and errors.As.
type failure struct {
	err  error
	text string
	// json: the verb was to answer programs.
	json bool
	// sent is what was sent before.
	sent []connect.Sent
}

func (f failure) Error() string { return f.text }
func (f failure) Unwrap() error { return f.err }

// failed makes the error of a verb readable, and prints what others have to sign or to vote on, which is no
// failure. Where the chain refused a transaction, its words are put as people know reasons, works and
// licences; what the verb added stays.
func failed(ctx context.Context, conn *connect.Conn, err error) error {
	if err == nil {
		return nil
	}
	var handed *send.Handed
	if errors.As(err, &handed) {
		return handed.Print(conn)
	}
	sent := conn.Sent()
	if ctx.Err() != nil {
		err = interrupted(err, sent)
	}
	text := connect.Plain(err).Error()
	var refused *refusal.Error
	if errors.As(err, &refused) {
		said := refusal.Say(ctx, refused, newChainNames(ctx, conn))
		text = strings.Replace(text, client.Tidy(refused.Error()), said, 1)
	}
	return failure{err, text, conn.JSON(), sent}
}

// chainNames names what a refusal is about, by asking the chain.
type chainNames struct {
	*limits.Speaker
	terms    words.Namer
	accounts map[string]string
	conn     *connect.Conn
}

func newChainNames(ctx context.Context, conn *connect.Conn) chainNames {
	terms := termsNamer(ctx, conn)
	return chainNames{limits.NewSpeaker(conn, terms), terms, conn.KeyNames(), conn}
}

func (n chainNames) Terms(id licensetypes.TermsID) string { return n.terms(id) }
func (n chainNames) Account(account string) string        { return accountName(account, n.accounts) }

// Amount says an amount as it is signed: in people's units, with the base units.
func (n chainNames) Amount(text string) string {
	coin, err := amounts.ParseCoin(text)
	if err != nil {
		return text
	}
	return n.conn.Units().Exact(coin)
}

// printFailure prints an error once: in words, or for programs as one line of JSON.
func printFailure(root *cobra.Command, stderr io.Writer, err error, report refusal.Report) {
	var verb failure
	if (errors.As(err, &verb) && verb.json) || asksJSON(root) {
		report.Transactions = append(report.Transactions, verb.sent...)
		var text bytes.Buffer
		out := json.NewEncoder(&text)
		out.SetEscapeHTML(false) // "<" and "&" stand in sentences
		if out.Encode(report) == nil {
			_, _ = stderr.Write(table.JSON(text.Bytes()))
			return
		}
	}
	fmt.Fprintln(stderr, "Error:", table.Lines(report.Error))
}

// askedJSON is an annotation of the root whose command line asks for JSON, wherever it can't be read.
const askedJSON = "asked-json"

// asksJSON says whether the command line asks for JSON.
func asksJSON(cmd *cobra.Command) bool {
	asked := cmd.Annotations[askedJSON] != ""
	if f := cmd.Flags().Lookup(flags.FlagOutput); f != nil && f.Changed {
		asked = asked || f.Value.String() == flags.OutputFormatJSON
	}
	for _, sub := range cmd.Commands() {
		asked = asked || asksJSON(sub)
	}
	return asked
}
