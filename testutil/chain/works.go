package chain

import (
	"crypto/sha256"
	"errors"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/internal/amounts"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// Whole is all of a weight or rate, in ppm.
const Whole = 1_000_000

// Work is a registered work and who registered it.
type Work struct {
	ID    registrytypes.WorkID
	Owner Account
}

// String is the work's bech32 id, as messages want it.
func (w Work) String() string { return w.ID.String() }

// Source is a work and how another is made from it.
type Source struct {
	Work  Work
	Terms licensetypes.TermsID
	Role  lineagetypes.Role
	// open: the owner takes it under no terms.
	open bool
}

// Under makes the work a component of a derivative, under terms that Derive
// offers if the owner does not yet.
func (w Work) Under(terms licensetypes.TermsID) Source {
	return Source{Work: w, Terms: terms, Role: lineagetypes.ROLE_COMPONENT_OF}
}

// Cited mentions the work: no permission, nothing owed.
func (w Work) Cited() Source {
	return Source{Work: w, Role: lineagetypes.ROLE_CITES, open: true}
}

// As gives the source another role.
func (s Source) As(role lineagetypes.Role) Source {
	s.Role = role
	return s
}

// Message is the source as MsgDerive has it.
func (s Source) Message() lineagetypes.Source {
	m := lineagetypes.Source{Work: s.Work.ID, Role: s.Role}
	if !s.open {
		m.Permission = s.Terms.String()
	}
	return m
}

// Digest is the SHA-256 of the content of a work registered under this name.
func Digest(name string) registrytypes.Digest { return sha256.Sum256([]byte(name)) }

// WorkOf is the work that Register makes of this name; its id is known before.
func WorkOf(name string, owner Account) Work {
	return Work{ID: registrytypes.NewWorkID(owner.Address, Digest(name)), Owner: owner}
}

// RegisterMsg registers works whose contents are their names.
func RegisterMsg(owner Account, names ...string) *registrytypes.MsgRegister {
	msg := &registrytypes.MsgRegister{Registrant: owner.String()}
	for _, name := range names {
		msg.Works = append(msg.Works, registrytypes.Entry{
			Sha256:  Digest(name),
			Details: registrytypes.Details{Kind: registrytypes.KIND_OTHER, Title: name},
		})
	}
	return msg
}

// OfferMsg offers a work to everybody under terms.
func OfferMsg(work Work, terms licensetypes.TermsID) *licensetypes.MsgOffer {
	return &licensetypes.MsgOffer{Owner: work.Owner.String(), Work: work.ID, Terms: terms}
}

// DeriveMsg declares a work's sources, at any rate, each as it was registered.
func DeriveMsg(work Work, sources ...Source) *lineagetypes.MsgDerive {
	msg := &lineagetypes.MsgDerive{Owner: work.Owner.String(), Work: work.ID, MaxTotalRate: Whole, MaxGrants: licensetypes.MaxMetGrants}
	for _, s := range sources {
		msg.Sources = append(msg.Sources, s.Message())
	}
	return msg
}

// ApproveSourceMsg approves, on behalf of the owner of a source, that a work declares it
// later, whatever stands of the work.
func ApproveSourceMsg(source Source, work Work) *lineagetypes.MsgApproveSource {
	s := source.Message()
	const any = 1 << 62
	return &lineagetypes.MsgApproveSource{
		Owner: source.Work.Owner.String(), Source: s.Work, Derivative: work.ID, Role: s.Role, Permission: s.Permission,
		Shown: lineagetypes.Promises{Grants: any, Derivatives: any, IrrevocableOffers: any},
	}
}

// PayMsg pays a work.
func PayMsg(payer Account, work Work, amount sdk.Coin) *royaltytypes.MsgPay {
	return &royaltytypes.MsgPay{Payer: payer.String(), Work: work.ID, Amount: amount}
}

// Preset is the id of preset terms, such as commercial-remix-10.
func Preset(name string) licensetypes.TermsID {
	preset, ok := licensetypes.PresetByName(name)
	if !ok {
		panic("no preset " + name)
	}
	return preset.ID
}

// Register makes a work whose content is its name.
func (c *Chain) Register(name string, owner Account) Work {
	c.t.Helper()
	c.MustDeliver(owner, RegisterMsg(owner, name))
	return WorkOf(name, owner)
}

// Offer puts terms on a work, for everybody.
func (c *Chain) Offer(work Work, terms licensetypes.TermsID) {
	c.t.Helper()
	c.MustDeliver(work.Owner, OfferMsg(work, terms))
	c.offered[offerKey{work.ID, terms}] = true
}

// Derive registers a work made from sources and declares them, in one
// transaction. It first makes the offers that the sources rely on.
func (c *Chain) Derive(name string, owner Account, sources ...Source) Work {
	c.t.Helper()
	for _, s := range sources {
		if !s.open && !c.offered[offerKey{s.Work.ID, s.Terms}] {
			c.Offer(s.Work, s.Terms)
		}
	}
	work := WorkOf(name, owner)
	c.MustDeliver(owner, RegisterMsg(owner, name), c.DeriveMsg(work, sources...))
	return work
}

// Pay pays a work. Everyone upstream is paid at the end of the block, or of the
// next.
func (c *Chain) Pay(payer Account, work Work, amount string) {
	c.t.Helper()
	coin, err := amounts.ParseCoin(amount)
	require.NoError(c.t, err)
	c.MustDeliver(payer, PayMsg(payer, work, coin))
}

// offerKey names an offer.
type offerKey struct {
	work  registrytypes.WorkID
	terms licensetypes.TermsID
}

// DeriveMsg declares a work's sources, at any rate, as they are now.
func (c *Chain) DeriveMsg(work Work, sources ...Source) *lineagetypes.MsgDerive {
	c.t.Helper()
	return c.See(DeriveMsg(work, sources...))
}

// See has a declaration name what its sources bring by public offers now, and nothing of those
// that rely on something else.
func (c *Chain) See(msg *lineagetypes.MsgDerive) *lineagetypes.MsgDerive {
	c.t.Helper()
	return c.SeeIn(c.Ctx(), msg)
}

// SeeIn is See in the middle of a change.
func (c *Chain) SeeIn(ctx sdk.Context, msg *lineagetypes.MsgDerive) *lineagetypes.MsgDerive {
	c.t.Helper()
	for i, s := range msg.Sources {
		msg.Sources[i].Seen = licensetypes.Conditions{}
		if licensetypes.NamesTerms(s.Permission) {
			msg.Sources[i].Seen = c.standing(ctx, s.Work)
		}
	}
	return msg
}

// DemandsSeen is the version of what is demanded of a work now, as whoever acquires a pass for
// its uses names it.
func (c *Chain) DemandsSeen(work Work) licensetypes.Conditions {
	c.t.Helper()
	return licensetypes.Conditions{DemandsVersion: c.standing(c.Ctx(), work.ID).DemandsVersion}
}

// standing is what an offer of a work to everybody brings now; nothing of one that the same
// transaction registers.
func (c *Chain) standing(ctx sdk.Context, work registrytypes.WorkID) licensetypes.Conditions {
	c.t.Helper()
	seen, err := c.App.Keepers.License.Conditions(ctx, work, licensetypes.Offer{}, licensetypes.Terms{})
	if !errors.Is(err, registrytypes.ErrWorkNotFound) {
		require.NoError(c.t, err)
	}
	return seen
}

// AcceptGrantMsg accepts a grant that is offered to an account, as it is now.
func (c *Chain) AcceptGrantMsg(grant licensetypes.GrantID, recipient Account) *licensetypes.MsgAcceptGrant {
	c.t.Helper()
	row, err := c.App.Keepers.License.GetGrant(c.Ctx(), grant)
	require.NoError(c.t, err)
	seen := row.Conditions()
	beside, _, err := c.App.Keepers.License.Exclusives.Find(c.Ctx(), row.Work.WorkID)
	require.NoError(c.t, err)
	seen.Made = beside.Made
	return &licensetypes.MsgAcceptGrant{Recipient: recipient.String(), Grant: grant, Seen: seen}
}

// AcceptTransferMsg accepts a work that is on offer, as it is now.
func (c *Chain) AcceptTransferMsg(work Work, recipient Account) *royaltytypes.MsgAcceptTransfer {
	c.t.Helper()
	row, err := c.App.Keepers.Registry.GetWork(c.Ctx(), work.ID)
	if !errors.Is(err, registrytypes.ErrWorkNotFound) {
		require.NoError(c.t, err)
	}
	head, err := c.App.Keepers.Royalty.GetHead(c.Ctx(), work.ID)
	require.NoError(c.t, err)
	return &royaltytypes.MsgAcceptTransfer{
		Recipient: recipient.String(), Work: work.ID, WorkVersion: row.Version, Epoch: head.Epoch, Offer: row.TransferOffers,
	}
}

// Seen are the conditions of an offer as they are now, as a purchase names them.
func (c *Chain) Seen(work Work, terms licensetypes.TermsID) licensetypes.Conditions {
	c.t.Helper()
	res, err := licensetypes.NewQueryClient(c.Conn()).Offers(c.Ctx(), &licensetypes.QueryOffersRequest{Work: work.ID})
	require.NoError(c.t, err)
	for _, o := range res.Offers {
		if o.Terms.Id == terms {
			return o.Conditions
		}
	}
	return licensetypes.Conditions{}
}
