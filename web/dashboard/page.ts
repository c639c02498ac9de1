import { linkedPage } from '../linked-page.ts';

const built = linkedPage(import.meta.dirname, { assets: 'assets/', chunks: true, wasm: true, blobs: true });

/** What users work with. */
export const page = async () => (await built()).page;

/** What that page asks for, now or later. */
export const assets = async () => (await built()).assets;

/** Of these, what it asks for when it is opened. */
export const firstLoad = async () => (await built()).firstLoad;
