// A chain of one node on loopback, thrown away at the end.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const stemmad = process.env.STEMMAD;

export class Chain {
  // The chain's files are below dir; its node takes ten ports from port on.
  constructor(dir, id, port, { accounts, executor = "sequential" }) {
    this.id = id;
    this.home = join(dir, id, "node0");
    this.dir = dir;
    this.rpc = `http://127.0.0.1:${port + 1}`;
    this.rest = `http://127.0.0.1:${port + 3}`;
    this.run("testnet", "init-files", "--validators", "1", "--chain-id", id, "--output-dir", join(dir, id),
      "--accounts", accounts.join(","), "--blocktime", "200ms", "--base-port", String(port));
    edit(join(this.home, "config", "genesis.json"), (text) => {
      const genesis = JSON.parse(text);
      Object.assign(genesis.app_state.gov.params, { voting_period: "10s", expedited_voting_period: "4s" });
      return JSON.stringify(genesis);
    });
    edit(join(this.home, "config", "app.toml"), (text) => {
      if (!/^block-executor = /m.test(text)) throw new Error("app.toml has no block-executor");
      return text.replace(/^block-executor = .*$/m, `block-executor = "${executor}"`);
    });
    this.keys = JSON.parse(this.run("keys", "list", "--output", "json"));
  }

  // run runs a command to its end and returns what it prints, json what it prints for programs.
  run(...args) {
    return execFileSync(stemmad, [...args, "--home", this.home], {
      cwd: this.dir, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, STEMMAD_YES: "true" },
    });
  }
  json(...args) { return JSON.parse(this.run(...args, "--output", "json")); }

  // tx runs a "stemmad tx" command, and waits until it is in a block.
  tx(...args) {
    const { txhash } = this.json("tx", ...args, "--gas", "1000000", "--gas-prices", "0.002ustem");
    return this.json("query", "wait-tx", txhash);
  }

  address(name) { return this.keys.find((k) => k.name === name).address; }
  // secret is the private key of an account, as hex.
  secret(name) {
    return execFileSync(stemmad, ["keys", "export", name, "--unarmored-hex", "--unsafe", "--home", this.home],
      { input: "y\n", encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] }).trim();
  }

  async get(path) {
    const answer = await fetch(this.rest + path);
    if (!answer.ok) throw new Error(`${this.id}: ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  async balance(address, denom) {
    return BigInt((await this.get(`/cosmos/bank/v1beta1/balances/${address}/by_denom?denom=${encodeURIComponent(denom)}`)).balance.amount);
  }
  async balances(address) { return (await this.get(`/cosmos/bank/v1beta1/balances/${address}?pagination.limit=1000`)).balances; }
  async supply() { return (await this.get("/cosmos/bank/v1beta1/supply?pagination.limit=1000")).supply; }
  async height() { return Number((await (await fetch(`${this.rpc}/status`)).json()).result.sync_info.latest_block_height); }
  // blocks waits until so many more blocks are there.
  async blocks(n) {
    for (const until = (await this.height()) + n; (await this.height()) < until;) await sleep(100);
  }

  async start() {
    const log = openSync(join(this.dir, `${this.id}.log`), "a");
    this.node = spawn(stemmad, ["start", "--home", this.home], { stdio: ["ignore", log, log] });
    closeSync(log);
    this.ended = new Promise((resolve) => this.node.once("exit", resolve));
    for (let tries = 0; tries < 600 && this.node.exitCode === null; tries++, await sleep(100)) {
      try {
        const first = await this.height();
        await this.get("/cosmos/base/tendermint/v1beta1/node_info");
        if (first > 0) return await this.blocks(1);
      } catch {
        // not listening yet
      }
    }
    throw new Error(`${this.id} did not come up:\n${readFileSync(join(this.dir, `${this.id}.log`), "utf8").slice(-2000)}`);
  }
  async stop() {
    this.node?.kill();
    await this.ended;
  }
}

function edit(file, change) {
  const before = readFileSync(file, "utf8");
  writeFileSync(file, change(before));
}
