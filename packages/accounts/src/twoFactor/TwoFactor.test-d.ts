import { expectTypeOf } from 'expect-type';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import type { TwoFactor } from './TwoFactor.js';

declare const twoFactor: TwoFactor;
declare const request: SessionRequest;

// With a challenge, confirming is a login; in a session it is none.
expectTypeOf(twoFactor.confirm({ request, challenge: 'c', code: '123456' }))
  .resolves.toHaveProperty('authToken')
  .toEqualTypeOf<string>();
expectTypeOf(twoFactor.confirm({ request, code: '123456' })).resolves.not.toHaveProperty(
  'authToken',
);
expectTypeOf(twoFactor.confirm({ request, code: '123456' }))
  .resolves.toHaveProperty('recoveryCodes')
  .toEqualTypeOf<readonly string[]>();
expectTypeOf<TwoFactor['loginWithTwoFactor']>().returns.resolves.toEqualTypeOf<CompletedLogin>();

// Only its owner, by a request, changes a factor; an id is for who has proven more.
// @ts-expect-error -- an account id is nobody's request.
void twoFactor.enrol({ accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
// @ts-expect-error -- nor to disable.
void twoFactor.disable({ accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV', code: '123456' });
// @ts-expect-error -- and recovery codes do not replace themselves.
void twoFactor.regenerateRecoveryCodes({ request, recoveryCode: '0000-0000-0000-0000' });
