// Amino JSON of this chain's messages for CosmJS, which a Ledger signs: all
// converters follow from the definitions, as buf writes them into an image.
//
//   new AminoTypes(aminoConverters(messages(image), types))
//
// types are the ts-proto types by type URL, generated with the options of
// buf.gen.yaml: 64-bit numbers are bigint, times {seconds, nanos}.
import { fromBase64, toBase64 } from "@cosmjs/encoding";

// messages are the descriptors of an image (buf build -o image.json) by name.
export function messages(image) {
  const found = new Map();
  const add = (scope, list) => {
    for (const m of list ?? []) {
      found.set(`${scope}.${m.name}`, m);
      add(`${scope}.${m.name}`, m.nestedType);
    }
  };
  for (const file of image.file) add(`.${file.package}`, file.messageType);
  return found;
}

// signed lists the type URLs of all requests of the Msg services below a package.
export function signed(image, prefix) {
  return image.file
    .filter((f) => f.package.startsWith(prefix))
    .flatMap((f) => f.service ?? [])
    .filter((s) => s.name === "Msg")
    .flatMap((s) => s.method.map((m) => `/${m.inputType.slice(1)}`))
    .sort();
}

export function aminoConverters(descriptors, types) {
  return Object.fromEntries(
    Object.entries(types).map(([typeUrl, type]) => {
      const descriptor = descriptors.get(`.${typeUrl.slice(1)}`);
      return [
        typeUrl,
        {
          aminoType: descriptor.options["[amino.name]"],
          toAmino: (message) => write(descriptors, descriptor, message),
          fromAmino: (json) => type.fromPartial(read(descriptors, descriptor, json)),
        },
      ];
    }),
  );
}

// write leaves out what is zero, as the chain does, but for fields that say not to.
function write(descriptors, descriptor, message) {
  const json = {};
  for (const field of descriptor.field) {
    const value = message[field.jsonName];
    if (isEmpty(value) && !field.options?.["[amino.dont_omitempty]"]) continue;
    json[field.name] = Array.isArray(value)
      ? value.map((v) => writeValue(descriptors, field, v))
      : writeValue(descriptors, field, value);
  }
  return json;
}

function isEmpty(value) {
  return value === undefined || value === 0 || value === 0n || value === false || value.length === 0;
}

function writeValue(descriptors, field, value) {
  switch (field.type) {
    case "TYPE_MESSAGE":
      switch (field.typeName) {
        case ".google.protobuf.Timestamp":
          return time(value);
        case ".google.protobuf.Duration":
          return (value.seconds * 1_000_000_000n + BigInt(value.nanos)).toString();
      }
      return write(descriptors, descriptors.get(field.typeName), value);
    case "TYPE_BYTES":
      return toBase64(value);
    case "TYPE_INT64":
    case "TYPE_UINT64":
      return value.toString();
    case "TYPE_STRING":
      return value === "" && field.options?.["[cosmos_proto.scalar]"] === "cosmos.Int" ? "0" : value;
    case "TYPE_BOOL":
    case "TYPE_ENUM":
    case "TYPE_UINT32":
      return value;
  }
  throw new Error(`${field.name} is of ${field.type}, which no message had so far: say here how it is written`);
}

// time is RFC 3339 in UTC, with the digits of a second that are not zero.
function time({ seconds, nanos }) {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const part = nanos ? `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}` : "";
  return `${whole}${part}Z`;
}

function read(descriptors, descriptor, json) {
  const message = {};
  for (const field of descriptor.field) {
    const value = json[field.name];
    if (value === undefined) continue;
    message[field.jsonName] = Array.isArray(value)
      ? value.map((v) => readValue(descriptors, field, v))
      : readValue(descriptors, field, value);
  }
  return message;
}

function readValue(descriptors, field, value) {
  switch (field.type) {
    case "TYPE_MESSAGE":
      switch (field.typeName) {
        case ".google.protobuf.Timestamp": {
          const [whole, part = ""] = value.slice(0, -1).split(".");
          return { seconds: BigInt(Date.parse(`${whole}Z`) / 1000), nanos: Number(part.padEnd(9, "0")) };
        }
        case ".google.protobuf.Duration": {
          const all = BigInt(value);
          return { seconds: all / 1_000_000_000n, nanos: Number(all % 1_000_000_000n) };
        }
      }
      return read(descriptors, descriptors.get(field.typeName), value);
    case "TYPE_BYTES":
      return fromBase64(value);
    case "TYPE_INT64":
    case "TYPE_UINT64":
      return BigInt(value);
  }
  return value;
}
