import { linkedPage } from '../linked-page.ts';

const built = linkedPage(import.meta.dirname, { assets: 'assets/', chunks: true, wasm: true, blobs: true });

/** The dashboard. */
export const page = async () => (await built()).page;

/** Every file that the page loads, immediately or later. */
export const assets = async () => (await built()).assets;

/** The files that it loads immediately. */
export const firstLoad = async () => (await built()).firstLoad;
