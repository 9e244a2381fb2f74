// Package origin tells where a voucher came from: a denom ibc/... is the hash of a way, whose steps
// and far end a node knows.
package origin

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stemma-chain/stemma/client"
)

// Prefix starts the denoms of what came from other chains.
const Prefix = transfertypes.DenomPrefix + "/"

// Origin is the last way that a voucher came by.
type Origin struct {
	// Path is what the denom is the hash of, as transfer/channel-0/uusdc.
	Path string
	// Channel is ours; There is the other end. Without one (version 2 of the protocol has clients in place of channels) both are empty.
	Channel, There string
	// DenomThere is what it is called on the chain at the other end, which need not be where it was made.
	DenomThere string
	// Steps is how many chains it passed, from 1; with more than one the chain at the other end has it from another.
	Steps int
}

// IsVoucher says whether a denom came from another chain.
func IsVoucher(denom string) bool { return strings.HasPrefix(denom, Prefix) }

// hash is a voucher's name. Nodes find the way of a hash in small letters too, but no coin has that name.
var hash = regexp.MustCompile(`^` + Prefix + `[0-9A-F]{64}$`)

// IsHash says whether a denom is one that a coin from another chain can have.
func IsHash(denom string) bool { return hash.MatchString(denom) }

// Denom is what a way makes of a coin here: transfer/channel-0/uusdc is ibc/..., the hash of it. Other texts are denoms already and stay.
func Denom(text string) string {
	parts := strings.Split(text, "/")
	if len(parts) < 3 || parts[0] != transfertypes.PortID || slices.Contains(parts, "") {
		return text
	}
	return transfertypes.ExtractDenomFromPath(text).IBCDenom()
}

// Of asks where a voucher came from; nil where none of it has come yet.
func Of(ctx context.Context, c *client.Client, denom string) (*Origin, error) {
	res, err := transfertypes.NewQueryClient(c).Denom(ctx, &transfertypes.QueryDenomRequest{Hash: denom})
	if status.Code(err) == codes.NotFound {
		return nil, nil //nolint:nilnil // a voucher may be accepted before the first has come
	}
	if err != nil {
		return nil, fmt.Errorf("ask where %s came from: %w", denom, err)
	}
	if res.Denom == nil || len(res.Denom.Trace) == 0 {
		return nil, errors.New("the node does not say by which way " + denom + " came")
	}
	return By(ctx, c, *res.Denom)
}

// By asks where a way leads, whether something has come by it or not.
func By(ctx context.Context, c *client.Client, way transfertypes.Denom) (*Origin, error) {
	hop := way.Trace[0]
	origin := &Origin{
		Path: way.Path(), DenomThere: transfertypes.NewDenom(way.Base, way.Trace[1:]...).IBCDenom(), Steps: len(way.Trace),
	}
	if !channeltypes.IsChannelIDFormat(hop.ChannelId) { // chanel-0 could be a client
		_, err := clienttypes.NewQueryClient(c).ClientState(ctx, &clienttypes.QueryClientStateRequest{ClientId: hop.ChannelId})
		if err != nil {
			return nil, fmt.Errorf("ask where %s leads: %w", hop.ChannelId, err)
		}
		return origin, nil
	}
	end := &channeltypes.QueryChannelRequest{PortId: hop.PortId, ChannelId: hop.ChannelId}
	channel, err := channeltypes.NewQueryClient(c).Channel(ctx, end)
	if err != nil {
		return nil, fmt.Errorf("ask where %s leads: %w", hop.ChannelId, err)
	}
	origin.Channel, origin.There = hop.ChannelId, channel.Channel.Counterparty.ChannelId
	return origin, nil
}

// Chain is the id that the chain at the other end gave itself, by the light client that verifies it; empty where no channel leads
// there, or the client does not say.
func (o Origin) Chain(ctx context.Context, c *client.Client) (string, error) {
	if o.Channel == "" {
		return "", nil
	}
	res, err := channeltypes.NewQueryClient(c).ChannelClientState(ctx,
		&channeltypes.QueryChannelClientStateRequest{PortId: transfertypes.PortID, ChannelId: o.Channel})
	if err != nil {
		return "", fmt.Errorf("ask for the client of %s: %w", o.Channel, err)
	}
	var state ibctm.ClientState
	if s := res.IdentifiedClientState; s == nil || s.ClientState == nil || !strings.HasSuffix(s.ClientState.TypeUrl, "tendermint.v1.ClientState") {
		return "", nil
	} else if err := state.Unmarshal(s.ClientState.Value); err != nil {
		return "", fmt.Errorf("the client of %s: %w", o.Channel, err)
	}
	return state.ChainId, nil
}
