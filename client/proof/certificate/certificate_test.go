package certificate_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"rsc.io/qr"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/encoding"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// update says that the golden files are to be written anew. A library that comes along with the SDK defines the flag -update already.
func update() bool { return flag.Lookup("update").Value.String() == "true" }

func TestMain(m *testing.M) {
	encoding.Configure()
	os.Exit(m.Run())
}

var (
	at           = time.Date(2026, 11, 28, 18, 41, 20, 0, time.UTC)
	song, remix  = registrytypes.WorkID{1}, registrytypes.WorkID{2}
	content      = registrytypes.Digest{0xc0, 0xff, 0xee}
	alice        = "stemma1xl9dl202q64j7ffk5us9xey8h6pzde6ankhfzu"
	bob          = "stemma1u9tqzm5zqv893qadh6ufnk2x6qdjsvtsj3g8le"
	evilTitle    = `<script>alert(1)</script>`
	evilURI      = "javascript:alert(2)"
	linkingTitle = `"><img src=https://evil.example/x onerror=alert(3)>` + "\u202e\x1b[2J"
	five         = sdk.NewInt64Coin("uusdc", 5_000_000)
	policy       = prf.Policy{Now: at.Add(48 * time.Hour), Period: prf.DefaultPeriod}
	proofBytes   = []byte("the bytes of the proof")
)

func jsonOf(t *testing.T, m proto.Message) json.RawMessage {
	if m == nil {
		return nil
	}
	raw, err := codec.ProtoMarshalJSON(m, nil)
	require.NoError(t, err)
	return raw
}

func header(height int64) prf.Header {
	return prf.Header{
		Trust: prf.Trust{Height: height, Hash: sha256.Sum256([]byte(fmt.Sprint(height)))},
		Time:  at.Add(time.Duration(height) * time.Second),
	}
}

// proven is a question and its answer under the trusted header.
func proven(t *testing.T, kind prf.Kind, question, answer proto.Message) prf.Proven {
	h := header(100)
	return prf.Proven{
		ChainID: "stemma-1", Kind: kind, Height: h.Height, Time: h.Time, Question: jsonOf(t, question), Told: jsonOf(t,
			answer), Answer: answer,
		Headers: []prf.Header{h}, Trusted: h.Trust, Last: h.Trust, TrustedTime: h.Time, LastTime: h.Time,
	}
}

func transaction(t *testing.T) prf.Proven {
	waits := royaltytypes.Payee{
		Account: bob, Work: remix, Basis: royaltytypes.BASIS_RELATIVE, Rate: 100_000, Weight: 250_000,
		Amount: sdk.NewInt64Coin("uusdc", 125_000),
		Earner: remix, Progress: royaltytypes.PROGRESS_WAITS, AtStage: royaltytypes.STAGE_RECEIVED, AtWork: remix,
	}
	escrow := waits
	escrow.Account, escrow.Escrow, escrow.Weight = "", true, 750_000
	lists := &royaltytypes.QueryAssignedResponse{
		Payees: []royaltytypes.Payee{{
			Account: alice, Work: song, Basis: royaltytypes.BASIS_OWN, Rate: 900_000, Weight: 1_000_000,
			Amount: sdk.NewInt64Coin("uusdc", 4_500_000),
			Earner: remix, Progress: royaltytypes.PROGRESS_FLUSHED,
		}, waits, escrow},
		Held: sdk.NewInt64Coin("uusdc", 1), UpstreamVersion: 1,
	}
	told, err := json.Marshal(prf.Done{Tx: strings.Repeat("AB", 32), GasWanted: 212_769, GasUsed: 151_274, Messages: []prf.Message{{
		Type:     "/stemma.royalty.v1.MsgPay",
		Payments: []prf.Assigned{{Payer: bob, Work: song, Amount: five, Epoch: 1, Lists: jsonOf(t, lists)}},
		Answer:   jsonOf(t, &royaltytypes.MsgPayResponse{Epoch: 1}),
	}}})
	require.NoError(t, err)
	p := proven(t, prf.Transaction, nil, nil)
	first, next, shown := header(40), header(41), header(90)
	p.Told, p.Height, p.Time, p.Headers = told, first.Height, first.Time, []prf.Header{first, next, shown}
	return p
}

// disputed is a dispute that was ruled, appealed and decided.
func disputed(t *testing.T) prf.Proven {
	closed, coin := at.Add(48*time.Hour), sdk.NewCoins(five)
	claim := disputetypes.Redress{TransferTo: alice, Past: coin}
	ruled := disputetypes.Redress{TransferTo: alice, Restitution: []disputetypes.Restitution{
		{Debtor: bob, HoldersVersion: 2, Creditor: song, Amount: five},
	}}
	d := disputetypes.Dispute{
		Id: disputetypes.DisputeID{7}, Work: song, Serial: 1, Kind: disputetypes.KIND_PRIOR_CLAIM, Challenger: alice, Respondent: bob,
		Claim: claim, Evidence: []disputetypes.Evidence{{By: alice, Sha256: content, Uri: evilURI}}, Phase: disputetypes.PHASE_CLOSED,
		OpenedAt: at, Bond: coin, ContestedBy: bob, ContestBond: coin, Arbiter: bob, AppealedBy: bob, AppealBond: coin,
		Ruling: &disputetypes.Ruling{By: alice, Upheld: true, Redress: ruled, At: closed}, Appealed: &disputetypes.Ruling{By: bob, At: at},
		Outcome: disputetypes.OUTCOME_UPHELD, ClosedAt: &closed,
	}
	return proven(t, prf.Dispute, &disputetypes.QueryDisputeRequest{Dispute: d.Id}, &disputetypes.QueryDisputeResponse{Dispute: d})
}

// all has one of each kind, and some that are told otherwise.
func all(t *testing.T) map[string]prf.Proven {
	preset, known := licensetypes.PresetByName("commercial-remix-10")
	require.True(t, known)
	revealed, until := at.Add(time.Hour), at.AddDate(1, 0, 0)
	work := registrytypes.Claim{
		Id: song, Owner: alice, Registrant: bob, Sha256: content, Status: registrytypes.STATUS_WITHDRAWN, Version: 2,
		ClaimedSince: registrytypes.Priority{Time: at, TxIndex: 3}, RegisteredAt: revealed,
		AnchorRoot: registrytypes.Digest{1}, RevealedAt: &revealed,
		Contested: true, Details: registrytypes.Details{
			Kind: registrytypes.KIND_AUDIO, Title: evilTitle, MediaType: "audio/wav", MetadataUri: evilURI,
			Creators: []registrytypes.Creator{{Name: linkingTitle, Account: alice, Role: "composer"}, {Name: "Bob"}},
			Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: "https://evil.example/"}, {
				Scheme: "isrc",
				Value:  "USRC17607839",
			}},
		},
	}
	claim := proven(t, prf.Claim, &registrytypes.QueryWorkRequest{Work: song}, &registrytypes.QueryWorkResponse{Work: work})
	begin, signed := header(10), header(100)
	claim.Trusted, claim.TrustedTime, claim.Last, claim.LastTime, claim.Hops = begin.Trust, begin.Time, signed.Trust, signed.Time, 1

	priority := registrytypes.Priority{Time: at, TxIndex: 1}
	asked := &registrytypes.QueryAnchorRequest{Account: alice, Root: registrytypes.Digest{1}}
	anchored := &registrytypes.QueryAnchorResponse{Anchor: registrytypes.Anchor{Priority: priority, Total: 3}}
	opened := proven(t, prf.Content, asked, anchored)
	opened.Content = (*[sha256.Size]byte)(&content)

	grant := licensetypes.NamedGrant{
		Id: licensetypes.GrantID{1}, Work: song, Terms: preset.ID, Licensee: bob,
		Grant: licensetypes.Grant{
			Work: registrytypes.WorkIDBytes{WorkID: song}, Terms: licensetypes.TermsIDBytes{TermsID: preset.ID},
			Licensee: sdk.MustAccAddressFromBech32(bob), RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE,
			RoyaltyRate: 100_000, Fee: &five, WorkVersion: 1, GrantedAt: at, ExpiresAt: &until, Serves: 3, Used: 1,
		},
	}
	link := lineagetypes.Link{
		Derivative: remix, Source: song, Role: lineagetypes.ROLE_COMPONENT_OF, Terms: preset.ID,
		RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE,
		RoyaltyRate:   100_000, WorkVersion: 1, AddedAt: at,
	}
	elsewhere := lineagetypes.Link{
		Derivative: remix, External: &lineagetypes.External{Sha256: content, Uri: evilURI},
		Role: lineagetypes.ROLE_CITES, AddedAt: at, AddedLater: true,
	}
	failed, err := json.Marshal(prf.Done{
		Tx: strings.Repeat("CD", 32), Code: 44,
		Messages: []prf.Message{{Type: "/stemma.license.v1.MsgAcquire"}},
	})
	require.NoError(t, err)
	refused := proven(t, prf.Transaction, nil, nil)
	refused.Told = failed

	kinds := map[string]prf.Proven{
		"claim":   claim,
		"anchor":  proven(t, prf.Anchor, asked, anchored),
		"content": opened,
		"title": proven(t, prf.Title, &registrytypes.QueryOwnersRequest{Work: song}, &registrytypes.QueryOwnersResponse{
			Owners: []registrytypes.Owner{{Owner: alice, Since: at}, {Number: 1, Owner: bob, Since: revealed}},
		}),
		"offers": proven(t, prf.Offers, &licensetypes.QueryOffersRequest{Work: song}, &licensetypes.QueryOffersResponse{
			Offers: []licensetypes.OpenOffer{{
				Work: song, Terms: licensetypes.IdentifiedTerms{Id: preset.ID, Preset: preset.Name, Terms: preset.Terms},
				Offer: licensetypes.Offer{Price: sdk.NewCoins(five), ExpiresAt: &until}, Granted: 7,
			}},
		}),
		"no-offers": proven(t, prf.Offers, &licensetypes.QueryOffersRequest{Work: song}, &licensetypes.QueryOffersResponse{}),
		"grant": proven(t, prf.Grant, &licensetypes.QueryGrantRequest{Grant: grant.Id},
			&licensetypes.QueryGrantResponse{Grant: grant, Licensees: []string{bob}}),
		"rights": proven(t, prf.Rights,
			&licensetypes.QueryCheckRightsRequest{Work: song.String(), Use: licensetypes.Use{
				Action: licensetypes.ACTION_TRAIN_AI, Commercial: true, Territories: []string{"DE", "FR"}, Until: &until,
			}},
			&licensetypes.QueryCheckRightsResponse{DecidedAt: at, Rights: licensetypes.Rights{
				Subject: song.String(), Works: []registrytypes.WorkID{song}, Verdict: licensetypes.VERDICT_NEEDS_GRANT,
				Reasons: []licensetypes.Reason{{Code: "needs_grant", Work: song, Permission: preset.ID.String()}},
				Obligations: []licensetypes.Obligation{{
					Kind: licensetypes.OBLIGATION_ATTRIBUTION, Work: song, Terms: preset.ID, Text: evilTitle,
				}},
				Offers: []licensetypes.Obtainable{{
					Work: song, Terms: preset.ID, Preset: preset.Name,
					Price: sdk.NewCoins(five), Serves: 1,
				}},
			}}),
		"derivation": proven(t, prf.Derivation, &lineagetypes.QueryDerivationRequest{Work: remix}, &lineagetypes.QueryDerivationResponse{
			Node: lineagetypes.Node{Generation: 2, Sources: 1, Externals: 1, DerivedAt: at, Declarations: 2},
			Record: &lineagetypes.GenerationRecord{
				Agent: agenttypes.NewAgentID(sdk.AccAddress("bob_________________"), "maker"), AgentVersion: 1, Model: "a model", Provider: evilTitle,
				SystemName: "Maker", SystemVersion: "2", GeneratedAt: &at,
				PromptSha256: content,
			},
		}),
		"sources": proven(t, prf.Sources, &lineagetypes.QuerySourcesRequest{Work: remix},
			&lineagetypes.QuerySourcesResponse{Sources: []lineagetypes.Link{link, elsewhere}}),
		"holders": proven(t, prf.Holders, &royaltytypes.QueryHoldersRequest{Work: song}, &royaltytypes.QueryHoldersResponse{
			Holders: []royaltytypes.Holding{{Account: alice, Weight: 625_000}, {Account: bob, Weight: 375_000}}, Version: 1, Epoch: 2,
		}),
		"balances": proven(t, prf.Balances, &royaltytypes.QueryBalancesRequest{Account: alice}, &royaltytypes.QueryBalancesResponse{
			Balances: sdk.NewCoins(five, sdk.NewInt64Coin("ustem", 3)),
		}),
		"dispute":            disputed(t),
		"transaction":        transaction(t),
		"failed-transaction": refused,
	}
	maps.Copy(kinds, aboutManifests(t))
	return kinds
}

func certify(t *testing.T, p prf.Proven) certificate.Certificate {
	file := certificate.File{Name: "song of 'A'.proof", Proof: proofBytes}
	if p.Kind == prf.Claim || p.Kind == prf.Content {
		file.Content = "song.wav"
	}
	c, err := certificate.Of(p, file, policy)
	require.NoError(t, err)
	return c
}

func page(t *testing.T, p prf.Proven) string {
	var b bytes.Buffer
	require.NoError(t, certify(t, p).HTML(&b))
	return b.String()
}

func text(t *testing.T, p prf.Proven) string {
	var b bytes.Buffer
	require.NoError(t, certify(t, p).Text(&b))
	return b.String()
}

func TestCertificatesOfEachKind(t *testing.T) {
	t.Setenv("COLUMNS", "")
	list := all(t)
	for kind := range prf.Kind(math.MaxUint8) {
		if name := kind.String(); name != "unknown" {
			require.Contains(t, list, name)
		}
	}
	golden := map[string]string{"claim.html": page(t, list["claim"]), "transaction.html": page(t, list["transaction"])}
	for name, p := range list {
		golden[name+".txt"] = text(t, p)
	}
	for name, made := range golden {
		path := filepath.Join("testdata", name)
		if update() {
			require.NoError(t, os.WriteFile(path, []byte(made), 0o600))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err, "run the tests with -update once")
		require.Equal(t, string(want), made, name)
	}
}

// Whatever an answer has, known here or not, is printed.
func TestNothingThatIsProvedIsHidden(t *testing.T) {
	for name, p := range all(t) {
		for _, raw := range []*json.RawMessage{&p.Told, &p.Question} {
			if *raw == nil {
				continue
			}
			var value any
			require.NoError(t, json.Unmarshal(*raw, &value))
			n := 0
			mark(value, &n)
			marked, err := json.Marshal(value)
			require.NoError(t, err)
			*raw = marked
			printed := text(t, p)
			for i := range n {
				require.Contains(t, printed, fmt.Sprintf("surprise %d!", i), name)
			}
		}
	}
}

// mark puts a field that no words are about into each object, but for terms: a summary has all of their fields.
func mark(value any, n *int) {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			mark(one, n)
		}
	case map[string]any:
		for name, one := range v {
			if below, is := one.(map[string]any); !is || name != "terms" || below["spdx"] == nil {
				mark(one, n)
			}
		}
		v["something_new"] = fmt.Sprintf("surprise %d!", *n)
		*n++
	}
}

// A page runs nothing, fetches nothing and leads nowhere, whatever people typed.
func TestAPageIsInert(t *testing.T) {
	for name, p := range all(t) {
		made := page(t, p)
		root, err := html.Parse(strings.NewReader(made))
		require.NoError(t, err)
		policies := 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			require.NotContains(t, []string{
				"a", "script", "img", "link", "iframe", "object", "embed", "form", "base",
				"image", "use",
			}, n.Data, name)
			for _, a := range n.Attr {
				require.NotContains(t, []string{"href", "src", "srcset", "action", "style", "xlink:href", "data", "poster"}, a.Key, name)
				require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
				if a.Key == "http-equiv" {
					require.Equal(t, "Content-Security-Policy", a.Val)
					policies++
				}
			}
			if n.Data == "style" {
				require.NotRegexp(t, regexp.MustCompile(`url\(|@import|//`), n.FirstChild.Data)
				hash := sha256.Sum256([]byte(n.FirstChild.Data))
				require.Contains(t, html.UnescapeString(made), "'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'",
					"the policy is about another style")
			}
		}
		require.Equal(t, 1, policies)
		require.Contains(t, made, `content="default-src &#39;none&#39;; style-src &#39;sha256-`)
		require.NotContains(t, made, "ZgotmplZ", "a value stands where it can't be")
	}
	claim := page(t, all(t)["claim"])
	require.Contains(t, claim, "&lt;script&gt;alert(1)&lt;/script&gt;")
	require.Contains(t, claim, "<bdi>"+evilURI+"</bdi>", "it can be read")
	require.NotContains(t, claim, "\u202e")
	require.NotContains(t, claim, "\x1b")
}

// What a code says is the digest that stands beside it, as the library draws it.
func TestTheCodeHasTheDigest(t *testing.T) {
	list := all(t)
	for name, want := range map[string]string{
		"claim": content.String(), "content": content.String(), "grant": fmt.Sprintf("%x", sha256.Sum256(proofBytes)),
	} {
		require.Equal(t, want, certify(t, list[name]).Digest)
		symbol, err := qr.Encode(want, qr.Q)
		require.NoError(t, err)
		made := page(t, list[name])
		drawn := map[[2]int]bool{}
		for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(made, -1) {
			var x, y, width, back int
			_, err := fmt.Sscan(strings.Join(run[1:], " "), &x, &y, &width, &back)
			require.NoError(t, err)
			require.Equal(t, width, back)
			for i := range width {
				drawn[[2]int{x + i - 4, y - 4}] = true
			}
		}
		for y := -4; y < symbol.Size+4; y++ {
			for x := -4; x < symbol.Size+4; x++ {
				require.Equal(t, symbol.Black(x, y), drawn[[2]int{x, y}])
			}
		}
		require.Contains(t, made, fmt.Sprintf(`viewBox="0 0 %[1]d %[1]d"`, symbol.Size+8))
		require.Contains(t, made, ": "+want+`"`, "for whoever can't see it")
	}
}

// A title is no part of the sentence that it stands in.
func TestATitleCantFinishTheHeadline(t *testing.T) {
	claim := all(t)["claim"]
	answer := *claim.Answer.(*registrytypes.QueryWorkResponse)
	answer.Work.Contested, answer.Work.Status = false, registrytypes.STATUS_ACTIVE
	answer.Work.Details.Title = "Song”, and nobody else ever did. “" + strings.Repeat("x", 100)
	claim.Answer = &answer
	headline := certify(t, claim).Headline
	require.Regexp(t, "called “[^“”]{1,60}”\\.$", headline)
	require.True(t, strings.HasPrefix(headline, alice+" has claimed since 2026-11-28 18:41:20 UTC the work "+song.String()), headline)
}
