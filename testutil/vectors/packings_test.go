package vectors

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	"github.com/stemma-chain/stemma/x/royalty/flow"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// packings are rows of the store that hold lists in one value, as proofs show them.
type packings struct {
	Owed     []packedOwed     `json:"owed"`
	Closures []packedClosure  `json:"closures"`
	Demands  []packedDemands  `json:"demands"`
	Refused  []refusedPacking `json:"refused"`
}

type packedOwed struct {
	Packed hexBytes `json:"packed"`
	List   []owed   `json:"list"`
}

type owed struct {
	Work registrytypes.WorkID `json:"work"`
	// Weight is in parts per million.
	Weight  uint32 `json:"weight"`
	Holders uint32 `json:"holders"`
}

type packedClosure struct {
	Packed hexBytes               `json:"packed"`
	Works  []registrytypes.WorkID `json:"works"`
}

type packedDemands struct {
	Packed      hexBytes     `json:"packed"`
	Version     uint32       `json:"version"`
	Constraints []constraint `json:"constraints"`
}

type constraint struct {
	Kind   string                `json:"kind"`
	Source registrytypes.WorkID  `json:"source"`
	Terms  *licensetypes.TermsID `json:"terms,omitempty"`
	Grant  *licensetypes.GrantID `json:"grant,omitempty"`
	// WorkVersion or PriceVersion of the source.
	Version   uint32 `json:"version"`
	Contained bool   `json:"contained"`
}

type refusedPacking struct {
	Of     string   `json:"of"`
	Why    string   `json:"why"`
	Packed hexBytes `json:"packed"`
}

func makePackings(t *testing.T) any {
	var all packings
	var works []registrytypes.WorkID
	for i := range 3 {
		works = append(works, registrytypes.NewWorkID(addresses[0], sha256.Sum256(fmt.Append(nil, i))))
	}
	for count := range 4 {
		var upstream flow.Upstream
		list := []owed{}
		for i, work := range sorted(works[:count]) {
			o := owed{work, []uint32{1, 50_000, flow.Whole}[i], []uint32{1, 2, flow.MaxHolders}[i]}
			list = append(list, o)
			upstream.Absolute = append(upstream.Absolute, flow.Owed{To: royaltytypes.FlowWork(work), Weight: o.Weight, Holders: o.Holders})
		}
		packed := royaltytypes.PackUpstream(upstream).Absolute
		back, err := royaltytypes.Upstream{Absolute: packed}.Unpack()
		require.NoError(t, err)
		require.Equal(t, upstream, back)
		all.Owed = append(all.Owed, packedOwed{packed, list})

		var closure flow.Closure
		for _, work := range works[:count] {
			closure = closure.Union(flow.ClosureOf(royaltytypes.FlowWork(work)))
		}
		unpacked, err := flow.UnpackClosure(closure.Pack())
		require.NoError(t, err)
		require.ElementsMatch(t, closure, unpacked)
		all.Closures = append(all.Closures, packedClosure{closure.Pack(), append([]registrytypes.WorkID{}, works[:count]...)})
	}
	all.Demands = makeDemands(t, works)
	all.Refused = refusedPackings(t, all)
	return all
}

// sorted are the works in the order of their bytes.
func sorted(works []registrytypes.WorkID) []registrytypes.WorkID {
	return slices.SortedFunc(slices.Values(works), func(a, b registrytypes.WorkID) int { return bytes.Compare(a[:], b[:]) })
}

func makeDemands(t *testing.T, works []registrytypes.WorkID) (all []packedDemands) {
	terms := licensetypes.Presets()[0].ID
	grant := licensetypes.NewGrantID(works[0], terms, addresses[0], 1)
	for _, list := range [][]constraint{
		{},
		{{Kind: "CONSTRAINT_SHARE_ALIKE", Source: works[0], Terms: &terms}},
		{
			{Kind: "CONSTRAINT_NONCOMMERCIAL", Source: works[0], Terms: &terms, Contained: true},
			{Kind: "CONSTRAINT_EXPIRES", Source: works[1], Grant: &grant, Version: 3},
		},
	} {
		demands := licensetypes.Demands{Version: uint32(len(list)) + 1}
		for _, c := range list {
			out := licensetypes.Constraint{
				Kind:   licensetypes.ConstraintKind(licensetypes.ConstraintKind_value[c.Kind]),
				Source: registrytypes.WorkIDBytes{WorkID: c.Source}, Contained: c.Contained,
			}
			require.NotZero(t, out.Kind, c.Kind)
			if c.Terms != nil {
				out.Terms.TermsID = *c.Terms
			}
			if c.Grant != nil {
				out.Grant.GrantID = *c.Grant
				out.WorkVersion = c.Version
			}
			demands.Constraints = append(demands.Constraints, out)
		}
		packed := demands.Pack()
		back, err := licensetypes.UnpackDemands(packed)
		require.NoError(t, err)
		require.Equal(t, demands, back)
		all = append(all, packedDemands{packed, demands.Version, list})
	}
	return all
}

func refusedPackings(t *testing.T, good packings) (all []refusedPacking) {
	two := good.Owed[2].Packed
	swapped := append(append(hexBytes{}, two[24:]...), two[:24]...)
	twice := append(append(hexBytes{}, two[:24]...), two[:24]...)
	weightless := append(append(append(hexBytes{}, two[:20]...), 0, 0, 0), two[23:]...)
	heavy := append(append(append(hexBytes{}, two[:20]...), 0x0f, 0x42, 0x41), two[23:]...)
	for _, r := range []refusedPacking{
		{"owed", "a byte is missing", two[:47]},
		{"owed", "works out of order", swapped},
		{"owed", "a work twice", twice},
		{"owed", "a weight of zero", weightless},
		{"owed", "a weight above the whole", heavy},
	} {
		_, err := royaltytypes.Upstream{Absolute: r.Packed}.Unpack()
		require.Error(t, err, r.Why)
		all = append(all, r)
	}
	closure := good.Closures[2].Packed
	for _, r := range []refusedPacking{
		{"closures", "a byte is missing", closure[:15]},
		{"closures", "works out of order", append(append(hexBytes{}, closure[8:]...), closure[:8]...)},
	} {
		_, err := flow.UnpackClosure(r.Packed)
		require.Error(t, err, r.Why)
		all = append(all, r)
	}
	demands := good.Demands[1].Packed
	for _, r := range []refusedPacking{
		{"demands", "no head", demands[:3]},
		{"demands", "a byte is missing", demands[:len(demands)-1]},
	} {
		_, err := licensetypes.UnpackDemands(r.Packed)
		require.Error(t, err, r.Why)
		all = append(all, r)
	}
	return all
}
