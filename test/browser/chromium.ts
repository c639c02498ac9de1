import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type CommandOptions, runVisibly } from '../support/command.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Returns the path of the browser: the one that `CHROMIUM` names, an installed one, or Debian's package, which is
 * installed if this process is root.
 *
 * @throws Error that says what to install
 */
export async function chromium(options: CommandOptions): Promise<string> {
  const existing = process.env.CHROMIUM ?? installed();
  if (existing) return existing;
  const mayInstall = process.getuid?.() === 0 && found('apt-get') !== undefined;
  if (mayInstall) {
    const env = { ...options.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runVisibly(['apt-get', 'update', '-qq'], { ...options, env });
    const install = [
      'apt-get',
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      'chromium',
      'fonts-dejavu-core',
    ];
    await runVisibly(install as [string, ...string[]], { ...options, env });
    const now = installed();
    if (now) return now;
  }
  throw new Error(
    'Chromium was not found. Install it (Debian: apt-get install chromium) or set CHROMIUM=PATH.',
  );
}

function installed(): string | undefined {
  return names.map(found).find((path) => path !== undefined);
}

function found(program: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
