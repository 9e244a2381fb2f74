// A chain of one node on loopback, thrown away at the end.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Comet38Client } from "@cosmjs/tendermint-rpc";

const stemmad = process.env.STEMMAD ?? new URL("../../stemmad", import.meta.url).pathname;
// The first of ten ports.
const basePort = Number(process.env.COSMJS_PORT ?? 19310);

// start returns the node's RPC, home and a client of it, keys of the accounts as hex, restart and stop. Each
// account has STEM and USDC.
export async function start(...accounts) {
  const dir = mkdtempSync(join(tmpdir(), "stemma-cosmjs-"));
  const home = join(dir, "net", "node0");
  const run = (...args) => execFileSync(stemmad, args, { input: "y\n", encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  run("testnet", "init-files", "--validators", "1", "--output-dir", join(dir, "net"), "--accounts", accounts.join(","),
    "--blocktime", "100ms", "--base-port", String(basePort));
  const keys = accounts.map((name) =>
    run("keys", "export", name, "--unarmored-hex", "--unsafe", "--keyring-backend", "test", "--home", home).trim());

  const log = openSync(join(dir, "log"), "w");
  let node, ended;
  const begin = () => {
    node = spawn(stemmad, ["start", "--home", home], { stdio: ["ignore", log, log] });
    ended = new Promise((resolve) => node.once("exit", resolve));
  };
  // end is that of a machine that loses power, which a pool of transactions does not survive.
  const end = async () => {
    node.kill("SIGKILL");
    await ended;
  };
  const stop = async () => {
    node.kill();
    await ended;
    closeSync(log);
    rmSync(dir, { recursive: true, force: true });
  };
  begin();
  try {
    return { client: await ready(node), home, rpc: `http://127.0.0.1:${basePort + 1}`, keys, end, begin, stop };
  } catch (err) {
    const tail = readFileSync(join(dir, "log"), "utf8").slice(-2000);
    await stop();
    throw new Error(`the node did not come up: ${err.message}\n${tail}`);
  }
}

// ready waits for the first block. CosmJS is told the version: the node's own
// answer misleads connectComet.
async function ready(node) {
  for (let tries = 0; tries < 300 && node.exitCode === null; tries++, await sleep(100)) {
    try {
      const client = await Comet38Client.connect(`http://127.0.0.1:${basePort + 1}`);
      if ((await client.status()).syncInfo.latestBlockHeight > 0) return client;
    } catch {
      // not listening yet
    }
  }
  throw new Error(node.exitCode === null ? "no block within 30 s" : `it ended with ${node.exitCode}`);
}
