// Package types holds what x/agent stores and says: messages, state rows, ids, errors and
// their validation.
package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the agent module.
	ModuleName = "agent"
	// StoreKey is the key of its store.
	StoreKey = ModuleName
)

// Prefixes of the module's tables.
var (
	ParamsPrefix       = collections.NewPrefix(0)
	PassportsPrefix    = collections.NewPrefix(1)
	CardsPrefix        = collections.NewPrefix(2)
	ByControllerPrefix = collections.NewPrefix(3)
	KeysPrefix         = collections.NewPrefix(4)
	KeysOfPrefix       = collections.NewPrefix(5)
	CountersPrefix     = collections.NewPrefix(6)
	AttestationsPrefix = collections.NewPrefix(7)
	BySubjectPrefix    = collections.NewPrefix(8)
	ByIssuerPrefix     = collections.NewPrefix(9)
	FactsPrefix        = collections.NewPrefix(10)
)

// Bounds of what can be stated. Lengths are in bytes.
const (
	MaxName         = 64
	MaxText         = 128
	MaxURI          = 512
	MaxDescription  = 1024
	MaxEndpoints    = 16
	MaxProtocol     = 32
	MaxKeys         = 16
	MaxMessageTypes = 32
	MaxListed       = 64
	MaxBudgets      = 16
	MaxActMessages  = 64
	MaxSchema       = 128
	MaxIssuers      = 64
	MaxBlanked      = 256
	// MaxRate is the whole, in parts per million.
	MaxRateWhole = 1_000_000
)
