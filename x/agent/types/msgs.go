package types

import (
	errorsmod "cosmossdk.io/errors"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdktx "github.com/cosmos/cosmos-sdk/types/tx"
)

var (
	_ sdk.HasValidateBasic = (*MsgRegister)(nil)
	_ sdk.HasValidateBasic = (*MsgRevise)(nil)
	_ sdk.HasValidateBasic = (*MsgRenew)(nil)
	_ sdk.HasValidateBasic = (*MsgSetStatus)(nil)
	_ sdk.HasValidateBasic = (*MsgSetLimit)(nil)
	_ sdk.HasValidateBasic = (*MsgRotateKey)(nil)
	_ sdk.HasValidateBasic = (*MsgRemoveKey)(nil)
	_ sdk.HasValidateBasic = (*MsgAct)(nil)
	_ sdk.HasValidateBasic = (*MsgOfferPayout)(nil)
	_ sdk.HasValidateBasic = (*MsgAcceptPayout)(nil)
	_ sdk.HasValidateBasic = (*MsgOfferControl)(nil)
	_ sdk.HasValidateBasic = (*MsgAcceptControl)(nil)
	_ sdk.HasValidateBasic = (*MsgSetRecovery)(nil)
	_ sdk.HasValidateBasic = (*MsgRequestRecovery)(nil)
	_ sdk.HasValidateBasic = (*MsgObjectToRecovery)(nil)
	_ sdk.HasValidateBasic = (*MsgCompleteRecovery)(nil)
	_ sdk.HasValidateBasic = (*MsgBlankText)(nil)
	_ sdk.HasValidateBasic = (*MsgAttest)(nil)
	_ sdk.HasValidateBasic = (*MsgRevokeAttestation)(nil)
	_ sdk.HasValidateBasic = (*MsgBlankAttestation)(nil)
	_ sdk.HasValidateBasic = (*MsgUpdateParams)(nil)

	_ codectypes.UnpackInterfacesMessage = (*MsgAct)(nil)
)

// ValidateBasic checks all that needs no state.
func (m *MsgRegister) ValidateBasic() error {
	if err := validAccount("controller", m.Controller); err != nil {
		return err
	}
	if err := ValidateName(m.Name); err != nil {
		return err
	}
	return m.Card.Validate()
}

// ValidateBasic checks all that needs no state.
func (m *MsgRevise) ValidateBasic() error {
	if err := validOf("controller", m.Controller, m.Agent); err != nil {
		return err
	}
	return m.Card.Validate()
}

// ValidateBasic checks account and id.
func (m *MsgRenew) ValidateBasic() error { return validOf("controller", m.Controller, m.Agent) }

// ValidateBasic checks all that needs no state.
func (m *MsgSetStatus) ValidateBasic() error {
	if err := validOf("controller", m.Controller, m.Agent); err != nil {
		return err
	}
	if _, known := Status_name[int32(m.Status)]; !known || m.Status == STATUS_UNSPECIFIED {
		return errorsmod.Wrapf(ErrInvalidMessage, "status: %s is none: %s, %s or %s", m.Status, STATUS_ACTIVE, STATUS_SUSPENDED, STATUS_RETIRED)
	}
	return nil
}

// ValidateBasic checks all that needs no state.
func (m *MsgSetLimit) ValidateBasic() error {
	if err := validKey(m.Controller, m.Agent, "key", m.Key); err != nil {
		return err
	}
	return m.Limit.Validate()
}

// ValidateBasic checks all that needs no state.
func (m *MsgRotateKey) ValidateBasic() error {
	if err := validKey(m.Controller, m.Agent, "key", m.Key); err != nil {
		return err
	}
	if m.Key == m.NewKey {
		return errorsmod.Wrap(ErrInvalidKey, "new_key is the key that it replaces: name another account")
	}
	return validKey(m.Controller, m.Agent, "new_key", m.NewKey)
}

// ValidateBasic checks accounts and id.
func (m *MsgRemoveKey) ValidateBasic() error { return validKey(m.Controller, m.Agent, "key", m.Key) }

// ValidateBasic checks all that needs no state; the messages are checked as they are executed.
func (m *MsgAct) ValidateBasic() error {
	if err := validOf("key", m.Key, m.Agent); err != nil {
		return err
	}
	if len(m.Messages) == 0 || len(m.Messages) > MaxActMessages {
		return errorsmod.Wrapf(ErrInvalidMessage, "messages: %d, an act has 1 to %d", len(m.Messages), MaxActMessages)
	}
	return nil
}

// UnpackInterfaces reads the messages.
func (m *MsgAct) UnpackInterfaces(unpacker codectypes.AnyUnpacker) error {
	return sdktx.UnpackInterfaces(unpacker, m.Messages)
}

// ValidateBasic checks accounts and id.
func (m *MsgOfferPayout) ValidateBasic() error {
	return validWith("controller", m.Controller, m.Agent, "account", m.Account)
}

// ValidateBasic checks account and id.
func (m *MsgAcceptPayout) ValidateBasic() error { return validOf("account", m.Account, m.Agent) }

// ValidateBasic checks all that needs no state.
func (m *MsgOfferControl) ValidateBasic() error {
	if m.Recipient == m.Controller {
		return errorsmod.Wrap(ErrInvalidTransfer, "recipient is the controller: name another account")
	}
	return validWith("controller", m.Controller, m.Agent, "recipient", m.Recipient)
}

// ValidateBasic checks all that needs no state.
func (m *MsgAcceptControl) ValidateBasic() error {
	if m.Offer == 0 || m.Version == 0 {
		return errorsmod.Wrap(ErrInvalidMessage, "offer and version are not given: name those that you looked at")
	}
	return validOf("recipient", m.Recipient, m.Agent)
}

// ValidateBasic checks all that needs no state.
func (m *MsgSetRecovery) ValidateBasic() error {
	if err := validWith("controller", m.Controller, m.Agent, "account", m.Account); err != nil {
		return err
	}
	switch {
	case m.Account == "" && m.Delay != 0:
		return errorsmod.Wrap(ErrInvalidRecovery, "delay: nobody is named: leave it out")
	case m.Account == m.Controller:
		return errorsmod.Wrap(ErrInvalidRecovery, "account is the controller, which is what may be lost: name another one")
	case m.Delay < 0 || m.Delay > maxDelay:
		return errorsmod.Wrapf(ErrInvalidRecovery, "delay is %s, it can be up to %s", m.Delay, maxDelay)
	}
	return nil
}

// ValidateBasic checks account and id.
func (m *MsgRequestRecovery) ValidateBasic() error { return validOf("account", m.Account, m.Agent) }

// ValidateBasic checks account and id.
func (m *MsgObjectToRecovery) ValidateBasic() error {
	return validOf("controller", m.Controller, m.Agent)
}

// ValidateBasic checks account and id.
func (m *MsgCompleteRecovery) ValidateBasic() error { return validOf("account", m.Account, m.Agent) }

// ValidateBasic checks account and id.
func (m *MsgBlankText) ValidateBasic() error { return validOf("sender", m.Sender, m.Agent) }

// ValidateBasic checks all that needs no state.
func (m *MsgAttest) ValidateBasic() error {
	if err := validAccount("issuer", m.Issuer); err != nil {
		return err
	}
	return ValidateStatement(m.Schema, m.Subject, m.PayloadSha256)
}

// ValidateBasic checks account and id.
func (m *MsgBlankAttestation) ValidateBasic() error {
	if err := validAccount("sender", m.Sender); err != nil {
		return err
	}
	return m.Attestation.Given("attestation")
}

// ValidateBasic checks account and id.
func (m *MsgRevokeAttestation) ValidateBasic() error {
	if err := validAccount("issuer", m.Issuer); err != nil {
		return err
	}
	return m.Attestation.Given("attestation")
}

// ValidateBasic checks all that needs no state.
func (m *MsgUpdateParams) ValidateBasic() error {
	if err := validAccount("authority", m.Authority); err != nil {
		return err
	}
	return m.Params.Validate()
}

func validAccount(field, s string) error {
	if _, err := sdk.AccAddressFromBech32(s); err != nil {
		return errorsmod.Wrapf(ErrInvalidMessage, "%s: %q is not an account: %s", field, clip(s), err)
	}
	return nil
}

// validOf checks who signs, and the agent.
func validOf(field, account string, agent AgentID) error {
	if err := validAccount(field, account); err != nil {
		return err
	}
	return agent.Given("agent")
}

// validWith checks these and another account, which may be empty.
func validWith(field, account string, agent AgentID, other, s string) error {
	if err := validOf(field, account, agent); err != nil || s == "" {
		return err
	}
	return validAccount(other, s)
}

// validKey checks an account that is a key or becomes one.
func validKey(controller string, agent AgentID, field, key string) error {
	if err := validOf("controller", controller, agent); err != nil {
		return err
	}
	if key == controller {
		return errorsmod.Wrapf(ErrInvalidKey, "%s is the controller, which needs no limit: name another account", field)
	}
	return validAccount(field, key)
}
