package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	owner, licensee  = sdk.AccAddress("owner_______________"), sdk.AccAddress("licensee____________")
	song, remix      = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	someTerms, grant = types.TermsID{3}, types.GrantID{4}
)

func TestApprovedIsAnAccountOrAWork(t *testing.T) {
	for _, whom := range []types.Approved{
		{Licensee: licensee}, {Licensee: make([]byte, 32)}, {Licensee: remix[:]}, {Derivative: remix},
	} {
		got, err := types.ParseApprovedKey(whom.Key())
		require.NoError(t, err)
		require.Equal(t, whom, got)
		account, derivative := whom.Fields()
		got, err = types.ParseApproved(account, derivative)
		require.NoError(t, err)
		require.Equal(t, whom, got)
	}
	require.NotEqual(t, types.Approved{Licensee: remix[:]}.Key(), types.Approved{Derivative: remix}.Key())
	for _, key := range [][]byte{nil, {0}, {1}, {2, 1}, append([]byte{1}, make([]byte, 21)...), append([]byte{0}, make([]byte, 256)...)} {
		_, err := types.ParseApprovedKey(key)
		require.Error(t, err, "%x", key)
	}
}

func TestMessagesAboutGrants(t *testing.T) {
	zero := sdk.Coin{Denom: "ustem"}
	for name, c := range map[string]struct {
		msg  sdk.HasValidateBasic
		want error
	}{
		"renew":             {&types.MsgRenewGrant{Licensee: licensee.String(), Grant: grant}, nil},
		"renew, no account": {&types.MsgRenewGrant{Licensee: "x", Grant: grant}, types.ErrInvalidMessage},
		"renew, no grant":   {&types.MsgRenewGrant{Licensee: licensee.String()}, registrytypes.ErrInvalidID},
		"renew, no coin": {
			&types.MsgRenewGrant{Licensee: licensee.String(), Grant: grant, MaxFee: &zero}, types.ErrInvalidMessage,
		},
		"cancel":             {&types.MsgCancelGrantOffer{Licensee: licensee.String(), Grant: grant}, nil},
		"cancel, no account": {&types.MsgCancelGrantOffer{Licensee: "x", Grant: grant}, types.ErrInvalidMessage},
		"accept":             {&types.MsgAcceptGrant{Recipient: licensee.String(), Grant: grant}, nil},
		"accept, no account": {&types.MsgAcceptGrant{Recipient: "x", Grant: grant}, types.ErrInvalidMessage},
		"accept, no grant":   {&types.MsgAcceptGrant{Recipient: licensee.String()}, registrytypes.ErrInvalidID},
		"transfer":           {&types.MsgOfferGrant{Licensee: licensee.String(), Grant: grant, Recipient: owner.String()}, nil},
		"transfer to nobody": {
			&types.MsgOfferGrant{Licensee: licensee.String(), Grant: grant}, types.ErrInvalidMessage,
		},
		"transfer to oneself": {
			&types.MsgOfferGrant{Licensee: licensee.String(), Grant: grant, Recipient: licensee.String()}, types.ErrInvalidMessage,
		},
		"acquire for a work": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, Derivative: remix,
		}, nil},
		"acquire for itself": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, Derivative: song,
		}, types.ErrInvalidMessage},
		"a pass": {&types.MsgAcquire{Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix}, nil},
		"a pass for the source": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: song,
		}, types.ErrInvalidMessage},
		"a pass with a list": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, Seen: types.Conditions{AllowList: registrytypes.Digest{1}},
		}, types.ErrInvalidMessage},
		"a pass of a revision": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, Seen: types.Conditions{Revisions: 1, DemandsVersion: 1},
		}, types.ErrInvalidMessage},
		"a pass for what is owed": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, Seen: types.Conditions{UpstreamVersion: 1},
		}, types.ErrInvalidMessage},
		"a pass as it was seen": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, Seen: types.Conditions{DemandsVersion: 1},
		}, nil},
		"a pass with a serial": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, Serial: 1,
		}, types.ErrInvalidMessage},
		"a pass at a rate": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, MaxRate: 1,
		}, types.ErrInvalidMessage},
		"a pass for a derivative": {&types.MsgAcquire{
			Licensee: licensee.String(), Work: song, Terms: someTerms, UsesOf: remix, Derivative: remix,
		}, types.ErrInvalidMessage},
		"acquire, no work":  {&types.MsgAcquire{Licensee: licensee.String(), Terms: someTerms}, registrytypes.ErrInvalidID},
		"acquire, no terms": {&types.MsgAcquire{Licensee: licensee.String(), Work: song}, registrytypes.ErrInvalidID},
		"withdraw from both": {&types.MsgWithdrawApproval{
			Owner: owner.String(), Work: song, Terms: someTerms, Licensee: licensee.String(), Derivative: remix,
		}, types.ErrInvalidApproval},
		"withdraw from itself": {&types.MsgWithdrawApproval{
			Owner: owner.String(), Work: song, Terms: someTerms, Derivative: song,
		}, types.ErrInvalidMessage},
	} {
		err := c.msg.ValidateBasic()
		if c.want == nil {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, c.want, name)
	}
}
