package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const flagHolder = "holder"

func splitsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "splits WORK|FILE [ACCOUNT=SHARE...]",
		Short: "Show who holds a work's revenue, and preview what a change of shares does",
		Long: `Splits prints who holds a work's revenue. With shares it previews what dividing a
holder's share among these accounts would change: the table after it, what it means
for payers and for how soon the holders are paid, and how many more holders it could
take. Shares are of the whole revenue, as percentages or parts per million, at least
0.01 %, and sum to what the holder has; name the holder too, to keep a part. It sends
nothing and prints the command that does.`,
		Example: `  stemmad splits song.wav
  stemmad splits song.wav bob=30% alice=70% --holder alice`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().String(flagHolder, "", "account or key whose share is divided (default: your only key)")
	return asking(cmd, splits)
}

func splits(ctx context.Context, conn *connect.Conn, args []string) error {
	work, err := target.Earliest(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	if len(args) == 1 {
		res, err := conn.Royalty().Holders(ctx, &royaltytypes.QueryHoldersRequest{Work: work.Id})
		if err != nil {
			return err
		}
		if conn.JSON() {
			return printRaw(conn, res)
		}
		conn.Say("%q (%s)", table.Short(describe.Heading(work.Claim)), work.Id)
		return printHoldings(conn, res.Holders, nil)
	}
	request := &royaltytypes.QueryPreviewSharesRequest{Work: work.Id}
	if request.Holder, err = splitHolder(conn); err != nil {
		return err
	}
	if err := readShares(conn, args[1:], request); err != nil {
		return err
	}
	res, err := conn.Royalty().PreviewShares(ctx, request)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return printRaw(conn, res)
	}
	conn.Say("%q (%s), were the share of %s divided so:", table.Short(describe.Heading(work.Claim)), work.Id, request.Holder)
	if err := printHoldings(conn, res.After, res.Now); err != nil {
		return err
	}
	return sayChange(conn, request, res)
}

// splitHolder is whose share is divided.
func splitHolder(conn *connect.Conn) (string, error) {
	var holder sdk.AccAddress
	var err error
	if name := conn.Flags().Text(flagHolder); name != "" {
		holder, err = conn.Account(name)
	} else {
		_, holder, err = conn.Signer()
	}
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flagHolder, err)
	}
	return holder.String(), nil
}

// readShares reads lines ACCOUNT=SHARE.
func readShares(conn *connect.Conn, lines []string, request *royaltytypes.QueryPreviewSharesRequest) error {
	for _, line := range lines {
		name, share, found := strings.Cut(line, "=")
		if !found {
			return fmt.Errorf("%q: write who gets what share as ACCOUNT=SHARE, such as bob=30%%", line)
		}
		account, err := conn.Account(name)
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		weight, err := rates.Parse(share)
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		request.Accounts, request.Weights = append(request.Accounts, account.String()), append(request.Weights, weight)
	}
	return nil
}

// printHoldings prints a table of holders; with another one, what each has by that.
func printHoldings(conn *connect.Conn, holders, before []royaltytypes.Holding) error {
	names := conn.KeyNames()
	columns := []string{"holder", ">share"}
	if before != nil {
		columns = append(columns, ">now")
	}
	tab := table.New(columns...)
	had := map[string]uint32{}
	for _, h := range before {
		had[h.Account] = h.Weight
	}
	row := func(account string, weight uint32) {
		cells := []string{accountName(account, names), rates.Percent(weight)}
		if before != nil {
			cells = append(cells, rates.Percent(had[account]))
		}
		delete(had, account)
		tab.Row(cells...)
	}
	for _, h := range holders {
		row(h.Account, h.Weight)
	}
	for _, h := range before {
		if _, gone := had[h.Account]; gone {
			row(h.Account, 0)
		}
	}
	return tab.Write(conn.Out())
}

func sayChange(conn *connect.Conn, request *royaltytypes.QueryPreviewSharesRequest, res *royaltytypes.QueryPreviewSharesResponse) error {
	conn.Say("What was paid before goes by the table of now; what waits in works made from this one goes by the new one.")
	if res.Reach != res.ReachAfter {
		conn.Say("A payment to the work is charged for %d receivers, in place of %d.", res.ReachAfter, res.Reach)
	}
	if len(res.After) > 1 {
		conn.Say("Its holders get something once it has earned %s.", strings.ReplaceAll(res.LeastFlow.String(), ",", " or "))
	}
	conn.Say("It would have %s; this share can take it to %d.", count(len(res.After), "holder"), res.MostHolders)
	parts := make([]string, len(request.Accounts))
	for i, account := range request.Accounts {
		parts[i] = fmt.Sprintf(`--shares '{"account":%q,"weight":%d}'`, account, request.Weights[i])
	}
	conn.Note("To do it: stemmad tx royalty assign-shares %s %s --from %s", request.Work, strings.Join(parts, " "), request.Holder)
	return nil
}
