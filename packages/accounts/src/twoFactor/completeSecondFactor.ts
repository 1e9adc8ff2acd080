import type { TransactResults } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { EventContext } from '../events/accountEvents.js';
import { completeLogin } from '../login/completeLogin.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import { notifyOwner } from '../core/notices.js';
import { newGeneration } from './newGeneration.js';
import { confirmTotp } from './confirmTotp.js';
import { consumeChallenge, findChallenge } from './findChallenge.js';
import { parseSecondFactor, parseTotpCode } from './parseSecondFactor.js';
import { verifySecondFactor, withFactor } from './verifySecondFactor.js';
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
  return completeLogin(core, login, async (operations) => {
    const effects = [proof.useOperation, proof.resetOperation];
    // In the transaction the challenge comes first, then the factor.
    const results = await withFactor(proof, 1, () =>
      consumeChallenge(core, waiting, [...effects, ...operations], { usedFrom: connection }),
    );
    return results.slice(effects.length) as TransactResults<typeof operations>;
  });
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
  const { operations: confirm, recoveryCodes } = await confirmTotp(context, code);
  const { sessionGeneration, operation } = newGeneration(core, factors);
  const effects = [...confirm, operation];
  // The session begins under the generation that ends all others.
  const account = { ...factors.account, sessionGeneration };
  const login = { ...session, account, request, eventContext, failures, isSecondStep: true };
  const result = await completeLogin(core, login, async (operations) => {
    const all = [...effects, ...operations];
    const options = { usedFrom: connection, writesAccount: true };
    const results = await consumeChallenge(core, waiting, all, options);
    return results.slice(effects.length) as TransactResults<typeof operations>;
  });
  await notifyOwner(core, factors.account, { kind: 'TwoFactorEnabled' });
  return { ...result, recoveryCodes };
}
