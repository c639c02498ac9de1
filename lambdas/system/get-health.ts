import { setTimeout as after } from 'node:timers/promises';
import { system } from '../../contract/system.ts';
import { endpoint } from '../pipeline/endpoint.ts';

const patienceMs = 1_000;

/** Returns whether a component responds in time. Its own logs say why it does not. */
async function check(ping: Promise<void>): Promise<'ok' | 'failed'> {
  const given = new AbortController();
  const patience = after(patienceMs, 'failed' as const, { signal: given.signal });
  const answer = ping.then(
    () => 'ok' as const,
    () => 'failed' as const,
  );
  try {
    return await Promise.race([answer, patience]);
  } finally {
    given.abort();
    patience.catch(() => undefined);
  }
}

export const handler = endpoint(system.getHealth, async (_, { platform, settings, now }) => {
  const [database, objects, keys, sandbox] = await Promise.all([
    check(platform.table.ping()),
    check(platform.objects.ping()),
    check(platform.keys.ping()),
    check(platform.sandboxes.ping()),
  ]);
  const checks = { database, objects, keys, sandbox };
  const healthy = Object.values(checks).every((result) => result === 'ok');
  return {
    status: healthy ? 200 : 503,
    body: {
      status: healthy ? 'ok' : 'failed',
      version: settings.STRONGROOM_VERSION,
      time: now.toISOString(),
      checks,
    },
  };
});
