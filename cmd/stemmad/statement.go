package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/history/statement"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/progress"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	flagDenom = "denom"
	// balancePage is how many denoms one query returns, maxDenoms bounds all.
	balancePage = 1000
	maxDenoms   = 20_000
	// beginLater is what else to do about states that are gone.
	beginLater = "begin later, or "
	// cachedTitles bounds the titles kept while a statement is written.
	cachedTitles = 10_000
)

// instant is a flag for a block or a time. It is no text to the settings, so that
// STEMMAD_FROM, which names a signer, does not set it.
type instant string

func (i *instant) String() string     { return string(*i) }
func (i *instant) Set(s string) error { *i = instant(s); return nil }
func (*instant) Type() string         { return "height or date" }

func statementCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "statement ACCOUNT|KEY",
		Short: "List all that changed an account's balance, and check it against the bank",
		Long: `Statement lists all that changed an account's balance in a range of blocks:
royalties paid out and withdrawn, parts of contributor pools collected, payments to works, licence fees, deposits into
payment channels and what came back, fees of transactions, what was sent and received, and
everything else as "other". It begins with the bank's balance before the first
block and must end with the bank's balance after the last, to the unit: if it does
not, it says by how much and exits with 1.

Royalties that are earned and not yet paid out are no part of the balance; they are
shown beside it. --from and --to are heights, dates (whole days, UTC) or times
(2027-01-31T12:00:00Z), both included. The node is asked for every block of the
range, some thousand a second, and must still have it: an archive node has all.`,
		Example: `  stemmad statement alice
  stemmad statement alice --from 2026-01-01 --to 2026-12-31 --denom uusdc --format csv > 2026.csv`,
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().Var(new(instant), flags.FlagFrom, "first block, or date of it (default: the node's first)")
	cmd.Flags().Var(new(instant), flagTo, "last block, or date of it (default: the latest)")
	cmd.Flags().String(flagDenom, "", "only this denom, such as uusdc or USDC (default: all)")
	cmd.Flags().String(flagFormat, "", "table, csv or json (default: table)")
	return asking(cmd, writeStatement)
}

// drawing is a statement being made.
type drawing struct {
	conn    *connect.Conn
	span    blocks.Span
	head    statement.Head
	denom   string
	reader  *statement.Reader
	names   map[string]string
	titles  map[registrytypes.WorkID]string
	ledger  *statement.Ledger
	writer  statement.Writer
	account string
}

func writeStatement(ctx context.Context, conn *connect.Conn, args []string) error {
	d := &drawing{conn: conn, names: conn.KeyNames(), titles: map[registrytypes.WorkID]string{}, denom: conn.Flags().Text(flagDenom)}
	out := bufio.NewWriter(conn.Out())
	var err error
	if d.writer, err = writerFor(conn, out); err != nil {
		return err
	}
	if d.denom != "" && sdk.ValidateDenom(d.denom) != nil {
		return fmt.Errorf("--%s %q is not a denom such as uusdc", flagDenom, d.denom)
	}
	account, err := conn.Account(args[0])
	if err != nil {
		return err
	}
	d.account = account.String()
	d.settleDenom(ctx)
	if err := d.locate(ctx); err != nil {
		return err
	}
	if err := d.begin(ctx); err != nil {
		return err
	}
	if err := d.writer.Open(d.head, d.ledger.Sums()); err != nil {
		return err
	}
	if err := d.read(ctx); err != nil {
		return errors.Join(out.Flush(), err)
	}
	bank, waiting, err := d.balances(ctx, d.head.To)
	if err != nil {
		return errors.Join(out.Flush(), err)
	}
	differs := d.ledger.Close(bank, waiting)
	return errors.Join(d.writer.Close(d.ledger.Sums(), differs), out.Flush(), differs)
}

func writerFor(conn *connect.Conn, out *bufio.Writer) (statement.Writer, error) {
	switch format := conn.Flags().Text(flagFormat); {
	case format == "json", format == "" && conn.JSON():
		return statement.JSON(out), nil
	case format == "csv":
		return statement.CSV(out), nil
	case format == "", format == "table":
		return statement.Text(out), nil
	default:
		return nil, fmt.Errorf("--%s is table, csv or json, not %q", flagFormat, format)
	}
}

// locate finds the blocks of the range.
func (d *drawing) locate(ctx context.Context) error {
	node, err := d.conn.GetNode()
	if err != nil {
		return err
	}
	if d.span, err = blocks.Open(ctx, node); err != nil {
		return err
	}
	d.head = statement.Head{ChainID: d.span.ChainID, Account: d.account}
	// What the flags have is what a person wrote.
	if d.head.From, err = d.span.From(ctx, d.conn.Flags().Lookup(flags.FlagFrom).Value.String()); err != nil {
		return fmt.Errorf("--%s: %w", flags.FlagFrom, err)
	}
	if d.head.To, err = d.span.To(ctx, d.conn.Flags().Lookup(flagTo).Value.String()); err != nil {
		return fmt.Errorf("--%s: %w", flagTo, err)
	}
	if d.head.From > d.head.To {
		return fmt.Errorf("no block is in this range: it would begin at %d and end at %d", d.head.From, d.head.To)
	}
	if d.head.FromTime, err = d.span.Time(ctx, d.head.From); err != nil {
		return err
	}
	d.head.ToTime, err = d.span.Time(ctx, d.head.To)
	return err
}

// settleDenom takes a unit's symbol, USDC, for its denom, and says where there is nothing of a denom on the chain: a
// statement of a mistyped one would say that nothing moved. There may have been some before, so it goes on.
func (d *drawing) settleDenom(ctx context.Context) {
	if d.denom == "" {
		return
	}
	res, err := banktypes.NewQueryClient(d.conn).SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: d.denom})
	if err != nil || !res.Amount.IsZero() {
		return
	}
	var known []string
	for _, unit := range d.conn.Units().All() {
		if strings.EqualFold(unit.Symbol, d.denom) {
			d.denom = unit.Denom
			return
		}
		known = append(known, unit.Denom)
	}
	d.conn.Note("There is nothing of %q on this chain; denoms are, among others: %s.", d.denom, strings.Join(known, ", "))
}

// begin opens the ledger. There is no state before the chain's first block: its
// balance is that after the block, less what the block did.
func (d *drawing) begin(ctx context.Context) error {
	modules, err := d.modules(ctx)
	if err != nil {
		return err
	}
	d.reader = statement.NewReader(d.account, d.denom, modules)
	d.head.Genesis = d.span.Whole && d.head.From == d.span.First.Height
	if !d.head.Genesis {
		if d.head.From == d.span.First.Height {
			// Its blocks are pruned to here; its state may reach further back.
			d.conn.Note("This node has no blocks before %d.", d.span.First.Height)
		}
		bank, waiting, err := d.balances(ctx, d.head.From-1)
		d.ledger = statement.NewLedger(bank, waiting)
		return err
	}
	bank, waiting, err := d.balances(ctx, d.head.From)
	if err != nil {
		return err
	}
	results, err := d.span.Results(ctx, d.head.From)
	if err != nil {
		return err
	}
	lines, err := d.reader.Lines(results)
	if err != nil {
		return err
	}
	d.ledger = statement.Before(bank, waiting, lines)
	return nil
}

// modules lists the accounts of modules, and names them.
func (d *drawing) modules(ctx context.Context) ([]string, error) {
	res, err := authtypes.NewQueryClient(d.conn).ModuleAccounts(ctx, &authtypes.QueryModuleAccountsRequest{})
	if err != nil {
		return nil, err
	}
	var addresses []string
	for _, packed := range res.Accounts {
		var account sdk.AccountI
		if err := d.conn.InterfaceRegistry.UnpackAny(packed, &account); err != nil {
			return nil, err
		}
		module, ok := account.(sdk.ModuleAccountI)
		if !ok {
			continue
		}
		address := module.GetAddress().String()
		addresses = append(addresses, address)
		d.names[address] = "module " + module.GetName()
	}
	return addresses, nil
}

// read goes through the blocks, several at once, and writes the lines in order.
func (d *drawing) read(ctx context.Context) error {
	bar := progress.New(d.conn.Err(), "reading", d.head.To-d.head.From+1, progress.Of("blocks"))
	defer bar.Finish()
	return blocks.Each(ctx, d.head.From, d.head.To, bar.Add, d.lines, func(lines []statement.Line) error {
		for _, line := range lines {
			entry := statement.Entry{Line: line, Balance: d.ledger.Add(line), Name: d.names[line.Counterparty], Title: d.title(ctx, line.Work)}
			if err := d.writer.Write(entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// lines reads one block, and its time and hashes if it has something to tell.
func (d *drawing) lines(ctx context.Context, height int64) ([]statement.Line, error) {
	results, err := d.span.Results(ctx, height)
	if err != nil {
		return nil, err
	}
	lines, err := d.reader.Lines(results)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	hashes, at, err := d.span.Hashes(ctx, height)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		lines[i].Time = at
		if tx, ok := lines[i].Place(); ok && tx < len(hashes) {
			lines[i].Tx = strings.ToUpper(hex.EncodeToString(hashes[tx]))
		}
	}
	return lines, nil
}

// title is a work's title, or nothing where it cannot be had: the id says it all.
func (d *drawing) title(ctx context.Context, work string) string {
	id, err := registrytypes.ParseWorkID(work)
	if err != nil {
		return ""
	}
	if len(d.titles) > cachedTitles {
		clear(d.titles)
	}
	title, _ := titleOf(ctx, d.conn, d.titles, id)
	return title
}

// balances returns what the account had after a block: in the bank, and in
// royalties that wait.
func (d *drawing) balances(ctx context.Context, height int64) (bank, waiting sdk.Coins, err error) {
	past := after(ctx, height)
	accounts := banktypes.NewQueryClient(d.conn)
	if d.denom != "" {
		res, err := accounts.Balance(past, &banktypes.QueryBalanceRequest{Address: d.account, Denom: d.denom})
		if err != nil {
			return nil, nil, keptSince(ctx, d.conn, d.span, height, beginLater, err)
		}
		bank = sdk.NewCoins(*res.Balance)
	} else if bank, err = pages(func(page *query.PageRequest) (sdk.Coins, *query.PageResponse, error) {
		res, err := accounts.AllBalances(past, &banktypes.QueryAllBalancesRequest{Address: d.account, Pagination: page})
		return res.GetBalances(), res.GetPagination(), err
	}); err != nil {
		return nil, nil, keptSince(ctx, d.conn, d.span, height, beginLater, err)
	}
	waiting, err = pages(func(page *query.PageRequest) (sdk.Coins, *query.PageResponse, error) {
		res, err := d.conn.Royalty().Balances(past, &royaltytypes.QueryBalancesRequest{Account: d.account, Pagination: page})
		return res.GetBalances(), res.GetPagination(), err
	})
	if d.denom != "" {
		waiting = sdk.NewCoins(sdk.NewCoin(d.denom, waiting.AmountOf(d.denom)))
	}
	return bank, waiting, keptSince(ctx, d.conn, d.span, height, beginLater, err)
}

// pages asks for all coins of a list.
func pages(ask func(*query.PageRequest) (sdk.Coins, *query.PageResponse, error)) (all sdk.Coins, err error) {
	page := &query.PageRequest{Limit: balancePage}
	for {
		coins, next, err := ask(page)
		if err != nil {
			return nil, err
		}
		all = append(all, coins...)
		if len(next.GetNextKey()) == 0 {
			return all, nil
		}
		if len(all) >= maxDenoms {
			return nil, fmt.Errorf("the account has more than %d denoms: choose one with --%s", maxDenoms, flagDenom)
		}
		page = &query.PageRequest{Limit: balancePage, Key: next.NextKey}
	}
}
