package joining

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	cmttypes "github.com/cometbft/cometbft/types"
)

// maxGenesis bounds what a node may send as its genesis, in bytes: an export of ten million works is
// a tenth of it in size for each gigabyte that a node needs to read it.
const maxGenesis = 4 << 30

// Canonical writes a genesis so that all who have it write the same bytes: without spaces, names in
// order. Its SHA-256 is the genesis' hash.
func Canonical(doc *cmttypes.GenesisDoc) ([]byte, error) {
	raw, err := cmtjson.Marshal(doc)
	if err != nil {
		return nil, err
	}
	read := json.NewDecoder(bytes.NewReader(raw))
	read.UseNumber()
	var value any
	if err := read.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// Hash is the hash of what a genesis says, however its file is written, in hex.
func Hash(doc *cmttypes.GenesisDoc) (string, error) {
	sorted, err := Canonical(doc)
	if err != nil {
		return "", err
	}
	return hashOf(sorted), nil
}

func hashOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// genesisOf asks a node for the genesis, piece by piece, and returns it in canonical form.
func genesisOf(ctx context.Context, node rpcclient.HistoryClient) (*cmttypes.GenesisDoc, []byte, error) {
	var raw []byte
	for piece, pieces := uint(0), 1; int(piece) < pieces; piece++ {
		part, err := node.GenesisChunked(ctx, piece)
		if err != nil {
			return nil, nil, fmt.Errorf("its genesis: %w", err)
		}
		if piece > 0 && part.TotalChunks != pieces {
			return nil, nil, fmt.Errorf("its genesis has %d pieces, and a moment before %d", part.TotalChunks, pieces)
		}
		pieces = part.TotalChunks
		data, err := base64.StdEncoding.DecodeString(part.Data)
		if err != nil {
			return nil, nil, fmt.Errorf("its genesis, piece %d: %w", piece, err)
		}
		if len(data) == 0 || len(raw)+len(data) > maxGenesis {
			return nil, nil, fmt.Errorf("its genesis: piece %d of %d has %d bytes behind %d; at most %d are taken",
				piece, pieces, len(data), len(raw), int64(maxGenesis))
		}
		raw = append(raw, data...)
	}
	doc, err := cmttypes.GenesisDocFromJSON(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("its genesis: %w", err)
	}
	canonical, err := Canonical(doc)
	return doc, canonical, err
}
