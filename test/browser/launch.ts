import { type Browser, chromium } from 'playwright-core';

/** A name for the appliance that browsers do not treat as loopback, so that its pages are not a secure context. */
export const otherHost = 'strongroom.test';

/** Starts a Chromium that can reach only this machine. */
export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error('start these tests with `npm run test:browser`');
  return chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      `--host-resolver-rules=MAP ${otherHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      '--disable-background-networking',
    ],
  });
}
