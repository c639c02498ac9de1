import type * as z from 'zod';
import { namedSchema, variableOf } from '../platform/setting.ts';
import { functionSettings, Settings } from '../platform/settings.ts';
import { withDefaultGenerator } from './generator.ts';
import { stackSettings } from './stack-settings.ts';

const StackContext = namedSchema(stackSettings);
type StackContext = z.output<typeof StackContext>;

export type Configuration = StackContext & {
  /** Variables that every function gets, and validates by the same schema. */
  readonly settings: Readonly<Record<string, string>>;
};

/** The context is invalid; the message names each mistake. */
export class InvalidContext extends Error {
  override readonly name = 'InvalidContext';
}

/** Names of the functions' settings that an operator may set in the context. */
const passedOn = Object.entries(functionSettings)
  .filter(([, { settable }]) => settable !== 'nowhere')
  .map(([name]) => name);
const known = [...passedOn, ...Object.keys(stackSettings)];
const nameByVariable = new Map<string, string>(passedOn.map((name) => [variableOf(name), name]));

function contradictions(
  { endpoint, sandboxes, spare, packageIndex }: StackContext,
  given: Readonly<Record<string, string>>,
): string[] {
  const onlyPrivate = ['vpcEndpoints', 'clients'].filter((name) => given[name] !== undefined);
  return [
    ...(endpoint === 'public' ? onlyPrivate.map((name) => `${name} is for endpoint=private only`) : []),
    ...(sandboxes > 0 && spare > sandboxes ? ['spare must be at most sandboxes'] : []),
    ...(sandboxes === 0 && packageIndex ? ['packageIndex has no effect with sandboxes=0'] : []),
    ...(given.packageNetwork !== undefined && !packageIndex ? ['packageNetwork needs a packageIndex'] : []),
  ];
}

/**
 * Reads and validates what an operator set by `-c name=value` or in `cdk.json`.
 *
 * @param context all of the app's context; the names of the CDK's own values contain `:`, `/` or `-`
 * @throws InvalidContext that names each invalid value and each unknown name
 */
export function readConfiguration(
  context: Readonly<Record<string, unknown>>,
  version: string,
): Configuration {
  const ours = Object.entries(context).filter(([name]) => /^[A-Za-z]\w*$/.test(name));
  const texts = Object.fromEntries(ours.map(([name, value]) => [name, String(value)]));
  const problems = Object.keys(texts)
    .filter((name) => !known.includes(name))
    .map((name) => `unknown name ${name}; the known names are ${known.join(', ')}`);

  const settings: Record<string, string> = { [variableOf('version')]: version };
  for (const name of passedOn) {
    if (texts[name] !== undefined) settings[variableOf(name)] = texts[name];
  }
  const [stack, checked] = [StackContext.safeParse(texts), Settings.safeParse(settings)];
  for (const { path, message } of [...(stack.error?.issues ?? []), ...(checked.error?.issues ?? [])]) {
    const name = String(path[0]);
    problems.push(`${nameByVariable.get(name) ?? name} ${message}`);
  }
  if (stack.data) problems.push(...contradictions(stack.data, texts));
  if (problems.length > 0 || !stack.data) throw new InvalidContext(`context: ${problems.join('; ')}`);
  return { ...stack.data, settings: withDefaultGenerator(settings) };
}
