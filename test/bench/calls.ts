import { usePlatform } from '../../platform/platform.ts';
import { localPlatform } from '../support/local-platform.ts';
import { RecordedPlatform } from '../support/port-calls.ts';
import { tour } from '../support/tour.ts';

/** For each route: how many calls of a port it makes, and how many of them wait for one another. */
export default async function run(): Promise<void> {
  process.env.STRONGROOM_REGISTRATION = 'open';
  process.env.STRONGROOM_CHALLENGE = 'off';
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  const local = await localPlatform();
  try {
    const recorded = new RecordedPlatform(local.platform);
    usePlatform(recorded.platform);
    process.stdout.write(`${'operation'.padEnd(22)}calls  in a row\n`);
    for (const [operationId, { calls, inARow }] of await tour(recorded)) {
      const names = [...new Set(calls)].map((name) => {
        const count = calls.filter((other) => other === name).length;
        return count > 1 ? `${name} ×${count}` : name;
      });
      process.stdout.write(
        `${operationId.padEnd(22)}${String(calls.length).padStart(5)}${String(inARow).padStart(10)}  ${names.join(', ')}\n`,
      );
    }
  } finally {
    await local.remove();
  }
}
