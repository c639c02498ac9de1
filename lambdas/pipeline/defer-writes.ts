import type { Platform } from '../../platform/platform.ts';

/**
 * What a method of a port does for a caller who may still be refused:
 *
 * - `read` starts immediately. It changes nothing, and its result is returned only once the caller is admitted.
 * - `write` changes something.
 * - `costly` changes nothing, but a refused caller must not make the server do it over and over.
 */
type Effect = 'read' | 'write' | 'costly';

/** Lists every method of every port. A new method does not compile until it is listed. */
type EffectTable = {
  readonly [Port in keyof Platform]-?: { readonly [Method in keyof NonNullable<Platform[Port]>]: Effect };
};

const effects: EffectTable = {
  table: { get: 'read', query: 'read', transact: 'write', increment: 'write', ping: 'read' },
  objects: {
    put: 'write',
    // Objects can have megabytes. They are read after a record, so waiting costs no round trip.
    get: 'costly',
    delete: 'write',
    list: 'read',
    createUpload: 'write',
    signPart: 'read',
    listParts: 'read',
    completeUpload: 'write',
    abortUpload: 'write',
    signGet: 'read',
    ping: 'read',
  },
  // A signature or a data key that is never returned has no effect.
  keys: { sign: 'read', publicKeys: 'read', generateDataKey: 'read', openDataKey: 'read', ping: 'read' },
  // Both renew the lease. The methods of a lease need no rule: there is no lease before admission.
  sandboxes: { lease: 'write', reattach: 'write', ping: 'read' },
  builder: { check: 'costly', request: 'write', outcome: 'read', source: 'read' },
  generator: { complete: 'costly' },
  background: { begin: 'write' },
  // Only jobs have these.
  poolTasks: { fetchKey: 'costly', list: 'costly', start: 'write', stop: 'write' },
  administratorSecret: { readOrCreate: 'write' },
};

/**
 * Returns a platform on which only reads start before the caller is admitted. Every other method first waits for
 * `admitted`, and rejects as it does. A method that is not in the table waits too.
 */
export function deferWrites(platform: Platform, admitted: () => Promise<void>): Platform {
  const ports = Object.entries(platform).map(([name, port]) => {
    const ofPort: { readonly [method: string]: Effect } = effects[name as keyof Platform] ?? {};
    return [name, deferPort(port, ofPort, admitted)];
  });
  return Object.fromEntries(ports);
}

function deferPort(
  port: object,
  ofPort: { readonly [method: string]: Effect },
  admitted: () => Promise<void>,
): object {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      const call = (...values: unknown[]) => Reflect.apply(method, target, values);
      if (typeof name === 'string' && Object.hasOwn(ofPort, name) && ofPort[name] === 'read') return call;
      return (...values: unknown[]) => {
        const deferred = admitted().then(() => call(...values));
        // A handler may not be waiting for it yet, and a refusal must not end the process as an unhandled rejection.
        deferred.catch(() => undefined);
        return deferred;
      };
    },
  });
}
