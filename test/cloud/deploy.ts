import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandOptions, run } from '../support/command.ts';
import { account, type Emulator, region } from './emulator.ts';
import { recordedTypes } from './unsupported.ts';

/** Outputs by stack, as `cdk deploy --outputs-file` writes them. */
export type Outputs = { readonly [stack: string]: { readonly [name: string]: string } };

export type Deployment = { readonly apiUrl: string; readonly outputs: Outputs[string] };

/** What an operator would set by `-c`. The tests of limits start an appliance with limits of their own. */
const context = {
  registration: 'open',
  apiRateLimit: '1000000/60',
  authRateLimit: '1000000/60',
  secretRateLimit: '1000000/60',
  restoreDelay: '0',
  messageRateLimit: '1000000/60',
  tokenMessageRateLimit: '1000000/60',
  challenge: 'off',
  // The whole stack but the NAT gateway. Nothing is fetched from this index.
  packageIndex: 'https://index.invalid/simple',
  packageNetwork: 'private',
};

/**
 * Bootstraps the emulator's account and deploys the project's own CDK app to it, with the CLI that an operator uses and
 * the roles that bootstrapping creates.
 *
 * @throws Error with the end of the CLI's output if a step fails
 */
export async function deploy(
  root: string,
  folder: string,
  emulator: Emulator,
  signal: AbortSignal,
): Promise<Deployment> {
  const env = {
    ...emulator.env,
    CDK_HOME: join(folder, 'cdk-home'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
  };
  const cdk = (command: string, args: readonly string[], cwd = folder) =>
    run([join(root, 'node_modules', '.bin', 'cdk'), command, '--no-notices', '--no-color', ...args], {
      cwd,
      env,
      signal,
      logFile: join(folder, `cdk-${command}.log`),
    } satisfies CommandOptions & { logFile: string });

  const assembly = join(folder, 'cdk.out');
  const outputsFile = join(folder, 'outputs.json');
  const settings = Object.entries(context).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
  await cdk('synth', ['--quiet', '--output', assembly, ...settings], root);
  await checkRecordedTypes(assembly);
  await leaveOutImages(assembly);
  await cdk('bootstrap', [`aws://${account}/${region}`]);
  await cdk('deploy', [
    '--app',
    assembly,
    '--all',
    '--require-approval',
    'never',
    '--progress',
    'events',
    '--outputs-file',
    outputsFile,
  ]);

  const outputs = JSON.parse(await readFile(outputsFile, 'utf8')) as Outputs;
  const [stack = {}, ...more] = Object.values(outputs);
  if (more.length > 0) throw new Error('the app has more than one stack');
  return { outputs: stack, apiUrl: apiUrl(stack, emulator.endpoint) };
}

/** @throws Error if a type is on the list that the stack no longer uses */
async function checkRecordedTypes(assembly: string): Promise<void> {
  const used = new Set<string>();
  for (const file of await filesOf(assembly, '.template.json')) {
    const { Resources = {} } = JSON.parse(await readFile(file, 'utf8')) as {
      Resources?: Record<string, { Type: string }>;
    };
    for (const { Type } of Object.values(Resources)) used.add(Type);
  }
  const stale = Object.keys(recordedTypes).filter((type) => !used.has(type));
  if (stale.length > 0)
    throw new Error(`no stack uses ${stale.join(', ')}; remove it from the recorded types`);
}

/** Images need a Docker engine and a registry. The emulator has neither, and runs no task. */
async function leaveOutImages(assembly: string): Promise<void> {
  for (const file of await filesOf(assembly, '.assets.json')) {
    const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...manifest, dockerImages: {} }));
  }
}

async function filesOf(folder: string, ending: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/** The address in the stack's output exists only on AWS. The emulator serves the same stage under a path. */
function apiUrl({ ApiUrl }: Outputs[string], endpoint: string): string {
  const [, api, stage] = ApiUrl?.match(/^https:\/\/([a-z0-9]+)\.execute-api\.[^/]+\/([^/]+)\/?$/) ?? [];
  if (!api) throw new Error('the output ApiUrl of the stack names no stage of API Gateway');
  return `${endpoint}/_aws/execute-api/${api}/${stage}`;
}
