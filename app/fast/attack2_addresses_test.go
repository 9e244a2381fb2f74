package fast_test

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/stemma-chain/stemma/app/fast"
)

func TestAttack2Addresses(t *testing.T) {
	ours, theirs := fast.Addresses("stemma"), address.NewBech32Codec("stemma")
	rng := rand.New(rand.NewSource(7))
	charset := "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	poly := func(values []byte) uint32 {
		gen := []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
		chk := uint32(1)
		for _, v := range values {
			b := chk >> 25
			chk = (chk&0x1ffffff)<<5 ^ uint32(v)
			for i := range 5 {
				if b>>i&1 == 1 {
					chk ^= gen[i]
				}
			}
		}
		return chk
	}
	encode := func(hrp string, data []byte, constant uint32) string {
		var exp []byte
		for i := range hrp {
			exp = append(exp, hrp[i]>>5)
		}
		exp = append(exp, 0)
		for i := range hrp {
			exp = append(exp, hrp[i]&31)
		}
		exp = append(exp, data...)
		exp = append(exp, 0, 0, 0, 0, 0, 0)
		p := poly(exp) ^ constant
		out := hrp + "1"
		for _, d := range data {
			out += string(charset[d])
		}
		for i := range 6 {
			out += string(charset[p>>(5*(5-i))&31])
		}
		return out
	}
	for i := 0; i < 200000; i++ {
		n := []int{32, 52, 33, 51, 53, 31}[rng.Intn(6)]
		data := make([]byte, n)
		if rng.Intn(5) > 0 {
			for j := range data {
				data[j] = byte(rng.Intn(32))
			}
		}
		if rng.Intn(2) == 0 {
			data[n-1] &= 0x10
		}
		hrp := []string{"stemma", "stemma", "stemma", "stemmavaloper", "STEMMA", "stemm1", "work"}[rng.Intn(7)]
		constant := []uint32{1, 1, 1, 0x2bc830a3, 0}[rng.Intn(5)]
		text := encode(hrp, data, constant)
		switch rng.Intn(8) {
		case 0:
			text = strings.ToUpper(text)
		case 1:
			text = text[:6] + strings.ToUpper(text[6:])
		case 2:
			text = " " + text
		case 3:
			text = text + "\n"
		case 4:
			b := []byte(text)
			b[rng.Intn(len(b))] ^= 0x80
			text = string(b)
		}
		want, wantErr := theirs.StringToBytes(text)
		got, gotErr := ours.StringToBytes(text)
		require.Equal(t, wantErr == nil, gotErr == nil, "%q %v %v", text, wantErr, gotErr)
		require.Equal(t, want, got, text)
	}
}
