import { inlinePage } from '../inline-page.ts';

/** The API reference for people. */
export const page = inlinePage(import.meta.dirname);
