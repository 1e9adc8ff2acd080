/** Tells what happens, step by step, and counts the requests of each. */
export class Narrator {
  #commands = [];
  #steps = [];

  /** Hears of every request that the table sends. */
  onCommand = ({ command }) => {
    this.#commands.push(command);
  };

  /**
   * Takes one step and prints a line about it.
   *
   * @param {string} title what is done
   * @param {number} budget how many requests it may take
   * @param {() => Promise<{ text: string, value?: unknown }>} act does it
   */
  async step(title, budget, act) {
    this.#commands = [];
    const { text, value } = await act();
    const commands = this.#commands;
    if (commands.length > budget) {
      throw new Error(`${title}: ${commands.length} requests, and the budget is ${budget}`);
    }
    this.#steps.push({ title, budget, commands: [...commands] });
    console.log(`${String(this.#steps.length).padStart(2)}. ${title}\n    → ${text}`);
    return value;
  }

  /** A step that must be refused with one of this library's codes. */
  async refused(title, budget, code, act) {
    await this.step(title, budget, async () => {
      try {
        await act();
      } catch (error) {
        if (error.code !== code) throw error;
        return { text: `refused: ${error.code} (HTTP ${error.status}). ${error.message}` };
      }
      throw new Error(`${title}: expected ${code}, but it was done`);
    });
  }

  printRequests() {
    console.log('\nDynamoDB requests of each step, beside its budget:\n');
    const width = Math.max(...this.#steps.map(({ title }) => title.length));
    for (const { title, budget, commands } of this.#steps) {
      const sent = `${commands.length} of ${budget}`;
      console.log(`  ${title.padEnd(width)}  ${sent}  ${commands.join(', ') || 'none'}`);
    }
  }
}
