import { filesFault, passable } from '../../contract/job-paths.ts';
import { isLanguage, languages, programFileIndex } from '../../contract/languages.ts';
import { limits } from '../../contract/limits.ts';
import type { Job } from '../protocol/job.ts';

const maxTimeoutMs = limits.timeoutSeconds.max * 1000;

/** Returns what is wrong with a job without quoting it, or undefined if it is valid. */
export function jobFault(job: Job): string | undefined {
  if (typeof job.executionId !== 'string' || !/^[\w-]{1,128}$/.test(job.executionId))
    return 'bad executionId';
  if (!isLanguage(job.language)) return 'no such language';
  if (job.packages !== undefined && !/^[a-f0-9]{64}$/.test(job.packages)) return 'bad packages';
  if (job.packagesFrom !== undefined && !isSource(job.packagesFrom)) return 'bad packagesFrom';
  if (typeof job.code !== 'string' || typeof job.stdin !== 'string') return 'code and stdin must be text';
  if (!Number.isInteger(job.timeoutMs) || job.timeoutMs < 1 || job.timeoutMs > maxTimeoutMs)
    return 'bad timeoutMs';
  if (!Array.isArray(job.args) || !job.args.every(passable)) return 'arguments must be text without NUL';
  if (!Object.entries(job.env).every(([name, value]) => /^[A-Za-z_]\w*$/.test(name) && passable(value))) {
    return 'an environment variable has an invalid name, or its value is not text without NUL';
  }
  if (programFileIndex(job.language, job.files) >= 0) {
    return `a file path is that of the program, ${languages[job.language].programFile}`;
  }
  return filesFault(job.files.map((file) => file.path));
}

function isSource({ lockUrl, archiveUrl }: NonNullable<Job['packagesFrom']>): boolean {
  return [lockUrl, archiveUrl].every((url) => typeof url === 'string' && /^https?:\/\//.test(url));
}
