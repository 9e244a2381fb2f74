package main

import (
	"slices"

	"github.com/stemma-chain/stemma/testutil/data/models"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Work is a model on its way through the demo.
type Work struct {
	models.Model
	Account *Account
	WorkID  registrytypes.WorkID
	// Generation is 0 for models without parents here, else one more than that
	// of the latest parent.
	Generation int
	// Free: the model may owe no royalties, because its own licence or that of
	// one made from it does not allow any. It takes its parents under licences
	// that ask for none.
	Free bool
	// Children counts the models made from it.
	Children int
	// Offered are the terms that the chain has accepted an offer of.
	Offered []licensetypes.TermsID
	// Stuck: its sources could not be declared, so nothing is offered.
	Stuck bool
}

func (w *Work) licence() models.Licence {
	if w.Own != nil {
		return *w.Own
	}
	return licenceOf(w.Licence)
}

// wanted are the terms that the owner offers the model under: its licence and,
// where that leaves room, a commercial remix licence.
func (w *Work) wanted() []licensetypes.TermsID {
	list := []licensetypes.TermsID{w.licence().Terms.ID()}
	if w.licence().Remix {
		list = append(list, w.remixTerms())
	}
	return list
}

func (w *Work) remixTerms() licensetypes.TermsID {
	if len(w.Parents) > 0 {
		return preset(remixDerived).ID
	}
	return preset(remixOriginal).ID
}

// permission picks the offer of a parent that a model takes it under: one that
// pays the parent, unless the model has to stay free of royalties. An owner
// needs none for a work of their own. False: no offer fits.
func (w *Work) permission(parent *Work) (string, bool) {
	if parent.Account == w.Account {
		return "", true
	}
	order := []licensetypes.TermsID{parent.licence().Terms.ID(), preset(noncommercialRemix).ID}
	if !w.Free {
		order = slices.Insert(order, 0, parent.remixTerms())
	}
	for _, id := range order {
		if slices.Contains(parent.Offered, id) {
			return id.String(), true
		}
	}
	return "", false
}

// Catalogue is all works, parents first, and where to find each.
type Catalogue struct {
	Works []*Work
	byID  map[string]*Work
}

// newCatalogue gives each owner an account and decides which models have to
// stay free of royalties.
func newCatalogue(list []models.Model, accounts *Accounts) *Catalogue {
	c := &Catalogue{byID: map[string]*Work{}}
	bound := map[string]bool{} // made from something share-alike
	for _, m := range list {
		w := &Work{Model: m, Account: accounts.named(m.Owner)}
		w.WorkID = registrytypes.NewWorkID(w.Account.Address, m.Digest())
		for _, p := range m.Parents {
			parent := c.byID[p.ID]
			parent.Children++
			w.Generation = max(w.Generation, parent.Generation+1)
			bound[m.ID] = bound[m.ID] || bound[p.ID] || parent.licence().ShareAlike()
		}
		c.Works = append(c.Works, w)
		c.byID[m.ID] = w
	}
	for _, w := range slices.Backward(c.Works) {
		if w.licence().Unencumbered() || bound[w.ID] {
			w.Free = true
		}
		for _, p := range w.Parents {
			parent := c.byID[p.ID]
			parent.Free = parent.Free || w.Free
		}
	}
	return c
}

// generation lists the works of one generation.
func (c *Catalogue) generation(g int) []*Work {
	var list []*Work
	for _, w := range c.Works {
		if w.Generation == g {
			list = append(list, w)
		}
	}
	return list
}

// byOwner lists each owner's works, owners in order of their first.
func (c *Catalogue) byOwner() [][]*Work {
	var groups [][]*Work
	place := map[*Account]int{}
	for _, w := range c.Works {
		i, known := place[w.Account]
		if !known {
			i = len(groups)
			place[w.Account] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], w)
	}
	return groups
}

// titles names the works by their ids on the chain.
func (c *Catalogue) titles() map[registrytypes.WorkID]string {
	titles := make(map[registrytypes.WorkID]string, len(c.Works))
	for _, w := range c.Works {
		titles[w.WorkID] = w.ID
	}
	return titles
}
