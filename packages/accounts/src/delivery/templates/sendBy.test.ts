import type { Message, Recipient } from '../Delivery.js';
import { sendBy } from './sendBy.js';

const messageTo = (to: Recipient): Message =>
  ({ kind: 'PasswordChanged', to, account: {} }) as Message;
const email = messageTo({ kind: 'email', value: 'ada@example.com' });
const phone = messageTo({ kind: 'phone', value: '+4930123456' });

describe('sendBy', () => {
  it('picks by the kind of address, and waits', async () => {
    const sent: [string, Message][] = [];
    const send = sendBy({
      email: async (message) => {
        await Promise.resolve();
        sent.push(['email', message]);
      },
      phone: (message) => sent.push(['phone', message]),
    });
    await send(phone);
    await send(email);
    expect(sent).toEqual([
      ['phone', phone],
      ['email', email],
    ]);
  });

  it('refuses an address without a sender', async () => {
    await expect(sendBy({ email: () => undefined })(phone)).rejects.toMatchObject({
      code: 'InvalidInput',
      details: { path: 'to.kind', reason: 'noSender' },
    });
  });

  it('gives on what a sender throws', async () => {
    const failure = new Error('the server is down');
    await expect(sendBy({ email: () => Promise.reject(failure) })(email)).rejects.toBe(failure);
  });

  test.each([{}, { email: undefined }, { email: 'x' }, { fax: () => undefined }])(
    'needs senders: %p',
    (senders) => {
      expect(() => sendBy(senders as never)).toThrow(
        expect.objectContaining({ code: 'InvalidConfiguration' }),
      );
    },
  );
});
