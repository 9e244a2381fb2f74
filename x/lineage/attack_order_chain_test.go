package lineage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	"github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Once broke "A derivation's permission runs until the earliest end of its sources' grants".
//
// Training on a song is sold by the hour. A model that is trained on the song ends with the
// grant. One that is trained on a remix of it, by a pass or a grant of the song that ends
// within the hour, did not: what satisfied the demand left no trace in the model. So: the end
// of the pass or grant is among the demands of what is made (EXPIRES), as for the edge itself.
func TestAttackTheEndOfAPassDoesNotBindWhatIsMade(t *testing.T) {
	s := newShelf(t)
	hour, fee := time.Hour, sdk.NewInt64Coin("uusdc", 1_000)
	hourly := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Hourly", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, Duration: &hour,
		AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, hourly)
	remix := s.bought("remix", s.curator, song, hourly, 0)
	all := s.anything()
	s.Offer(remix, all)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{Licensee: s.maker.String(), Work: song.ID, Terms: hourly, UsesOf: remix.ID, MaxFee: &fee, Seen: s.DemandsSeen(remix)})
	model := s.ofKind("model", s.maker, registrytypes.KIND_MODEL)
	s.MustDeliver(s.maker, s.DeriveMsg(model, remix.Under(all).As(types.ROLE_TRAINED_ON)))

	s.Advance(30 * time.Minute)
	grant := licensetypes.NewGrantID(song.ID, hourly, s.curator.Address, 0)
	s.MustDeliver(s.curator, &licensetypes.MsgRenewGrant{Licensee: s.curator.String(), Grant: grant, MaxFee: &fee})
	s.Advance(time.Hour)
	rights := s.asks(model, s.maker, distribute, true)
	require.NotEqual(t, licensetypes.VERDICT_ALLOWED, rights.Verdict, "the hour that was paid for is over")
}

// Once was griefing of a buyer: max_fee and max_rate guard a purchase, and nothing guarded who else
// may have what is made of it.
//
// The owner sees a purchase come, and puts an allow-list with the buyer alone on the offer, at the
// same price. The buyer gets the grant that was asked for, but the price version that it pins
// names the buyer: nobody else can get a pass, and training on the remix is denied to all
// for ever, although it was bought under an offer to everybody. So: MsgAcquire and MsgRenewGrant
// name the allow-list by its digest as it was seen, and nothing is that of an offer to
// everybody.
func TestAttackAnAllowListIsSlippedUnderAPurchase(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	paid := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sells-Training", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED,
		AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(fee),
	})
	song := s.Register("song", s.author)
	s.Offer(song, paid)
	slip := chain.OfferMsg(song, paid)
	slip.Offer.Licensees = []string{s.curator.String()}
	s.MustDeliver(s.author, slip) // before the curator's MsgAcquire, in the same block
	buy := &licensetypes.MsgAcquire{Licensee: s.curator.String(), Work: song.ID, Terms: paid, MaxFee: &fee}
	require.ErrorIs(t, s.Deliver(s.curator, buy).Err(), licensetypes.ErrOtherConditions)
	s.Offer(song, paid) // and back
	remix := s.bought("remix", s.curator, song, paid, 0)
	s.MustDeliver(s.author, &licensetypes.MsgCloseOffer{Owner: s.author.String(), Work: song.ID, Terms: paid})
	s.Offer(remix, s.anything())
	rights := s.asks(remix, s.fan, trainAI, true)
	require.NotEqual(t, licensetypes.VERDICT_DENIED, rights.Verdict, "%v", rights.Reasons)
}

// Once a griefing of a licensee: a grant that is paid for could not be used for the work that it was
// bought for.
//
// The licensee has registered the remix and offers it; before the derivation is declared, the owner
// of the song declares the song as made from the remix, under the remix's own offer, or from
// what a second account made of it. The graph has no cycles, so the licensee's declaration was
// refused, and the grant, which is reserved for the remix, void. It is the licensor's "later
// message". So a grant that is reserved for a derivative goes first.
func TestAttackALicensorTurnsTheEdgeAround(t *testing.T) {
	s := newShelf(t)
	fee := sdk.NewInt64Coin("uusdc", 1_000)
	sells := s.publish(licensetypes.Terms{
		Spdx: "LicenseRef-Sold", CommercialUse: true, Derivatives: licensetypes.DERIVATIVES_ALLOWED, GrantFee: sdk.NewCoins(fee),
	})
	song, remix := s.Register("song", s.author), s.Register("remix", s.maker)
	s.Offer(song, sells)
	all := s.anything()
	s.Offer(remix, all)
	s.MustDeliver(s.maker, &licensetypes.MsgAcquire{
		Licensee: s.maker.String(), Work: song.ID, Terms: sells, Derivative: remix.ID, MaxFee: &fee,
	})
	around := s.DeriveMsg(song, remix.Under(all))
	around.AllowUnapproved = true
	turned := s.Deliver(s.author, around).Err()
	between := s.Register("between", s.fan)
	s.MustDeliver(s.fan, s.DeriveMsg(between, remix.Under(all)))
	s.Offer(between, all)
	around = s.DeriveMsg(song, between.Under(all))
	around.AllowUnapproved = true
	require.ErrorIs(t, s.Deliver(s.author, around).Err(), types.ErrReserved)
	msg := s.DeriveMsg(remix, song.Under(sells))
	msg.Sources[0].Permission = licensetypes.NewGrantID(song.ID, sells, s.maker.Address, 0).String()
	s.See(msg)
	require.NoError(t, s.Deliver(s.maker, msg).Err(), "the song's declaration: %v", turned)
}
