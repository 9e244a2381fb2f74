package asset_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

// usual are the exclusions that every hash has.
func usual() []asset.Exclusion {
	id := []byte{0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81}
	return []asset.Exclusion{{XPath: "/uuid", Data: []asset.Data{{Offset: 8, Value: id}}}, {XPath: "/ftyp"}, {XPath: "/mfra"}}
}

func at(offset int, content []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(offset)), content...)
}

func sum(parts ...[]byte) []byte {
	s := sha256.Sum256(join(parts...))
	return s[:]
}

func TestHashOfBMFF(t *testing.T) {
	whole := samples["mp4"].make(store(50, 1))
	movie, media := moov(), box("mdat", []byte("some twenty bytes of it"))
	start := len(whole) - len(movie) - len(media)
	f := open(t, whole)
	h := asset.BMFFHash{Version: 3, Exclusions: usual(), Hash: sum(at(start, movie), at(start+len(movie), media))}
	require.NoError(t, f.HashBMFF("sha256", h))
	h.Version, h.Hash = 1, sum(movie, media)
	require.NoError(t, f.HashBMFF("sha256", h))
	h.Version, h.Hash = 2, sum(at(start, movie), at(start+len(movie), media))
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x10
		err := open(t, changed).HashBMFF("sha256", h)
		switch {
		case i >= start:
			require.ErrorIs(t, err, asset.ErrMismatch, i)
		case i >= 4 && i < 8:
			require.ErrorIs(t, err, asset.ErrUnsupported, i) // no BMFF any more
		}
	}
	require.ErrorIs(t, f.HashBMFF("md5", h), asset.ErrAlgorithm)
	require.ErrorIs(t, open(t, append(bytes.Clone(whole), "more"...)).HashBMFF("sha256", h), asset.ErrMismatch)
}

func TestExclusionsOfBMFF(t *testing.T) {
	whole := samples["mp4"].make(nil)
	movie, media := moov(), box("mdat", []byte("some twenty bytes of it"))
	start := len(whole) - len(movie) - len(media)
	tracks := bytes.Split(movie, []byte("trak"))
	first := 8 + len(tracks[0]) - 8 - 4 // of the first trak
	track := len(box("trak", box("tkhd", []byte{0, 0, 0, 1}, []byte("content"))))
	one, two, yes, no := int64(1), uint64(track-8), true, false
	// without is the movie without what is left out of it.
	without := func(parts ...[2]int) []byte {
		kept := bytes.Clone(movie)
		for i := len(parts) - 1; i >= 0; i-- {
			kept = append(kept[:parts[i][0]:parts[i][0]], kept[parts[i][0]+parts[i][1]:]...)
		}
		return kept
	}
	inside := [2]int{first + 8, track - 8}
	second := [2]int{first + track + 8, track - 8}
	for name, c := range map[string]struct {
		out  asset.Exclusion
		kept []byte
	}{
		"both":               {asset.Exclusion{XPath: "/moov/trak/tkhd"}, without(inside, second)},
		"the second":         {asset.Exclusion{XPath: "/moov[1]/trak[2]/tkhd[1]"}, without(second)},
		"no third":           {asset.Exclusion{XPath: "/moov/trak[3]/tkhd"}, movie},
		"by length":          {asset.Exclusion{XPath: "/moov/trak/tkhd", Length: &two}, without(inside, second)},
		"by version":         {asset.Exclusion{XPath: "/moov/trak/tkhd", Version: &one}, movie},
		"version of a plain": {asset.Exclusion{XPath: "/moov/trak", Version: &one}, movie},
		"by flags":           {asset.Exclusion{XPath: "/moov/trak/tkhd", Flags: []byte{0, 0, 7}}, without(second)},
		"by exact flags":     {asset.Exclusion{XPath: "/moov/trak/tkhd", Flags: []byte{0, 0, 1}, Exact: &yes}, without(inside)},
		"by some flags":      {asset.Exclusion{XPath: "/moov/trak/tkhd", Flags: []byte{0, 0, 1}, Exact: &no}, without(inside, second)},
		"by data":            {asset.Exclusion{XPath: "/moov/trak/tkhd", Data: []asset.Data{{Offset: 11, Value: []byte{7}}}}, without(second)},
		"data behind":        {asset.Exclusion{XPath: "/moov/trak/tkhd", Data: []asset.Data{{Offset: 18, Value: []byte("tent")}}}, movie},
		"parts": {
			asset.Exclusion{XPath: "/moov/trak[1]/tkhd", Subset: []asset.Subset{{Offset: 4, Length: 4}, {Offset: 12, Length: 0}}},
			without([2]int{inside[0] + 4, 4}, [2]int{inside[0] + 12, track - 8 - 12}),
		},
		"parts behind":  {asset.Exclusion{XPath: "/moov/trak[1]/tkhd", Subset: []asset.Subset{{Offset: 400, Length: 4}}}, movie},
		"all of a part": {asset.Exclusion{XPath: "/moov", Subset: []asset.Subset{{Offset: 0, Length: 0}}}, nil},
	} {
		h := asset.BMFFHash{Version: 2, Exclusions: append(usual(), c.out), Hash: sum(at(start, c.kept), at(start+len(movie), media))}
		require.NoError(t, open(t, whole).HashBMFF("sha256", h), name)
	}
	whole = samples["mp4"].make(nil)
	h := asset.BMFFHash{Version: 2, Exclusions: append(usual(), asset.Exclusion{XPath: "/moov"}), Hash: sum(at(start+len(movie), media))}
	require.NoError(t, open(t, whole).HashBMFF("sha256", h))

	for name, out := range map[string]asset.Exclusion{
		"relative": {XPath: "moov"}, "short": {XPath: "/moo"}, "zero": {XPath: "/moov[0]"}, "leading zero": {XPath: "/moov[01]"},
		"open": {XPath: "/moov[1"}, "below all": {XPath: "//tkhd"}, "flags": {XPath: "/moov", Flags: []byte{1}},
		"order":   {XPath: "/moov", Subset: []asset.Subset{{Offset: 5, Length: 2}, {Offset: 6, Length: 1}}},
		"endless": {XPath: "/moov", Subset: []asset.Subset{{Offset: 5, Length: 0}, {Offset: 6, Length: 1}}},
		"over":    {XPath: "/moov", Subset: []asset.Subset{{Offset: 1 << 63, Length: 1 << 63}}},
	} {
		h := asset.BMFFHash{Version: 2, Exclusions: []asset.Exclusion{out}, Hash: sum()}
		require.ErrorIs(t, open(t, whole).HashBMFF("sha256", h), asset.ErrMalformed, name)
	}
}

// rows are those of a tree, the leaves first.
func rows(leaves [][]byte) (all [][][]byte) {
	for {
		all = append(all, leaves)
		if len(leaves) == 1 {
			return all
		}
		var above [][]byte
		for i := 0; i < len(leaves); i += 2 {
			if i+1 == len(leaves) {
				above = append(above, leaves[i])
				continue
			}
			above = append(above, sum(leaves[i], leaves[i+1]))
		}
		leaves = above
	}
}

func TestMerkleTreesOverMedia(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		media := box("mdat", bytes.Repeat([]byte("media"), rapid.IntRange(2, 100).Draw(t, "size")))
		content := media[16:]
		whole := join(samples["mp4"].make(nil), media)
		start := len(whole) - len(media)
		first := box("mdat", []byte("some twenty bytes of it"))
		tail := asset.Exclusion{XPath: "/mdat", Subset: []asset.Subset{{Offset: 16}}}
		var leaves [][]byte
		m := asset.MerkleMap{LocalID: 1}
		fixed := rapid.Bool().Draw(t, "fixed")
		size := rapid.IntRange(1, 40).Draw(t, "block")
		for left := content; len(left) > 0; {
			n := min(size, len(left))
			leaves = append(leaves, sum(left[:n]))
			left = left[n:]
			if !fixed {
				m.Sizes = append(m.Sizes, int64(n))
				size = rapid.IntRange(0, 40).Draw(t, "next")
			}
		}
		if fixed {
			each := int64(size)
			m.FixedSize = &each
		}
		m.Count = int64(len(leaves))
		all := rows(leaves)
		m.Hashes = all[rapid.IntRange(0, len(all)-1).Draw(t, "row")]
		h := asset.BMFFHash{
			Version: 3, Exclusions: append(usual(), tail),
			Merkle: []asset.MerkleMap{{Count: 1, Hashes: [][]byte{sum(first[16:])}}, m},
		}
		movie := moov()
		h.Hash = sum(at(start-len(first)-len(movie), movie), at(start-len(first), first[:16]), at(start, media[:16]))
		require.NoError(t, open(t, whole).HashBMFF("sha256", h))
		changed := bytes.Clone(whole)
		changed[rapid.IntRange(start-len(first)-len(movie), len(whole)-1).Draw(t, "at")] ^= 1
		require.Error(t, open(t, changed).HashBMFF("sha256", h))
		h.Merkle[1].Hashes = h.Merkle[1].Hashes[:len(m.Hashes)-1]
		require.Error(t, open(t, whole).HashBMFF("sha256", h))
		h.Merkle = h.Merkle[:1]
		require.ErrorIs(t, open(t, whole).HashBMFF("sha256", h), asset.ErrMismatch)
	})
}

func TestMerkleTreesOverFragments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type leaf struct {
			UniqueID int      `cbor:"uniqueId"`
			LocalID  int      `cbor:"localId"`
			Location int      `cbor:"location"`
			Hashes   [][]byte `cbor:"hashes,omitempty"`
		}
		count := rapid.IntRange(1, 9).Draw(t, "fragments")
		build := func(proofs [][][]byte) (whole []byte, starts []int) {
			whole = join(box("ftyp", []byte("isom\x00\x00\x00\x00")), moov())
			for i := range count {
				one := leaf{3, 4, i, nil}
				pad := 400
				if proofs != nil {
					one.Hashes = proofs[i]
				}
				raw, err := cbor.Marshal(one)
				require.NoError(t, err)
				whole = append(whole, provenance("merkle", raw, make([]byte, pad-len(raw)))...)
				starts = append(starts, len(whole))
				whole = join(whole, box("moof", []byte{byte(i)}), box("mdat", []byte{byte(i), 1}))
			}
			return whole, starts
		}
		_, starts := build(nil)
		var leaves [][]byte
		for i, start := range starts {
			moof := box("moof", []byte{byte(i)})
			leaves = append(leaves, sum(at(start, moof), at(start+len(moof), box("mdat", []byte{byte(i), 1}))))
		}
		all := rows(leaves)
		row := rapid.IntRange(0, len(all)-1).Draw(t, "row")
		proofs := make([][][]byte, count)
		for i := range proofs {
			index := i
			for _, r := range all[:row] {
				if index^1 < len(r) {
					proofs[i] = append(proofs[i], r[index^1])
				}
				index /= 2
			}
		}
		whole, _ := build(proofs)
		h := asset.BMFFHash{Version: 3, Exclusions: usual(), Merkle: []asset.MerkleMap{{
			UniqueID: 3, LocalID: 4, Count: int64(count), Hashes: all[row], InitHash: sum(at(16, moov())),
		}}}
		f := open(t, whole)
		require.NoError(t, f.HashBMFF("sha256", h))
		i := rapid.IntRange(0, len(whole)-1).Draw(t, "at")
		changed := bytes.Clone(whole)
		changed[i] ^= 0x40
		if err := open(t, changed).HashBMFF("sha256", h); err == nil {
			require.True(t, i < 16 || bytes.Contains(whole[max(0, i-500):i+1], []byte("uuid")), i)
		}
		h.Merkle[0].Count++
		require.Error(t, open(t, whole).HashBMFF("sha256", h))
	})
}

// The positions that a film with a store has in its tables, and those of the same film without.
func TestPositionsMoveBack(t *testing.T) {
	u32 := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	u64 := func(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
	film := func(moved int, manifests []byte) []byte {
		tables := box("stbl", box("stco", u32(0), u32(2), u32(10), u32(2000+moved)), box("co64", u32(0), u32(1), u64(1<<33+moved)),
			box("saio", u32(1), u32(9), u32(9), u32(1), u32(2000+moved)), box("saio", u32(1<<24), u32(1), u64(3000+moved)))
		parts := [][]byte{
			box("ftyp", []byte("isom\x00\x00\x00\x00")), manifests, box("moov", box("trak", box("mdia", box("minf", tables)))),
			box("meta", u32(0),
				// Three items: with a base, with parts only, and with its data elsewhere.
				box("iloc", u32(1<<24), []byte{0x44, 0x40, 0, 3},
					[]byte{0, 1, 0, 0, 0, 0}, u32(2000+moved), []byte{0, 1}, u32(50), u32(5),
					[]byte{0, 2, 0, 0, 0, 0}, u32(0), []byte{0, 2}, u32(2000+moved), u32(5), u32(0), u32(5),
					[]byte{0, 3, 0, 1, 0, 0}, u32(2000), []byte{0, 1}, u32(2000), u32(5))),
			box("moof", box("traf", box("tfhd", u32(1), u32(7), u64(2500+moved)), box("tfhd", u32(0), u32(7), u32(2500)))),
			box("mfra", box("tfra", u32(0), u32(7), u32(0), u32(1), u32(5), u32(2600+moved), []byte{1, 1, 1}),
				box("tfra", u32(1<<24), u32(7), u32(0), u32(1), u64(5), u64(2600+moved), []byte{1, 1, 1})),
		}
		return join(parts...)
	}
	manifests := provenance("manifest", make([]byte, 8), store(100, 1))
	var out bytes.Buffer
	require.NoError(t, open(t, film(len(manifests), manifests)).Strip(&out))
	require.Equal(t, film(0, nil), out.Bytes())

	broken := join(box("ftyp", []byte("isom\x00\x00\x00\x00")), manifests, box("stco", u32(0), u32(9), u32(1)))
	require.ErrorIs(t, open(t, broken).Strip(&out), asset.ErrUnsupported)
}
