import * as z from 'zod';
import type { Definitions } from '../setting.ts';

/** The settings that exist on one machine only. Code that reads one reads its variable. */
export const machineSettings = {
  packageIndex: {
    schema: z.string(),
    defaultText: 'pip’s own configuration',
    settable: 'machine',
    group: 'sandboxes',
    description: 'index of packages (PEP 503)',
  },
  sandboxPackages: {
    schema: z.string(),
    defaultText: '`packages` in the data folder; for root below `/var/lib/strongroom`',
    settable: 'machine',
    group: 'sandboxes',
    description:
      'folder of installed packages, which every user must be able to enter, with all folders above it',
  },
  python: {
    schema: z.string(),
    defaultText: 'one that every user can read',
    settable: 'machine',
    group: 'sandboxes',
    description: 'Python interpreter of programs',
  },
  generatorKey: {
    schema: z.string(),
    settable: 'machine',
    group: 'generator',
    description: 'the provider’s key, if it needs one',
  },
} as const satisfies Definitions;
