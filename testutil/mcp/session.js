// A session of an agent, by the official client: it finds a work, gets a licence, declares what it made of it and has that proved; then its
// limit refuses more. What is shown is printed, line by line, and the first thing that is not so ends it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { Chain } from "./chain.js";

const port = Number(process.env.MCP_PORT ?? 19440);
const program = process.env.STEMMA_PORTAL;
const began = Date.now();
let last = began;
function shown(text) {
  console.log(`${((Date.now() - last) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  last = Date.now();
}

const dir = mkdtempSync(join(tmpdir(), "stemma-mcp-"));
let chain, serving;
// However it ends, nothing runs on and nothing stays.
process.once("exit", () => {
  chain?.node?.kill("SIGKILL");
  serving?.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 }); // again where the node was still writing
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

chain = new Chain(dir, "stemma-mcp-1", port, { accounts: ["alice", "carol", "bot"] });
await chain.start();
const { song, agent } = world();
shown("a chain, where Alice offers a song for 2 USDC, and Carol's agent has a key that may spend 3 USDC an act and 5 an hour");
const flags = ["mcp", "--node", chain.rpc, "--grpc", `127.0.0.1:${port + 2}`];
const acting = [...flags, "--agent", agent, "--from", "bot", "--keyring-dir", chain.home, "--keyring-backend", "test"];
await overStandardInput();
await readOnly();
await refused();
await overHTTP();
await chain.stop();
console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  in all`);
process.exit();

function write(name, text) {
  writeFileSync(join(dir, name), text);
  return name;
}

// world is what is there before the session.
function world() {
  write("song.wav", "la la");
  chain.run("register", "song.wav", "--title", "Song <script>alert(1)</script>", "--from", "alice");
  chain.run("offer", "song.wav", "commercial-remix-10", "--price", "2.00 USDC", "--from", "alice");
  const { agent } = chain.json("agent", "register", "buyer", "--responsible", "Acme", "--for", "300d", "--from", "carol");
  write("limit.yaml", "messages: [register, acquire, derive, /stemma.royalty.v1.MsgPay]\nexpires: 24h\namount_range: {max: [3.00 USDC]}\n" +
    "agent_recurrence: {every: 1h, max: [5.00 USDC]}\nbudget: [20.00 USDC]\n");
  chain.run("agent", "limit", "buyer", "bot", "--file", "limit.yaml", "--from", "carol");
  const [{ work }] = chain.json("show", "song.wav").works;
  return { song: work.id, agent };
}

// open starts a server and a client of it. ended is told its exit code once the client has closed its input.
async function open(args) {
  const code = join(dir, `code-${Math.random()}`);
  const client = new Client({ name: "session", version: "1" });
  await client.connect(new StdioClientTransport({
    command: "sh", args: ["-c", '"$0" "$@"; echo $? >"$CODE"', program, ...args], env: { ...process.env, CODE: code }, cwd: dir,
  }));
  return { client, ended: async () => {
    await client.close();
    return Number(readFileSync(code, "utf8"));
  } };
}

async function overStandardInput() {
  const { client, ended } = await open(acting);
  assert.match(client.getInstructions(), /within a limit that the chain enforces/);
  const { tools } = await client.listTools(); // from here on the client holds each answer to its schema
  assert.deepEqual(tools.map((t) => t.name).sort(),
    ["acquire", "clear", "declare", "pay", "prove", "quote", "receipt", "report", "resolve"]);
  for (const tool of tools) assert.equal(tool.annotations.readOnlyHint, !["acquire", "declare", "pay"].includes(tool.name), tool.name);
  const call = async (name, args) => (await client.callTool({ name, arguments: args }));
  const ok = async (name, args) => {
    const answer = await call(name, args);
    assert.ok(!answer.isError, `${name}: ${JSON.stringify(answer.structuredContent)}`);
    return answer.structuredContent;
  };
  const no = async (name, args, codespace, code) => {
    const { isError, structuredContent: { refused } } = await call(name, args);
    assert.ok(isError, name);
    assert.deepEqual([refused.codespace, refused.code], [codespace, code], JSON.stringify(refused));
    return refused;
  };
  shown("the official client lists nine tools with schemas");

  const digest = createHash("sha256").update("la la").digest("hex");
  const [found] = (await ok("resolve", { query: digest })).works;
  assert.equal(found.work, song);
  assert.equal(found.title.untrusted_text, "Song <script>alert(1)</script>");
  const use = { work: song, use: "ai-input", commercial: true };
  const asked = await ok("clear", use);
  assert.equal(asked.verdict, "needs_grant");
  assert.equal(asked.to_buy.total[0].shown, "2.00 USDC");
  assert.equal((await ok("quote", { ...use, amount: "1.00 USDC" })).payment.payees[0].account, chain.address("alice"));
  const bought = await ok("acquire", { request: "1", ...use, max: "2.00 USDC" });
  assert.match(bought.bought[0].grant, /^grant1/);
  assert.deepEqual(await ok("acquire", { request: "1", ...use, max: "2.00 USDC" }), bought);
  assert.equal((await ok("clear", use)).verdict, "allowed");
  shown("it gets a licence, once");

  const output = createHash("sha256").update("output").digest("hex");
  const made = await ok("declare", {
    request: "2", sha256: output, title: "Output", kind: "audio", model: "acme/composer", max: "0uusdc", sources: [{ work: song }],
  });
  assert.equal(chain.json("query", "lineage", "derivation", made.work).record.agent, agent);
  const proof = await ok("prove", { subject: made.work, about: "derivation" });
  assert.ok(proof.verified);
  write("output.proof", Buffer.from(proof.proof_base64, "base64"));
  chain.run("verify", "output.proof", "--trust", proof.begins_at);
  shown("it declares an output and has a proof, which stemmad verifies");

  const over = await no("pay", { request: "3", work: song, amount: "3.01 USDC", max: "4.00 USDC" }, "agent", 33);
  const [left] = over.budget.spending;
  assert.deepEqual([left.act.shown, left.window.shown, left.whole.shown], ["3.00 USDC", "3.00 USDC", "18.00 USDC"]);
  assert.ok(over.budget.window_ends_at && over.remedy && over.sentence);
  const paid = await ok("pay", { request: "3", work: song, amount: "2.00 USDC", max: "4.00 USDC" });
  assert.equal(paid.budget.spending[0].window.shown, "1.00 USDC");
  await no("pay", { request: "4", work: song, amount: "1.01 USDC", max: "4.00 USDC" }, "agent", 34);
  assert.equal((await ok("receipt", { tx: paid.tx })).payments[0].payees[0].amount.shown, "2.00 USDC");
  const { client: second, ended: endedToo } = await open(acting);
  const all = await second.callTool({ name: "report", arguments: { works: [song, made.work, "ab".repeat(32)], use: "train-ai" } });
  assert.equal(all.structuredContent.rows, 3, JSON.stringify(all));
  assert.equal(await endedToo(), 0);
  shown("its limit refuses what is over it, and says what is left");
  assert.equal(await ended(), 0);
  shown("closed standard input ends the server with code 0");
}

async function readOnly() {
  const { client, ended } = await open(flags);
  assert.deepEqual((await client.listTools()).tools.map((t) => t.name).sort(), ["clear", "prove", "quote", "receipt", "report", "resolve"]);
  assert.equal((await client.callTool({ name: "clear", arguments: { work: song, use: "copy" } })).structuredContent.as, undefined);
  assert.equal(await ended(), 0);
  shown("without a key it only reads");
}

// refused: no key acts without an agent, or for one whose key it is not.
async function refused() {
  for (const [args, code] of [
    [[...flags, "--from", "bot", "--keyring-dir", chain.home, "--keyring-backend", "test"], 2],
    [acting.map((a) => (a === "bot" ? "carol" : a)), 1],
    [[...acting, "--listen", `127.0.0.1:${port + 8}`], 2],
    [[...flags, "--listen", `0.0.0.0:${port + 8}`], 2],
  ]) {
    const server = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"] });
    assert.equal(await new Promise((resolve) => server.once("exit", resolve)), code, args.join(" "));
  }
  shown("keys without an agent, keys that are none of its, and open doors without a token are refused");
}

async function overHTTP() {
  const token = "t".repeat(40);
  writeFileSync(join(dir, "token"), token, { mode: 0o600 });
  const address = `127.0.0.1:${port + 8}`;
  serving = spawn(program, [...acting, "--listen", address, "--token-file", join(dir, "token")], { stdio: ["ignore", "inherit", "pipe"] });
  const ended = new Promise((resolve) => serving.once("exit", resolve));
  const url = new URL(`http://${address}/`);
  for (let tries = 0; tries < 100; tries++, await sleep(100)) if (await fetch(url).then(() => true, () => false)) break;
  const client = new Client({ name: "session", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${token}` } } }));
  assert.equal((await client.listTools()).tools.length, 9);
  const ask = { name: "clear", arguments: { work: song, use: "copy" } };
  const calls = await Promise.all(Array.from({ length: 50 }, () => client.callTool(ask)));
  for (const answer of calls) assert.ok(answer.structuredContent.height > 0);
  await client.close();
  await assert.rejects(new Client({ name: "session", version: "1" }).connect(new StreamableHTTPClientTransport(url)));
  serving.kill();
  assert.equal(await ended, 0);
  shown("over HTTP it answers 50 calls at once, and nobody without the token");
}
