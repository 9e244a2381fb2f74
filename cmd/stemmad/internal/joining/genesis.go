package joining

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	rpcclient "github.com/cometbft/cometbft/rpc/client"
	cmttypes "github.com/cometbft/cometbft/types"
)

// maxGenesis bounds what a node may send as its genesis, in bytes: a million works are half of a gigabyte.
const maxGenesis = 4 << 30

// maxDepth is how many levels a genesis may have; ours has some twenty.
const maxDepth = 200

// maxPieces bounds in how many pieces: CometBFT's have 16 MiB.
const maxPieces = maxGenesis / (16 << 20)

// Canonical writes a genesis so that all who have it write the same bytes: without spaces, names in
// order. Its SHA-256 is the genesis' hash.
func Canonical(doc *cmttypes.GenesisDoc) ([]byte, error) {
	raw, err := cmtjson.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return sorted(make([]byte, 0, len(raw)), raw, maxDepth)
}

// sorted appends a JSON text with names in order, each written once, by what stands last. It is what
// encoding/json makes of the text as maps, slices and numbers as they are written, which would take twenty
// times the text's size in memory.
func sorted(out []byte, text json.RawMessage, depth int) ([]byte, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	if depth == 0 && (text[0] == '{' || text[0] == '[') { // each level is read anew: a liar's of thousands takes hours
		return nil, fmt.Errorf("the genesis has more than %d levels of lists and objects within each other", maxDepth)
	}
	switch text[0] {
	case '{':
		members, err := partsOf(text)
		if err != nil {
			return nil, err
		}
		last := map[string]json.RawMessage{}
		for _, m := range members {
			last[m.name] = m.text
		}
		out = append(out, '{')
		for i, name := range slices.Sorted(maps.Keys(last)) {
			quoted, err := json.Marshal(name)
			if err != nil {
				return nil, err
			}
			out = append(append(append(out, comma(i)...), quoted...), ':')
			if out, err = sorted(out, last[name], depth-1); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	case '[':
		items, err := partsOf(text)
		if err != nil {
			return nil, err
		}
		out = append(out, '[')
		for i, item := range items {
			if out, err = sorted(append(out, comma(i)...), item.text, depth-1); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case '"':
		var value string
		if err := json.Unmarshal(text, &value); err != nil {
			return nil, err
		}
		quoted, err := json.Marshal(value)
		return append(out, quoted...), err
	}
	return append(out, text...), nil
}

// part is a member of an object, or an item of a list, where it stands in the text: a part may be as large as the whole.
type part struct {
	name string
	text json.RawMessage
}

// partsOf parts an object or a list.
func partsOf(text json.RawMessage) (parts []part, err error) {
	in := json.NewDecoder(bytes.NewReader(text))
	begin, err := in.Token()
	if err != nil {
		return nil, err
	}
	var value json.RawMessage // one for all, so that they share its memory
	for in.More() {
		var p part
		if begin == json.Delim('{') {
			name, err := in.Token()
			if err != nil {
				return nil, err
			}
			p.name, _ = name.(string)
		}
		if err := in.Decode(&value); err != nil {
			return nil, err
		}
		end := in.InputOffset()
		p.text = text[end-int64(len(value)) : end]
		parts = append(parts, p)
	}
	_, err = in.Token()
	return parts, err
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// Hash is the hash of what a genesis says, however its file is written, in hex.
func Hash(doc *cmttypes.GenesisDoc) (string, error) {
	canonical, err := Canonical(doc)
	if err != nil {
		return "", err
	}
	return hashOf(canonical), nil
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
		if part.TotalChunks < 1 || part.TotalChunks > maxPieces {
			return nil, nil, fmt.Errorf("its genesis has %d pieces; at most %d are taken", part.TotalChunks, maxPieces)
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
	raw = nil //nolint:ineffassign,wastedassign // the state is in memory often enough below
	canonical, err := Canonical(doc)
	doc.AppState = nil // it is in the canonical form
	return doc, canonical, err
}
