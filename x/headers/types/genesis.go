package types

import "github.com/stemma-chain/stemma/x/headers/rfc6962"

// DefaultGenesisState is an empty log.
func DefaultGenesisState() *GenesisState { return &GenesisState{} }

// Validate fails with ErrInvalidGenesis.
func (gs GenesisState) Validate() error {
	_, err := gs.Log()
	return err
}

// Log is the log that the chain goes on with. It fails with ErrInvalidGenesis.
func (gs GenesisState) Log() (Log, error) {
	peaks, err := ParseHashes(gs.Peaks)
	if err != nil {
		return Log{}, ErrInvalidGenesis.Wrap(err.Error())
	}
	if len(peaks) == 0 {
		peaks = nil
	}
	l := Log{gs.FirstHeight, rfc6962.Frontier{Size: gs.TreeSize, Peaks: peaks}}
	return l, l.Validate()
}
