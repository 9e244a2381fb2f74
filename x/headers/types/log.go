package types

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"cosmossdk.io/collections/codec"

	"github.com/stemma-chain/stemma/x/headers/rfc6962"
)

// Log is the log of headers as its row has it.
type Log struct {
	// First is the height of its first header; 0: it is empty.
	First int64
	rfc6962.Frontier
}

// Validate fails with ErrInvalidGenesis on a log that cannot have come about.
func (l Log) Validate() error {
	if err := l.Frontier.Validate(); err != nil {
		return ErrInvalidGenesis.Wrap(err.Error())
	}
	if (l.Size == 0) != (l.First == 0) || l.First < 0 || l.Size > math.MaxInt64-uint64(l.First) {
		return ErrInvalidGenesis.Wrapf("a log of %d headers can't begin at height %d", l.Size, l.First)
	}
	return nil
}

// Next is the height of the header that comes next; 0: any.
func (l Log) Next() int64 { return l.First + int64(l.Size) }

// Append adds the header of a block by its hash. It returns the subtrees that it completes. It fails where
// the hash is none, or the height is not the next.
func (l *Log) Append(height int64, hash []byte) ([]rfc6962.Subtree, error) {
	if len(hash) != rfc6962.Size {
		return nil, fmt.Errorf("block %d comes with a hash of %d bytes, not %d", height, len(hash), rfc6962.Size)
	}
	if l.Size == 0 {
		l.First = height
	}
	if height != l.Next() {
		return nil, fmt.Errorf("the log of headers goes on at height %d, not %d", l.Next(), height)
	}
	var full []rfc6962.Subtree
	l.Frontier, full = l.Frontier.Append(rfc6962.Leaf(hash))
	return full, nil
}

// Index is the place of a header. It fails with ErrNotInLog.
func (l Log) Index(height int64) (uint64, error) {
	if l.Size == 0 || height < l.First || height >= l.Next() {
		return 0, ErrNotInLog.Wrapf("it has the headers of heights %d to %d, not %d", l.First, l.Next()-1, height)
	}
	return uint64(height - l.First), nil
}

// Hashes are hashes in hex, as queries and genesis have them.
func Hashes(list []rfc6962.Hash) []string {
	texts := make([]string, len(list))
	for i, hash := range list {
		texts[i] = hash.String()
	}
	return texts
}

// ParseHashes reads hashes in hex. An error names the first that is none.
func ParseHashes(texts []string) ([]rfc6962.Hash, error) {
	list := make([]rfc6962.Hash, len(texts))
	for i, text := range texts {
		raw, err := hex.DecodeString(text)
		if err != nil || len(raw) != rfc6962.Size || hex.EncodeToString(raw) != text {
			return nil, fmt.Errorf("%q is no hash: write %d hex digits in lower case", text, 2*rfc6962.Size)
		}
		list[i] = rfc6962.Hash(raw)
	}
	return list, nil
}

// LogValue keeps a log as first height, size (8 bytes each, big-endian) and peaks, one behind the other.
var LogValue codec.ValueCodec[Log] = logValue{}

type logValue struct{}

func (logValue) Encode(l Log) ([]byte, error) {
	row := make([]byte, 0, 16+len(l.Peaks)*rfc6962.Size)
	row = binary.BigEndian.AppendUint64(row, uint64(l.First))
	row = binary.BigEndian.AppendUint64(row, l.Size)
	for _, peak := range l.Peaks {
		row = append(row, peak[:]...)
	}
	return row, nil
}

func (logValue) Decode(row []byte) (Log, error) {
	if len(row) < 16 || (len(row)-16)%rfc6962.Size != 0 {
		return Log{}, fmt.Errorf("a log of headers has 16 bytes and %d for each peak, not %d", rfc6962.Size, len(row))
	}
	l := Log{First: int64(binary.BigEndian.Uint64(row)), Frontier: rfc6962.Frontier{Size: binary.BigEndian.Uint64(row[8:])}}
	for rest := row[16:]; len(rest) > 0; rest = rest[rfc6962.Size:] {
		l.Peaks = append(l.Peaks, rfc6962.Hash(rest[:rfc6962.Size]))
	}
	return l, l.Validate()
}

func (logValue) EncodeJSON(l Log) ([]byte, error) { return json.Marshal(l) }

func (logValue) DecodeJSON(raw []byte) (l Log, err error) { return l, json.Unmarshal(raw, &l) }

func (logValue) Stringify(l Log) string {
	return fmt.Sprintf("%d headers from height %d on", l.Size, l.First)
}

func (logValue) ValueType() string { return "headers/log" }

// HashValue keeps a hash as its bytes.
var HashValue codec.ValueCodec[rfc6962.Hash] = hashValue{}

type hashValue struct{}

func (hashValue) Encode(h rfc6962.Hash) ([]byte, error) { return h[:], nil }

func (hashValue) Decode(raw []byte) (rfc6962.Hash, error) {
	if len(raw) != rfc6962.Size {
		return rfc6962.Hash{}, fmt.Errorf("a hash has %d bytes, not %d", rfc6962.Size, len(raw))
	}
	return rfc6962.Hash(raw), nil
}

func (hashValue) EncodeJSON(h rfc6962.Hash) ([]byte, error) { return json.Marshal(h.String()) }

func (hashValue) DecodeJSON(raw []byte) (h rfc6962.Hash, err error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return h, err
	}
	list, err := ParseHashes([]string{text})
	if err != nil {
		return h, err
	}
	return list[0], nil
}

func (hashValue) Stringify(h rfc6962.Hash) string { return h.String() }

func (hashValue) ValueType() string { return "headers/hash" }
