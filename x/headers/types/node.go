package types

import "context"

// Node is what queries ask the node that answers them.
type Node interface {
	// Headers are the hashes of headers, from a height on, as many as are asked for.
	Headers(ctx context.Context, from int64, count int) ([][]byte, error)
}
