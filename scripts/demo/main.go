// Command demo plays a real lineage on a chain of one validator: it registers
// public AI models, declares what they were made from, has a licence conflict
// refused, pays for one merge and shows who received what. It drives the binary
// build/stemmad from outside, as any client would. Run it with `make demo`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/testutil/localnet"
)

type options struct {
	data   string
	binary string
	portal string
	exit   bool
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "a folder of model cards, or a models.jsonl, to play instead of the embedded table")
	flag.StringVar(&o.binary, "binary", filepath.Join("build", "stemmad"), "the stemmad to run")
	flag.StringVar(&o.portal, "portal", filepath.Join("build", "stemma-portal"), "the stemma-portal to run")
	flag.BoolVar(&o.exit, "exit", false, "stop after the story and check the state, instead of keeping the node running")
	flag.Parse()
	encoding.Configure()

	// A closed terminal or pipe ends the demo too, and the node with it.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx, o, newPrinter(os.Stdout))
	if err != nil && ctx.Err() != nil {
		err = errors.New("interrupted; the node is stopped and its folder deleted")
	}
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run plays the story and leaves nothing behind: no process, no folder.
func run(ctx context.Context, o options, p *Printer) (err error) {
	models, left, err := loadModels(o.data)
	p.leftOut(left)
	if err != nil {
		return err
	}
	accounts := newAccounts()
	catalogue := newCatalogue(models, accounts)

	net, err := localnet.New(ctx, localnet.Options{
		Binary: o.binary, ChainID: chainID, BlockTime: blockTime, Funded: accounts.genesis(),
	})
	if err != nil {
		return err
	}
	defer net.Remove()
	node := net.Nodes[0]
	defer func() { err = errors.Join(err, node.Stop()) }()
	if err := net.Start(ctx); err != nil {
		return err
	}
	chain, err := client.Dial(node.GRPC, client.PollEvery(poll))
	if err != nil {
		return err
	}
	s := &story{Printer: p, client: &Client{chain, node.Exited()}, works: catalogue, accounts: accounts, embedded: o.data == ""}
	paid, err := s.play(ctx)
	if err != nil && ctx.Err() == nil && node.Gone() {
		return node.Failure()
	}
	if err != nil {
		return err
	}
	web, err := openSite(ctx, o.portal, node)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, web.close()) }()
	page, err := web.page(ctx, "/works/"+paid.WorkID.String(), paid.ID)
	if err != nil {
		return err
	}
	s.step("The portal has read all blocks and shows the work that was paid: %s", page)
	if o.exit {
		return s.finish(ctx, net, node)
	}
	return s.stay(ctx, node, paid, page)
}

// play tells the story and returns the work that was paid.
func (s *story) play(ctx context.Context) (*Work, error) {
	s.step("Chain %s makes blocks: one validator, %s with a few tokens for fees.", chainID, count(len(s.accounts.list), "account"))
	if err := s.register(ctx); err != nil {
		return nil, err
	}
	if err := s.derive(ctx); err != nil {
		return nil, err
	}
	if err := s.showConflicts(); err != nil {
		return nil, err
	}
	return s.pay(ctx)
}

// finish proves what came of it, stops the node, checks what it leaves, deletes that, and checks the proofs.
func (s *story) finish(ctx context.Context, net *localnet.Network, node *localnet.Node) error {
	proofs, err := s.prove(ctx, node)
	if err != nil {
		return err
	}
	s.step("Proved claim, offers, derivation, sources and holders of every work, and the payment.")
	if err := net.Stop(); err != nil {
		return err
	}
	if err := net.Check(ctx); err != nil {
		return err
	}
	s.step("Stopped the node; `stemmad check` found every invariant of its state kept.")
	net.Remove()
	size, err := proofs.check()
	if err != nil {
		return fmt.Errorf("a proof does not hold without the node: %w", err)
	}
	s.step("Deleted its folder. All %s hold by themselves, from the hashes of two headers; they have %d bytes on average.",
		count(len(proofs.files), "proof"), size/len(proofs.files))
	return nil
}

// stay says how to look around and keeps the node running until interrupted.
func (s *story) stay(ctx context.Context, node *localnet.Node, paid *Work, page string) error {
	if err := s.keepKeys(node); err != nil {
		return err
	}
	s.step("Node and portal keep running. Ctrl-C stops them and deletes their folders.")
	s.plain("\n  Open in a browser: %s", page)
	s.plain("\n  RPC   http://%s\n  gRPC  %s\n  REST  http://%s\n  home  %s\n", node.RPC, node.GRPC, node.REST, node.Home)
	s.plain("Try, from this folder, in another terminal:\n")
	s.plain("  build/stemmad show %s --home %s", paid.WorkID, node.Home)
	s.plain("  build/stemmad lineage %s --home %s", paid.WorkID, node.Home)
	s.plain("  build/stemmad pay %s 5000000%s --from %s --home %s", paid.WorkID, encoding.LocalDenom, fanName, node.Home)
	s.plain("  curl -s http://%s/stemma/royalty/v1/works/%s/upstream\n", node.REST, paid.WorkID)
	select {
	case <-ctx.Done():
		s.step("Stopping the node.")
		return nil
	case <-node.Exited():
		return node.Failure()
	}
}

// keepKeys puts the keys of the accounts into the node's test keyring, for
// those who try commands.
func (s *story) keepKeys(node *localnet.Node) error {
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, node.Home, nil, s.client.Encoding.Codec)
	if err != nil {
		return err
	}
	for _, a := range s.keys {
		if err := a.keep(ring); err != nil {
			return err
		}
	}
	return nil
}
