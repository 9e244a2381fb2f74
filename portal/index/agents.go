package index

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// card is what the index keeps of what a passport says: by which protocols the agent is reached.
type card struct {
	Endpoints []struct {
		Protocol string `json:"protocol"`
	} `json:"endpoints"`
}

func (b *batch) agentRegistered(e abci.Event) error {
	r := &reader{b: b, event: e}
	var passport struct {
		ID         string    `json:"id"`
		Controller string    `json:"controller"`
		Status     string    `json:"status"`
		ExpiresAt  time.Time `json:"expires_at"`
	}
	var says card
	r.json("passport", &passport)
	r.json("card", &says)
	if r.err != nil {
		return r.err
	}
	status, ok := agenttypes.Status_value[passport.Status]
	if !ok {
		return fmt.Errorf("%.40q is %w", passport.Status, ErrNewer)
	}
	agent, controller := r.idOf("passport", passport.ID), r.idOf("passport", passport.Controller)
	if r.err != nil {
		return r.err
	}
	_, err := b.exec(`INSERT INTO agents VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING`, agent, controller, int64(status),
		nanoseconds(passport.ExpiresAt))
	if err != nil {
		return err
	}
	return b.setEndpoints(agent, says)
}

func (b *batch) setEndpoints(agent int64, says card) error {
	if _, err := b.exec(`DELETE FROM endpoints WHERE agent = ?`, agent); err != nil {
		return err
	}
	for _, e := range says.Endpoints {
		if _, err := b.exec(`INSERT INTO endpoints VALUES (?, ?) ON CONFLICT DO NOTHING`, e.Protocol, agent); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) agentRevised(e abci.Event) error {
	r := &reader{b: b, event: e}
	agent := r.id("agent")
	var version int64
	var says card
	r.json("version", &version)
	r.json("card", &says)
	if r.err != nil {
		return r.err
	}
	if _, err := b.exec(`UPDATE agents SET version = ? WHERE id = ?`, version, agent); err != nil {
		return err
	}
	return b.setEndpoints(agent, says)
}

func (b *batch) agentRenewed(e abci.Event) error {
	r := &reader{b: b, event: e}
	agent := r.id("agent")
	var ends time.Time
	r.json("expires_at", &ends)
	if r.err != nil {
		return r.err
	}
	_, err := b.exec(`UPDATE agents SET ends = ? WHERE id = ?`, nanoseconds(ends), agent)
	return err
}

func (b *batch) agentStatusChanged(e abci.Event) error {
	r := &reader{b: b, event: e}
	agent, status := r.id("agent"), r.enum("status", agenttypes.Status_value)
	if r.err != nil {
		return r.err
	}
	_, err := b.exec(`UPDATE agents SET status = ? WHERE id = ?`, status, agent)
	return err
}

func (b *batch) agentTaken(e abci.Event) error {
	r := &reader{b: b, event: e}
	agent, controller := r.id("agent"), r.id("controller")
	if r.err != nil {
		return r.err
	}
	_, err := b.exec(`UPDATE agents SET controller = ? WHERE id = ?`, controller, agent)
	return err
}

// agentBlanked drops what the present version of a card said, where that was taken back.
func (b *batch) agentBlanked(e abci.Event) error {
	r := &reader{b: b, event: e}
	agent := r.id("agent")
	var versions []int64
	r.json("versions", &versions)
	if r.err != nil {
		return r.err
	}
	var present int64
	found, err := b.one([]any{&present}, `SELECT version FROM agents WHERE id = ?`, agent)
	if err != nil || !found || !slices.Contains(versions, present) {
		return err
	}
	b.erased = true
	return b.setEndpoints(agent, card{})
}

// OlderAgent is an agent that is older than the first block, as the node has it now.
type OlderAgent struct {
	Passport  agenttypes.Passport
	Endpoints []agenttypes.Endpoint
}

// SeedAgents takes in agents that are older than the first block, as Seed does works.
func (x *Index) SeedAgents(ctx context.Context, agents []OlderAgent) error {
	return x.write(ctx, func(b *batch) error {
		if b.Height != 0 {
			return fmt.Errorf("older agents come before the first block, and %d is there: %w", b.Height, ErrNotNext)
		}
		for _, a := range agents {
			r := &reader{b: b}
			agent, controller := r.idOf("agent", a.Passport.Id.String()), r.idOf("controller", a.Passport.Controller)
			if r.err != nil {
				return fmt.Errorf("take in %s: %w", a.Passport.Id, r.err)
			}
			_, err := b.exec(`INSERT INTO agents VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, agent, controller, int64(a.Passport.Status),
				nanoseconds(a.Passport.ExpiresAt), int64(a.Passport.Version))
			if err != nil {
				return err
			}
			var says card
			for _, e := range a.Endpoints {
				says.Endpoints = append(says.Endpoints, struct {
					Protocol string `json:"protocol"`
				}{e.Protocol})
			}
			if err := b.setEndpoints(agent, says); err != nil {
				return err
			}
		}
		return nil
	})
}

// Agents lists agents that were active and had not ended at a time, the newest first: those that are reached by a protocol,
// unless it is empty, in any case.
func (x *Index) Agents(ctx context.Context, protocol string, now time.Time, after string, limit int) (Page[agenttypes.AgentID], error) {
	before, err := pageNumber(after, newest)
	if err != nil {
		return Page[agenttypes.AgentID]{}, err
	}
	limit = clamp(limit)
	from, args := `agents a`, []any{before, int64(agenttypes.STATUS_ACTIVE), nanoseconds(now)}
	where := `a.id < ? AND a.status = ? AND a.ends > ?`
	if protocol != "" {
		from, where = `endpoints e JOIN agents a ON a.id = e.agent`, where+` AND e.protocol = ? AND e.agent < ?`
		args = append(args, strings.ToLower(protocol), before)
	}
	var p Page[agenttypes.AgentID]
	last := int64(0)
	err = x.db.query(ctx, `SELECT a.id, s.key FROM `+from+` JOIN subjects s ON s.id = a.id WHERE `+where+` ORDER BY a.id DESC LIMIT ?`,
		append(args, limit+1), func(r *sql.Rows) error {
			var number int64
			var key []byte
			if err := r.Scan(&number, &key); err != nil {
				return err
			}
			if len(p.Rows) == limit {
				p.Next = pageMark(last)
				return nil
			}
			var id agenttypes.AgentID
			copy(id[:], key[1:])
			p.Rows, last = append(p.Rows, id), number
			return nil
		})
	return p, err
}
