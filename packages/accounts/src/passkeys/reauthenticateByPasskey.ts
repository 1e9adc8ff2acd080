import { Actor } from '../core/Actor.js';
import { changeAccount, Flow } from '../core/changeAccount.js';
import { passkeysOf } from '../core/PasskeyPolicy.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { requireRequest } from '../requests/SessionRequest.js';
import { CHALLENGE_LIFETIME_MS, requestOptions } from './ceremonyOptions.js';
import { assertSameOwner, ownerOf, type CeremonyContext } from './ceremonyOwner.js';
import { usePasskey } from './changePasskeys.js';
import { credentialRefused, parseAuthentication } from './parseCredential.js';
import { accountOfUserHandle } from './passkeyFacts.js';
import type {
  BegunCeremony,
  CreateReauthenticationOptionsInput,
  PasskeyRequestOptions,
  ReauthenticateByPasskeyInput,
} from './passkeyInputs.js';
import { verifyAssertion } from './verifyCredential.js';

const KIND = 'passkeyReauthentication';

/** @throws AccountError as `Passkeys.createReauthenticationOptions` */
export function createReauthenticationOptions(
  { core, settings, challenges }: CeremonyContext,
  input: CreateReauthenticationOptionsInput,
): Promise<BegunCeremony<PasskeyRequestOptions>> {
  return withAccountErrors(async () => {
    requireObject(input, '');
    const { request, browserSecret: shown } = input;
    requireRequest(request);
    const flow = new Flow(core, Actor.of(core, { request }), {});
    const account = await flow.load({ session: true });
    if (passkeysOf(account).length === 0) throw new AccountError('PasskeyNotFound', {});
    const { value, browserSecret } = await challenges.create({
      kind: KIND,
      request,
      lifetimeMs: CHALLENGE_LIFETIME_MS,
      browserSecret: shown,
      data: { ...ownerOf(flow) },
    });
    return { options: requestOptions(value, settings, account, true), browserSecret };
  });
}

/** @throws AccountError as `Passkeys.reauthenticate` */
export async function reauthenticateByPasskey(
  { core, settings, challenges }: CeremonyContext,
  input: ReauthenticateByPasskeyInput,
): Promise<{ readonly authToken: string }> {
  requireObject(input, '');
  const { request, browserSecret } = input;
  const start = {
    flow: 'Reauthentication',
    method: 'passkey',
    input: { request },
    begin: () => requireRequest(request),
  } as const;
  return changeAccount(core, start, async (flow) => {
    const credential = parseAuthentication(input.response);
    const shown = {
      kind: KIND,
      value: credential.challenge,
      browserSecret,
      path: 'response',
    } as const;
    assertSameOwner(flow, await challenges.use(shown));
    const account = await flow.load();
    const { id, response } = credential.response;
    const passkey = passkeysOf(account).find(({ data }) => data.value === id);
    const { userHandle } = response;
    const isOther =
      typeof userHandle === 'string' && accountOfUserHandle(userHandle) !== account.accountId;
    if (!passkey || isOther) throw credentialRefused();
    const verification = { settings, challenge: credential.challenge as string };
    const verified = await verifyAssertion(credential, verification, passkey, true);
    if (verified.hasRolledBack) {
      await core.events.emit('PasskeyCounterRollback', flow.eventContext);
      throw credentialRefused();
    }
    await flow.commit(account, (change) => {
      usePasskey(core, change, passkey, verified);
      return () => undefined;
    });
    return core.sessions.reauthentication.renew(request);
  });
}
