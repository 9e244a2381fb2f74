// Keplr's own check of its file: nothing is missing, and nothing is in it that the wallet does not know. FILES is where it lies.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const { validateBasicChainInfoType } = require("@keplr-wallet/chain-validator");

const read = () => JSON.parse(fs.readFileSync(path.join(process.env.FILES, "keplr.json"), "utf8"));

test("Keplr takes the file as it is", async () => {
  // The check returns what it knows of the file.
  assert.deepEqual(await validateBasicChainInfoType(read()), read());
});

const wrong = {
  "no prefix of addresses": (f) => delete f.bech32Config.bech32PrefixAccAddr,
  "a price as text": (f) => (f.feeCurrencies[0].gasPriceStep.low = "0.001"),
  "a low price above the average": (f) => (f.feeCurrencies[0].gasPriceStep.low = 10),
  "no currency": (f) => (f.currencies = []),
  "a currency twice": (f) => f.currencies.push(f.currencies[0]),
  "a node with a query": (f) => (f.rest += "?key=1"),
  "a name of 37 letters": (f) => (f.chainName = "x".repeat(37)),
};
for (const [name, change] of Object.entries(wrong)) {
  test(`Keplr refuses ${name}`, async () => {
    const file = read();
    change(file);
    await assert.rejects(validateBasicChainInfoType(file));
  });
}
