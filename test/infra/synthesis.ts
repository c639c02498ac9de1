import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { jobs } from '../../contract/jobs.ts';
import { routes } from '../../contract/routes.ts';
import { bundleAll, dist, functions, root } from '../../infra/bundle.ts';
import { readConfiguration } from '../../infra/configuration.ts';
import { StrongroomStack } from '../../infra/stack.ts';

// biome-ignore lint/suspicious/noExplicitAny: properties differ by type, and tests name those that they check
export type Json = any;

export type Resource = {
  readonly Type: string;
  readonly Properties: Json;
  readonly Metadata: { readonly 'aws:cdk:path': string };
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
};

export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
};

export type Synthesis = {
  readonly app: App;
  readonly stack: StrongroomStack;
  readonly template: Template;
  /** Resources of a type, by their logical ids. */
  ofType(type: string): readonly (readonly [id: string, resource: Resource])[];
};

/** What the CDK's command line sets, so that each resource has its construct's path. */
const pathMetadata = { 'aws:cdk:enable-path-metadata': true };

const assets = await bundleAll(functions, dist);

const synthesized = new Map<string, Synthesis>();

/** Synthesizes the stack as `cdk synth -c name=value …` does, in this process, once for each context. */
export function synthesize(context: Readonly<Record<string, string>> = {}): Synthesis {
  const key = JSON.stringify(Object.entries(context).sort());
  const synthesis = synthesized.get(key) ?? synthesizeOnce(context);
  synthesized.set(key, synthesis);
  return synthesis;
}

function synthesizeOnce(context: Readonly<Record<string, string>>): Synthesis {
  const { context: flags } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
  const outdir = mkdtempSync(join(tmpdir(), 'strongroom-synth-'));
  try {
    const app = new App({ context: { ...flags, ...pathMetadata, ...context }, outdir });
    const configuration = readConfiguration(app.node.getAllContext() as Record<string, unknown>, '1.2.3');
    const stack = new StrongroomStack(app, { routes, jobs, configuration, assets });
    const template = app.synth().getStackByName(stack.stackName).template as Template;
    const ofType = (type: string) =>
      Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
    return { app, stack, template, ofType };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
