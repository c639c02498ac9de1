import type { z } from 'zod';
import { AttemptFailed, attempted, isPassing, retryAfterMs } from './attempts.ts';

/** Far beyond any answer of so many tokens. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** A word of a provider's own vocabulary, such as `overloaded_error`; no key and no sentence looks like it. */
const vocabulary = /^[a-z]+(_[a-z]+)*$/;

export type HttpGeneratorOptions = {
  /** Where the API begins. */
  readonly url: string;
  readonly model: string;
  /** Asked for before each call; it goes into a header and nowhere else. */
  readonly key: () => Promise<string | undefined>;
  readonly firstDelayMs?: number;
};

type Request = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  readonly deadline: number;
  readonly firstDelayMs: number | undefined;
};

/**
 * Posts JSON to a model's API and reads the JSON that it answers, with retries.
 *
 * @throws GeneratorFailed
 */
export async function postJson<T>(
  url: string,
  schema: z.ZodType<T>,
  { headers, body, deadline, firstDelayMs = 500 }: Request,
): Promise<T> {
  const init = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    // A redirect would carry the key to another server.
    redirect: 'error',
  } as const;
  return attempted(deadline, firstDelayMs, async (signal) => {
    const response = await fetch(url, { ...init, signal }).catch(lost);
    const text = await readText(response).catch(lost);
    if (!response.ok) {
      throw new AttemptFailed(`status ${response.status}${errorWord(text)}`, {
        retryable: isPassing(response.status),
        retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      });
    }
    const { success, data } = schema.safeParse(asJson(text));
    if (!success) throw new AttemptFailed('an answer that is not of its protocol');
    return data;
  });
}

/** The end of a URL, behind where its API begins. */
export function endpointUrl(url: string, path: string): string {
  return `${url.replace(/\/+$/, '')}${path}`;
}

/** @throws AttemptFailed */
function lost(error: unknown): never {
  if (error instanceof AttemptFailed) throw error;
  const cause = (error as { cause?: { code?: unknown } }).cause?.code;
  const code = typeof cause === 'string' && /^[A-Z_]+$/.test(cause) ? ` (${cause})` : '';
  throw new AttemptFailed(`the connection failed${code}`, { retryable: true });
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new AttemptFailed('an answer that is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What kind of error it is: Anthropic says so in `error.type`, OpenAI in `error.code` or `error.type`. */
function errorWord(text: string): string {
  const { error } = (asJson(text) ?? {}) as { error?: { code?: unknown; type?: unknown } };
  const word = [error?.code, error?.type].find((part) => typeof part === 'string' && vocabulary.test(part));
  return word ? ` ${String(word).slice(0, 64)}` : '';
}
