package refusal_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	song, remix = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	alike, free = licensetypes.TermsID{3}, licensetypes.TermsID{4}
)

type names struct{}

func (names) Work(_ context.Context, id registrytypes.WorkID) string {
	return fmt.Sprintf("<work %d>", id[0])
}
func (names) Terms(id licensetypes.TermsID) string { return fmt.Sprintf("<terms %d>", id[0]) }
func (names) Account(account string) string        { return account + " (me)" }
func (names) Amount(text string) string            { return "<" + text + ">" }

func tried(t *testing.T, err error) *refusal.Error {
	t.Helper()
	var refused *refusal.Error
	codespace, code, _, found := client.CodeOf(err.Error())
	require.True(t, found, err)
	require.ErrorAs(t, refusal.Of(&client.TxError{Codespace: codespace, Code: code, Log: err.Error()}), &refused)
	return refused
}

// Amounts are said in people's units, but for those of commands and ids.
func TestAmountsInRefusals(t *testing.T) {
	said := func(text string) string {
		return refusal.Say(context.Background(), &refusal.Error{Text: text}, names{})
	}
	require.Equal(t, "the bond is <1ustem>: it takes one of <100ustem>,<50uusdc>",
		said("the bond is 1ustem: it takes one of 100ustem,50uusdc"))
	require.Equal(t, "more (stemmad pay x 5uusdc)", said("more (stemmad pay x 5uusdc)"))
	require.Equal(t, "at 5 units", said("at 5 units"))
}

// A command that a refusal names is one to type: its ids stay.
func TestCommandsInRefusalsStay(t *testing.T) {
	owner := sdk.AccAddress("owner_______________")
	work := registrytypes.Work{Owner: owner, OnOffer: true}
	err := work.CheckControl(song, owner, registrytypes.ActOffer)
	require.ErrorIs(t, err, registrytypes.ErrOnOffer)
	said := refusal.Say(context.Background(), tried(t, err), names{})
	require.Contains(t, said, "<work 1> is on offer to a new owner")
	require.Contains(t, said, "(stemmad transfer --cancel "+song.String()+")")
}

// Refusals in the forms that the chain writes come out with their sentence, the names of
// works and licences, what to do, and the code.
func TestRefusalsAreSaidInPlainWords(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{
			errorsmod.Wrapf(licensetypes.ErrConflict, "sharealike_conflict (%s under %s, %s under %s): no terms comply with all sources of %s: "+
				"leave one out", song, alike, remix, free, remix),
			"Two works that it is made from demand different terms: <work 1> under <terms 3>, <work 2> under <terms 4>; " +
				"leave out one of the two, or ask an owner for other terms [sharealike_conflict]",
		},
		{
			errorsmod.Wrapf(licensetypes.ErrConflict, "sharealike_source (%s under %s), owes_royalty: the open offer of %s under %s breaks it: "+
				"close the offer first", song, alike, remix, free),
			"refused, for these reasons:\n" +
				"  - A work that it was made from demands that whatever is made from it is offered under its own terms: " +
				"<work 1> under <terms 3>; offer it under terms that comply, or do without that source [sharealike_source]\n" +
				"  - The terms allow no further restriction, and the work owes royalties; offer it under terms that allow royalties [owes_royalty]\n" +
				"  In the chain's words: the open offer of <work 2> under <terms 4> breaks it: close the offer first",
		},
		{
			errorsmod.Wrapf(refusedBy(rules.GrantExpired, song.String()+" under "+licensetypes.GrantID{5}.String()), "source %s", song),
			"The grant has ended: <work 1> under " + licensetypes.GrantID{5}.String() + "; renew it: `stemmad grant renew " +
				licensetypes.GrantID{5}.String() + "` [grant_expired]",
		},
		{
			errorsmod.Wrapf(lineagetypes.ErrCycle, "source %s is itself made from %s", song, remix),
			"source <work 1> is itself made from <work 2>: derivation would run in a circle",
		},
	} {
		require.Equal(t, c.want, refusal.Say(context.Background(), tried(t, c.err), names{}))
	}
}

// refusedBy is what the license module writes for a reason.
func refusedBy(code rules.Code, about string) error {
	row, _ := reasons.Of(code)
	return errorsmod.Wrapf(row.Err, "%s: %s (%s): %s", code, row.Sentence, about, row.Remedy)
}

// Of every reason the code, its sentence and nothing of the chain's own form is left.
func TestEveryReasonIsRead(t *testing.T) {
	for _, row := range reasons.All() {
		refused := tried(t, refusedBy(row.Code, song.String()+" under "+alike.String()))
		read := refusal.Read(refused)
		about := []refusal.Party{{Work: song.String(), Under: alike.String()}}
		require.Equal(t, []refusal.Reason{{Code: row.Code, About: about}}, read.Reasons, row.Code)
		require.Empty(t, read.Rest, row.Code)
		space, code, _ := errorsmod.ABCIInfo(row.Err, false)
		require.Equal(t, space, refused.Codespace, row.Code)
		require.Equal(t, code, refused.Code, row.Code)

		var sent *refusal.Error
		require.ErrorAs(t, refusal.Of(&client.TxError{
			Stage: client.Executed, Codespace: space, Code: code, Log: refused.Text,
		}), &sent)
		require.Equal(t, read.Reasons, refusal.Read(sent).Reasons, "in a block too")
	}
}

func TestReportsForPrograms(t *testing.T) {
	refused := tried(t, refusedBy(rules.ExclusiveGranted, song.String()))
	text := refusal.Say(context.Background(), refused, names{})
	report := refusal.NewReport(fmt.Errorf("derive: %w", refused), text)
	require.Equal(t, []string{"exclusive_granted"}, report.Reasons)
	require.Equal(t, "license", report.Codespace)
	require.EqualValues(t, 13, report.Code)
	require.Contains(t, report.Sentence, "a grant is in force")
	require.Contains(t, report.Remedy, "wait for its end")
	require.Equal(t, text, report.Error)

	// What a command finds before it sends anything names its codes itself.
	report = refusal.NewReport(errors.New("x"), "song cannot be adapted:\n  - No [offer_paused]\n  - No [needs_grant] [unknown_code]")
	require.Equal(t, []string{"offer_paused", "needs_grant"}, report.Reasons)
	require.EqualValues(t, 27, report.Code)
	require.Len(t, report.Details, 2)
	report = refusal.NewReport(errors.New("x"), "no such file")
	require.Equal(t, refusal.Report{
		Error: "no such file", Sentence: "no such file", Reasons: []string{}, Details: []refusal.Detail{},
		Denials: []refusal.Denial{}, ToPay: []refusal.Payable{}, Transactions: []connect.Sent{},
	}, report)
	require.ErrorContains(t, refusal.Of(errors.New("connection refused")), "connection refused")
	require.NoError(t, refusal.Of(nil))
}

type denying struct{ list []refusal.Denial }

func (denying) Error() string               { return "no" }
func (d denying) Denials() []refusal.Denial { return d.list }

// What commands find of several sources is all told, with its reasons.
func TestReportsOfDenials(t *testing.T) {
	denial := func(code rules.Code) error {
		return denying{[]refusal.Denial{{Work: song, Reasons: []refusal.Reason{{Code: code, About: []refusal.Party{{Work: song.String()}}}}}}}
	}
	err := fmt.Errorf("2 of 2: %w", errors.Join(denial(rules.NeedsGrant), fmt.Errorf("more: %w", denial(rules.NoDerivatives))))
	report := refusal.NewReport(err, "no [needs_grant]")
	require.Len(t, report.Denials, 2)
	require.Equal(t, []string{"needs_grant", "no_derivatives"}, report.Reasons)
	require.Equal(t, song.String(), report.Details[0].About[0].Work)
	require.Len(t, report.Details, 2, "each once")
}

// A trial tells an error by its words alone, so every error of the modules is known here.
func TestEveryErrorIsKnown(t *testing.T) {
	for _, module := range []string{"registry", "royalty", "license", "lineage", "dispute", "feemarket", "agent"} {
		file, err := parser.ParseFile(token.NewFileSet(), "../../../../x/"+module+"/types/errors.go", nil, 0)
		require.NoError(t, err)
		found := 0
		ast.Inspect(file, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is || len(call.Args) < 3 {
				return true
			}
			last, is := call.Args[len(call.Args)-1].(*ast.BasicLit)
			require.True(t, is)
			words, err := strconv.Unquote(last.Value)
			require.NoError(t, err)
			refused := tried(t, errors.New("x: "+words))
			require.Equal(t, "x: "+words, refused.Text)
			found++
			return true
		})
		require.NotZero(t, found, module)
	}
}

// Commands compare a refusal by the errors of the modules, on its way through other errors too.
func TestARefusalIsTheChainsError(t *testing.T) {
	err := fmt.Errorf("transaction 2 of 3: %w", refusal.By(registrytypes.ErrAlreadyWithdrawn.Wrap("all")))
	require.ErrorIs(t, err, registrytypes.ErrAlreadyWithdrawn)
	require.NotErrorIs(t, err, registrytypes.ErrAlreadyClaimed)
	require.NotErrorIs(t, err, errors.New("already withdrawn"))
	require.NotErrorIs(t, &refusal.Error{}, registrytypes.ErrAlreadyWithdrawn)
}
