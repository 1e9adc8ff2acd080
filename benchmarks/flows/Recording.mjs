import { Buffer } from 'node:buffer';

/**
 * Takes the place of the network: passes requests on while it records, and then gives the same answers
 * again, of each operation in their order. It is a `requestHandler` of the AWS SDK.
 */
export class Recording {
  metadata = { handlerProtocol: 'http/1.1' };
  #network;
  /** By operation: what is answered, or is being recorded. */
  #answers = new Map();
  #next = new Map();
  #mode = 'pass';

  constructor(network) {
    this.#network = network;
  }

  /** Passes everything on. */
  pass() {
    this.#mode = 'pass';
  }

  /** Passes everything on, and records the answers. */
  record() {
    this.#mode = 'record';
    this.#answers = new Map();
  }

  /** Gives what was recorded, and passes nothing on. */
  replay() {
    this.#mode = 'replay';
  }

  /** Begins with the first answer again. */
  rewind() {
    this.#next.clear();
  }

  async handle(request, options) {
    if (this.#mode === 'pass') return this.#network.handle(request, options);
    const operation = request.headers['x-amz-target'];
    if (this.#mode === 'record') await this.#record(operation, request, options);
    const at = this.#mode === 'record' ? -1 : (this.#next.get(operation) ?? 0);
    this.#next.set(operation, at + 1);
    const { headers, ...answer } = this.#answers.get(operation).at(at);
    return { response: { ...answer, headers: { ...headers } } };
  }

  async #record(operation, request, options) {
    const { response } = await this.#network.handle(request, options);
    const chunks = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const { statusCode, headers } = response;
    const answer = { statusCode, headers, body: Buffer.concat(chunks) };
    this.#answers.set(operation, [...(this.#answers.get(operation) ?? []), answer]);
  }

  updateHttpClientConfig() {}

  httpHandlerConfigs() {
    return {};
  }

  destroy() {
    this.#network.destroy();
  }
}
