import { createHash } from 'node:crypto';
import { type ZipEntry, zip } from './zip.ts';

export type WheelSpec = {
  readonly name: string;
  readonly version?: string;
  /** `py3-none-any` by default. */
  readonly tag?: string;
  readonly requires?: readonly string[];
  readonly extras?: Readonly<Record<string, readonly string[]>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Entries that RECORD does not list. */
  readonly unrecorded?: readonly ZipEntry[];
  /** Further entries that RECORD lists, in any shape. */
  readonly entries?: readonly ZipEntry[];
  /** Changes the lines of RECORD. */
  readonly record?: (lines: readonly string[]) => readonly string[];
  readonly metadata?: string;
};

export type Wheel = {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly bytes: Buffer;
  readonly sha256: string;
};

/** Builds a wheel (PEP 427), invalid where the test asks for it. */
export function wheel(spec: WheelSpec): Wheel {
  const { name, version = '1.0', tag = 'py3-none-any', requires = [], extras = {} } = spec;
  const escaped = name.replaceAll(/[-_.]+/g, '_');
  const info = `${escaped}-${version}.dist-info`;
  const metadata =
    spec.metadata ??
    [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      `Version: ${version}`,
      ...requires.map((each) => `Requires-Dist: ${each}`),
      ...Object.entries(extras).flatMap(([extra, needs]) => [
        `Provides-Extra: ${extra}`,
        ...needs.map((each) => `Requires-Dist: ${each}; extra == "${extra}"`),
      ]),
      '',
    ].join('\n');
  const files = spec.files ?? { [`${escaped}/__init__.py`]: `version = '${version}'\n` };
  const recorded: ZipEntry[] = [
    ...Object.entries(files).map(([path, content]) => ({ name: path, content })),
    ...(spec.entries ?? []),
    { name: `${info}/METADATA`, content: metadata },
    {
      name: `${info}/WHEEL`,
      content: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    },
  ];
  const lines = [...recorded.map(recordLine), `${info}/RECORD,,`];
  const record = (spec.record ?? ((same) => same))(lines).join('\n');
  const bytes = zip([
    ...recorded,
    ...(spec.unrecorded ?? []),
    { name: `${info}/RECORD`, content: `${record}\n` },
  ]);
  return {
    name,
    version,
    file: `${escaped}-${version}-${tag}.whl`,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function recordLine({ name, content }: ZipEntry): string {
  const bytes = Buffer.from(content);
  const digest = createHash('sha256').update(bytes).digest('base64url');
  const path = String(name).replaceAll('"', '""');
  return `${/[",\n\r]/.test(path) ? `"${path}"` : path},sha256=${digest},${bytes.length}`;
}
