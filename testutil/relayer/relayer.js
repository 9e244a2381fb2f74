// The relayer of Confio (npm @confio/relayer 0.12.0), wrapped so that it works between chains of today. Nothing of it is edited.
//  - It is taken file by file: its index loads a helper of its tests, and with that a module (sinon) which is not installed.
//  - Its nodes are spoken to as CometBFT 0.38: by the version that a node tells, CosmJS takes 0.40 for Tendermint 0.34.
//  - ibc-go has had data and acknowledgements of packets as hex only in its events since version 10, and the relayer reads them as text.
//  - Of a channel without order ibc-go answers 0 for the next sequence to receive. It does not use what a timeout says of it there, but
//    refuses 0.
import { createRequire } from "node:module";

import { fromHex, fromUtf8 } from "@cosmjs/encoding";
import { DirectSecp256k1Wallet, Registry } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient, defaultRegistryTypes } from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import transfers from "cosmjs-types/ibc/applications/transfer/v1/tx.js";
import orders from "cosmjs-types/ibc/core/channel/v1/channel.js";
import channels from "cosmjs-types/ibc/core/channel/v1/tx.js";
import clients from "cosmjs-types/ibc/core/client/v1/tx.js";
import connections from "cosmjs-types/ibc/core/connection/v1/tx.js";

const require = createRequire(import.meta.url);
const { IbcClient, buildCreateClientArgs } = require("@confio/relayer/build/lib/ibcclient.js");
const { Link } = require("@confio/relayer/build/lib/link.js");

// The relayer's own modules call these by the object of exports that is changed here.
const parsing = require("@confio/relayer/build/lib/utils.js");
for (const name of ["parsePacketsFromEvents", "parsePacketsFromTendermintEvents", "parseAcksFromTxEvents"]) {
  const parse = parsing[name];
  parsing[name] = (events) => parse(events.map(withText));
}

function withText(event) {
  const texts = event.attributes
    .filter(({ key }) => key === "packet_data_hex" || key === "packet_ack_hex")
    .map(({ key, value }) => ({ key: key.slice(0, -"_hex".length), value: fromUtf8(fromHex(value)) }));
  return { ...event, attributes: [...event.attributes, ...texts] };
}

const timeout = IbcClient.prototype.timeoutPackets;
IbcClient.prototype.timeoutPackets = function (packets, proofs, next, height) {
  return timeout.call(this, packets, proofs, next.map((sequence) => sequence || 1n), height);
};

const messages = (pkg, types) => Object.entries(types)
  .filter(([name]) => /^Msg(?!.*(Response|Impl)$)/.test(name))
  .map(([name, type]) => [`/${pkg}.${name}`, type]);

// signer is an account of a chain that signs what relayers and senders of transfers do. It pays the price that it is given, such as
// 0.001ustem, for each unit of gas: what a simulation takes, and 40 % more, as that leaves out what charging the fee takes.
export async function signer(chain, key, price) {
  const wallet = await DirectSecp256k1Wallet.fromKey(fromHex(key), "stemma");
  const [{ address }] = await wallet.getAccounts();
  const comet = await Comet38Client.connect(chain.rpc);
  const options = {
    gasPrice: GasPrice.fromString(price), estimatedBlockTime: 250, estimatedIndexerTime: 200, broadcastPollIntervalMs: 100,
    registry: new Registry([
      ...defaultRegistryTypes, ...messages("ibc.core.client.v1", clients), ...messages("ibc.core.connection.v1", connections),
      ...messages("ibc.core.channel.v1", channels), ...messages("ibc.applications.transfer.v1", transfers),
    ]),
  };
  const client = await SigningStargateClient.createWithSigner(comet, wallet, options);
  return new IbcClient(client, comet, address, await client.getChainId(), options);
}

// connect opens clients, a connection and a channel for transfers, which is channel-0 on both where there was none.
export async function connect(a, b) {
  const link = await Link.createWithNewConnections(a, b);
  const { src, dest } = await link.createChannel("A", "transfer", "transfer", orders.Order.ORDER_UNORDERED, "ics20-1");
  return { link, channels: [src.channelId, dest.channelId] };
}

// again is a link over connections that are there.
export const again = (a, b, link) => Link.createWithExistingConnections(a, b, link.endA.connectionID, link.endB.connectionID);

// shortLived makes a client on a chain, of another, that expires after so many seconds without an update, and returns its id.
export async function shortLived(on, of, seconds) {
  const { clientState, consensusState } = await buildCreateClientArgs(of, seconds);
  return (await on.createTendermintClient(clientState, consensusState)).clientId;
}
