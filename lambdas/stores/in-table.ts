/**
 * The largest ciphertext that is stored in a table; a larger one is stored as an object. A table accepts 400 KB, but it
 * bills each KiB of a transaction twice, allows a partition 1,000 of them per second, and reads whole records to list
 * their names.
 */
export const inTableBytes = 32 * 1024;
