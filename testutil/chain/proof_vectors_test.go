package chain_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/testutil/vectors"
)

var writeVectors = flag.Bool("proof-vectors", false, "write testutil/vectors/proofs.json anew")

// named is a proof with what its checker trusts.
type named struct {
	name  string
	proof *prf.Proof
	trust prf.Trust
}

// everyProof are proofs of each kind: from the header that they are read under, from a later and from an earlier one.
func everyProof(t testing.TB, s *story) []named {
	m, ctx := maker(t, s.Chain), context.Background()
	var all []named
	add := func(name string, p *prf.Proof, err error) {
		require.NoError(t, err, name)
		all = append(all, named{name, p, prf.TrustIn(p.Trusted)})
	}
	at := s.Height()
	earlier := prf.TrustIn(s.Head(3).Header)
	for i, q := range s.questions() {
		name := fmt.Sprintf("%s %d", q.Kind, i)
		p, err := m.Answer(ctx, q, gather.Options{Height: at})
		add(name, p, err)
		if i < 2 || q.Kind == prf.Content {
			p, err = m.Answer(ctx, q, gather.Options{Height: at, Trust: &earlier})
			add(name+", signed", p, err)
		}
	}
	for range 600 { // changes of the set among them
		s.NextBlock()
	}
	later := prf.TrustIn(s.Head(s.Height()).Header)
	for i, q := range s.questions()[:5] {
		p, err := m.Answer(ctx, q, gather.Options{Height: at, Trust: &later})
		add(fmt.Sprintf("%s %d, from later", q.Kind, i), p, err)
	}
	p, err := m.Answer(ctx, s.questions()[0], gather.Options{Trust: &earlier})
	add("claim 0, signed over changes of the set", p, err)
	for name, tx := range map[string]prf.Trust{"payment": s.payment, "withdrawal": s.withdrawal} {
		p, err = m.Deed(ctx, tx.Height, tx.Hash[:], gather.Options{})
		add(name, p, err)
	}
	p, err = m.Deed(ctx, s.payment.Height, s.payment.Hash[:], gather.Options{Trust: &earlier})
	add("payment, signed", p, err)
	return all
}

// withNeedless is a proof over a header in between, which its last header does without.
func withNeedless(t testing.TB, s *story) *prf.Proof {
	m, ctx, q := maker(t, s.Chain), context.Background(), s.questions()[0]
	begin, between := prf.TrustIn(s.Head(3).Header), prf.TrustIn(s.Head(9).Header)
	first, err := m.Answer(ctx, q, gather.Options{Height: 9, Trust: &begin})
	require.NoError(t, err)
	second, err := m.Answer(ctx, q, gather.Options{Height: 15, Trust: &between})
	require.NoError(t, err)
	second.Trusted, second.Hops = first.Trusted, append(first.Hops, second.Hops...)
	_, err = second.Verify(begin, policy(s.Chain))
	require.ErrorIs(t, err, prf.ErrRefuted)
	require.ErrorContains(t, err, "not needed")
	return second
}

// Of headers between two only those stay that are needed.
func TestHopsAreNeeded(t *testing.T) {
	s := tell(t, validators(10))
	withNeedless(t, s)
	for s.Height() < 4_200 { // all validators change
		s.NextBlock()
	}
	begin := prf.TrustIn(s.Head(20).Header)
	p, err := maker(t, s.Chain).Answer(context.Background(), s.questions()[0], gather.Options{Trust: &begin})
	require.NoError(t, err)
	require.Greater(t, len(p.Hops), 1)
	t.Logf("%d headers lead over a whole change of the set", len(p.Hops))
	p, _ = reread(t, p)
	_, err = p.Verify(begin, policy(s.Chain))
	require.NoError(t, err)
}

// change changes a file in one place.
func change(draw *rand.Rand, all []named, of int) vectors.Change {
	file := all[of].proof.Encode()
	c := vectors.Change{Of: all[of].name, Sum: draw.IntN(4) > 0}
	end := len(file) - prf.SumSize
	c.At = draw.IntN(end)
	random := make([]byte, 1+draw.IntN(3))
	for i := range random {
		random[i] = byte(draw.Uint32())
	}
	switch draw.IntN(7) {
	case 0:
		c.Cut, c.Put = 1, hex.EncodeToString([]byte{file[c.At] ^ 1<<draw.IntN(8)})
	case 1:
		c.Cut = 1 + draw.IntN(min(64, end-c.At))
	case 2:
		c.Put = hex.EncodeToString(random)
	case 3:
		c.Cut, c.Put = 1, hex.EncodeToString(random)
	case 4: // a part of another proof, from the same place on
		other := all[draw.IntN(len(all))].proof.Encode()
		from := min(c.At, len(other)-1)
		n := 1 + draw.IntN(min(200, len(other)-from))
		c.Cut, c.Put = min(n, end-c.At), hex.EncodeToString(other[from:from+n])
	case 5: // the rest of another proof
		other := all[draw.IntN(len(all))].proof.Encode()
		from := draw.IntN(len(other))
		c.Cut, c.Put = end-c.At, hex.EncodeToString(other[from:max(from, len(other)-prf.SumSize)])
	case 6: // a number in a longer form
		if file[c.At] < 0x80 {
			c.Cut, c.Put = 1, hex.EncodeToString([]byte{file[c.At] | 0x80, 0})
		}
	}
	return c
}

// No change of a proof is proved with other facts that are not true, or with the same facts from other bytes.
func TestChangedProofsAreNotProved(t *testing.T) {
	changes := 100_000
	if testing.Short() {
		changes = 5_000
	}
	s := tell(t, validators(4))
	all := everyProof(t, s)
	draw := rand.New(rand.NewPCG(1, 2))
	results := map[string]int{}
	policy := policy(s.Chain)
	told := map[string][]byte{} // the file by what it tells
	for _, n := range all {
		told[saying(t, n.proof, n.trust, policy)] = n.proof.Encode()
	}
	for range changes {
		of := draw.IntN(len(all))
		c := change(draw, all, of)
		file := all[of].proof.Encode()
		changed, err := c.Apply(file)
		require.NoError(t, err)
		if bytes.Equal(changed, file) {
			results["nothing changed"]++
			continue
		}
		judged, err := vectors.Judge(changed, all[of].trust, policy)
		results[judged.Result]++
		require.NotEqual(t, "failed", judged.Result, "%v: %v", c, err)
		if judged.Result != "proved" {
			continue
		}
		p, err := prf.Read(changed)
		require.NoError(t, err)
		says := saying(t, p, all[of].trust, policy)
		if known, told := told[says]; told {
			require.Equal(t, known, changed, "other bytes tell the same: %v", c)
		}
		requireTrue(t, s, p)
		results["another question, truly answered"]++
	}
	t.Log(results)
}

func saying(t *testing.T, p *prf.Proof, trust prf.Trust, policy prf.Policy) string {
	proven, err := p.Verify(trust, policy)
	require.NoError(t, err)
	return fmt.Sprint(proven.Kind, proven.Height, string(proven.Question), string(proven.Told), proven.Trusted, len(p.Hops))
}

// requireTrue asks the chain the same.
func requireTrue(t *testing.T, s *story, p *prf.Proof) {
	q, ok := p.Fact.(prf.Question)
	require.True(t, ok, "a transaction is what it is")
	facts := p.Facts()
	again, err := maker(t, s.Chain).Answer(context.Background(), q, gather.Options{Height: facts[0].Header.Height})
	require.NoError(t, err)
	want, err := again.Check()
	require.NoError(t, err)
	got, err := p.Check()
	require.NoError(t, err)
	require.Equal(t, string(want.Told), string(got.Told))
}

// Vectors for other implementations are written with -proof-vectors; testutil/vectors checks those that are there.
func TestWriteProofVectors(t *testing.T) {
	if !*writeVectors {
		t.Skip("run with -proof-vectors to write the vectors anew")
	}
	s := tell(t, validators(4))
	all := everyProof(t, s)
	now, period := s.Now(), prf.DefaultPeriod
	var v vectors.Proofs
	add := func(name string, file []byte, trust prf.Trust, now time.Time) {
		judged, _ := vectors.Judge(file, trust, prf.Policy{Now: now, Period: period})
		v.Proofs = append(v.Proofs, vectors.Proof{
			Name: name, File: hex.EncodeToString(file), Trust: trust.String(), Now: now, Period: int64(period.Seconds()), Judged: judged,
		})
	}
	for _, n := range all {
		add(n.name, n.proof.Encode(), n.trust, now)
	}
	signed, first := all[1], all[0]
	add("signatures that count no more", signed.proof.Encode(), signed.trust, now.Add(period))
	add("a header ahead of the clock", signed.proof.Encode(), signed.trust, signed.proof.Trusted.Time.Add(-time.Hour))
	add("another header is trusted", first.proof.Encode(), signed.trust, now)
	add("the header has another hash", first.proof.Encode(), prf.Trust{Height: first.trust.Height, Hash: signed.trust.Hash}, now)
	add("nothing", nil, first.trust, now)
	add("a header that is not needed", withNeedless(t, s).Encode(), signed.trust, now)
	large := tell(t, validators(100))
	begin := prf.TrustIn(large.Head(3).Header)
	p, err := maker(t, large.Chain).Answer(context.Background(), large.questions()[0], gather.Options{Trust: &begin})
	require.NoError(t, err)
	add("claim, signed by 67 of 100 validators", p.Encode(), begin, now)
	draw := rand.New(rand.NewPCG(3, 4))
	for range 2_800 {
		of := draw.IntN(len(all))
		c := change(draw, all, of)
		file, err := c.Apply(all[of].proof.Encode())
		require.NoError(t, err)
		if bytes.Equal(file, all[of].proof.Encode()) || len(c.Put) > 400 {
			continue
		}
		judged, _ := vectors.Judge(file, all[of].trust, prf.Policy{Now: now, Period: period})
		c.Result = judged.Result
		v.Changed = append(v.Changed, c)
	}
	raw := []byte("{\"proofs\": [\n")
	raw = append(lines(t, raw, v.Proofs), "],\n\"changed\": [\n"...)
	raw = append(lines(t, raw, v.Changed), "]}\n"...)
	require.NoError(t, os.WriteFile("../vectors/proofs.json", raw, 0o600))
}

// lines writes a list of JSON, an entry a line.
func lines[T any](t *testing.T, to []byte, list []T) []byte {
	for i, entry := range list {
		raw, err := json.Marshal(entry)
		require.NoError(t, err)
		if to = append(to, raw...); i < len(list)-1 {
			to = append(to, ',')
		}
		to = append(to, '\n')
	}
	return to
}
