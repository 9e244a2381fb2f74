package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/stemma-chain/stemma/client/encoding"
	prf "github.com/stemma-chain/stemma/client/proof"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/rights"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// aboutWords are what can be proved of a work.
func aboutWords() []string {
	kinds := prf.OfWorks()
	list := make([]string, len(kinds))
	for i, kind := range kinds {
		list[i] = kind.String()
	}
	return list
}

// oneQuestion fails where flags ask for two things, or belong to what is not asked.
func oneQuestion(ctx context.Context, conn *connect.Conn) error {
	f := conn.Flags()
	var asked []string
	for _, flag := range []string{flagAbout, flagAnchor, flagRights} {
		if f.Changed(flag) || flag == flagRights && asksRights(conn) {
			asked = append(asked, "--"+flag)
		}
	}
	if len(asked) > 1 {
		return fmt.Errorf("a proof is about one thing: leave out all but one of %s", strings.Join(asked, ", "))
	}
	for _, flag := range []string{flagCommercial, flagTerritory, flagMedium, flagUntil, flagAs, flagItem, flagContrib, flagItemTerms} {
		if f.Changed(flag) && !asksRights(conn) {
			return fmt.Errorf("--%s is of a use: say which with --%s", flag, flagUse)
		}
	}
	_, err := itemAsked(ctx, conn)
	return err
}

func asksRights(conn *connect.Conn) bool {
	return conn.Flags().Is(flagRights) || conn.Flags().Text(flagUse) != ""
}

// question is what the arguments ask to be proved.
func (p *prover) question(ctx context.Context, argument string) (prf.Question, error) {
	f := p.conn.Flags()
	about := f.Text(flagAbout)
	switch {
	case f.Is(flagAnchor):
		return p.content(ctx, argument)
	case isGrant(argument) && about == "":
		id, err := licensetypes.ParseGrantID(argument)
		return prf.Question{Kind: prf.Grant, Request: &licensetypes.QueryGrantRequest{Grant: id}}, err
	case strings.HasPrefix(argument, disputetypes.DisputeHRP+"1") && about == "":
		id, err := disputetypes.ParseDisputeID(argument)
		return prf.Question{Kind: prf.Dispute, Request: &disputetypes.QueryDisputeRequest{Dispute: id}}, err
	case strings.HasPrefix(argument, encoding.AccountPrefix+"1") && about == "":
		account, err := p.conn.Account(argument)
		return prf.Question{Kind: prf.Balances, Request: &royaltytypes.QueryBalancesRequest{Account: account.String()}}, err
	}
	_, noFile := os.Stat(argument)
	if noFile != nil && about == "" && !asksRights(p.conn) && !strings.HasPrefix(argument, registrytypes.WorkPrefix+"1") {
		if _, err := target.Parse(ctx, argument); err != nil {
			account, keyErr := p.conn.Account(argument)
			if keyErr != nil {
				return prf.Question{}, fmt.Errorf("%w; and no grant, dispute, account, key or transaction", err)
			}
			return prf.Question{Kind: prf.Balances, Request: &royaltytypes.QueryBalancesRequest{Account: account.String()}}, nil
		}
	}
	work, err := target.Earliest(ctx, p.conn.Registry(), argument)
	if err != nil {
		return prf.Question{}, err
	}
	if asksRights(p.conn) {
		return p.rights(ctx, work.Id)
	}
	for _, kind := range prf.OfWorks() {
		if kind.String() == about || about == "" {
			return prf.AboutWork(kind, work.Id)
		}
	}
	return prf.Question{}, fmt.Errorf("--%s %s: of a work can be proved: %s", flagAbout, about, strings.Join(aboutWords(), ", "))
}

func (p *prover) rights(ctx context.Context, work registrytypes.WorkID) (prf.Question, error) {
	f := p.conn.Flags()
	use, err := rights.ParseUse(rights.Wish{
		Action: f.Text(flagUse), Commercial: f.Is(flagCommercial),
		Territories: f.Texts(flagTerritory), Media: f.Texts(flagMedium), Until: f.Text(flagUntil),
	}, time.Now())
	if wish := (*rights.WishError)(nil); errors.As(err, &wish) {
		return prf.Question{}, fmt.Errorf("--%w", wish)
	}
	if err != nil {
		return prf.Question{}, err
	}
	licensee := ""
	if name := f.Text(flagAs); name != "" {
		account, err := p.conn.Account(name)
		if err != nil {
			return prf.Question{}, fmt.Errorf("--%s: %w", flagAs, err)
		}
		licensee = account.String()
	}
	item, err := itemAsked(ctx, p.conn)
	if err != nil || item == nil {
		return prf.AskRights(work, use, licensee), err
	}
	return prf.AskItemRights(work, *item, use, licensee), nil
}

// content finds a file among the anchors that are kept here.
func (p *prover) content(ctx context.Context, argument string) (prf.Question, error) {
	named, err := target.Parse(ctx, argument)
	if err != nil {
		return prf.Question{}, err
	}
	if named.Digest == nil {
		return prf.Question{}, fmt.Errorf("--%s proves a file: name the file, not %s", flagAnchor, argument)
	}
	network, err := p.conn.Network()
	if err != nil {
		return prf.Question{}, err
	}
	anchors, err := register.OpenStore(p.conn.HomeDir).All(network)
	if err != nil {
		return prf.Question{}, err
	}
	for _, kept := range anchors {
		address, err := p.conn.Account(kept.Account)
		if err != nil {
			return prf.Question{}, err
		}
		proofs, err := kept.Proofs(address)
		if err != nil {
			return prf.Question{}, err
		}
		if found, has := proofs[*named.Digest]; has {
			return prf.OfAnchor(kept.Account, *named.Digest, found), nil
		}
	}
	return prf.Question{}, fmt.Errorf("no anchor kept below %s has %s: anchor it with \"stemmad anchor\"", p.conn.HomeDir, argument)
}

// isGrant says whether an argument is the id of a grant.
func isGrant(argument string) bool {
	_, err := licensetypes.ParseGrantID(argument)
	return err == nil
}
