import { describe, expect, it } from 'vitest';
import { readCodeAnswer } from '../../../lambdas/programs/code-block.ts';

const fence = '```';

describe('the program in a model’s response', () => {
  it('is the code block, and the text around it is the explanation', () => {
    expect(
      readCodeAnswer(`It prints.\n\n${fence}python\nprint(1)\n${fence}\n\nThat is all.`, 'python'),
    ).toEqual({
      code: 'print(1)\n',
      explanation: 'It prints.\n\nThat is all.',
    });
  });

  it.each([
    ['without a language', `${fence}\nprint(1)\n${fence}`],
    ['in another spelling', `${fence} Py\nprint(1)\n${fence}`],
    ['with attributes', `${fence}python title="a.py"\nprint(1)\n${fence}`],
    ['between tildes', '~~~python\nprint(1)\n~~~'],
    ['between longer fences', `${fence}\`\`python\nprint(1)\n${fence}\`\``],
    ['with Windows line ends', `x\r\n${fence}python\r\nprint(1)\r\n${fence}\r\n`],
    ['indented a little', `  ${fence}python\nprint(1)\n   ${fence}`],
  ])('counts %s', (_, answer) => {
    expect(readCodeAnswer(answer, 'python').code).toBe('print(1)\n');
  });

  it('keeps a fence that is inside a longer one', () => {
    const answer = `${fence}\`python\nprint("""\n${fence}\n""")\n${fence}\``;
    expect(readCodeAnswer(answer, 'python').code).toBe(`print("""\n${fence}\n""")\n`);
  });

  it('is the last of several code blocks', () => {
    const answer = `${fence}python\nprint(1)\n${fence}\nBetter:\n${fence}python\nprint(2)\n${fence}`;
    expect(readCodeAnswer(answer, 'python')).toEqual({ code: 'print(2)\n', explanation: 'Better:' });
  });

  it.each([
    ['there is no code block', 'I cannot do that.'],
    ['it is empty', `${fence}python\n\n${fence}`],
    ['it was cut off', `${fence}python\nprint(1)`],
    [
      'it was cut off after an earlier one',
      `${fence}python\nprint(1)\n${fence}\n${fence}python\nimport os\nos.`,
    ],
    ['the last one is in another language', `${fence}python\nprint(1)\n${fence}\n${fence}bash\nls\n${fence}`],
    ['it is in the other language', `${fence}js\nconsole.log(1)\n${fence}`],
    ['it is inline', '`print(1)`'],
    ['it is indented as code', `    ${fence}python\n    print(1)\n    ${fence}`],
    ['the response is empty', ''],
  ])('is missing if %s', (_, answer) => {
    expect(readCodeAnswer(answer, 'python').code).toBeUndefined();
  });

  it('is found in JavaScript if JavaScript was requested', () => {
    expect(readCodeAnswer(`${fence}js\nlog()\n${fence}`, 'javascript').code).toBe('log()\n');
    expect(readCodeAnswer(`${fence}python\nprint()\n${fence}`, 'javascript').code).toBeUndefined();
  });
});
