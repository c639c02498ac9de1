import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { InvalidRequirement, parseRequirement } from '../../contract/requirement.ts';
import { standardModules } from '../../contract/standard-modules.ts';

describe('a requirement', () => {
  test.each([
    ['numpy', 'numpy', 'numpy'],
    ['  NumPy  ', 'numpy', 'numpy'],
    ['Foo.Bar__baz', 'foo-bar-baz', 'foo-bar-baz'],
    ['foo.zip', 'foo-zip', 'foo-zip'],
    ['requests==2.32.3', 'requests', 'requests==2.32.3'],
    ['requests[Socks, use_chardet] >= 2, < 3', 'requests', 'requests[socks,use-chardet]>=2,<3'],
    ['a~=1.4.2', 'a', 'a~=1.4.2'],
    ['a!=1.5.*', 'a', 'a!=1.5.*'],
    ['a==1!2.0rc1.post3.dev4', 'a', 'a==1!2.0rc1.post3.dev4'],
    ['a==1.0+Local.1', 'a', 'a==1.0+local.1'],
    ['a>1.0-1', 'a', 'a>1.0-1'],
    ['3to2', '3to2', '3to2'],
  ])('%j is %s, asked for as %s', (text, name, requested) => {
    expect(parseRequirement(text)).toEqual({ name, requested });
  });

  test.each([
    ['', /begin with the name/],
    ['   ', /begin with the name/],
    ['-r requirements.txt', /option/],
    ['--index-url=http', /option/],
    ['./numpy', /path/],
    ['/etc/passwd', /path/],
    ['a\\b', /path/],
    ['numpy @ https://example.com/numpy.whl', /URL/],
    ['https://example.com/numpy.whl', /URL/],
    ['git+ssh://example.com/x', /URL/],
    ['a@b', /URL/],
    ['numpy; python_version < "3"', /marker/],
    ['numpy 1.0', /version specifiers/],
    ['numpy # comment', /version specifiers/],
    ['numpy --pre', /version specifiers/],
    ['numpy\nrequests', /version specifiers/],
    ['numpy==', /PEP 440/],
    ['numpy==abc', /PEP 440/],
    ['numpy>=1.*', /PEP 440/],
    ['numpy~=1', /PEP 440/],
    ['numpy>=1+local', /PEP 440/],
    ['numpy>=1,', /version specifiers/],
    ['numpy==1 2', /PEP 440/],
    ['numpy===1.0', /===/],
    ['numpy[]', /extra/],
    ['numpy[a,,b]', /extra/],
    ['numpy[a b]', /extra/],
    ['numpy[a', /version specifiers/],
    ['(numpy)', /begin with the name/],
    ['ñumpy', /begin with the name/],
    ['json', /standard library/],
    ['Py_Compile', /standard library/],
    ['asyncio>=3', /standard library/],
    ['lock', /reserved name/],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => parseRequirement(text)).toThrow(InvalidRequirement);
    expect(() => parseRequirement(text)).toThrow(reason);
  });

  test('of great length is read in no time', () => {
    for (const text of [`a${'-'.repeat(250)}`, `a==${'1.'.repeat(120)}`, `a[${'b,'.repeat(120)}`]) {
      const begun = performance.now();
      expect(() => parseRequirement(text)).toThrow(InvalidRequirement);
      expect(performance.now() - begun).toBeLessThan(1_000);
    }
  });
});

test('the standard modules are modules of this Python', () => {
  const program = 'import sys; print(*sys.stdlib_module_names)';
  const { stdout } = spawnSync('python3', ['-I', '-c', program], { encoding: 'utf8' });
  const names = new Set(
    stdout
      .trim()
      .split(' ')
      .map((name) => name.replaceAll('_', '-').toLowerCase()),
  );
  expect([...standardModules].filter((name) => !names.has(name))).toEqual([]);
  expect(standardModules.has('json')).toBe(true);
});
