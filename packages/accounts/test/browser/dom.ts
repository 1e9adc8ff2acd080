/** As much of the DOM as functions that run in a page need: its types would be in every other test, too. */
export interface PageElement {
  readonly ownerDocument: PageDocument;
  readonly parentElement: PageElement | null;
  readonly outerHTML: string;
  readonly textContent: string | null;
  /** Of a field. */
  readonly labels?: readonly PageElement[];
  readonly tabIndex: number;
  checkVisibility(options?: { readonly opacityProperty: boolean }): boolean;
  getBoundingClientRect(): Readonly<Record<'left' | 'right' | 'width', number>>;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

export interface PageDocument {
  readonly activeElement: PageElement | null;
  readonly documentElement: PageElement & { readonly clientWidth: number };
  readonly defaultView: {
    getComputedStyle(element: PageElement): { readonly overflowX: string };
  } | null;
}
