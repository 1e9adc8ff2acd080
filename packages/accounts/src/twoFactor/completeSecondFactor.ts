import { marksOfRevocation } from '../core/sessionMarks.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { EventContext } from '../events/accountEvents.js';
import { commitLogin, completeLogin } from '../login/completeLogin.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import { confirmTotp } from './confirmTotp.js';
import { challengeRefused, findChallenge } from './findChallenge.js';
import { parseSecondFactor, parseTotpCode } from './parseSecondFactor.js';
import { factorRefused, verifySecondFactor } from './verifySecondFactor.js';
import type {
  ConfirmedTwoFactor,
  ConfirmTwoFactorInput,
  TwoFactorLoginInput,
} from './twoFactorInputs.js';
import type { TwoFactorSettings } from './twoFactorSettings.js';

/** Dependencies of the second step of a login. */
export interface LoginContext {
  readonly core: AccountsCore;
  readonly settings: TwoFactorSettings;
  /** Context of the flow's event. */
  readonly eventContext: EventContext;
}

/** Carries out {@link TwoFactor.loginWithTwoFactor}. */
export async function completeSecondFactor(
  { core, settings, eventContext }: LoginContext,
  input: TwoFactorLoginInput,
): Promise<CompletedLogin> {
  const { request } = input;
  const factor = parseSecondFactor(input);
  eventContext.method = factor.authenticator;
  const connection = core.connectionOf(request);
  const waiting = await findChallenge(core, input.challenge, 'challenge');
  const { factors, session, failures: before } = waiting;
  const { account } = factors;
  eventContext.accountId = account.accountId;
  const proof = await verifySecondFactor({ core, settings, factors, ip: connection.ip }, factor);
  const failures = before + proof.failures;
  const login = { ...session, account, request, eventContext, failures, isSecondStep: true };
  const commit = commitLogin(core, login, (change) => {
    change.useToken(waiting.challenge, challengeRefused, connection);
    change.write(proof.useOperation, () => factorRefused(proof));
    change.write(proof.resetOperation);
  });
  return completeLogin(core, login, commit);
}

/** Carries out {@link TwoFactor.confirm} with a challenge. */
export async function enrolAtLogin(
  { core, settings, eventContext }: LoginContext,
  input: ConfirmTwoFactorInput,
): Promise<CompletedLogin & ConfirmedTwoFactor> {
  const { request } = input;
  const code = parseTotpCode(input.code);
  const connection = core.connectionOf(request);
  const waiting = await findChallenge(core, input.challenge, 'enrolment');
  const { factors, session, failures } = waiting;
  eventContext.accountId = factors.account.accountId;
  const context = { core, settings, factors, ip: connection.ip };
  const { operations, recoveryCodes } = await confirmTotp(context, code);
  const sessionGeneration = core.table.newUlid();
  // The session begins under the generation that ends all others.
  const account = { ...factors.account, ...marksOfRevocation(sessionGeneration) };
  const login = { ...session, account, request, eventContext, failures, isSecondStep: true };
  const before = { account: factors.account, eventContext };
  const commit = commitLogin(core, before, (change) => {
    change.require({ sessionGeneration: factors.account.sessionGeneration }, challengeRefused);
    change.revokeAllSessions(sessionGeneration);
    change.useToken(waiting.challenge, challengeRefused, connection);
    change.writeAll(operations).notify({ kind: 'TwoFactorEnabled' });
  });
  return { ...(await completeLogin(core, login, commit)), recoveryCodes };
}
