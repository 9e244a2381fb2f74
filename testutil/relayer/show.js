// Two chains of one node each and a relayer: what is shown is printed, line by line, and the first thing that is not so ends it. The coins
// of the chain "there" are the stablecoin that pays works of the chain "here", which executes in parallel.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fromBech32, toBech32 } from "@cosmjs/encoding";
import { calculateFee } from "@cosmjs/stargate";

import { Chain } from "./chain.js";
import { again, connect, shortLived, signer } from "./relayer.js";

const port = Number(process.env.RELAYER_PORT ?? 19410);
const began = Date.now();
let last = began;
function shown(text) {
  console.log(`${((Date.now() - last) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  last = Date.now();
}

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();
const module = (name) => toBech32("stemma", sha256(name).subarray(0, 20));
const voucherOf = (denom, channel) => "ibc/" + sha256(`transfer/${channel}/${denom}`).toString("hex").toUpperCase();
const pay = module("ibcpay");
const memo = (work) => JSON.stringify({ stemma: { pay: work } });
const usdc = (units) => BigInt(units) * 1_000_000n;

const dir = mkdtempSync(join(tmpdir(), "stemma-relayer-"));
// However it ends, nothing runs on and nothing stays.
process.once("exit", () => {
  for (const chain of [here, there]) chain?.node?.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 }); // again where a node was still writing
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

let here, there;
here = new Chain(dir, "stemma-here-1", port, { accounts: ["alice", "bob", "carol", "dave", "relayer"], executor: "block-stm" });
there = new Chain(dir, "stemma-there-1", port + 10, { accounts: ["fan", "collector", "relayer"] });
await show();
process.exit(); // CosmJS would wait for a minute for each transaction that was refused

async function show() {
  await Promise.all([here.start(), there.start()]);
  shown("two chains make blocks");
  const net = await open();
  await arrive(net);
  const works = await accept(net);
  await restart(net);
  expire(net);
  await comeBack(net, works);
  await payByMemo(net, works);
  await late(net, works);
  await limited(net, works);
  await recover(net);
  await watch(net);
  await conserved();
  await Promise.all([here.stop(), there.stop()]);
  for (const chain of [here, there]) chain.run("check");
  shown("both nodes are stopped, and their states sound");
  console.log(`all shown in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

// open has the relayer connect the chains. Senders of transfers sign as it does.
async function open() {
  // what suffices in the next block too
  const price = async (chain) => chain.json("query", "feemarket", "prices").estimates.find((p) => p.endsWith("ustem"));
  const [a, b, fan, dave] = [
    await signer(here, here.secret("relayer"), await price(here)), await signer(there, there.secret("relayer"), await price(there)),
    await signer(there, there.secret("fan"), await price(there)), await signer(here, here.secret("dave"), await price(here)),
  ];
  const { link, channels } = await connect(a, b);
  assert.deepEqual(channels, ["channel-0", "channel-0"]);
  shown("a relayer that others wrote opens clients, a connection and a channel");
  const mean = await signer(here, here.secret("relayer"), "0.0009ustem");
  await assert.rejects(mean.doUpdateClient(link.endA.clientID, b), /insufficient fee/);
  shown("a relayer that offers less than the base price is refused");
  assert.ok(here.run("pay", "--help").includes(pay), "the help of pay has another pay address");
  const forgotten = await shortLived(a, b, 5);
  return { a, b, fan, dave, link, voucher: voucherOf("uusdc", "channel-0"), client: link.endA.clientID, forgotten };
}

// transfer sends several transfers in one transaction, each good for two hundred blocks of the other chain, and returns its fee in ustem.
async function transfer(from, to, transfers) {
  const timeoutHeight = to.revisionHeight((await to.currentHeight()) + 200);
  const messages = transfers.map(({ amount, denom, receiver, memo = "", ...more }) => ({
    typeUrl: "/ibc.applications.transfer.v1.MsgTransfer",
    value: {
      sourcePort: "transfer", sourceChannel: "channel-0", token: { denom, amount: String(amount) }, sender: from.senderAddress, receiver,
      memo, timeoutHeight, timeoutTimestamp: 0n, ...more,
    },
  }));
  const fee = calculateFee(Math.round((await from.sign.simulate(from.senderAddress, messages, "")) * 1.4), from.gasPrice);
  const result = await from.sign.signAndBroadcast(from.senderAddress, messages, fee);
  assert.equal(result.code, 0, result.rawLog);
  return BigInt(fee.amount[0].amount);
}

// relay relays what waits until "here" and "there" have answered so many packets of the other, and the answers have been relayed too. It
// returns the answers of each in the order of the packets, with the reasons that it gave for what it refused.
async function relay({ link }, byHere, byThere) {
  const answered = [[], []];
  for (let tries = 0; answered[0].length < byHere || answered[1].length < byThere; tries++) {
    assert.ok(tries < 20, `answered ${answered[0].length} of ${byHere} and ${answered[1].length} of ${byThere} packets`);
    // a node may still be writing the index by which packets are found
    await Promise.all([link.endA.client.waitForIndexer(), link.endB.client.waitForIndexer()]);
    const { acksFromA, acksFromB } = await link.relayAll();
    answered[0].push(...acksFromA);
    answered[1].push(...acksFromB);
  }
  assert.deepEqual(answered.map((a) => a.length), [byHere, byThere]);
  return answered.map((acks) => acks
    .sort((x, y) => Number(x.originalPacket.sequence - y.originalPacket.sequence))
    .map(({ acknowledgement, originalPacket, txHash, txEvents }) => {
      const answer = JSON.parse(Buffer.from(acknowledgement).toString());
      return { done: "result" in answer, error: answer.error, reason: reasonOf(txEvents, originalPacket.sequence), txHash };
    }));
}

// reasonOf is what the chain says of a transfer to the pay address that it refused. As what it did is undone, ibc-go marks type and keys of
// such events.
function reasonOf(events, sequence) {
  const mark = "ibccallbackerror-";
  const refusals = events.filter(({ type }) => type === `${mark}stemma.royalty.v1.EventTransferRefused`)
    .map(({ attributes }) => Object.fromEntries(attributes.map(({ key, value }) => [key.replace(mark, ""), value])));
  const refused = refusals.find((r) => JSON.parse(r.sequence) === String(sequence));
  return refused ? JSON.parse(refused.reason) : "";
}

// arrive has a stablecoin come, and the other chain's staking token go the other way.
async function arrive(net) {
  const { a, b, fan, dave, voucher } = net;
  const collector = there.address("collector");
  const stem = voucherOf("ustem", "channel-0");
  await transfer(fan, a, [{ amount: usdc(1000), denom: "uusdc", receiver: dave.senderAddress }]);
  await transfer(dave, b, [{ amount: 5_000_000n, denom: "ustem", receiver: collector }]);
  const [[arrived], [gone]] = await relay(net, 1, 1);
  assert.ok(arrived.done && gone.done, arrived.error || gone.error);
  assert.equal(await here.balance(dave.senderAddress, voucher), usdc(1000));
  assert.equal(await there.balance(collector, stem), 5_000_000n);
  shown("1,000 USDC of the one chain arrive at the other, and 5 STEM the other way");

  const { tx } = await here.get(`/cosmos/tx/v1beta1/txs/${arrived.txHash}`);
  const { fee } = tx.auth_info;
  const [price] = here.json("query", "feemarket", "prices").prices;
  assert.ok(Number(fee.amount[0].amount) >= Number(fee.gas_limit) * parseFloat(price));
  shown(`the relayer paid ${fee.amount[0].amount} ${fee.amount[0].denom} for ${fee.gas_limit} gas, as anybody does`);
}

// accept has governance take the voucher for payments, and limit what comes and goes of it, in one proposal. Works are registered
// meanwhile.
async function accept({ voucher }) {
  const terms = [
    "denom", "accept", "transfer/channel-0/uusdc", "--unit", "USDT", "--decimals", "6", "--min-payment", "0.001 USDT",
    // a limit of a day would begin anew where midnight falls into this
    "--rate-limit", "25", "--rate-hours", "48", "--propose", "--from", "node0",
  ];
  const said = here.run(...terms, "--dry-run");
  for (const words of [`The coin is ${voucher}.`, "It comes from chain stemma-there-1 by channel-0, where it is called uusdc."]) {
    assert.ok(said.includes(words), said);
  }
  assert.equal(here.json(...terms).proposal, 1);
  ended(here.tx("gov", "vote", "1", "yes", "--from", "node0"));
  const works = register();
  await passed(1);
  const [row] = here.json("denom", "list").denoms.filter((d) => d.denom === voucher);
  assert.deepEqual([row.symbol, row.min_payment, row.from.chain], ["USDT", "1000", "stemma-there-1"]);
  assert.ok(here.run("balance", "dave").includes("1000.00 USDT"));
  shown("governance accepts the voucher for payments, as USDT, and limits it to 25 % of its supply each way, in one proposal");
  return works;
}

// passed waits for the end of a vote.
async function passed(id) {
  for (let tries = 0; ; tries++) {
    const { proposal } = await here.get(`/cosmos/gov/v1/proposals/${id}`);
    if (proposal.status === "PROPOSAL_STATUS_PASSED") return;
    assert.ok(proposal.status === "PROPOSAL_STATUS_VOTING_PERIOD" && tries < 100, `${proposal.status} ${proposal.failed_reason}`);
    await here.blocks(2);
  }
}

function ended(tx) {
  assert.equal(tx.code, 0, tx.raw_log);
}

// register makes a song, a remix of it and an edit of the remix, of three owners, and returns their ids.
function register() {
  for (const name of ["song", "remix", "edit"]) writeFileSync(join(dir, `${name}.wav`), `${name} ${dir}`);
  const remixable = "commercial-remix-10";
  const { works: [{ work: song }] } = here.json("register", "song.wav", "--from", "alice");
  here.run("offer", song, remixable, "--from", "alice");
  const { work: remix } = here.json("derive", "remix.wav", "--from", `${song}=parentOf@${remixable}`, "--by", "bob");
  here.run("offer", remix, remixable, "--from", "bob");
  const { work: edited } = here.json("derive", "edit.wav", "--from", `${remix}=parentOf@${remixable}`, "--by", "carol");
  shown("a song, its remix and an edit of the remix are registered");
  return [song, remix, edited];
}

// restart ends both nodes and starts them again, with a transfer under way.
async function restart(net) {
  await transfer(net.fan, net.a, [{ amount: usdc(1), denom: "uusdc", receiver: net.dave.senderAddress }]);
  await Promise.all([here.stop(), there.stop()]);
  await Promise.all([here.start(), there.start()]);
  net.link = await again(net.a, net.b, net.link);
  const [[arrived]] = await relay(net, 1, 0);
  assert.ok(arrived.done, arrived.error);
  shown("both nodes are restarted, and what was under way arrives");
}

function statusOf(client) {
  return here.json("query", "ibc", "client", "status", client).status;
}

// expire looks at a client that nobody updated, and has governance vote on putting another in its place.
function expire({ client, forgotten }) {
  assert.deepEqual([statusOf(client), statusOf(forgotten)], ["Active", "Expired"]);
  ended(here.tx("ibc", "client", "recover-client", forgotten, client, "--title", "A client that expired",
    "--summary", "One that did not in its place", "--deposit", "10000000ustem", "--from", "node0"));
  ended(here.tx("gov", "vote", "2", "yes", "--from", "node0"));
  shown("a light client that nobody updated has expired");
}

async function recover({ a, b, forgotten }) {
  await passed(2);
  assert.equal(statusOf(forgotten), "Active");
  await a.doUpdateClient(forgotten, b);
  shown("governance recovers it, and it is updated again");
}

// watch asks what docs/otherchains.md says to watch.
async function watch({ client, voucher }) {
  const newest = here.json("query", "ibc", "client", "consensus-state", client, "--latest-height", "--prove=false").consensus_state;
  assert.ok(Date.now() - Date.parse(newest.timestamp) < 120_000, newest.timestamp);
  for (const chain of [here, there]) {
    assert.deepEqual(chain.json("query", "ibc", "channel", "packet-commitments", "transfer", "channel-0").commitments, []);
  }
  const { rate_limits: [{ path, flow }] } = here.json("query", "ratelimiting", "list-rate-limits");
  assert.equal(path.denom, voucher);
  assert.deepEqual([flow.inflow, flow.outflow].map(BigInt), [usdc(1 + 100 + 50), usdc(80 + 271)]);
  shown("no packet is under way, and the rate limit has counted what came and went, and nothing that came back");
}

// comeBack sends what is no payment, in one transaction.
async function comeBack(net, [song, remix, edited]) {
  const { a, fan, voucher } = net;
  const unknown = toBech32("work", sha256("nobody's").subarray(0, fromBech32(song).data.length));
  const one = { amount: usdc(1), denom: "uusdc", receiver: pay };
  const alice = here.address("alice");
  const cases = [
    ["a bad memo", { ...one, memo: "for the song" }, /no JSON object/],
    ["duplicate keys", { ...one, memo: `{"stemma":{"pay":"${song}","pay":"${remix}"}}` }, /belongs/],
    ["an unknown work", { ...one, memo: memo(unknown) }, /not found/],
    ["a denom that is not accepted", { ...one, denom: "ustem", memo: memo(edited) }, /denom not accepted/],
    ["less than the minimum", { ...one, amount: 999n, memo: memo(edited) }, /below the minimum/],
    ["a callback", { ...one, receiver: alice, memo: JSON.stringify({ dest_callback: { address: alice } }) }, /^$/],
  ];
  const money = async () => [
    await there.balance(fan.senderAddress, "uusdc"), await there.balance(fan.senderAddress, "ustem"), await supplyOf(voucher),
  ];
  const before = await money();
  const fee = await transfer(fan, a, cases.map(([, sent]) => sent));
  const [answers] = await relay(net, cases.length, 0);
  const [usd, stem, supply] = await money();
  for (const [i, [what, , reason]] of cases.entries()) {
    assert.ok(!answers[i].done, `${what} is taken`);
    assert.match(answers[i].reason, reason);
    shown(`refunded: ${what}${answers[i].reason && ` (${answers[i].reason})`}`);
  }
  assert.deepEqual([usd, stem + fee, supply], before);
  shown("all of it is back, to the unit");
}

// payByMemo pays the edit with one transfer; one of those who get a share sends it home.
async function payByMemo(net, [, , edited]) {
  const { a, fan, voucher } = net;
  await transfer(fan, a, [{ amount: usdc(100), denom: "uusdc", receiver: pay, memo: memo(edited) }]);
  const [[answer]] = await relay(net, 1, 0);
  assert.ok(answer.done, answer.reason || answer.error);
  await here.blocks(2); // in which shares are paid out
  const got = async (name) => here.balance(here.address(name), voucher);
  assert.deepEqual([await got("alice"), await got("bob"), await got("carol")], [usdc(10), usdc(10), usdc(80)]);
  shown("one transfer pays the edit: 10 USDC to the song, 10 to the remix, 80 to the edit");

  const collector = there.address("collector");
  const before = await there.balance(collector, "uusdc");
  ended(here.tx("ibc-transfer", "transfer", "transfer", "channel-0", collector, `${usdc(80)}${voucher}`, "--from", "carol"));
  const [, [home]] = await relay(net, 0, 1);
  assert.ok(home.done, home.error);
  assert.equal(await there.balance(collector, "uusdc") - before, usdc(80));
  assert.equal(await got("carol"), 0n);
  shown("carol sends her voucher home, where it is 80 USDC");
}

// late relays a payment when its time is over.
async function late(net, [, , edited]) {
  const { a, fan, voucher } = net;
  const before = [await there.balance(fan.senderAddress, "uusdc"), await supplyOf(voucher)];
  const timeoutHeight = a.revisionHeight((await a.currentHeight()) + 8);
  await transfer(fan, a, [{ amount: usdc(7), denom: "uusdc", receiver: pay, memo: memo(edited), timeoutHeight }]);
  assert.equal(await there.balance(fan.senderAddress, "uusdc"), before[0] - usdc(7));
  await here.blocks(10);
  for (let tries = 0; await there.balance(fan.senderAddress, "uusdc") < before[0]; tries++) {
    assert.ok(tries < 20, "it is not refunded");
    const { acksFromA } = await net.link.relayAll();
    assert.deepEqual(acksFromA, [], "it arrived");
  }
  assert.deepEqual([await there.balance(fan.senderAddress, "uusdc"), await supplyOf(voucher)], before);
  shown("a payment that is relayed too late is refunded");
}

// limited sends more than governance allows. 101 USDC have come and 80 gone since the vote: 250 is the most each way.
async function limited(net, [, , edited]) {
  const { a, b, fan, dave, voucher } = net;
  const before = await there.balance(fan.senderAddress, "uusdc");
  await transfer(fan, a, [{ amount: usdc(230), denom: "uusdc", receiver: pay, memo: memo(edited) }]);
  const [[answer]] = await relay(net, 1, 0);
  assert.ok(!answer.done);
  assert.equal(await there.balance(fan.senderAddress, "uusdc"), before);
  shown("a payment beyond the rate limit comes back");
  const out = (units) => transfer(dave, b, [{ amount: usdc(units), denom: voucher, receiver: there.address("collector") }]);
  await assert.rejects(out(272), /quota exceeded/i);
  await out(271);
  await transfer(fan, a, [{ amount: usdc(50), denom: "uusdc", receiver: pay, memo: memo(edited) }]);
  const [[paid], [home]] = await relay(net, 1, 1);
  assert.ok(paid.done && home.done, paid.reason || home.error);
  shown("nor is more sent home than it allows; up to it all goes, both ways at once");
}

// conserved compares all vouchers of each chain with what the other holds for them.
async function conserved() {
  await Promise.all([here.blocks(2), there.blocks(2)]);
  for (const [chain, other] of [[here, there], [there, here]]) {
    const { escrow_address: escrow } = await other.get("/ibc/apps/transfer/v1/channels/channel-0/ports/transfer/escrow_address");
    const held = await other.balances(escrow);
    const vouchers = (await chain.supply()).filter(({ denom }) => denom.startsWith("ibc/"));
    assert.deepEqual(vouchers.sort(byDenom), held.map((c) => ({ denom: voucherOf(c.denom, "channel-0"), amount: c.amount })).sort(byDenom));
    assert.equal(vouchers.length, 1, "a denom of each chain");
    assert.deepEqual(await chain.balances(pay), []);
    shown(`${chain.id}: ${vouchers.map((c) => c.amount).join(", ")} of vouchers, as much is held for them, nothing is at the pay address`);
  }
}

async function supplyOf(denom) {
  return BigInt((await here.supply()).find((c) => c.denom === denom)?.amount ?? 0);
}

function byDenom(x, y) {
  return x.denom < y.denom ? -1 : 1;
}
