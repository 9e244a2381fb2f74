package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/stemma-chain/stemma/testutil/localnet"
	"github.com/stemma-chain/stemma/x/royalty/ibcpay"
)

// patience is how long anything is waited for.
const patience = 3 * time.Minute

// The parts that the validators play.
const (
	plain = iota
	wrong // has the old binary where the new one belongs
	killed
	late
	validators
)

// rehearsal is one run.
type rehearsal struct {
	from, to, name string
	blockTime      time.Duration

	net    *localnet.Network
	nodes  []*supervisor
	dir    string
	height int64 // of the upgrade
	// trusted is the header, of before the upgrade, that the proof begins at.
	trusted string
}

// header is how one is written, HEIGHT:HASH.
var header = regexp.MustCompile(`[0-9]+:[0-9A-F]{64}`)

func (r *rehearsal) run(ctx context.Context, keep bool) (err error) {
	if err := absolute(&r.from, &r.to); err != nil {
		return err
	}
	r.net, err = localnet.New(ctx, localnet.Options{
		Binary: r.from, Nodes: validators, BlockTime: r.blockTime, Keys: []string{"alice", "bob", "fan"}, Genesis: shortVotes,
		Settings: []string{"state-sync.snapshot-interval=20", "grpc.enable=true", "api.enable=true"},
	})
	if err != nil {
		return err
	}
	r.dir = filepath.Dir(filepath.Dir(r.net.Nodes[0].Home))
	defer func() {
		r.net.Kill()
		if keep {
			say("the nodes' folders are in %s", r.dir)
		} else {
			r.net.Remove()
		}
	}()
	for _, step := range []func(context.Context) error{
		r.begin, r.register, r.plan, r.ready, r.upgrade, r.compare, r.prove, r.join, r.restart,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// shortVotes has votes of seconds.
func shortVotes(genesis []byte) ([]byte, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(genesis, &state); err != nil {
		return nil, err
	}
	var parts, gov, params map[string]json.RawMessage
	if err := json.Unmarshal(state["app_state"], &parts); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(parts["gov"], &gov); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(gov["params"], &params); err != nil {
		return nil, err
	}
	params["voting_period"], params["expedited_voting_period"] = json.RawMessage(`"8s"`), json.RawMessage(`"4s"`)
	for _, up := range []struct {
		in   map[string]json.RawMessage
		name string
		from any
	}{{gov, "params", params}, {parts, "gov", gov}, {state, "app_state", parts}} {
		raw, err := json.Marshal(up.from)
		if err != nil {
			return nil, err
		}
		up.in[up.name] = raw
	}
	return json.Marshal(state)
}

// begin starts the four with the old binary, each under a supervisor.
func (r *rehearsal) begin(ctx context.Context) error {
	for i, node := range r.net.Nodes {
		next := r.to
		if i == wrong {
			next = r.from
		}
		if err := layOut(node.Home, r.from, r.name, next); err != nil {
			return err
		}
		r.nodes = append(r.nodes, &supervisor{node: node})
		if err := r.nodes[i].start(); err != nil {
			return err
		}
	}
	for _, s := range r.nodes {
		if err := s.node.AwaitStart(ctx); err != nil {
			return err
		}
	}
	say("four validators run %s", r.from)
	return nil
}

// command runs a binary on the first node's home to its end.
func (r *rehearsal) command(ctx context.Context, binary string, args ...string) (string, error) {
	home := r.net.Nodes[plain].Home
	command := exec.CommandContext(ctx, binary, append(args, "--home", home)...)
	var errs bytes.Buffer
	command.Stderr, command.Dir = &errs, r.dir
	out, err := command.Output()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w\n%s%s", strings.Join(args, " "), err, out, errs.String())
	}
	return string(out), nil
}

// register makes works of three generations, pays, and keeps a proof of what is registered.
func (r *rehearsal) register(ctx context.Context) error {
	for name, content := range map[string]string{"song.txt": "a song", "remix.txt": "a remix"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	for _, args := range [][]string{
		{"register", "song.txt", "--title", "song", "--from", "alice"},
		{"offer", "song.txt", "commercial-remix-10", "--from", "alice"},
		{"derive", "remix.txt", "--from", "song.txt=component", "--by", "bob"},
		{"pay", "remix.txt", "1000000uusdc", "--from", "fan"},
	} {
		if _, err := r.command(ctx, r.from, append(args, "--yes", "--keyring-backend", "test")...); err != nil {
			return err
		}
	}
	out, err := r.command(ctx, r.from, "prove", "song.txt", "--out", "song.proof")
	if err != nil {
		return err
	}
	if r.trusted = header.FindString(out); r.trusted == "" {
		return fmt.Errorf("prove names no header:\n%s", out)
	}
	say("a song, a remix of it and a payment are on the chain, and a proof of the song is kept")
	return nil
}

// plan has governance plan the upgrade.
func (r *rehearsal) plan(ctx context.Context) error {
	now, err := r.net.Nodes[plain].Height(ctx)
	if err != nil {
		return err
	}
	r.height = now + int64(25*time.Second/(r.blockTime+200*time.Millisecond))
	tx := []string{"--keyring-backend", "test", "--yes", "--gas", "auto", "--gas-adjustment", "1.6", "--output", "json"}
	if err := r.squat(ctx, tx); err != nil {
		return err
	}
	out, err := r.command(ctx, r.from, append([]string{
		"tx", "upgrade", "software-upgrade", r.name, "--title", "upgrade", "--summary", "rehearsal", "--upgrade-height",
		strconv.FormatInt(r.height, 10), "--deposit", "10000000ustem", "--no-validate", "--from", "alice",
	}, tx...)...)
	if err != nil {
		return err
	}
	if err := r.included(ctx, out); err != nil {
		return err
	}
	for i := range r.nodes {
		home := r.net.Nodes[i].Home
		command := exec.CommandContext(ctx, r.from, append([]string{
			"tx", "gov", "vote", "1", "yes", "--from", "node" + strconv.Itoa(i), "--home", home,
		}, tx...)...)
		out, err := command.CombinedOutput()
		if err != nil {
			return fmt.Errorf("vote of validator %d: %w\n%s", i, err, out)
		}
	}
	say("governance votes on %s at height %d; now it is %d", r.name, r.height, now)
	return nil
}

// squat puts accounts and coins, which vest or not, at addresses that the new version's accounts have.
func (r *rehearsal) squat(ctx context.Context, tx []string) error {
	const coins = "1000uusdc"
	transfers, paid := authtypes.NewModuleAddress("transfer").String(), ibcpay.Address().String()
	for _, args := range [][]string{
		{"tx", "bank", "send", "alice", transfers, coins},
		{"tx", "vesting", "create-vesting-account", paid, coins, "4102444800", "--delayed", "--from", "alice"}, // until 2100
	} {
		out, err := r.command(ctx, r.from, append(args, tx...)...)
		if err != nil {
			return err
		}
		if err := r.included(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// included waits for a transaction to be in a block, and fails where it failed.
func (r *rehearsal) included(ctx context.Context, broadcast string) error {
	var sent struct {
		Hash string `json:"txhash"`
		Code int    `json:"code"`
		Log  string `json:"raw_log"`
	}
	_, answer, _ := strings.Cut(broadcast, "{")
	if err := json.Unmarshal([]byte("{"+answer), &sent); err != nil {
		return err
	}
	if sent.Code != 0 {
		return errors.New(sent.Log)
	}
	_, err := r.command(ctx, r.from, "query", "wait-tx", sent.Hash)
	return err
}

// upgrade lets load run up to the height, and each validator play its part.
func (r *rehearsal) upgrade(ctx context.Context) error {
	r.nodes[killed].switched = func() { go r.killInTheBlock() }
	loadCtx, stopLoad := context.WithCancel(ctx)
	defer stopLoad()
	var load sync.WaitGroup
	paid := 0
	load.Go(func() {
		for loadCtx.Err() == nil {
			_, err := r.command(loadCtx, r.from, "pay", "remix.txt", "5000uusdc", "--from", "fan", "--yes", "--keyring-backend", "test")
			if err == nil {
				paid++
			}
		}
	})
	if err := r.await(ctx, r.net.Nodes[plain], r.height-12); err != nil {
		return err
	}
	if err := r.nodes[late].stop(); err != nil {
		return err
	}
	if err := r.await(ctx, r.net.Nodes[plain], r.height-6); err != nil {
		return err
	}
	stopLoad()
	load.Wait()
	say("validator %d is stopped before the height; %d payments were made meanwhile", late, paid)
	select {
	case err := <-r.nodes[wrong].ended:
		if err == nil || !strings.Contains(err.Error(), "exit code 10") {
			return fmt.Errorf("the validator with the wrong binary did not end as one: %w", err)
		}
	case <-time.After(patience):
		return errors.New("the validator with the wrong binary did not end")
	}
	say("validator %d has the wrong binary and stopped with exit code 10; the chain waits", wrong)
	// The block of the upgrade itself was decided by all: only then did the old binaries stop.
	height, err := r.net.Nodes[plain].Height(ctx)
	if err == nil && height > r.height {
		return fmt.Errorf("half of the power went on to height %d", height)
	}
	if err := copyFolder(r.net.Nodes[wrong].Home, filepath.Join(r.dir, "before")); err != nil {
		return err
	}
	if err := place(filepath.Join(folderOf(r.net.Nodes[wrong].Home, "upgrades", r.name), "bin", "stemmad"), r.to); err != nil {
		return err
	}
	for _, i := range []int{wrong, late} {
		if err := r.nodes[i].start(); err != nil {
			return err
		}
	}
	for i, node := range r.net.Nodes {
		if err := r.await(ctx, node, r.height+5); err != nil {
			return fmt.Errorf("validator %d: %w", i, err)
		}
	}
	say("all four run %s and are past height %d", r.to, r.height+5)
	return nil
}

// killInTheBlock kills a validator as it executes the block of the upgrade.
func (r *rehearsal) killInTheBlock() {
	s := r.nodes[killed]
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		raw, err := os.ReadFile(s.node.Log())
		if err == nil && bytes.Contains(raw, []byte("applying upgrade")) {
			s.kill()
			say("validator %d was killed in the block of the upgrade", killed)
			return
		}
	}
}

// await waits for a node to come to a height.
func (r *rehearsal) await(ctx context.Context, node *localnet.Node, height int64) error {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if at, err := node.Height(ctx); err == nil && at >= height {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("did not come to height %d: %w", height, node.Failure())
}
