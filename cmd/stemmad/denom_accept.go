package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	"github.com/spf13/cobra"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/origin"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/x/feemarket/price"
	feemarkettypes "github.com/stemma-chain/stemma/x/feemarket/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

const (
	flagUnit       = "unit"
	flagDecimals   = "decimals"
	flagUnitName   = "unit-name"
	flagMinPayment = "min-payment"
	flagMinFlow    = "min-flow"
	flagMinPayout  = "min-payout"
	flagFeeRate    = "fee-rate"
	flagRateLimit  = "rate-limit"
	flagRateHours  = "rate-hours"
	// rateHours is the period of a proposed limit where none is said.
	rateHours = 24
)

func denomAcceptCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "accept DENOM --propose",
		Short: "Propose that works are paid in a coin, or other terms for it",
		Long: `Accept puts to the vote that works are paid in DENOM: its name here, or the way by which a coin of another chain comes,
such as transfer/channel-0/uusdc, where channel-0 is the channel's end here. Nothing else changes by the vote: other coins stay
accepted as they are.

--unit and --decimals say how people write it: with USDC and 6, 5.00 USDC is 5000000 of DENOM. A symbol is a claim. The chain makes
sure that no other accepted coin has it, and nobody makes sure that the coin is what its symbol says: look at the chain and the channel
that it comes from, which are said before you sign.

What is not said stays as it is; for a new coin the minima are one base unit, 0.0001 and 0.01 of the unit. --fee-rate and --rate-limit
join the same vote.`,
		Example: `  stemmad denom accept transfer/channel-0/uusdc --unit USDC --decimals 6 --min-payment "0.001 USDC" --propose --from alice
  stemmad denom accept ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5 \
    --unit USDC --decimals 6 --fee-rate "2.00 STEM" --rate-limit 25 --propose --from alice`,
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.String(flagUnit, "", "what people call one, such as USDC")
	f.Uint32(flagDecimals, 0, "how many decimals one has, 1 to 18")
	f.String(flagUnitName, "", `a longer name, such as "USD Coin"`)
	f.String(flagMinPayment, "", "smaller payments are refused")
	f.String(flagMinFlow, "", "a work passes on what it has taken in from this on")
	f.String(flagMinPayout, "", "balances are paid out by themselves from this on")
	f.String(flagFeeRate, "", `also pay fees in it, one unit counting as this much, such as "2.00 STEM"`)
	f.Uint32(flagRateLimit, 0, "also limit what comes and goes by its channel, net, in percent of the supply")
	f.Uint64(flagRateHours, rateHours, "in how many hours that may come or go")
	return sending(connect.AddProposeFlag(cmd), acceptDenom)
}

// acceptance is a vote on a coin as it is put together.
type acceptance struct {
	conn *connect.Conn
	row  royaltytypes.AcceptedDenom
	// said has the row's own unit, which the chain does not know yet.
	said units.Units
	from *fromAfar
	// what will happen, one thing a line.
	what []string
	msgs []sdk.Msg
}

func acceptDenom(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	if !conn.Flags().Is(connect.FlagPropose) {
		return fmt.Errorf("only governance accepts coins: put it to the vote with --%s", connect.FlagPropose)
	}
	rows, fees, err := acceptedDenoms(ctx, conn)
	if err != nil {
		return err
	}
	a := &acceptance{conn: conn}
	denom := origin.Denom(args[0])
	switch {
	case origin.IsVoucher(denom) && !origin.IsHash(denom):
		return fmt.Errorf("%s is no coin of another chain: that is ibc/ and 64 digits or capital letters A to F", denom)
	case strings.HasPrefix(denom, transfertypes.PortID+"/"):
		return fmt.Errorf("%s is no way that a coin comes by: that is such as %s/channel-0/uusdc", denom, transfertypes.PortID)
	}
	for _, unit := range a.conn.Units().All() {
		if unit.Denom != denom && strings.EqualFold(unit.Symbol, denom) {
			return fmt.Errorf("%s is how people write %s: name that one, if it is meant", unit.Symbol, unit.Denom)
		}
	}
	if a.from, err = askFrom(ctx, conn, denom, args[0]); err != nil {
		return err
	}
	if err := errors.Join(a.readUnit(rows, denom), a.checkSymbol()); err != nil {
		return err
	}
	if err := a.readMinima(); err != nil {
		return err
	}
	if err := with(rows, a.row).Validate(); err != nil {
		return err
	}
	a.describe()
	if err := a.warn(ctx); err != nil {
		return err
	}
	authority := sender.Address.String()
	a.msgs = []sdk.Msg{&royaltytypes.MsgAcceptDenom{Authority: authority, Accepted: a.row}}
	if err := errors.Join(a.addFees(authority, fees), a.addLimit(ctx, authority)); err != nil {
		return err
	}
	_, err = sender.Send(ctx, strings.Join(a.what, "\n"), a.msgs...)
	return err
}

// with is the parameters as they are after the vote.
func with(p royaltytypes.Params, row royaltytypes.AcceptedDenom) royaltytypes.Params {
	p.Denoms = slices.DeleteFunc(slices.Clone(p.Denoms), func(d royaltytypes.AcceptedDenom) bool { return d.Denom == row.Denom })
	p.Denoms = append(p.Denoms, row)
	slices.SortFunc(p.Denoms, func(a, b royaltytypes.AcceptedDenom) int { return strings.Compare(a.Denom, b.Denom) })
	return p
}

// readUnit makes the row: what stands, with the unit of the flags.
func (a *acceptance) readUnit(rows royaltytypes.Params, denom string) error {
	f := a.conn.Flags()
	standing, unknown := rows.Accepted(denom)
	if a.row = standing; unknown != nil {
		a.row = royaltytypes.NewAcceptedDenom(denom)
	}
	symbol, name, old := f.Text(flagUnit), f.Text(flagUnitName), a.row.Unit
	switch {
	case symbol == "" && !f.Changed(flagDecimals) && name == "":
	case old == nil && (symbol == "" || !f.Changed(flagDecimals)):
		return fmt.Errorf("say the unit as a whole: --%s and --%s", flagUnit, flagDecimals)
	default:
		unit := royaltytypes.Unit{}
		if old != nil {
			unit = *old
		}
		if symbol != "" {
			unit.Symbol = symbol
		}
		if f.Changed(flagDecimals) {
			unit.Decimals, _ = f.GetUint32(flagDecimals)
		}
		if name != "" || old != nil && symbol != "" && symbol != old.Symbol { // another symbol's name is not this one's
			unit.Name = name
		}
		if err := unit.Validate(); err != nil {
			return err
		}
		a.row.Unit = &unit
	}
	if a.said = a.conn.Units(); a.row.Unit != nil {
		a.said = units.New([]banktypes.Metadata{a.row.Unit.Metadata(denom, banktypes.Metadata{})})
	}
	if unit, ok := a.said.Of(denom); ok && unknown != nil {
		a.row.MinFlow, a.row.MinPayout = part(uint32(unit.Decimals), 4), part(uint32(unit.Decimals), 2)
	}
	return nil
}

// part is 10^-digits of a unit, at least one base unit.
func part(decimals uint32, digits int) math.Int {
	return math.NewIntWithDecimal(1, max(0, int(decimals)-digits))
}

// checkSymbol refuses a symbol that the node knows as another denom's, and another unit of the staking token, as the chain does.
func (a *acceptance) checkSymbol() error {
	if a.row.Unit == nil {
		return nil
	}
	if is, _ := a.conn.Units().Of(a.row.Denom); a.row.Denom == sdk.DefaultBondDenom &&
		(is.Symbol != a.row.Unit.Symbol || is.Decimals != int(a.row.Unit.Decimals)) {
		return fmt.Errorf("--%s: %s is staked: its unit is what genesis says, and no vote changes it", flagUnit, a.row.Denom)
	}
	for _, unit := range a.conn.Units().All() {
		if unit.Denom != a.row.Denom && strings.EqualFold(unit.Symbol, a.row.Unit.Symbol) {
			return fmt.Errorf("--%s: %s is %s already; two coins of one symbol would be taken for each other: say another, such as %s",
				flagUnit, unit.Symbol, unit.Denom, a.row.Unit.Symbol+".x")
		}
	}
	return nil
}

func (a *acceptance) readMinima() error {
	for _, least := range []struct {
		flag string
		into *math.Int
	}{{flagMinPayment, &a.row.MinPayment}, {flagMinFlow, &a.row.MinFlow}, {flagMinPayout, &a.row.MinPayout}} {
		text := a.conn.Flags().Text(least.flag)
		if text == "" {
			continue
		}
		coin, err := a.said.Read(text)
		if err != nil {
			return fmt.Errorf("--%s: %w", least.flag, err)
		}
		if coin.Denom != a.row.Denom {
			return fmt.Errorf("--%s: %s is another coin than %s", least.flag, text, a.row.Denom)
		}
		*least.into = coin.Amount
	}
	return nil
}

// describe says what the vote is about. A denom is whole here: it is signed.
func (a *acceptance) describe() {
	coin := func(amount math.Int) string { return a.said.Exact(sdk.NewCoin(a.row.Denom, amount)) }
	name := a.row.Denom
	if a.row.Unit != nil {
		name = a.row.Unit.Symbol
	}
	a.what = []string{
		fmt.Sprintf("Accept %s for payments.", name),
		fmt.Sprintf("The coin is %s.", a.row.Denom),
	}
	if origin.IsVoucher(a.row.Denom) {
		a.what = append(a.what, sentence(a.from.String()))
	}
	if u := a.row.Unit; u != nil {
		called := ""
		if u.Name != "" {
			called = fmt.Sprintf(", in full %s", u.Name)
		}
		a.what = append(a.what, fmt.Sprintf("People write it in %s%s: one is %s.", u.Symbol, called,
			sdk.NewCoin(a.row.Denom, part(u.Decimals, 0))))
		a.what = append(a.what, a.rewrites()...)
	} else {
		a.conn.Note("Without --%s and --%s people read and write it in base units, with its whole name.", flagUnit, flagDecimals)
	}
	a.what = append(a.what, fmt.Sprintf("Payments from %s, flows from %s, payouts from %s.",
		coin(a.row.MinPayment), coin(a.row.MinFlow), coin(a.row.MinPayout)))
}

// rewrites says, to those who vote too, how amounts read otherwise than until now.
func (a *acceptance) rewrites() (lines []string) {
	old, ok := a.conn.Units().Of(a.row.Denom)
	if !ok {
		return nil
	}
	if old.Symbol != a.row.Unit.Symbol {
		lines = append(lines, fmt.Sprintf("Until now people write it in %s.", old.Symbol))
	}
	if old.Decimals != int(a.row.Unit.Decimals) {
		one := sdk.NewCoin(a.row.Denom, part(uint32(old.Decimals), 0))
		lines = append(lines, fmt.Sprintf("Until now one is %s. Prices, minima, balances and the fee rate stay as they are and read otherwise: "+
			"what is 1.00 %s becomes %s.", one, old.Symbol, a.said.Coin(one)))
	}
	return lines
}

// warn tells what the vote does not answer for.
func (a *acceptance) warn(ctx context.Context) error {
	if u := a.row.Unit; u != nil {
		a.conn.Note("A symbol is a claim: the chain sees to it that no other accepted coin has it, and nobody that %s is what it says.", u.Symbol)
		if a.from != nil && strings.EqualFold(a.from.DenomThere, u.Symbol) {
			a.conn.Note("%s is what the other chain calls the smallest unit: make sure that people there write %d decimals, and say %s.",
				table.Clean(a.from.DenomThere), u.Decimals, u.Symbol)
		}
	}
	switch {
	case !origin.IsVoucher(a.row.Denom):
		supply, err := banktypes.NewQueryClient(a.conn).SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: a.row.Denom})
		if err != nil {
			return err
		}
		if !supply.Amount.IsPositive() {
			a.conn.Note("There is no %s on this chain: is the name right?", a.row.Denom)
		}
	case a.from == nil:
		a.conn.Note("Write the way in place of the hash, transfer/CHANNEL/NAME, to see from which chain it comes.")
	case a.from.Channel != "":
		a.conn.Note("Who runs that chain can make as many of it as they like: stemmad query ibc channel client-state transfer %s", a.from.Channel)
	}
	return nil
}

// sentence gives a clause a capital and a full stop.
func sentence(s string) string { return capital(s) + "." }

// addFees has fees paid in the coin too. The market's parameters are replaced as a whole: what is voted meanwhile is undone.
func (a *acceptance) addFees(authority string, fees feemarkettypes.Params) error {
	text := a.conn.Flags().Text(flagFeeRate)
	if text == "" {
		return nil
	}
	worth, err := a.conn.Coin(text)
	if err != nil {
		return fmt.Errorf("--%s: %w", flagFeeRate, err)
	}
	if worth.Denom != fees.BaseDenom {
		return fmt.Errorf("--%s: fees are counted in %s, not in %s", flagFeeRate, fees.BaseDenom, worth.Denom)
	}
	unit, ok := a.said.Of(a.row.Denom)
	if !ok {
		return fmt.Errorf("--%s says what one unit counts as: say the unit with --%s and --%s", flagFeeRate, flagUnit, flagDecimals)
	}
	rate := worth.Amount.Mul(price.One).Quo(part(uint32(unit.Decimals), 0))
	fees.Denoms = slices.DeleteFunc(slices.Clone(fees.Denoms), func(d feemarkettypes.FeeDenom) bool { return d.Denom == a.row.Denom })
	fees.Denoms = append(fees.Denoms, feemarkettypes.FeeDenom{Denom: a.row.Denom, Rate: rate})
	slices.SortFunc(fees.Denoms, func(a, b feemarkettypes.FeeDenom) int { return strings.Compare(a.Denom, b.Denom) })
	if err := fees.Validate(); err != nil {
		return fmt.Errorf("--%s: %w", flagFeeRate, err)
	}
	a.what = append(a.what, fmt.Sprintf("Fees are paid in it too: 1 %s counts as %s.", unit.Symbol, a.conn.Units().Exact(worth)))
	a.conn.Note("The rules of fees are replaced as a whole by the vote: another vote about them that ends before is undone by it.")
	a.msgs = append(a.msgs, &feemarkettypes.MsgUpdateParams{Authority: authority, Params: fees})
	return nil
}

// addLimit bounds what the other chain can take or bring in a day.
func (a *acceptance) addLimit(ctx context.Context, authority string) error {
	percent, _ := a.conn.Flags().GetUint32(flagRateLimit)
	hours, _ := a.conn.Flags().GetUint64(flagRateHours)
	if !a.conn.Flags().Changed(flagRateLimit) {
		return nil
	}
	if percent == 0 || percent > 100 {
		return fmt.Errorf("--%s: %d %% is no limit; 1 to 100 are possible", flagRateLimit, percent)
	}
	if hours == 0 {
		return fmt.Errorf("--%s: say in how many hours, from 1", flagRateHours)
	}
	if a.from == nil || a.from.Channel == "" {
		return fmt.Errorf("--%s: no channel is known that %s comes by", flagRateLimit, a.row.Denom)
	}
	standing, err := ratelimittypes.NewQueryClient(a.conn).RateLimit(ctx,
		&ratelimittypes.QueryRateLimitRequest{Denom: a.row.Denom, ChannelOrClientId: a.from.Channel})
	if err != nil {
		return fmt.Errorf("ask which limit its channel has: %w", err)
	}
	if standing.RateLimit != nil {
		return fmt.Errorf("--%s: %s has a limit on %s already; change it by: stemmad tx ratelimit update-rate-limit-proposal",
			flagRateLimit, a.row.Denom, a.from.Channel)
	}
	supply, err := banktypes.NewQueryClient(a.conn).SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: a.row.Denom})
	if err != nil {
		return err
	}
	if !supply.Amount.IsPositive() {
		return fmt.Errorf("--%s: none of %s has come yet, and a limit is a part of what is here: send a first one before the vote",
			flagRateLimit, a.row.Denom)
	}
	a.what = append(a.what, fmt.Sprintf("In %d hours at most %d %% of what is here come by %s, net, and as much go.", hours, percent,
		a.from.Channel))
	a.msgs = append(a.msgs, &ratelimittypes.MsgAddRateLimit{
		Signer: authority, Denom: a.row.Denom, ChannelOrClientId: a.from.Channel, DurationHours: hours,
		MaxPercentSend: math.NewInt(int64(percent)), MaxPercentRecv: math.NewInt(int64(percent)),
	})
	return nil
}

// askFrom asks where a voucher comes from, by its denom or the way that was written; nil for other coins, and where nobody knows.
func askFrom(ctx context.Context, conn *connect.Conn, denom, written string) (*fromAfar, error) {
	if !origin.IsVoucher(denom) {
		return nil, nil //nolint:nilnil // this chain's own
	}
	chain, err := conn.Chain()
	if err != nil {
		return nil, err
	}
	var o *origin.Origin
	if denom != written {
		o, err = origin.By(ctx, chain, transfertypes.ExtractDenomFromPath(written))
	} else {
		o, err = origin.Of(ctx, chain, denom)
	}
	if err != nil || o == nil {
		return nil, err
	}
	from := &fromAfar{Path: o.Path, Channel: o.Channel, DenomThere: o.DenomThere, Steps: o.Steps}
	from.Chain, err = o.Chain(ctx, chain)
	return from, err
}

// String says it in a clause. The names are of strangers: anyone can open a channel to a chain of any name, with coins of any name.
func (f *fromAfar) String() string {
	if f != nil {
		said := *f
		said.Path, said.Chain, said.DenomThere = asTheyName(f.Path), asTheyName(f.Chain), asTheyName(f.DenomThere)
		f = &said
	}
	switch {
	case f == nil:
		return "none of it has come yet, and this node knows no way that has this hash"
	case f.Channel == "":
		return fmt.Sprintf("it comes by version 2 of the protocol, %s", f.Path)
	}
	text := fmt.Sprintf("it comes from chain %s by %s, where it is called %s", f.Chain, f.Channel, f.DenomThere)
	if f.Chain == "" {
		text = fmt.Sprintf("it comes by %s, from a chain where it is called %s", f.Channel, f.DenomThere)
	}
	if f.Steps > 1 {
		text += ", which has it from yet another chain (" + f.Path + ")"
	}
	return text
}

// plain is what chains and coins are called that have no reason to mislead.
var plain = regexp.MustCompile(`^[A-Za-z0-9/:._-]*$`)

// asTheyName puts a name that is not plain between quotes, so that none goes on as a sentence of ours.
func asTheyName(name string) string {
	if plain.MatchString(name) {
		return name
	}
	return strconv.QuoteToASCII(name)
}
