import * as z from 'zod';
import { offHoursFault } from '../platform/sandboxes/pool-hours.ts';
import { type Definitions, WholeNumber } from '../platform/setting.ts';

const List = (entry: z.ZodType<string, string>) =>
  z
    .string()
    .transform((value) => (value === '' ? [] : value.split(',')))
    .pipe(z.array(entry));

const OffHours = z.string().superRefine((text, context) => {
  const message = offHoursFault(text);
  if (message) context.addIssue({ code: 'custom', message });
});

const retentions = ['7', '14', '30', '60', '90', '180', '365', '731', '1827', '3653'] as const;

/** The settings that only the stack reads. */
export const stackSettings = {
  name: {
    schema: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,15}$/, {
      error: 'must be a letter and up to 15 letters, digits or hyphens',
    }),
    default: 'Strongroom',
    settable: 'deployment',
    group: 'stack',
    description: 'name of the stack and prefix of its names; at most 16 letters, digits and hyphens',
  },
  endpoint: {
    schema: z.enum(['public', 'private']),
    default: 'public',
    settable: 'deployment',
    group: 'stack',
    description: '`private`: reachable only through VPC endpoints',
  },
  clients: {
    schema: List(z.cidrv4({ error: 'must be IPv4 networks such as 10.0.0.0/8' })),
    default: '',
    defaultText: 'none',
    settable: 'deployment',
    group: 'stack',
    description: 'with `endpoint=private`: networks that may call, such as `10.0.0.0/8,192.168.0.0/16`',
  },
  vpcEndpoints: {
    schema: List(
      z
        .string()
        .regex(/^vpce-[0-9a-f]{8,17}$/, { error: 'must be VPC endpoints such as vpce-0123456789abcdef0' }),
    ),
    default: '',
    defaultText: 'none',
    settable: 'deployment',
    group: 'stack',
    description: 'with `endpoint=private`: your own endpoints for `execute-api`, instead of one in the stack',
  },
  webAcl: {
    schema: z.string().regex(/^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/\S+$/, {
      error: 'must be the ARN of a regional web ACL',
    }),
    settable: 'deployment',
    group: 'stack',
    description: 'ARN of a regional web ACL (WAF) for the API',
  },
  protect: {
    schema: z.enum(['on', 'off']),
    default: 'on',
    settable: 'deployment',
    group: 'stack',
    description: '`off`: tables can be deleted, and everything is deleted with the stack; for trials',
  },
  logDays: {
    schema: z.enum(retentions, { error: `must be one of ${retentions.join(', ')}` }).transform(Number),
    default: '90',
    settable: 'deployment',
    group: 'stack',
    description: 'retention of logs in days: 7, 14, 30, 60, 90, 180, 365, 731, 1827 or 3653',
  },
  sandboxes: {
    schema: WholeNumber(0, 200),
    default: '4',
    settable: 'deployment',
    group: 'sandboxes',
    description:
      'maximum of sandbox tasks, and so of users who run programs concurrently; `0`: no code is run',
  },
  spare: {
    schema: WholeNumber(0, 50),
    default: '1',
    settable: 'deployment',
    group: 'sandboxes',
    description: 'tasks kept ready for users who have none yet',
  },
  offHours: {
    schema: OffHours,
    settable: 'deployment',
    group: 'sandboxes',
    description: 'when none are kept ready, such as `20:00-07:00` (UTC) or `20:00-07:00 Europe/Berlin`',
  },
  packageIndex: {
    schema: z
      .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
      .refine((url) => !/[\s"'@]/.test(url), { error: 'must not contain a name or password' }),
    settable: 'deployment',
    group: 'sandboxes',
    description:
      'index of packages (PEP 503), such as `https://pypi.org/simple`; without it, changes of packages return 503',
  },
  packageNetwork: {
    schema: z.enum(['internet', 'private']),
    default: 'internet',
    settable: 'deployment',
    group: 'sandboxes',
    description: '`private`: your own routes from the stack’s network reach the index, without a NAT gateway',
  },
} as const satisfies Definitions;
