#!/usr/bin/env node
/** The CDK app: `npx cdk synth`, `npx cdk deploy`. Context values configure it; see docs/deploy.md. */
import { App } from 'aws-cdk-lib';
import { jobs } from '../contract/jobs.ts';
import { routes } from '../contract/routes.ts';
import { bundleAll, dist, functions } from '../infra/bundle.ts';
import { InvalidContext, readConfiguration } from '../infra/configuration.ts';
import { StrongroomStack } from '../infra/stack.ts';
import { version } from './version.ts';

try {
  const app = new App();
  const configuration = readConfiguration(app.node.getAllContext() as Record<string, unknown>, version());
  const assets = await bundleAll(functions, dist);
  new StrongroomStack(app, { routes, jobs, configuration, assets });
} catch (error) {
  if (!(error instanceof InvalidContext)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
