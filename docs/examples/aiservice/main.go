// Command aiservice is what an AI service does with each output: ask whether it may use the
// inputs, buy what that needs, register the output, declare what it was made from, and pay per use, all
// in one transaction. It reads a line of JSON for each output:
//
//	{"output": "FILE", "inputs": ["WORK or SHA-256", ...], "model": "NAME"}
//
// and prints one for each. An output that is declared already is left alone, so a run that was
// interrupted is run again.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/permission"
	"github.com/stemma-chain/stemma/client/register"
	license "github.com/stemma-chain/stemma/x/license/types"
	lineage "github.com/stemma-chain/stemma/x/lineage/types"
	registry "github.com/stemma-chain/stemma/x/registry/types"
	royalty "github.com/stemma-chain/stemma/x/royalty/types"
)

var (
	node    = flag.String("node", "localhost:9090", "gRPC address of a node")
	home    = flag.String("home", os.ExpandEnv("$HOME/.stemmad"), "folder of the keyring")
	key     = flag.String("key", "alice", "key that signs")
	maxFee  = flag.String("max-fee", "5000uusdc", "most to pay for each input")
	maxRate = flag.Uint("max-rate", 200_000, "most that an output may owe to what it was made from, in parts per million")
)

type job struct {
	Output string   `json:"output"`
	Inputs []string `json:"inputs"`
	Model  string   `json:"model"`
}

type done struct {
	Output string `json:"output"`
	Work   string `json:"work"`
	// Did says declared, or that there was nothing to do.
	Did string `json:"did"`
}

type service struct {
	*client.Client
	signer client.Signer
	most   sdk.Coin
}

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	c, err := client.Dial(*node)
	if err != nil {
		return err
	}
	defer c.Close()
	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, *home, nil, c.Encoding.Codec)
	if err != nil {
		return err
	}
	s := service{Client: c}
	if s.signer, err = client.FromKeyring(ring, *key); err != nil {
		return err
	}
	if s.most, err = client.ParseCoin(*maxFee); err != nil {
		return err
	}
	for in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout); ; {
		var j job
		if err := in.Decode(&j); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		did, err := s.declare(ctx, j)
		if err != nil {
			return fmt.Errorf("%s: %w", j.Output, err)
		}
		if err := out.Encode(did); err != nil {
			return err
		}
	}
}

// declare registers an output and says what it was made from.
func (s service) declare(ctx context.Context, j job) (done, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	file, err := register.SumFile(ctx, j.Output)
	if err != nil {
		return done{}, err
	}
	me := s.signer.Address()
	work := registry.NewWorkID(me, file.Digest)
	result := done{j.Output, work.String(), "nothing to do"}
	if _, err := s.Registry().Work(ctx, &registry.QueryWorkRequest{Work: work}); err == nil {
		return result, nil // registered and declared together, below
	}
	derive := &lineage.MsgDerive{
		Owner: me.String(), Work: work, MaxTotalRate: uint32(*maxRate), MaxGrants: uint32(len(j.Inputs)),
		Record: &lineage.GenerationRecord{Model: j.Model},
	}
	msgs := []sdk.Msg{&registry.MsgRegister{Registrant: me.String(), Works: []registry.Entry{{
		Sha256: file.Digest,
		Details: registry.Details{
			Kind: registry.KIND_OTHER, Title: j.Output, DigitalSourceType: "trainedAlgorithmicMedia",
		},
	}}}}
	found := make([]*permission.Choice, len(j.Inputs))
	for i, input := range j.Inputs {
		source, choice, err := s.input(ctx, input)
		if err != nil {
			return done{}, fmt.Errorf("input %s: %w", input, err)
		}
		derive.Sources, found[i] = append(derive.Sources, source), &choice
	}
	permission.Once(found...) // what several inputs need of one work is bought once
	for _, choice := range found {
		msgs = append(msgs, choice.Messages()...)
		for _, use := range choice.PerUse {
			msgs = append(msgs, &royalty.MsgPay{Payer: me.String(), Work: use.Work, Amount: use.Price[0]})
		}
	}
	if _, err := s.Send(ctx, s.signer, append(msgs, derive)...); err != nil {
		return done{}, err
	}
	result.Did = "declared"
	return result, nil
}

// input is what a derivation says of one input, and the permission that it relies on.
func (s service) input(ctx context.Context, input string) (source lineage.Source, found permission.Choice, err error) {
	work, err := s.work(ctx, input)
	if err != nil {
		return source, found, err
	}
	found, err = permission.Finder{Chain: s}.Find(ctx, permission.Request{
		Source: work, Licensee: s.signer.Address(), Actions: []license.Action{license.ACTION_AI_INPUT}, Commercial: true,
		Buy: true, MaxFee: &s.most, Several: true, Now: time.Now(),
	})
	return found.Source(work, lineage.ROLE_INPUT_TO), found, err
}

// work is the work that an input names: by its id, or as the earliest claim to a SHA-256.
func (s service) work(ctx context.Context, input string) (registry.WorkID, error) {
	if id, err := registry.ParseWorkID(input); err == nil {
		return id, nil
	}
	res, err := s.Registry().Resolve(ctx, &registry.QueryResolveRequest{Scheme: "sha256", Value: input})
	if err != nil || len(res.Works) == 0 {
		return registry.WorkID{}, errors.Join(errors.New("nobody has registered it"), err)
	}
	return res.Works[0].Id, nil
}
