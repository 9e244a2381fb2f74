package index_test

import (
	"cmp"
	"encoding/base32"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/index"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// coded is an ISCC-CODE of an image, of 64 bits for its content and as many for its bytes.
func coded(image, data uint64) string {
	body := []byte{0x51, 0x01} // ISCC-CODE, image, version 0, with content
	for _, part := range []uint64{image, data, 7} {
		for shift := 56; shift >= 0; shift -= 8 {
			body = append(body, byte(part>>shift))
		}
	}
	return "ISCC:" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(body)
}

// Whatever is registered, revised and blanked, before and after the codes are read into memory, and by whoever opens the index anew: what
// is found is what a look at each work finds.
func TestAlikeFindsAllThatThereIs(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *index.Index) {
		x, ctx := open(), t.Context()
		rng := rand.New(rand.NewPCG(5, 5))
		texts := map[registrytypes.WorkID]registrytypes.Details{}
		codes := map[int][2]uint64{} // of works by number
		numbers := map[registrytypes.WorkID]int{}
		near := func() [2]uint64 {
			c := [2]uint64{0xfedcba9876543210, 0x0123456789abcdef}
			for i := range c {
				for range rng.IntN(9) {
					c[i] ^= 1 << rng.IntN(64)
				}
			}
			return c
		}
		compare := func() {
			t.Helper()
			asked := near()
			of, err := index.ReadCodes(coded(asked[0], asked[1]))
			require.NoError(t, err)
			distance := rng.IntN(index.MaxDistance + 1)
			type match struct{ number, distance int }
			var want, got []match
			for n, c := range codes {
				if d := min(bits.OnesCount64(c[0]^asked[0]), bits.OnesCount64(c[1]^asked[1])); d <= distance {
					want = append(want, match{n, d})
				}
			}
			slices.SortFunc(want, func(a, b match) int {
				return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.number, b.number))
			})
			limit := 1 + rng.IntN(60)
			found, more, err := x.Alike(ctx, of, distance, limit)
			require.NoError(t, err)
			for _, f := range found {
				got = append(got, match{numbers[f.ID], f.Distance})
			}
			require.Equal(t, len(want) > limit, more)
			require.Equal(t, want[:min(limit, len(want))], got)
		}
		height := int64(0)
		for n := range 300 {
			height++
			events := []abci.Event{registered(t, n)}
			if n > 0 && rng.IntN(4) == 0 { // another one's text is revised or taken back
				other := rng.IntN(n)
				if rng.IntN(2) == 0 {
					events = append(events, event(t, &registrytypes.EventTextBlanked{Work: workOf(other)}))
					delete(codes, other)
					texts[workOf(other)] = registrytypes.Details{}
				} else {
					events = append(events, event(t, &registrytypes.EventWorkRevised{Work: workOf(other), Version: 2}))
					codes[other] = near()
					texts[workOf(other)] = image(codes[other])
				}
			}
			codes[n], numbers[workOf(n)] = near(), n
			texts[workOf(n)] = image(codes[n])
			require.NoError(t, x.Apply(ctx, block(height, events)))
			describe(t, x, texts)
			if n%10 == 0 {
				compare()
			}
			if n%90 == 0 {
				require.NoError(t, x.Close())
				x = open()
			}
		}
	})
}

// image is what is said of one with these codes, beside codes that say nothing.
func image(c [2]uint64) registrytypes.Details {
	return registrytypes.Details{Kind: registrytypes.KIND_IMAGE, Fingerprints: []registrytypes.Fingerprint{
		{Scheme: "iscc", Value: coded(c[0], c[1])}, {Scheme: "iscc", Value: "ISCC:nonsense"}, {Scheme: "isrc", Value: "USRC17607839"},
	}}
}

func TestCodesThatSayNothingFindNothing(t *testing.T) {
	for _, text := range []string{"ISCC:AAAZXZ6OU74YAZIM", "ISCC:IAA26E2JXH27TING"} { // Meta and Instance
		codes, err := index.ReadCodes(text)
		require.NoError(t, err)
		require.Empty(t, codes)
	}
	_, err := index.ReadCodes("nonsense")
	require.Error(t, err)
	codes, err := index.ReadCodes(coded(1, 2))
	require.NoError(t, err)
	require.Equal(t, []index.Code{{Unit: index.Image, Bits: 1}, {Unit: index.Data, Bits: 2}}, codes)
}
