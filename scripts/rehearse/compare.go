package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// kept are the parts of the state that an upgrade must leave as they are.
var kept = []string{"registry", "lineage", "license", "royalty", "agent", "dispute", "feegrant", "authz", "gov"}

// copyFolder copies a home folder as it is.
func copyFolder(from, to string) error {
	out, err := exec.Command("cp", "-a", from, to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("copy %s: %w\n%s", from, err, out)
	}
	return nil
}

// state is what a binary exports of a home that no node uses.
func (r *rehearsal) state(ctx context.Context, binary, home string, height int64) (map[string]json.RawMessage, error) {
	var errs bytes.Buffer
	command := exec.CommandContext(ctx, binary, "export", "--home", home, "--height", strconv.FormatInt(height, 10))
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("export of height %d: %w\n%s", height, err, errs.String())
	}
	var genesis struct {
		State map[string]json.RawMessage `json:"app_state"`
	}
	return genesis.State, json.Unmarshal(out, &genesis)
}

// ready asks each machine, once the plan is made, whether it is ready: that with the wrong binary is not.
func (r *rehearsal) ready(ctx context.Context) error {
	for end := time.Now().Add(patience); ; {
		out, err := r.command(ctx, r.to, "query", "upgrade", "plan", "--output", "json")
		if err == nil && strings.Contains(out, r.name) {
			break
		}
		if time.Now().After(end) {
			return fmt.Errorf("governance planned nothing: %w\n%s", err, out)
		}
		time.Sleep(time.Second)
	}
	for i, node := range r.net.Nodes {
		out, err := exec.CommandContext(ctx, r.to, "upgrade", "check", "--home", node.Home, "--node", "tcp://"+node.RPC).CombinedOutput()
		if (err == nil) == (i == wrong) {
			return fmt.Errorf("upgrade check of validator %d: %w\n%s", i, err, out)
		}
	}
	say("upgrade check says that all machines are ready but that of validator %d", wrong)
	return nil
}

// compare checks that all nodes have the same state, and that it is what was before the upgrade.
func (r *rehearsal) compare(ctx context.Context) error {
	var hashes []string
	for _, node := range r.net.Nodes {
		var block struct {
			Result struct {
				Block struct {
					Header struct {
						AppHash string `json:"app_hash"`
					} `json:"header"`
				} `json:"block"`
			} `json:"result"`
		}
		if err := get(ctx, fmt.Sprintf("http://%s/block?height=%d", node.RPC, r.height+4), &block); err != nil {
			return err
		}
		hashes = append(hashes, block.Result.Block.Header.AppHash)
	}
	for _, hash := range hashes {
		if hash == "" || hash != hashes[0] {
			return fmt.Errorf("the validators' app hashes differ: %v", hashes)
		}
	}
	if err := r.nodes[late].stop(); err != nil {
		return err
	}
	before, err := r.state(ctx, r.from, filepath.Join(r.dir, "before"), r.height-1)
	if err != nil {
		return err
	}
	after, err := r.state(ctx, r.to, r.net.Nodes[late].Home, r.height)
	if err != nil {
		return err
	}
	for _, part := range kept {
		was, err := said(before[part])
		if err != nil {
			return err
		}
		is, err := said(after[part])
		if err != nil {
			return err
		}
		if len(before[part]) < 10 || !bytes.Equal(was, is) {
			return errors.Join(fmt.Errorf("the upgrade changed the part %q", part), r.show(part, before[part], after[part]))
		}
	}
	var come []string
	for part := range after {
		if before[part] == nil {
			come = append(come, part)
		}
	}
	out, err := exec.CommandContext(ctx, r.to, "check", "--home", r.net.Nodes[late].Home).CombinedOutput()
	if err != nil {
		return fmt.Errorf("check: %w\n%s", err, out)
	}
	say("the app hashes agree, the books are sound, %s are as before, and %d parts have come", strings.Join(kept, ", "), len(come))
	return r.nodes[late].start()
}

// said is JSON without the fields that are null: the new binary also writes those that the old one does not know, and nothing has set.
func said(part []byte) ([]byte, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(part))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	dropNulls(value)
	return json.Marshal(value)
}

func dropNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, field any) bool { return field == nil })
		for _, field := range v {
			dropNulls(field)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}

// show writes both sides of what differs where they can be looked at.
func (r *rehearsal) show(part string, before, after []byte) error {
	return errors.Join(os.WriteFile(filepath.Join(r.dir, part+".before.json"), before, 0o600),
		os.WriteFile(filepath.Join(r.dir, part+".after.json"), after, 0o600))
}

// prove checks with the new binary what was proved before, and proves anew.
func (r *rehearsal) prove(ctx context.Context) error {
	if _, err := r.command(ctx, r.to, "verify", "song.proof", "song.txt", "--trust", r.trusted); err != nil {
		return err
	}
	out, err := r.command(ctx, r.to, "prove", "--refresh", "song.proof")
	if err != nil {
		return err
	}
	if _, err := r.command(ctx, r.to, "verify", "song.proof", "song.txt", "--trust", header.FindString(out)); err != nil {
		return err
	}
	if _, err := r.command(ctx, r.to, "pay", "remix.txt", "7000uusdc", "--from", "fan", "--yes", "--keyring-backend", "test"); err != nil {
		return err
	}
	say("the proof of before holds, also when it begins at a header of after; payments go on")
	return nil
}

// join has a new node fetch the state from the others.
func (r *rehearsal) join(ctx context.Context) error {
	rpc := r.net.Nodes[plain].RPC
	if err := r.await(ctx, r.net.Nodes[plain], r.height+45); err != nil { // a snapshot of after
		return err
	}
	trusted := r.height + 5
	var commit struct {
		Result struct {
			Signed struct {
				Commit struct {
					ID struct {
						Hash string `json:"hash"`
					} `json:"block_id"`
				} `json:"commit"`
			} `json:"signed_header"`
		} `json:"result"`
	}
	if err := get(ctx, fmt.Sprintf("http://%s/commit?height=%d", rpc, trusted), &commit); err != nil {
		return err
	}
	node, err := r.net.Join(ctx, "new", "statesync.enable=true", "statesync.rpc_servers="+rpc+","+rpc,
		"statesync.trust_height="+strconv.FormatInt(trusted, 10), "statesync.trust_hash="+commit.Result.Signed.Commit.ID.Hash,
		"statesync.discovery_time=5s")
	if err != nil {
		return err
	}
	node.Binary = r.to
	if err := node.Start(); err != nil {
		return err
	}
	defer node.Kill()
	at, err := r.net.Nodes[plain].Height(ctx)
	if err != nil {
		return err
	}
	if err := r.await(ctx, node, at); err != nil {
		return fmt.Errorf("the new node: %w", err)
	}
	say("a new node has fetched the state and follows at height %d", at)
	return nil
}

// restart stops all and starts them again.
func (r *rehearsal) restart(ctx context.Context) error {
	for _, s := range r.nodes {
		if err := s.stop(); err != nil {
			return err
		}
	}
	for _, s := range r.nodes {
		if err := s.start(); err != nil {
			return err
		}
	}
	if err := r.await(ctx, r.net.Nodes[plain], r.height+60); err != nil {
		return err
	}
	say("all were stopped and went on")
	for _, s := range r.nodes {
		if err := s.stop(); err != nil {
			return err
		}
	}
	return nil
}

func get(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
