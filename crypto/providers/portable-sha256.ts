/** SHA-256 (FIPS 180-4) for pages that need no more of the portable provider. */
export { sha256 } from '@noble/hashes/sha2.js';
