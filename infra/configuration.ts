import * as z from 'zod';
import { offHoursFault } from '../platform/sandboxes/pool-hours.ts';
import { Settings } from '../platform/settings.ts';
import { withDefaultGenerator } from './generator.ts';

const list = (entry: z.ZodType<string, string>) =>
  z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(entry));

const wholeNumber = (least: number, most: number) =>
  z.coerce.number().refine((value) => Number.isInteger(value) && value >= least && value <= most, {
    error: `must be a whole number from ${least} to ${most}`,
  });

const retentions = [7, 14, 30, 60, 90, 180, 365, 731, 1827, 3653] as const;

/** What an operator may choose about the stack itself; what the functions read is in `Settings`. */
const StackContext = z.object({
  /** Of the stack, and the beginning of the names in it. */
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,15}$/, {
      error: 'must be a letter and up to 15 letters, digits or hyphens',
    })
    .default('Strongroom'),
  /** `private`: the API is reached through VPC endpoints alone. */
  endpoint: z.enum(['public', 'private']).default('public'),
  /** Endpoints for `execute-api` that are there already and may reach a private API. */
  vpcEndpoints: list(
    z
      .string()
      .regex(/^vpce-[0-9a-f]{8,17}$/, { error: 'must be VPC endpoints such as vpce-0123456789abcdef0' }),
  ).default([]),
  /** Networks that may reach the stack's own VPC endpoint. */
  clients: list(z.cidrv4({ error: 'must be IPv4 networks such as 10.0.0.0/8' })).default([]),
  /** A web ACL (WAF) to put before the API. */
  webAcl: z
    .string()
    .regex(/^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/\S+$/, {
      error: 'must be the ARN of a regional web ACL',
    })
    .optional(),
  /** `off`: tables can be deleted, and go with the stack. */
  protect: z.enum(['on', 'off']).default('on'),
  /** How long logs are kept. */
  logDays: z.coerce
    .number()
    .refine((days) => retentions.some((retention) => retention === days), {
      error: `must be one of ${retentions.join(', ')}`,
    })
    .default(90),
  /** Most sandbox tasks at a time; 0: no code is run. */
  sandboxes: wholeNumber(0, 200).default(4),
  /** Tasks that are kept ready for users who have none yet. */
  spare: wholeNumber(0, 50).default(1),
  /** When none are kept ready. */
  offHours: z
    .string()
    .superRefine((text, context) => {
      const message = offHoursFault(text);
      if (message) context.addIssue({ code: 'custom', message });
    })
    .optional(),
  /** Where packages come from (PEP 503); without it there are none. */
  packageIndex: z
    .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
    .refine((url) => !/[\s"'@]/.test(url), { error: 'must hold no name or password' })
    .optional(),
  /** `private`: the index is reached by routes of the operator's own, and no NAT gateway is made. */
  packageNetwork: z.enum(['internet', 'private']).default('internet'),
});

export type Configuration = z.output<typeof StackContext> & {
  /** Variables that every function gets; the functions check them by the same schema. */
  readonly settings: { readonly [variable: string]: string };
};

/** The context names a mistake. */
export class InvalidContext extends Error {
  override readonly name = 'InvalidContext';
}

const prefix = 'STRONGROOM_';

/** Each of the functions' settings by its name as a context value: `STRONGROOM_AUTH_LIMIT` is `authLimit`. */
const variables = new Map(
  Object.keys(Settings.shape)
    .filter((variable) => variable !== 'STRONGROOM_VERSION')
    .map((variable) => [contextName(variable), variable]),
);

function contextName(variable: string): string {
  const words = variable.slice(prefix.length).toLowerCase();
  return words.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function contradictions(
  { sandboxes, spare, packageIndex }: z.output<typeof StackContext>,
  given: Readonly<Record<string, string>>,
): string[] {
  return [
    ...(sandboxes > 0 && spare > sandboxes ? ['spare must be at most sandboxes'] : []),
    ...(sandboxes === 0 && packageIndex ? ['packageIndex is of no use with sandboxes=0'] : []),
    ...(given.packageNetwork !== undefined && !packageIndex
      ? ['packageNetwork is for a packageIndex only']
      : []),
  ];
}

/**
 * Reads and checks what an operator set by `-c name=value` or in `cdk.json`.
 *
 * @param context all of the app's context; the CDK's own has names with `:`, `/` or `-`
 * @throws InvalidContext that names each value that is wrong or unknown
 */
export function readConfiguration(
  context: Readonly<Record<string, unknown>>,
  version: string,
): Configuration {
  const ours = Object.entries(context).filter(([name]) => /^[A-Za-z]\w*$/.test(name));
  const texts = Object.fromEntries(ours.map(([name, value]) => [name, String(value)]));
  const known = [...Object.keys(StackContext.shape), ...variables.keys()];
  const problems = Object.keys(texts)
    .filter((name) => !known.includes(name))
    .map((name) => `${name} is not known; known are ${known.join(', ')}`);

  const settings: Record<string, string> = { STRONGROOM_VERSION: version };
  for (const [name, variable] of variables) {
    if (texts[name] !== undefined) settings[variable] = texts[name];
  }
  const [stack, checked] = [StackContext.safeParse(texts), Settings.safeParse(settings)];
  for (const { path, message } of [...(stack.error?.issues ?? []), ...(checked.error?.issues ?? [])]) {
    const name = String(path[0]);
    problems.push(`${name.startsWith(prefix) ? contextName(name) : name} ${message}`);
  }
  if (stack.data?.endpoint === 'public') {
    for (const name of ['vpcEndpoints', 'clients'] as const) {
      if (texts[name] !== undefined) problems.push(`${name} is for endpoint=private only`);
    }
  }
  if (stack.data) problems.push(...contradictions(stack.data, texts));
  if (problems.length > 0 || !stack.data) throw new InvalidContext(`context: ${problems.join('; ')}`);
  return { ...stack.data, settings: withDefaultGenerator(settings) };
}
