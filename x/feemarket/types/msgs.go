package types

import sdk "github.com/cosmos/cosmos-sdk/types"

// ValidateBasic is called by the router and by CheckTx.
func (m *MsgUpdateParams) ValidateBasic() error {
	if _, err := sdk.AccAddressFromBech32(m.Authority); err != nil {
		return err
	}
	return m.Params.Validate()
}
