// Usage: node check.js FILE...
// Writes for each file a line of JSON: what the library of C2PA's makers says of its credentials, with no network and no trust list, or
// with the anchors in the file that C2PA_ANCHORS names.
import { Reader } from "@contentauth/c2pa-node";
import fs from "node:fs";
import path from "node:path";

const types = {
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic",
	".heif": "image/heif", ".mp4": "video/mp4", ".mov": "video/quicktime", ".pdf": "application/pdf",
};
const anchors = process.env.C2PA_ANCHORS && fs.readFileSync(process.env.C2PA_ANCHORS, "utf8");
const settings = {
	verify: { remote_manifest_fetch: false, ocsp_fetch: false, verify_trust: true },
	...(anchors && { trust: { trust_anchors: anchors } }),
};
const codes = (list) => (list ?? []).map((one) => one.code).sort();

for (const file of process.argv.slice(2)) {
	const said = { file: path.basename(file) };
	try {
		const mimeType = types[path.extname(file).toLowerCase()];
		const sidecar = file + ".c2pa";
		const asset = { buffer: fs.readFileSync(file), mimeType };
		const reader = fs.existsSync(sidecar)
			? await Reader.fromManifestDataAndAsset(fs.readFileSync(sidecar), asset, settings)
			: await Reader.fromAsset(asset, settings);
		if (!reader) {
			said.state = "None";
		} else {
			const store = reader.json();
			const results = store.validation_results ?? {};
			said.state = store.validation_state;
			said.active = store.active_manifest;
			said.manifests = Object.keys(store.manifests).sort();
			said.success = codes(results.activeManifest?.success);
			said.informational = codes(results.activeManifest?.informational);
			said.failure = codes(results.activeManifest?.failure);
			said.ingredients = (results.ingredientDeltas ?? []).map((one) => codes(one.validationDeltas.failure)).filter((all) => all.length > 0);
		}
	} catch (error) {
		said.error = String(error.message ?? error);
	}
	console.log(JSON.stringify(said));
}
