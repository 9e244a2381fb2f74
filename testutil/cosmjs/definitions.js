// What was generated from the chain's definitions.
import { readFileSync } from "node:fs";

import { messages, signed } from "./amino.js";

const image = JSON.parse(readFileSync(new URL("image.json", import.meta.url), "utf8"));

export const descriptors = messages(image);

// typeUrls are the messages that accounts sign; no list is kept by hand.
export const typeUrls = signed(image, "stemma.");

// type is the generated type of any message.
export async function type(typeUrl) {
  const name = typeUrl.slice(1);
  const file = image.file.find((f) => f.messageType?.some((m) => `${f.package}.${m.name}` === name));
  const generated = await import(`./js/${file.name.replace(/\.proto$/, ".js")}`);
  return generated[name.split(".").at(-1)];
}

export const types = Object.fromEntries(await Promise.all(typeUrls.map(async (url) => [url, await type(url)])));
