package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// asked is how many works one question is about: the most of a batch.
const asked = licensetypes.MaxBatch

// rightsChain holds many works: most under one public offer, some with a second
// or a priced one, and one in eight a derivative that must not be sold.
func rightsChain(t testing.TB) (*chain.Chain, []string) {
	alice := chain.Named("alice")
	c := chain.New(t, chain.GoLevelDB(), chain.Accounts(alice, chain.Named("bob")))
	source := c.Register("non-commercial source", alice)
	c.Offer(source, chain.Preset("cc-by-nc-4.0"))
	works := make([]string, *size)
	for from := 0; from < len(works); from += 5000 {
		c.Write(func(ctx sdk.Context) error {
			for i := from; i < min(from+5000, len(works)); i++ {
				work, err := addWork(ctx, c, alice, i)
				if err != nil {
					return err
				}
				works[i] = work.String()
			}
			return nil
		})
	}
	c.RequireInvariants()
	return c, works
}

func addWork(ctx sdk.Context, c *chain.Chain, owner chain.Account, i int) (registrytypes.WorkID, error) {
	keepers, work := c.App.Keepers, chain.WorkOf(fmt.Sprint("work ", i), owner)
	details := registrytypes.Details{
		Kind: registrytypes.KIND_IMAGE, Title: fmt.Sprint("Work ", i), Creators: []registrytypes.Creator{{Name: "Alice"}},
	}
	_, err := keepers.Registry.Register(ctx, owner.Address, []registrytypes.Entry{{Sha256: chain.Digest(fmt.Sprint("work ", i)), Details: details}}, false)
	if err != nil {
		return work.ID, err
	}
	offer := func(terms string, price ...sdk.Coin) error {
		_, err := keepers.License.Offer(ctx, owner.Address, work.ID, chain.Preset(terms), licensetypes.Offer{Price: price})
		return err
	}
	switch i % 8 {
	case 0:
		d, err := chain.DeriveMsg(work, chain.WorkOf("non-commercial source", owner).Under(chain.Preset("cc-by-nc-4.0"))).Declaration()
		if err != nil {
			return work.ID, err
		}
		if _, err := keepers.Lineage.Derive(ctx, d); err != nil {
			return work.ID, err
		}
		return work.ID, offer("noncommercial-remix")
	case 1:
		return work.ID, offer("ai-training-paid", sdk.NewInt64Coin("uusdc", 5_000_000))
	case 2:
		if err := offer("cc-by-nc-4.0"); err != nil {
			return work.ID, err
		}
	}
	return work.ID, offer("commercial-remix-10")
}

// TestRights prints how long 1,000 answers about rights take, asked for at once
// and one by one. The works asked for lie far apart in the store.
func TestRights(t *testing.T) {
	c, works := rightsChain(t)
	client := licensetypes.NewQueryClient(c.Conn())
	use := licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI, Commercial: true}
	batch := make([]string, min(asked, len(works)))
	for i := range batch {
		batch[i] = works[i*(len(works)/len(batch))]
	}
	for _, licensee := range []string{"", chain.Named("bob").String()} {
		var together, single []time.Duration
		for range 5 {
			start := time.Now()
			answers, err := client.CheckRightsBatch(context.Background(), &licensetypes.QueryCheckRightsBatchRequest{
				Works: batch, Use: use, Licensee: licensee,
			})
			together = append(together, time.Since(start))
			require.NoError(t, err)
			start = time.Now()
			for i, work := range batch {
				answer, err := client.CheckRights(context.Background(), &licensetypes.QueryCheckRightsRequest{
					Work: work, Use: use, Licensee: licensee,
				})
				require.NoError(t, err)
				require.Equal(t, answers.Rights[i].Verdict, answer.Rights.Verdict, work)
			}
			single = append(single, time.Since(start))
		}
		a, b := median(together), median(single)
		fmt.Printf("%d answers with %d works, licensee %-3t: batch %8.1f ms, one by one %8.1f ms, ratio %.1f\n",
			len(batch), len(works), licensee != "", ms(a), ms(b), float64(b)/float64(a))
	}
}
