package deed

import (
	"github.com/stemma-chain/stemma/x/license/termspec"
	"github.com/stemma-chain/stemma/x/license/types"
)

// Machine is what terms make of one kind of use by machines.
type Machine = termspec.Machine

// Machines says what becomes of AI training, AI input and search under terms, said
// or unsaid, in this order.
func Machines(t types.Terms) []Machine { return termspec.Machines(t) }
