package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/client/x402"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
)

// maxShown is how much is printed of what was fetched, in bytes; more goes to a file.
const maxShown = 1 << 20

func fetchCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fetch URL",
		Short: "Fetch something by HTTP, and pay for it where it says what it costs (x402)",
		Long: `Fetch asks for an address. Where the server says what it costs (402, x402 version 2), fetch first shows
that the key is yours, which is enough for what you may use already; else it pays at most --max-fee, by a transaction that it hands to
the server, and prints what comes back. The price and the fee are shown before you sign; a fee above --max-network-fee is refused, since
what it costs the node says, unless you name it yourself (--fees). Servers that speak it are portals, paywalls ("stemma-portal paywall") and others with works of this chain.

Where no answer comes, what was handed over may still be paid. It is kept, and the same command shows the same payment again: you get
what was paid, or learn that nothing was. Nothing is paid twice.

A grant is acquired so too: the answer of a portal names it, and it is yours on the chain.`,
		Example: `  stemmad fetch 'https://example.org/x402/works/work1...?use=copy&commercial=true' --max-fee '5.00 USDC' --from buyer
  stemmad fetch https://example.org/photos/a.jpg --max-fee '0.25 USDC' --out a.jpg --from buyer --agent agent1...`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagMaxFee, "", "most to pay, such as '5.00 USDC' or 5000000uusdc; its denom picks the price")
	f.String(flagMaxNetworkFee, "", "most that the transaction may cost beside the price, such as '0.10 USDC', if its fee is in that denom "+
		"(default: 50000 base units, 0.05 of most tokens)")
	f.String(flagOut, "", "file to write what comes back to (default: text is printed)")
	return sending(cmd, fetch)
}

func fetch(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	address := args[0]
	if u, err := url.Parse(address); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%q is no address on the web: write https://HOST/PATH", address)
	}
	most, err := maxFee(conn)
	if err != nil {
		return err
	}
	purse, err := sender.Purse()
	if err != nil {
		return err
	}
	if s := conn.Flags().Text(flagMaxNetworkFee); s != "" {
		coin, err := conn.Coin(s)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagMaxNetworkFee, err)
		}
		purse.MaxNetworkFee = sdk.NewCoins(coin)
	}
	buyer := x402.Buyer{
		Purse: purse, Book: x402.OpenBook(filepath.Join(conn.HomeDir, "payments", conn.ChainID)),
		Choose: func(asked x402.Required) (x402.Requirement, error) { return affordable(conn, asked, most) },
		Agree: func(r x402.Requirement, fee sdk.Coins) error {
			price, err := r.Coin()
			if err != nil {
				return err
			}
			if sender.DryRun() {
				return dryFetch{address, price.String(), conn.Units().Exact(price), r.PayTo}
			}
			return sender.Agree(fmt.Sprintf("Pay %s for %s (%s).", conn.Units().Exact(price), table.Clean(r.Extra.Resource), r.PayTo), fee)
		},
	}
	fetched, err := buyer.Fetch(ctx, address)
	if err != nil {
		return fetchFailed(conn, sender, address, err)
	}
	defer fetched.Body.Close()
	if err := printFetched(conn, address, fetched); err != nil {
		return err
	}
	return fetched.Done()
}

// dryFetch ends --dry-run before anything is signed.
type dryFetch struct{ url, price, shown, payTo string }

func (d dryFetch) Error() string {
	return fmt.Sprintf("%s would be paid to %s: nothing was signed (--%s)", d.shown, table.Clean(d.payTo), flags.FlagDryRun)
}

func (d dryFetch) print(conn *connect.Conn) error {
	if conn.JSON() {
		return conn.PrintJSON(struct {
			URL    string `json:"url"`
			DryRun bool   `json:"dry_run"`
			Price  string `json:"price"`
			PayTo  string `json:"pay_to"`
		}{d.url, true, d.price, d.payTo})
	}
	conn.Say("%s", d.Error())
	return nil
}

// affordable picks what is asked for in the denom of the most to pay.
func affordable(conn *connect.Conn, asked x402.Required, most *sdk.Coin) (x402.Requirement, error) {
	var prices []refusal.Payable
	for _, r := range asked.Accepts {
		price, err := r.Coin()
		if err != nil || r.Scheme != x402.Exact {
			continue
		}
		if price.IsZero() || most != nil && most.Denom == price.Denom && price.Amount.LTE(most.Amount) {
			return r, nil
		}
		prices = append(prices, refusal.Payable{
			Amount: price.Amount.String(), Denom: price.Denom, Shown: conn.Units().Exact(price), Payee: r.PayTo, Resource: r.Extra.Resource,
		})
	}
	if len(prices) == 0 {
		return x402.Requirement{}, errors.New("the server takes no payment that this command can make")
	}
	return x402.Requirement{}, exitError{code: exitNeedsGrant, err: priceError(prices)}
}

// priceError says what something costs, where less was agreed to.
type priceError []refusal.Payable

func (e priceError) Error() string {
	prices := make([]string, len(e))
	for i, p := range e {
		prices[i] = p.Shown
	}
	return fmt.Sprintf("it costs %s: agree to it with --%s", strings.Join(prices, " or "), flagMaxFee)
}

// ToPay has a report say it for programs.
func (e priceError) ToPay() []refusal.Payable { return e }

// fetchFailed gives what a server refuses its exit code.
func fetchFailed(conn *connect.Conn, sender *send.Sender, address string, err error) error {
	var no *x402.Refusal
	var fee *x402.NetworkFeeError
	var not *x402.NotHadError
	var away *url.Error
	var dry dryFetch
	switch {
	case errors.As(err, &dry):
		return dry.print(conn)
	case errors.Is(err, x402.ErrOpen):
		return exitError{code: exitUndecided, err: err}
	case errors.As(err, &no) && no.Reason == x402.InsufficientFunds:
		return exitError{code: exitFunds, err: err}
	case errors.As(err, &fee):
		return exitError{code: exitNeedsGrant, err: fmt.Errorf("not paid: %s: by what the node says the transaction costs a fee of %s, and at most %s are agreed to: "+
			"ask another node (--%s), or agree to it with --%s", x402.NetworkFee, conn.Units().Exact(fee.Fee), conn.Units().Exact(fee.Most), flags.FlagNode,
			flagMaxNetworkFee)}
	case errors.As(err, &no) && (no.Reason == x402.Replayed || no.Reason == x402.Forgotten):
		return exitError{code: exitFailed, err: fmt.Errorf("not handed over: %w", errors.New(table.Clean(no.Error())))}
	case errors.As(err, &no):
		return exitError{code: exitFailed, err: fmt.Errorf("not paid: %w", errors.New(table.Clean(no.Error())))}
	case errors.As(err, &not):
		code := map[int]int{http.StatusForbidden: exitDenied, http.StatusNotFound: exitNotFound, http.StatusServiceUnavailable: exitRetry}[not.Status]
		if code == 0 {
			code = exitFailed
		}
		return exitError{code: code, err: errors.New(table.Clean(not.Error()))}
	case errors.As(err, &away) && away.URL == address && errors.Is(err, syscall.ECONNREFUSED):
		// Else it would be taken for the node, which --node names.
		return exitError{code: exitUnreachable, err: fmt.Errorf("nothing listens at %s: is that where the server is?", table.Clean(address))}
	}
	return sender.Explained(err)
}

// printFetched writes what came back: to a file, or as text.
func printFetched(conn *connect.Conn, address string, fetched x402.Fetched) error {
	paid := "nothing was to be paid"
	if s := fetched.Settlement; s != nil && s.Transaction != "" {
		paid = "paid by transaction " + table.Clean(s.Transaction)
	}
	if path := conn.Flags().Text(flagOut); path != "" {
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		n, err := io.Copy(file, fetched.Body)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("%s: %w; fetch it again, which pays nothing twice for some minutes", path, err)
		}
		if conn.JSON() {
			return conn.PrintJSON(fetchedJSON{address, fetched.Settlement, path, n, nil})
		}
		conn.Say("%s: %d bytes, %s", path, n, paid)
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(fetched.Body, maxShown+1))
	if err != nil {
		return err
	}
	if len(raw) > maxShown || !utf8.Valid(raw) {
		return fmt.Errorf("what came back is no text of at most %d bytes: fetch it again with --%s FILE, which pays nothing twice for some minutes", maxShown, flagOut)
	}
	if conn.JSON() {
		var body json.RawMessage
		if json.Valid(raw) {
			body = bytes.TrimSpace(raw)
		} else if body, err = json.Marshal(string(raw)); err != nil {
			return err
		}
		return conn.PrintJSON(fetchedJSON{address, fetched.Settlement, "", int64(len(raw)), body})
	}
	conn.Note("%s", words.Capital(paid))
	for line := range strings.Lines(string(raw)) {
		conn.Say("%s", table.Clean(strings.TrimRight(line, "\r\n")))
	}
	return nil
}

// fetchedJSON is what was fetched, for programs.
type fetchedJSON struct {
	URL        string           `json:"url"`
	Settlement *x402.Settlement `json:"settlement"`
	File       string           `json:"file,omitempty"`
	Bytes      int64            `json:"bytes"`
	// Body is what came back: JSON as it is, other text as a string.
	Body json.RawMessage `json:"body,omitempty"`
}
