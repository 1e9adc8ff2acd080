import {
  identity,
  parseJson,
  profileOf,
  recordsOf,
  withoutEmpty,
  type ExportRecord,
} from './record.js';

/** The names that the library's guides give to Cognito's types of providers. */
const PROVIDERS: Readonly<Record<string, string>> = {
  Google: 'google',
  Facebook: 'facebook',
  SignInWithApple: 'apple',
  LoginWithAmazon: 'amazon',
};
/** Attributes that are fields of their own, or say nothing of the person. */
const OWN = [
  'sub',
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
  'identities',
  'cognito:user_status',
  'cognito:mfa_enabled',
];
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * A user of `aws cognito-idp list-users`
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserType.html). Cognito
 * gives out neither hashes nor secrets of second factors: who has confirmed the account is marked for
 * the option `verifyElsewhere`.
 */
export function fromCognito(user: ExportRecord): ExportRecord {
  const attributes = Object.fromEntries(
    recordsOf(user.Attributes).map(({ Name, Value }) => [String(Name), Value]),
  );
  const isExternal = user.UserStatus === 'EXTERNAL_PROVIDER';
  return withoutEmpty({
    foreignId: attributes.sub,
    username: isExternal ? undefined : chosenUsername(user.Username),
    email: attributes.email,
    emailVerified: attributes.email_verified === 'true',
    phone: attributes.phone_number,
    phoneVerified: attributes.phone_number_verified === 'true',
    contacts: recordsOf(parseJson(attributes.identities)).map(
      ({ providerType, providerName, userId }) =>
        identity(PROVIDERS[String(providerType)] ?? providerName, userId),
    ),
    verifyElsewhere: user.UserStatus === 'CONFIRMED',
    profile: profileOf(
      Object.fromEntries(Object.entries(attributes).filter(([name]) => !OWN.includes(name))),
    ),
    deactivated: user.Enabled === false,
    createdAt:
      typeof user.UserCreateDate === 'number'
        ? new Date(user.UserCreateDate * 1000)
        : user.UserCreateDate,
  });
}

/** Cognito makes a UUID where people sign up with an address, or takes the address itself. */
function chosenUsername(value: unknown): unknown {
  const isMade = typeof value === 'string' && (UUID.test(value) || /[@+]/.test(value));
  return isMade ? undefined : value;
}
