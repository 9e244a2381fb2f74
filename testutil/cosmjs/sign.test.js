// Every message of the chain's Msg services, signed by CosmJS in both modes. The
// list is taken from the definitions, the types and converters are those of client/ts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Secp256k1Wallet, makeSignDoc, serializeSignDoc } from "@cosmjs/amino";
import { fromBase64, fromHex, fromUtf8, toHex } from "@cosmjs/encoding";
import { DirectSecp256k1Wallet, Registry } from "@cosmjs/proto-signing";
import { AminoTypes, SigningStargateClient } from "@cosmjs/stargate";

import { aminoConverters as allConverters, signed as typeUrls } from "stemma/amino";
import { TxRaw } from "stemma/gen/cosmos/tx/v1beta1/tx.js";
import { typeOf } from "stemma";

import { start } from "../test/chain.js";
import { samples } from "./samples.js";

const type = (typeUrl) => typeOf(typeUrl.slice(1));
const types = Object.fromEntries(typeUrls.map((url) => [url, type(url)]));
const converters = allConverters();
// text is the amino JSON as the chain writes it.
const vectors = JSON.parse(readFileSync(`${process.env.VECTORS_DIR}/messages.json`, "utf8")).map((v) => ({
  typeUrl: v.type_url, filled: v.filled, value: v.value, amino: JSON.parse(v.amino), text: v.amino,
}));

test("vectors and definitions name the same messages", () => {
  assert.deepEqual([...new Set(vectors.map((v) => v.typeUrl))], typeUrls);
});

for (const { typeUrl, filled, value, amino, text } of vectors) {
  test(`amino JSON of ${typeUrl}, ${filled} set`, () => {
    const message = types[typeUrl].decode(fromBase64(value));
    const written = new AminoTypes(converters).toAmino({ typeUrl, value: message });
    assert.deepEqual(written, amino);
    // and to the byte, as it is signed
    const doc = makeSignDoc([written], { amount: [], gas: "0" }, "chain", "", 0, 0);
    assert.ok(fromUtf8(serializeSignDoc(doc)).includes(`"msgs":[${text}]`));
    // What a wallet hands back goes over the wire. An amount without digits comes
    // back as 0, which signs alike.
    const back = new AminoTypes(converters).fromAmino(written).value;
    assert.deepEqual(converters[typeUrl].toAmino(back), written.value);
    if (filled !== "empty") assert.equal(toHex(types[typeUrl].encode(back).finish()), toHex(fromBase64(value)));
  });
}

const fee = { amount: [{ denom: "uusdc", amount: "20000" }], gas: "2000000" };
const modes = { direct: DirectSecp256k1Wallet, "amino JSON": Secp256k1Wallet };
let chain;

before(async () => (chain = await start("alice", "bob")));
after(() => chain?.stop());

for (const [round, [mode, Wallet]] of Object.entries(modes).entries()) {
  test(`the chain accepts every message signed by ${mode}`, { timeout: 300_000 }, async () => {
    const signers = {};
    for (const [i, name] of ["alice", "bob"].entries()) {
      const wallet = await Wallet.fromKey(fromHex(chain.keys[i]), "stemma");
      const [{ address, pubkey }] = await wallet.getAccounts();
      const client = await SigningStargateClient.createWithSigner(chain.client, wallet, {
        registry: new Registry(Object.entries(types)), aminoTypes: new AminoTypes(converters),
      });
      signers[name] = { address, pubkey, client };
    }
    const params = { royalty: await paramsOf("royalty"), lineage: await paramsOf("lineage"), registry: await paramsOf("registry"), feemarket: await paramsOf("feemarket"), dispute: await paramsOf("dispute"), agent: await paramsOf("agent") };
    const run = samples({
      alice: signers.alice.address, bob: signers.bob.address, key: signers.bob.pubkey, params, round: round + 1,
    });

    const accepted = new Set();
    for (let step = run.next(); !step.done; ) {
      const { typeUrl, from, value, refused } = step.value;
      const result = await send(signers[from], { typeUrl, value: types[typeUrl].fromPartial(value) });
      accepted.add(typeUrl);
      const ended = result.code === 0 ? "" : `${result.codespace} ${result.code}`;
      assert.equal(ended, refused, `${typeUrl}: ${result.log}`);
      const [answer] = result.msgResponses;
      step = run.next(answer ? type(answer.typeUrl).decode(answer.value) : {});
    }
    assert.deepEqual([...accepted].sort(), typeUrls, "samples.js has no sample of some message");
  });
}

// send fails when the node does not take the transaction, which it does only with
// a signature that is right, and returns how it ended.
async function send({ address, client }, message) {
  const { accountNumber, sequence } = await client.getSequence(address);
  const chainId = await client.getChainId();
  const tx = await client.sign(address, [message], fee, "<memo> & more", { accountNumber, sequence, chainId });
  const taken = await chain.client.broadcastTxSync({ tx: TxRaw.encode(tx).finish() });
  assert.equal(taken.code, 0, `${message.typeUrl} is not taken: ${taken.codespace} ${taken.code}: ${taken.log}`);
  for (let tries = 0; tries < 300; tries++, await sleep(50)) {
    const found = await client.getTx(toHex(taken.hash).toUpperCase());
    if (found) {
      const { result } = await chain.client.tx({ hash: taken.hash });
      return { ...found, codespace: result.codespace, log: result.log };
    }
  }
  throw new Error(`${message.typeUrl} is in no block`);
}

async function paramsOf(module) {
  const QueryParamsResponse = type(`/stemma.${module}.v1.QueryParamsResponse`);
  const { value } = await chain.client.abciQuery({ path: `/stemma.${module}.v1.Query/Params`, data: new Uint8Array() });
  return QueryParamsResponse.decode(value).params;
}
