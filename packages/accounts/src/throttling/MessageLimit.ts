import { EntityError, type Entity, type Table, type TransactOperation } from '@latchkey/entity';
import { SentMessages, type Infer } from '@latchkey/schema';
import { createHash } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { messagePolicy, type MessagePolicy, type MessageThrottling } from './throttlePolicy.js';

/** A message about to be sent to an address that may be a stranger's. */
export interface CountedMessage {
  readonly accountId: string;
  readonly to: { readonly kind: 'email' | 'phone'; readonly value: string };
}

/**
 * Counts the messages that an account's owner has sent to addresses which are not proven to be
 * theirs: by address, whichever accounts it goes through, so that nobody's mailbox or phone is
 * flooded, and by account, so that nobody writes to many, nor finds out which of them are taken
 * (ASVS 6.3.8).
 */
export class MessageLimit {
  readonly #table: Table;
  readonly #sent: Entity<typeof SentMessages>;
  readonly #policy: MessagePolicy | undefined;

  /** @throws AccountError `InvalidConfiguration` */
  constructor(table: Table, messages: MessageThrottling | false = {}) {
    this.#table = table;
    this.#sent = table.entity(SentMessages);
    this.#policy = messages === false ? undefined : messagePolicy(messages, 'throttling.messages');
  }

  /**
   * The writes that count a message, for the transaction that makes what is sent; see
   * {@link MessageLimit.toMessageLimitError}.
   */
  countOperations({ accountId, to }: CountedMessage): TransactOperation<unknown>[] {
    if (!this.#policy) return [];
    const { perAccount } = this.#policy;
    return [
      ...this.countFirstOperations({ to }),
      this.#countOperation(
        recipientOf({ kind: 'account', value: accountId }),
        perAccount,
        this.#policy,
      ),
    ];
  }

  /**
   * {@link MessageLimit.countOperations} for a message of an account that is being made by the same
   * transaction: by address only, as it is its first.
   */
  countFirstOperations({ to }: Pick<CountedMessage, 'to'>): TransactOperation<unknown>[] {
    if (!this.#policy) return [];
    return [this.#countOperation(recipientOf(to), this.#policy.perAddress, this.#policy)];
  }

  /**
   * Counts a message that cannot be sent, since the address is taken, before anybody is told so: one
   * request.
   *
   * @throws AccountError `TooManyRequests`
   */
  async countRefused({ accountId }: Pick<CountedMessage, 'accountId'>): Promise<void> {
    if (!this.#policy) return;
    const { perAccount } = this.#policy;
    try {
      await this.#table.transact([
        this.#countOperation(
          recipientOf({ kind: 'account', value: accountId }),
          perAccount,
          this.#policy,
        ),
      ]);
    } catch (error) {
      throw this.toMessageLimitError(error);
    }
  }

  /**
   * Says beforehand whether a message would be one too many, and counts nothing: two reads at once.
   * For what is to be done before the message, and only together with it.
   *
   * @throws AccountError `TooManyRequests`
   */
  async assertOpen({ accountId, to }: CountedMessage): Promise<void> {
    if (!this.#policy) return;
    const { perAddress, perAccount } = this.#policy;
    const windowStart = this.#windowStart(this.#policy);
    const budgets = [
      [recipientOf(to), perAddress],
      [recipientOf({ kind: 'account', value: accountId }), perAccount],
    ] as const;
    await Promise.all(
      budgets.map(async ([recipient, budget]) => {
        const filter = { recipient, windowStart };
        const { item } = await this.#sent.findOne({ filter, consistent: true });
        if (item && item.messages >= budget) throw this.#tooMany(item);
      }),
    );
  }

  /** An error as it is, or `TooManyRequests` where a count of this class stood in the way. */
  readonly toMessageLimitError = <E>(error: E): E | AccountError<'TooManyRequests'> => {
    if (!EntityError.is(error) || error.code !== 'ConditionFailed') return error;
    if (error.details.entity !== SentMessages.name) return error;
    return this.#tooMany(error.details.item as Infer<typeof SentMessages>);
  };

  #tooMany({ expiresAt }: Infer<typeof SentMessages>): AccountError<'TooManyRequests'> {
    const waitMs = expiresAt.getTime() - this.#table.now().getTime();
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
    return new AccountError('TooManyRequests', { retryAfterSeconds });
  }

  #windowStart({ windowMs }: MessagePolicy): Date {
    const nowMs = this.#table.now().getTime();
    return new Date(nowMs - (nowMs % windowMs));
  }

  #countOperation(
    recipient: string,
    budget: number,
    policy: MessagePolicy,
  ): TransactOperation<unknown> {
    const windowStart = this.#windowStart(policy);
    return this.#sent.updateOneOperation({
      filter: { recipient, windowStart },
      condition: { messages: { $lt: budget } },
      update: {
        $inc: { messages: 1 },
        $set: { expiresAt: new Date(windowStart.getTime() + policy.windowMs) },
      },
      upsert: true,
    });
  }
}

/**
 * Digest in place of a recipient, so that someone who reads the table does not learn whom messages
 * went to, and no deleted account is named.
 */
function recipientOf({ kind, value }: { readonly kind: string; readonly value: string }): string {
  const digest = createHash('sha256').update(`latchkey/messages/${kind}/${value}`);
  return `${kind}/${digest.digest('base64url')}`;
}
