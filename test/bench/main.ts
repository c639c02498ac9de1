/** `npm run bench -- NAME [arguments]`: runs one of the benchmarks beside this file. */
import { readdirSync } from 'node:fs';

type Benchmark = { readonly default: (args: readonly string[]) => Promise<void> };

const [name = '', ...args] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length));

if (names.includes(name)) {
  const { default: run } = (await import(`./${name}.ts`)) as Benchmark;
  await run(args);
} else {
  process.stderr.write(`Usage: npm run bench -- NAME, where NAME is ${names.join(', ')}\n`);
  process.exitCode = 2;
}
