package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/stemma-chain/stemma/cmd/stemmad/internal/connect"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/send"
	"github.com/stemma-chain/stemma/cmd/stemmad/internal/target"
	"github.com/stemma-chain/stemma/internal/rates"
	disputetypes "github.com/stemma-chain/stemma/x/dispute/types"
	lineagetypes "github.com/stemma-chain/stemma/x/lineage/types"
	registrytypes "github.com/stemma-chain/stemma/x/registry/types"
)

func disputeObjectCmd() *cobra.Command {
	return sending(&cobra.Command{
		Use:   "object WORK|FILE SOURCE|FILE PERCENT",
		Short: "Say that a work of yours has another weight in one made from it",
		Long: `Object says for the owner of a source that it weighs something else in a work than was declared. It has to be
said within a time of the declaration. The work's owner agrees ("stemmad dispute agree"), or you open
a dispute about a false weight. Saying so again replaces it.`,
		Example: `  stemmad dispute object mix.wav song.wav 40% --from alice`,
		Args:    cobra.ExactArgs(3),
	}, func(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
		work, err := target.Earliest(ctx, conn.Registry(), args[0])
		if err != nil {
			return err
		}
		source, err := target.ResolveOwn(ctx, conn.Registry(), args[1], sender.Account())
		if err != nil {
			return err
		}
		weight, err := parsePercent(args[2])
		if err != nil {
			return err
		}
		what := fmt.Sprintf("Object: %s weighs %s in %s%s.", workLine(source), rates.Percent(weight),
			workLine(work.Claim), work.Choice(conn.KeyNames()))
		err = sendWeight(ctx, conn, sender, what, "Objected to a weight in", "Would object to a weight in", work.Id,
			&disputetypes.MsgObjectToWeight{Owner: sender.Account(), Work: work.Id, Source: source.Id, Weight: weight})
		if err == nil && !conn.JSON() {
			conn.Note("%s is to weigh %s. Next: the owner of %s agrees (stemmad dispute agree %s %s), or you open a dispute: "+
				"stemmad dispute open %s --about false-weight --weights %s=%s --evidence FILE", workLine(source), rates.Percent(weight),
				workLine(work.Claim), work.Id, source.Id, work.Id, source.Id, args[2])
		}
		return err
	})
}

func disputeAgreeCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "agree WORK|FILE SOURCE|FILE",
		Short: "Take over what the owner of a source says about its weight in a work of yours",
		Long: `Agree gives a source the weight that its owner objected with. The weights of others that make room for it are
named with --weights.`,
		Example: `  stemmad dispute agree mix.wav song.wav --weights drums.wav=60% --from bob`,
		Args:    cobra.ExactArgs(2),
	}
	cmd.Flags().String(flagWeights, "", "weights that other sources get: WORK=60%,...")
	return sending(cmd, agreeToWeight)
}

func agreeToWeight(ctx context.Context, conn *connect.Conn, sender *send.Sender, args []string) error {
	work, err := target.ResolveOwn(ctx, conn.Registry(), args[0], sender.Account())
	if err != nil {
		return err
	}
	source, err := disputeWork(ctx, conn, args[1])
	if err != nil {
		return err
	}
	res, err := conn.Dispute().Objections(ctx, &disputetypes.QueryObjectionsRequest{Work: work.Id})
	if err != nil {
		return err
	}
	for _, o := range res.Objections {
		if o.Source != source {
			continue
		}
		msg := &disputetypes.MsgAgreeToWeight{Owner: sender.Account(), Work: work.Id, Source: source}
		if msg.Weights, err = readRuledWeights(ctx, conn, conn.Flags().Text(flagWeights)); err != nil {
			return err
		}
		msg.Weights = append(msg.Weights, lineagetypes.RuledWeight{Source: source, Weight: o.Objection.Weight})
		slices.SortFunc(msg.Weights, func(a, b lineagetypes.RuledWeight) int { return bytes.Compare(a.Source[:], b.Source[:]) })
		what := "Agree to other weights."
		for _, sentence := range tellerOf(ctx, conn).Redress(disputetypes.Redress{Weights: msg.Weights}) {
			what = fmt.Sprintf("Of %s: %s.", workLine(work), sentence)
		}
		return sendWeight(ctx, conn, sender, what, "Agreed to weights of", "Would agree to weights of", work.Id, msg)
	}
	return fmt.Errorf("the owner of %s has not objected to its weight in %s", tellerOf(ctx, conn).Work(source), workLine(work))
}

func sendWeight(
	ctx context.Context, conn *connect.Conn, sender *send.Sender, what, did, would string, work registrytypes.WorkID, msg sdk.Msg,
) error {
	sent, err := sendSaying(ctx, conn, sender, what, msg)
	if err != nil {
		return err
	}
	if conn.JSON() {
		return conn.PrintJSON(struct {
			Work registrytypes.WorkID `json:"work"`
			Tx   send.Result          `json:"tx"`
		}{work, sent})
	}
	conn.Say("%s %s: %s", sent.Did(did, would), work, sent)
	return nil
}
