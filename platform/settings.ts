import * as z from 'zod';
import { type Definitions, variableSchema, WholeNumber } from './setting.ts';

/** `count/seconds`, such as `10/900`: at most so many requests in a window of so many seconds. */
const RateLimit = z
  .string()
  .regex(/^[1-9]\d{0,8}\/[1-9]\d{0,5}$/, { error: 'must be count/seconds, such as 10/900' })
  .transform((value) => {
    const [count, seconds] = value.split('/').map(Number) as [number, number];
    return { count, seconds };
  });

const domain = '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+';

/** `open`, `closed`, or e-mail domains: `example.com,example.org`. */
const Registration = z
  .string()
  .toLowerCase()
  .regex(new RegExp(`^(open|closed|${domain}(,${domain})*)$`), {
    error: 'must be open, closed, or e-mail domains separated by commas',
  })
  .transform((value) => (value === 'open' || value === 'closed' ? value : value.split(',')));

/** The settings that functions read, on AWS and on one machine. */
export const functionSettings = {
  version: {
    schema: z.string(),
    default: '0.0.0',
    settable: 'nowhere',
    group: 'stack',
    description: 'version of the server',
  },
  registration: {
    schema: Registration,
    default: 'closed',
    localDefault: 'open',
    settable: 'everywhere',
    group: 'access',
    description: 'who may register: `open`, `closed`, or e-mail domains, separated by commas',
  },
  publicUrl: {
    schema: z
      .url({ protocol: /^https?$/, error: 'must be a URL such as https://strongroom.example.com' })
      .transform((url) => url.replace(/\/+$/, '')),
    defaultText: 'the request’s `Host`',
    settable: 'everywhere',
    group: 'access',
    description: 'address of links and files',
  },
  restoreDelay: {
    schema: WholeNumber(0, 2_592_000),
    default: '86400',
    localDefault: '0',
    settable: 'everywhere',
    group: 'access',
    description: 'seconds in which an owner can veto a restore before a rekey may use it',
  },
  kekCache: {
    schema: z.enum(['on', 'off']),
    default: 'on',
    settable: 'everywhere',
    group: 'access',
    description:
      '`off`: no process caches keys derived from user secrets; each read of the vault costs 100 ms',
  },
  objectsOrigin: {
    schema: z
      .string()
      .regex(/^https?:\/\/[a-z0-9.:-]+$/, { error: 'must be an origin such as https://objects.example.com' }),
    settable: 'nowhere',
    group: 'access',
    description: 'origin of signed URLs of objects, if it is not that of the server',
  },
  apiRateLimit: {
    schema: RateLimit,
    default: '600/60',
    settable: 'everywhere',
    group: 'limits',
    description: 'requests per credential, or per address without one, as count/seconds',
  },
  authRateLimit: {
    schema: RateLimit,
    default: '10/900',
    settable: 'everywhere',
    group: 'limits',
    description: 'sign-ins, registrations and other password checks, per address and per account',
  },
  secretRateLimit: {
    schema: RateLimit,
    default: '10/900',
    settable: 'everywhere',
    group: 'limits',
    description: 'wrong user secrets per user',
  },
  messageRateLimit: {
    schema: RateLimit,
    default: '20/900',
    settable: 'everywhere',
    group: 'limits',
    description: 'messages created without a credential, per address',
  },
  tokenMessageRateLimit: {
    schema: RateLimit,
    default: '100/900',
    settable: 'everywhere',
    group: 'limits',
    description: 'messages created with an API token or another credential, per credential',
  },
  challenge: {
    schema: z.enum(['off', 'on']),
    default: 'on',
    localDefault: 'off',
    settable: 'everywhere',
    group: 'limits',
    description: '`off`: anonymous senders of messages solve no proof of work',
  },
  challengeTries: {
    schema: WholeNumber(1, 1_000_000),
    default: '400',
    settable: 'everywhere',
    group: 'limits',
    description: 'difficulty of the proof of work: average tries of 5,000 PBKDF2 iterations',
  },
  generator: {
    schema: z.enum(['none', 'bedrock', 'anthropic', 'openai']),
    default: 'none',
    settable: 'everywhere',
    group: 'generator',
    description:
      'who writes programs: `none`, `bedrock`, `anthropic`, or `openai` for any API like OpenAI’s; a deployment that names only a model uses `bedrock`',
  },
  generatorModel: {
    schema: z.string().regex(/^[\x21-\x7e]{1,2048}$/, { error: 'must be the name of a model' }),
    settable: 'everywhere',
    group: 'generator',
    description: 'the model; on Bedrock its id, or the id or ARN of an inference profile',
  },
  generatorUrl: {
    schema: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .refine((url) => !/^[^:]+:\/\/[^/]*@/.test(url), { error: 'must not contain a user name or password' }),
    defaultText: 'the provider’s own',
    settable: 'everywhere',
    group: 'generator',
    description: 'base URL of the provider’s API',
  },
  generatorMaxTokens: {
    schema: WholeNumber(256, 65_536),
    default: '4096',
    settable: 'everywhere',
    group: 'generator',
    description: 'maximum tokens per response, 256 to 65,536',
  },
  generatorKeySecret: {
    schema: z.string().regex(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/, {
      error: 'must be the ARN of a secret in Secrets Manager',
    }),
    settable: 'deployment',
    group: 'generator',
    description: 'ARN of the secret with another provider’s key, as plain text',
  },
} as const satisfies Definitions;

/**
 * The schema of the environment of functions. The stack writes these variables into every function, and the local
 * appliance reads them from its own environment.
 */
export const Settings = variableSchema(functionSettings).refine(
  (settings) => settings.STRONGROOM_GENERATOR === 'none' || settings.STRONGROOM_GENERATOR_MODEL,
  {
    path: ['STRONGROOM_GENERATOR_MODEL'],
    error: 'must name the model, because STRONGROOM_GENERATOR names a provider',
  },
);

export type Settings = z.output<typeof Settings>;
export type RateLimit = Settings['STRONGROOM_API_RATE_LIMIT'];

let settings: Settings | undefined;

/** Returns the settings in an environment. @throws Error that names each invalid variable */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const { success, data, error } = Settings.safeParse(env);
  if (success) return data;
  const problems = error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new Error(`environment: ${problems.join('; ')}`);
}

/** Returns the settings of this process, which are read once. */
export function currentSettings(): Settings {
  settings ??= readSettings(process.env);
  return settings;
}
