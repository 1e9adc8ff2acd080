import fc from 'fast-check';

/** What a property draws one after the other, each draw depending on those before. */
export class Random {
  readonly #draw: fc.GeneratorValue;

  constructor(draw: fc.GeneratorValue) {
    this.#draw = draw;
  }

  /** A whole number from 0. */
  upTo(max: number): number {
    return this.#draw(fc.nat, { max });
  }

  flip(): boolean {
    return this.upTo(1) === 1;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.upTo(values.length - 1)] as T;
  }

  some<T>(values: readonly T[]): T[] {
    return values.filter(() => this.flip());
  }
}
