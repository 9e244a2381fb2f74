package mcp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client/digest"
	"github.com/stemma-chain/stemma/client/generation"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/client/sheet"
	"github.com/stemma-chain/stemma/internal/rates"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/text"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

type source struct {
	Work       string `json:"work,omitempty" jsonschema:"work id or SHA-256 of something registered; of work, uri and sha256 exactly one"`
	URI        string `json:"uri,omitempty" jsonschema:"address of something that is not registered: declared, not paid"`
	SHA256     string `json:"sha256,omitempty" jsonschema:"SHA-256 of something that is not registered: declared, not paid"`
	Role       string `json:"role,omitempty" jsonschema:"inputTo (default), parentOf, componentOf, trainedOn, contains or cites"`
	Weight     string `json:"weight,omitempty" jsonschema:"its part in the output, in percent such as 60 or 12.5; empty: not stated"`
	Permission string `json:"permission,omitempty" jsonschema:"grant or terms to rely on; empty: one is found, and bought within max"`
}

type declareIn struct {
	Request       string   `json:"request" jsonschema:"id of your own for this: with it again nothing is declared or paid twice"`
	SHA256        string   `json:"sha256" jsonschema:"SHA-256 of the output, 64 hex digits"`
	Title         string   `json:"title,omitempty"`
	Kind          string   `json:"kind,omitempty" jsonschema:"image, audio, video, text, ...; default other"`
	MediaType     string   `json:"media_type,omitempty" jsonschema:"such as image/png"`
	SourceType    string   `json:"source_type,omitempty" jsonschema:"IPTC's digital source type; default trainedAlgorithmicMedia"`
	Sources       []source `json:"sources,omitempty" jsonschema:"what it was made from"`
	Model         string   `json:"model" jsonschema:"the model that made it: a work id or its public name"`
	Provider      string   `json:"provider,omitempty"`
	System        string   `json:"system,omitempty"`
	SystemVersion string   `json:"system_version,omitempty"`
	OutputID      string   `json:"output_id,omitempty" jsonschema:"the generator's own id of the output"`
	GeneratedAt   string   `json:"generated_at,omitempty" jsonschema:"when, in RFC 3339"`
	PromptSHA256  string   `json:"prompt_sha256,omitempty" jsonschema:"SHA-256 of the prompt; the prompt itself is never sent"`
	Commercial    bool     `json:"commercial,omitempty" jsonschema:"only rely on what allows commercial use"`
	PayUses       bool     `json:"pay_uses,omitempty" jsonschema:"also pay, within max, what the permissions ask for each use"`
	Max           string   `json:"max" jsonschema:"the most to pay in all with it, such as 5.00 USDC; 0uusdc: nothing"`
	MaxRate       string   `json:"max_rate,omitempty" jsonschema:"the most of its takings that the output may owe, such as 15%; empty: what the limit of the agent's key allows"`
	Contested     bool     `json:"allow_contested,omitempty" jsonschema:"register it although others claim the content"`
}

type declareOut struct {
	Done
	Work       string   `json:"work" jsonschema:"id of the output"`
	Registered bool     `json:"registered" jsonschema:"it was registered by this; else it was before"`
	Relied     []Relied `json:"relied_on"`
	Bought     []Bought `json:"bought"`
	Uses       []Paid   `json:"uses_paid" jsonschema:"what was paid for this use"`
	Owes       uint32   `json:"owes" jsonschema:"what it owes of all that it takes in, in parts per million"`
	WaitsFor   []string `json:"waits_for,omitempty" jsonschema:"works whose owners have to approve first"`
}

// Relied is what one source is used by.
type Relied struct {
	Work       string `json:"work"`
	Role       string `json:"role"`
	Permission string `json:"permission,omitempty" jsonschema:"empty: it is one's own, or only cited"`
	Terms      string `json:"terms,omitempty"`
}

// declaration is what declare puts together.
type declaration struct {
	in      declareIn
	most    sdk.Coin
	item    enroll.Item
	derive  *lineagetypes.MsgDerive
	choices []*permission.Choice
	uses    []sdk.Msg
}

// declare registers an output and says what it was made from, with what that needs, in one transaction.
func (s *Server) declare(ctx context.Context, in declareIn) (declareOut, error) {
	return once(ctx, s, in.Request, "declare", in, func(ctx context.Context, j *job) (out declareOut, err error) {
		d := declaration{in: in}
		if d.most, err = s.most(ctx, "max", in.Max); err != nil {
			return out, err
		}
		if err := s.output(ctx, &d); err != nil {
			return out, err
		}
		if err := s.madeFrom(ctx, &d); err != nil {
			return out, err
		}
		if err := d.afford(s.account()); err != nil {
			return out, err
		}
		outcome, err := s.tried(ctx, j, &d)
		if err != nil {
			return out, err
		}
		msgs := d.messages(s.account())
		result, done, err := s.send(ctx, j, in.Request, msgs...)
		if err != nil {
			return out, err
		}
		_ = result.Response(len(msgs)-1, &outcome) // without it what the trial said stands
		out = d.done(outcome)
		out.Done = done
		u := s.inUnits(ctx)
		for i, p := range d.purchases() {
			at := i
			if !d.item.Already {
				at++ // behind the registration
			}
			out.Bought = append(out.Bought, bought(u.Coin, p.Item, p.Message, result, at))
		}
		if divided, err := s.dividedOf(ctx, result); err == nil {
			out.Uses = append(out.Uses, plain(divided)...)
		}
		return out, nil
	})
}

// plain leaves the payments that are no licence fees.
func plain(list []Paid) (uses []Paid) {
	for _, p := range list {
		if p.Grant == "" && p.Kind == "payment" {
			uses = append(uses, p)
		}
	}
	return uses
}

// output finds out what is known of the output, and describes it.
func (s *Server) output(ctx context.Context, d *declaration) error {
	content, err := digest.Parse(d.in.SHA256)
	if err != nil {
		return fmt.Errorf("%w: sha256: %w", ErrArgument, err)
	}
	about, err := d.in.details()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArgument, err)
	}
	e := enroll.Enroller{
		Registry: s.config.Client.Registry(), Account: s.acting.Controller, Store: s.config.Anchors, AllowContested: d.in.Contested,
	}
	if e.ChainID, err = s.config.Client.ChainID(ctx); err != nil {
		return err
	}
	items, _, err := e.Look(ctx, []enroll.Item{{File: register.File{Path: "the output", Digest: content}, Details: about}})
	var contested *enroll.ContestedError
	switch {
	case errors.As(err, &contested):
		return fmt.Errorf("%w: sha256: %s claims this content as %s; say allow_contested to claim it too", ErrArgument,
			contested.First.Owner, contested.First.Id)
	case errors.As(err, new(*sheet.BadError)):
		return fmt.Errorf("%w: sha256: %w", ErrArgument, err)
	case err != nil:
		return err
	}
	d.item = items[0]
	return nil
}

func (in declareIn) details() (about registrytypes.Details, err error) {
	about = registrytypes.Details{Title: text.Compose(in.Title), MediaType: in.MediaType}
	if about.Kind, err = describe.ParseKind(cmp.Or(in.Kind, describe.KindName(registrytypes.KIND_OTHER))); err != nil {
		return about, err
	}
	if about.DigitalSourceType, err = describe.ParseSourceType(cmp.Or(in.SourceType, "trainedAlgorithmicMedia")); err != nil {
		return about, err
	}
	return about, cmp.Or(describe.Lost(about), about.Validate())
}

// madeFrom reads the sources and the record, and finds a permission for each source.
func (s *Server) madeFrom(ctx context.Context, d *declaration) error {
	sources, wanted, err := s.named(ctx, d.in.Sources)
	if err != nil {
		return err
	}
	stated, err := generation.StatementOf(s.acting.Controller, d.item.Work, s.config.Agent, d.in.said(), sources)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrArgument, err)
	}
	d.derive = &lineagetypes.MsgDerive{Owner: s.account(), Work: d.item.Work, Sources: stated.Sources, Record: &stated.Record}
	d.choices = make([]*permission.Choice, len(stated.Sources))
	for i := range stated.Sources {
		made := &stated.Sources[i]
		d.choices[i] = &permission.Choice{}
		if made.External != nil || made.Role == lineagetypes.ROLE_CITES {
			continue
		}
		request := permission.Request{
			Source: made.Work, Licensee: s.acting.Controller, Derivative: d.item.Work, Wanted: wanted[made.Work], Commercial: d.in.Commercial,
			Buy: true, MaxFee: &d.most, Several: len(stated.Sources) > 1, Now: time.Now().Add(time.Duration(i) * time.Microsecond),
		}
		for _, action := range made.Role.Asks(true) {
			request.Actions = append(request.Actions, licensetypes.Action(action))
		}
		found, err := permission.Finder{Chain: s.config.Client}.Find(ctx, request)
		if err != nil {
			return err
		}
		*d.choices[i] = found
		weight := made.Weight
		*made = found.Source(made.Work, made.Role)
		made.Weight = weight
	}
	return nil
}

// named are sources by the ids of their works, and the permission that each names.
func (s *Server) named(
	ctx context.Context, list []source,
) (sources []generation.Source, wanted map[registrytypes.WorkID]string, err error) {
	wanted = map[registrytypes.WorkID]string{}
	for i, from := range list {
		named := generation.Source{URI: from.URI, SHA256: from.SHA256, Role: from.Role}
		if from.Weight != "" {
			if named.Weight, err = generation.ParseWeight(from.Weight); err != nil {
				return nil, nil, fmt.Errorf("%w: sources: %d: %w", ErrArgument, i, err)
			}
		}
		if from.Work == "" && (from.URI == "") == (from.SHA256 == "") || from.Work != "" && from.URI+from.SHA256 != "" {
			return nil, nil, fmt.Errorf("%w: sources: %d: give exactly one of work, uri and sha256", ErrArgument, i)
		}
		if from.Work != "" {
			claim, err := s.relied(ctx, from.Work)
			if err != nil {
				return nil, nil, fmt.Errorf("sources: %d: %w", i, err)
			}
			named.Work, wanted[claim.Id] = claim.Id.String(), from.Permission
		}
		sources = append(sources, named)
	}
	return sources, wanted, nil
}

func (in declareIn) said() generation.Said {
	return generation.Said{
		Model: in.Model, Provider: in.Provider, System: in.System, SystemVersion: in.SystemVersion, OutputID: in.OutputID,
		GeneratedAt: in.GeneratedAt, PromptSHA256: in.PromptSHA256,
	}
}

// afford keeps each purchase once, adds what is paid for the use, and fails where all of it is more than the most.
func (d *declaration) afford(payer string) error {
	permission.Once(d.choices...)
	sum := rights.Total(d.items())
	if d.in.PayUses {
		for _, uses := range permission.UsesOnce(d.choices...) {
			for _, o := range uses {
				price, err := licensetypes.PickPrice(o.Price, &d.most)
				if err != nil {
					return fmt.Errorf("%w: each use of %s: %w", ErrAboveMax, o.Work, err)
				}
				sum = sum.Add(*price)
				d.uses = append(d.uses, payment(payer, o.Work, *price))
			}
		}
	}
	return within(sum, d.most)
}

func (d *declaration) purchases() (all []permission.Purchase) {
	for _, c := range d.choices {
		all = append(all, c.Purchases()...)
	}
	return all
}

func (d *declaration) items() (all []rights.Item) {
	for _, p := range d.purchases() {
		all = append(all, p.Item)
	}
	return all
}

// messages are all of the transaction: register, buy, pay, declare.
func (d *declaration) messages(owner string) []sdk.Msg {
	var msgs []sdk.Msg
	if !d.item.Already {
		msgs = append(msgs, &registrytypes.MsgRegister{
			Registrant: owner, Works: []registrytypes.Entry{d.item.Entry()}, AllowContested: d.in.Contested,
		})
	}
	for _, p := range d.purchases() {
		msgs = append(msgs, p.Message)
	}
	return append(append(msgs, d.uses...), d.derive)
}

// tried tries it, and bounds what is declared by what the trial says: a source that asks more meanwhile makes it fail.
func (s *Server) tried(ctx context.Context, j *job, d *declaration) (outcome lineagetypes.MsgDeriveResponse, err error) {
	most := uint32(fullWeight)
	if d.in.MaxRate != "" {
		if most, err = rates.Parse(d.in.MaxRate); err != nil {
			return outcome, fmt.Errorf("%w: max_rate: %w", ErrArgument, err)
		}
	}
	// The limit of the key refuses a message that would accept more than its rate, whatever comes to be owed.
	limit, err := s.highestRate(ctx)
	if err != nil {
		return outcome, err
	}
	d.derive.MaxTotalRate, d.derive.MaxGrants = limit, math.MaxUint32
	msgs := d.messages(s.account())
	trial, err := s.as(j).Try(ctx, msgs...)
	if limit < fullWeight && errors.Is(err, royaltytypes.ErrOverMaxRate) {
		return outcome, fmt.Errorf("%w: more than the %s that the limit of the agent's key allows", ErrRate, rates.Percent(limit))
	}
	if err != nil {
		return outcome, err
	}
	if err := trial.Response(len(msgs)-1, &outcome); err != nil {
		return outcome, err
	}
	owes := outcome.Absolute + outcome.Relative
	if owes > most {
		return outcome, fmt.Errorf("%w: %s of %s", ErrRate, rates.Percent(owes), rates.Percent(most))
	}
	d.derive.MaxTotalRate, d.derive.MaxGrants = owes, permission.FurtherGrants(outcome.Grants)
	return outcome, nil
}

// highestRate is the highest rate that the limit of the key lets it accept, in ppm.
func (s *Server) highestRate(ctx context.Context) (uint32, error) {
	k, err := s.standing(ctx)
	if err != nil {
		return 0, err
	}
	if most := k.Limit.MaxRate; most != nil {
		return most.Rate, nil
	}
	return fullWeight, nil
}

// fullWeight is the whole of what a work takes in, in ppm.
const fullWeight = 1_000_000

func (d *declaration) done(outcome lineagetypes.MsgDeriveResponse) declareOut {
	out := declareOut{
		Work: d.item.Work.String(), Registered: !d.item.Already, Relied: []Relied{}, Bought: []Bought{}, Uses: []Paid{},
		Owes: outcome.Absolute + outcome.Relative,
	}
	for i, from := range d.derive.Sources {
		if from.External != nil {
			continue
		}
		relied := Relied{Work: from.Work.String(), Role: from.Role.Name(), Permission: from.Permission}
		if terms := d.choices[i].Terms; terms != nil {
			relied.Terms = named(terms.Id)
		}
		out.Relied = append(out.Relied, relied)
	}
	for _, work := range outcome.WaitsFor {
		out.WaitsFor = append(out.WaitsFor, work.String())
	}
	return out
}
