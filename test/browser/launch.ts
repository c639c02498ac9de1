import { type Browser, chromium } from 'playwright-core';

/** Under this name the appliance is not on loopback, for what browsers think of it. */
export const otherHost = 'strongroom.test';

/** Chromium that reaches this machine alone. */
export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error('start these tests by `npm run test:browser`');
  return chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      `--host-resolver-rules=MAP ${otherHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      '--disable-background-networking',
    ],
  });
}
