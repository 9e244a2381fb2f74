package main

import (
	"context"
	"fmt"

	cmtcfg "github.com/cometbft/cometbft/config"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/health"
)

// signsNowhereElse refuses a key with which the network's newest block is signed above what this machine has signed: once it had
// caught up, the node would sign a height a second time. It is a copy of a validator's key without its sign state, or a validator
// that still runs. A key that rests on the network is not seen so; nor is a remote signer's, which keeps what it signed.
func signsNowhereElse(ctx context.Context, cfg *cmtcfg.Config, nodes []string) error {
	signer, err := signerOf(cfg)
	if err != nil || signer == nil {
		return err
	}
	signed, _ := signedHeight(cfg.PrivValidatorStateFile())
	for _, at := range nodes[:min(len(nodes), maxOthers)] {
		node, err := health.Ask(ctx, at)
		if err != nil {
			continue // those that join needs have answered
		}
		if height := node.Signs(ctx, fmt.Sprintf("%X", signer.Bytes())); height > signed {
			return fmt.Errorf("height %d was signed with the key in %s, and this machine has signed up to %d only: joined, it would sign "+
				"twice and be removed for good. Stop the validator that has the key and disable it, and then copy its %s here, "+
				"or take the key away: join makes a new one",
				height, cfg.PrivValidatorKeyFile(), signed, cfg.PrivValidatorState)
		}
	}
	return nil
}
