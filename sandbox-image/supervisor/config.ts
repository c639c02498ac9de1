import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { type Language, languages } from '../../contract/languages.ts';
import { limits } from '../../contract/limits.ts';

export type Limits = {
  /** Memory of all processes of a run together, without what the interpreter itself uses. */
  readonly memoryBytes: number;
  /** Disk space of the directory of a run. */
  readonly diskBytes: number;
  /** Processes and threads of a run. */
  readonly processes: number;
  readonly openFiles: number;
  /** Size of one file. */
  readonly fileBytes: number;
  /** Size of stdout and of stderr, each. */
  readonly outputBytes: number;
  /** Number of files that a run returns. */
  readonly resultFiles: number;
  /** Size of these files together. */
  readonly resultBytes: number;
};

export type Listen = { readonly path: string } | { readonly host: string; readonly port: number };

export type SandboxLevel = 'auto' | 'floor' | 'namespaces';

export type Config = {
  readonly listen: Listen;
  /** Ends when standard input is closed, and so with its parent. */
  readonly endWithStdin: boolean;
  readonly level: SandboxLevel;
  /** Newest Landlock ABI to use. A lower one shows how programs run on older kernels. */
  readonly landlockAbi: number;
  readonly python: string | undefined;
  /** First user id of the runs; by default, the start of a free range. */
  readonly firstUid: number | null;
  /** Folder of the locks for ranges of user ids. Only root uses it. */
  readonly uidLocks: string;
  /** Parent of the directories of runs. Other users must be able to traverse it. */
  readonly temporary: string;
  /** Most concurrent runs; others wait for their turn. */
  readonly concurrency: number;
  readonly waiting: number;
  /** Numbers of slots to fork ahead. */
  readonly spares: Spares;
  readonly node: string | undefined;
  /** Folder of the bundles of packages: one directory per bundle id. */
  readonly packages: string | undefined;
  /** Modules to import ahead of a run. */
  readonly preimport: readonly string[];
  /** URL at which a Fargate task learns its id. */
  readonly taskMetadata: string | undefined;
  readonly limits: Limits;
};

const mebibyte = 1024 * 1024;
const maxResultKiB = limits.resultFiles.bytesInAll / 1024;
/** Modules that many programs use and that take long to import. */
const preimported = 'numpy pandas scipy sklearn matplotlib.pyplot PIL requests';

/** @throws Error that names the invalid setting */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      listen: { type: 'string', default: '0.0.0.0:8700' },
      'end-with-stdin': { type: 'boolean', default: false },
    },
  });
  const firstUid = env.STRONGROOM_SANDBOX_FIRST_UID;
  return {
    listen: parseListen(values.listen),
    endWithStdin: values['end-with-stdin'],
    level: parseLevel(env.STRONGROOM_SANDBOX_LEVEL ?? 'auto'),
    landlockAbi: integer(env, 'STRONGROOM_SANDBOX_LANDLOCK_ABI', 99, 0, 99),
    python: env.STRONGROOM_PYTHON || undefined,
    firstUid: firstUid ? integer(env, 'STRONGROOM_SANDBOX_FIRST_UID', 0, 1000, 2 ** 31) : null,
    uidLocks: env.STRONGROOM_SANDBOX_LOCKS || '/run/strongroom-sandbox',
    temporary: tmpdir(),
    concurrency: integer(env, 'STRONGROOM_SANDBOX_CONCURRENCY', limits.programsAtOnce.running, 1, 256),
    waiting: integer(env, 'STRONGROOM_SANDBOX_WAITING', limits.programsAtOnce.waiting, 0, 4096),
    spares: {
      python: sparesOf(env, 'STRONGROOM_SANDBOX_SPARES', 'python'),
      javascript: sparesOf(env, 'STRONGROOM_SANDBOX_JAVASCRIPT_SPARES', 'javascript'),
      packages: integer(env, 'STRONGROOM_SANDBOX_PACKAGE_SPARES', 1, 0, 64),
    },
    node: env.STRONGROOM_NODE || undefined,
    packages: env.STRONGROOM_SANDBOX_PACKAGES || undefined,
    preimport: parseModules(env.STRONGROOM_SANDBOX_PREIMPORT ?? preimported),
    taskMetadata: env.ECS_CONTAINER_METADATA_URI_V4 || undefined,
    limits: {
      memoryBytes: integer(env, 'STRONGROOM_SANDBOX_MEMORY_MB', 512, 16, 1 << 20) * mebibyte,
      diskBytes: integer(env, 'STRONGROOM_SANDBOX_DISK_MB', 256, 1, 1 << 20) * mebibyte,
      processes: integer(env, 'STRONGROOM_SANDBOX_PROCESSES', 64, 1, 4096),
      openFiles: 256,
      fileBytes: 64 * mebibyte,
      outputBytes: limits.outputBytes,
      resultFiles: integer(env, 'STRONGROOM_SANDBOX_RESULT_FILES', limits.resultFiles.count, 0, 1000),
      resultBytes: integer(env, 'STRONGROOM_SANDBOX_RESULT_KB', maxResultKiB, 0, maxResultKiB) * 1024,
    },
  };
}

function parseListen(text: string): Listen {
  if (text.startsWith('unix:')) return { path: text.slice('unix:'.length) };
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  if (at < 1 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--listen must be host:port or unix:/path, not ${text}`);
  }
  return { host: text.slice(0, at), port };
}

function parseLevel(text: string): SandboxLevel {
  if (text === 'auto' || text === 'floor' || text === 'namespaces') return text;
  throw new Error(`STRONGROOM_SANDBOX_LEVEL must be auto, floor or namespaces, not ${text}`);
}

function parseModules(text: string): string[] {
  const modules = text.split(/\s+/).filter(Boolean);
  if (modules.every((name) => /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(name))) return modules;
  throw new Error(`STRONGROOM_SANDBOX_PREIMPORT must be a list of module names, not ${text}`);
}

function sparesOf(env: NodeJS.ProcessEnv, name: string, language: Language): number {
  const { default: fallback, min } = languages[language].warmSlots;
  return integer(env, name, fallback, min, 64);
}

function integer(
  env: NodeJS.ProcessEnv,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const value = Number(env[name] || fallback);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} must be a whole number from ${least} to ${most}, not ${env[name]}`);
}

/** Slots that are forked ahead. */
export type Spares = { readonly [L in Language]: number } & {
  /** For each set of packages in use. */
  readonly packages: number;
};
