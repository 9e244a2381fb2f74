package types

import (
	"context"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// AgentKeeper counts what is contested.
type AgentKeeper interface {
	// CountDisputed counts a dispute about a work, of the account that owned it then and the agent that
	// made it; zero: none did. CountUpheld counts that it was upheld, or that the owner conceded it.
	CountDisputed(ctx context.Context, owner sdk.AccAddress, agent agenttypes.AgentID) error
	CountUpheld(ctx context.Context, owner sdk.AccAddress, agent agenttypes.AgentID, conceded bool) error
}

// RegistryKeeper keeps works, who owns them, and what of them is on hold.
type RegistryKeeper interface {
	// GetWork fails with the registry's ErrWorkNotFound.
	GetWork(ctx context.Context, id registrytypes.WorkID) (registrytypes.Work, error)
	// AddDispute and EndDispute note that a dispute about a work was opened and is over.
	AddDispute(ctx context.Context, id registrytypes.WorkID, holds bool) error
	EndDispute(ctx context.Context, id registrytypes.WorkID, held bool) error
	// Adjudge makes an account the owner of a work.
	Adjudge(ctx context.Context, id registrytypes.WorkID, owner sdk.AccAddress) (previous sdk.AccAddress, err error)
	// Invalidate takes a work's claim out of the order, for good.
	Invalidate(ctx context.Context, id registrytypes.WorkID) error
	// WalkWorks visits all works, for what is checked of them.
	WalkWorks(ctx context.Context, do func(id registrytypes.WorkID, work registrytypes.Work) error) error
}

// RoyaltyKeeper keeps who holds a work's revenue, and where that goes.
type RoyaltyKeeper interface {
	// SetDestination says where what a work earns goes, from the end of the block on.
	SetDestination(ctx context.Context, work registrytypes.WorkID, kind royaltytypes.DestinationKind, other registrytypes.WorkID) error
	// Frozen is what lies in a work's stages.
	Frozen(ctx context.Context, work registrytypes.WorkID) (sdk.Coins, error)
	// GetHead returns a work's head row, and GetHolders one version of its table of holders.
	GetHead(ctx context.Context, work registrytypes.WorkID) (royaltytypes.Head, error)
	GetHolders(ctx context.Context, work registrytypes.WorkID, version uint32) (royaltytypes.Holders, error)
	// HeldShare is an account's share by one version of the table, ppm.
	HeldShare(ctx context.Context, work registrytypes.WorkID, version uint32, account sdk.AccAddress) (uint32, error)
	// Adjudge makes an account hold all of a work's revenue, AddPayee a part of it.
	Adjudge(ctx context.Context, work registrytypes.WorkID, account sdk.AccAddress) error
	AddPayee(ctx context.Context, work registrytypes.WorkID, account sdk.AccAddress, share uint32) error
	// AddArrears has a debtor owe an amount for the past.
	AddArrears(ctx context.Context, entry royaltytypes.ArrearsEntry) error
}

// LicenseKeeper keeps what a work is offered under, and what waits for approval.
type LicenseKeeper interface {
	// GetTerms returns published terms.
	GetTerms(ctx context.Context, id licensetypes.TermsID) (licensetypes.Terms, error)
	// CorrectTerms ends offers of a work and makes others, by a ruling.
	CorrectTerms(ctx context.Context, work registrytypes.WorkID, end, offer []licensetypes.TermsID) error
	// CheckClosable fails for an offer that its owner could not close.
	CheckClosable(ctx context.Context, work registrytypes.WorkID, end []licensetypes.TermsID) error
	// Promises counts what stands of a work whoever owns it, licences among it that cannot be taken
	// back.
	Promises(ctx context.Context, work registrytypes.WorkID) (licensetypes.Promises, error)
	// GetAdmission returns for whom a declaration waits; found: for anybody.
	GetAdmission(ctx context.Context, ref licensetypes.DeclarationRef) (a licensetypes.Admission, found bool, err error)
	// SettleAdmission approves a declaration that waits, for all that it waits for.
	SettleAdmission(ctx context.Context, ref licensetypes.DeclarationRef) error
}

// LineageKeeper keeps what came from what.
type LineageKeeper interface {
	// AgentOf returns the agent that made a work, by its record.
	AgentOf(ctx context.Context, work registrytypes.WorkID) (agent agenttypes.AgentID, found bool, err error)
	// AddRuledSource declares a source of a work by a ruling.
	AddRuledSource(
		ctx context.Context, work, source registrytypes.WorkID, role lineagetypes.Role, terms licensetypes.TermsID,
	) (declaration uint32, err error)
	// SetWeights replaces weights of a work's sources.
	SetWeights(ctx context.Context, work registrytypes.WorkID, weights []lineagetypes.RuledWeight) error
	// Weight is the weight of a source in a work, and when it was declared.
	Weight(ctx context.Context, work, source registrytypes.WorkID) (weight uint32, since time.Time, found bool, err error)
	// WalkAncestors visits what a work was made from, the nearest first. Complete: all of it was
	// looked at.
	WalkAncestors(
		ctx context.Context, work registrytypes.WorkID, most int, visit func(registrytypes.WorkID) (stop bool, err error),
	) (complete bool, err error)
	// DerivativesAfter lists what was made from a source, in order of id.
	DerivativesAfter(ctx context.Context, source, after registrytypes.WorkID, limit int) ([]registrytypes.WorkID, error)
}

// BankKeeper moves what is at stake.
type BankKeeper interface {
	// IsSendEnabledCoins fails for coins of a denom that may not be sent.
	IsSendEnabledCoins(ctx context.Context, coins ...sdk.Coin) error
	SendCoins(ctx context.Context, from, to sdk.AccAddress, amt sdk.Coins) error
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, module string, amt sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, amt sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amt sdk.Coins) error
	GetAllBalances(ctx context.Context, addr sdk.AccAddress) sdk.Coins
}

// AccountKeeper knows accounts.
type AccountKeeper interface {
	GetModuleAddress(name string) sdk.AccAddress
	// GetModuleAccount makes the account where there is none.
	GetModuleAccount(ctx context.Context, name string) sdk.ModuleAccountI
	// GetAccount returns nil for an address without an account.
	GetAccount(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
}
