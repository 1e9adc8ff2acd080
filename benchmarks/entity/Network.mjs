import { Buffer } from 'node:buffer';

/**
 * Takes the place of the network: remembers the last request and answers every operation with a
 * fixed body. It is a `requestHandler` of the AWS SDK.
 */
export class Network {
  metadata = { handlerProtocol: 'http/1.1' };
  lastRequest;
  #answers = new Map();

  /** Sets the answer to an operation, such as `GetItem`. */
  answer(operation, body) {
    const text = Buffer.from(JSON.stringify(body));
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(text.length),
      'x-amzn-requestid': 'B9QK4V6J3M8R2T5W7Y1Z0X4C6N',
    };
    this.#answers.set(operation, { headers, text });
  }

  async handle(request) {
    this.lastRequest = request;
    const { headers, text } = this.#answers.get(operationOf(request)) ?? {};
    return { response: { statusCode: 200, headers: { ...headers }, body: text } };
  }

  updateHttpClientConfig() {}

  httpHandlerConfigs() {
    return {};
  }

  destroy() {}

  /** The operation of the last request, and its input. */
  last() {
    const { body } = this.lastRequest;
    return { operation: operationOf(this.lastRequest), input: JSON.parse(text(body)) };
  }
}

/** Of a body that complains when it is taken for a string. */
function text({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}

function operationOf({ headers }) {
  return headers['x-amz-target'].slice('DynamoDB_20120810.'.length);
}
