package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/client/uses"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	flagCount = "count"
	flagTotal = "total"
)

func useCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "use GRANT",
		Short: "Count uses by machines at a grant that pays for them",
		Long: `Use counts uses of a work as input to AI or in search at your grant, where its terms say
how many a grant pays for (uses_per_grant). Without a number it counts one. What is sent
is the total, so that a command which is repeated with --total counts nothing twice: what
is counted already is not sent. The use after the last is refused, with exit code 3: renew
the grant, or acquire another.

"stemmad use voucher" signs such a total off the chain, for whoever serves you, and
"stemmad use redeem" counts what was signed.`,
		Example: `  stemmad use grant1... --from bob
  stemmad use grant1... --count 3 --from bob
  stemmad use grant1... --total 7 --from bob`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.Uint64(flagCount, 1, "how many more uses to count")
	f.Uint64(flagTotal, 0, "how many uses there were in all, with those that are counted")
	cmd.MarkFlagsMutuallyExclusive(flagCount, flagTotal)
	cmd.AddCommand(useVoucherCmd(), useRedeemCmd())
	return sending(cmd, countUses)
}

func countUses(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	g, err := countedGrant(ctx, conn, args[0])
	if err != nil {
		return err
	}
	more, _ := conn.Flags().GetUint64(flagCount)
	total, _ := conn.Flags().GetUint64(flagTotal)
	if !conn.Flags().Changed(flagTotal) {
		total = g.Grant.Uses + more
	}
	switch {
	case more == 0:
		return fmt.Errorf("--%s is 0: count one use or more", flagCount)
	case !conn.Flags().Changed(flagTotal) && total < more:
		return fmt.Errorf("--%s is %d: that is more than can be counted", flagCount, more)
	case conn.Flags().Changed(flagTotal) && total == 0:
		return fmt.Errorf("--%s is 0: count one use or more", flagTotal)
	case total <= g.Grant.Uses:
		return printUses(conn, []useOutcome{{Grant: g.Id, Total: total, Counted: new(uint64), Left: new(g.Grant.UsesLeft())}}, send.Result{})
	}
	if err := g.Grant.CheckUses(g.Id, total); err != nil {
		return refusal.By(err)
	}
	return sendUses(ctx, conn, sender, fmt.Sprintf("Count uses of %s: %d in all, of %d.", g.Id, total, g.Grant.UsesPaid),
		[]licensetypes.UseCount{{Grant: g.Id, Total: total}})
}

// countedGrant reads a grant at which uses are counted.
func countedGrant(ctx context.Context, conn *connect.Conn, id string) (licensetypes.NamedGrant, error) {
	grant, err := licensetypes.ParseGrantID(id)
	if err != nil {
		return licensetypes.NamedGrant{}, err
	}
	res, err := conn.License().Grant(ctx, &licensetypes.QueryGrantRequest{Grant: grant})
	if err != nil {
		return licensetypes.NamedGrant{}, err
	}
	if !res.Grant.Grant.CountsUses() {
		return res.Grant, licensetypes.ErrNotCounted.Wrapf("%s: its terms set no uses_per_grant: use it without saying so", grant)
	}
	return res.Grant, nil
}

// useOutcome is what became of a count, for programs.
type useOutcome struct {
	Grant licensetypes.GrantID `json:"grant"`
	Total uint64               `json:"total,string"`
	// Counted and Left are known once it is in a block.
	Counted *uint64 `json:"counted,omitempty,string"`
	Left    *uint64 `json:"left,omitempty,string"`
}

// sendUses sends counts in one transaction and says what is left.
func sendUses(ctx context.Context, conn *connect.Conn, sender *send.Sender, what string, counts []licensetypes.UseCount) error {
	result, err := sender.Send(ctx, what, &licensetypes.MsgUse{Sender: sender.Account(), Uses: counts})
	if err != nil {
		return err
	}
	outcomes := make([]useOutcome, len(counts))
	for i, c := range counts {
		outcomes[i] = useOutcome{Grant: c.Grant, Total: c.Total}
	}
	if result.Height > 0 || result.DryRun {
		var response licensetypes.MsgUseResponse
		if err := result.Response(0, &response); err != nil {
			return err
		}
		for i := range response.Counts {
			outcomes[i].Counted, outcomes[i].Left = &response.Counts[i].Counted, &response.Counts[i].Left
		}
	}
	return printUses(conn, outcomes, result)
}

// printUses says what became of counts; without a transaction nothing was to be sent.
func printUses(conn *connect.Conn, outcomes []useOutcome, result send.Result) error {
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Counts []useOutcome `json:"counts"`
			Tx     send.Result  `json:"tx"`
		}{outcomes, result})
	}
	for _, o := range outcomes {
		switch {
		case o.Counted == nil:
			conn.Say("Counting uses of %s: %s", o.Grant, result)
		case *o.Counted == 0:
			conn.Say("Nothing to do: %d uses of %s are counted already, %d left", o.Total, o.Grant, *o.Left)
		default:
			conn.Say("%s %s of %s, %d left: %s", result.Did("Counted", "Would count"), count(int(*o.Counted), "use"), o.Grant, *o.Left, result)
		}
	}
	return nil
}

func useVoucherCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "voucher GRANT --total N",
		Short: "Sign how many uses there were, off the chain",
		Long: `Voucher writes a use voucher to the standard output: how many uses of the grant there were
in all, in place of every earlier voucher. It is signed by the key of the account that
holds the grant, and whoever gets it may send it to the chain ("stemmad use redeem").
More than the grant pays for is not signed; with --offline no node is asked.`,
		Example: `  stemmad use voucher grant1... --total 3 --key bob > use.json`,
		Args:    cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.Uint64(flagTotal, 0, "how many uses there were in all, with this one")
	f.String(flagKey, "", "key of yours that holds the grant (default: your only key)")
	f.String(flags.FlagChainID, "", "chain id (default: the node's)")
	f.Bool(flagOffline, false, "ask no node")
	return asking(cmd, signUses)
}

func signUses(ctx context.Context, conn *connect.Conn, args []string) error {
	total, _ := conn.Flags().GetUint64(flagTotal)
	if total == 0 {
		return fmt.Errorf("say with --%s how many uses there were in all, with this one", flagTotal)
	}
	chainID, err := conn.Network()
	if err != nil {
		return err
	}
	name := conn.Flags().Text(flagKey)
	if name == "" {
		if name, _, err = conn.Signer(); err != nil {
			return err
		}
	}
	signer, err := conn.Account(name)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagKey, err)
	}
	sign := func(bz []byte) ([]byte, error) {
		signature, _, err := conn.Keyring.Sign(name, bz, signing.SignMode_SIGN_MODE_DIRECT)
		return signature, err
	}
	var v usevoucher.Voucher
	if conn.Flags().Is(flagOffline) {
		id, err := licensetypes.ParseGrantID(args[0])
		if err != nil {
			return err
		}
		if v, err = usevoucher.New(chainID, id, total); err != nil {
			return err
		}
		v, err = v.Sign(sign)
		return printVoucher(conn, v, name, err)
	}
	g, err := countedGrant(ctx, conn, args[0])
	if err != nil {
		return err
	}
	holder, err := holderOfGrant(ctx, conn, g.Grant)
	if err != nil {
		return err
	}
	if holder != signer.String() {
		return refusal.By(licensetypes.ErrNotLicensee.Wrapf("%s is held by %s, and %s signs: a voucher of theirs would count nothing; name the "+
			"holder's key with --%s", g.Id, holder, name, flagKey))
	}
	v, err = uses.Make(chainID, g, total, sign)
	return printVoucher(conn, v, name, refusal.By(err))
}

// holderOfGrant is the account whose key signs for a grant: that of its licensee or, once one derivative uses it up, of
// that derivative's owner.
func holderOfGrant(ctx context.Context, conn *connect.Conn, g licensetypes.Grant) (string, error) {
	user, bound := g.User()
	if !bound {
		return g.Licensee.String(), nil
	}
	res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: user})
	if err != nil {
		return "", err
	}
	return res.Work.Owner, nil
}

func printVoucher(conn *connect.Conn, v usevoucher.Voucher, name string, err error) error {
	if err != nil {
		return fmt.Errorf("sign with %s: %w", name, err)
	}
	return conn.PrintJSON(v)
}

func useRedeemCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "redeem FILE...",
		Short: "Count what use vouchers say",
		Long: `Redeem counts uses by the newest good voucher of each grant in the files ("-" is the
standard input), up to 64 grants in a transaction. Anybody may, and pays the fee. Vouchers
that are forged, say more than a grant pays for or count nothing new are left out.`,
		Example: `  stemmad use redeem use.json --from carol
  cat vouchers/*.json | stemmad use redeem - --from carol`,
		Args: cobra.MinimumNArgs(1),
	}, redeemUses)
}

func redeemUses(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	list, err := uses.ReadFiles(conn.In(), args)
	if err != nil {
		return err
	}
	chainID, err := conn.Network()
	if err != nil {
		return err
	}
	var good []licensetypes.UseCount
	for n := 0; len(list) > 0; list = list[n:] {
		n = uses.SameGrant(list)
		v, err := newestUse(ctx, conn, chainID, list[:n])
		if err == nil {
			good = append(good, v.Message())
			continue
		}
		if !countsNothing(err) {
			return err
		}
		conn.Note("%s is left out: %s", list[0].Grant, err)
	}
	if len(good) == 0 {
		return fmt.Errorf("no voucher counts anything")
	}
	for len(good) > 0 {
		n := min(len(good), licensetypes.MaxUseCounts)
		if err := sendUses(ctx, conn, sender, fmt.Sprintf("Count uses of %s.", count(n, "grant")), good[:n]); err != nil {
			return err
		}
		good = good[n:]
	}
	return nil
}

// newestUse finds the newest of a grant's vouchers that the chain would count.
func newestUse(
	ctx context.Context, conn *connect.Conn, chainID string, vouchers []usevoucher.Voucher,
) (v usevoucher.Voucher, err error) {
	if id := vouchers[0].ChainID; id != chainID {
		return v, licensetypes.ErrInvalidUseVoucher.Wrapf("it is for %s, this is %s", id, chainID)
	}
	g, err := countedGrant(ctx, conn, vouchers[0].Grant.String())
	if err != nil {
		return v, err
	}
	key, err := holderKey(ctx, conn, g)
	if err != nil {
		return v, err
	}
	meter := uses.NewMeter(chainID, g, key)
	if err := meter.TakeNewest(vouchers, time.Now()); err != nil {
		return v, err
	}
	v, _ = meter.Newest()
	return v, nil
}

// holderKey is the key of the account that holds a grant: its licensee or, of one that a derivative
// uses, that derivative's owner.
func holderKey(ctx context.Context, conn *connect.Conn, g licensetypes.NamedGrant) ([]byte, error) {
	holder := g.Licensee
	if !g.UsedBy.IsZero() {
		res, err := conn.Registry().Work(ctx, &registrytypes.QueryWorkRequest{Work: g.UsedBy})
		if err != nil {
			return nil, err
		}
		holder = res.Work.Owner
	}
	res, err := authtypes.NewQueryClient(conn).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: holder})
	if err != nil {
		return nil, err
	}
	if err := res.Info.UnpackInterfaces(conn.InterfaceRegistry); err != nil {
		return nil, err
	}
	if key := res.Info.GetPubKey(); key != nil {
		return key.Bytes(), nil
	}
	return nil, licensetypes.ErrInvalidUseVoucher.Wrapf("the chain knows no key of %s, who holds it", holder)
}

// countsNothing says whether an error is of vouchers that are left out, and not of asking about them.
func countsNothing(err error) bool {
	return status.Code(err) == codes.NotFound || slices.ContainsFunc([]error{
		uses.ErrNotNewer, licensetypes.ErrNotCounted, licensetypes.ErrInvalidUseVoucher, licensetypes.ErrUsesExhausted,
		licensetypes.ErrGrantExpired,
	}, func(known error) bool { return errors.Is(err, known) })
}
