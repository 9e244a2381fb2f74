// Command archive registers a folder, every night: what is new in it, anchored unseen first. What
// it registered before it finds by its id, which follows from the content, so it keeps no list of its own; the
// salts of its anchors are kept in the home folder. A run that was interrupted is run again.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	"github.com/stemma-chain/stemma/client/register/enroll"
	registry "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	node = flag.String("node", "localhost:9090", "gRPC address of a node")
	home = flag.String("home", os.ExpandEnv("$HOME/.stemmad"), "folder of the keyring and of the salts")
	key  = flag.String("key", "alice", "key that signs")
)

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: archive [flags] FOLDER")
	}
	if err := run(context.Background(), flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, folder string) error {
	c, err := client.Dial(*node)
	if err != nil {
		return err
	}
	defer c.Close()
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, *home, nil, c.Encoding.Codec)
	if err != nil {
		return err
	}
	signer, err := client.FromKeyring(ring, *key)
	if err != nil {
		return err
	}
	found, _, err := register.Find([]string{folder})
	if err != nil {
		return err
	}
	files, err := register.Sum(ctx, found, nil) // the bytes stay here
	if err != nil {
		return err
	}
	e := enroll.Enroller{Registry: c.Registry(), Account: signer.Address(), Store: register.OpenStore(*home), AllowContested: true}
	if e.ChainID, err = c.ChainID(ctx); err != nil {
		return err
	}
	items, err := describeAll(files)
	if err != nil {
		return err
	}
	items, _, err = e.Look(ctx, items)
	if err != nil {
		return err
	}
	// Unseen first: who copies the registration while it is on its way comes too late.
	anchor, err := e.Anchor(items)
	if err != nil {
		return err
	}
	if anchor != nil {
		if err := send(ctx, c, signer, anchor.Message()); err != nil {
			return err
		}
		if err := e.Prove(items, anchor); err != nil {
			return err
		}
	}
	fresh := 0
	for _, msg := range enroll.Messages(signer.Address().String(), items, true) {
		if err := send(ctx, c, signer, msg); err != nil {
			return err
		}
		fresh += len(msg.Works)
	}
	fmt.Printf("%d files, %d of them new\n", len(files), fresh)
	return nil
}

func send(ctx context.Context, c *client.Client, signer client.Signer, msg sdk.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	_, err := c.Send(ctx, signer, msg)
	return err
}

// describeAll says of each file what it is. An empty one is nobody's.
func describeAll(files []register.File) (items []enroll.Item, err error) {
	for _, file := range files {
		if file.Size == 0 {
			continue
		}
		kind, media, err := describe.Guess(file.Path)
		if err != nil {
			return nil, err
		}
		items = append(items, enroll.Item{File: file, Details: registry.Details{
			Kind: kind, MediaType: media, Title: filepath.Base(file.Path),
		}})
	}
	return items, nil
}
