import { useState } from 'preact/hooks';
import type { AuditEntry, KnownLog } from '../../../client/audit.ts';
import { StrongroomError } from '../../../client/index.ts';
import { useAction, useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { Problem } from '../ui/states.tsx';
import { dictionary } from './words.ts';

/** Stores a key and a signed checkpoint. Both are public, so they stay in the browser after sign-out. */
const storageKey = 'strongroom.audit-log';

type Verified = {
  /** Whether this browser has verified the log before. */
  readonly isKnown: boolean;
  readonly log: KnownLog & { readonly size: number };
  readonly verified: number;
  readonly waiting: number;
};

export function Verification({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const words = useWords(dictionary);
  const client = useClient();
  const [result, setResult] = useState<Verified>();
  const action = useAction(async () => {
    setResult(undefined);
    const { verifyAuditLog, verifyEntries } = await import('../../../client/audit.ts');
    const known = readKnown();
    const log = await verifyAuditLog(client, known).catch((error: unknown) => {
      // If this browser has seen the log before, a missing log stays an error.
      const isNew = !known && error instanceof StrongroomError && error.code === 'NOT_FOUND';
      throw isNew ? new Error(words.emptyLog) : error;
    });
    const counts = await verifyEntries(client, entries, log);
    const { verifierKey, checkpoint } = log;
    localStorage.setItem(storageKey, JSON.stringify({ verifierKey, checkpoint }));
    setResult({ isKnown: known !== undefined, log, ...counts });
  });
  return (
    <section class="card" aria-label={words.verify}>
      <p>{words.verifyLead}</p>
      <p class="actions">
        <button type="button" aria-disabled={action.busy} onClick={() => action.run()}>
          {words.verify}
        </button>
      </p>
      {action.error !== undefined && <Problem error={action.error} />}
      {result && (
        <div role="status">
          <p>
            {fill(words.verified, {
              size: String(result.log.size),
              verified: String(result.verified),
              waiting: String(result.waiting),
            })}
          </p>
          <p>{result.isKnown ? words.continues : words.first}</p>
          {!result.isKnown && <pre class="output">{result.log.verifierKey}</pre>}
        </div>
      )}
    </section>
  );
}

function readKnown(): KnownLog | undefined {
  const stored = localStorage.getItem(storageKey);
  if (!stored) return undefined;
  const { verifierKey, checkpoint } = JSON.parse(stored) as KnownLog;
  return { verifierKey, checkpoint };
}
