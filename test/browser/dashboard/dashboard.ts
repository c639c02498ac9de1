import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { TestAppliance } from '../../api/appliance.ts';
import { launch } from '../launch.ts';
import { RecordingProxy } from '../recording-proxy.ts';

export const password = 'correct hörse battery';

/** A small, dark and Spanish browser. */
export const phone = {
  locale: 'es-ES',
  viewport: { width: 360, height: 740 },
  colorScheme: 'dark',
} as const satisfies BrowserContextOptions;

const signUp = {
  en: { create: 'Create account', email: 'Email address', password: 'Password', first: 'Secrets' },
  es: { create: 'Crear una cuenta', email: 'Correo electrónico', password: 'Contraseña', first: 'Secretos' },
} as const;

/** The dashboard of a new appliance, in a browser whose requests are recorded. */
export class Dashboard {
  /** Errors that the pages of the test wrote to the console. */
  complaints: string[] = [];
  #appliance: TestAppliance | undefined;
  #proxy: RecordingProxy | undefined;
  #browser: Browser | undefined;
  #context: BrowserContext | undefined;
  #users = 0;

  /** Sets up a dashboard for all tests of a file. `env` is called after the `beforeAll` hooks of the file itself. */
  static forTests(env: () => NodeJS.ProcessEnv = () => ({})): Dashboard {
    const dashboard = new Dashboard();
    beforeAll(async () => {
      dashboard.#appliance = await TestAppliance.start(env());
      dashboard.#proxy = await RecordingProxy.start(dashboard.appliance.target.url);
      dashboard.#browser = await launch();
    });
    afterAll(async () => {
      await dashboard.#browser?.close();
      await dashboard.#proxy?.stop();
      await dashboard.#appliance?.remove();
    });
    beforeEach(() => {
      dashboard.complaints = [];
    });
    afterEach(() => dashboard.#context?.close());
    return dashboard;
  }

  get appliance(): TestAppliance {
    return required(this.#appliance);
  }

  get proxy(): RecordingProxy {
    return required(this.#proxy);
  }

  async visit(path = '/dashboard', options: BrowserContextOptions = {}): Promise<Page> {
    this.#context = await required(this.#browser).newContext({ locale: 'en-GB', ...options });
    const page = await this.#context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (line) => line.type() === 'error' && this.complaints.push(line.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.goto(`${this.proxy.url}${path}`);
    return page;
  }

  newEmail(): string {
    return `ana${++this.#users}@example.com`;
  }

  /** Registers a user with the form of the page and returns the email address. */
  async register(page: Page, language: keyof typeof signUp = 'en'): Promise<string> {
    const email = this.newEmail();
    const words = signUp[language];
    await button(page, words.create).click();
    await page.getByLabel(words.email).fill(email);
    await page.getByLabel(words.password, { exact: true }).fill(password);
    await button(page, words.create).click();
    await heading(page, words.first).waitFor();
    return email;
  }

  /** Registers a user and opens a section. */
  async visitSection(path: string, title: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.visit('/dashboard', options);
    await this.register(page, options.locale === phone.locale ? 'es' : 'en');
    await page.goto(`${this.proxy.url}/dashboard#/${path}`);
    await heading(page, title).waitFor();
    return page;
  }
}

function required<T>(started: T | undefined): T {
  if (started === undefined) throw new Error('the dashboard of the test is not started');
  return started;
}

export function heading(page: Page, name: string): Locator {
  return page.getByRole('heading', { level: 1, name, exact: true });
}

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

export async function signInByKey(page: Page, apiKey: string): Promise<void> {
  await button(page, 'Use an API key').click();
  await page.getByLabel('API key', { exact: true }).fill(apiKey);
  await button(page, 'Sign in').click();
  await heading(page, 'Secrets').waitFor();
}

export async function openSection(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
  await heading(page, name).waitFor();
}

export async function addSecret(page: Page, name: string, value: string): Promise<void> {
  await button(page, 'Add secret').click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Value', { exact: true }).fill(value);
  await page.getByLabel('Description').fill('Database of the shop');
  await button(page, 'Save').click();
  await page.getByRole('row', { name }).waitFor();
}
