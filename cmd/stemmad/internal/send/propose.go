package send

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/stemma-chain/stemma/client"
	"github.com/stemma-chain/stemma/client/words"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
)

// longestTitle is in bytes, what governance takes.
const longestTitle = 255

// readProposing reads --propose: the messages are those of governance, and the signer puts them to the vote.
func (s *Sender) readProposing() error {
	f := s.conn.Flags()
	if f.Lookup(connect.FlagPropose) == nil || !f.Is(connect.FlagPropose) {
		return nil
	}
	if f.Text(connect.FlagAgent) != "" {
		return fmt.Errorf("--%s and --%s don't go together", connect.FlagPropose, connect.FlagAgent)
	}
	s.proposing, s.Address = true, authtypes.NewModuleAddress(govtypes.ModuleName)
	return nil
}

// propose puts messages of governance to the vote, with the deposit that it asks for.
func (s *Sender) propose(ctx context.Context, what string, msgs []sdk.Msg) error {
	if err := client.Validate(msgs...); err != nil {
		return err
	}
	res, err := govv1.NewQueryClient(s.conn).Params(ctx, &govv1.QueryParamsRequest{})
	if err != nil {
		return err
	}
	deposit := sdk.NewCoins(res.Params.MinDeposit...)
	proposal, err := govv1.NewMsgSubmitProposal(msgs, deposit, s.chain.Signer(), "", titleOf(what), what, false)
	if err != nil {
		return err
	}
	sent, err := s.send(ctx, fmt.Sprintf("Put to the vote of governance, with a deposit of %s: %s",
		s.conn.Units().ExactSum(deposit), what), proposal)
	if err != nil {
		return err
	}
	h := &Handed{Tx: &sent}
	var made govv1.MsgSubmitProposalResponse
	if sent.Height > 0 {
		if err := sent.Response(0, &made); err != nil {
			return err
		}
	}
	h.Proposal = made.ProposalId
	h.sentences = []string{fmt.Sprintf("%s: %s", sent.Did("Proposed", "Would propose"), sent)}
	if sent.DryRun {
		h.sentences = append([]string{what}, h.sentences...)
	}
	if h.Proposal > 0 {
		h.Next = []string{"stemmad tx gov vote " + decimal(h.Proposal) + " yes", "stemmad query gov proposal " + decimal(h.Proposal)}
		h.sentences = append(h.sentences,
			fmt.Sprintf("Proposal %d; whoever has staked votes: %s", h.Proposal, h.Next[0]),
			fmt.Sprintf("The vote lasts %s. What became of it: %s", words.Lasting(*res.Params.VotingPeriod), h.Next[1]))
	}
	return h
}

// titleOf is the first line, as much of it as governance takes.
func titleOf(what string) string {
	title, _, _ := strings.Cut(what, "\n")
	for len(title) > longestTitle {
		_, size := utf8.DecodeLastRuneInString(title)
		title = title[:len(title)-size]
	}
	return title
}
