export {
  type DownloadOptions,
  openSharedVaultFile,
  openVaultFile,
  type SharedVaultFile,
  type VaultFile,
} from './download.ts';
export { fingerprintOf } from './fingerprint.ts';
export { type Profile, publicKeysOf } from './own-keys.ts';
export { resumeUpload, type UploadOptions, uploadFile } from './upload.ts';
export { Vault } from './vault.ts';
