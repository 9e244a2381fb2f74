package mcp_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/portal/follow"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/mcp"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// An agent finds a work, buys what it needs, declares what it made, and has it proved; what its limit does not leave is refused.
func TestAnAgentsSession(t *testing.T) {
	c := newChain(t, 100*time.Millisecond)
	server, err := mcp.New(t.Context(), c.config(c.bot))
	require.NoError(t, err)
	s := open(t, server)

	t.Run("finds", func(t *testing.T) { c.finds(s) })
	t.Run("finds by words", func(t *testing.T) { c.findsByWords(t) })
	t.Run("buys", func(t *testing.T) { c.buys(s) })
	t.Run("declares", func(t *testing.T) { c.declares(s) })
	t.Run("is bounded", func(t *testing.T) { c.isBounded(s) })
	t.Run("reads only", func(t *testing.T) { c.readsOnly(t) })
	t.Run("texts are data", func(t *testing.T) { c.textsAreData(t, s) })

	require.NoError(t, s.Close())
	require.NoError(t, <-s.ended, "the end of input is an end without an error")
	require.Empty(t, server.Settle(t.Context()))
}

func (c *chain) finds(s *session) {
	t := c.t
	for query, by := range map[string]string{
		c.content.String(): "sha256", "sha256:" + c.content.String(): "sha256", c.song.String(): "id", "isrc:US-RC1-76-07839": "identifier",
	} {
		found := s.ok("resolve", args{"query": query})
		require.Equal(t, by, found["by"], query)
		works := found["works"].([]any)
		require.Len(t, works, 1, query)
		require.Equal(t, c.song.String(), works[0].(map[string]any)["work"])
		require.NotZero(t, found["height"])
	}
	require.Empty(t, s.ok("resolve", args{"query": digestOf("nobody's")})["works"])
	s.no("resolve", args{"query": "words of a title"}, "mcp", 2)

	answer := s.ok("clear", args{"work": c.song.String(), "use": "ai-input", "commercial": true})
	require.Equal(t, "needs_grant", answer["verdict"])
	require.Equal(t, c.carol.Address().String(), answer["as"])
	require.Equal(t, "2.00 USDC", answer["to_buy"].(map[string]any)["total"].([]any)[0].(map[string]any)["shown"])
	require.Equal(t, "unknown", s.ok("clear", args{"work": digestOf("nobody's"), "use": "copy"})["verdict"])
	s.no("clear", args{"work": c.song.String(), "use": "steal"}, "mcp", 2)

	quote := s.ok("quote", args{"work": c.content.String(), "use": "ai-input", "commercial": true, "amount": "1.00 USDC"})
	payees := quote["payment"].(map[string]any)["payees"].([]any)
	require.Equal(t, c.alice.Address().String(), payees[0].(map[string]any)["account"])
	require.Equal(t, "1000000", payees[0].(map[string]any)["amount"].(map[string]any)["amount"])
	left := quote["budget"].(map[string]any)["spending"].([]any)[0].(map[string]any)
	require.Equal(t, "3000000", left["next_act"].(map[string]any)["amount"])

	list := []string{c.song.String(), digestOf("nobody's")}
	report := s.ok("report", args{"works": list, "use": "train-ai"})
	require.EqualValues(t, 2, report["rows"])
	require.EqualValues(t, 1, report["unknown"])
	require.Len(t, report["listed"], 2)
	require.Len(t, s.ok("report", args{"works": list, "use": "train-ai", "from": 1})["listed"], 1)
}

func (c *chain) findsByWords(t *testing.T) {
	config := c.config(nil)
	x, err := index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	require.NoError(t, err)
	defer x.Close()
	height, _, err := c.c.Latest(t.Context())
	require.NoError(t, err)
	node, err := rpchttp.New("http://"+c.net.Nodes[0].RPC, "/websocket")
	require.NoError(t, err)
	require.NoError(t, follow.New(node, x, follow.Options{Until: height - 1, Poll: 20 * time.Millisecond}).Run(t.Context()))
	config.Index = x
	server, err := mcp.New(t.Context(), config)
	require.NoError(t, err)
	found := open(t, server).ok("resolve", args{"query": "instructions ignore"})
	require.Equal(t, "words", found["by"])
	require.Equal(t, c.song.String(), found["works"].([]any)[0].(map[string]any)["work"])

	session := open(t, server)
	wanted := args{"use": "ai-input", "commercial": true, "max_price": "2.00 USDC"}
	offers := session.ok("find", wanted)["offers"].([]any)
	require.Len(t, offers, 1)
	offer := offers[0].(map[string]any)
	require.Equal(t, c.song.String(), offer["work"])
	require.Equal(t, "needs_grant", offer["verdict"])
	require.Contains(t, offer["title"], "untrusted_text")
	require.Equal(t, "2.00 USDC", offer["price"].([]any)[0].(map[string]any)["shown"])
	wanted["max_price"] = "1.99 USDC"
	require.Empty(t, session.ok("find", wanted)["offers"])
	session.no("find", args{"use": "eat"}, "mcp", 2)
	session.no("find", args{"use": "ai-input", "after": "no mark"}, "mcp", 2)
	require.NotEmpty(t, session.ok("services", args{})["services"])
	require.Empty(t, session.ok("services", args{"protocol": "gopher"})["services"])
	session.no("services", args{"protocol": "no such thing"}, "mcp", 2)
}

func (c *chain) buys(s *session) {
	t := c.t
	buy := args{"request": "buy-1", "work": c.song.String(), "use": "ai-input", "commercial": true, "max": "2.00 USDC"}
	above := args{"request": "buy-0", "work": c.song.String(), "use": "ai-input", "commercial": true, "max": "1.99 USDC"}
	refused := s.no("acquire", above, "mcp", 6)
	require.Equal(t, "above_price", refused.Reasons[0].Code)
	first := s.ok("acquire", buy)
	require.Equal(t, "allowed", first["verdict"], "as it is now")
	bought := first["bought"].([]any)[0].(map[string]any)
	require.Equal(t, "grant", bought["kind"])
	grant, err := licensetypes.ParseGrantID(bought["grant"].(string))
	require.NoError(t, err)
	res, err := c.c.License().Grant(t.Context(), &licensetypes.QueryGrantRequest{Grant: grant})
	require.NoError(t, err)
	require.Equal(t, c.carol.Address().String(), res.Grant.Licensee, "the controller has it")

	require.Equal(t, first, s.ok("acquire", buy), "the same request is done once")
	buy["max"] = "3.00 USDC"
	s.no("acquire", buy, "mcp", 9)
	again := s.ok("acquire", args{"request": "buy-2", "work": c.song.String(), "use": "ai-input", "commercial": true, "max": "2.00 USDC"})
	require.Equal(t, "allowed", again["verdict"])
	require.Empty(t, again["bought"])
	require.Empty(t, again["tx"])
	require.GreaterOrEqual(t, again["height"], first["height"], "of the block after which that was so")

	receipt := s.ok("receipt", args{"tx": first["tx"].(string)})
	paid := receipt["payments"].([]any)[0].(map[string]any)
	require.Equal(t, "licence fee", paid["kind"])
	require.Equal(t, c.song.String(), paid["work"])
	s.no("receipt", args{"tx": strings.Repeat("ab", 32)}, "mcp", 13)
	s.no("receipt", args{"tx": "ab"}, "mcp", 2)
}

func (c *chain) declares(s *session) {
	t := c.t
	c.isBoundedByRate(s)
	made := s.ok("declare", args{
		"request": "make-1", "sha256": digestOf("output"), "title": "Output", "kind": "audio", "model": "acme/composer-1", "max": "0uusdc",
		"sources": []args{{"work": c.song.String(), "weight": "60"}, {"uri": "https://example.org/prompt-library"}},
	})
	work, err := registrytypes.ParseWorkID(made["work"].(string))
	require.NoError(t, err)
	derivation, err := c.c.Lineage().Derivation(t.Context(), &lineagetypes.QueryDerivationRequest{Work: work})
	require.NoError(t, err)
	require.Equal(t, c.agent, derivation.Record.Agent)
	require.Equal(t, "acme/composer-1", derivation.Record.Model)
	sources, err := c.c.Lineage().Sources(t.Context(), &lineagetypes.QuerySourcesRequest{Work: work})
	require.NoError(t, err)
	require.Len(t, sources.Sources, 2)
	require.EqualValues(t, 600_000, sources.Sources[0].Weight)
	require.EqualValues(t, 100_000, made["owes"])

	for _, about := range []string{"", "derivation", "sources"} {
		shown := s.ok("prove", args{"subject": work.String(), "about": about})
		raw, err := base64.StdEncoding.DecodeString(shown["proof_base64"].(string))
		require.NoError(t, err)
		read, err := proof.Read(raw)
		require.NoError(t, err)
		trust, err := proof.ParseTrust(shown["begins_at"].(string))
		require.NoError(t, err)
		_, err = read.Verify(trust, proof.Policy{Now: time.Now(), Period: proof.DefaultPeriod})
		require.NoError(t, err)
		require.Equal(t, []any{true, false}, []any{shown["verified"], shown["trusted"]})
	}
	page := s.ok("prove", args{"subject": c.song.String(), "about": "title", "certificate": true})
	require.Empty(t, page["proof_base64"])
	require.Contains(t, page["check"], "FILE.html")
	html, err := base64.StdEncoding.DecodeString(page["certificate_base64"].(string))
	require.NoError(t, err)
	require.True(t, certificate.IsPage(html))
	carried, err := certificate.Read(html)
	require.NoError(t, err)
	begins, err := proof.ParseTrust(page["begins_at"].(string))
	require.NoError(t, err)
	inside, err := proof.Read(carried.Proof)
	require.NoError(t, err)
	proven, err := inside.Verify(begins, proof.Policy{Now: time.Now(), Period: proof.DefaultPeriod})
	require.NoError(t, err)
	require.NoError(t, carried.Says(proven, proof.DefaultPeriod))
	require.NotContains(t, string(html), "<script>", "a title is text")
	require.Equal(t, "rights", s.ok("prove", args{"subject": c.song.String(), "about": "rights", "use": "copy"})["kind"])
	require.Equal(t, "transaction", s.ok("prove", args{"subject": "tx:" + made["tx"].(string)})["kind"])
	s.no("prove", args{"subject": work.String(), "about": "nothing"}, "mcp", 2)
	s.no("prove", args{"subject": digestOf("nobody's")}, "mcp", 3)

	// What a source needs is bought with it, or nothing is done.
	more := args{
		"request": "make-3", "sha256": digestOf("third"), "model": "m", "max": "1.99 USDC", "commercial": true,
		"sources": []args{{"work": c.content.String(), "role": "parentOf"}},
	}
	refused := s.no("declare", more, "mcp", 6)
	require.Equal(t, "above_price", refused.Reasons[0].Code)
	more["max"], more["max_rate"] = "2.00 USDC", "9%"
	s.no("declare", more, "mcp", 16)
	more["max_rate"] = "10%"
	third := s.ok("declare", more)
	require.Len(t, third["bought"], 1)
	require.Equal(t, third["bought"].([]any)[0].(map[string]any)["grant"], third["relied_on"].([]any)[0].(map[string]any)["permission"])
	require.Equal(t, third, s.ok("declare", more))
	again := args{"request": "make-4", "sha256": digestOf("third"), "model": "m", "max": "0uusdc"}
	s.no("declare", again, lineagetypes.ModuleName, lineagetypes.ErrAlreadyRecorded.ABCICode())

	other := args{
		"request": "make-2", "sha256": digestOf("other"), "model": "m", "max": "1.00 USDC",
		"sources": []args{{"work": c.song.String(), "role": "trainedOn"}, {"work": c.song.String(), "uri": "https://example.org"}},
	}
	require.NotContains(t, s.no("declare", other, "mcp", 2).Sentence, ".go:")
	other["sources"] = []args{{"work": c.song.String()}, {"work": c.song.String()}}
	other["request"] = "make-6"
	require.NotContains(t, s.no("declare", other, "mcp", 2).Sentence, ".go:")
}

func (c *chain) isBounded(s *session) {
	t := c.t
	over := s.no("pay", args{"request": "pay-1", "work": c.song.String(), "amount": "3.01 USDC", "max": "4.00 USDC"},
		agenttypes.ModuleName, agenttypes.ErrOverAct.ABCICode())
	left := over.Budget.Spending[0]
	require.Equal(t, "3000000", left.Act.Amount)
	require.Equal(t, "3000000", left.Window.Amount, "of 7, 4 are spent")
	require.Equal(t, "16000000", left.Whole.Amount)
	require.NotEmpty(t, over.Budget.WindowEnds)
	require.NotEmpty(t, over.Remedy)
	require.Empty(t, over.Tx, "nothing was sent")
	s.no("pay", args{"request": "pay-2", "work": c.song.String(), "amount": "1.01 USDC", "max": "1.00 USDC"}, "mcp", 7)
	s.no("pay", args{"request": "pay-2", "work": c.song.String(), "amount": "1.01 USDC", "max": "2.00 STEM"}, "mcp", 7)
	// A refusal before anything was sent leaves the id free.
	paid := s.ok("pay", args{"request": "pay-1", "work": c.song.String(), "amount": "2.50 USDC", "max": "4.00 USDC"})
	require.Equal(t, "500000", paid["budget"].(map[string]any)["spending"].([]any)[0].(map[string]any)["window"].(map[string]any)["amount"])
	require.Len(t, paid["payments"], 1)
	window := s.no("pay", args{"request": "pay-3", "work": c.song.String(), "amount": "0.51 USDC", "max": "1.00 USDC"},
		agenttypes.ModuleName, agenttypes.ErrOverWindow.ABCICode())
	require.Equal(t, "500000", window.Budget.Spending[0].Next.Amount)
	s.no("pay", args{"request": "pay-4", "work": c.song.String(), "amount": "0.10 STEM", "max": "1.00 STEM"},
		agenttypes.ModuleName, agenttypes.ErrNoBudget.ABCICode())
	c.send(c.carol, &agenttypes.MsgSetStatus{Controller: c.carol.Address().String(), Agent: c.agent, Status: agenttypes.STATUS_SUSPENDED})
	s.no("pay", args{"request": "pay-5", "work": c.song.String(), "amount": "0.10 USDC", "max": "1.00 USDC"},
		agenttypes.ModuleName, agenttypes.ErrSuspended.ABCICode())
}

// isBoundedByRate declares what owes more than the highest royalty of the limit: that is said as for max_rate.
func (c *chain) isBoundedByRate(s *session) {
	limit := c.limit()
	limit.MaxRate.Rate = 50_000
	controller, key := c.carol.Address().String(), c.bot.Address().String()
	c.send(c.carol, &agenttypes.MsgSetLimit{Controller: controller, Agent: c.agent, Key: key, Limit: limit})
	refused := s.no("declare", args{
		"request": "make-5", "sha256": digestOf("fifth"), "model": "m", "max": "0uusdc", "sources": []args{{"work": c.song.String()}},
	}, "mcp", 16)
	require.Contains(c.t, refused.Sentence, "more than the 5 % that the limit")
	limit = c.limit() // whose window begins anew: it is less by the 2 USDC that are spent
	limit.Budgets[0].Window = sdkmath.NewInt(5_000_000)
	c.send(c.carol, &agenttypes.MsgSetLimit{Controller: controller, Agent: c.agent, Key: key, Limit: limit})
}

// readsOnly: without a key nothing that spends is there, and no key acts without an agent, or for another's.
func (c *chain) readsOnly(t *testing.T) {
	server, err := mcp.New(t.Context(), c.config(nil))
	require.NoError(t, err)
	s := open(t, server)
	tools, err := s.ListTools(t.Context(), nil)
	require.NoError(t, err)
	var names []string
	for _, tool := range tools.Tools {
		names = append(names, tool.Name)
		require.True(t, tool.Annotations.ReadOnlyHint)
	}
	slices.Sort(names)
	require.Equal(t, []string{"clear", "prove", "quote", "receipt", "report", "resolve"}, names)
	require.Contains(t, s.InitializeResult().Instructions, "only reads")

	without := c.config(c.bot)
	without.Agent = agenttypes.AgentID{}
	_, err = mcp.New(t.Context(), without)
	require.ErrorIs(t, err, mcp.ErrNoAgent)
	_, err = mcp.New(t.Context(), c.config(c.none))
	require.ErrorContains(t, err, "no key of")
	_, err = mcp.New(t.Context(), c.config(c.carol))
	require.ErrorContains(t, err, "no key of", "the controller's own key has no limit")
}

// textsAreData: what strangers wrote stands in fields of its own, wherever it stands.
func (c *chain) textsAreData(t *testing.T, s *session) {
	for tool, ask := range map[string]args{
		"resolve": {"query": c.song.String()}, "clear": {"work": c.song.String(), "use": "adapt", "commercial": true},
		"quote": {"work": c.song.String(), "use": "adapt", "amount": "1.00 USDC"}, "report": {"works": []string{c.song.String()}, "use": "copy"},
	} {
		out := s.ok(tool, ask)
		raw, err := json.Marshal(strip(out))
		require.NoError(t, err)
		require.NotContains(t, string(raw), "IGNORE", tool)
	}
	tools, err := s.ListTools(t.Context(), nil)
	require.NoError(t, err)
	raw, err := json.Marshal(tools)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "IGNORE")
	require.Len(t, tools.Tools, 9)
}

// A payment that is in no block when the call ends is told by its hash, and the same call waits for it: it is paid once.
func TestAPaymentThatTakesLonger(t *testing.T) {
	c := newChain(t, 2*time.Second)
	config := c.config(c.bot)
	config.Within = 700 * time.Millisecond
	server, err := mcp.New(t.Context(), config)
	require.NoError(t, err)
	s := open(t, server)
	payment := args{"request": "slow", "work": c.song.String(), "amount": "1.00 USDC", "max": "1.00 USDC"}
	hash := ""
	require.Eventually(t, func() bool {
		var out map[string]any
		if refused := s.call("pay", payment, &out); refused != nil {
			require.Equal(t, []any{"mcp", uint32(8), true}, []any{refused.Codespace, refused.Code, refused.Retryable}, "%+v", refused)
			require.True(t, hash == "" || hash == refused.Tx)
			hash = refused.Tx
			return false
		}
		require.Equal(t, hash, out["tx"], "what was undecided before")
		return true
	}, time.Minute, 10*time.Millisecond)
	require.NotEmpty(t, hash)
	quote := s.ok("quote", args{"work": c.song.String(), "amount": "1uusdc"})
	require.Equal(t, "19000000", quote["budget"].(map[string]any)["spending"].([]any)[0].(map[string]any)["whole"].(map[string]any)["amount"])
}

// A server that is started anew knows what ids did before: what was answered is answered again, and what was sent without an
// answer is looked for in blocks.
func TestAPaymentBeforeARestart(t *testing.T) {
	c := newChain(t, 100*time.Millisecond)
	config := c.config(c.bot)
	config.Requests = t.TempDir()
	start := func() *session {
		server, err := mcp.New(t.Context(), config)
		require.NoError(t, err)
		return open(t, server)
	}
	payment := args{"request": "order-1", "work": c.song.String(), "amount": "1.00 USDC", "max": "1.00 USDC"}
	buy := args{"request": "order-2", "work": c.song.String(), "use": "ai-input", "commercial": true, "max": "2.00 USDC"}
	s := start()
	paid, bought := s.ok("pay", payment), s.ok("acquire", buy)
	s = start()
	require.Equal(t, paid, s.ok("pay", payment))
	require.Equal(t, bought, s.ok("acquire", buy))
	payment["amount"] = "0.90 USDC"
	s.no("pay", payment, "mcp", 9)
	payment["amount"] = "1.00 USDC"

	// The server was killed when it had sent, before it answered.
	edit := func(change func(map[string]any)) {
		files, err := filepath.Glob(filepath.Join(config.Requests, "asked-1", c.agent.String(), "*.request"))
		require.NoError(t, err)
		require.Len(t, files, 2)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			var kept map[string]any
			require.NoError(t, json.Unmarshal(raw, &kept))
			if kept["request"] != "order-1" {
				continue
			}
			delete(kept, "answer")
			change(kept)
			raw, err = json.Marshal(kept)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, raw, 0o600))
		}
	}
	edit(func(map[string]any) {})
	refused := start().no("pay", payment, "mcp", 17)
	require.Equal(t, []any{paid["tx"], paid["height"]}, []any{refused.Tx, float64(refused.Height)})
	whole := func() any {
		left := s.ok("quote", args{"work": c.song.String(), "amount": "1uusdc"})["budget"].(map[string]any)["spending"].([]any)[0]
		return left.(map[string]any)["whole"].(map[string]any)["amount"]
	}
	require.Equal(t, "17000000", whole(), "paid once")

	// It was never sent, and once its blocks have passed it is: nothing else was paid by the id.
	edit(func(kept map[string]any) { kept["tx"] = strings.Repeat("AB", 32) })
	require.Eventually(t, func() bool {
		height, _, err := c.c.Latest(t.Context())
		return err == nil && float64(height) > paid["height"].(float64)+101
	}, time.Minute, 100*time.Millisecond)
	require.NotEqual(t, paid["tx"], start().ok("pay", payment)["tx"])
	require.Equal(t, "16000000", whole())
}

// strip takes away the fields that hold what strangers wrote.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if key == "untrusted_text" {
				delete(v, key)
				continue
			}
			v[key] = strip(inner)
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	}
	return v
}
