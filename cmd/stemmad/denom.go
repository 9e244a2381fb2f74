package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/origin"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

func denomCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "denom",
		Short: "List the coins that works are paid in, and propose another one",
		Long: `Works are paid in the coins that governance has accepted. A coin of another chain is a voucher here, ibc/ and the
hash of the way that it came by; a vote also says the unit that people write it in, such as USDC.`,
		Example: `  stemmad denom list
  stemmad denom accept transfer/channel-0/uusdc --unit USDC --decimals 6 --propose --from alice`,
		Args: cobra.NoArgs,
	}
	cmd.AddCommand(denomListCmd(), denomAcceptCmd())
	return cmd
}

func denomListCmd() *cobra.Command {
	return asking(&cobra.Command{
		Use:   "list",
		Short: "List the coins that works and fees are paid in",
		Long: `List the coins that works and fees are paid in, with their least amounts, and of those of other chains
from where they come. A symbol says what governance calls a coin: who stands behind it, the chain and the channel say.`,
		Example: "  stemmad denom list",
		Args:    cobra.NoArgs,
	}, listDenoms)
}

// denomLine is a coin as `denom list` prints it for programs.
type denomLine struct {
	Denom string `json:"denom"`
	// Symbol is what people call it; empty: it is written in base units.
	Symbol   string `json:"symbol"`
	Decimals int    `json:"decimals"`
	// Payments: works are paid in it, if with these minima; else fees alone.
	Payments   bool      `json:"payments"`
	MinPayment *math.Int `json:"min_payment,omitempty"`
	MinFlow    *math.Int `json:"min_flow,omitempty"`
	MinPayout  *math.Int `json:"min_payout,omitempty"`
	// FeeRate is what one base unit counts as in fees, in 10^-18 of the base denom's; empty: it pays none.
	FeeRate string    `json:"fee_rate"`
	From    *fromAfar `json:"from,omitempty"`
}

// fromAfar is where a voucher comes from.
type fromAfar struct {
	Path string `json:"path"`
	// Chain is the id of the chain at the other end of the channel, as its light client here knows it.
	Chain      string `json:"chain"`
	Channel    string `json:"channel"`
	DenomThere string `json:"denom_there"`
	Steps      int    `json:"steps"`
}

func listDenoms(ctx context.Context, conn *connect.Conn, _ []string) error {
	rows, fees, err := acceptedDenoms(ctx, conn)
	if err != nil {
		return err
	}
	var lines []denomLine
	for _, d := range rows.Denoms {
		lines = append(lines, denomLine{
			Denom: d.Denom, Payments: true, MinPayment: &d.MinPayment, MinFlow: &d.MinFlow, MinPayout: &d.MinPayout,
		})
	}
	for _, denom := range append([]string{fees.BaseDenom}, feeDenoms(fees)...) {
		if _, err := rows.Accepted(denom); err != nil {
			lines = append(lines, denomLine{Denom: denom})
		}
	}
	for i := range lines {
		line := &lines[i]
		if unit, ok := conn.Units().Of(line.Denom); ok {
			line.Symbol, line.Decimals = unit.Symbol, unit.Decimals
		}
		if rate, pays := fees.Rate(line.Denom); pays {
			line.FeeRate = rate.String()
		}
		if line.From, err = askFrom(ctx, conn, line.Denom, line.Denom); err != nil {
			return err
		}
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Denoms []denomLine `json:"denoms"`
		}{lines})
	}
	return printDenoms(conn, fees, lines)
}

func printDenoms(conn *connect.Conn, fees feemarkettypes.Params, lines []denomLine) error {
	tab := table.New("denom", "unit", ">least payment", ">flows from", ">payouts from", "fees")
	for _, l := range lines {
		amount := func(a *math.Int) string {
			if a == nil {
				return "-"
			}
			return conn.Units().Number(sdk.NewCoin(l.Denom, *a))
		}
		unit, pays := "none", "no"
		if l.Symbol != "" {
			unit = fmt.Sprintf("%s, %d decimals", l.Symbol, l.Decimals)
		}
		if l.FeeRate != "" {
			pays = "yes"
		}
		tab.Row(l.Denom, unit, amount(l.MinPayment), amount(l.MinFlow), amount(l.MinPayout), pays)
	}
	if err := tab.Write(conn.Out()); err != nil {
		return err
	}
	for _, l := range lines {
		if origin.IsVoucher(l.Denom) {
			conn.Say("%s\n  %s", l.Denom, table.Clean(l.From.String()))
		}
	}
	return nil
}

// acceptedDenoms are the parameters of payments and of fees.
func acceptedDenoms(ctx context.Context, conn *connect.Conn) (rows royaltytypes.Params, fees feemarkettypes.Params, err error) {
	payments, err := conn.Royalty().Params(ctx, &royaltytypes.QueryParamsRequest{})
	if err != nil {
		return rows, fees, err
	}
	market, err := feemarkettypes.NewQueryClient(conn).Params(ctx, &feemarkettypes.QueryParamsRequest{})
	if err != nil {
		return rows, fees, err
	}
	return payments.Params, market.Params, nil
}

func feeDenoms(fees feemarkettypes.Params) []string {
	denoms := make([]string, len(fees.Denoms))
	for i, d := range fees.Denoms {
		denoms[i] = d.Denom
	}
	return denoms
}
