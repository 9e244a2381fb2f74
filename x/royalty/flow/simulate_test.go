package flow_test

import (
	"encoding/json"
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

func TestSimulateRefusesBadScenarios(t *testing.T) {
	for name, c := range map[string]struct{ scenario, want string }{
		"unknown field":     {`{"works":[],"payment":[]}`, "unknown field"},
		"unknown source":    {`{"works":[{"id":"a","holders":{"x":1000000},"sources":[{"work":"b","policy":"none"}]}]}`, `source "b"`},
		"unknown policy":    {`{"works":[{"id":"a","holders":{"x":1000000},"sources":[{"work":"b","policy":"some"}]}]}`, `policy "some"`},
		"shares below":      {`{"works":[{"id":"a","holders":{"x":999999},"sources":[]}]}`, "sum to 999999"},
		"work twice":        {`{"works":[{"id":"a","holders":{"x":1000000}},{"id":"a","holders":{"x":1000000}}]}`, "twice"},
		"unknown work paid": {`{"works":[],"payments":[{"work":"a","denom":"d","amount":"1"}]}`, `work "a"`},
		"no amount":         {`{"works":[{"id":"a","holders":{"x":1000000}}],"payments":[{"work":"a","denom":"d","amount":"0.5"}]}`, `"0.5"`},
		"octal amount":      {`{"works":[{"id":"a","holders":{"x":1000000}}],"payments":[{"work":"a","denom":"d","amount":"0100"}]}`, `"0100"`},
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
