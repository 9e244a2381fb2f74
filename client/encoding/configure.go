package encoding

import (
	"os"
	"sync"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// AccountPrefix is the human-readable part of account addresses.
	AccountPrefix = "stemma"
	// ValidatorPrefix is that of validators' addresses.
	ValidatorPrefix = AccountPrefix + sdk.PrefixValidator + sdk.PrefixOperator
	// ConsensusPrefix is that of the addresses of validators' keys in consensus.
	ConsensusPrefix = AccountPrefix + sdk.PrefixValidator + sdk.PrefixConsensus
	// StakingDenom is the smallest unit of the staking token: one STEM is
	// 1,000,000 ustem.
	StakingDenom = "ustem"
	// LocalDenom is the second denom that local networks accept for payments and fees. On a
	// public network it would arrive over IBC.
	LocalDenom = "uusdc"
)

// configScope names the process-wide SDK configuration. Without a name the SDK
// asks the operating system for the executable's path at every bech32
// conversion, about 9 % of all CPU under load.
const configScope = "stemma"

// Configure sets the process-wide configuration of the SDK: the prefixes of addresses and
// the staking denom. Whatever needs it calls it, and later calls do nothing; a program that
// writes addresses before it has a client calls it first. One process speaks to chains of
// one prefix only, as the SDK has it.
func Configure() { configure() }

var configure = sync.OnceFunc(func() {
	if err := os.Setenv(sdk.EnvConfigScope, configScope); err != nil {
		panic(err) // the name is a constant, so it can be set
	}
	cfg := sdk.GetConfig()
	cfg.SetBech32PrefixForAccount(AccountPrefix, AccountPrefix+sdk.PrefixPublic)
	cfg.SetBech32PrefixForValidator(ValidatorPrefix, ValidatorPrefix+sdk.PrefixPublic)
	cfg.SetBech32PrefixForConsensusNode(ConsensusPrefix, ConsensusPrefix+sdk.PrefixPublic)
	sdk.DefaultBondDenom = StakingDenom
})
