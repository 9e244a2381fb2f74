package bench

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	width   = flag.Int("width", 10, "a work has its square of ancestors when queries are measured, at most 100")
	queries = flag.Int("queries", 20, "how often each query is asked")
)

// pageSize is the rows of each page asked for.
const pageSize = 100

// tree is a chain of works that all come from one, and of one work that comes
// from many.
type tree struct {
	*chain.Chain
	root, top chain.Work
	works     int
}

func (*tree) owner(i int) chain.Account { return stranger(fmt.Sprint("owner ", i/worksPerAccount)) }
func (*tree) name(i int) string         { return fmt.Sprint("descendant ", i) }
func (w *tree) work(i int) chain.Work   { return chain.WorkOf(w.name(i), w.owner(i)) }

// newTree derives half of the works from the root and half from those.
func newTree(t testing.TB, works int) *tree {
	start := time.Now()
	alice := chain.Named("alice")
	w := &tree{Chain: chain.New(t, chain.GoLevelDB()), works: works}
	share := publish(w.Chain, licensetypes.Terms{RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 10_000})
	w.root = w.Register("root", alice)
	w.Offer(w.root, share)
	random := rand.New(rand.NewPCG(3, 3))
	writeEach(w.Chain, works, func(ctx sdk.Context, i int) error {
		source := w.root
		if i%2 == 1 {
			source = w.work(2 * random.IntN(i/2+1))
		}
		return w.add(ctx, w.name(i), w.owner(i), share, i%2 == 0, source)
	})
	w.addTop()
	fmt.Printf("\nbuilt %d descendants of one work in %.1f s\n", works, time.Since(start).Seconds())
	return w
}

// add registers a work under its terms, if it is for others, made from sources.
func (w *tree) add(ctx sdk.Context, name string, owner chain.Account, terms licensetypes.TermsID, offered bool, sources ...chain.Work) error {
	work := chain.WorkOf(name, owner)
	msgs := []sdk.Msg{chain.RegisterMsg(owner, name)}
	if len(sources) > 0 {
		derive := chain.DeriveMsg(work)
		for _, s := range sources {
			derive.Sources = append(derive.Sources, s.Under(terms).Message())
		}
		msgs = append(msgs, derive)
	}
	if offered {
		msgs = append(msgs, chain.OfferMsg(work, terms))
	}
	for _, msg := range msgs {
		if err := execute(ctx, w.Chain, msg); err != nil {
			return err
		}
	}
	return nil
}

// addTop derives one work from width others, each made from width-1: width^2
// ancestors, who are owed nothing, for more than 1,024 can't be.
func (w *tree) addTop() {
	free, owner := publish(w.Chain, licensetypes.Terms{}), stranger("many ancestors")
	w.Write(func(ctx sdk.Context) error {
		var middle []chain.Work
		for i := range *width {
			var originals []chain.Work
			for j := range *width - 1 {
				name := fmt.Sprintf("original %d %d", i, j)
				original := stranger(name)
				originals = append(originals, chain.WorkOf(name, original))
				if err := w.add(ctx, name, original, free, true); err != nil {
					return err
				}
			}
			name := fmt.Sprint("middle ", i)
			between := stranger(name)
			middle = append(middle, chain.WorkOf(name, between))
			if err := w.add(ctx, name, between, free, true, originals...); err != nil {
				return err
			}
		}
		return w.add(ctx, "top", owner, free, false, middle...)
	})
	w.top = chain.WorkOf("top", owner)
}

// question is one query, about the i-th work or a fixed one, and how many rows
// its answer has to have.
type question struct {
	name string
	ask  func(conn gogogrpc.ClientConn, i int) (rows int, err error)
	rows int
}

func (w *tree) questions(t *testing.T) []question {
	walk := func(down bool, work chain.Work, offset int) func(gogogrpc.ClientConn, int) (int, error) {
		return func(conn gogogrpc.ClientConn, _ int) (int, error) {
			client := lineagetypes.NewQueryClient(conn)
			ask := client.Ancestors
			if down {
				ask = client.Descendants
			}
			answer, err := ask(t.Context(), &lineagetypes.QueryWalkRequest{
				Work: work.ID, Pagination: &query.PageRequest{Limit: pageSize, Offset: uint64(offset)},
			})
			return len(answer.GetSteps()), err
		}
	}
	all, below := *width**width, min(w.works, 10_000)
	return []question{
		{"work by id", func(conn gogogrpc.ClientConn, i int) (int, error) {
			_, err := registrytypes.NewQueryClient(conn).Work(t.Context(), &registrytypes.QueryWorkRequest{Work: w.work(i).ID})
			return 1, err
		}, 1},
		{"resolve by digest", func(conn gogogrpc.ClientConn, i int) (int, error) {
			answer, err := registrytypes.NewQueryClient(conn).Resolve(t.Context(), &registrytypes.QueryResolveRequest{
				Scheme: registrytypes.SchemeSHA256, Value: chain.Digest(w.name(i)).String(),
			})
			return len(answer.GetWorks()), err
		}, 1},
		{"works of an owner", func(conn gogogrpc.ClientConn, i int) (int, error) {
			answer, err := registrytypes.NewQueryClient(conn).Works(t.Context(), &registrytypes.QueryWorksRequest{Owner: w.owner(i).String()})
			return len(answer.GetWorks()), err
		}, worksPerAccount},
		{"sources of a work", func(conn gogogrpc.ClientConn, i int) (int, error) {
			answer, err := lineagetypes.NewQueryClient(conn).Sources(t.Context(), &lineagetypes.QuerySourcesRequest{Work: w.work(i).ID})
			return len(answer.GetSources()), err
		}, 1},
		{fmt.Sprintf("of %d ancestors, first page", all), walk(false, w.top, 0), min(all, pageSize)},
		{fmt.Sprintf("of %d ancestors, last page", all), walk(false, w.top, max(0, all-pageSize)), min(all, pageSize)},
		{fmt.Sprintf("of %d ancestors, all pages", all), func(conn gogogrpc.ClientConn, _ int) (rows int, err error) {
			for from := 0; from < all && err == nil; from += pageSize {
				var page int
				page, err = walk(false, w.top, from)(conn, 0)
				rows += page
			}
			return rows, err
		}, all},
		{fmt.Sprintf("of %d descendants, first page", w.works), walk(true, w.root, 0), min(w.works, pageSize)},
		{fmt.Sprintf("of %d descendants, last page", w.works), walk(true, w.root, max(0, below-pageSize)), min(w.works, pageSize)},
	}
}

// TestQueries prints how long queries take. Walks have pages of 100 and end
// after 10,000 rows.
func TestQueries(t *testing.T) {
	w := newTree(t, *size)
	if w.works <= 20_000 {
		w.RequireInvariants()
	}
	fmt.Printf("%-36s %12s %12s %12s\n", "query", "median ms", "p99 ms", "CPU ms")
	random := rand.New(rand.NewPCG(4, 4))
	for _, q := range w.questions(t) {
		times := make([]time.Duration, max(1, *queries*pageSize/max(pageSize, q.rows))) // all pages take long
		before := cpuTime(t)
		for i := range times {
			which := random.IntN(w.works)
			start := time.Now()
			rows, err := q.ask(w.Conn(), which)
			times[i] = time.Since(start)
			require.NoError(t, err, q.name)
			require.Equal(t, q.rows, rows, q.name)
		}
		cpu := (cpuTime(t) - before) / time.Duration(len(times))
		fmt.Printf("%-36s %12.3f %12.3f %12.3f\n", q.name, ms(median(times)), ms(nearlyAll(times)), ms(cpu))
	}
}
