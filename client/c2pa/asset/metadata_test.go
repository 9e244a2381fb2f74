package asset_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

func TestMetadataThatHashesMayLeaveOut(t *testing.T) {
	for name, whole := range map[string][]byte{
		"jpeg": join(jpegHead, jpegSegment(0xE1, []byte("metadata")), jpegSegment(0xE2, []byte("colours")), jpegTail),
		"png":  join(pngHead, chunk("tEXt", []byte("metadata")), chunk("iCCP", []byte("colours")), pngTail),
		"riff": riffChunk("RIFF", []byte("WEBP"), riffChunk("VP8X", []byte("x")), riffChunk("EXIF", []byte("metadata"))),
	} {
		ranges := open(t, whole).MetadataRanges()
		require.Len(t, ranges, 1, name)
		require.True(t, bytes.HasPrefix(whole[ranges[0].Start:], []byte("metadata")), name)
	}
	require.Empty(t, open(t, samples["mp4"].make(nil)).MetadataRanges())

	d := newDocument()
	d.object(1, "<</AcroForm 2 0 R>>")
	d.object(2, "<</Fields[3 0 R 9 0 R]>>")
	d.object(3, "<</FT/Sig/V 4 0 R>>")
	d.object(4, "<</ByteRange[0 100 140 30]/Contents<00>>>")
	d.table()
	require.Equal(t, []asset.Range{{Start: 100, Length: 40}}, open(t, d.Bytes()).MetadataRanges())
}
