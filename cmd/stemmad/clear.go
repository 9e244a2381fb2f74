package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/termspec/licences"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/permitted"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagUse       = "use"
	flagTerritory = "territory"
	flagMedium    = "medium"
	flagAs        = "as"
	flagTerms     = "terms"
	flagForWork   = "for"
	flagUsesOf    = "uses-of"
	flagManifest  = "manifest"
	flagList      = "list"
	flagItem      = "item"
	flagContrib   = "contributor"
	flagItemTerms = "item-terms"
	flagReport    = "report"
)

func clearCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "clear WORK|FILE|SHA256|FOLDER --use USE",
		Short: "Ask whether you may use a work, and at what price",
		Long: `Clear asks the chain whether a work may be used for something, and prints ALLOWED,
NEEDS A GRANT with the offers and their prices, or DENIED with the reasons, each
with its stable code; and what you have to do when you use it, such as the credit
line; and notices, such as that others claim the content too. Of a file or SHA-256
that several accounts claim, the earliest claim answers; name a work id to ask about
another.

USE is one of ` + strings.Join(rights.ActionWords(), ", ") + `.
Without --territory it is meant everywhere, without --medium in every medium,
without --until now only. The answer is for anybody, unless --as or --from says
who asks. --terms asks about one offer or grant only.

With --buy the cheapest offer that serves is acquired, at the price shown; then it asks
again. Where sources that the work was made from ask for something too, all that is needed
is acquired in one transaction, or nothing; --max-fee is the most for all of it. Of a grant
and a pass of a source at the same price the pass is taken: a grant serves one derivative or
model, unless its terms say more, and a pass any number. --for names the work of yours that
is made: a grant that is reserved for it, or an approval of it, counts then, and with --buy
the grant is reserved for it.

--use is one of
` + words.Explained(words.Uses()) + `
An advertisement is a commercial use of one of them: --use perform --commercial where it is shown,
distribute where it is handed out, adapt where it is made from the work.

With --manifest it asks about a whole dataset of up to 100,000 rows, all at one
height, and so it does about all files of a folder: a table with a column work, sha256 or id (other columns are kept) as a
spreadsheet saves it, what sha256sum prints, or a bare list of ids and digests.
--report writes verdict, reasons, permission, price (of each work the cheapest that
serves) and obligations of every row as .csv (what it is about in lines of
"# key: value" on top) or .json, with the chain id, height, block time and app hash
that it was decided at. A report can be cleared again like a manifest. With --output
json and no --report the whole report is printed.

With --item and --contributor it asks about one item of a work's manifest: a dataset, a collection or
an archive. The answer is that of the work, unless who contributed the item, an account or a work, has
taken it back: then it is denied, but to holders of grants that are older. --item-terms names the terms
that the item was given under, where the manifest has some. That the manifest has the item is not asked.

With --list it asks about many: a table with the columns work (or WORK as the argument), sha256 and
contributor, and terms where the manifest has some; or proof, a file that "stemmad dataset prove" wrote of
an item, which is checked by the work's manifests on the chain. A false proof is named by its line, and nothing is asked then.
Rows with neither, and with a work or a sha256 alone, ask about works, as with --manifest, and reports are as there: they say of
each item since when it is taken back, and by which withdrawal.

Exit codes: 0 allowed, 3 needs a grant, 4 denied; for a manifest 4 if any row is
denied or unknown, else 3 if any needs a grant; 5 for a single work that nobody has
registered: then UNKNOWN is printed, as an answer. 1 is for everything else.`,
		Example: `  stemmad clear song.wav --use perform --commercial --territory FR,DE --medium web --until 2027-12-31
  stemmad clear song.wav --use adapt --commercial --as bob --output json
  stemmad clear song.wav --use adapt --commercial --buy --max-fee '5.00 USDC' --from bob
  stemmad clear --manifest dataset.csv --use train-ai --commercial --report cleared.csv
  stemmad clear work1... --list items.csv --use train-ai --as bob --report cleared.csv`,
		Args: cobra.MaximumNArgs(1),
	}
	f := cmd.Flags()
	f.String(flagUse, "", "what for: "+strings.Join(rights.ActionWords(), ", ")+", as explained above")
	f.Bool(flagCommercial, false, "the use is commercial")
	f.StringArray(flagTerritory, nil, "where, as ISO 3166-1 codes: FR,DE (default: everywhere)")
	f.StringArray(flagMedium, nil, "in which media: web,print (default: every medium)")
	f.String(flagUntil, "", "until when: 2027-12-31, a time in RFC 3339, or 30d (default: now only)")
	f.String(flagAs, "", "account or key that would use it (default: anybody)")
	f.String(flagTerms, "", "only count this offer (terms1..., a preset or a licence's name) or grant (grant1...)")
	f.Bool(flagBuy, false, "acquire the cheapest that serves, all that is needed at once")
	f.String(flagMaxFee, "", "most to pay in all with --buy, such as '5.00 USDC' or 5000000uusdc; "+
		"its denom picks the price (not needed with --dry-run)")
	f.String(flagMaxRate, "", "highest royalty rate to accept with --buy, such as 10% (default: the offer's)")
	f.String(flagForWork, "", "the work of yours that is made from it")
	addEncodingFlag(cmd)
	f.String(flagManifest, "", "ask about all rows of a CSV")
	f.String(flagList, "", "ask about all items of a CSV")
	addItemFlags(f)
	f.String(flagReport, "", "write the answers for a manifest to a .csv or .json")
	connect.AddTxFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := signAs(cmd); err != nil {
			return err
		}
		conn, err := connect.Open(cmd)
		if err != nil {
			return err
		}
		return failed(cmd.Context(), conn, clearRights(cmd.Context(), conn, args))
	}
	return cmd
}

// signAs has whoever asks sign what --buy buys, where nobody else is named.
func signAs(cmd *cobra.Command) error {
	f := cmd.Flags()
	as, err := f.GetString(flagAs)
	if err != nil || as == "" || !f.Changed(flagBuy) || f.Changed(flags.FlagFrom) || f.Changed(connect.FlagBy) {
		return err
	}
	return f.Set(flags.FlagFrom, as)
}

// clearRights checks the flags, all before the node is asked anything, and asks.
func clearRights(ctx context.Context, conn *connect.Conn, args []string) error {
	f := conn.Flags()
	dataset, list := f.Text(flagManifest), f.Text(flagList)
	folder := dataset+list == "" && len(args) == 1 && isFolder(args[0])
	switch {
	case folder:
		dataset, args = args[0], nil
	case list != "" && dataset != "":
		return fmt.Errorf("--%s and --%s do not go together: ask about one table at a time", flagList, flagManifest)
	case list != "": // the argument is the work of rows that name none
		dataset = list
	case (dataset == "") == (len(args) == 0):
		return fmt.Errorf("name either a WORK, FILE or SHA-256, or a dataset with --%s (see stemmad clear --help)", flagManifest)
	}
	use, err := rights.ParseUse(rights.Wish{
		Action: f.Text(flagUse), Commercial: f.Is(flagCommercial),
		Territories: f.Texts(flagTerritory), Media: f.Texts(flagMedium), Until: f.Text(flagUntil),
	}, time.Now())
	var wish *rights.WishError
	if errors.As(err, &wish) {
		return fmt.Errorf("--%w", wish) // its words are the flags' names
	}
	if err != nil {
		return err
	}
	if err := clearFlags(ctx, conn, dataset != ""); err != nil {
		return err
	}
	licensee, err := whoAsks(conn)
	if err != nil {
		return err
	}
	if dataset != "" {
		return clearManifest(ctx, conn, dataset, folder, use, licensee)
	}
	return clearWork(ctx, conn, args[0], use, licensee)
}

// clearFlags checks the flags beside those about the use, and refuses those that
// have no meaning together.
func clearFlags(ctx context.Context, conn *connect.Conn, dataset bool) error {
	f := conn.Flags()
	single, buying := []string{flagBuy, flagTerms, flagForWork, flagItem, flagContrib, flagItemTerms}, []string{flagMaxFee, flagMaxRate}
	if dataset {
		typed := "a folder"
		for _, name := range []string{flagManifest, flagList} {
			if f.Changed(name) {
				typed = "--" + name
			}
		}
		for _, name := range append(single, buying...) {
			if f.Changed(name) {
				return fmt.Errorf("--%s is for a single work, not for %s", name, typed)
			}
		}
		return nil
	}
	if _, err := itemAsked(ctx, conn); err != nil {
		return err
	}
	if f.Changed(flagReport) {
		return fmt.Errorf("--%s is for a dataset: name it with --%s", flagReport, flagManifest)
	}
	if s := f.Text(flagTerms); s != "" {
		_, notTerms := licensetypes.ParseTerms(s)
		_, notGrant := licensetypes.ParseGrantID(s)
		if notTerms != nil && notGrant != nil && !licences.IsName(s) {
			return fmt.Errorf("--%s names no grant (grant1...): %w", flagTerms, licences.Unknown(s))
		}
	}
	if f.Changed(flagForWork) && !f.Is(flagBuy) && f.Text(flagAs)+f.Text(flags.FlagFrom)+f.Text(connect.FlagBy) == "" {
		return fmt.Errorf("--%s needs --%s: say whose work it is", flagForWork, flagAs)
	}
	if f.Is(flagBuy) {
		if _, err := maxFee(conn); err != nil {
			return err
		}
		if _, _, err := maxRate(conn); err != nil {
			return err
		}
		if conn.BroadcastMode == flags.BroadcastAsync {
			return fmt.Errorf("--%s async does not go with --%s, which asks again once the grant is there",
				flags.FlagBroadcastMode, flagBuy)
		}
		return nil
	}
	for _, name := range buying {
		if f.Changed(name) {
			return fmt.Errorf("--%s goes with --%s", name, flagBuy)
		}
	}
	return nil
}

// addItemFlags adds the flags that name an item of a work's manifest.
func addItemFlags(f *pflag.FlagSet) {
	f.String(flagItem, "", "item of the work's manifest to ask about: its SHA-256, or a file that has its content")
	f.String(flagContrib, "", "account, key or work that the item comes from")
	f.String(flagItemTerms, "", "terms that the item was given under (terms1... or a preset; default: those of the whole)")
}

// itemAsked is the item that is asked about; nil: the work is.
func itemAsked(ctx context.Context, conn *connect.Conn) (*licensetypes.Item, error) {
	f := conn.Flags()
	sum, from, terms := f.Text(flagItem), f.Text(flagContrib), f.Text(flagItemTerms)
	if sum == "" {
		for _, name := range []string{flagContrib, flagItemTerms} {
			if f.Changed(name) {
				return nil, fmt.Errorf("--%s goes with --%s", name, flagItem)
			}
		}
		return nil, nil
	}
	if from == "" {
		return nil, fmt.Errorf("--%s goes with --%s: the same content may come from several", flagItem, flagContrib)
	}
	item := new(licensetypes.Item)
	named, err := target.Parse(ctx, sum)
	if err == nil && named.Digest == nil {
		err = fmt.Errorf("%s is a work: name the item by its file or SHA-256", sum)
	}
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagItem, err)
	}
	item.Sha256 = *named.Digest
	contributor, err := contributorNamed(conn, from)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flagContrib, err)
	}
	item.Contributor = registrytypes.NewContributor(contributor)
	if terms != "" {
		if item.Terms, err = licensetypes.ParseTerms(terms); err != nil {
			return nil, fmt.Errorf("--%s: %w", flagItemTerms, err)
		}
	}
	return item, nil
}

// whoAsks is the account that would use the work; empty: anybody.
func whoAsks(conn *connect.Conn) (string, error) {
	f := conn.Flags()
	name, flag := f.Text(flagAs), flagAs
	if name == "" {
		name, flag = f.Text(flags.FlagFrom), flags.FlagFrom
	}
	if name == "" {
		name, flag = f.Text(connect.FlagBy), connect.FlagBy
	}
	if name == "" {
		return "", nil
	}
	account, err := conn.Account(name)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flag, err)
	}
	return account.String(), nil
}

// clearing is one question about one argument, and its answer.
type clearing struct {
	conn *connect.Conn
	use  licensetypes.Use
	// argument as it was given, subject as the chain is asked.
	argument string
	subject  string
	// work that is asked about, of several claims to a content the earliest.
	work     target.Work
	title    string
	licensee string
	// item of the work's manifest that is asked about; nil: the work is.
	item *licensetypes.Item
	// derivative is the licensee's work that is made; zero: not known.
	derivative registrytypes.WorkID
	answer     licensetypes.Rights
	decided    time.Time
	bought     []purchase
	// used are the licensee's grants of the work that serve no more, where the use
	// is not allowed.
	used []usedGrant
	// owes is what is made owes, ceilings are what the work itself is under, and capped is
	// the one that what is made comes under; empty: none.
	owes     []debt
	ceilings []capped
	capped   string
	// undeclarable is why what an allowed use makes can't be declared; none: it can.
	undeclarable []licensetypes.Reason
}

func clearWork(ctx context.Context, conn *connect.Conn, argument string, use licensetypes.Use, licensee string) error {
	item, err := itemAsked(ctx, conn)
	if err != nil {
		return err
	}
	c := &clearing{conn: conn, use: use, argument: argument, licensee: licensee, item: item}
	var sender *send.Sender
	if conn.Flags().Is(flagBuy) {
		if sender, err = send.Open(conn); err != nil {
			return err
		}
		if licensee != "" && licensee != sender.Account() {
			return fmt.Errorf("--%s %s can't buy with the key %s: leave --%s out, or sign with that account's key",
				flagAs, licensee, sender.Name, flagAs)
		}
		c.licensee = sender.Account()
	}
	if err := c.find(ctx); isUnregistered(err) {
		return c.unregistered()
	} else if err != nil {
		return err
	}
	only := conn.Flags().Text(flagTerms)
	if _, notGrant := licensetypes.ParseGrantID(only); only != "" && notGrant != nil {
		terms, err := permitted.TermsOf(ctx, conn, conn.Units(), c.work.Id, only)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagTerms, err)
		}
		only = terms.String()
	}
	if err := c.ask(ctx, only); err != nil {
		return err
	}
	if c.answer.Verdict == licensetypes.VERDICT_UNKNOWN {
		return c.unregistered()
	}
	if sender != nil && c.answer.Verdict == licensetypes.VERDICT_NEEDS_GRANT {
		if err := c.buy(ctx, sender); err != nil {
			return err
		}
	}
	if err := c.findUsed(ctx); err != nil {
		return err
	}
	if err := errors.Join(c.readOwing(ctx), c.readDeclaring(ctx), c.readLater(ctx)); err != nil {
		return err
	}
	if err := c.print(ctx); err != nil {
		return err
	}
	return verdictError(c.answer.Verdict)
}

// find resolves the argument. The chain is asked about the work that is shown and
// bought, so that the answer is about no other, even when claims move meanwhile.
func (c *clearing) find(ctx context.Context) (err error) {
	if c.work, err = target.Earliest(ctx, c.conn.Registry(), c.argument); err != nil {
		return err
	}
	if own := c.conn.Flags().Text(flagForWork); own != "" {
		work, err := target.ResolveOwn(ctx, c.conn.Registry(), own, c.licensee)
		if isUnregistered(err) { // about another file than the one that is asked about
			return fmt.Errorf("--%s: %s is not registered: register it first", flagForWork, own)
		}
		if err != nil {
			return fmt.Errorf("--%s: %w", flagForWork, err)
		}
		c.derivative = work.Id
	}
	c.title, c.subject = table.Short(describe.Heading(c.work.Claim)), c.work.Id.String()
	return nil
}

// ask asks the chain; permission, when not empty, is the only one that counts.
func (c *clearing) ask(ctx context.Context, permission string) error {
	res, err := c.conn.License().CheckRights(ctx, &licensetypes.QueryCheckRightsRequest{
		Work: c.subject, Use: c.use, Licensee: c.licensee, Permission: permission, Derivative: c.derivative, Item: c.item,
	})
	if err != nil {
		return err
	}
	c.answer, c.decided = res.Rights, res.DecidedAt
	return nil
}

// errNotAllowed is what a denial or a missing grant is to the program; it was
// printed as the answer.
var errNotAllowed = errors.New("not allowed")

// verdictError is the exit code of a verdict, nil for allowed.
func verdictError(v licensetypes.Verdict) error {
	switch v {
	case licensetypes.VERDICT_ALLOWED:
		return nil
	case licensetypes.VERDICT_NEEDS_GRANT:
		return exitError{code: exitNeedsGrant, err: errNotAllowed, said: true}
	}
	return exitError{code: exitDenied, err: errNotAllowed, said: true}
}
