package types

import (
	"slices"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Act is something that is done with a work. Whoever changes a work or lets
// somebody use it, in whichever module, asks the registry whether the act may be
// done: no other module compares owners or statuses by itself.
type Act uint8

// The acts.
const (
	// ActRevise adds a version of the work's details.
	ActRevise Act = iota
	// ActTransfer offers the work to somebody else or takes it over.
	ActTransfer
	// ActCancelTransfer takes an offered transfer back.
	ActCancelTransfer
	// ActWithdraw ends what is new.
	ActWithdraw
	// ActRestore lets it begin again, with the offers that were there.
	ActRestore
	// ActOffer puts terms on the work.
	ActOffer
	// ActCloseOffer takes terms off it.
	ActCloseOffer
	// ActApprove decides about who may derive from the work.
	ActApprove
	// ActDisapprove takes an approval back.
	ActDisapprove
	// ActBlank takes text back; governance does too.
	ActBlank
	// ActDeclare names what the work was made from.
	ActDeclare
	// ActReserve names the work as what a grant is to be used for.
	ActReserve
	// ActRenew makes the grants last longer that the work was made under.
	ActRenew
	// ActAssign divides the work's revenue among others; its holders do.
	ActAssign
	// ActPay pays the work; anybody does.
	ActPay
	// ActWithdrawItems takes back what the work contributed to others, for good.
	ActWithdrawItems
	// ActSharePool gives a part of its revenue to those who contributed to it, or less of it.
	ActSharePool
)

// control says of an act whether only the owner does it, whether it binds whoever owns the
// work next, and in which statuses of the work it is on hold.
type control struct {
	does    string
	owner   bool
	binds   bool
	holding []Status
}

var (
	contested = []Status{STATUS_DISPUTED, STATUS_INVALIDATED}
	notActive = []Status{STATUS_WITHDRAWN, STATUS_DISPUTED, STATUS_INVALIDATED}
)

var controls = [...]control{
	ActRevise:         {does: "revises it", owner: true, holding: contested},
	ActTransfer:       {does: "transfers it", owner: true, holding: contested},
	ActCancelTransfer: {does: "takes its transfer back", owner: true},
	ActWithdraw:       {does: "withdraws it", owner: true, holding: contested},
	ActRestore:        {does: "restores it", owner: true, binds: true, holding: contested},
	ActOffer:          {does: "offers it", owner: true, binds: true, holding: notActive},
	ActCloseOffer:     {does: "closes its offers", owner: true, holding: []Status{STATUS_DISPUTED}},
	ActApprove:        {does: "approves what is made from it", owner: true, binds: true, holding: contested},
	ActDisapprove:     {does: "takes approvals back", owner: true},
	ActBlank:          {does: "or governance takes its text back", owner: true},
	ActDeclare:        {does: "declares its sources", owner: true, binds: true, holding: contested},
	ActReserve:        {does: "takes grants for it", owner: true, holding: contested},
	ActRenew:          {does: "renews the grants it was made under", owner: true, binds: true, holding: []Status{STATUS_INVALIDATED}},
	ActAssign:         {does: "divides its revenue", holding: contested},
	ActPay:            {does: "is paid to", holding: []Status{STATUS_INVALIDATED}},
	ActWithdrawItems:  {does: "withdraws what it contributed", owner: true, binds: true, holding: contested},
	ActSharePool:      {does: "shares with its contributors", owner: true, binds: true, holding: contested},
}

// OwnedBy reports whether the account decides about the work.
func (w Work) OwnedBy(account sdk.AccAddress) bool { return w.Owner.Equals(account) }

// CheckControl tells whether an account may do an act with the work now. While a transfer
// is on offer its owner does nothing that binds the next one, who has looked at the work
// already. What revises it and divides its revenue the acceptance names by a version. It
// fails with ErrNotOwner, ErrOnHold or ErrOnOffer.
func (w Work) CheckControl(id WorkID, account sdk.AccAddress, act Act) error {
	c := controls[act]
	if c.owner && !w.OwnedBy(account) {
		return errorsmod.Wrapf(ErrNotOwner, "%s belongs to %s, not to %s: only its owner %s", id, w.Owner, account, c.does)
	}
	if err := w.CheckHold(id, act); err != nil {
		return err
	}
	if c.binds && w.OnOffer {
		return errorsmod.Wrapf(ErrOnOffer, "%s is on offer to a new owner: cancel the transfer first (stemmad transfer --cancel %s), "+
			"and offer it again afterwards", id, id)
	}
	return nil
}

// CheckHold tells whether an act is on hold, whoever does it. It fails with
// ErrOnHold.
func (w Work) CheckHold(id WorkID, act Act) error {
	if !slices.Contains(controls[act].holding, w.Status) {
		return nil
	}
	switch w.Status {
	case STATUS_WITHDRAWN:
		return errorsmod.Wrapf(ErrOnHold, "%s was withdrawn by its owner; existing grants stay valid, and restoring "+
			"it lets new ones begin", id)
	case STATUS_DISPUTED:
		return errorsmod.Wrapf(ErrOnHold, "%s is disputed: wait for the ruling (stemmad dispute list %s)", id, id)
	default:
		return errorsmod.Wrapf(ErrOnHold, "%s was invalidated by a dispute: look at its page for the work that it copies", id)
	}
}
