// Command archive registers a folder, every night: what is new in it, in batches. What it
// registered before it finds by its id, which follows from the content, so it keeps no list of its own and a
// run that was interrupted is run again.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/register"
	"github.com/stemma-chain/stemma/client/register/describe"
	registry "github.com/stemma-chain/stemma/x/registry/types"
)

var (
	node  = flag.String("node", "localhost:9090", "gRPC address of a node")
	home  = flag.String("home", os.ExpandEnv("$HOME/.stemmad"), "folder of the keyring")
	key   = flag.String("key", "alice", "key that signs")
	batch = flag.Int("batch", 50, "works in one transaction")
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
	found, err := register.Find([]string{folder})
	if err != nil {
		return err
	}
	files, err := register.Sum(ctx, found, nil) // the bytes stay here
	if err != nil {
		return err
	}
	fresh, err := news(ctx, c, signer.Address(), files)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(fresh, *batch) {
		sending, cancel := context.WithTimeout(ctx, 5*time.Minute)
		result, err := c.Send(sending, signer, &registry.MsgRegister{Registrant: signer.Address().String(), Works: part})
		cancel()
		if err != nil {
			return err
		}
		fmt.Printf("%d works registered in block %d\n", len(part), result.Height)
	}
	fmt.Printf("%d files, %d of them new\n", len(files), len(fresh))
	return nil
}

// news are the files that this account has not registered, each content once.
func news(ctx context.Context, c *client.Client, by sdk.AccAddress, files []register.File) (fresh []registry.Entry, err error) {
	seen := make(map[registry.WorkID]bool)
	for _, file := range files {
		work := registry.NewWorkID(by, file.Digest)
		if seen[work] || file.Size == 0 {
			continue // an empty file is nobody's
		}
		seen[work] = true
		res, err := c.Registry().Resolve(ctx, &registry.QueryResolveRequest{
			Scheme: registry.SchemeSHA256, Value: registry.Digest(file.Digest).String(),
		})
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(res.Works, func(w registry.Claim) bool { return w.Id == work }) {
			continue
		}
		kind, media, err := describe.Guess(file.Path)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, registry.Entry{
			Sha256: file.Digest, Details: registry.Details{Kind: kind, MediaType: media, Title: filepath.Base(file.Path)},
		})
	}
	return fresh, nil
}
