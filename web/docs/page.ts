import { inlinePage } from '../inline-page.ts';

/** The API's documentation for people. */
export const page = inlinePage(import.meta.dirname);
