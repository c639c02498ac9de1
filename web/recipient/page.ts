import { linkedPage } from '../linked-page.ts';

const built = linkedPage(import.meta.dirname, { assets: '../assets/', wasm: true });

/** The page on which a recipient opens a message. */
export const page = async () => (await built()).page;

/** The files that the page loads. */
export const assets = async () => (await built()).assets;
