import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MESSAGE_WITHIN_MS = 30_000;

/** The process of the server, and the messages that it sends to account owners. */
export class LoadServer {
  #child;
  #asked = new Map();
  #mailbox = new Map();
  #waiting = new Map();
  #ids = 0;

  /** Starts it on a database, and waits until it listens; `quickHash`: passwords are hashed in no time. */
  static async start(endpoint, { quickHash }) {
    const server = new LoadServer();
    const args = quickHash ? ['--quick-hash'] : [];
    const child = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)), args, {
      execArgv: ['--expose-gc'],
      env: { ...process.env, DYNAMODB_ENDPOINT: endpoint },
    });
    server.#child = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The server ended with code ${String(code)}.`);
    });
    ended.catch((error) => {
      for (const { reject } of [...server.#asked.values(), ...server.#waiting.values()]) {
        reject(error);
      }
    });
    const [{ port }] = await Promise.race([once(child, 'message'), ended]);
    server.port = port;
    child.on('message', (told) => server.#take(told));
    return server;
  }

  /** Gives it an order, by name, and returns its answer. */
  ask(order) {
    const id = ++this.#ids;
    const answered = new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    this.#child.send({ id, order });
    return answered;
  }

  /** Returns the token of a message, as soon as it is sent. */
  async receive(kind, to) {
    const key = `${kind} ${to}`;
    if (!this.#mailbox.has(key)) {
      await new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          this.#waiting.delete(key);
          reject(new Error(`No message ${kind} came.`));
        }, MESSAGE_WITHIN_MS);
        const settle = (settled) => (value) => {
          clearTimeout(timer);
          settled(value);
        };
        this.#waiting.set(key, { resolve: settle(resolve), reject: settle(reject) });
      });
    }
    const token = this.#mailbox.get(key);
    this.#mailbox.delete(key);
    return token;
  }

  async stop() {
    const ended = once(this.#child, 'exit');
    this.#asked.clear();
    if (this.#child.connected) this.#child.send({ order: 'end' });
    await ended;
  }

  #take({ id, answer, message }) {
    if (!message) {
      this.#asked.get(id)?.resolve(answer);
      this.#asked.delete(id);
      return;
    }
    const { kind, to, token } = message;
    if (token === undefined || kind === 'ContactRemoved') return;
    const key = `${kind} ${to}`;
    this.#mailbox.set(key, token);
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
  }
}
