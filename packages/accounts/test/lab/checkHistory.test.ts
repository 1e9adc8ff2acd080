import type { Call, Outcome, Recorded } from './calls.js';
import { checkHistory } from './checkHistory.js';

const password = 'first horse battery';
const other = 'second horse battery';
const signUp: Call = { kind: 'signUp', name: 'ada', email: 'ada@example.com', password };
const ADA: Outcome = { accountId: 'A', token: 't0', value: 'v0' };
const ofAda = { session: 0, token: 't0' };
const login = (given: string): Call => ({ kind: 'login', name: 'ada', password: given });

/** Calls one after the other; those in a list of their own overlap each other. */
function historyOf(...rounds: readonly (readonly (readonly [Call, Outcome])[])[]): Recorded[] {
  let at = 0;
  return rounds.flatMap((round, index) =>
    round.map(([call, outcome]) => ({
      at: at++,
      client: 0,
      call,
      outcome,
      begin: index * 2 + 1,
      end: index * 2 + 2,
    })),
  );
}
const round = (call: Call, outcome: Outcome = {}) => [[call, outcome]] as const;

describe('the checker of histories', () => {
  const refresh: Call = { kind: 'refresh', ...ofAda };
  const consume: Call = { kind: 'consume', from: 1, value: 'x' };
  const reset: Call = { kind: 'reset', from: 1, value: 'x', password: other };
  const issued = round({ kind: 'issue', accountId: 'A' }, { value: 'x' });
  const issuedReset = round({ kind: 'issueReset', accountId: 'A' }, { value: 'x' });
  const check = round({ kind: 'check', ...ofAda }, { accountId: 'A' });
  const verify: Call = { kind: 'verifyEmail', from: 0, value: 'v0', ...ofAda };
  const begun = round(signUp, ADA);
  const ofTotp = { secretFrom: 1, secret: 's' };
  const twoFactor = [
    ...begun,
    ...round({ kind: 'enrolTotp', ...ofAda }, { value: 's' }),
    ...round(
      { kind: 'confirmTotp', from: 1, value: 's', step: -1, ...ofAda },
      { recoveryCodes: ['r'] },
    ),
  ];
  const waits: Outcome = { code: 'TwoFactorRequired', value: 'c' };
  const waiting = [
    [login(password), waits],
    [login(password), waits],
  ] as const;
  const byCode = (from: number, step: number): Call => ({
    kind: 'loginByTotp',
    from,
    value: 'c',
    ...ofTotp,
    step,
  });
  const byRecoveryCode = (from: number): Call => ({
    kind: 'loginByRecoveryCode',
    from,
    value: 'c',
    codesFrom: 2,
    index: 0,
    code: 'r',
  });
  const session = (token: string): Outcome => ({ accountId: 'A', token });
  const unanswered: Outcome = { code: 'ServiceUnavailable' };
  const ended: Outcome = { code: 'InvalidSession' };

  it.each<[string, Recorded[]]>([
    [
      'two accounts with one username',
      historyOf([
        [signUp, ADA],
        [{ ...signUp, email: 'b@example.com' }, { accountId: 'B' }],
      ]),
    ],
    [
      'two accounts with one address',
      historyOf([
        [signUp, ADA],
        [{ ...signUp, name: 'bob' }, { accountId: 'B' }],
      ]),
    ],
    [
      'a one-time value consumed by two callers',
      historyOf(begun, issued, [
        [consume, { accountId: 'A' }],
        [consume, { accountId: 'A' }],
      ]),
    ],
    [
      'a one-time value reset by two callers',
      historyOf(begun, issuedReset, [
        [reset, {}],
        [reset, {}],
      ]),
    ],
    [
      'a one-time value that a remedy has revoked',
      historyOf(
        begun,
        issued,
        round({ kind: 'revokeAll', ...ofAda }),
        round(consume, { accountId: 'A' }),
      ),
    ],
    ...(['logout', 'revokeAll', 'delete', 'deactivate'] as const).map(
      (kind): [string, Recorded[]] => [
        `a session that is accepted after ${kind}`,
        historyOf(begun, round({ kind, ...ofAda }), check),
      ],
    ),
    [
      'another session that is accepted after revokeOthers',
      historyOf(
        begun,
        round(login(password), { accountId: 'A', token: 't1' }),
        round({ kind: 'revokeOthers', session: 1, token: 't1' }),
        check,
      ),
    ],
    [
      'an identity that outlives a reset, by which the account’s older one stays',
      historyOf(
        begun,
        round({ kind: 'issueReset', accountId: 'A' }, { value: 'x' }),
        round({ kind: 'addIdentity', accountId: 'A', identity: '7' }),
        round({ kind: 'addIdentity', accountId: 'A', identity: '8' }),
        round(reset),
        round({ kind: 'findIdentity', identity: '8' }, { accountId: 'A' }),
      ),
    ],
    [
      'a session that is refused although nothing has ended it',
      historyOf(begun, round({ kind: 'check', ...ofAda }, { code: 'InvalidSession' })),
    ],
    [
      'two tokens for one that was replaced',
      historyOf(begun, [
        [refresh, { token: 't1' }],
        [refresh, { token: 't2' }],
      ]),
    ],
    [
      'a token that is accepted after it was replaced twice',
      historyOf(
        begun,
        round(refresh, { token: 't1' }),
        round({ kind: 'refresh', session: 0, token: 't1' }, { token: 't2' }),
        check,
      ),
    ],
    [
      'a lost update of the password',
      historyOf(begun, issuedReset, round(reset), round(login(password), { accountId: 'A' })),
    ],
    [
      'a lost update of the username',
      historyOf(
        begun,
        round({ kind: 'rename', ...ofAda, name: 'bob' }),
        round({ kind: 'findUser', name: 'ada' }, { accountId: 'A' }),
      ),
    ],
    [
      'a sign-up that was acknowledged and is undone',
      historyOf(begun, round({ kind: 'findUser', name: 'ada' }, { accountId: null })),
    ],
    [
      'a verified address that is forgotten',
      historyOf(
        begun,
        round(verify),
        round({ kind: 'login', name: 'ada@example.com', password }, { code: 'LoginFailed' }),
      ),
    ],
    [
      'a login by an address that was not verified',
      historyOf(
        begun,
        round({ kind: 'login', name: 'ada@example.com', password }, { accountId: 'A' }),
      ),
    ],
    [
      'an account that is found under an id of another',
      historyOf(begun, round({ kind: 'findUser', name: 'ada' }, { accountId: 'B' })),
    ],
    [
      'an identity of two accounts',
      historyOf(
        begun,
        round({ ...signUp, name: 'bob', email: 'b@example.com' }, { accountId: 'B' }),
        [
          [{ kind: 'addIdentity', accountId: 'A', identity: '1' }, {}],
          [{ kind: 'addIdentity', accountId: 'B', identity: '1' }, {}],
        ],
      ),
    ],
    [
      'a login without the second factor that the account has',
      historyOf(...twoFactor.map((each) => [each]), round(login(password), session('t1'))),
    ],
    [
      'a code of an authenticator that two logins use',
      historyOf(...twoFactor.map((each) => [each]), waiting, [
        [byCode(3, 0), session('t1')],
        [byCode(4, 0), session('t2')],
      ]),
    ],
    [
      'a recovery code that two logins use',
      historyOf(...twoFactor.map((each) => [each]), waiting, [
        [byRecoveryCode(3), session('t1')],
        [byRecoveryCode(4), session('t2')],
      ]),
    ],
    [
      'a login that waits and outlives a reset of the second factor',
      historyOf(
        ...twoFactor.map((each) => [each]),
        waiting,
        round({ kind: 'resetTwoFactor', accountId: 'A' }),
        round(byCode(3, 0), session('t1')),
      ),
    ],
    [
      'a rename that is undone by one that ended before it began',
      historyOf(
        begun,
        round({ kind: 'rename', ...ofAda, name: 'bob' }),
        round({ kind: 'rename', ...ofAda, name: 'ada' }),
        round({ kind: 'findUser', name: 'bob' }, { accountId: 'A' }),
      ),
    ],
    [
      'a call without an answer that has happened after it ended',
      historyOf(
        begun,
        round({ kind: 'logout', ...ofAda }, unanswered),
        check,
        round({ kind: 'check', ...ofAda }, { code: 'InvalidSession' }),
      ),
    ],
  ])('sees %s', (_name, history) => {
    expect(checkHistory(history).result).toBe('violation');
  });

  it.each<[string, Recorded[]]>([
    [
      'one winner of a username',
      historyOf([
        [signUp, ADA],
        [signUp, { code: 'UsernameAlreadyExists' }],
      ]),
    ],
    [
      'one winner of a one-time value',
      historyOf(begun, issued, [
        [consume, { code: 'TokenVerificationFailed' }],
        [consume, { accountId: 'A' }],
      ]),
    ],
    [
      'two codes of an authenticator, one after the other',
      historyOf(
        ...twoFactor.map((each) => [each]),
        waiting,
        round(byCode(3, 0), session('t1')),
        round(byCode(4, 1), session('t2')),
      ),
    ],
    [
      'two renames at once, of which the one that seems to change nothing is the last',
      historyOf(
        begun,
        [
          [{ kind: 'rename', ...ofAda, name: 'ada' }, {}],
          [{ kind: 'rename', ...ofAda, name: 'bob' }, {}],
        ],
        round({ kind: 'findUser', name: 'ada' }, { accountId: 'A' }),
      ),
    ],
    [
      'one token for all callers',
      historyOf(begun, [
        [refresh, { token: 't1' }],
        [refresh, { token: 't1' }],
      ]),
    ],
    [
      'a session that is accepted while it is being ended',
      historyOf(begun, [[{ kind: 'logout', ...ofAda }, {}], ...check]),
    ],
    [
      // Found by `npm run lab -- --seed 2026 --only 1835`.
      'a login by a name that the account gives up meanwhile, and that begins after a remedy',
      historyOf(
        begun,
        [
          [login(password), { accountId: 'A', token: 't1' }],
          [{ kind: 'rename', ...ofAda, name: 'bob' }, {}],
          [{ kind: 'revokeAll', ...ofAda }, {}],
        ],
        round({ kind: 'check', session: 1, token: 't1' }, { accountId: 'A' }),
      ),
    ],
    [
      // Found by `npm run lab -- --seed 31 --only 561`.
      'a session that a token ends which comes back, in a call that is refused for other reasons too',
      historyOf(
        begun,
        round(refresh, { token: 't1' }),
        [
          [{ kind: 'enrolTotp', ...ofAda }, ended],
          [{ kind: 'refresh', session: 0, token: 't1' }, { token: 't2' }],
        ],
        round({ kind: 'refresh', session: 0, token: 't2' }, ended),
      ),
    ],
    [
      'a sign-up without an answer that has happened',
      historyOf(round(signUp, unanswered), round(login(password), { accountId: 'A', token: 't' })),
    ],
    [
      'a sign-up without an answer that has not happened',
      historyOf(round(signUp, unanswered), round(login(password), { code: 'LoginFailed' })),
    ],
  ])('accepts %s', (_name, history) => {
    expect(checkHistory(history).result).toBe('linearizable');
  });

  it('leaves out of a violation the calls that say nothing of it', () => {
    const history = historyOf(begun, check, round({ kind: 'logout', ...ofAda }), check);
    const { violation } = checkHistory(history);
    expect(violation?.map(({ at }) => at)).toEqual([0, 2, 3]);
  });
});
