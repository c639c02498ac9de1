export {
  type DownloadOptions,
  openSharedVaultFile,
  openVaultFile,
  type SharedVaultFile,
  type VaultFile,
} from './download.ts';
export { fingerprintOf } from './fingerprint.ts';
export { resumeUpload, type UploadOptions, uploadFile } from './upload.ts';
export { Vault } from './vault.ts';
