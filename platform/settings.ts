import * as z from 'zod';

/** `count/seconds`, such as `10/900`: at most so many calls in a window of so many seconds. */
const RateLimit = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,5}$/, { error: 'must be count/seconds, such as 10/900' })
  .transform((value) => {
    const [count, seconds] = value.split('/').map(Number) as [number, number];
    return { count, seconds };
  });

const domain = '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+';

/** `open`, `closed`, or e-mail domains in a row: `example.com,example.org`. */
const Registration = z
  .string()
  .toLowerCase()
  .regex(new RegExp(`^(open|closed|${domain}(,${domain})*)$`), {
    error: 'must be open, closed, or e-mail domains separated by commas',
  })
  .transform((value) => (value === 'open' || value === 'closed' ? value : value.split(',')));

const GeneratorUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((url) => !/^[^:]+:\/\/[^/]*@/.test(url), { error: 'must not hold a user name or password' });

/**
 * What an operator may set. The stack writes these variables into every function, the local appliance reads
 * them from its own environment, and both are checked by this schema.
 */
export const Settings = z
  .object({
    STRONGROOM_VERSION: z.string().default('0.0.0'),
    STRONGROOM_REGISTRATION: Registration.default('closed'),
    /** Every call of the API, per credential or address. */
    STRONGROOM_LIMIT: RateLimit.default({ count: 600, seconds: 60 }),
    /** Sign-in, registration and all else that checks a password, per address and per account. */
    STRONGROOM_AUTH_LIMIT: RateLimit.default({ count: 10, seconds: 900 }),
    /** Wrong user secrets of one user. */
    STRONGROOM_SECRET_LIMIT: RateLimit.default({ count: 10, seconds: 900 }),
    /** Whether a process keeps the keys that user secrets give, for minutes, so that reads need no Argon2id. */
    STRONGROOM_KEK_CACHE: z.enum(['on', 'off']).default('on'),
    /** Seconds that an owner has to veto a restore of their keys, before a rekey may use it. */
    STRONGROOM_RESTORE_DELAY: z.coerce.number().int().min(0).max(2_592_000).default(86_400),
    /** Messages that an anonymous sender may create, per address. */
    STRONGROOM_MESSAGE_LIMIT: RateLimit.default({ count: 20, seconds: 900 }),
    /** Messages that may be created with an API token or another credential, per credential. */
    STRONGROOM_MESSAGE_TOKEN_LIMIT: RateLimit.default({ count: 100, seconds: 900 }),
    /** Whether anonymous senders of messages solve a challenge first. */
    STRONGROOM_CHALLENGE: z.enum(['off', 'on']).default('on'),
    /** How hard a challenge is: tries of 5,000 PBKDF2 iterations, on average. */
    STRONGROOM_CHALLENGE_TRIES: z.coerce.number().int().min(1).max(1_000_000).default(400),
    /** Under which callers reach the installation; without it, links are made from the request's `Host`. */
    STRONGROOM_PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be a URL such as https://strongroom.example.com' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    /** Where signed URLs of objects lead, if not to the appliance itself; the stack knows. */
    STRONGROOM_OBJECTS_ORIGIN: z
      .string()
      .regex(/^https?:\/\/[a-z0-9.:-]+$/, { error: 'must be an origin such as https://objects.example.com' })
      .optional(),
    /** Who writes programs: Amazon Bedrock, the Anthropic Messages API, or what speaks OpenAI's chat completions. */
    STRONGROOM_GENERATOR: z.enum(['none', 'bedrock', 'anthropic', 'openai']).default('none'),
    STRONGROOM_GENERATOR_MODEL: z
      .string()
      .regex(/^[\x21-\x7e]{1,2048}$/, { error: 'must be the name of a model' })
      .optional(),
    /** Where the provider's API begins, if not at its own address. */
    STRONGROOM_GENERATOR_URL: GeneratorUrl.optional(),
    /** Of one answer. */
    STRONGROOM_GENERATOR_MAX_TOKENS: z.coerce.number().int().min(256).max(65_536).default(4096),
    /** The secret that holds the provider's key. On one machine the key is in `STRONGROOM_GENERATOR_KEY`. */
    STRONGROOM_GENERATOR_KEY_SECRET: z
      .string()
      .regex(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/, {
        error: 'must be the ARN of a secret in Secrets Manager',
      })
      .optional(),
  })
  .refine((settings) => settings.STRONGROOM_GENERATOR === 'none' || settings.STRONGROOM_GENERATOR_MODEL, {
    path: ['STRONGROOM_GENERATOR_MODEL'],
    error: 'must name the model where STRONGROOM_GENERATOR names a provider',
  });

export type Settings = z.output<typeof Settings>;
export type RateLimit = Settings['STRONGROOM_LIMIT'];

let settings: Settings | undefined;

/** @throws Error that names each variable that is wrong */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { success, data, error } = Settings.safeParse(env);
  if (success) return data;
  const problems = error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new Error(`environment: ${problems.join('; ')}`);
}

/** The settings of this process, read once. */
export function currentSettings(): Settings {
  settings ??= readSettings(process.env);
  return settings;
}
