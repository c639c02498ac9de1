import { beforeEach, expect } from 'vitest';

// A test that asserts nothing passes whatever happens.
beforeEach(() => {
  expect.hasAssertions();
});
