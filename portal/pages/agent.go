package pages

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/client/units"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// agentPage is an agent: who answers for it, what its keys may do, and what is said of it.
type agentPage struct {
	Height             int64
	ID, Name, Status   string
	Controller, Payout link
	Registered, Ends   time.Time
	Versions           []cardVersion
	Keys               []agentKey
	Counted            []fact
	Attestations       []attestation
	// More: there are others than those that are shown.
	MoreVersions, MoreAttestations bool
	History                        []happening
	Before                         string
	Begins                         int64 // the block with which history begins, if it may be older
}

// cardVersion is a version of a card. What it says is text, and never a link: whoever registers an agent writes it.
type cardVersion struct {
	Version uint32
	Since   time.Time
	Blanked string
	Says    []fact
	Model   link
}

// agentKey is a key with what it may do. Keys are accounts: there is nothing secret in them.
type agentKey struct {
	Account        link
	Acts           bool
	Until          time.Time
	Messages, Left string
}

type attestation struct {
	Issuer             link
	Schema, Sha256     string
	At, Until, Revoked time.Time
	Listed, Holds      bool
}

func agentLink(id agenttypes.AgentID) link { return link{short(id.String()), "/agents/" + id.String()} }

func (s *Site) agent(ctx context.Context, v *visit) error {
	text := v.r.PathValue("id")
	id, err := agenttypes.ParseAgentID(text)
	if err != nil {
		return wrong("fault.agent", text)
	}
	if s.Denied(id.String()) {
		return fault{code: http.StatusUnavailableForLegalReasons, message: "fault.denied", args: []any{s.Operator}}
	}
	height, _, err := s.Client.Latest(ctx)
	if err != nil {
		return err
	}
	page := &agentPage{Height: height, ID: id.String()}
	ctx = v.at(ctx, height)
	res, err := s.Client.Agent().Agent(ctx, &agenttypes.QueryAgentRequest{Agent: id})
	if err != nil {
		return err
	}
	v.passport(page, res.Passport, res.Acts)
	if err := s.aboutAgent(ctx, v, id, res.Passport.Version, page); err != nil {
		return err
	}
	return v.show(http.StatusOK, "agent.html", v.T("agent.title", short(page.ID)), page)
}

// aboutAgent asks for all that a page says beside the passport.
func (s *Site) aboutAgent(ctx context.Context, v *visit, id agenttypes.AgentID, version uint32, page *agentPage) error {
	u, err := s.Client.Units(ctx)
	if err != nil {
		return err
	}
	at, group := errgroupAt(ctx)
	group.Go(func() error { return s.cardsOf(at, v, id, version, page) })
	group.Go(func() error {
		res, err := s.Client.Agent().Keys(at, &agenttypes.QueryKeysRequest{Agent: id})
		if err == nil {
			page.keys(u, res.Keys)
		}
		return err
	})
	group.Go(func() error {
		res, err := s.Client.Agent().Facts(at, &agenttypes.QueryFactsRequest{Subject: id.String()})
		if err == nil {
			page.Counted = v.counted(u, res.Facts)
		}
		return err
	})
	group.Go(func() error {
		res, err := s.Client.Agent().Attestations(at, &agenttypes.QueryAttestationsRequest{
			Subject: id.String(), Pagination: &query.PageRequest{Limit: maxShown},
		})
		if err == nil {
			page.attestations(res.Attestations)
			page.MoreAttestations = len(res.Pagination.GetNextKey()) > 0
		}
		return err
	})
	group.Go(func() error {
		p, err := v.historyOf(at, id.String())
		page.History, page.Before, page.Begins = p.list, p.before, p.begins
		return err
	})
	return group.Wait()
}

// cardsOf says the latest versions of a card.
func (s *Site) cardsOf(ctx context.Context, v *visit, id agenttypes.AgentID, version uint32, page *agentPage) error {
	before := uint32(0)
	if version > maxShown {
		before, page.MoreVersions = version-maxShown, true
	}
	res, err := s.Client.Agent().Cards(ctx, &agenttypes.QueryCardsRequest{
		Agent: id, Pagination: &query.PageRequest{Offset: uint64(before), Limit: maxShown},
	})
	if err == nil {
		v.cards(ctx, page, before, res.Cards)
	}
	return err
}

func (v *visit) passport(page *agentPage, p agenttypes.Passport, acts bool) {
	page.Name, page.Registered, page.Ends = clip(p.Name), p.RegisteredAt, p.ExpiresAt
	page.Controller, page.Payout = accountLink(p.Controller), accountLink(p.PayoutAccount())
	page.Status = v.meaning("agent.status.", p.Status.String(), "STATUS_", "dispute.unknown")
	if p.Status == agenttypes.STATUS_ACTIVE && !acts {
		page.Status = v.T("agent.ended")
	}
}

// cards says versions of a card, the newest first; before is how many are older.
func (v *visit) cards(ctx context.Context, page *agentPage, before uint32, list []agenttypes.CardVersion) {
	for i := len(list) - 1; i >= 0; i-- {
		c := list[i].Card
		said := cardVersion{Version: before + uint32(i) + 1, Since: list[i].CreatedAt, Blanked: list[i].BlankedSha256.String()}
		add := func(key, text string) {
			if text != "" {
				said.Says = append(said.Says, fact{v.T(key), clipLong(text)})
			}
		}
		if !c.Model.Work.IsZero() {
			said.Model = v.named(ctx, c.Model.Work)
		}
		add("agent.responsible", c.Responsible.Name)
		add("agent.party", c.Responsible.Uri)
		add("agent.contact", c.Responsible.Contact)
		add("record.model", strings.TrimSpace(c.Model.Name+" "+c.Model.Version))
		add("agent.does", c.Description)
		for _, e := range c.Endpoints {
			said.Says = append(said.Says, fact{clip(strings.TrimSpace(e.Protocol + " " + e.Version)), clipLong(e.Uri)})
		}
		add("agent.document", strings.TrimSpace(c.DocumentUri+" "+c.DocumentSha256.String()))
		add("agent.http_key", c.JwkThumbprint)
		add("agent.key_directory", c.KeyDirectory)
		page.Versions = append(page.Versions, said)
	}
}

func (page *agentPage) keys(u units.Units, list []agenttypes.KeyStanding) {
	for _, k := range list {
		var messages, left []string
		for _, kind := range k.Limit.Messages {
			messages = append(messages, kind[strings.LastIndex(kind, ".")+1:])
		}
		for _, r := range k.Remaining {
			left = append(left, u.Short(sdk.Coin{Denom: r.Denom, Amount: r.Amount}))
		}
		page.Keys = append(page.Keys, agentKey{
			Account: accountLink(k.Key), Acts: k.Acts, Until: k.Limit.ExpiresAt, Messages: strings.Join(messages, ", "),
			Left: strings.Join(left, ", "),
		})
	}
}

func (v *visit) counted(u units.Units, f agenttypes.Facts) []fact {
	list := []fact{
		{v.T("agent.declared"), strconv.FormatUint(f.Declared, 10)},
		{v.T("agent.disputed"), strconv.FormatUint(f.Disputed, 10)},
		{v.T("agent.upheld"), strconv.FormatUint(f.Upheld, 10)},
		{v.T("agent.acts"), strconv.FormatUint(f.Acts, 10)},
	}
	if !f.Paid.Empty() {
		list = append(list, fact{v.T("agent.paid"), coinsOf(u, f.Paid)})
	}
	return list
}

func (page *agentPage) attestations(list []agenttypes.AttestationStanding) {
	for _, s := range list {
		a := attestation{
			Issuer: accountLink(s.Attestation.Issuer), Schema: clip(s.Attestation.Schema), Sha256: s.Attestation.PayloadSha256.String(),
			At: s.Attestation.IssuedAt, Listed: s.Listed, Holds: s.Holds,
		}
		if s.Attestation.ExpiresAt != nil {
			a.Until = *s.Attestation.ExpiresAt
		}
		if s.Attestation.RevokedAt != nil {
			a.Revoked = *s.Attestation.RevokedAt
		}
		page.Attestations = append(page.Attestations, a)
	}
}
