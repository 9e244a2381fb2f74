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
	entry := registrytypes.Entry{Sha256: chain.Digest(fmt.Sprint("work ", i)), Details: details}
	_, err := keepers.Registry.Register(ctx, owner.Address, []registrytypes.Entry{entry}, false)
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

// deep is how many generations the works are made from that TestDeepRights asks about.
const deep = 20

// deepChain holds lines of works, each made from the one before, by two owners in turn.
// Every work asks for a credit, every tenth for a price of training.
func deepChain(t testing.TB) (*chain.Chain, []string) {
	owners := []chain.Account{chain.Named("alice"), chain.Named("bob")}
	c := chain.New(t, chain.GoLevelDB(), chain.Accounts(owners...))
	fee := sdk.NewInt64Coin("uusdc", 1)
	paid := publish(c, licensetypes.Terms{Attribution: true, AiTraining: licensetypes.PERMISSION_PAID, GrantFee: sdk.NewCoins(fee)})
	credited := publish(c, licensetypes.Terms{Attribution: true})
	terms := func(generation int) licensetypes.TermsID {
		if generation%10 == 9 {
			return paid
		}
		return credited
	}
	var tops []string
	writeEach(c, *size, func(ctx sdk.Context, i int) error {
		work := func(i int) chain.Work { return chain.WorkOf(fmt.Sprint("work ", i), owners[i%2]) }
		msgs := []sdk.Msg{chain.RegisterMsg(owners[i%2], fmt.Sprint("work ", i))}
		generation := i % (deep + 1)
		if generation > 0 {
			under := terms(generation - 1)
			derive, from := chain.DeriveMsg(work(i), work(i-1).Under(under)), work(i-1).ID
			if under == paid {
				licensee := owners[i%2]
				seen, err := c.App.Keepers.License.Conditions(ctx, from, licensetypes.Offer{}, licensetypes.Terms{})
				if err != nil {
					return err
				}
				msgs = append(msgs, &licensetypes.MsgAcquire{Licensee: licensee.String(), Work: from, Terms: paid, MaxFee: &fee, Seen: seen})
				derive.Sources[0].Permission = licensetypes.NewGrantID(from, paid, licensee.Address, 0).String()
			}
			msgs = append(msgs, derive)
		}
		msgs = append(msgs, chain.OfferMsg(work(i), terms(generation)))
		if generation == deep {
			tops = append(tops, work(i).ID.String())
		}
		for _, msg := range msgs {
			if err := execute(ctx, c, msg); err != nil {
				return err
			}
		}
		return nil
	})
	return c, tops
}

// spread takes as many of the works as one question is about, far apart in the store.
func spread(works []string) []string {
	batch := make([]string, min(asked, len(works)))
	for i := range batch {
		batch[i] = works[i*(len(works)/len(batch))]
	}
	return batch
}

// TestDeepRights prints how long answers take about works that were made through many
// generations.
func TestDeepRights(t *testing.T) {
	c, tops := deepChain(t)
	client := licensetypes.NewQueryClient(c.Conn())
	batch := spread(tops)
	for _, asked := range []struct {
		action licensetypes.Action
		brief  bool
	}{{licensetypes.ACTION_COPY, false}, {licensetypes.ACTION_COPY, true}, {licensetypes.ACTION_TRAIN_AI, false}} {
		action := asked.action
		var took []time.Duration
		var answer licensetypes.Rights
		for range 9 {
			start := time.Now()
			answers, err := client.CheckRightsBatch(context.Background(), &licensetypes.QueryCheckRightsBatchRequest{
				Works: batch, Use: licensetypes.Use{Action: action, Commercial: true}, Licensee: chain.Named("carol").String(),
				Brief: asked.brief,
			})
			took = append(took, time.Since(start))
			require.NoError(t, err)
			answer = answers.Rights[0]
		}
		fmt.Printf("%d answers of %d generations with %d works, %s: brief %-5t %8.1f ms; %s, %d offers, %d duties\n",
			len(batch), deep, *size, action, asked.brief, ms(median(took)), answer.Verdict, len(answer.Offers), len(answer.Obligations))
	}
}

// TestRights prints how long 1,000 answers about rights take, asked for at once
// and one by one. The works asked for lie far apart in the store.
func TestRights(t *testing.T) {
	c, works := rightsChain(t)
	client := licensetypes.NewQueryClient(c.Conn())
	use := licensetypes.Use{Action: licensetypes.ACTION_TRAIN_AI, Commercial: true}
	batch := spread(works)
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
