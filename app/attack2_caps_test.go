package app_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// TestAttack2AnAccountInCapitals: what is refused of an account is not refused of the same
// account in capitals.
func TestAttack2AnAccountInCapitals(t *testing.T) {
	c := chain.New(t)
	song := c.Register("song", alice)
	capitals := strings.ToUpper(bob.String())
	t.Run("a share named twice", func(t *testing.T) {
		assign := func(second string) error {
			return c.Deliver(alice, &royaltytypes.MsgAssignShares{Holder: alice.String(), Work: song.ID, Shares: []royaltytypes.Assignment{
				{Account: bob.String(), Weight: 400_000}, {Account: second, Weight: 600_000},
			}}).Err()
		}
		require.Error(t, assign(bob.String()))
		require.Error(t, assign(capitals))
	})
	t.Run("a grant that goes to its holder", func(t *testing.T) {
		terms := licensetypes.Terms{Spdx: "LicenseRef-t", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Transferable: true, MaxGrants: 9}
		work := c.Register("another", alice)
		c.MustDeliver(alice, &licensetypes.MsgPublishTerms{Author: alice.String(), Terms: terms})
		c.Offer(work, terms.ID())
		c.MustDeliver(bob, &licensetypes.MsgAcquire{Licensee: bob.String(), Work: work.ID, Terms: terms.ID()})
		move := func(to string) error {
			return c.Deliver(bob, &licensetypes.MsgTransferGrant{Licensee: bob.String(), Grant: licensetypes.NewGrantID(work.ID, terms.ID(), bob.Address, 0), Recipient: to}).Err()
		}
		require.Error(t, move(bob.String()))
		require.Error(t, move(capitals))
	})
	t.Run("a work offered to its owner", func(t *testing.T) {
		work := c.Register("third", bob)
		require.Error(t, c.Deliver(bob, &registrytypes.MsgOfferTransfer{Owner: bob.String(), Work: work.ID, Recipient: capitals}).Err())
	})
}
