package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/stemma-chain/stemma/x/registry/types"
)

// Each way to break the state is noticed by the invariant that is there for it.
func TestInvariantsNoticeDamage(t *testing.T) {
	for name, test := range map[string]struct {
		invariant string
		damage    func(f *fixture, id types.WorkID, work types.Work) error
	}{
		"row removed": {"revisions", func(f *fixture, id types.WorkID, _ types.Work) error { return f.k.Works.Remove(f.ctx, id) }},
		"foreign id": {"works", func(f *fixture, _ types.WorkID, work types.Work) error {
			return f.k.Works.Set(f.ctx, types.WorkID{1}, work)
		}},
		"owner changed": {"works", func(f *fixture, id types.WorkID, work types.Work) error {
			work.Owner = bob
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"time changed": {"works", func(f *fixture, id types.WorkID, work types.Work) error {
			work.ClaimedSince.Time = work.ClaimedSince.Time.Add(-time.Hour)
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"anchor invented": {"works", func(f *fixture, id types.WorkID, work types.Work) error {
			now := f.ctx.BlockTime()
			work.AnchorRoot.Digest, work.RevealedAt = types.Digest{1}, &now
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"version skipped": {"works", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.Revisions.Remove(f.ctx, collections.Join(id, uint32(1)))
		}},
		"revision beyond": {"revisions", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.Revisions.Set(f.ctx, collections.Join(id, uint32(3)), types.Revision{Details: details("Later")})
		}},
		"current version twice": {"revisions", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.Revisions.Set(f.ctx, collections.Join(id, uint32(2)), types.Revision{Details: details("Again")})
		}},
		"details unreadable": {"works", func(f *fixture, id types.WorkID, work types.Work) error {
			work.Current = []byte("poem")
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"fingerprint in another spelling": {"works", func(f *fixture, id types.WorkID, work types.Work) error {
			revision := types.Revision{Details: details("Poem", types.Fingerprint{Scheme: "doi", Value: "doi:10.1/1"})}
			if err := work.SetRevision(revision); err != nil {
				return err
			}
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"blanked, with text": {"revisions", func(f *fixture, id types.WorkID, _ types.Work) error {
			revision := types.Revision{Details: details("Poem"), BlankedSha256: types.Digest{1}}
			return f.k.Revisions.Set(f.ctx, collections.Join(id, uint32(1)), revision)
		}},
		"owner too many": {"owners", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.Owners.Set(f.ctx, collections.Join(id, uint32(1)), types.Ownership{Owner: bob, Since: f.ctx.BlockTime()})
		}},
		"owner of nothing": {"owners", func(f *fixture, _ types.WorkID, _ types.Work) error {
			return f.k.Owners.Set(f.ctx, collections.Join(types.WorkID{1}, uint32(1)), types.Ownership{Owner: bob, Since: f.ctx.BlockTime()})
		}},
		"owner lost": {"owners", func(f *fixture, id types.WorkID, work types.Work) error {
			work.Transfers++
			work.TransferOffers++
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"digest entry lost": {"works", func(f *fixture, _ types.WorkID, work types.Work) error {
			return f.k.SoleClaims.Remove(f.ctx, work.Sha256.Digest)
		}},
		"sole claim of another": {"sole claims", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.SoleClaims.Set(f.ctx, types.Digest{1}, id)
		}},
		"sole claim of nothing": {"sole claims", func(f *fixture, _ types.WorkID, _ types.Work) error {
			return f.k.SoleClaims.Set(f.ctx, types.Digest{1}, types.WorkID{1})
		}},
		"several claims of none": {"sole claims", func(f *fixture, _ types.WorkID, _ types.Work) error {
			return f.k.SoleClaims.Set(f.ctx, types.Digest{1}, types.WorkID{})
		}},
		"several claims of one": {"sole claims", func(f *fixture, id types.WorkID, work types.Work) error {
			if err := f.k.SoleClaims.Set(f.ctx, work.Sha256.Digest, types.WorkID{}); err != nil {
				return err
			}
			return f.k.ByDigest.Set(f.ctx, collections.Join(work.Sha256.Digest, types.NewClaimOrder(work.ClaimedSince, id)))
		}},
		"sole claim in order": {"digest index", func(f *fixture, id types.WorkID, work types.Work) error {
			return f.k.ByDigest.Set(f.ctx, collections.Join(work.Sha256.Digest, types.NewClaimOrder(work.ClaimedSince, id)))
		}},
		"digest entry left": {"digest index", func(f *fixture, id types.WorkID, work types.Work) error {
			work.ClaimedSince.Time = work.ClaimedSince.Time.Add(-time.Hour)
			return f.k.ByDigest.Set(f.ctx, collections.Join(work.Sha256.Digest, types.NewClaimOrder(work.ClaimedSince, id)))
		}},
		"owner entry left": {"owner index", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.ByOwner.Set(f.ctx, collections.Join(bob, id))
		}},
		"fingerprint lost": {"works", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.ByFingerprint.Remove(f.ctx, collections.Join(types.FingerprintHash("doi", "10.1/1"), id))
		}},
		"fingerprint left": {"fingerprint index", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.ByFingerprint.Set(f.ctx, collections.Join(types.FingerprintHash("doi", "old"), id))
		}},
		"transfer to owner": {"transfers", func(f *fixture, id types.WorkID, work types.Work) error {
			return f.k.Transfers.Set(f.ctx, id, types.TransferOffer{Recipient: work.Owner, OfferedAt: f.ctx.BlockTime()})
		}},
		"transfer not said": {"transfers", func(f *fixture, id types.WorkID, _ types.Work) error {
			return f.k.Transfers.Set(f.ctx, id, types.TransferOffer{Recipient: bob, OfferedAt: f.ctx.BlockTime()})
		}},
		"transfer said": {"transfers", func(f *fixture, id types.WorkID, work types.Work) error {
			work.TransferOffers, work.OnOffer = 1, true
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"transfers not counted": {"works", func(f *fixture, id types.WorkID, work types.Work) error {
			work.Transfers++
			return f.k.Works.Set(f.ctx, id, work)
		}},
		"transfer of nothing": {"transfers", func(f *fixture, _ types.WorkID, _ types.Work) error {
			return f.k.Transfers.Set(f.ctx, types.WorkID{1}, types.TransferOffer{Recipient: bob, OfferedAt: f.ctx.BlockTime()})
		}},
	} {
		f := newFixture(t)
		id := f.register(alice, "poem")[0]
		f.nextBlock()
		revise := &types.MsgRevise{Owner: alice.String(), Work: id, Details: details("Poem", types.Fingerprint{Scheme: "doi", Value: "10.1/1"})}
		require.NoError(t, f.try(revise))
		require.NoError(t, f.k.CheckInvariants(f.ctx))
		work, err := f.k.GetWork(f.ctx, id)
		require.NoError(t, err)
		require.NoError(t, test.damage(f, id, work))
		require.ErrorContains(t, f.k.CheckInvariants(f.ctx), `"`+test.invariant+`"`, name)
	}
}

// The same for a content that several works claim.
func TestInvariantsOnSeveralClaims(t *testing.T) {
	for name, test := range map[string]struct {
		invariant string
		damage    func(f *fixture, first types.WorkID, entry collections.Pair[types.Digest, types.ClaimOrder]) error
	}{
		"entry lost": {"works", func(f *fixture, _ types.WorkID, entry collections.Pair[types.Digest, types.ClaimOrder]) error {
			return f.k.ByDigest.Remove(f.ctx, entry)
		}},
		"one is sole": {"works", func(f *fixture, first types.WorkID, entry collections.Pair[types.Digest, types.ClaimOrder]) error {
			return f.k.SoleClaims.Set(f.ctx, entry.K1(), first)
		}},
		"place changed": {"works", func(f *fixture, first types.WorkID, _ collections.Pair[types.Digest, types.ClaimOrder]) error {
			work, err := f.k.GetWork(f.ctx, first)
			if err != nil {
				return err
			}
			work.ClaimedSince.Rank = 7
			return f.k.Works.Set(f.ctx, first, work)
		}},
		"row lost": {"works", func(f *fixture, _ types.WorkID, entry collections.Pair[types.Digest, types.ClaimOrder]) error {
			return f.k.SoleClaims.Remove(f.ctx, entry.K1())
		}},
	} {
		f := newFixture(t)
		first := f.register(alice, "poem")[0]
		second, err := f.tryRegister(bob, true, "poem")
		require.NoError(t, err)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
		work, err := f.k.GetWork(f.ctx, second[0])
		require.NoError(t, err)
		entry := collections.Join(work.Sha256.Digest, types.NewClaimOrder(work.ClaimedSince, second[0]))
		require.NoError(t, test.damage(f, first, entry))
		require.ErrorContains(t, f.k.CheckInvariants(f.ctx), `"`+test.invariant+`"`, name)
	}
}

func TestInvariantOnSharedPlaces(t *testing.T) {
	f := newFixture(t)
	f.register(alice, "poem")
	second, err := f.tryRegister(bob, true, "poem")
	require.NoError(t, err)
	work, err := f.k.GetWork(f.ctx, second[0])
	require.NoError(t, err)
	digest := work.Sha256.Digest
	require.NoError(t, f.k.ByDigest.Remove(f.ctx, collections.Join(digest, types.NewClaimOrder(work.ClaimedSince, second[0]))))
	work.ClaimedSince.Rank = 0
	require.NoError(t, f.k.Works.Set(f.ctx, second[0], work))
	require.NoError(t, f.k.ByDigest.Set(f.ctx, collections.Join(digest, types.NewClaimOrder(work.ClaimedSince, second[0]))))
	require.ErrorContains(t, f.k.CheckInvariants(f.ctx), "the same place")
}
