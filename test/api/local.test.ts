import { afterAll, beforeAll } from 'vitest';
import { TestAppliance } from './appliance.ts';
import { apiSuites } from './suites.ts';

let appliance: TestAppliance;
beforeAll(async () => {
  appliance = await TestAppliance.start();
});
afterAll(() => appliance.remove());

apiSuites(() => appliance.target);
