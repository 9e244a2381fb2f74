package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const flagHolder = "holder"

func splitsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "splits WORK|FILE [ACCOUNT=SHARE...]",
		Short: "Show who holds a work's revenue, and divide your share",
		Long: `Splits prints who holds a work's revenue. With shares it divides your share among these
accounts. It says first what that changes: the table after it, what it means for payers
and for how soon the holders are paid, and how many more holders it could take. Shares
are of the whole revenue, as percentages or parts per million, at least 0.01 %, and sum
to what you have; name yourself too, to keep a part. What you give away is theirs: nobody
but they can give it back.

--dry-run says all that and sends nothing, and so does --holder, for somebody else's share.`,
		Example: `  stemmad splits song.wav
  stemmad splits song.wav alice=50% bob=30% carol=20% --from alice
  stemmad splits song.wav --csv band.csv --from alice
  stemmad splits song.wav alice=70% bob=30% --holder alice`,
		Args: cobra.MinimumNArgs(1),
	}
	addEncodingFlag(cmd)
	cmd.Flags().String(flagCSV, "", "table with the columns account,share, in place of ACCOUNT=SHARE")
	cmd.Flags().String(flagHolder, "", "account or key whose share would be divided: only a preview, nothing is sent")
	return maybeSending(cmd, splits)
}

func splits(ctx context.Context, conn *connect.Conn, args []string) error {
	lines, err := shareLines(conn, args[1:])
	if err != nil {
		return err
	}
	work, err := target.Earliest(ctx, conn.Registry(), args[0])
	if err != nil {
		return err
	}
	if len(lines) == 0 {
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
	var sender *send.Sender
	if name := conn.Flags().Text(flagHolder); name != "" {
		holder, err := conn.Account(name)
		if err != nil {
			return fmt.Errorf("--%s: %w", flagHolder, err)
		}
		request.Holder = holder.String()
	} else if sender, err = send.Open(conn); err != nil {
		return err
	} else {
		request.Holder = sender.Account()
	}
	if err := readShares(conn, lines, request); err != nil {
		return err
	}
	res, err := conn.Royalty().PreviewShares(ctx, request)
	if err != nil {
		return err
	}
	if sender == nil && conn.JSON() {
		return printRaw(conn, res)
	}
	title := table.Short(describe.Heading(work.Claim))
	if !conn.JSON() {
		conn.Say("%q (%s), with the share of %s divided so:", title, work.Id, accountName(request.Holder, conn.KeyNames()))
		if err := printHoldings(conn, res.After, res.Now); err != nil {
			return err
		}
		sayChange(conn, res)
	}
	if sender == nil {
		return nil
	}
	msg := &royaltytypes.MsgAssignShares{Holder: request.Holder, Work: work.Id}
	for i, account := range request.Accounts {
		msg.Shares = append(msg.Shares, royaltytypes.Assignment{Account: account, Weight: request.Weights[i]})
	}
	result, err := sender.Send(ctx, fmt.Sprintf("Divide your share of %q (%s) so.", title, work.Id), msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work    registrytypes.WorkID   `json:"work"`
			Holders []royaltytypes.Holding `json:"holders"`
			Tx      send.Result            `json:"tx"`
		}{work.Id, res.After, result})
	}
	conn.Say("%s it: %s", result.Did("Divided", "Would divide"), result)
	return nil
}

// shareLine is who gets what share, and how an error says where that stands.
type shareLine struct {
	account, share string
	wrong          func(column string, err error) error
}

// shareLines are ACCOUNT=SHARE, of the arguments or of a table.
func shareLines(conn *connect.Conn, args []string) (lines []shareLine, err error) {
	name := conn.Flags().Text(flagCSV)
	if name == "" {
		for _, line := range args {
			account, share, found := strings.Cut(line, "=")
			if !found {
				return nil, fmt.Errorf("%q: write who gets what share as ACCOUNT=SHARE, such as bob=30%%", line)
			}
			lines = append(lines, shareLine{account, share, func(_ string, err error) error { return fmt.Errorf("%q: %w", line, err) }})
		}
		return lines, nil
	}
	if len(args) > 0 {
		return nil, fmt.Errorf("name the shares in the table or behind the work, not both: drop --%s or %s", flagCSV, args[0])
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read, err := sheet.Read(f, name, tableOptions(conn, name, flow.MaxHolders))
	if err != nil {
		return nil, err
	}
	places, err := read.Places("account", "share")
	if err != nil {
		return nil, err
	}
	if len(places) != 2 || len(read.Unknown("account", "share")) > 0 {
		return nil, fmt.Errorf("%s: the first line names the columns: account,share", name)
	}
	for _, row := range read.Body() {
		lines = append(lines, shareLine{row.Cells[places["account"]], row.Cells[places["share"]], func(column string, err error) error {
			return read.Wrong(row, places[column], err)
		}})
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s names no accounts below its header", name)
	}
	return lines, nil
}

// readShares reads accounts and shares.
func readShares(conn *connect.Conn, lines []shareLine, request *royaltytypes.QueryPreviewSharesRequest) error {
	var sum uint64
	for _, line := range lines {
		account, err := conn.Account(line.account)
		if err != nil {
			return line.wrong("account", err)
		}
		weight, err := shareOf(line.share)
		if err != nil {
			return line.wrong("share", err)
		}
		request.Accounts, request.Weights = append(request.Accounts, account.String()), append(request.Weights, weight)
		sum += uint64(weight)
	}
	if sum > flow.Whole {
		return fmt.Errorf("the shares sum to %s, more than 100 %%", rates.Percent(sum))
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

// sayChange says what a division means for payers and holders.
func sayChange(conn *connect.Conn, res *royaltytypes.QueryPreviewSharesResponse) {
	conn.Say("What was paid before goes by the table of now; what waits in works made from this one goes by the new one.")
	if res.Reach != res.ReachAfter {
		conn.Say("A payment to the work is charged for %d receivers, in place of %d.", res.ReachAfter, res.Reach)
	}
	if len(res.After) > 1 {
		conn.Say("Its holders get something once it has earned %s.", conn.Units().Alternatives(res.LeastFlow))
	}
	conn.Say("It would have %s; this share can take it to %d.", count(len(res.After), "holder"), res.MostHolders)
}
