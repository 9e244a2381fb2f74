package examples_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/testutil/localnet"
	license "github.com/stemma-chain/stemma/x/license/types"
	lineage "github.com/stemma-chain/stemma/x/lineage/types"
	registry "github.com/stemma-chain/stemma/x/registry/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
)

// world is a chain on which alice offers songs, and where programs run.
type world struct {
	*testing.T
	*client.Client
	node  *localnet.Node
	alice client.Signer
	bob   client.Signer
	// bin has the programs, dir their files.
	bin, dir string
}

// The programs do what they say, and run again they do nothing.
func TestExamples(t *testing.T) {
	net := localnet.ForTest(t, localnet.Options{Keys: []string{"alice", "bob"}, Settings: []string{"tx_index.indexer=null"}})
	w := &world{T: t, node: net.Nodes[0], dir: t.TempDir(), bin: t.TempDir()}
	out, err := exec.Command("go", "build", "-o", w.bin+string(filepath.Separator), "./...").CombinedOutput()
	require.NoError(t, err, string(out))
	w.Client, err = client.Dial(w.node.GRPC)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, w.node.Home, nil, w.Encoding.Codec)
	require.NoError(t, err)
	w.alice, err = client.FromKeyring(ring, "alice")
	require.NoError(t, err)
	w.bob, err = client.FromKeyring(ring, "bob")
	require.NoError(t, err)

	t.Run("archive", func(t *testing.T) { w.T = t; w.archive() })
	t.Run("aiservice", func(t *testing.T) { w.T = t; w.service() })
	t.Run("peruse", func(t *testing.T) { w.T = t; w.perUse() })
	t.Run("shop", func(t *testing.T) { w.T = t; w.shop() })
}

func (w *world) archive() {
	folder := filepath.Join(w.dir, "files")
	require.NoError(w, os.MkdirAll(filepath.Join(folder, "below"), 0o750))
	for _, name := range []string{"a.txt", "b.txt", "below/c.txt", "empty.txt"} {
		content := name
		if name == "empty.txt" {
			content = ""
		}
		require.NoError(w, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600))
	}
	require.Contains(w, w.run("archive", "", "-key", "alice", folder), "3 files, 3 of them new")
	kept, err := filepath.Glob(filepath.Join(w.node.Home, "anchors", "*.json"))
	require.NoError(w, err)
	require.Len(w, kept, 1)
	require.Contains(w, w.run("archive", "", "-key", "alice", folder), "3 files, 0 of them new")
	require.NoError(w, os.WriteFile(filepath.Join(folder, "d.txt"), []byte("d"), 0o600))
	require.Contains(w, w.run("archive", "", "-key", "alice", folder), "4 files, 1 of them new")
}

func (w *world) service() {
	free, sold := w.offer("free", "cc-by-4.0", 0), w.offer("sold", "commercial-remix-10", 1000)
	output := filepath.Join(w.dir, "output.png")
	require.NoError(w, os.WriteFile(output, []byte("a picture"), 0o600))
	line := fmt.Sprintf(`{"output": %q, "inputs": [%q, %q], "model": "example-1"}`+"\n", output, free, sold)
	var did struct{ Work, Did string }
	require.NoError(w, json.Unmarshal([]byte(w.run("aiservice", line, "-key", "bob")), &did))
	require.Equal(w, "declared", did.Did)
	work, err := registry.ParseWorkID(did.Work)
	require.NoError(w, err)
	sources, err := w.Lineage().Sources(w.Context(), &lineage.QuerySourcesRequest{Work: work})
	require.NoError(w, err)
	require.Len(w, sources.Sources, 2)
	for _, s := range sources.Sources {
		require.Equal(w, lineage.ROLE_INPUT_TO, s.Role)
	}
	require.Contains(w, w.run("aiservice", line, "-key", "bob"), "nothing to do")
	_, err = w.try("aiservice", strings.Replace(line, output, output+"2", 1), "-key", "bob")
	require.ErrorContains(w, err, "no such file")
}

// perUse pays 25 answers out of two works by one transaction.
func (w *world) perUse() {
	terms := license.Terms{
		Spdx: "LicenseRef-Per-Use", CommercialUse: true, Derivatives: license.DERIVATIVES_ALLOWED,
		AiTraining: license.PERMISSION_DENY, AiInput: license.PERMISSION_PAID, Search: license.PERMISSION_ALLOW,
		UsePrice: sdk.NewCoins(sdk.NewInt64Coin("uusdc", 40)),
	}
	dearer := terms
	dearer.UsePrice = sdk.NewCoins(sdk.NewInt64Coin("uusdc", 60))
	cheap, dear := w.offerOwn("used per use", terms), w.offerOwn("also used", dearer)
	out := w.run("peruse", strings.Repeat("a question\n", 25), "-key", "bob", cheap, dear)
	require.Equal(w, 25, strings.Count(out, "\n"))
	res, err := w.Royalty().PaymentChannels(w.Context(), &royalty.QueryPaymentChannelsRequest{Payer: w.bob.Address().String()})
	require.NoError(w, err)
	require.Len(w, res.PaymentChannels, 1)
	require.Equal(w, sdk.NewInt64Coin("uusdc", 25*(40+60)), res.PaymentChannels[0].Paid)

	// What was answered before the deposit was used up is paid.
	_, err = w.try("peruse", strings.Repeat("a question\n", 3), "-key", "bob", "-deposit", "250uusdc", cheap, dear)
	require.Error(w, err)
	res, err = w.Royalty().PaymentChannels(w.Context(), &royalty.QueryPaymentChannelsRequest{Payer: w.bob.Address().String()})
	require.NoError(w, err)
	require.Len(w, res.PaymentChannels, 2)
	require.ElementsMatch(w, []sdk.Coin{sdk.NewInt64Coin("uusdc", 2500), sdk.NewInt64Coin("uusdc", 200)},
		[]sdk.Coin{res.PaymentChannels[0].Paid, res.PaymentChannels[1].Paid})
}

// offerOwn publishes terms and offers a content under them.
func (w *world) offerOwn(content string, terms license.Terms) string {
	id := terms.ID()
	_, err := w.Send(w.Context(), w.alice, &license.MsgPublishTerms{Author: w.alice.Address().String(), Terms: terms})
	require.NoError(w, err)
	return w.offer(content, id.String(), 0)
}

func (w *world) shop() {
	song := w.offer("sold in a shop", "commercial-use", 2000)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w, err)
	address := listener.Addr().String()
	require.NoError(w, listener.Close())
	ctx, stop := context.WithCancel(w.Context())
	defer stop()
	cmd := exec.CommandContext(ctx, filepath.Join(w.bin, "shop"),
		"-node", w.node.GRPC, "-home", w.node.Home, "-key", "bob", "-listen", address, song)
	var log bytes.Buffer
	cmd.Stderr = &log
	require.NoError(w, cmd.Start())
	defer func() { stop(); _ = cmd.Wait() }()
	require.Eventually(w, func() bool {
		res, err := http.Get("http://" + address + "/price")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil
	}, time.Minute, 100*time.Millisecond, "%s", &log)
	for range 2 {
		res, err := http.Post("http://"+address+"/sell", "", nil)
		require.NoError(w, err)
		bz, err := io.ReadAll(res.Body)
		require.NoError(w, err)
		require.NoError(w, res.Body.Close())
		require.Equal(w, http.StatusOK, res.StatusCode, string(bz))
		require.Contains(w, string(bz), w.alice.Address().String())
		require.Contains(w, string(bz), `"amount":"10000"`)
	}
	grants, err := w.License().Grants(w.Context(), &license.QueryGrantsRequest{Work: w.parse(song)})
	require.NoError(w, err)
	require.Len(w, grants.Grants, 1)
}

// offer has alice register a content and offer it under a preset; 0: for nothing.
func (w *world) offer(content, preset string, price int64) string {
	digest := registry.Digest(sha256.Sum256([]byte(content)))
	work := registry.NewWorkID(w.alice.Address(), digest)
	terms, err := w.License().Terms(w.Context(), &license.QueryTermsRequest{Terms: preset})
	require.NoError(w, err)
	offer := license.Offer{}
	if price > 0 {
		offer.Price = sdk.NewCoins(sdk.NewInt64Coin("uusdc", price))
	}
	_, err = w.Send(w.Context(), w.alice, &registry.MsgRegister{Registrant: w.alice.Address().String(), Works: []registry.Entry{
		{Sha256: digest, Details: registry.Details{Kind: registry.KIND_AUDIO, Title: content}},
	}}, &license.MsgOffer{Owner: w.alice.Address().String(), Work: work, Terms: terms.Terms.Id, Offer: offer})
	require.NoError(w, err)
	return work.String()
}

func (w *world) parse(work string) registry.WorkID {
	id, err := registry.ParseWorkID(work)
	require.NoError(w, err)
	return id
}

func (w *world) try(program, in string, args ...string) (string, error) {
	args = append([]string{"-node", w.node.GRPC, "-home", w.node.Home}, args...)
	cmd := exec.CommandContext(w.Context(), filepath.Join(w.bin, program), args...)
	cmd.Stdin = strings.NewReader(in)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, errs.String())
	}
	return out.String(), nil
}

func (w *world) run(program, in string, args ...string) string {
	out, err := w.try(program, in, args...)
	require.NoError(w, err)
	return out
}
