// What c2pa-node imports of its utilities, as far as reading needs it: settings are passed on as they are, and no size is too large.
export class AssetTooLargeError extends Error {}
export class Context {
	constructor(settings) {
		this.settings = settings;
	}
}
export const validateAssetSize = () => {};
export const settingsToJson = (settings) => (typeof settings === "string" ? settings : JSON.stringify(settings ?? {}));
export const withDefaultSettings = (settings) => settings ?? {};
export const resolveSettings = async (settings) => settings;
