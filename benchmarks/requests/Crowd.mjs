import { randomBytes } from 'node:crypto';
import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { Accounts } from '@latchkey/accounts';
import { accountListing } from '@latchkey/accounts/listing';
import { Table } from '@latchkey/entity';
import { localClient, uniqueTableName } from '@latchkey/entity/testing';

const PASSWORD = 'a long walk in the hills';
const AT_ONCE = 8;
const BATCH = 25;

const NOTHING = { requests: 0, trips: 0, writeUnits: 0, readUnits: 0 };
const READS = /^(Get|BatchGet|TransactGet|Query|Scan)/;

/** A table that fills with accounts, and a counter of what leaves for it. */
export class Crowd {
  #client;
  #endpoint;
  #inFlight = 0;
  #counted = { ...NOTHING };
  #size = 0;
  #people = 0;
  #template = [];

  constructor(endpoint) {
    this.#endpoint = endpoint;
    this.#client = localClient(endpoint);
    this.#client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          args.input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
          return this.#countUnits(commandName, next(args));
        },
      { step: 'initialize', name: 'units' },
    );
    this.#client.middlewareStack.add((next) => (args) => this.#count(() => next(args)), {
      step: 'finalizeRequest',
      priority: 'low',
      name: 'counter',
    });
    this.table = new Table({ name: uniqueTableName('bench'), client: this.#client });
    const secret = randomBytes(32).toString('base64url');
    this.messages = [];
    this.accounts = new Accounts({
      table: this.table,
      sessions: { getTokenSecret: () => secret },
      throttling: { address: { budget: 1_000_000 } },
      delivery: { send: (message) => this.messages.push(message) },
      listing: accountListing(),
    });
  }

  async open() {
    await this.table.create();
    await this.newPerson();
    this.#size = 1;
    const { Items } = await this.#client.send(new ScanCommand({ TableName: this.table.name }));
    // What is keyed by something else than a name or an account's id cannot be copied.
    this.#template = Items.filter(
      ({ PK }) => !/^(accounttoken\._id2|addressattempts|sentmessages)#/.test(PK.S),
    );
  }

  async close() {
    await this.table.delete();
    this.#client.destroy();
  }

  /** Somebody new, verified, who can log in. */
  async newPerson() {
    const name = `person${String(++this.#people)}`;
    const email = `${name}@example.com`;
    const account = await this.accounts.createAccount({
      username: name,
      email,
      password: PASSWORD,
    });
    await this.accounts.verifyEmail({ accountId: account.accountId, email });
    this.#size++;
    return { name, email, password: PASSWORD, account };
  }

  /** Fills the table with copies of the first account, under other names. */
  async growTo(size) {
    const accountId = this.#template.find((item) => item._e?.S === 'Account').accountId.S;
    const template = this.#template.map((item) => JSON.stringify(item));
    const items = [];
    while (this.#size < size) {
      const id = this.table.newUlid();
      // Before all persons in the order of names, and equally long, so that a page of them always costs
      // the same.
      const name = `person-${String(this.#size++).padStart(6, '0')}`;
      const value = randomBytes(32).toString('base64url');
      for (const item of template) {
        items.push(
          item
            .replaceAll(accountId, id)
            .replaceAll('person1', name)
            .replace(/"value":\{"S":"[A-Za-z0-9_-]{43}"\}/, `"value":{"S":"${value}"}`),
        );
      }
      if (items.length > 5000 || this.#size === size) await this.#write(items.splice(0));
    }
  }

  /**
   * What a flow costs for an account with so many sessions: requests, round trips one after the other,
   * capacity units as the engine reports them, and milliseconds.
   */
  async costOf({ prepare = () => undefined, run }, sessions) {
    const person = await this.newPerson();
    person.request = () => ({
      requestIp: '192.0.2.7',
      userAgent: 'bench',
      onCallDestroySession: null,
      ...(person.authToken && { authToken: person.authToken }),
    });
    const { account, request } = person;
    ({ authToken: person.authToken } = await this.accounts.sessions.begin(account, request()));
    await this.#addSessions(account, sessions - 1);
    const prepared = await prepare(this, person);
    const counted = (this.#counted = { ...NOTHING });
    const start = performance.now();
    await run(this, person, prepared);
    const ms = performance.now() - start;
    return { ...counted, ms };
  }

  /** Adds copies of the account's one session. */
  async #addSessions({ accountId }, count) {
    if (count === 0) return;
    const { Items } = await this.#client.send(
      new QueryCommand({
        TableName: this.table.name,
        KeyConditionExpression: 'PK = :pk AND begins_with(SK, :session)',
        ExpressionAttributeValues: {
          ':pk': { S: `account#${accountId}` },
          ':session': { S: 'session#' },
        },
      }),
    );
    const ulid = Items[0].SK.S.slice('session#'.length);
    const text = JSON.stringify(Items[0]);
    await this.#write(
      Array.from({ length: count }, () => text.replaceAll(ulid, this.table.newUlid())),
    );
  }

  /** Puts items, given as JSON. The SDK would take longer than the engine does. */
  async #write(items) {
    const worker = async () => {
      while (items.length > 0) {
        const puts = items.splice(-BATCH).map((item) => `{"PutRequest":{"Item":${item}}}`);
        const response = await fetch(this.#endpoint, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/x-amz-json-1.0',
            'X-Amz-Target': 'DynamoDB_20120810.BatchWriteItem',
            // Local engines ask for a signature, and do not check it.
            'X-Amz-Date': '20260101T000000Z',
            Authorization: 'AWS4-HMAC-SHA256 Credential=local/local, SignedHeaders=, Signature=',
          },
          body: `{"RequestItems":{"${this.table.name}":[${puts.join(',')}]}}`,
        });
        const { UnprocessedItems = {} } = await response.json();
        if (!response.ok || Object.keys(UnprocessedItems).length > 0) {
          throw new Error(`The crowd could not be written: ${response.status}.`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async #count(send) {
    this.#counted.requests++;
    if (this.#inFlight++ === 0) this.#counted.trips++;
    try {
      return await send();
    } finally {
      this.#inFlight--;
    }
  }

  async #countUnits(commandName, answering) {
    const counted = this.#counted;
    const answer = await answering;
    const kind = READS.test(commandName) ? 'readUnits' : 'writeUnits';
    for (const each of [answer.output.ConsumedCapacity ?? []].flat()) {
      counted[kind] += each.CapacityUnits ?? 0;
    }
    return answer;
  }
}
