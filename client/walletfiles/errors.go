package walletfiles

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoFeeDenom says that the chain takes no denom for fees.
var ErrNoFeeDenom = errors.New("the chain takes no denom for fees")

// UnitError says that nobody told in which units people write a denom: a wallet would show a million in place of one.
type UnitError struct {
	Denom string
	// Most is how many decimals the files take at the most, where the bank's metadata has more; 0: it has none that can be read.
	Most int
}

// Error implements error.
func (e *UnitError) Error() string {
	if e.Most > 0 {
		return fmt.Sprintf("the unit of %s has more than %d decimals, which wallets can't read", e.Denom, e.Most)
	}
	return fmt.Sprintf("the bank has no metadata that says in which unit people write %s", e.Denom)
}

// SymbolError says that several denoms have one symbol, in whatever case, so that people would take them for one.
type SymbolError struct {
	Symbol string
	Denoms []string
}

// Error implements error.
func (e *SymbolError) Error() string {
	return fmt.Sprintf("%s would all be called %s", strings.Join(e.Denoms, " and "), e.Symbol)
}

// UnusedError says that something was said of what the files do not have: a denom or a channel, mistyped perhaps.
type UnusedError struct {
	// Kind is KindDenom or KindChannel.
	Kind, Name string
}

// Kinds of what an UnusedError is about.
const (
	KindDenom   = "denom"
	KindChannel = "channel"
)

// Error implements error.
func (e *UnusedError) Error() string {
	if e.Kind == KindChannel {
		return "no listed denom came by " + e.Name
	}
	return e.Name + " is neither native nor taken for payments or fees"
}
