import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { routes } from '../../contract/routes.ts';
import { bundleOperations, dist } from '../../infra/bundle.ts';
import budget from '../../infra/bundle-budget.json' with { type: 'json' };

const rounds = 7;

/** Each function's size, and the time that a new process takes to import it, over that of starting Node alone. */
export default async function run(): Promise<void> {
  const bundles = await bundleOperations(routes, dist);
  const start = await median(() => started(''));
  process.stdout.write(`budget ${budget.kibibytes} KiB; node alone starts in ${start.toFixed(0)} ms\n`);
  process.stdout.write(`${'operation'.padEnd(24)}     size    import   over node alone\n`);
  for (const { operationId, folder, sizeBytes } of bundles) {
    const url = pathToFileURL(join(folder, 'index.mjs'));
    const time = (await median(() => started(`await import(${JSON.stringify(url.href)})`))) - start;
    const columns = [
      `${(sizeBytes / 1024).toFixed(0)} KiB`.padStart(9),
      `${time.toFixed(0)} ms`.padStart(10),
      (time / start).toFixed(2).padStart(10),
    ];
    process.stdout.write(`${operationId.padEnd(24)}${columns.join('')}\n`);
  }
}

/** Milliseconds from the start of a process to the end of what it runs. */
async function started(code: string): Promise<number> {
  const begun = performance.now();
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `${code}; process.exit()`], {
    env: { AWS_REGION: 'eu-central-1', STRONGROOM_BUCKET: 'bench' },
  });
  return performance.now() - begun;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure());
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number;
}
