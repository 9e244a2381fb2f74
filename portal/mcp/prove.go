package mcp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/history/blocks"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/proof/certificate"
	"github.com/stemma-chain/stemma/client/proof/gather"
	"github.com/stemma-chain/stemma/client/words"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
)

type proveIn struct {
	Subject string `json:"subject" jsonschema:"work id, SHA-256 of a file, grant id (grant1...), or tx: and the hash of a transaction"`
	About   string `json:"about,omitempty" jsonschema:"of a work: claim, title, offers, derivation, sources, holders, manifest, rights"`
	maybe          // of rights
	Height  int64  `json:"height,omitempty" jsonschema:"what held before this block; 0: the latest. Of a transaction its block"`
	Trust   string `json:"trust,omitempty" jsonschema:"header to begin at, as HEIGHT:HASH; empty: the server's, else the latest"`
	// A page is for people; whoever checks it needs nothing else.
	Certificate bool `json:"certificate,omitempty" jsonschema:"hand over a page of HTML for people that carries the proof, in place of the proof alone"`
}

type proveOut struct {
	Kind     string `json:"kind"`
	Proves   string `json:"proves" jsonschema:"what it is a proof of, in words"`
	ChainID  string `json:"chain_id"`
	Height   int64  `json:"height" jsonschema:"block before which it holds; of a transaction its block"`
	Time     string `json:"time" jsonschema:"of that block"`
	BeginsAt string `json:"begins_at" jsonschema:"header that all follows from, HEIGHT:HASH: to be known from elsewhere"`
	Trusted  bool   `json:"trusted" jsonschema:"this server's operator, or you, named that header; else it is this node's word so far"`
	Verified bool   `json:"verified" jsonschema:"it was checked here before it was handed over"`
	SHA256   string `json:"sha256" jsonschema:"of the file"`
	Bytes    int    `json:"bytes" jsonschema:"of the file"`
	Proof    string `json:"proof_base64,omitempty" jsonschema:"the file, in base64: keep it with what it is about; empty: there is a certificate"`
	Page     string `json:"certificate_base64,omitempty" jsonschema:"the file, a page of HTML with the proof, in base64; it shows what strangers wrote, as text"`
	Check    string `json:"check" jsonschema:"command that checks the file"`
}

// prove makes a proof and checks it.
func (s *Server) prove(ctx context.Context, in proveIn) (out proveOut, err error) {
	o := gather.Options{Trust: s.config.Trust, Patience: nextBlock, Height: in.Height}
	if in.Trust != "" {
		trust, err := proof.ParseTrust(in.Trust)
		if err != nil {
			return out, fmt.Errorf("%w: trust: %w", ErrArgument, err)
		}
		o.Trust = &trust
	}
	made, err := s.gathered(ctx, in, o)
	if errors.Is(err, gather.ErrPruned) {
		return out, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if err != nil {
		return out, err
	}
	raw := made.Encode()
	if len(raw) > maxProof {
		return out, fmt.Errorf("%w: the proof has %d bytes, and %d are handed over: make it with stemmad prove", ErrTooLarge, len(raw), maxProof)
	}
	again, err := proof.Read(raw) // what is checked is what is handed over
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrInternal, err)
	}
	begins := proof.TrustIn(again.Trusted)
	policy := proof.Policy{Now: time.Now(), Period: proof.DefaultPeriod}
	proven, err := again.Verify(begins, policy)
	if err != nil {
		return out, fmt.Errorf("%w: the node's answer does not prove it: %w", ErrNode, err)
	}
	out = proveOut{
		Kind: proven.Kind.String(), Proves: words.Proof(proven.Kind.String()), ChainID: proven.ChainID, Height: proven.Height,
		Time: moment(&proven.Time), BeginsAt: begins.String(), Trusted: o.Trust != nil && *o.Trust == begins, Verified: true,
	}
	return out, out.hand(raw, proven, policy, in.Certificate)
}

// hand has the file in an answer: the proof, or the page that carries it.
func (out *proveOut) hand(raw []byte, proven proof.Proven, policy proof.Policy, page bool) error {
	file, into := "FILE.proof", &out.Proof
	if page {
		made, err := certificate.Of(proven, certificate.File{Name: file, Proof: raw}, policy)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrInternal, err)
		}
		var html bytes.Buffer
		if err := made.HTML(&html); err != nil {
			return fmt.Errorf("%w: %w", ErrInternal, err)
		}
		file, into, raw = "FILE.html", &out.Page, html.Bytes()
	}
	sum := sha256.Sum256(raw)
	out.SHA256, out.Bytes, *into = hex.EncodeToString(sum[:]), len(raw), base64.StdEncoding.EncodeToString(raw)
	out.Check = certificate.Command(file, proven.Trusted)
	return nil
}

func (s *Server) gathered(ctx context.Context, in proveIn, o gather.Options) (*proof.Proof, error) {
	maker := gather.Maker{Node: s.config.Node, Encoding: s.config.Client.Encoding}
	if tx, is := strings.CutPrefix(strings.TrimSpace(in.Subject), "tx:"); is {
		hash, err := hashOf(tx)
		if err != nil {
			return nil, err
		}
		span, err := blocks.Open(ctx, s.config.Node)
		if err != nil {
			return nil, err
		}
		height, _, err := s.findTx(ctx, span, hash, in.Height)
		if err != nil {
			return nil, err
		}
		return maker.Deed(ctx, height, hash, o)
	}
	question, err := s.question(ctx, in)
	if err != nil {
		return nil, err
	}
	return maker.Answer(ctx, question, o)
}

// question is what is to be proved.
func (s *Server) question(ctx context.Context, in proveIn) (proof.Question, error) {
	if permission.IsGrant(strings.TrimSpace(in.Subject)) {
		id, err := licensetypes.ParseGrantID(strings.TrimSpace(in.Subject))
		if err != nil {
			return proof.Question{}, fmt.Errorf("%w: subject: %w", ErrArgument, err)
		}
		return proof.Question{Kind: proof.Grant, Request: &licensetypes.QueryGrantRequest{Grant: id}}, nil
	}
	claim, err := s.one(ctx, in.Subject)
	if err != nil {
		return proof.Question{}, err
	}
	if in.About == proof.Rights.String() {
		asked, err := in.read()
		return proof.AskRights(claim.Id, asked, s.account()), err
	}
	for _, kind := range proof.OfWorks() {
		if in.About == kind.String() || in.About == "" {
			return proof.AboutWork(kind, claim.Id)
		}
	}
	return proof.Question{}, fmt.Errorf("%w: about: name one of claim, title, offers, derivation, sources, holders, manifest and rights",
		ErrArgument)
}
