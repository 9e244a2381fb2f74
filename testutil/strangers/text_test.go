package strangers_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/agent"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/origin"
	"github.com/stemma-chain/stemma/client/paychannel"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/refusal"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/units"
	"github.com/stemma-chain/stemma/client/walletfiles"
	"github.com/stemma-chain/stemma/client/words/table"
	"github.com/stemma-chain/stemma/internal/rates"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/testutil/strangers"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
	"github.com/stemma-chain/stemma/x/license/names"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// same reads a text, and what it means again from how that is written: both are one.
func same[T fmt.Stringer](read func(string) (T, error)) func(*testing.T, string) {
	return func(t *testing.T, text string) {
		v, err := read(text)
		if err != nil {
			return
		}
		again, err := read(v.String())
		require.NoError(t, err, "%q is read, and %q not", text, v)
		require.Equal(t, v, again)
	}
}

func any1[T any](read func(string) (T, error)) func(*testing.T, string) {
	return func(_ *testing.T, text string) { _, _ = read(text) }
}

func lineReaders() []func(*testing.T, string) {
	return []func(*testing.T, string){
		same(agenttypes.ParseAgentID), same(agenttypes.ParseAttestationID), same(disputetypes.ParseDisputeID), same(licensetypes.ParseGrantID),
		same(licensetypes.ParseTermsID), same(royaltytypes.ParsePaymentChannelID), same(registrytypes.ParseWorkID), same(digest.Parse),
		any1(licensetypes.ParseSubject), same(generation.ParseWeight), same(index.ParseSubject),
		any1(licensetypes.ParseTerms), any1(lineagetypes.ParseRole), any1(describe.ParseKind), any1(describe.ParseFingerprints),
		any1(describe.ParseSourceType), any1(rates.Parse), any1(names.Read), any1(rights.ParseContributor), any1(dataset.ParseContributor),
		any1(proof.ParseTrust), any1(paychannel.ParsePayees), any1(walletfiles.ParseProvider),
		any1(agent.ReadLasting), any1(units.Units{}.Read), any1(units.Units{}.ReadList),
		any1(func(s string) (any, error) { return describe.ParseCreator(s, "author", nil) }),
		any1(func(s string) (any, error) { _, _, err := licensetypes.ParseJoined(s); return nil, err }),
		any1(func(s string) (any, error) { _, _, err := dataset.ParseMark(s); return nil, err }),
		any1(func(s string) (any, error) { _, _, err := walletfiles.ParseCounterparty(s); return nil, err }),
		any1(func(s string) (any, error) { _, _, err := walletfiles.ParseInfo(s); return nil, err }),
		any1(func(s string) (any, error) { return agent.ReadEnd(s, now) }),
		any1(func(s string) (any, error) { return table.ParseUntil(s, now) }),
		any1(func(s string) (any, error) { return headerstypes.ParseHashes([]string{s, s}) }),
		any1(func(s string) (any, error) { return nil, walletfiles.CheckURL(s) }),
		any1(func(s string) (any, error) { return nil, walletfiles.CheckPeer(s) }),
		func(_ *testing.T, s string) { _ = refusal.Read("license", 7, s) },
		func(_ *testing.T, s string) { _, _, _ = digest.ParseSum(s) },
		func(_ *testing.T, s string) { _ = origin.Denom(s) },
	}
}

// FuzzText has what is written in one line read by all that read lines.
func FuzzText(f *testing.F) {
	all := lineReaders()
	for _, seed := range []string{
		"", "60%", "12.5", "10.00 USDC", "10usdc,5ustem", "2026-12-31", "30d", "1h30m", "image", "Name (role) <account>", "a=60%,b=40%",
		"7:abcdef", "MIT OR Apache-2.0",
		registrytypes.WorkID{1}.String(), licensetypes.TermsID{1}.String(), licensetypes.GrantID{1}.String(), agenttypes.AgentID{1}.String(),
		disputetypes.DisputeID{1}.String(), royaltytypes.PaymentChannelID{1}.String(), registrytypes.Digest{1}.String(),
		"sha256:" + registrytypes.Digest{1}.String(),
		"isrc:USRC17607839", "doi:10.1000/182", registrytypes.Digest{1}.String() + "  file.wav", "channel-0/osmosis", "ibc/ABC",
		"https://example.org:443",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > strangers.MaxInput {
			return
		}
		for _, read := range all {
			strangers.Bounded(t, len(text), func() { read(t, text) })
		}
	})
}
