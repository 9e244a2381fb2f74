package flow_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/x/royalty/flow"
)

// vectors are worked examples that lie beside the repository, not in it.
var vectors = filepath.Join("..", "..", "..", "..", "shared", "vectors", "royalty-examples.json")

func TestWorkedExamples(t *testing.T) {
	bz, err := os.ReadFile(vectors)
	if os.IsNotExist(err) {
		t.Skip("the worked examples are not beside the repository: ../shared/vectors/royalty-examples.json")
	}
	require.NoError(t, err)
	var cases []struct {
		Name     string          `json:"name"`
		Scenario json.RawMessage `json:"scenario"`
		Expected json.RawMessage `json:"expected"`
	}
	require.NoError(t, json.Unmarshal(bz, &cases))
	require.NotEmpty(t, cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			scenario, err := flow.ReadScenario(strings.NewReader(string(c.Scenario)))
			require.NoError(t, err)
			var got any
			outcome, err := flow.Simulate(scenario)
			got = outcome
			if err != nil {
				var stack *flow.StackError
				require.ErrorAs(t, err, &stack)
				got = stack
			}
			printed, err := json.Marshal(got)
			require.NoError(t, err)
			require.JSONEq(t, string(c.Expected), string(printed))
		})
	}
}

// TestASimulationSaysWhoHasWhat: a scenario and its outcome as they are printed.
func TestASimulationSaysWhoHasWhat(t *testing.T) {
	outcome := simulate(t, `{
		"works": [
			{"id": "beat", "holders": {"ann": 1000000}},
			{"id": "hook", "holders": {"ben": 999999, "ann": 1}},
			{"id": "song", "holders": {"cat": 1000000}, "sources": [
				{"work": "beat", "policy": "absolute", "rate": 100000},
				{"work": "hook", "policy": "relative", "rate": 250000}]},
			{"id": "copy", "holders": {"dan": 1000000}, "sources": [
				{"work": "song", "policy": "none", "rate": 5},
				{"work": "hook", "policy": "absolute", "rate": 900000}]}],
		"payments": [
			{"work": "song", "denom": "uusdc", "amount": "1900"},
			{"work": "song", "denom": "uusdc", "amount": "109"},
			{"work": "copy", "denom": "uatom", "amount": "10"}]}`)
	// Of 2009: 200.9 to beat, 502.25 to hook, of which ann has not yet one unit, and
	// 1305.85 to song.
	require.JSONEq(t, `{
		"paid_in": {"uusdc": "2009", "uatom": "10"},
		"held": {"uusdc": "3", "uatom": "1"},
		"accounts": {
			"ann": {"uusdc": "200", "uatom": "1"}, "ben": {"uusdc": "501", "uatom": "8"}, "cat": {"uusdc": "1305"}},
		"stacks": {"beat": 0, "hook": 0, "song": 100000, "copy": 1000000}}`, outcome)
}

// TestASimulationNamesAllWorksThatOweTooMuch, so that one run shows all that is to
// be changed.
func TestASimulationNamesAllWorksThatOweTooMuch(t *testing.T) {
	one := `{"works": [
		{"id": "a", "holders": {"x": 1000000}},
		{"id": "b", "holders": {"x": 1000000}, "sources": [{"work": "a", "policy": "absolute", "rate": 1000000}]},
		{"id": "c", "holders": {"x": 1000000}, "sources": [{"work": "b", "policy": "relative", "rate": 1}]}`
	require.JSONEq(t, `{"error": "stack over 100%", "works": ["c"]}`, simulate(t, one+`]}`))
	require.JSONEq(t, `{"error": "stack over 100%", "works": ["c", "d"]}`, simulate(t, one+`,
		{"id": "d", "holders": {"x": 1000000}, "sources": [
			{"work": "c", "policy": "none"}, {"work": "a", "policy": "relative", "rate": 1}]}]}`))
	require.EqualError(t, &flow.StackError{Message: "too much", Works: []string{"c", "d"}}, "too much: [c d]")
}

// TestATableHasAtMost32Holders, as on the chain.
func TestATableHasAtMost32Holders(t *testing.T) {
	table := func(holders int) string {
		shares := make([]string, holders)
		for i := range shares {
			shares[i] = fmt.Sprintf(`"h%d": 1`, i)
		}
		shares[0] = fmt.Sprintf(`"h0": %d`, flow.Whole-holders+1)
		return fmt.Sprintf(`{"works": [{"id": "a", "holders": {%s}}]}`, strings.Join(shares, ","))
	}
	require.Contains(t, simulate(t, table(32)), "stacks")
	scenario, err := flow.ReadScenario(strings.NewReader(table(33)))
	require.NoError(t, err)
	_, err = flow.Simulate(scenario)
	require.ErrorContains(t, err, `work "a": 33 holders, at most 32 are allowed`)
}

// simulate returns the outcome of a scenario, or its StackError, as JSON.
func simulate(t *testing.T, text string) string {
	scenario, err := flow.ReadScenario(strings.NewReader(text))
	require.NoError(t, err)
	outcome, err := flow.Simulate(scenario)
	var printed any = outcome
	if err != nil {
		var stack *flow.StackError
		require.ErrorAs(t, err, &stack)
		printed = stack
	}
	bz, err := json.Marshal(printed)
	require.NoError(t, err)
	return string(bz)
}

func TestSimulateRefusesBadScenarios(t *testing.T) {
	const a = `{"works":[{"id":"a","holders":{"x":1000000}}]`
	derived := func(source string) string {
		return a[:len(a)-1] + `,{"id":"b","holders":{"x":1000000},"sources":[` + source + `]}]}`
	}
	paid := func(amounts ...string) string {
		var payments []string
		for _, amount := range amounts {
			payments = append(payments, `{"work":"a","denom":"d","amount":"`+amount+`"}`)
		}
		return a + `,"payments":[` + strings.Join(payments, ",") + `]}`
	}
	tooMuch := new(big.Int).Lsh(big.NewInt(1), flow.MaxBits).String()
	for name, c := range map[string]struct{ scenario, want string }{
		"unknown field":     {`{"works":[],"payment":[]}`, "read scenario: json: unknown field"},
		"unknown source":    {derived(`{"work":"c","policy":"none"}`), `work "b": source "c"`},
		"unknown policy":    {derived(`{"work":"a","policy":"some"}`), `policy "some"`},
		"above the whole":   {derived(`{"work":"a","policy":"relative","rate":1000001}`), "1000001, more than"},
		"shares below":      {`{"works":[{"id":"a","holders":{"x":999999}}]}`, "sum to 999999"},
		"a share of 0":      {strings.Replace(a+"}", "}}", `,"y":0}}`, 1), `"y" has a share of 0`},
		"work twice":        {a[:len(a)-1] + `,{"id":"a","holders":{"x":1000000}}]}`, `work "a" comes twice`},
		"unknown work paid": {strings.Replace(paid("1"), `"id":"a"`, `"id":"b"`, 1), `payment 1: work "a"`},
		"no amount":         {paid("0.5"), `payment 1: amount "0.5"`},
		"octal amount":      {paid("7", "0100"), `payment 2: amount "0100"`},
		"nothing":           {paid("0"), `payment 1: amount "0"`},
		"less than nothing": {paid("-1"), `payment 1: amount "-1"`},
		"a letter":          {paid("9", "12", "1a"), `payment 3: amount "1a"`},
		"more than fits":    {paid("9", tooMuch), "payment 2: a stage with a total of 0 cannot take in"},
	} {
		t.Run(name, func(t *testing.T) {
			scenario, err := flow.ReadScenario(strings.NewReader(c.scenario))
			if err == nil {
				_, err = flow.Simulate(scenario)
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}
