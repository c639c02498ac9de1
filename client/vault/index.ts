export {
  type DownloadOptions,
  openSharedVaultFile,
  openVaultFile,
  type SharedVaultFile,
  type VaultFile,
} from './download.ts';
export { type ListedFile, type ListedSharedFile, receivedVaultFiles, vaultFiles } from './files.ts';
export { createKeys, rekey, rekeyRestored } from './keys.ts';
export { type Profile, publicKeysOf } from './own-keys.ts';
export {
  getSharedVaultValue,
  type NewShare,
  type ReceivedShare,
  receivedVaultValues,
  shareVaultFile,
  shareVaultValue,
} from './shares.ts';
export { fingerprintOf, type KeyTrust, requireTrust, UntrustedKeys } from './trust.ts';
export { resumeUpload, type UploadOptions, uploadFile } from './upload.ts';
export { getVaultValue, putVaultValue, type VaultValue } from './values.ts';
export { Vault, type VaultOptions } from './vault.ts';
