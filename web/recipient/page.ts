import { linkedPage } from '../linked-page.ts';

const built = linkedPage(import.meta.dirname, { assets: '../assets/', wasm: true });

/** What the recipient of a message opens it with. */
export const page = async () => (await built()).page;

/** What that page asks for. */
export const assets = async () => (await built()).assets;
