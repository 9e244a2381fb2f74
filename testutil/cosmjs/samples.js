// Well-formed messages of every type, in an order in which nearly all succeed. A
// message without a sample fails the test.
import { sha256 } from "@cosmjs/crypto";
import { fromBech32, fromHex, toBech32, toHex } from "@cosmjs/encoding";
import { MsgPay } from "stemma/gen/stemma/royalty/v1/tx.js";

const denom = "uusdc";
const coin = (amount) => ({ denom, amount: String(amount) });
const digest = (text) => toHex(sha256(new TextEncoder().encode(text)));
// by which a purchase names the accounts of an offer: each after its length, four bytes
const allowList = (accounts) => digest("stemma/allow-list/v1" + accounts.map((a) => `\0\0\0${String.fromCharCode(a.length)}${a}`).join(""));

const hash = (...parts) => sha256(Uint8Array.from(parts.flatMap((p) => [...p])));
const big = (n) => Uint8Array.from({ length: 8 }, (_, i) => Number((BigInt(n) >> BigInt(8 * (7 - i))) & 255n));

// manifestOf has one item of each of two accounts, the first with a weight of 2, and proofs of what the second has
// (docs/datasets.md).
function manifestOf(first, second, contents) {
  const id = (account) => fromBech32(account, 90).data;
  const rows = [
    hash([0, 4], fromHex(contents[0]), id(first), big(2)),
    hash([0, 0], fromHex(contents[1]), id(second)),
  ];
  const leaf = (account, weight) => hash([0, 1, id(account).length], id(account), big(weight));
  const leaves = [leaf(first, 2), leaf(second, 1)];
  const items = hash([1], rows[0], rows[1]);
  const contributors = hash([1], big(2), leaves[0], big(1), leaves[1]);
  const manifest = { items: toHex(items), itemCount: 2n, contributors: toHex(contributors), contributorCount: 2n, weight: 3n };
  const contributor = { account: second };
  return {
    manifest,
    sha256: toHex(hash(new TextEncoder().encode("stemma/manifest/v1"), items, contributors, big(2), big(2), big(3))),
    item: { sha256: contents[1], weight: 1n, index: 1n, path: [toHex(rows[0])] },
    part: { contributor, weight: 1n, index: 1n, path: [{ sum: 2n, hash: toHex(leaves[0]) }] },
  };
}

// samples yields {typeUrl, from, value, refused}, where from is alice or bob and
// refused the codespace and code with which it ends, if it does not succeed. It
// takes the decoded response of each. key is the public key of bob, params are those of the
// modules, round tells apart what must not come twice.
export function* samples({ alice, bob, key, params, round }) {
  const by = (from, typeUrl, value, refused = "") => ({ from, typeUrl: `/stemma.${typeUrl}`, value, refused });
  const work = (title) => ({
    sha256: digest(`${title} ${round}`),
    details: {
      kind: 1, title: `${title} <${round}> & more`, mediaType: "text/plain",
      creators: [{ name: "A. Lice", account: alice, role: "author" }],
      metadataUri: "https://example.org/?a=1&b=2", metadataSha256: digest("metadata"), digitalSourceType: "digitalCapture",
      fingerprints: [{ scheme: "doi", value: `10.1000/${round}` }],
    },
  });

  // x/registry
  const root = digest(`root ${round}`);
  yield by("alice", "registry.v1.MsgAnchor", { account: alice, root, total: 3n });
  const registered = yield by("alice", "registry.v1.MsgRegister", {
    registrant: alice, works: ["song", "gift", "kept"].map(work), allowContested: true,
  });
  const [song, gift, kept] = registered.works;
  const [remix] = (yield by("bob", "registry.v1.MsgRegister", { registrant: bob, works: [work("remix")] })).works;
  yield by("alice", "registry.v1.MsgRevise", { owner: alice, work: song, details: { ...work("song").details, title: "Song" } });
  // refused: nothing like it was anchored
  yield by("alice", "registry.v1.MsgProveAnchor", {
    registrant: alice, work: song, proof: { root, salt: digest("salt"), index: 1n, total: 3n, path: [digest("0"), digest("2")] },
  }, "registry 9");
  yield by("alice", "registry.v1.MsgOfferTransfer", { owner: alice, work: gift, recipient: bob });
  yield by("alice", "registry.v1.MsgCancelTransfer", { owner: alice, work: gift });
  yield by("alice", "registry.v1.MsgWithdrawWork", { owner: alice, work: kept });
  yield by("alice", "registry.v1.MsgRestoreWork", { owner: alice, work: kept });

  yield by("alice", "registry.v1.MsgBlankText", { sender: alice, work: kept, version: 1 });

  const data = manifestOf(alice, bob, [digest(`first ${round}`), digest(`second ${round}`)]);
  const [set] = (yield by("alice", "registry.v1.MsgRegister", {
    registrant: alice, works: [{ ...work("set"), sha256: data.sha256, manifest: data.manifest }], allowContested: true,
  })).works;
  yield by("bob", "registry.v1.MsgWithdrawItems", {
    sender: bob, work: set, version: 1, contributor: { account: bob }, items: [data.item],
  });

  // x/royalty
  yield by("alice", "royalty.v1.MsgSharePool", { owner: alice, work: set, version: 1, weight: 500_000 });
  yield by("bob", "royalty.v1.MsgNamePayee", { contributor: bob, payee: alice });
  yield by("bob", "royalty.v1.MsgCollect", { sender: bob, work: set, version: 1, denoms: [denom], entries: [data.part] });
  yield by("alice", "registry.v1.MsgOfferTransfer", { owner: alice, work: gift, recipient: bob });
  yield by("bob", "royalty.v1.MsgAcceptTransfer", { recipient: bob, work: gift, workVersion: 1, epoch: 0n, offer: 2 });
  yield by("alice", "royalty.v1.MsgAssignShares", {
    holder: alice, work: song, shares: [{ account: alice, weight: 600_000 }, { account: bob, weight: 400_000 }],
  });
  yield by("bob", "royalty.v1.MsgPay", { payer: bob, work: song, amount: coin(12_345) });
  yield by("bob", "royalty.v1.MsgPayMany", {
    payer: bob, payments: [{ work: song, amount: coin(1_000) }, { work: kept, amount: coin(2_000) }],
  });
  yield by("bob", "royalty.v1.MsgSettle", { sender: bob, works: [kept], denoms: [denom] });
  // refused: all that is due was paid out by itself
  yield by("alice", "royalty.v1.MsgWithdraw", { account: alice, denoms: [denom] }, "royalty 16");
  const { paymentChannel } = yield by("bob", "royalty.v1.MsgOpenPaymentChannel", {
    payer: bob, serial: BigInt(round), deposit: coin(1_000_000), payees: [{ work: song, weight: 1_000_000 }], receiver: alice,
    key, closeDelay: { seconds: 3_600n, nanos: 0 },
  });
  yield by("bob", "royalty.v1.MsgTopUpPaymentChannel", { payer: bob, paymentChannel, amount: coin(5) });
  // refused: the signature is nobody's
  yield by("alice", "royalty.v1.MsgRedeemVouchers", {
    sender: alice, vouchers: [{ paymentChannel, total: "100", expires: 1_900_000_000n, signature: new Uint8Array(64).fill(1) }], maxLines: 9,
  }, "royalty 24");
  yield by("alice", "royalty.v1.MsgClosePaymentChannel", { sender: alice, paymentChannel });
  // refused, here and below: only governance may
  yield by("alice", "royalty.v1.MsgUpdateParams", { authority: alice, params: params.royalty }, "sdk 4");
  const unit = { symbol: "USDC", decimals: 6, name: "USD Coin" };
  yield by("alice", "royalty.v1.MsgAcceptDenom", {
    authority: alice, accepted: { denom, minPayment: "1", minFlow: "100", minPayout: "10000", unit },
  }, "sdk 4");

  // x/license
  const uri = { uri: "https://example.org/terms?v=1&w=2", uriSha256: digest(`terms ${round}`) };
  const { id: terms } = yield by("alice", "license.v1.MsgPublishTerms", {
    author: alice,
    terms: {
      spdx: "LicenseRef-cosmjs", ...uri, commercialUse: true, attribution: true, derivatives: 1, derivativeApproval: true,
      aiTraining: 2, aiInput: 2, search: 1, royaltyPolicy: 1, royaltyRate: 50_000, grantFee: [coin(1_000)],
      duration: { seconds: 86_400n, nanos: 0 }, territories: ["DE", "FR"], media: ["print", "web"], transferable: true, maxGrants: 9n,
      exclusivity: 1, derivativesPerGrant: 5,
    },
  });
  yield by("alice", "license.v1.MsgBlankTerms", { authority: alice, terms }, "sdk 4");
  yield by("alice", "license.v1.MsgOffer", {
    owner: alice, work: song, terms,
    offer: { price: [coin(1_500)], expiresAt: { seconds: 4_000_000_000n, nanos: 120_034_000 }, licensees: [alice, bob].sort() },
  });
  const seen = { allowList: allowList([alice, bob].sort()), upstreamVersion: 0, demandsVersion: 0, revisions: 1 };
  const approval = { owner: alice, work: song, terms, licensee: bob };
  yield by("alice", "license.v1.MsgApprove", approval);
  const { grant } = yield by("bob", "license.v1.MsgAcquire", {
    licensee: bob, work: song, terms, serial: 18_446_744_073_709_551_615n, maxFee: coin(1_500), maxRate: 50_000, seen,
  });
  yield by("bob", "license.v1.MsgRenewGrant", { licensee: bob, grant, maxFee: coin(1_500), seen: { ...seen, exclusives: 1 } });
  // refused: the terms count no uses
  yield by("bob", "license.v1.MsgUse", { sender: bob, uses: [{ grant, total: 3n, signature: new Uint8Array(64).fill(7) }] }, "license 46");

  // x/lineage; an agent of bob's made the remix
  const later = { seconds: BigInt(Math.floor(Date.now() / 1000)) + 86_400n * BigInt(round), nanos: 120_034_000 };
  const card = {
    responsible: { name: "A. <Lice> & Co", uri: "https://example.org/?a=1&b=2", contact: "mailto:a@example.org" },
    model: { work: song, name: "a model", version: "1" }, endpoints: [{ protocol: "a2a", uri: "https://example.org/a2a", version: "1.0" }],
    documentUri: "https://example.org/card", documentSha256: digest("card"), jwkThumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    keyDirectory: "https://example.org/keys", description: "paints <pictures>",
  };
  const { agent: maker } = yield by("bob", "agent.v1.MsgRegister", { controller: bob, name: `maker-${round}`, card, expiresAt: later });
  yield by("bob", "lineage.v1.MsgDerive", {
    owner: bob, work: remix, maxTotalRate: 50_000, maxGrants: 1,
    sources: [
      { work: song, role: 1, permission: grant, weight: 500_000, seen: {} },
      { external: { sha256: digest("found"), uri: "https://example.org/found?a=1&b=2" }, role: 2, weight: 1, seen: {} },
    ],
    record: {
      agent: maker, model: "a model", provider: "a <provider>", systemName: "a system", systemVersion: "1",
      generatedAt: { seconds: 1_767_225_600n, nanos: 5_000_000 }, uniqueId: "42", promptSha256: digest("prompt"),
    },
  });
  yield by("bob", "lineage.v1.MsgBlankText", { sender: bob, work: remix });
  yield by("alice", "lineage.v1.MsgApproveSource", {
    owner: alice, source: kept, derivative: remix, role: 2, permission: grant,
    shown: { grants: 9n, derivatives: 9n, irrevocableOffers: 1n },
  });
  yield by("alice", "lineage.v1.MsgWithdrawSourceApproval", { owner: alice, source: kept, derivative: remix });
  yield by("alice", "registry.v1.MsgUpdateParams", { authority: alice, params: params.registry }, "sdk 4");
  yield by("alice", "feemarket.v1.MsgUpdateParams", { authority: alice, params: params.feemarket }, "sdk 4");
  yield by("alice", "lineage.v1.MsgUpdateParams", { authority: alice, params: params.lineage }, "sdk 4");

  // refused: the remix relies on the grant, and it was offered to nobody
  yield by("bob", "license.v1.MsgOfferGrant", { licensee: bob, grant, recipient: alice }, "license 19");
  yield by("bob", "license.v1.MsgCancelGrantOffer", { licensee: bob, grant }, "license 35");
  yield by("alice", "license.v1.MsgAcceptGrant", { recipient: alice, grant, seen }, "license 35");
  yield by("alice", "license.v1.MsgWithdrawApproval", approval);
  yield by("alice", "license.v1.MsgCloseOffer", { owner: alice, work: song, terms });

  // x/dispute; without arbiters governance decides
  const bond = [{ denom: "ustem", amount: "100000000" }];
  const evidence = [{ sha256: digest("evidence"), uri: "https://example.org/evidence?a=1&b=2" }];
  const { dispute } = yield by("bob", "dispute.v1.MsgOpen", {
    challenger: bob, work: kept, kind: 1, claim: { transferTo: bob, past: [coin(100)] }, evidence, bond,
  });
  yield by("bob", "dispute.v1.MsgBlankEvidence", { sender: bob, dispute });
  yield by("bob", "dispute.v1.MsgAddBond", { payer: bob, dispute, bond: [{ denom: "ustem", amount: "1" }] });
  // refused: the bond is large enough
  yield by("alice", "dispute.v1.MsgCallBond", { caller: alice, dispute }, "dispute 21");
  yield by("alice", "dispute.v1.MsgAnswer", { respondent: alice, dispute, evidence, bond });
  // refused: governance decides, and there is no ruling to appeal
  yield by("alice", "dispute.v1.MsgRule", {
    arbiter: alice, dispute, upheld: true, redress: { transferTo: bob, restitution: [{ debtor: alice, creditor: kept, amount: coin(100) }] },
  }, "dispute 15");
  yield by("alice", "dispute.v1.MsgAppeal", { appellant: alice, dispute, evidence, bond }, "dispute 12");
  yield by("bob", "dispute.v1.MsgDrop", { challenger: bob, dispute });
  yield by("alice", "dispute.v1.MsgObjectToWeight", { owner: alice, work: remix, source: song, weight: 400_000 });
  yield by("bob", "dispute.v1.MsgAgreeToWeight", { owner: bob, work: remix, source: song, weights: [{ source: song, weight: 400_000 }] });
  yield by("alice", "dispute.v1.MsgUpdateParams", { authority: alice, params: params.dispute }, "sdk 4");

  // x/agent; bob is a key of alice's
  const { agent } = yield by("alice", "agent.v1.MsgRegister", { controller: alice, name: `painter-${round}`, card, expiresAt: later });
  yield by("alice", "agent.v1.MsgRevise", { controller: alice, agent, card: { ...card, description: "" } });
  yield by("alice", "agent.v1.MsgRenew", { controller: alice, agent, expiresAt: { ...later, nanos: 0 } });
  const budget = { denom, act: "10", window: "20", total: "1000" };
  yield by("alice", "agent.v1.MsgSetLimit", {
    controller: alice, agent, key: bob,
    limit: {
      messages: ["/stemma.royalty.v1.MsgPay"], works: [song], terms: [terms], payees: [song], maxRate: { rate: 50_000 }, expiresAt: later,
      window: { seconds: 3_600n, nanos: 0 }, budgets: [budget], fees: [budget],
    },
  });
  const pay = { typeUrl: "/stemma.royalty.v1.MsgPay", value: MsgPay.encode(MsgPay.fromPartial({ payer: alice, work: song, amount: coin(5) })).finish() };
  yield by("bob", "agent.v1.MsgAct", { key: bob, agent, messages: [pay] });
  yield by("alice", "agent.v1.MsgOfferPayout", { controller: alice, agent, account: bob });
  yield by("bob", "agent.v1.MsgAcceptPayout", { account: bob, agent });
  yield by("alice", "agent.v1.MsgSetRecovery", { controller: alice, agent, account: bob, delay: { seconds: 604_800n, nanos: 0 } });
  yield by("bob", "agent.v1.MsgRequestRecovery", { account: bob, agent });
  // refused: the controller can object
  yield by("bob", "agent.v1.MsgCompleteRecovery", { account: bob, agent }, "agent 14");
  yield by("alice", "agent.v1.MsgObjectToRecovery", { controller: alice, agent });
  const newKey = toBech32("stemma", sha256(new TextEncoder().encode("key")).subarray(0, 20));
  yield by("alice", "agent.v1.MsgRotateKey", { controller: alice, agent, key: bob, newKey });
  yield by("alice", "agent.v1.MsgRemoveKey", { controller: alice, agent, key: newKey });
  yield by("alice", "agent.v1.MsgSetStatus", { controller: alice, agent, status: 2 });
  const { offer } = yield by("alice", "agent.v1.MsgOfferControl", { controller: alice, agent, recipient: bob });
  yield by("bob", "agent.v1.MsgAcceptControl", { recipient: bob, agent, offer, version: 2 });
  yield by("bob", "agent.v1.MsgBlankText", { sender: bob, agent, version: 1 });
  const { attestation } = yield by("alice", "agent.v1.MsgAttest", {
    issuer: alice, schema: "audit/2026", subject: agent, payloadSha256: digest(`audit ${round}`), expiresAt: later,
  });
  yield by("alice", "agent.v1.MsgRevokeAttestation", { issuer: alice, attestation });
  yield by("alice", "agent.v1.MsgBlankAttestation", { sender: alice, attestation });
  yield by("alice", "agent.v1.MsgUpdateParams", { authority: alice, params: params.agent }, "sdk 4");
}
