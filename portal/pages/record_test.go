package pages

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stemma-chain/stemma/portal/catalog"
	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
)

// A work's page says what California's SB 942 wants of a permanent page: provider, system and version, time
// and unique id; in every language.
func TestARecordHasWhatADisclosureNeeds(t *testing.T) {
	made := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	anchored := made.Add(time.Minute)
	for _, language := range catalog.Languages() {
		code := language.Code
		a, _ := visiting(t, code)
		a.Derivation = &lineagetypes.QueryDerivationResponse{}
		require.Empty(t, a.record())
		require.Empty(t, a.madeBy())
		a.Derivation = &lineagetypes.QueryDerivationResponse{Record: &lineagetypes.GenerationRecord{
			Agent: agenttypes.AgentID{1}, AgentVersion: 2, Provider: "Lab", SystemName: "Painter", SystemVersion: "3.1", GeneratedAt: &made,
			UniqueId: "out-42", AnchoredAt: &anchored,
		}}
		said := map[string]string{}
		for _, f := range a.record() {
			require.NotEqual(t, f.Name, a.T(f.Name), "no words for it in "+code)
			said[f.Name] = f.Value
		}
		require.Equal(t, "Lab", said["record.provider"])
		require.Equal(t, "Painter 3.1", said["record.system"])
		require.Equal(t, sayTime(a.lang.words, made), said["record.time"])
		require.Equal(t, "out-42", said["record.id"])
		require.Equal(t, a.Work.Id.String(), said["record.work"])
		require.Equal(t, sayTime(a.lang.words, anchored), said["record.anchored"])
		require.Contains(t, a.madeBy().Text, "2")
		require.Equal(t, "/agents/"+agenttypes.AgentID{1}.String(), a.madeBy().To)
		require.NotContains(t, said, "record.blanked")
	}
}
