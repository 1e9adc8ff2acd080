import type { Locator, Page } from 'playwright-core';
import type { PageElement } from './dom.js';

/** The part of a page in which a person looks for something. */
export type Within = Page | Locator;

/** Stops that Tab makes at most before it has been everywhere. */
const MOST_STOPS = 250;

/** How a page is used, and on what. */
export const WAYS = [
  ['mouse', 'desktop'],
  ['keyboard', 'desktop'],
  ['mouse', 'phone'],
  ['keyboard', 'phone'],
] as const;

/** Somebody who uses a page by the names that it gives to what is on it: with a mouse, or by keyboard alone. */
export class Person {
  readonly page: Page;
  readonly by: 'mouse' | 'keyboard';

  constructor(page: Page, by: 'mouse' | 'keyboard') {
    this.page = page;
    this.by = by;
  }

  /** Presses a button. */
  async press(name: string | RegExp, within: Within = this.page): Promise<void> {
    await this.#use(within.getByRole('button', { name, exact: true }), 'Enter');
  }

  /** Follows a link. */
  async follow(name: string | RegExp, within: Within = this.page): Promise<void> {
    await this.#use(within.getByRole('link', { name, exact: true }), 'Enter');
  }

  /** Opens what a `<summary>` hides. */
  async open(name: string, within: Within = this.page): Promise<void> {
    await this.#use(within.locator('summary', { hasText: name }), 'Space');
  }

  /** Chooses a tab: by keyboard, with the arrow keys from the one that is chosen. */
  async choose(name: string): Promise<void> {
    const tab = this.page.getByRole('tab', { name, exact: true });
    if (this.by === 'mouse') {
      await tab.click();
      return;
    }
    const list = this.page.getByRole('tablist');
    await this.#reach(list.getByRole('tab', { selected: true }));
    for (let steps = 0; steps < 10 && !(await hasFocus(tab)); steps++) {
      await this.page.keyboard.press('ArrowRight');
    }
    await tab.and(this.page.getByRole('tab', { selected: true })).waitFor();
  }

  /** Fills fields in, by their labels. */
  async fill(fields: Readonly<Record<string, string>>, within: Within = this.page): Promise<void> {
    for (const [label, value] of Object.entries(fields)) {
      const field = within.getByLabel(label, { exact: true });
      if (this.by === 'mouse') {
        await field.fill(value);
        continue;
      }
      await this.#reach(field);
      await this.page.keyboard.press('Control+A');
      await this.page.keyboard.press('Delete');
      // As pasted or dictated: key events of all characters would take a second for a long value.
      await this.page.keyboard.insertText(value);
    }
  }

  async #use(target: Locator, key: 'Enter' | 'Space'): Promise<void> {
    if (this.by === 'mouse') {
      await target.click();
      return;
    }
    await this.#reach(target);
    await this.page.keyboard.press(key);
  }

  /** Tabs to an element: as far as it looks, and then on until it has the focus. */
  async #reach(target: Locator): Promise<void> {
    const stops = await target.evaluate(stopsTo);
    for (let at = 0; at < Math.abs(stops); at++) {
      await this.page.keyboard.press(stops > 0 ? 'Tab' : 'Shift+Tab');
    }
    for (let at = 0; at < MOST_STOPS; at++) {
      if (await hasFocus(target)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`By keyboard, there is no way to ${target.toString()}.`);
  }
}

/** Counts the stops from the element that has the focus, backwards if negative: it spares most of the looking. */
function stopsTo(node: unknown): number {
  const target = node as PageElement;
  const { activeElement: active, documentElement: root } = target.ownerDocument;
  const stops = [...root.querySelectorAll('a, button, input, select, summary, [tabindex]')].filter(
    (each) => each === active || (each.tabIndex >= 0 && each.checkVisibility()),
  );
  const [to, from] = [stops.indexOf(target), active ? stops.indexOf(active) : -1];
  return to < 0 || from < 0 ? 0 : to - from;
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((node) => {
    const element = node as unknown as PageElement;
    return element === element.ownerDocument.activeElement;
  });
}
