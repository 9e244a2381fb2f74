package agent

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/stemma-chain/stemma/client/units"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

const (
	payType  = "/stemma.royalty.v1.MsgPay"
	sendType = "/cosmos.bank.v1beta1.MsgSend"
)

var (
	now    = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	alice  = sdk.AccAddress(strings.Repeat("a", 20))
	work   = registrytypes.NewWorkID(alice, registrytypes.Digest{1})
	inUnit = units.New([]banktypes.Metadata{{
		Base: "uusdc", Display: "usdc", Symbol: "USDC",
		DenomUnits: []*banktypes.DenomUnit{{Denom: "uusdc"}, {Denom: "usdc", Exponent: 6}},
	}})
)

func reading() Reading {
	return Reading{
		Coin: inUnit.Read,
		Terms: func(text string) (string, error) {
			if text == "cc-by-4.0" {
				return registrytypes.FormatID("terms", make([]byte, 32)), nil
			}
			if strings.HasPrefix(text, "terms1") {
				return text, nil
			}
			return "", errors.New("no such terms")
		},
		Account: func(text string) (sdk.AccAddress, error) {
			if text == "alice" {
				return alice, nil
			}
			return sdk.AccAddressFromBech32(text)
		},
		Types: []string{sendType, payType, "/cosmos.x.v1.MsgVote", "/cosmos.y.v1.MsgVote"},
		Now:   now,
	}
}

const whole = `messages: [pay, /cosmos.bank.v1beta1.MsgSend]
allowed_payees: [alice]
allowed_terms: [cc-by-4.0]
max_rate: 2.5%
expires: 30d
amount_range: {max: [5.00 USDC]}
agent_recurrence: {every: 24h, max: [10 USDC]}
budget: [50000000uusdc, 3stem]
fees: {max: [0.01 USDC], each_window: [0.05 USDC], budget: [1 USDC]}
`

func TestALimitIsReadInPeoplesWords(t *testing.T) {
	limit, err := ReadLimit([]byte(whole), reading())
	require.NoError(t, err)
	require.Equal(t, []string{payType, sendType}, limit.Messages)
	require.Equal(t, []string{alice.String()}, limit.Payees)
	require.Equal(t, uint32(25_000), limit.MaxRate.Rate)
	require.Equal(t, now.Add(30*24*time.Hour), limit.ExpiresAt)
	require.Equal(t, 24*time.Hour, limit.Window)
	require.Equal(t, []agenttypes.Budget{
		{Denom: "stem", Act: math.ZeroInt(), Window: math.ZeroInt(), Total: math.NewInt(3)},
		{Denom: "uusdc", Act: math.NewInt(5_000_000), Window: math.NewInt(10_000_000), Total: math.NewInt(50_000_000)},
	}, limit.Budgets)
	require.Equal(t, []agenttypes.Budget{
		{Denom: "uusdc", Act: math.NewInt(10_000), Window: math.NewInt(50_000), Total: math.NewInt(1_000_000)},
	}, limit.Fees)
}

func TestAMistakeInALimitIsNamed(t *testing.T) {
	for _, tc := range []struct{ old, with, want string }{
		{whole, "", "the file is empty"},
		{"messages: [pay, /cosmos.bank.v1beta1.MsgSend]\n", "", "messages: name at least one"},
		{"[pay,", "[steal,", `messages: "steal" is no message`},
		{"[pay,", "[vote,", `messages: "vote" can be /cosmos.x.v1.MsgVote or /cosmos.y.v1.MsgVote`},
		{"[pay,", "[pay, MsgPay,", `messages: "MsgPay" is there twice`},
		{"[alice]", "[carol]", "allowed_payees: "},
		{"[alice]", "[alice, alice]", "allowed_payees: \"alice\" is there twice"},
		{"[alice]", "[work1xyz]", "allowed_payees: "},
		{"allowed_terms", "allowed_works", "allowed_works: "},
		{"cc-by-4.0", "cc-by-9.9", "allowed_terms: no such terms"},
		{"2.5%", "25000", "max_rate: \"25000\": write a percentage"},
		{"2.5%", "101%", "max_rate: "},
		{"30d", "soon", `expires: "soon" is no time`},
		{"expires: 30d\n", "", `expires: "" is no time`},
		{"5.00 USDC", "5.0000001 USDC", "amount_range: max: "},
		{"5.00 USDC", "0 USDC", `amount_range: max: "0 USDC"`},
		{"5.00 USDC", "5.00 USDC, 1 USDC", "amount_range: max: uusdc is there twice"},
		{"5.00 USDC", "5stake", "amount_range: max: what one may take alone bounds nothing: name stake in"},
		{"24h", "daily", "agent_recurrence: every: \"daily\""},
		{"24h", "1s", "window"},
		{"10 USDC", "10", "agent_recurrence: max: "},
		{"50000000uusdc", "-5uusdc", "budget: "},
		{"0.01 USDC", "0.01 EURO", "fees: max: "},
		{"0.05 USDC", "five", "fees: each_window: "},
		{"[1 USDC]", "[1 USDC, 1 USDC]", "fees: budget: uusdc is there twice"},
		{"agent_recurrence: {every: 24h, max: [10 USDC]}\n", "", "fees: each_window: say how long"},
		{"budget: [5", "buget: [5", "line 8: buget is no word of this file"},
		{"fees:", "---\nfees:", "more than one document"},
	} {
		require.Contains(t, whole, tc.old)
		_, err := ReadLimit([]byte(strings.Replace(whole, tc.old, tc.with, 1)), reading())
		require.ErrorContains(t, err, tc.want, tc.with)
	}
	_, err := ReadLimit([]byte("messages: [pay]\nexpires: 30d\nagent_recurrence: {every: 24h}\nbudget: [1 USDC]\n"), reading())
	require.ErrorContains(t, err, "agent_recurrence: max: name the most of a window")
}

func TestALimitThatIsWrittenReadsBack(t *testing.T) {
	amount := rapid.Int64Range(0, 1_000_000_000_000)
	budget := func(t *rapid.T, denom string) agenttypes.Budget {
		return agenttypes.Budget{
			Denom: denom, Act: math.NewInt(amount.Draw(t, "act")), Window: math.NewInt(amount.Draw(t, "window")),
			Total: math.NewInt(1 + amount.Draw(t, "total")),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		limit := agenttypes.Limit{
			Messages:  rapid.SliceOfNDistinct(rapid.SampledFrom(reading().Types), 1, 4, rapid.ID[string]).Draw(t, "messages"),
			ExpiresAt: now.Add(time.Duration(rapid.Int64Range(1, 1e8).Draw(t, "expires")) * time.Second),
			Budgets:   []agenttypes.Budget{budget(t, "stem"), budget(t, "uusdc")},
		}
		if rapid.Bool().Draw(t, "named") {
			limit.Payees, limit.Works = []string{alice.String(), work.String()}, []registrytypes.WorkID{work}
			limit.Terms = []string{registrytypes.FormatID("terms", make([]byte, 32))}
			limit.MaxRate = &agenttypes.MaxRate{Rate: rapid.Uint32Range(0, 1_000_000).Draw(t, "rate")}
		}
		if rapid.Bool().Draw(t, "fees") {
			limit.Fees = []agenttypes.Budget{budget(t, "uusdc")}
		}
		for _, b := range append(limit.Fees, limit.Budgets...) {
			if b.Window.IsPositive() {
				limit.Window = time.Duration(rapid.Int64Range(60, 366*24*3600).Draw(t, "window length")) * time.Second
			}
		}
		written, err := WriteLimit(limit, inUnit.Coin)
		require.NoError(t, err)
		read, err := ReadLimit(written, reading())
		require.NoError(t, err, string(written))
		require.Equal(t, limit.String(), read.String(), string(written))
		if limit.Window > 0 {
			require.Equal(t, limit.Window, read.Window)
		}
	})
}

func TestTimesOfWindows(t *testing.T) {
	for d, want := range map[time.Duration]string{
		24 * time.Hour: "24h", 90 * time.Minute: "1h30m", time.Minute: "1m", 61 * time.Second: "1m1s", 30 * time.Hour: "30h",
	} {
		require.Equal(t, want, lasting(d))
	}
}

// An empty list of those who may be paid was the same as none: everybody may be.
func TestAWordWithoutAValueIsRefused(t *testing.T) {
	for _, line := range []string{
		"allowed_payees: []", "allowed_payees:\n#  - alice", "allowed_works: []", "allowed_terms: ~", "max_rate:", "max_rate: ''",
		"amount_range: {max: []}", "amount_range: {}", "fees: {}", "budget: []",
	} {
		word, _, _ := strings.Cut(line, ":")
		var kept []string
		for _, l := range strings.Split(whole, "\n") {
			if !strings.HasPrefix(l, word+":") {
				kept = append(kept, l)
			}
		}
		_, err := ReadLimit([]byte(strings.Join(append(kept, line), "\n")), reading())
		require.ErrorContains(t, err, "has no value", line)
	}
}
