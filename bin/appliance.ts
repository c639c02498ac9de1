#!/usr/bin/env node
/** The CDK app: `npx cdk synth`, `npx cdk deploy`. Configured by context values; see docs/deploy.md. */
import { App } from 'aws-cdk-lib';
import { backgrounds } from '../contract/jobs.ts';
import { routes } from '../contract/routes.ts';
import { bundleAll, dist } from '../infra/bundle.ts';
import { InvalidContext, readConfiguration } from '../infra/configuration.ts';
import { StrongroomStack } from '../infra/stack.ts';
import { version } from './version.ts';

try {
  const app = new App();
  const configuration = readConfiguration(app.node.getAllContext() as Record<string, unknown>, version());
  const assets = await bundleAll([...routes, ...backgrounds], dist);
  new StrongroomStack(app, { routes, backgrounds, configuration, assets });
} catch (error) {
  if (!(error instanceof InvalidContext)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
