import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '../../crypto/providers/native.ts';
import { generatePrivateKey } from '../../crypto/zk/sealed-box.ts';
import { findInterpreter } from '../protocol/interpreter.ts';
import { type Config, readConfig } from './config.ts';
import { findNode } from './node-program.ts';
import { Runner } from './runner.ts';
import { createRuntimeDir, type RuntimeDir, removeRuntimeDir } from './runtime-dir.ts';
import { createSandboxServer, listen } from './server.ts';
import { SlotPools } from './slot-pools.ts';
import { findTaskId } from './task-id.ts';

/** Time for runs to end before the zygote is closed. Fargate kills a task 30 s after its SIGTERM. */
const endMs = 5_000;

/**
 * The sandbox supervisor. When it is ready, it prints one line, `{"ready":true,"publicKeyB64","isolation","listen"}`.
 * If it cannot start, it prints one sentence on stderr and exits with 1.
 */
async function main(config: Config): Promise<void> {
  if (process.platform !== 'linux') {
    throw new Error('programs run on Linux only; run the sandbox image with Docker instead');
  }
  const root = process.getuid?.() === 0;
  const python = await findInterpreter(config.python, process.env.PATH ?? '', root);

  const node = await findNode(config.node, process.env.PATH ?? '', root);

  const runtimeDir = createRuntimeDir(config.temporary);
  const pools = new SlotPools(python.executable, node, config, runtimeDir, (reason) =>
    fail(reason, runtimeDir),
  );
  const isolation = await pools.start().catch((error: Error) => fail(error, runtimeDir));
  const key = generatePrivateKey(native);
  const runner = new Runner(pools, config);
  const publicKeyB64 = Buffer.from(key.publicKey).toString('base64');
  const taskId = await findTaskId(config.taskMetadata).catch((error: Error) => fail(error, runtimeDir));
  const server = createSandboxServer(key, runner, { taskId, publicKeyB64, isolation });
  const address = await listen(server, config.listen).catch((error: Error) => fail(error, runtimeDir));

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    server.close();
    await Promise.race([runner.close(), sleep(endMs)]);
    await pools.close();
    server.closeAllConnections();
    removeRuntimeDir(runtimeDir);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  if (config.endWithStdin) process.stdin.on('end', end).on('error', end).resume();

  process.stdout.write(`${JSON.stringify({ ready: true, publicKeyB64, isolation, listen: address })}\n`);
}

function fail(error: Error, runtimeDir?: RuntimeDir): never {
  if (runtimeDir) removeRuntimeDir(runtimeDir);
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

try {
  await main(readConfig(process.argv.slice(2), process.env));
} catch (error) {
  fail(error as Error);
}
