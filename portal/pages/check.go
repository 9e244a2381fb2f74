package pages

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/portal/guard"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// proveWithin is how long making a proof may take: it waits for two blocks.
const proveWithin = time.Minute

// provers is how many proofs are made at a time: each takes many questions and two blocks.
const provers = 8

// provable are the questions about a work that are answered by proofs.
func provable(about string, id registrytypes.WorkID) (proof.Question, bool) {
	switch about {
	case "", proof.Claim.String():
		return proof.Question{Kind: proof.Claim, Request: &registrytypes.QueryWorkRequest{Work: id}}, true
	case proof.Title.String():
		return proof.Question{Kind: proof.Title, Request: &registrytypes.QueryOwnersRequest{Work: id}}, true
	case proof.Offers.String():
		return proof.Question{Kind: proof.Offers, Request: &licensetypes.QueryOffersRequest{Work: id}}, true
	case proof.Derivation.String():
		return proof.Question{Kind: proof.Derivation, Request: &lineagetypes.QueryDerivationRequest{Work: id}}, true
	case proof.Sources.String():
		return proof.Question{Kind: proof.Sources, Request: &lineagetypes.QuerySourcesRequest{Work: id}}, true
	case proof.Holders.String():
		return proof.Question{Kind: proof.Holders, Request: &royaltytypes.QueryHoldersRequest{Work: id}}, true
	}
	return proof.Question{}, false
}

// made is a proof that was made for a reader.
type made struct {
	name   string
	raw    []byte
	proven proof.Proven
}

// proof hands out a proof about a work, as a file that holds without this server.
func (s *Site) proof(_ context.Context, v *visit) error {
	m, err := s.prove(v)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	return v.download(m.name, m.raw)
}

// certificate hands out the same for people, as a page that can be kept and printed.
func (s *Site) certificate(_ context.Context, v *visit) error {
	m, err := s.prove(v)
	if err != nil {
		return err
	}
	file := certificate.File{Name: m.name, Proof: m.raw}
	c, err := certificate.Of(m.proven, file, proof.Policy{Now: s.now(), Period: proof.DefaultPeriod})
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := c.HTML(&page); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return v.download(strings.TrimSuffix(m.name, ".proof")+".html", page.Bytes())
}

// prove makes the proof that a reader asks for. It begins at the header that the reader
// names, else at the latest.
func (s *Site) prove(v *visit) (made, error) {
	id, err := v.workID()
	if err != nil {
		return made{}, err
	}
	values := v.r.URL.Query()
	about := values.Get("about")
	question, ok := provable(about, id)
	if !ok {
		return made{}, wrong("fault.about", about)
	}
	var options gather.Options
	if text := values.Get("trust"); text != "" {
		trust, err := proof.ParseTrust(text)
		if err != nil {
			return made{}, wrong("fault.trust", text)
		}
		options.Trust = &trust
	}
	leave, refused := s.proving.Enter(v.r, 0)
	if refused != guard.NotFull {
		return made{}, fault{code: http.StatusServiceUnavailable, message: "fault.busy"}
	}
	defer leave()
	ctx, cancel := context.WithTimeout(v.r.Context(), proveWithin)
	defer cancel()
	p, err := gather.Maker{Node: s.Node, Encoding: s.Client.Encoding}.Answer(ctx, question, options)
	if err != nil {
		return made{}, err
	}
	proven, err := p.Check()
	if err != nil {
		return made{}, fmt.Errorf("a proof that was just made does not hold: %w", err)
	}
	return made{fmt.Sprintf("%s-%s-%d.proof", id, question.Kind, proven.Height), p.Encode(), proven}, nil
}

func (v *visit) download(name string, raw []byte) error {
	v.w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	v.w.Header().Set("Cache-Control", "no-store") // it is of this moment, and the work's text may be taken back
	v.w.Header().Set("Content-Length", itoa(int64(len(raw))))
	_, err := v.w.Write(raw)
	return err
}

// checkPage names the work whose certificate is to be checked; empty: a file of the reader's is.
type checkPage struct {
	Work string
	// Chain that this site shows: what is proved of another is not taken for a fact of this one.
	Chain string
}

func (s *Site) check(_ context.Context, v *visit) error {
	page := checkPage{Chain: s.Status().Chain}
	if text := v.r.URL.Query().Get("work"); text != "" {
		id, err := registrytypes.ParseWorkID(text)
		if err != nil {
			return wrong("fault.work", text)
		}
		page.Work = id.String()
	}
	return v.show(http.StatusOK, "check.html", v.T("check.title"), page)
}

type noticePage struct{ Operator string }

func (s *Site) notice(_ context.Context, v *visit) error {
	return v.show(http.StatusOK, "notice.html", v.T("notice.title"), noticePage{s.Operator})
}

func (s *Site) nothing(_ context.Context, _ *visit) error { return absent("fault.page_unknown") }
