import { beforeEach, expect } from 'vitest';

// A test without assertions would always pass.
beforeEach(() => {
  expect.hasAssertions();
});
