import type { z } from 'zod';
import { AttemptFailed, isTransient, retryAfterMs, withRetry } from './attempts.ts';

/** Far larger than any response within the token limit. */
const maxResponseBytes = 8 * 1024 * 1024;

/** An error code of a provider, such as `overloaded_error`. No key and no sentence matches. */
const errorCodePattern = /^[a-z]+(_[a-z]+)*$/;

export type HttpGeneratorOptions = {
  /** Base URL of the API. */
  readonly url: string;
  readonly model: string;
  /** Called before each request. The key goes into a header and nowhere else. */
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
 * Posts JSON to the API of a model, with retries, and returns the JSON of the response.
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
    // A redirect would send the key to another server.
    redirect: 'error',
  } as const;
  return withRetry(deadline, firstDelayMs, async (signal) => {
    const response = await fetch(url, { ...init, signal }).catch(failConnection);
    const text = await readText(response).catch(failConnection);
    if (!response.ok) {
      throw new AttemptFailed(`status ${response.status}${errorCode(text)}`, {
        retryable: isTransient(response.status),
        retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      });
    }
    const { success, data } = schema.safeParse(parseJson(text));
    if (!success) throw new AttemptFailed('the response does not follow the protocol');
    return data;
  });
}

/** Appends a path to the base URL of an API, which may end with a slash. */
export function endpointUrl(url: string, path: string): string {
  return `${url.replace(/\/+$/, '')}${path}`;
}

/** @throws AttemptFailed */
function failConnection(error: unknown): never {
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
    if (size > maxResponseBytes) throw new AttemptFailed('the response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Anthropic names the kind of error in `error.type`, OpenAI in `error.code` or `error.type`. */
function errorCode(text: string): string {
  const { error } = (parseJson(text) ?? {}) as { error?: { code?: unknown; type?: unknown } };
  const code = [error?.code, error?.type].find(
    (part) => typeof part === 'string' && errorCodePattern.test(part),
  );
  return code ? ` ${String(code).slice(0, 64)}` : '';
}
