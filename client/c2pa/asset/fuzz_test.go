package asset_test

import (
	"bytes"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
	"github.com/stemma-chain/stemma/testutil/strangers"
)

// fuzzFormat has files of a format, broken in any way, read: what is found lies in the file, and what is taken out or put in reads as it
// should.
func fuzzFormat(f *testing.F, seeds ...[]byte) {
	manifests := store(60, 3)
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw), func() { readAny(t, raw, manifests) })
	})
}

func readAny(t *testing.T, raw, manifests []byte) {
	f := open(t, raw)
	found, err := f.Store()
	end := int64(0)
	for _, r := range f.StoreRanges() {
		require.True(t, r.Start >= end && r.Length >= 0 && r.Start+r.Length <= int64(len(raw)), "%v of %d", r, len(raw))
		end = r.Start + r.Length
	}
	if err == nil {
		require.NotEmpty(t, f.StoreRanges())
		require.LessOrEqual(t, len(found), len(raw))
	}
	_, err = f.HashData("sha256", f.StoreRanges())
	require.NoError(t, err)
	_ = f.HashBoxes("sha256", []asset.BoxHash{{Names: []string{"SOI", "APP0"}}, {Names: []string{"C2PA"}}, {Names: []string{"c2pa.after"}}})
	for _, r := range f.MetadataRanges() {
		require.True(t, r.Start >= 0 && r.Length >= 0 && r.Start+r.Length <= int64(len(raw)), "%v of %d", r, len(raw))
	}
	var stripped bytes.Buffer
	_ = f.Strip(&stripped)
	place, err := f.Place(int64(len(manifests)))
	if err != nil {
		return
	}
	require.Empty(t, open(t, stripped.Bytes()).StoreRanges())
	var whole bytes.Buffer
	require.NoError(t, f.Embed(&whole, manifests))
	g := open(t, whole.Bytes())
	got, err := g.Store()
	require.NoError(t, err)
	require.Equal(t, manifests, got)
	require.Equal(t, []asset.Range{place}, g.StoreRanges())
	require.Equal(t, stripped.Len()+int(place.Length), whole.Len())
}

func seeds(name string) [][]byte {
	manifests := store(900, 1)
	return [][]byte{samples[name].make(manifests), samples[name].make(nil), samples[name].make(manifests)[:700]}
}

func FuzzJPEG(f *testing.F) {
	two := join(jpegHead, join(jpegParts(store(100, 1), 1, 50)...), join(jpegParts(store(10, 2), 2, 50)...), jpegTail)
	fuzzFormat(f, append(seeds("jpeg"), two)...)
}

func FuzzPNG(f *testing.F) { fuzzFormat(f, seeds("png")...) }

func FuzzRIFF(f *testing.F) { fuzzFormat(f, seeds("webp")...) }

func FuzzGIF(f *testing.F) { fuzzFormat(f, seeds("gif")...) }

func FuzzJXL(f *testing.F) { fuzzFormat(f, seeds("jxl")...) }

func FuzzID3(f *testing.F) { fuzzFormat(f, seeds("mp3")...) }

func FuzzTIFF(f *testing.F) { fuzzFormat(f, seeds("tiff")...) }

func FuzzSVG(f *testing.F) { fuzzFormat(f, seeds("svg")...) }

func FuzzPDF(f *testing.F) {
	for _, predictor := range []bool{true, false} {
		d := newDocument()
		d.object(1, catalog)
		d.object(3, filed)
		d.stream(4, "", store(50, 1))
		d.table()
		f.Add(bytes.Clone(d.Bytes()))
		d.compressed(predictor, map[int]string{1: catalog, 3: filed, 8: "<</Kids[]>>"})
		f.Add(d.Bytes())
	}
	fuzzFormat(f)
}

// FuzzBMFF has files checked against assertions, both broken in any way.
func FuzzBMFF(f *testing.F) {
	whole := samples["mp4"].make(store(50, 1))
	fixed := int64(3)
	track := asset.Exclusion{XPath: "/moov[1]/trak/tkhd", Flags: []byte{0, 0, 1}, Subset: []asset.Subset{{Offset: 3, Length: 4}}}
	for _, h := range []asset.BMFFHash{
		{Exclusions: usual(), Hash: sum()},
		{
			Exclusions: append(usual(), track),
			Hash:       sum(), Merkle: []asset.MerkleMap{{Count: 3, FixedSize: &fixed, Hashes: [][]byte{sum()}}},
		},
		{Exclusions: usual(), Merkle: []asset.MerkleMap{{Count: 1, InitHash: sum(), Hashes: [][]byte{sum()}}}},
	} {
		raw, err := cbor.Marshal(h)
		require.NoError(f, err)
		f.Add(whole, raw)
		f.Add(join(whole, provenance("merkle", []byte("\xa3huniqueId\x00glocalId\x00hlocation\x00")), box("moof"), box("mdat")), raw)
	}
	manifests := store(60, 3)
	f.Fuzz(func(t *testing.T, raw, assertion []byte) {
		if len(raw)+len(assertion) > strangers.MaxInput {
			return
		}
		strangers.Bounded(t, len(raw)+len(assertion), func() {
			readAny(t, raw, manifests)
			h := asset.BMFFHash{Version: 3}
			if err := cbor.Unmarshal(assertion, &h); err == nil {
				_ = open(t, raw).HashBMFF("sha256", h)
			}
		})
	})
}
