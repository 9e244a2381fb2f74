package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	"github.com/stemma-chain/stemma/testutil/manifests"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// ofOne is a manifest with one item, of an account.
func ofOne(content string, of chain.Account) *manifests.Made {
	return manifests.Of(manifest.Item{
		Sha256: chain.Digest(content), Contributor: manifest.Contributor{Kind: manifest.Account, ID: of.Address}, Weight: 1,
	})
}

// TestAttackLimitIsNotPassedByPools: a stolen key whose limit names payees does not have a stranger's contributors paid, and one whose
// limit names works does not redirect what its controller collects of all others.
func TestAttackLimitIsNotPassedByPools(t *testing.T) {
	c, id := agency(t)
	robots := ofOne("the robot's", robot).Roots()
	c.MustDeliver(alice, &registrytypes.MsgRegister{Registrant: alice.String(), Works: []registrytypes.Entry{
		{Sha256: robots.Digest(), Details: registrytypes.Details{Kind: registrytypes.KIND_DATASET}, Manifest: &robots},
	}})
	set := chain.Work{ID: registrytypes.NewWorkID(alice.Address, robots.Digest()), Owner: alice}
	share := &royaltytypes.MsgSharePool{Owner: alice.String(), Work: set.ID, Version: 1, Weight: 1_000_000}
	name := &royaltytypes.MsgNamePayee{Contributor: alice.String(), Payee: robot.String()}

	allow := func(msg sdk.Msg, payees []string, works ...registrytypes.WorkID) chain.Result {
		limit := limitOf(c, "ustem", 1, 1, 1, sdk.MsgTypeURL(msg))
		limit.Payees, limit.Works = payees, works
		set := &agenttypes.MsgSetLimit{Controller: alice.String(), Agent: id, Key: robot.String(), Limit: limit}
		if refused := c.Deliver(alice, set); refused.Code != 0 {
			return refused
		}
		return c.Deliver(robot, act(t, id, robot, msg))
	}
	// Whom a pool pays stands in a manifest, which the same key may revise.
	requireCode(t, allow(share, []string{bob.String()}), agenttypes.ErrUnreadable)
	// A payee is named for what all works pay.
	requireCode(t, allow(name, nil, set.ID), agenttypes.ErrUnreadable)
	requireCode(t, allow(name, []string{bob.String()}), agenttypes.ErrPayee)
	require.Zero(t, allow(share, nil, set.ID).Code)
	require.Zero(t, allow(name, []string{robot.String()}).Code)
}
