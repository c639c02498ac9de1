import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fails, ModelServer, model, openai, says } from '../../platform/generators/model-server.ts';
import { expectAccessible, picture } from '../browser.ts';
import { addSecret, button, Dashboard, openSection, phone } from './dashboard.ts';

const fence = '```';
const program =
  'import os\nvalues = os.environ.values()\n' +
  'print(len(os.environ["SHOP_KEY"]), sum(value.startswith("planted") for value in values))\n';
const answer = `It measures the key.\n\n${fence}python\n${program}${fence}\n\nIt prints nothing secret.`;

let server: ModelServer;
beforeAll(async () => {
  server = await ModelServer.start(openai);
});
afterAll(() => server?.close());

async function describeProgram(page: Page, prompt: string): Promise<void> {
  await page.getByText('Generate code', { exact: true }).click();
  await page.getByLabel('Prompt').fill(prompt);
  await button(page, 'Generate').click();
}

const code = (page: Page) => page.getByLabel('Code', { exact: true }).inputValue();

describe('code generation', () => {
  const dashboard = Dashboard.forTests(() => ({
    STRONGROOM_GENERATOR: 'openai',
    STRONGROOM_GENERATOR_MODEL: model,
    STRONGROOM_GENERATOR_URL: server.url,
  }));

  test('shows the code for review, runs it with the secrets that it names, and can be undone', async () => {
    server.behaves(says(answer));
    const page = await dashboard.visit();
    await dashboard.register(page);
    await addSecret(page, 'SHOP_KEY', 'planted-1d9f');
    await addSecret(page, 'OTHER', 'planted-77e1');
    await openSection(page, 'Executions');
    const before = await code(page);
    await describeProgram(page, 'How long is the key of my shop?');
    await page.getByText('Review it before you run it').waitFor();
    expect(await code(page)).toBe(program);
    await page.getByText('It prints nothing secret.').waitFor();
    await page.getByText(/11 input tokens, 7 output tokens/).waitFor();
    expect(await page.getByText(/^Completed in/).count()).toBe(0);
    expect(await page.getByLabel('Available secrets').inputValue()).toBe('named');
    await expectAccessible(page);

    await button(page, 'Run').click();
    await page.getByText(/^Completed in/).waitFor();
    const output = page.getByRole('region', { name: 'Output', exact: true });
    expect(await output.textContent()).toContain('12 1');
    await picture(page, 'dashboard-generate');
    const requests = JSON.stringify(server.requests);
    expect(requests).toContain('SHOP_KEY');
    expect(requests).not.toContain('planted-');

    await button(page, 'Undo').click();
    expect(await code(page)).toBe(before);
    expect(dashboard.complaints).toEqual([]);
  });

  test('shows the response if the model returns no code', async () => {
    server.behaves(says('I would rather talk about it.'));
    const page = await dashboard.visitSection('executions', 'Executions');
    const before = await code(page);
    await describeProgram(page, 'Talk to me.');
    await page.getByText('did not return a usable program').waitFor();
    const instead = page.getByRole('region', { name: 'Model response' });
    expect(await instead.textContent()).toBe('I would rather talk about it.');
    await expectAccessible(page);
    server.behaves(fails(401, 'a sentence of the provider'));
    await button(page, 'Generate').click();
    await page.getByText('The language model did not respond').waitFor();
    expect(await instead.count()).toBe(0);
    expect(server.requests).toHaveLength(1);
    expect(await code(page)).toBe(before);
  });

  test('fits a phone, in dark mode and in Spanish', async () => {
    server.behaves(says(answer));
    const page = await dashboard.visitSection('executions', 'Ejecuciones', phone);
    await page.getByText('Generar código').click();
    await page.getByLabel('Instrucciones').fill('Mide la clave.');
    await button(page, 'Generar').click();
    await page.getByText('Revísalo antes de ejecutarlo').waitFor();
    await expectAccessible(page);
    await picture(page, 'dashboard-generate-phone-dark-es');
    expect(dashboard.complaints).toEqual([]);
  });
});

describe('code generation without a language model', () => {
  const dashboard = Dashboard.forTests();

  test('explains how to configure one', async () => {
    const page = await dashboard.visitSection('executions', 'Executions');
    await describeProgram(page, 'Print something.');
    await page.getByText('must set STRONGROOM_GENERATOR to bedrock, anthropic or openai').waitFor();
    await expectAccessible(page);
    expect(await button(page, 'Generate').isEnabled()).toBe(true);
  });
});
