import type { Construct } from 'constructs';
import type { FunctionRecord } from '../contract/define-route.ts';
import { grantsOf } from '../contract/grants.ts';
import type { Access } from './access.ts';
import { BundledFunction } from './api-function.ts';
import type { Network } from './network.ts';

export type FunctionsProps = {
  /** Folder of each function's bundle, by operation id. */
  readonly bundles: ReadonlyMap<string, string>;
  readonly access: Access;
  /** Variables that every function gets. */
  readonly settings: Readonly<Record<string, string>>;
  readonly network: Network;
  readonly logDays: number;
};

const defaults = { memoryMiB: 512, timeoutSeconds: 15 };

/** Creates the function of a record: an operation's or a job's. */
export class Functions {
  readonly #scope: Construct;
  readonly #props: FunctionsProps;

  constructor(scope: Construct, props: FunctionsProps) {
    this.#scope = scope;
    this.#props = props;
  }

  /** @param inNetwork whether it runs in the sandboxes' network although it calls no sandbox */
  create(record: FunctionRecord, description: string, inNetwork = false): BundledFunction {
    const { access, settings, network, logDays } = this.#props;
    const { statements, environment, explained } = access.of(record);
    const { operationId, memoryMiB, timeoutSeconds } = { ...defaults, ...record };
    return new BundledFunction(this.#scope, constructId(operationId), {
      name: operationId.replace('.', '-'),
      description,
      bundle: this.#bundleOf(operationId),
      access: { statements, explained, environment: { ...settings, ...environment } },
      memoryMiB,
      timeoutSeconds,
      logDays,
      ...((inNetwork || grantsOf(record).sandboxes) && { network }),
    });
  }

  #bundleOf(operationId: string): string {
    const bundle = this.#props.bundles.get(operationId);
    if (!bundle) throw new Error(`${operationId} was not bundled`);
    return bundle;
  }
}

/** `secrets.put` is `SecretsPut`. */
function constructId(operationId: string): string {
  return operationId
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
