package bench

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/chain"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

var size = flag.Int("works", 300, "works that the chain holds before anything is measured")

// worksPerAccount is how many works each account owns on average.
const worksPerAccount = 10

// chunk is how many works go into one block when a catalogue is built: many, so
// that they come to the store in order of key, which takes far fewer reads.
const chunk = 25_000

// buildMemory bounds the heap while works are added, softly.
const buildMemory = 6 << 30

// catalogue is what a chain holds: works of many owners, made from each other,
// and what is needed to go on from it any number of times.
type catalogue struct {
	c        *chain.Chain
	folder   string
	accounts []chain.Account
	works    []registrytypes.WorkID
	// onePercent are absolute, open to everybody; yearly ends and so needs a grant,
	// without a fee; asking needs the owner's approval.
	onePercent, yearly, asking licensetypes.TermsID
}

// A catalogue repeats every ten works: what the i-th is.
var (
	plain    = []int{0, 1, 2}    // registered
	onOffer  = []int{3, 4, 5, 9} // others may be made from it for one percent
	onFree   = []int{6}          // a grant without a fee is needed
	onSale   = []int{7}          // training an AI costs a fee
	derived  = []int{8, 9}       // made from one to three others
	feeAsked = usdc(5_000_000)
)

// prepare builds a chain with works in a folder of the test.
func prepare(t testing.TB, works, accounts int) *catalogue {
	start, before := time.Now(), cpuTime(t)
	k := &catalogue{folder: t.TempDir(), accounts: chain.NamedMany("user", max(accounts, works/worksPerAccount))}
	k.c = chain.New(t, chain.Folder(k.folder), chain.Accounts(k.accounts...))
	k.onePercent = publish(k.c, licensetypes.Terms{RoyaltyPolicy: royaltytypes.POLICY_ABSOLUTE, RoyaltyRate: 10_000})
	year := 365 * 24 * time.Hour
	k.yearly = publish(k.c, licensetypes.Terms{Duration: &year})
	k.asking = publish(k.c, licensetypes.Terms{DerivativeApproval: true})
	random := rand.New(rand.NewPCG(1, 1))
	writeEach(k.c, works, func(ctx sdk.Context, i int) error { return k.add(ctx, i, random) })
	require.NoError(t, k.check(k.c))
	k.close(t)
	fmt.Printf("\nbuilt %d works of %d accounts in %.1f s (%.1f s CPU), %.0f MB on disk, at most %.1f GB in memory\n",
		works, len(k.accounts), time.Since(start).Seconds(), (cpuTime(t) - before).Seconds(),
		float64(folderSize(t, k.folder))/1e6, peakMemory(t))
	return k
}

// writeEach adds n works past all messages, in large blocks.
func writeEach(c *chain.Chain, n int, add func(ctx sdk.Context, i int) error) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(buildMemory))
	for from := 0; from < n; from += chunk {
		c.Write(func(ctx sdk.Context) error {
			cached, write := ctx.CacheContext()
			for i := from; i < min(from+chunk, n); i++ {
				if err := add(cached, i); err != nil {
					return fmt.Errorf("work %d: %w", i, err)
				}
			}
			write()
			return nil
		})
	}
}

// publish makes terms that allow commercial derivatives.
func publish(c *chain.Chain, terms licensetypes.Terms) licensetypes.TermsID {
	author := chain.Named("alice")
	terms.Spdx, terms.CommercialUse, terms.Derivatives = "LicenseRef-bench", true, licensetypes.DERIVATIVES_ALLOWED
	if terms.RoyaltyPolicy == 0 {
		terms.RoyaltyPolicy = royaltytypes.POLICY_NONE
	}
	c.MustDeliver(author, &licensetypes.MsgPublishTerms{Author: author.String(), Terms: terms})
	return terms.ID()
}

// check runs all invariants, where they end within seconds.
func (k *catalogue) check(c *chain.Chain) error {
	if *size > 20_000 {
		return nil
	}
	return c.App.CheckInvariants(c.Ctx())
}

// execute runs a message as a transaction would, without signature and gas. A derivation
// names what its sources are under by now.
func execute(ctx sdk.Context, c *chain.Chain, msg sdk.Msg) error {
	if derive, is := msg.(*lineagetypes.MsgDerive); is {
		c.SeeIn(ctx, derive)
	}
	_, err := c.App.MsgServiceRouter().Handler(msg)(ctx, msg)
	return err
}

// owner is the i-th work's; each owns works of all kinds.
func (k *catalogue) owner(i int) chain.Account { return k.accounts[(i+i/10)%len(k.accounts)] }

// work is the i-th work.
func (k *catalogue) work(i int) chain.Work { return chain.Work{ID: k.works[i], Owner: k.owner(i)} }

// add registers the next work, and offers or derives it as its place says.
func (k *catalogue) add(ctx sdk.Context, i int, random *rand.Rand) error {
	owner, name := k.owner(i), fmt.Sprintf("catalogue %d", i)
	work := chain.WorkOf(name, owner)
	k.works = append(k.works, work.ID)
	msgs := []sdk.Msg{&registrytypes.MsgRegister{Registrant: owner.String(), Works: []registrytypes.Entry{
		{Sha256: chain.Digest(name), Details: fullDetails(name, owner)},
	}}}
	if is(i, derived) && i > 10 {
		msgs = append(msgs, chain.DeriveMsg(work, k.sources(i, 1+random.IntN(3), random)...))
	}
	switch {
	case is(i, onOffer):
		msgs = append(msgs, chain.OfferMsg(work, k.onePercent))
	case is(i, onFree):
		msgs = append(msgs, chain.OfferMsg(work, k.yearly))
	case is(i, onSale):
		offer := chain.OfferMsg(work, chain.Preset("ai-training-paid"))
		offer.Offer.Price = sdk.NewCoins(feeAsked)
		msgs = append(msgs, offer)
	}
	for _, msg := range msgs {
		if err := execute(ctx, k.c, msg); err != nil {
			return err
		}
	}
	return nil
}

// sources draws different works on offer below the n-th.
func (k *catalogue) sources(n, count int, random *rand.Rand) (sources []chain.Source) {
	for _, i := range draw(n, count, onOffer, random) {
		sources = append(sources, k.work(i).Under(k.onePercent))
	}
	return sources
}

// draw picks different works of these kinds below the n-th, fewer if there are
// not as many.
func draw(n, count int, kinds []int, random *rand.Rand) (picked []int) {
	tens, seen := n/10, map[int]bool{}
	for count = min(count, tens*len(kinds)); len(picked) < count; {
		i := 10*random.IntN(tens) + kinds[random.IntN(len(kinds))]
		if !seen[i] {
			seen[i] = true
			picked = append(picked, i)
		}
	}
	return picked
}

func is(i int, kinds []int) bool {
	for _, kind := range kinds {
		if i%10 == kind {
			return true
		}
	}
	return false
}

// fullDetails are those of a work whose registrant filled in everything: about
// 400 bytes.
func fullDetails(name string, owner chain.Account) registrytypes.Details {
	return registrytypes.Details{
		Kind: registrytypes.KIND_IMAGE, Title: "Study in blue, " + name, MediaType: "image/jpeg",
		Creators:       []registrytypes.Creator{{Name: "Ada Example", Account: owner.String(), Role: "photographer"}},
		MetadataUri:    "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/" + strings.ReplaceAll(name, " ", "-") + ".json",
		MetadataSha256: chain.Digest("metadata of " + name), DigitalSourceType: "digitalCapture",
		Fingerprints: []registrytypes.Fingerprint{{Scheme: "c2pa", Value: chain.Digest("manifest of " + name).String()}},
	}
}

// close compacts the database, so that all copies start in the same shape, and
// closes it.
func (k *catalogue) close(t testing.TB) {
	k.c.Close()
	compact(t, k.folder)
}

// linkFolder copies a closed goleveldb. Its tables never change, so links do.
func linkFolder(t testing.TB, from, to string) {
	const db = "data/application.db"
	require.NoError(t, os.MkdirAll(filepath.Join(to, db), 0o755))
	files, err := os.ReadDir(filepath.Join(from, db))
	require.NoError(t, err)
	for _, f := range files {
		source, target := filepath.Join(from, db, f.Name()), filepath.Join(to, db, f.Name())
		switch {
		case strings.HasSuffix(source, ".ldb"):
			require.NoError(t, os.Link(source, target))
		case f.Name() == "LOCK" || strings.HasPrefix(f.Name(), "LOG"):
		default:
			data, err := os.ReadFile(source)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(target, data, 0o600))
		}
	}
}
