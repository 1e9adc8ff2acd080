import axe, { type AxeResults } from 'axe-core';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { PageElement } from './dom.js';

/** Functions of the page that `axe-core` adds to it. */
interface AxeGlobals {
  readonly axe: { run(context: object, options: object): Promise<AxeResults> };
}

/** The part of a page that tells what moves on it. */
interface AnimatedGlobals {
  readonly document: { getAnimations(): readonly { readonly finished: Promise<unknown> }[] };
}

const SCHEMES = ['light', 'dark'] as const;

/** Looks at the screens of a page in both colour schemes, and keeps a picture of each. */
export class Screens {
  readonly #page: Page;
  readonly #folder: string;
  readonly #prefix: string;
  readonly #errors: string[] = [];
  #refusals = 0;
  #count = 0;

  /**
   * @param name - of the page; screenshots are in the folder of this name below `$SCREENSHOTS`, or
   *   `.cache/screenshots`.
   * @param prefix - of each file.
   */
  constructor(page: Page, name: string, prefix: string) {
    const root = process.env.SCREENSHOTS ?? path.join(__dirname, '../../../../.cache/screenshots');
    this.#page = page;
    this.#prefix = prefix;
    this.#folder = path.join(root, name);
    mkdirSync(this.#folder, { recursive: true });
    page.on('pageerror', (error) => this.#errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      const text = message.text();
      // Chromium's own line about a response; how many of them there are to be, the test says.
      if (/^Failed to load resource: .* status of 4\d\d/.test(text)) this.#refusals++;
      else this.#errors.push(text);
    });
  }

  /** Messages of the browser’s console. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Responses with a status of 400 to 499. */
  get refusals(): number {
    return this.#refusals;
  }

  /**
   * Checks a screen, and takes a picture in each scheme.
   *
   * @returns what is wrong with it: serious faults by `axe-core`, elements that are wider than the page.
   */
  async look(name: string): Promise<string[]> {
    const faults = await this.overflows();
    this.#count++;
    for (const colorScheme of SCHEMES) {
      await this.#page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.#settle();
      faults.push(...(await this.#seriousFaults(colorScheme)));
      const file = `${this.#prefix}-${String(this.#count).padStart(2, '0')}-${name}-${colorScheme}.png`;
      // A dialog and what is behind it fill the window, not the page.
      const fullPage = (await this.#page.getByRole('dialog').count()) === 0;
      await this.#page.screenshot({ path: path.join(this.#folder, file), fullPage });
    }
    return faults.map((fault) => `${name}: ${fault}`);
  }

  /**
   * Waits for colours on their way. An inherited one sets out only when that of the parent has arrived.
   */
  async #settle(): Promise<void> {
    await this.#page.evaluate(async () => {
      const { document } = globalThis as unknown as AnimatedGlobals;
      for (let generation = 0; generation < 20; generation++) {
        const moving = document.getAnimations();
        await Promise.allSettled(moving.map(({ finished }) => finished));
      }
    });
  }

  async #seriousFaults(colorScheme: (typeof SCHEMES)[number]): Promise<string[]> {
    if (!(await this.#page.evaluate(() => 'axe' in globalThis))) {
      await this.#page.evaluate(axe.source);
    }
    // Between the schemes, only colours differ.
    const options = colorScheme === 'light' ? {} : { runOnly: ['color-contrast'] };
    const { violations } = await this.#page.evaluate(
      (given) =>
        (globalThis as unknown as AxeGlobals).axe.run(
          (globalThis as unknown as { readonly document: object }).document,
          { resultTypes: ['violations'], ...given },
        ),
      options,
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) =>
        nodes.map(({ html, any }) =>
          [colorScheme, id, help, html.slice(0, 200), any[0]?.message].join(' · '),
        ),
      );
  }

  /** Elements that reach beyond the page, unless something around them scrolls. */
  overflows(): Promise<string[]> {
    return this.#page.locator('body').evaluate((node) => {
      const body = node as unknown as PageElement;
      const { documentElement: root, defaultView: view } = body.ownerDocument;
      const scrolls = (element: PageElement | null): boolean =>
        element !== null &&
        element !== body &&
        (/auto|scroll|hidden|clip/.test(view?.getComputedStyle(element).overflowX ?? '') ||
          scrolls(element.parentElement));
      return [...body.querySelectorAll('*')]
        .filter((element) => {
          const { right, left, width } = element.getBoundingClientRect();
          const isBeyond = right > root.clientWidth + 0.5 || left < -0.5;
          const isSeen = element.checkVisibility({ opacityProperty: true });
          return width > 1 && isBeyond && isSeen && !scrolls(element);
        })
        .map((element) => `wider than the page: ${element.outerHTML.slice(0, 160)}`);
    });
  }
}
