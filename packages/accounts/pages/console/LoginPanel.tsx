import type { VNode } from 'preact';
import type { ShownAccount } from '../../src/console/api.js';
import { Facts } from '../components/Facts.js';
import { Timestamp } from '../components/Timestamp.js';
import { texts } from './texts.js';

/** Password and second factors of an account, and failed attempts at them. */
export function LoginPanel({ account }: { readonly account: ShownAccount }): VNode {
  const { passwordSetAt, factors, attempts } = account;
  const { recoveryCodes, totpSince, unconfirmed } = factors;
  const { login } = texts;
  return (
    <Facts
      facts={[
        [
          login.password,
          passwordSetAt === undefined ? (
            login.noPassword
          ) : (
            <>
              {login.passwordSet} <Timestamp value={passwordSetAt} />
            </>
          ),
        ],
        [
          login.totp,
          <>
            {totpSince === undefined ? (
              login.noTotp
            ) : (
              <>
                {login.totpSince} <Timestamp value={totpSince} />
              </>
            )}
            {unconfirmed > 0 && ` · ${login.unconfirmed(unconfirmed)}`}
          </>,
        ],
        [
          login.recoveryCodes,
          recoveryCodes.total === 0
            ? login.noCodes
            : login.codesLeft(recoveryCodes.unused, recoveryCodes.total),
        ],
        [login.failures, attempts.length === 0 ? texts.none : <Attempts attempts={attempts} />],
      ]}
    />
  );
}

function Attempts({ attempts }: Pick<ShownAccount, 'attempts'>): VNode {
  return (
    <ul class="plain">
      {attempts.map(({ authenticator, failuresInARow, lastAttemptAt }) => (
        <li key={authenticator}>
          {texts.login.authenticators[authenticator] ?? authenticator}:{' '}
          {texts.login.failed(failuresInARow)} <Timestamp value={lastAttemptAt} />
        </li>
      ))}
    </ul>
  );
}
