package vectors

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"

	"github.com/stemma-chain/stemma/testutil/gen"
	"github.com/stemma-chain/stemma/x/license/rules"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

// decision is what a stranger hears who asks to use an active work that owes nothing to
// others, and which is offered to everybody under these terms alone.
type decision struct {
	Terms json.RawMessage `json:"terms"`
	Uses  []decidedUse    `json:"uses"`
}

type decidedUse struct {
	Use         json.RawMessage `json:"use"`
	Verdict     string          `json:"verdict"`
	Reasons     []string        `json:"reasons"`
	Obligations []string        `json:"obligations"`
}

// drawnTerms is how many terms are drawn beside the presets.
const drawnTerms = 100

func makeDecisions(t *testing.T) any {
	marshal := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	now := time.Unix(1_800_000_000, 0).UTC()
	terms := someTerms()
	for seed := range drawnTerms {
		terms = append(terms, rapid.Custom(func(t *rapid.T) licensetypes.Terms { return gen.Terms().Draw(t, "terms") }).Example(seed))
	}
	var all []decision
	random := rand.New(rand.NewPCG(1, 1))
	for _, offered := range terms {
		encoded, err := marshal.MarshalJSON(&offered)
		require.NoError(t, err)
		d := decision{Terms: encoded}
		for action := int32(1); licensetypes.Action_name[action] != ""; action++ {
			use := drawUse(random, licensetypes.Action(action), now)
			require.NoError(t, use.Validate())
			seen := offered.Rules()
			work := rules.Work{Alternatives: []rules.Alternative{licensetypes.Offer{}.Alternative(offered.ID().String(), offered, seen, nil)}}
			decided := rules.Decide(work, use.Rules(), now)
			encodedUse, err := marshal.MarshalJSON(&use)
			require.NoError(t, err)
			out := decidedUse{
				Use: encodedUse, Verdict: licensetypes.Verdict_name[int32(decided.Verdict)], Reasons: []string{}, Obligations: []string{},
			}
			for _, reason := range decided.Reasons {
				out.Reasons = append(out.Reasons, string(reason.Code))
			}
			for _, obligation := range decided.Obligations {
				out.Obligations = append(out.Obligations, licensetypes.ObligationKind(obligation.Duty).String())
			}
			d.Uses = append(d.Uses, out)
		}
		all = append(all, d)
	}
	return all
}

func drawUse(random *rand.Rand, action licensetypes.Action, now time.Time) licensetypes.Use {
	use := licensetypes.Use{Action: action, Commercial: random.IntN(2) == 0}
	switch random.IntN(4) {
	case 0:
		use.Unplaced = true
	case 1:
		use.Territories, use.Media = []string{"DE"}, []string{"web"}
	case 2:
		use.Territories = []string{"DE", "FR", "US"}
	}
	if random.IntN(4) == 0 {
		until := now.Add(time.Duration(1+random.IntN(1000)) * 24 * time.Hour)
		use.Until = &until
	}
	return use
}
