// Command world runs a chain of one node with works that the tests of the portal's pages look at, and a portal that shows it. It
// prints where they are as a line of JSON, and stops when its standard input ends. Run it by portal/web/test.sh.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/dataset"
	"github.com/stemma-chain/stemma/client/encoding"
	"github.com/stemma-chain/stemma/portal"
	"github.com/stemma-chain/stemma/portal/guard"
	"github.com/stemma-chain/stemma/portal/index"
	published "github.com/stemma-chain/stemma/portal/items"
	"github.com/stemma-chain/stemma/testutil/localnet"
	"github.com/stemma-chain/stemma/testutil/manifests"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	"github.com/stemma-chain/stemma/x/registry/manifest"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
	royaltytypes "github.com/stemma-chain/stemma/x/royalty/types"
)

// patience is how long the portal has to read what happened.
const patience = time.Minute

// world is what tests are told.
type world struct {
	Portal string `json:"portal"`
	RPC    string `json:"rpc"`
	Home   string `json:"home"`
	// Files are what was registered, by name, and Works their ids.
	Files map[string]string `json:"files"`
	Works map[string]string `json:"works"`
	// Accounts by the names of their keys.
	Accounts map[string]string `json:"accounts"`
	// Keys are private, in hex; of this chain alone.
	Keys map[string]string `json:"keys"`
	// Payment is the transaction that paid a work of the third generation.
	Payment string `json:"payment"`
	// Dispute is about the photograph.
	Dispute string `json:"dispute"`

	net    *localnet.Network
	folder string
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "world:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	encoding.Configure()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	net, err := localnet.New(ctx, localnet.Options{
		Binary: filepath.Join("build", "stemmad"), Keys: []string{"alice", "bob", "carol", "fan"}, BlockTime: 200 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer net.Remove()
	defer net.Kill()
	if err := net.Start(ctx); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "stemma-world-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	node := net.Nodes[0]
	w := &world{
		RPC: node.RPC, Home: node.Home, net: net, folder: folder,
		Files: map[string]string{}, Works: map[string]string{}, Accounts: map[string]string{}, Keys: map[string]string{},
	}
	if err := w.tell(ctx); err != nil {
		return err
	}
	served := make(chan error, 1)
	ready := make(chan string, 1)
	go func() {
		served <- portal.Run(ctx, portal.Config{
			Listen: "127.0.0.1:0", RPC: "tcp://" + node.RPC, GRPC: node.GRPC, Database: filepath.Join(folder, "portal.db"),
			TrustFirstUse: true, Limits: guard.Limits{AtOnce: 64},
			Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
			Ready: func(address string) { ready <- "http://" + address },
		})
	}()
	select {
	case err := <-served:
		return err
	case w.Portal = <-ready:
	}
	if err := w.await(ctx); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(w); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	return <-served
}

// stemmad runs a command with the keys of the node's folder.
func (w *world) stemmad(ctx context.Context, args ...string) (string, error) {
	return w.net.Run(ctx, append(args, "--home", w.Home)...)
}

var (
	workID    = regexp.MustCompile(`work1[a-z0-9]+`)
	disputeID = regexp.MustCompile(`dispute1[a-z0-9]+`)
	txHash    = regexp.MustCompile(`[0-9A-F]{64}`)
)

// tell makes what the pages show.
func (w *world) tell(ctx context.Context) error {
	for name, content := range map[string]string{
		"song.wav": "la la la", "remix.wav": "la la la, remixed", "mix.wav": "la la la, mixed",
		"photo.png": "blue", "unknown.txt": "?", "other.txt": "!",
		"print.png": "green", "leaf.png": "leaf",
	} {
		w.Files[name] = filepath.Join(w.folder, name)
		if err := os.WriteFile(w.Files[name], []byte(content), 0o600); err != nil {
			return err
		}
	}
	for _, name := range []string{"alice", "bob", "carol", "fan"} {
		out, err := w.stemmad(ctx, "keys", "show", name, "--address")
		if err != nil {
			return err
		}
		w.Accounts[name] = strings.TrimSpace(out)
		if out, err = w.stemmad(ctx, "keys", "export", name, "--unarmored-hex", "--unsafe", "--yes"); err != nil {
			return err
		}
		w.Keys[name] = strings.TrimSpace(out)
	}
	song, remix, mix, photo := w.Files["song.wav"], w.Files["remix.wav"], w.Files["mix.wav"], w.Files["photo.png"]
	for _, step := range []struct {
		work string
		args []string
	}{
		{"song", []string{"register", song, "--title", "First Light 晨光", "--creator", "Ana Müller", "--from", "alice"}},
		{"", []string{"offer", song, "commercial-remix-10", "--from", "alice"}},
		{"remix", []string{"derive", remix, "--from", song, "--title", "First Light, again", "--by", "bob"}},
		{"", []string{"offer", remix, "commercial-remix-10", "--from", "bob"}},
		{"mix", []string{"derive", mix, "--from", remix, "--title", "Third Light", "--by", "carol"}},
		{"photo", []string{"register", photo, "--title", "Blue", "--from", "bob"}},
		{"", []string{"offer", photo, "ai-training-paid", "--price", "5.00 USDC", "--from", "bob"}},
		{"print", []string{"register", w.Files["print.png"], "--title", "Green", "--from", "bob"}},
		{"", []string{"offer", w.Files["print.png"], "ai-training-paid", "--price", "5.00 USDC", "--from", "bob"}},
		{"rival", []string{"register", photo, "--title", "Blue, mine", "--allow-contested", "--from", "carol"}},
	} {
		out, err := w.stemmad(ctx, append(step.args, "--yes")...)
		if err != nil {
			return fmt.Errorf("%v: %w", step.args, err)
		}
		if step.work != "" {
			w.Works[step.work] = workID.FindString(out)
		}
	}
	out, err := w.stemmad(ctx, "pay", mix, "1.00 USDC", "--from", "fan", "--yes", "--output", "json")
	if err != nil {
		return err
	}
	w.Payment = txHash.FindString(out)
	if out, err = w.stemmad(
		ctx, "dispute", "open", w.Works["photo"], "--about", "prior-claim", "--transfer-to", "me", "--evidence", song, "--from", "alice", "--yes",
	); err != nil {
		return err
	}
	w.Dispute = disputeID.FindString(out)
	if err := w.merge(ctx); err != nil {
		return err
	}
	return w.collect(ctx)
}

// as dials the node for somebody.
func (w *world) as(name string) (*client.Client, client.Signer, error) {
	c, err := client.Dial(w.net.Nodes[0].GRPC)
	if err != nil {
		return nil, nil, err
	}
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, w.Home, nil, c.Encoding.Codec)
	if err == nil {
		var signer client.Signer
		if signer, err = client.FromKeyring(ring, name); err == nil {
			return c, signer, nil
		}
	}
	return nil, nil, errors.Join(err, c.Close())
}

// collect makes a dataset of a picture that bob and carol gave, whose manifest the portal has loaded and of which bob took his back.
func (w *world) collect(ctx context.Context) error {
	c, bob, err := w.as("bob")
	if err != nil {
		return err
	}
	defer c.Close()
	carol, err := sdk.AccAddressFromBech32(w.Accounts["carol"])
	if err != nil {
		return err
	}
	var items []manifest.Item
	raw := []byte(dataset.Magic)
	for _, id := range [][]byte{bob.Address(), carol} {
		item := manifest.Item{Sha256: sha256.Sum256([]byte("leaf")), Weight: 1, Contributor: manifest.Contributor{Kind: manifest.Account, ID: id}}
		if raw, err = item.Append(raw); err != nil {
			return err
		}
		items = append(items, item)
	}
	made := manifests.Of(items...)
	roots, owner := made.Roots(), bob.Address().String()
	work := registrytypes.NewWorkID(bob.Address(), roots.Digest())
	details := registrytypes.Details{Kind: registrytypes.KIND_DATASET, Title: "Leaves"}
	for _, msg := range []sdk.Msg{
		&registrytypes.MsgRegister{Registrant: owner, Works: []registrytypes.Entry{{Sha256: roots.Digest(), Details: details, Manifest: &roots}}},
		&royaltytypes.MsgSharePool{Owner: owner, Work: work, Version: 1, Weight: 300_000},
		&royaltytypes.MsgPay{Payer: owner, Work: work, Amount: sdk.NewInt64Coin("uusdc", 5_000_000)},
		&registrytypes.MsgWithdrawItems{
			Sender: owner, Work: work, Version: 1, Contributor: registrytypes.NewContributor(items[0].Contributor),
			Items: []registrytypes.ItemProof{made.Item(0)},
		},
	} {
		if _, err := c.Send(ctx, bob, msg); err != nil {
			return fmt.Errorf("a dataset, %T: %w", msg, err)
		}
	}
	w.Works["leaves"] = work.String()
	path := filepath.Join(w.folder, "leaves.manifest")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return err
	}
	x, err := index.OpenItems(ctx, index.ItemsBeside(filepath.Join(w.folder, "portal.db")))
	if err != nil {
		return err
	}
	_, err = published.Load(ctx, c.Registry(), x, work, path, w.folder)
	return errors.Join(err, x.Close())
}

// merge makes a work of sixty: four sources of fourteen each.
func (w *world) merge(ctx context.Context) error {
	c, alice, err := w.as("alice")
	if err != nil {
		return err
	}
	defer c.Close()
	owner := alice.Address().String()
	var entries []registrytypes.Entry
	var ids []registrytypes.WorkID
	for i := range 60 {
		digest := registrytypes.Digest(sha256.Sum256(fmt.Appendf(nil, "model %d", i)))
		entries = append(entries, registrytypes.Entry{
			Sha256: digest, Details: registrytypes.Details{Kind: registrytypes.KIND_MODEL, Title: fmt.Sprintf("Model %02d", i)},
		})
		ids = append(ids, registrytypes.NewWorkID(alice.Address(), digest))
	}
	msgs := []sdk.Msg{&registrytypes.MsgRegister{Registrant: owner, Works: entries}}
	derive := func(work registrytypes.WorkID, sources []registrytypes.WorkID, role lineagetypes.Role) {
		msg := &lineagetypes.MsgDerive{Owner: owner, Work: work}
		for _, s := range sources {
			msg.Sources = append(msg.Sources, lineagetypes.Source{Work: s, Role: role})
		}
		msgs = append(msgs, msg)
	}
	for i := range 4 {
		derive(ids[1+i], ids[5+14*i:min(60, 5+14*(i+1))], lineagetypes.ROLE_TRAINED_ON)
	}
	derive(ids[0], ids[1:5], lineagetypes.ROLE_COMPONENT_OF)
	if _, err := c.Send(ctx, alice, msgs...); err != nil {
		return fmt.Errorf("merge of sixty: %w", err)
	}
	w.Works["merge"] = ids[0].String()
	return nil
}

// await waits until the portal has read all of it.
func (w *world) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Portal+"/search?q=Model+59", nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			raw, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if strings.Contains(string(raw), "/works/work1") {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.New("the portal has not read the chain in time")
		case <-time.After(200 * time.Millisecond):
		}
	}
}
