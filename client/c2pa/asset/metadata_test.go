package asset_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/c2pa/asset"
)

func TestWhereMetadataIs(t *testing.T) {
	raw := append([]byte{0xFF, 0xD8}, jpegSegment(0xE1, []byte("Exif"))...)
	raw = append(append(raw, jpegSegment(0xE2, []byte("ICC"))...), jpegSegment(0xED, []byte("Photoshop"))...)
	raw = append(raw, 0xFF, 0xD9)
	require.Equal(t, []asset.Range{{Start: 6, Length: 4}, {Start: 21, Length: 9}}, open(t, raw).MetadataRanges())
	require.Empty(t, open(t, []byte("text")).MetadataRanges())
}
