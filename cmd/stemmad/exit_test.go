package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/register/enroll"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/ending"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/refusal"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	licensetypes "github.com/stemma-chain/stemma/x/license/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

// Scripts rely on the kinds, however an error is wrapped and whoever found it.
func TestExitCodesTellTheKind(t *testing.T) {
	refused := func(codespace string, code uint32, retryable bool) error {
		return refusal.Of(&client.TxError{Codespace: codespace, Code: code, Retryable: retryable, Log: "words"})
	}
	for _, c := range []struct {
		err  error
		want int
	}{
		{errors.New("anything"), exitFailed},
		{licensetypes.ErrPermissionNeeded.Wrap("song"), exitNeedsGrant},
		{refused(licensetypes.ModuleName, licensetypes.ErrNotPermitted.ABCICode(), false), exitDenied},
		{status.Error(codes.NotFound, "work1x: "+registrytypes.ErrWorkNotFound.Error()), exitNotFound},
		{status.Error(codes.NotFound, "account stemma1x not found"), exitNotFound},
		{fmt.Errorf("song.wav: %w", target.ErrUnregistered), exitNotFound},
		{refused(sdkerrors.RootCodespace, sdkerrors.ErrInsufficientFunds.ABCICode(), false), exitFunds},
		{fmt.Errorf("pay: %w", &client.FeeError{}), exitFunds},
		{refused(sdkerrors.RootCodespace, sdkerrors.ErrMempoolIsFull.ABCICode(), true), exitRetry},
		{errors.New("post failed: dial tcp 127.0.0.1:1: connect: connection refused"), exitUnreachable},
		{status.Error(codes.Unavailable, "no node"), exitUnreachable},
		{errors.Join(errors.New("a.wav"), &enroll.ContestedError{}), exitContested},
		{fmt.Errorf("transaction 00: %w", client.ErrUndecided), exitUndecided},
		{&ending.Ended{Code: ending.DiskFull}, int(ending.DiskFull)},
		{exitError{code: exitNeedsGrant, err: errors.New("said")}, exitNeedsGrant},
		// Of several that stand in the way, a grant mends none that is denied.
		{errors.Join(licensetypes.ErrPermissionNeeded, licensetypes.ErrNotPermitted), exitDenied},
	} {
		text := connect.Plain(c.err).Error()
		require.Equal(t, c.want, exitOf(c.err, refusal.NewReport(c.err, text)), text)
	}
}

// The documents and the help have the same codes, and the same words.
func TestExitCodesAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/clients.md")
	require.NoError(t, err)
	for line := range strings.Lines(exitCodes) {
		code, words, _ := strings.Cut(strings.TrimSpace(line), "  ")
		require.Contains(t, string(docs), "| "+code+" | "+words)
	}
}
