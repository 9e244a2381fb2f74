package catalog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gogoproto "github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/client/history"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/portal/catalog"
	"github.com/stemma-chain/stemma/portal/index"
	"github.com/stemma-chain/stemma/portal/pages"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	_ "github.com/stemma-chain/stemma/x/feemarket/types" // its events
	"github.com/stemma-chain/stemma/x/license/reasons"
	"github.com/stemma-chain/stemma/x/license/rules"
	"github.com/stemma-chain/stemma/x/license/termspec"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// built are the keys that are put together from names of the chain, and what they are of. It
// ranges over what the chain has, so that a new value fails until it has a text.
func built(t *testing.T) map[string]string {
	keys := map[string]string{}
	add := func(key, of string) { keys[key] = of }
	enum := func(space, prefix string, values map[int32]string, spoken bool) {
		require.NotEmpty(t, values)
		for number, name := range values {
			if number != 0 || spoken {
				add(space+strings.ToLower(strings.TrimPrefix(name, prefix)), name)
			}
		}
	}
	for number := range registrytypes.Kind_name {
		kind := registrytypes.Kind(number)
		add("kind."+describe.KindName(kind), kind.String())
	}
	// A zero that says something is one that pages show.
	enum("status.", "STATUS_", registrytypes.Status_name, registrytypes.Status_name[0] != "STATUS_UNSPECIFIED")
	enum("role.", "ROLE_", lineagetypes.Role_name, true)
	enum("progress.", "PROGRESS_", royaltytypes.Progress_name, true)
	enum("duty.", "OBLIGATION_", licensetypes.ObligationKind_name, true)
	for _, deed := range pages.Deeds() {
		add("act."+deed, deed)
	}
	enum("agent.status.", "STATUS_", agenttypes.Status_name, false)
	enum("dispute.kind.", "KIND_", disputetypes.Kind_name, false)
	enum("dispute.phase.", "PHASE_", disputetypes.Phase_name, false)
	enum("dispute.next.", "PHASE_", disputetypes.Phase_name, false)
	enum("dispute.outcome.", "OUTCOME_", disputetypes.Outcome_name, false)
	for unit := index.Text; unit.String() != ""; unit++ {
		add("similar."+unit.String(), "a code that can be compared")
	}
	add("verdict."+rights.NotKnown, "a verdict of a newer chain")
	for number, name := range licensetypes.Verdict_name {
		add("verdict."+rights.VerdictWord(licensetypes.Verdict(number)), name)
	}
	for number, name := range licensetypes.Action_name {
		if action := licensetypes.Action(number); number != 0 {
			add("use."+rights.ActionWord(action), name)
			add("deed.noun."+termspec.Folded(strings.TrimPrefix(name, "ACTION_")), name)
			if action != licensetypes.ACTION_ADAPT { // which has sentences of its own
				add("deed.do."+termspec.Folded(strings.TrimPrefix(name, "ACTION_")), name)
			}
		}
	}
	for _, key := range []string{"deed.pay.ai-input", "deed.pay.search", "deed.buy.train-ai", "deed.buy.ai-input", "deed.buy.search"} {
		add(key, "a paid use")
	}
	for _, wish := range []rights.Wish{
		{}, {Action: "copy", Territories: []string{"France"}}, {Action: "copy", Media: []string{"?"}}, {Action: "copy", Until: "soon"},
	} {
		var wrong *rights.WishError
		_, err := rights.ParseUse(wish, time.Now())
		require.ErrorAs(t, err, &wrong)
		add("wish."+wrong.Word, "a use that can't be read")
	}
	for _, param := range []string{"kind", "owner", "max_price", "max_royalty", "protocol", "iscc", "work", "distance"} {
		add("wish."+param, "a query that can't be read")
	}
	for _, p := range []history.Payment{{}, {Grant: "g"}, {Grant: "g", Renewal: true}, {PaymentChannel: "c"}} {
		kind := history.Paid{Payment: p}.Kind()
		add("payment."+strings.ReplaceAll(kind, " ", "_"), kind)
	}
	for _, code := range rules.Codes() {
		add("reason."+string(code), "the reason "+string(code))
	}
	for _, code := range rules.Notices() {
		add("notice."+string(code), "the notice "+string(code))
	}
	for module, names := range events(t) {
		for _, name := range names {
			add("event."+module+"."+strings.TrimPrefix(name, "Event"), name+" of "+module)
		}
	}
	return keys
}

// events lists the events of each module by the registry of definitions. A module whose
// events no program here knows fails.
func events(t *testing.T) map[string][]string {
	const root = "../../proto"
	paths, err := filepath.Glob(root + "/stemma/*/v1/events.proto")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	list := map[string][]string{}
	for _, path := range paths {
		name, err := filepath.Rel(root, path)
		require.NoError(t, err)
		file, err := gogoproto.HybridResolver.FindFileByPath(filepath.ToSlash(name))
		require.NoError(t, err, "import the types of %s in this test", name)
		module := strings.Split(string(file.Package()), ".")[1]
		for i := range file.Messages().Len() {
			if event := string(file.Messages().Get(i).Name()); strings.HasPrefix(event, "Event") {
				list[module] = append(list[module], event)
			}
		}
		require.NotEmpty(t, list[module])
	}
	return list
}

// Events stand in files of that name, where the test above looks.
func TestEventsStandInTheirFiles(t *testing.T) {
	paths, err := filepath.Glob("../../proto/stemma/*/v1/*.proto")
	require.NoError(t, err)
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		if filepath.Base(path) != "events.proto" {
			require.NotContains(t, string(raw), "\nmessage Event", path)
		}
	}
}

// What programs print in English is what pages say.
func TestEnglishIsThatOfPrograms(t *testing.T) {
	english := load(t, catalog.Default)
	for _, r := range reasons.All() {
		require.Equal(t, words.Capital(r.Sentence), english.Say("reason."+string(r.Code)))
	}
	for _, n := range reasons.Notices() {
		require.Equal(t, words.Capital(n.Sentence), english.Say("notice."+string(n.Code)))
	}
	require.Equal(t, words.Reason("from_a_newer_chain"), english.Say("reason.unknown"))
	require.Equal(t, words.Notice("from_a_newer_chain"), english.Say("notice.unknown"))
	for _, name := range licensetypes.ObligationKind_name {
		code := strings.ToLower(strings.TrimPrefix(name, "OBLIGATION_"))
		require.Equal(t, words.DutyWord(code), english.Say("duty."+code))
	}
	said := func(space, prefix string, names map[int32]string, sentence func(int32) string) {
		for number, name := range names {
			key := "dispute.unknown"
			if number != 0 {
				key = space + strings.ToLower(strings.TrimPrefix(name, prefix))
			}
			require.Equal(t, sentence(number), english.Say(key), name)
		}
	}
	said("dispute.kind.", "KIND_", disputetypes.Kind_name, func(n int32) string { return words.Contested(disputetypes.Kind(n)) })
	said("dispute.phase.", "PHASE_", disputetypes.Phase_name, func(n int32) string { return words.Phase(disputetypes.Phase(n)) })
	said("dispute.next.", "PHASE_", disputetypes.Phase_name, func(n int32) string { return words.PhaseEnd(disputetypes.Phase(n)) })
	said("dispute.outcome.", "OUTCOME_", disputetypes.Outcome_name, func(n int32) string {
		return words.Outcome(disputetypes.Outcome(n))
	})
}
