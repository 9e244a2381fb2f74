package iscc_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/iscc"
	"github.com/stemma-chain/stemma/testutil/data"
)

// vector is one of ISCC's conformance tests.
type vector struct {
	Inputs  []json.RawMessage
	Outputs struct {
		ISCC, Name, Description, Meta, Metahash, Datahash string
		Characters, Filesize                              int64
		Parts                                             []string
	}
}

// in reads an input.
func in[T any](t *testing.T, v vector, i int) (out T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(v.Inputs[i], &out))
	return out
}

func TestTheOfficialVectors(t *testing.T) {
	var all map[string]map[string]vector
	var sets map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(data.Read(t, "iscc/vectors.json"), &sets))
	delete(sets, "_metadata")
	raw, err := json.Marshal(sets)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &all))
	require.Len(t, all, len(makers))
	ran := 0
	for set, vectors := range all {
		for name, v := range vectors {
			t.Run(set+"/"+name, func(t *testing.T) {
				code, err := makers[set](t, v)
				require.NoError(t, err)
				require.Equal(t, v.Outputs.ISCC, code.String())
				read, err := iscc.Parse(v.Outputs.ISCC)
				require.NoError(t, err)
				require.Equal(t, code, read)
			})
			ran++
		}
	}
	require.Equal(t, 50, ran)
}

// makers are our functions, by the names of the reference's.
var makers = map[string]func(*testing.T, vector) (iscc.Code, error){
	"gen_meta_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		var payload []byte
		if string(v.Inputs[2]) != "null" {
			text := string(v.Inputs[2])
			if strings.HasPrefix(text, `"`) {
				text = in[string](t, v, 2)
			}
			var stored string
			var err error
			payload, stored, err = iscc.ParseMetadata(text)
			require.NoError(t, err)
			require.Equal(t, v.Outputs.Meta, stored)
		}
		made, err := iscc.MetaWith(in[string](t, v, 0), in[string](t, v, 1), payload, in[int](t, v, 3))
		require.NoError(t, err)
		require.Equal(t, v.Outputs.Name, made.Name)
		require.Equal(t, v.Outputs.Description, made.Description)
		require.Equal(t, v.Outputs.Metahash, made.Hash)
		return made.Code, err
	},
	"gen_text_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		code, characters, err := iscc.TextFrom(strings.NewReader(in[string](t, v, 0)), in[int](t, v, 1))
		require.Equal(t, v.Outputs.Characters, characters)
		return code, err
	},
	"gen_image_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		var pixels [iscc.ImageSide * iscc.ImageSide]uint8
		values := in[[]uint16](t, v, 0)
		require.Len(t, values, len(pixels))
		for i, p := range values {
			pixels[i] = uint8(p)
		}
		return iscc.Image(&pixels, in[int](t, v, 1))
	},
	"gen_audio_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		return iscc.Audio(in[[]int32](t, v, 0), in[int](t, v, 1))
	},
	"gen_video_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		return iscc.Video(in[[][]uint16](t, v, 0), in[int](t, v, 1))
	},
	"gen_mixed_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		require.Equal(t, v.Outputs.Parts, in[[]string](t, v, 0))
		return iscc.Mixed(parse(t, in[[]string](t, v, 0)...), in[int](t, v, 1))
	},
	"gen_data_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		h := iscc.NewData()
		_, err := h.Write(stream(t, v))
		require.NoError(t, err)
		return h.Code(in[int](t, v, 1))
	},
	"gen_instance_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		h := iscc.NewInstance()
		n, err := h.Write(stream(t, v))
		require.NoError(t, err)
		require.Equal(t, v.Outputs.Filesize, int64(n))
		sum := h.Sum()
		require.Equal(t, v.Outputs.Datahash, "1e20"+hex.EncodeToString(sum[:]))
		return h.Code(in[int](t, v, 1))
	},
	"gen_iscc_code_v0": func(t *testing.T, v vector) (iscc.Code, error) {
		return iscc.Compose(parse(t, in[[]string](t, v, 0)...)...)
	},
}

func stream(t *testing.T, v vector) []byte {
	t.Helper()
	digits, found := strings.CutPrefix(in[string](t, v, 0), "stream:")
	require.True(t, found)
	raw, err := hex.DecodeString(digits)
	require.NoError(t, err)
	return raw
}

func parse(t testing.TB, texts ...string) (codes []iscc.Code) {
	t.Helper()
	for _, text := range texts {
		code, err := iscc.Parse(text)
		require.NoError(t, err, text)
		codes = append(codes, code)
	}
	return codes
}
