package proof

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/client/proof/signed"
	"github.com/stemma-chain/stemma/client/proof/stores"
	"github.com/stemma-chain/stemma/x/headers/rfc6962"
	headerstypes "github.com/stemma-chain/stemma/x/headers/types"
)

// codecs of the chain.
var codecs = sync.OnceValues(encoding.New)

// Policy is what somebody asks of a proof that rests on signatures.
type Policy struct {
	// Now is the time by the clock of whoever checks.
	Now time.Time
	// Period is how long signatures of a trusted header's validators count: shorter than the time for which these can still
	// be punished, for after that they can sign another past for nothing.
	Period time.Duration
}

// DefaultPeriod is two thirds of the chain's unbonding time of 21 days.
const DefaultPeriod = 14 * 24 * time.Hour

// maxDrift is how far a signed header may be ahead of the clock of whoever checks it.
const maxDrift = time.Minute

// Verify checks a proof by a header that is trusted. It fails with ErrRefuted or ErrUnverified.
func (p *Proof) Verify(trust Trust, policy Policy) (Proven, error) {
	proven, err := p.Check()
	if err != nil {
		return proven, err
	}
	return proven, p.Rests(trust, policy)
}

// Rests checks that a proof rests on a header that is trusted: what Verify asks beside Check. It fails with ErrRefuted or ErrUnverified.
func (p *Proof) Rests(trust Trust, policy Policy) error {
	switch begins := TrustIn(p.Trusted); {
	case trust == begins:
	case trust.Height == begins.Height:
		return fmt.Errorf("%w: it begins at the header of height %d with another hash, %X", ErrRefuted, begins.Height, begins.Hash)
	default:
		return fmt.Errorf("%w: it begins at header %s and you trust header %d: make it reach that one (stemmad prove --refresh), "+
			"or find out whether you trust %s", ErrUnverified, begins, trust.Height, begins)
	}
	return p.fresh(policy)
}

// fresh fails with ErrUnverified where signatures count no more, or not yet.
func (p *Proof) fresh(policy Policy) error {
	if len(p.Hops) == 0 {
		return nil
	}
	ends := p.Trusted.Time.Add(policy.Period)
	switch {
	case !policy.Now.Before(ends):
		return fmt.Errorf("%w: signatures of the validators of header %d count until %s: later they can sign another past unpunished. "+
			"Make it reach a later header that you trust (stemmad prove --refresh)", ErrUnverified, p.Trusted.Height, ends.Format(time.RFC3339))
	case p.Last().Time.After(policy.Now.Add(maxDrift)):
		return fmt.Errorf("%w: header %d is of %s, ahead of your clock", ErrUnverified, p.Last().Height, p.Last().Time.Format(time.RFC3339))
	}
	return nil
}

// Check checks all but whether the header that the proof begins at is to be trusted. It fails with ErrRefuted.
func (p *Proof) Check() (proven Proven, err error) {
	// What is read by the chain's code may be invented as long as the header is not trusted.
	defer func() {
		if recovered := recover(); recovered != nil {
			proven, err = Proven{}, fmt.Errorf("%w: it can't be computed: %v", ErrRefuted, recovered)
		}
	}()
	begin := p.Trusted
	for i, h := range p.Hops {
		if err := h.Check(begin); err != nil {
			return Proven{}, refuted(err)
		}
		if i+1 < len(p.Hops) && h.Skips(p.Hops[i+1], begin) {
			return Proven{}, fmt.Errorf("%w: header %d is signed and not needed", ErrRefuted, h.Header.Height)
		}
		begin = h.Header
	}
	last := p.Last()
	v := &view{states: map[int64]*stores.Proof{}}
	if err := v.show(last, p.State); err != nil {
		return Proven{}, err
	}
	if len(p.Shown) > 0 {
		if err := p.lookBack(v, last); err != nil {
			return Proven{}, err
		}
	}
	proven, err = p.Fact.prove(v)
	proven.ChainID, proven.Hops = p.ChainID, len(p.Hops)
	proven.Trusted, proven.Last, proven.TrustedTime = TrustIn(p.Trusted), TrustIn(last), p.Trusted.Time
	proven.LastTime = last.Time
	for _, h := range v.headers {
		proven.Headers = append(proven.Headers, Header{TrustIn(h), h.Time})
	}
	if err != nil {
		return proven, err
	}
	for _, h := range v.headers {
		if state := v.states[h.Height]; state != nil {
			if err := state.Done(); err != nil {
				return proven, refuted(err)
			}
		}
	}
	return proven, nil
}

// show adds a header and the state under its app hash; empty: none.
func (v *view) show(h *cmttypes.Header, raw []byte) error {
	v.headers = append(v.headers, h)
	if len(raw) == 0 {
		return nil
	}
	state, err := stores.Read(raw)
	if err != nil {
		return fmt.Errorf("rows under header %d: %w", h.Height, err)
	}
	if hash := state.Hash(); !bytes.Equal(hash[:], h.AppHash) {
		return fmt.Errorf("%w: the rows are not those that header %d is about", ErrRefuted, h.Height)
	}
	v.states[h.Height] = state
	return nil
}

// lookBack puts the older headers in place of the last one, whose state has the log that they are in.
func (p *Proof) lookBack(v *view, last *cmttypes.Header) error {
	state := v.states[last.Height]
	if state == nil {
		return fmt.Errorf("%w: it does not show the log of headers", ErrRefuted)
	}
	log, err := readLog(state)
	if err != nil {
		return refuted(err)
	}
	if err := state.Done(); err != nil {
		return refuted(err)
	}
	*v = view{states: map[int64]*stores.Proof{}}
	for i, s := range p.Shown {
		if i > 0 && s.Header.Height <= p.Shown[i-1].Header.Height {
			return fmt.Errorf("%w: older headers stand out of order", ErrUnreadable)
		}
		index, err := log.Index(s.Header.Height)
		if err != nil {
			return refuted(err)
		}
		hash := signed.HashOf(s.Header)
		if err := log.Verify(rfc6962.Leaf(hash[:]), index, s.Path); err != nil {
			return refuted(err)
		}
		if err := v.show(s.Header, s.State); err != nil {
			return err
		}
	}
	return nil
}

// readLog reads the log of headers from the row that it is.
func readLog(state *stores.Proof) (headerstypes.Log, error) {
	rows, err := state.Rows(headerstypes.StoreKey)
	if err != nil {
		return headerstypes.Log{}, err
	}
	row, present, err := rows.Get(headerstypes.FrontierPrefix.Bytes())
	if err != nil {
		return headerstypes.Log{}, err
	}
	if !present {
		return headerstypes.Log{}, errors.New("there is no log of headers")
	}
	return headerstypes.LogValue.Decode(row)
}
