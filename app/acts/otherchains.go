package acts

import (
	"maps"
	"slices"
	"strings"

	agenttypes "github.com/stemma-chain/stemma/x/agent/types"
)

// otherChains has what speaks with other chains.
var otherChains = agenttypes.Catalogue{
	// Who receives is somebody of another chain, of which no limit says anything; version 2 of the protocol sends what it is given.
	"/ibc.applications.transfer.v1.MsgTransfer":                        plain(terms|rates, ""),
	"/ibc.applications.interchain_accounts.host.v1.MsgModuleQuerySafe": plain(all, ""),

	"/ibc.core.channel.v1.MsgChannelOpenInit":          never(relaying),
	"/ibc.core.channel.v1.MsgChannelOpenTry":           never(relaying),
	"/ibc.core.channel.v1.MsgChannelOpenAck":           never(relaying),
	"/ibc.core.channel.v1.MsgChannelOpenConfirm":       never(relaying),
	"/ibc.core.channel.v1.MsgChannelCloseInit":         never(relaying),
	"/ibc.core.channel.v1.MsgChannelCloseConfirm":      never(relaying),
	"/ibc.core.channel.v1.MsgRecvPacket":               never(relaying),
	"/ibc.core.channel.v1.MsgTimeout":                  never(relaying),
	"/ibc.core.channel.v1.MsgTimeoutOnClose":           never(relaying),
	"/ibc.core.channel.v1.MsgAcknowledgement":          never(relaying),
	"/ibc.core.channel.v2.MsgSendPacket":               never(relaying),
	"/ibc.core.channel.v2.MsgRecvPacket":               never(relaying),
	"/ibc.core.channel.v2.MsgTimeout":                  never(relaying),
	"/ibc.core.channel.v2.MsgAcknowledgement":          never(relaying),
	"/ibc.core.connection.v1.MsgConnectionOpenInit":    never(relaying),
	"/ibc.core.connection.v1.MsgConnectionOpenTry":     never(relaying),
	"/ibc.core.connection.v1.MsgConnectionOpenAck":     never(relaying),
	"/ibc.core.connection.v1.MsgConnectionOpenConfirm": never(relaying),
	"/ibc.core.client.v1.MsgCreateClient":              never(relaying),
	"/ibc.core.client.v1.MsgUpdateClient":              never(relaying),
	"/ibc.core.client.v1.MsgUpgradeClient":             never(relaying),
	"/ibc.core.client.v1.MsgDeleteClientCreator":       never(relaying),
	"/ibc.core.client.v2.MsgRegisterCounterparty":      never(relaying),
	"/ibc.core.client.v2.MsgUpdateClientConfig":        never(relaying),

	"/ibc.core.connection.v1.MsgUpdateParams":                       never(governances),
	"/ibc.core.client.v1.MsgRecoverClient":                          never(governances),
	"/ibc.core.client.v1.MsgIBCSoftwareUpgrade":                     never(governances),
	"/ibc.core.client.v1.MsgUpdateParams":                           never(governances),
	"/ibc.applications.rate_limiting.v1.MsgAddRateLimit":            never(governances),
	"/ibc.applications.rate_limiting.v1.MsgUpdateRateLimit":         never(governances),
	"/ibc.applications.rate_limiting.v1.MsgRemoveRateLimit":         never(governances),
	"/ibc.applications.rate_limiting.v1.MsgResetRateLimit":          never(governances),
	"/ibc.applications.transfer.v1.MsgUpdateParams":                 never(governances),
	"/ibc.applications.interchain_accounts.host.v1.MsgUpdateParams": never(governances),

	"/ibc.applications.interchain_accounts.controller.v1.MsgRegisterInterchainAccount": never(controlling),
	"/ibc.applications.interchain_accounts.controller.v1.MsgSendTx":                    never(controlling),
	"/ibc.applications.interchain_accounts.controller.v1.MsgUpdateParams":              never(controlling),
}

// OfOwners lists the types that accounts which other chains control may execute here, sorted: what an owner or a payer of works does, and
// sending coins. They neither vote nor stake, nor have others act for them: such power would be that of whoever runs the other chain.
func OfOwners() []string {
	own := []string{"/cosmos.bank.v1beta1.MsgSend", "/ibc.applications.transfer.v1.MsgTransfer"}
	for _, part := range []agenttypes.Catalogue{registry, royalty, license, lineage, dispute} {
		for kind := range maps.Keys(part) {
			if part[kind].Never == "" && !strings.HasSuffix(kind, "MsgRule") {
				own = append(own, kind)
			}
		}
	}
	slices.Sort(own)
	return own
}
