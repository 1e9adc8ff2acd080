import * as z from 'zod';
import type { Accounts } from '../accounts/Accounts.js';
import { flowsOf } from '../accounts/flowsOf.js';
import { REMEMBER_ME_VALUES } from '../selfService/parseRememberMe.js';
import type { JsonObject } from '../lifecycle/JsonObject.js';
import { once } from './once.js';
import type {
  BegunIdentityAnswer,
  ContactAnswer,
  IdentityCallbackAnswer,
  PasskeyAnswer,
  PasskeySignalsAnswer,
  SessionAnswer,
  SessionChoice,
  SessionsAnswer,
  SignedInAnswer,
  UserAnswer,
} from './api.js';

/** A field of a body, as the OpenAPI document shows it. */
export interface Field {
  readonly type:
    'string' | 'number' | 'boolean' | 'object' | readonly ['string' | 'object', 'null'];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly additionalProperties?: { readonly type: 'string' } | true;
}

/** Fields of a body `B`: those that it must have, and those that it may. */
export interface Fields<B> {
  readonly required: { readonly [K in keyof B as object extends Pick<B, K> ? never : K]: Field };
  readonly optional: { readonly [K in keyof B as object extends Pick<B, K> ? K : never]-?: Field };
}

/** Lengths of a text, in characters. */
interface Lengths {
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
}

/** A text. */
export function text(description?: string, { minLength, maxLength }: Lengths = {}): Field {
  return {
    type: 'string',
    ...(description !== undefined && { description }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
  };
}

/** A flat profile. */
export const PROFILE: Field = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: '1 to 100 keys of 1 to 20, values of 1 to 1000 characters.',
};

export const REMEMBER_ME: Field = {
  type: 'string',
  enum: REMEMBER_ME_VALUES,
  description:
    'A lasting cookie, one that goes with the browser (the default), or the token in the answer.',
};

export const SESSION_FIELDS: Readonly<Record<keyof SessionChoice, Field>> = {
  rememberMe: REMEMBER_ME,
  sessionLength: { type: 'number', description: 'In hours, 0.084 to 8760; default: 24.' },
  expiredTime: { type: 'string', format: 'date-time', description: 'Instead of sessionLength.' },
};

/**
 * A body whose values the call itself parses, so that every rule and the name of its error are in one
 * place: only the names of its fields are checked here.
 */
export function bodyOf<B>(
  { required, optional }: Fields<B>,
  visitorFields: readonly string[] = [],
): z.ZodType<B> {
  const fields: [string, Field | undefined][] = [
    ...Object.entries<Field>({ ...required, ...optional }),
    ...visitorFields.map((name): [string, undefined] => [name, undefined]),
  ];
  const shape = fields.map(([name, field]) => [
    name,
    field
      ? z
          .unknown()
          .optional()
          .meta({ override: { ...field } })
      : z.unknown().optional(),
  ]);
  const names = Object.keys(required);
  const schema = z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>).meta({
    override: ({ jsonSchema }: { readonly jsonSchema: object }) => {
      Object.assign(jsonSchema, names.length > 0 ? { required: names } : {});
    },
  });
  return schema as unknown as z.ZodType<B>;
}

/** The names of the application's own fields that a visitor may set. */
export function visitorFieldsOf(accounts: Accounts): readonly string[] {
  return flowsOf(accounts).core.visitorFields;
}

const json = (): z.ZodType => z.json();

export const jsonObject = (): z.ZodRecord<z.ZodString, z.ZodType> => z.record(z.string(), json());

const dateTime = (): z.ZodType<string> => z.string().meta({ format: 'date-time' });

const user: () => z.ZodType<UserAnswer> = once(
  () =>
    z
      .object({
        userId: z.string(),
        username: z.string().optional(),
        email: z.string().optional(),
        profile: jsonObject().optional(),
        creationDate: dateTime(),
        paymentsMode: z.string(),
        trialExpirationDate: dateTime().optional(),
      })
      .meta({ id: 'User' }) as unknown as z.ZodType<UserAnswer>,
);

const signedInShape = () => ({
  user: user(),
  expiresAt: dateTime().optional(),
  authToken: z.string().optional(),
  deviceToken: z.string().optional(),
  handle: z.string().optional(),
});

export const signedIn = (): z.ZodType<SignedInAnswer> =>
  z.object(signedInShape()) as unknown as z.ZodType<SignedInAnswer>;

export const sessionAnswer = (): z.ZodType<SessionAnswer> =>
  z.object({ user: user(), expiresAt: dateTime() });

export const userAnswer = (): z.ZodType<{ readonly user: UserAnswer }> =>
  z.object({ user: user() });

const contact = once(
  () =>
    z
      .object({
        contactId: z.string(),
        kind: z.string(),
        value: z.string(),
        provider: z.string().optional(),
        verified: z.boolean(),
        createdAt: dateTime(),
      })
      .meta({ id: 'Contact' }) as unknown as z.ZodType<ContactAnswer>,
);

export const contactAnswer = (): z.ZodType<{ readonly contact: ContactAnswer }> =>
  z.object({ contact: contact() });

export const contacts = (): z.ZodType<{ readonly contacts: readonly ContactAnswer[] }> =>
  z.object({ contacts: z.array(contact()) });

export const begunIdentity = (): z.ZodType<BegunIdentityAnswer> =>
  z.object({ url: z.string(), browserSecret: z.string().optional() }) as never;

export const completedIdentity = (): z.ZodType<IdentityCallbackAnswer> =>
  z.object({
    ...signedInShape(),
    user: user().optional(),
    contact: contact().optional(),
    returnTo: z.string().optional(),
  }) as never;

export const identities = (): z.ZodType<{ readonly identities: readonly ContactAnswer[] }> =>
  z.object({ identities: z.array(contact()) });

export const confirmedTwoFactor = (): z.ZodType<
  Partial<SignedInAnswer> & { readonly recoveryCodes: readonly string[] }
> =>
  z.object({
    ...signedInShape(),
    user: user().optional(),
    recoveryCodes: z.array(z.string()),
  }) as never;

export const sessions = (): z.ZodType<SessionsAnswer> =>
  z.object({
    sessions: z.array(
      z.object({
        sessionId: z.string(),
        current: z.boolean(),
        createdAt: dateTime(),
        expiresAt: dateTime(),
        lastSeenAt: dateTime().optional(),
        ip: z.string().optional(),
        userAgent: z.string().optional(),
        impersonated: z.boolean(),
      }),
    ),
    after: z.string().optional(),
  }) as never;

const passkey = once(
  () =>
    z
      .object({
        passkeyId: z.string(),
        name: z.string(),
        credentialId: z.string(),
        backupEligible: z.boolean(),
        backedUp: z.boolean(),
        aaguid: z.string().optional(),
        createdAt: dateTime(),
        lastUsedAt: dateTime().optional(),
      })
      .meta({ id: 'Passkey' }) as unknown as z.ZodType<PasskeyAnswer>,
);

const passkeySignals = once((): z.ZodType<PasskeySignalsAnswer> =>
  z
    .object({
      rpId: z.string(),
      userId: z.string(),
      allAcceptedCredentialIds: z.array(z.string()),
      name: z.string(),
      displayName: z.string(),
    })
    .meta({ id: 'PasskeySignals' }),
);

export const passkeyAnswer = (): z.ZodType<{ readonly passkey: PasskeyAnswer }> =>
  z.object({ passkey: passkey() });

export const passkeySignalsAnswer = (): z.ZodType<{ readonly signals: PasskeySignalsAnswer }> =>
  z.object({ signals: passkeySignals() });

export const passkeyList = (): z.ZodType<{
  readonly passkeys: readonly PasskeyAnswer[];
  readonly signals: PasskeySignalsAnswer;
}> => z.object({ passkeys: z.array(passkey()), signals: passkeySignals() });

/** Options for a browser, and the secret of their challenge where no cookie carries it. */
export const begunCeremony = (): z.ZodType<{
  readonly options: JsonObject;
  readonly browserSecret?: string;
}> => z.object({ options: jsonObject(), browserSecret: z.string().optional() }) as never;
