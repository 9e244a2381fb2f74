package keeper_test

import (
	"context"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/license/usevoucher"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// accountKeys are the public keys that the chain knows, by account.
type accountKeys map[string]cryptotypes.PubKey

func (a accountKeys) GetAccount(_ context.Context, addr sdk.AccAddress) sdk.AccountI {
	key, known := a[addr.String()]
	if !known {
		return nil
	}
	return authtypes.NewBaseAccount(addr, key, 0, 0)
}

func (accountKeys) GetParams(context.Context) authtypes.Params { return authtypes.DefaultParams() }

// rental are terms by which a grant pays for 10 uses as input, that tests edit.
func rental(edit func(*types.Terms)) types.Terms {
	t := types.Terms{
		Spdx: "LicenseRef-Rental", CommercialUse: true, Derivatives: types.DERIVATIVES_ALLOWED, Transferable: true,
		AiInput: types.PERMISSION_PAID, UsesPerGrant: 10, DerivativesPerGrant: types.UnlimitedDerivatives,
	}
	if edit != nil {
		edit(&t)
	}
	return t
}

// rented is a fixture with a grant of bob's of the song.
func rented(t *testing.T, edit func(*types.Terms)) (*fixture, types.TermsID, types.GrantID) {
	f := newFixture(t)
	f.ctx = f.ctx.WithChainID("stemma-1")
	terms := f.publish(rental(edit))
	f.offered(song, terms, types.Offer{Price: coins("5ustem")})
	return f, terms, f.acquired(bob, song, terms, 0, "5ustem")
}

func use(sender sdk.AccAddress, grant types.GrantID, total uint64) *types.MsgUse {
	return &types.MsgUse{Sender: sender.String(), Uses: []types.UseCount{{Grant: grant, Total: total}}}
}

// key gives an account a key that the chain knows.
func (f *fixture) key(account sdk.AccAddress) *secp256k1.PrivKey {
	key := secp256k1.GenPrivKeyFromSecret(account)
	f.keys[account.String()] = key.PubKey()
	return key
}

// voucher is a count that a key signed, for the chain of the fixture.
func (f *fixture) voucher(key *secp256k1.PrivKey, grant types.GrantID, total uint64) types.UseCount {
	f.t.Helper()
	v, err := usevoucher.New(f.ctx.ChainID(), grant, total)
	require.NoError(f.t, err)
	v, err = v.Sign(key.Sign)
	require.NoError(f.t, err)
	return v.Message()
}

// asInput asks for one use as input.
func (f *fixture) asInput(work registrytypes.WorkID, who sdk.AccAddress) types.Rights {
	f.t.Helper()
	return f.rights(work, types.Use{Action: types.ACTION_AI_INPUT}, who)
}

func reasonCodes(r types.Rights) (list []string) {
	for _, reason := range r.Reasons {
		list = append(list, reason.Code)
	}
	return list
}

// counting is the duty to count a use that an answer has; the zero value: none.
func counting(r types.Rights) types.Obligation {
	for _, o := range r.Obligations {
		if o.Kind == types.OBLIGATION_COUNT_USE {
			return o
		}
	}
	return types.Obligation{}
}

func TestTheEleventhUseIsRefused(t *testing.T) {
	f, terms, grant := rented(t, nil)
	require.Equal(t, types.Obligation{
		Kind: types.OBLIGATION_COUNT_USE, Work: song, Terms: terms, Grant: grant, UsesLeft: 10,
	}, counting(f.asInput(song, bob)))
	require.Equal(t, uint32(10), f.asInput(song, carol).Offers[0].Uses)

	f.must(use(bob, grant, 4), &types.EventUsesCounted{Grant: grant, Work: song, Counted: 4, Uses: 4, UsesPaid: 10})
	require.Equal(t, uint64(6), counting(f.asInput(song, bob)).UsesLeft)
	res := f.must(use(bob, grant, 4)).(*types.MsgUseResponse)
	require.Equal(t, []types.UseCounted{{Left: 6}}, res.Counts)

	err := f.try(use(bob, grant, 11))
	require.ErrorIs(t, err, types.ErrUsesExhausted)
	require.ErrorContains(t, err, "uses_exhausted: "+grant.String()+" pays for 10 uses, 4 of which are counted and 6 left; use 11 needs more")
	require.NoError(t, f.try(use(bob, grant, 10)))
	require.ErrorIs(t, f.try(use(bob, grant, 11)), types.ErrUsesExhausted)

	answer := f.asInput(song, bob)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, answer.Verdict)
	require.Equal(t, []string{"needs_grant", "uses_exhausted"}, reasonCodes(answer))
	require.Len(t, answer.Offers, 1)
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_ADAPT}, bob).Verdict, "it still serves that")
}

func TestUsesThatAreNotCounted(t *testing.T) {
	f, _, grant := rented(t, func(t *types.Terms) { t.Search = types.PERMISSION_ALLOW })
	plain := f.monthly("5ustem", nil)
	other := f.acquired(bob, song, plain, 0, "5ustem")
	require.ErrorIs(t, f.try(use(bob, other, 1)), types.ErrNotCounted)
	require.ErrorIs(t, f.try(use(carol, grant, 1)), types.ErrNotLicensee)
	require.ErrorIs(t, f.try(use(bob, types.GrantID{7}, 1)), types.ErrGrantNotFound)
	require.NoError(t, f.try(use(bob, grant, 10)))
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_SEARCH}, bob).Verdict)

	for name, msg := range map[string]*types.MsgUse{
		"none":         {Sender: bob.String()},
		"no account":   {Sender: "bob", Uses: []types.UseCount{{Grant: grant, Total: 1}}},
		"no grant":     use(bob, types.GrantID{}, 1),
		"no total":     use(bob, grant, 0),
		"twice":        {Sender: bob.String(), Uses: []types.UseCount{{Grant: grant, Total: 1}, {Grant: grant, Total: 2}}},
		"half a bytes": {Sender: bob.String(), Uses: []types.UseCount{{Grant: grant, Total: 1, Signature: make([]byte, 32)}}},
		"too many":     {Sender: bob.String(), Uses: make([]types.UseCount, types.MaxUseCounts+1)},
	} {
		require.Error(t, msg.ValidateBasic(), name)
	}
	most := &types.MsgUse{Sender: bob.String()}
	for i := range types.MaxUseCounts {
		most.Uses = append(most.Uses, types.UseCount{Grant: types.GrantID{byte(i + 1)}, Total: 1, Signature: make([]byte, 64)})
	}
	require.NoError(t, most.ValidateBasic())
}

func TestAGrantThatDoesNotServeCountsNothing(t *testing.T) {
	month := day(30)
	f, terms, grant := rented(t, func(t *types.Terms) { t.Duration = &month })
	require.NoError(t, f.try(use(bob, grant, 3)))
	f.setStatus(song, registrytypes.STATUS_DISPUTED)
	require.NoError(t, f.try(use(bob, grant, 4)), "what was granted before serves on")
	f.setStatus(song, registrytypes.STATUS_INVALIDATED)
	require.ErrorIs(t, f.try(use(bob, grant, 5)), types.ErrWorkUnavailable)
	f.setStatus(song, registrytypes.STATUS_ACTIVE)
	f.wait(day(30))
	require.ErrorIs(t, f.try(use(bob, grant, 5)), types.ErrGrantExpired)
	require.NoError(t, f.try(use(bob, grant, 4)), "a repeated message changes nothing")

	res := f.must(f.renewed(bob, grant, terms), &types.EventGrantRenewed{
		Grant: grant, Work: song, Licensee: bob.String(), Fee: "5ustem", ExpiresAt: ptr(genesisTime.Add(day(60))), WorkVersion: 1,
		UsesPaid: 20,
	}).(*types.MsgRenewGrantResponse)
	require.Equal(t, uint64(20), res.UsesPaid)
	require.NoError(t, f.try(use(bob, grant, 20)))
	require.ErrorIs(t, f.try(use(bob, grant, 21)), types.ErrUsesExhausted)
}

func ptr(t time.Time) *time.Time { return &t }

// A grant without an end is renewed for its uses alone.
func TestRenewingAddsUses(t *testing.T) {
	f, terms, grant := rented(t, nil)
	require.NoError(t, f.try(use(bob, grant, 10)))
	require.NoError(t, f.try(f.renewed(bob, grant, terms)))
	require.Nil(t, f.grant(grant).ExpiresAt)
	require.Equal(t, uint64(10), f.grant(grant).UsesLeft())
	require.Equal(t, types.VERDICT_ALLOWED, f.asInput(song, bob).Verdict)
}

// Of several grants the one that pays is found, whichever was used up.
func TestAnotherGrantPays(t *testing.T) {
	hour := time.Hour
	for name, duration := range map[string]*time.Duration{"without end": nil, "an hour": &hour} {
		t.Run(name, func(t *testing.T) {
			f, terms, first := rented(t, func(t *types.Terms) { t.Duration, t.DerivativesPerGrant = duration, 0 })
			second := f.acquired(bob, song, terms, 1, "5ustem")
			require.NoError(t, f.try(use(bob, first, 10)))
			require.Equal(t, second, counting(f.asInput(song, bob)).Grant)
			require.NoError(t, f.derive(remix, source{song, second}))
			require.Equal(t, second, counting(f.asInput(song, bob)).Grant, "also where it serves no further derivative")
			require.Equal(t, types.VERDICT_ALLOWED, f.rights(song, types.Use{Action: types.ACTION_ADAPT}, bob).Verdict, "the first serves one")
			require.NoError(t, f.try(use(bob, second, 10)))
			require.Equal(t, []string{"grant_used", "needs_grant", "uses_exhausted"}[1:], uniq(reasonCodes(f.asInput(song, bob))))
		})
	}
}

func uniq(list []string) (once []string) {
	for i, s := range list {
		if i == 0 || list[i-1] != s {
			once = append(once, s)
		}
	}
	return once
}

func TestATransferKeepsTheCount(t *testing.T) {
	f, _, grant := rented(t, nil)
	require.NoError(t, f.try(use(bob, grant, 3)))
	require.NoError(t, f.try(offerGrant(bob, grant, carol)))
	require.NoError(t, f.try(use(bob, grant, 4)))
	require.ErrorIs(t, f.try(f.acceptGrant(carol, grant)), types.ErrNotOfferedToYou, "she was offered more uses")
	require.NoError(t, f.move(bob, grant, carol))
	require.ErrorIs(t, f.try(use(bob, grant, 5)), types.ErrNotLicensee)
	require.NoError(t, f.try(use(carol, grant, 5)))
	require.Equal(t, uint64(5), f.grant(grant).UsesLeft())
}

func TestVouchersCount(t *testing.T) {
	f, _, grant := rented(t, nil)
	signed := func(c types.UseCount) error {
		return f.try(&types.MsgUse{Sender: carol.String(), Uses: []types.UseCount{c}})
	}
	key := secp256k1.GenPrivKeyFromSecret(bob)
	require.ErrorIs(t, signed(f.voucher(key, grant, 2)), types.ErrInvalidUseVoucher, "the chain knows no key of bob's")
	f.key(bob)
	require.NoError(t, signed(f.voucher(key, grant, 2)))
	require.Equal(t, uint64(2), f.grant(grant).Uses)
	require.NoError(t, signed(f.voucher(key, grant, 1)), "an older one changes nothing")
	require.Equal(t, uint64(2), f.grant(grant).Uses)

	for name, c := range map[string]types.UseCount{
		"another key":   f.voucher(f.key(carol), grant, 3),
		"another total": {Grant: grant, Total: 3, Signature: f.voucher(key, grant, 4).Signature},
		"another grant": {Grant: grant, Total: 3, Signature: f.voucher(key, types.GrantID{9}, 3).Signature},
		"high s":        {Grant: grant, Total: 3, Signature: highS(f.voucher(key, grant, 3).Signature)},
		"zeros":         {Grant: grant, Total: 3, Signature: make([]byte, 64)},
	} {
		require.ErrorIs(t, signed(c), types.ErrInvalidUseVoucher, name)
	}
	other := f.voucher(key, grant, 3)
	f.ctx = f.ctx.WithChainID("stemma-2")
	require.ErrorIs(t, signed(other), types.ErrInvalidUseVoucher, "another chain")
	f.ctx = f.ctx.WithChainID("stemma-1")
	require.ErrorIs(t, signed(f.voucher(key, grant, 11)), types.ErrUsesExhausted)

	require.NoError(t, f.move(bob, grant, carol))
	require.ErrorIs(t, signed(f.voucher(key, grant, 3)), types.ErrInvalidUseVoucher, "bob holds it no longer")
	require.NoError(t, signed(f.voucher(f.key(carol), grant, 3)))
}

// highS is the other signature that the same key and bytes have.
func highS(signature []byte) []byte {
	n, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	s := new(big.Int).Sub(n, new(big.Int).SetBytes(signature[32:]))
	return append(append([]byte{}, signature[:32]...), s.FillBytes(make([]byte, 32))...)
}

// One message with a count that fails counts nothing.
func TestAMessageCountsAllOrNothing(t *testing.T) {
	f, terms, first := rented(t, nil)
	second := f.acquired(bob, song, terms, 1, "5ustem")
	both := func(a, b uint64) *types.MsgUse {
		return &types.MsgUse{Sender: bob.String(), Uses: []types.UseCount{{Grant: first, Total: a}, {Grant: second, Total: b}}}
	}
	err := f.try(both(3, 11))
	require.ErrorIs(t, err, types.ErrUsesExhausted)
	require.ErrorContains(t, err, "uses[1]")
	require.Zero(t, f.grant(first).Uses)
	require.NoError(t, f.try(both(3, 10)))
	require.Equal(t, []uint64{3, 10}, []uint64{f.grant(first).Uses, f.grant(second).Uses})
}

// A derivation that gives the work as input is a use, counted with it.
func TestADerivationCountsItsUse(t *testing.T) {
	f, _, grant := rented(t, nil)
	require.NoError(t, f.deriveAs(roles[3], remix, source{song, grant}))
	require.Equal(t, uint64(1), f.grant(grant).Uses)
	require.NoError(t, f.derive(f.register(bob, 40), source{song, grant}), "adapting is no such use")
	require.Equal(t, uint64(1), f.grant(grant).Uses)
	require.NoError(t, f.try(use(bob, grant, 10)))
	err := f.deriveAs(roles[3], f.register(bob, 41), source{song, grant})
	require.ErrorIs(t, err, types.ErrUsesExhausted)
	require.ErrorContains(t, err, "uses_exhausted")
	require.NoError(t, f.derive(f.register(bob, 42), source{song, grant}))
}

// Whoever uses what was made from the work counts at a grant of the work: its holder too, and
// nobody by a pass.
func TestUsesOfWhatWasMadeCount(t *testing.T) {
	f, terms := family(t, rental(nil), "9ustem")
	id, _ := f.grantOf(bob)
	for _, work := range []registrytypes.WorkID{remix, cover} {
		duty := counting(f.asInput(work, bob))
		require.Equal(t, types.Obligation{Kind: types.OBLIGATION_COUNT_USE, Work: song, Terms: terms, Grant: id, UsesLeft: 10}, duty)
		answer := f.asInput(work, carol)
		require.Equal(t, types.VERDICT_NEEDS_GRANT, answer.Verdict)
		require.Empty(t, passes(answer))
		require.Equal(t, []registrytypes.WorkID{song}, []registrytypes.WorkID{answer.Offers[0].Work})
	}
	require.ErrorIs(t, f.pass(carol, remix, song, terms, "9ustem"), types.ErrOfferNotFound)
	require.NoError(t, f.try(use(bob, id, 10)))
	answer := f.asInput(remix, bob)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, answer.Verdict)
	require.Equal(t, []string{"needs_grant", "uses_exhausted"}, reasonCodes(answer))
	require.Equal(t, id.String(), answer.Reasons[1].Permission)
	require.ErrorIs(t, f.deriveAs(roles[3], f.register(bob, 50), source{remix, nil}), types.ErrPermissionNeeded)

	second := f.acquired(bob, song, terms, 1, "9ustem")
	require.NoError(t, f.deriveAs(roles[3], f.register(bob, 50), source{remix, nil}))
	require.Equal(t, uint64(1), f.grant(second).Uses, "one generation is one use of what its source was made from")
}

// Where training is sold beside, a pass is for that alone.
func TestAPassServesTrainingAlone(t *testing.T) {
	f, terms := family(t, rental(func(t *types.Terms) { t.AiTraining = types.PERMISSION_PAID }), "9ustem")
	require.NoError(t, f.pass(carol, remix, song, terms, "9ustem"))
	require.Equal(t, types.VERDICT_ALLOWED, f.rights(remix, types.Use{Action: types.ACTION_TRAIN_AI}, carol).Verdict)
	require.Equal(t, types.VERDICT_NEEDS_GRANT, f.asInput(remix, carol).Verdict)
}

// TestCountsAgreeWithAPlainCounter: whatever is sent, the chain counts as a map of numbers does, and
// says what is left.
func TestCountsAgreeWithAPlainCounter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f, terms, grant := rented(t, nil)
		grants := []types.GrantID{grant, f.acquired(bob, song, terms, 1, "5ustem")}
		key := f.key(bob)
		counted, paid := map[types.GrantID]uint64{}, map[types.GrantID]uint64{grants[0]: 10, grants[1]: 10}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			at := rapid.SampledFrom(grants).Draw(rt, "grant")
			total := rapid.Uint64Range(1, 24).Draw(rt, "total")
			switch rapid.SampledFrom([]string{"use", "voucher", "renew", "replay"}).Draw(rt, "step") {
			case "renew":
				require.NoError(rt, f.try(f.renewed(bob, at, terms)))
				paid[at] += 10
				continue
			case "replay":
				total = max(counted[at], 1)
			}
			msg := use(bob, at, total)
			if rapid.Bool().Draw(rt, "signed") {
				msg = &types.MsgUse{Sender: carol.String(), Uses: []types.UseCount{f.voucher(key, at, total)}}
			}
			err := f.try(msg)
			if total > paid[at] {
				require.ErrorIs(rt, err, types.ErrUsesExhausted)
			} else {
				require.NoError(rt, err)
				counted[at] = max(counted[at], total)
			}
			require.Equal(rt, counted[at], f.grant(at).Uses)
			require.Equal(rt, paid[at], f.grant(at).UsesPaid)
			left := counted[grants[0]] < paid[grants[0]] || counted[grants[1]] < paid[grants[1]]
			require.Equal(rt, left, f.asInput(song, bob).Verdict == types.VERDICT_ALLOWED)
		}
	})
}

// A genesis keeps counts, which go by the terms.
func TestCountsInGenesis(t *testing.T) {
	f, terms, grant := rented(t, nil)
	require.NoError(t, f.try(use(bob, grant, 10)))
	require.NoError(t, f.try(f.renewed(bob, grant, terms)))
	require.NoError(t, f.try(use(bob, grant, 20)))
	second := f.acquired(bob, song, terms, 1, "5ustem")
	exported, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, exported.Validate())
	g := newFixture(t)
	for id, work := range f.registry {
		g.registry[id] = work
	}
	g.ctx = g.ctx.WithBlockTime(f.ctx.BlockTime().Add(time.Hour))
	require.NoError(t, g.k.InitGenesis(g.ctx, *exported))
	require.NoError(t, g.k.CheckInvariants(g.ctx))
	require.Equal(t, f.grant(grant), g.grant(grant))
	require.Equal(t, second, counting(g.asInput(song, bob)).Grant)

	for name, edit := range map[string]func(*types.Grant){
		"more than paid":   func(g *types.Grant) { g.Uses = 21 },
		"paid by half":     func(g *types.Grant) { g.UsesPaid = 25 },
		"paid for none":    func(g *types.Grant) { g.UsesPaid, g.Uses = 0, 0 },
		"of another terms": func(g *types.Grant) { g.Terms.TermsID = preset("cc-by-4.0") },
	} {
		broken, err := f.k.ExportGenesis(f.ctx)
		require.NoError(t, err)
		for i := range broken.Grants {
			if broken.Grants[i].Id == grant {
				edit(&broken.Grants[i].Grant)
			}
		}
		require.Error(t, broken.Validate(), name)
		row := f.grant(grant)
		edit(&row)
		cache, _ := f.ctx.CacheContext()
		require.NoError(t, f.k.Grants.Set(cache, grant, row))
		require.Error(t, f.k.CheckInvariants(cache), name)
	}
}
