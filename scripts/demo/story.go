package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/testutil/data/models"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// maxRate is the most in ppm that an owner lets a model owe: they keep a tenth.
const maxRate = 900_000

// story is the demo while it is told.
type story struct {
	*Printer
	client   *Client
	works    *Catalogue
	accounts *Accounts
	// embedded: the works are those of the demo's own table, of which more is known.
	embedded bool
	// refused are the offers and derivations that licence terms did not allow.
	refused []*Tx
	// paid is the transaction that paid a merge.
	paid *Tx
	// keys are the accounts whose keys the node's keyring gets at the end.
	keys []*Account
}

// register registers each owner's models in one transaction, which also
// publishes the licences that the chain does not have yet.
func (s *story) register(ctx context.Context) error {
	var txs []*Tx
	for _, works := range s.works.byOwner() {
		signer := works[0].Account
		tx := &Tx{Signer: signer}
		msg := &registrytypes.MsgRegister{Registrant: signer.Address.String()}
		published := map[licensetypes.TermsID]bool{}
		for _, w := range works {
			msg.Works = append(msg.Works, entry(w))
			if l := w.licence(); l.Preset == "" && !published[l.Terms.ID()] {
				published[l.Terms.ID()] = true
				tx.Msgs = append(tx.Msgs, &licensetypes.MsgPublishTerms{Author: msg.Registrant, Terms: l.Terms})
			}
		}
		tx.Msgs = append(tx.Msgs, msg)
		txs = append(txs, tx)
	}
	if err := s.client.mustSendAll(ctx, txs); err != nil {
		return err
	}
	s.step("Registered %s of %s in %s.", count(len(s.works.Works), "AI model"), count(len(txs), "owner"), count(len(txs), "transaction"))
	return nil
}

func entry(w *Work) registrytypes.Entry {
	return registrytypes.Entry{Sha256: w.Digest(), Details: registrytypes.Details{
		Kind:         registrytypes.KIND_MODEL,
		Title:        w.ID,
		Creators:     []registrytypes.Creator{{Name: w.Owner, Account: w.Account.Address.String(), Role: "publisher"}},
		Fingerprints: []registrytypes.Fingerprint{{Scheme: "url", Value: w.URL()}},
	}}
}

// derive goes through the generations: it declares what the models were made
// from, under offers of these, then offers the models themselves.
func (s *story) derive(ctx context.Context) error {
	var models, sources, paying, offers int
	for g := 0; ; g++ {
		works := s.works.generation(g)
		if len(works) == 0 {
			break
		}
		derived, err := s.declare(ctx, works)
		if err != nil {
			return err
		}
		for _, msg := range derived {
			models++
			sources += len(msg.Sources)
			paying += s.owing(msg)
		}
		accepted, err := s.offer(ctx, works)
		if err != nil {
			return err
		}
		offers += accepted
	}
	s.step("Declared what %s were made from: %s.", count(models, "model"), count(sources, "source"))
	s.more("%s under a commercial remix licence, which pays the source; the others under the", count(paying, "source"))
	s.more("source's own licence or as the owner's own work. %s are open.", count(offers, "offer"))
	return nil
}

// declare sends the derivations of works of one generation and returns those
// that the chain took.
func (s *story) declare(ctx context.Context, works []*Work) ([]*lineagetypes.MsgDerive, error) {
	var txs []*Tx
	for _, w := range works {
		if len(w.Parents) == 0 {
			continue
		}
		msg, ok := s.derivation(w)
		if !ok {
			w.Stuck = true
			continue
		}
		if err := s.look(ctx, msg); err != nil {
			return nil, err
		}
		txs = append(txs, &Tx{Signer: w.Account, Work: w, Msgs: []sdk.Msg{msg}})
	}
	if err := s.client.sendAll(ctx, txs); err != nil {
		return nil, err
	}
	var taken []*lineagetypes.MsgDerive
	for _, tx := range txs {
		switch {
		case tx.Refused == nil:
			taken = append(taken, tx.Msgs[0].(*lineagetypes.MsgDerive))
		case tx.refusedByLicence():
			tx.Work.Stuck = true
			s.refused = append(s.refused, tx)
		default:
			return nil, fmt.Errorf("sources of %s: %w", tx.Work.ID, tx.Refused)
		}
	}
	return taken, nil
}

// derivation names each parent with the offer relied on. False: a parent has
// none that fits.
func (s *story) derivation(w *Work) (*lineagetypes.MsgDerive, bool) {
	msg := &lineagetypes.MsgDerive{Owner: w.Account.Address.String(), Work: w.WorkID, MaxTotalRate: maxRate}
	for _, p := range w.Parents {
		parent := s.works.byID[p.ID]
		permission, ok := w.permission(parent)
		if !ok {
			return nil, false
		}
		role := lineagetypes.ROLE_PARENT_OF
		if p.Evidence == models.EvidenceMerge {
			role = lineagetypes.ROLE_COMPONENT_OF
		}
		msg.Sources = append(msg.Sources, lineagetypes.Source{
			Work: parent.WorkID, Role: role, Permission: permission,
		})
	}
	return msg, true
}

// look has a derivation name what its sources bring now.
func (s *story) look(ctx context.Context, msg *lineagetypes.MsgDerive) (err error) {
	for i, source := range msg.Sources {
		if !licensetypes.NamesTerms(source.Permission) {
			continue
		}
		if msg.Sources[i].Seen, err = s.client.conditions(ctx, source.Work); err != nil {
			return err
		}
	}
	return nil
}

// owing counts the sources taken under terms that pay them.
func (s *story) owing(msg *lineagetypes.MsgDerive) (n int) {
	paying := []string{preset(remixOriginal).ID.String(), preset(remixDerived).ID.String()}
	for _, source := range msg.Sources {
		if slices.Contains(paying, source.Permission) {
			n++
		}
	}
	return n
}

// offer offers works under the terms that their owners want. Works of which the
// chain refuses every such offer get one for non-commercial remixes. It returns
// the number of offers made.
func (s *story) offer(ctx context.Context, works []*Work) (int, error) {
	var first, second []*Tx
	for _, w := range works {
		if w.Stuck {
			continue
		}
		for _, terms := range w.wanted() {
			first = append(first, offerTx(w, terms))
		}
	}
	accepted, err := s.sendOffers(ctx, first)
	if err != nil {
		return 0, err
	}
	for _, w := range works {
		if !w.Stuck && len(w.Offered) == 0 {
			second = append(second, offerTx(w, preset(noncommercialRemix).ID))
		}
	}
	more, err := s.sendOffers(ctx, second)
	return accepted + more, err
}

func offerTx(w *Work, terms licensetypes.TermsID) *Tx {
	return &Tx{Signer: w.Account, Work: w, Terms: terms, Msgs: []sdk.Msg{&licensetypes.MsgOffer{
		Owner: w.Account.Address.String(), Work: w.WorkID, Terms: terms,
	}}}
}

func (s *story) sendOffers(ctx context.Context, txs []*Tx) (accepted int, err error) {
	if err := s.client.sendAll(ctx, txs); err != nil {
		return 0, err
	}
	for _, tx := range txs {
		switch {
		case tx.Refused == nil:
			tx.Work.Offered = append(tx.Work.Offered, tx.Terms)
			accepted++
		case tx.refusedByLicence():
			s.refused = append(s.refused, tx)
		default:
			return 0, fmt.Errorf("offer of %s: %w", tx.Work.ID, tx.Refused)
		}
	}
	return accepted, nil
}

// readable puts titles and names in the place of ids.
func (s *story) readable(text string) string {
	var pairs []string
	for id, title := range s.works.titles() {
		pairs = append(pairs, id.String(), title)
	}
	for id, name := range termsNames(s.works.Works) {
		pairs = append(pairs, id.String(), name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
