import { FIREBASE_HASH, FIREBASE_SALT } from '../passwords/foreignVectors.js';
import type { ImportFormat } from '../../src/import/formats/readUsers.js';

/** An export that was made up, in the form in which its system writes it. */
export interface MadeExport {
  /** The text of the file, in pieces. */
  readonly text: (count: number) => Generator<string>;
  /** The password of every user whose number is even; undefined for a system that gives no hashes out. */
  readonly password: string | undefined;
  /** The foreign id of a user. */
  readonly foreignId: (at: number) => string;
}

const uuid = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const email = (at: number): string => `user${String(at)}@example.com`;
/** "U*U" at cost 5: the tests of crypt_blowfish 1.3. */
const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const BETTER_AUTH =
  '5604544f72cbd8629081aa221b61b3ac:89ffb4858857192a217150a47edd1731994834c28090b20f97fb0ae97baff380c81cd9a4c7632848cc9f2a998ec2657098246022f566d892be51591a689f65fa';

/** A list inside a document, as programs print it that indent their JSON. */
function* document(
  [before, after]: readonly [string, string],
  count: number,
  user: (at: number) => unknown,
): Generator<string> {
  yield before;
  for (let at = 0; at < count; at++) {
    yield `${at === 0 ? '' : ','}\n${JSON.stringify(user(at), null, 2)}`;
  }
  yield `\n${after}`;
}

function* lines(count: number, user: (at: number) => unknown): Generator<string> {
  for (let at = 0; at < count; at++) yield `${JSON.stringify(user(at))}\n`;
}

export const EXPORTS: Readonly<Record<ImportFormat, MadeExport>> = {
  cognito: {
    foreignId: uuid,
    password: undefined,
    text: (count) =>
      document(['{ "Users": [', '] }'], count, (at) => ({
        Username: at % 3 === 0 ? `user${String(at)}` : uuid(at),
        Attributes: [
          { Name: 'sub', Value: uuid(at) },
          { Name: 'email', Value: email(at) },
          { Name: 'email_verified', Value: String(at % 2 === 0) },
          { Name: 'name', Value: `User "${String(at)}" {[, ]}` },
          { Name: 'custom:plan', Value: 'free' },
          ...(at % 5 === 1
            ? [
                {
                  Name: 'identities',
                  Value: JSON.stringify([
                    { userId: `g-${String(at)}`, providerName: 'Google', providerType: 'Google' },
                  ]),
                },
              ]
            : []),
        ],
        UserCreateDate: '2020-03-04T05:06:07.890000+01:00',
        UserLastModifiedDate: '2021-03-04T05:06:07.890000+01:00',
        Enabled: true,
        UserStatus: at % 5 === 1 ? 'EXTERNAL_PROVIDER' : 'CONFIRMED',
      })),
  },
  auth0: {
    foreignId: (at) => `auth0|${String(at).padStart(24, '0')}`,
    password: 'U*U',
    text: (count) =>
      lines(count, (at) => ({
        _id: { $oid: String(at).padStart(24, '0') },
        email: email(at),
        email_verified: at % 2 === 0,
        ...(at % 2 === 0 && { passwordHash: BCRYPT }),
        password_set_date: { $date: '2020-03-04T05:06:07.890Z' },
        tenant: 'example',
        connection: 'Username-Password-Authentication',
        _tmp_is_unique: true,
        created_at: '2020-03-04T05:06:07.890Z',
        user_metadata: { at },
        app_metadata: { role: 'admin' },
        identities: [
          { provider: 'auth0', user_id: String(at), isSocial: false },
          { provider: 'google-oauth2', user_id: String(1_000_000 + at), isSocial: true },
        ],
      })),
  },
  firebase: {
    foreignId: (at) => `firebase${String(at)}`,
    password: 'user1password',
    text: (count) =>
      document(['{"users": [', ']}'], count, (at) => ({
        localId: `firebase${String(at)}`,
        email: email(at),
        emailVerified: at % 2 === 0,
        ...(at % 2 === 0 && {
          passwordHash: FIREBASE_HASH.replaceAll('+', '-').replaceAll('/', '_'),
          salt: FIREBASE_SALT.replaceAll('+', '-'),
        }),
        displayName: `User ${String(at)}`,
        lastSignedInAt: '1600000000000',
        createdAt: '1583298367890',
        providerUserInfo: [
          { providerId: 'password', rawId: email(at) },
          { providerId: 'github.com', rawId: String(at), displayName: 'x' },
        ],
      })),
  },
  'better-auth': {
    foreignId: (at) => `ba${String(at)}`,
    password: 'correct horse',
    text: (count) =>
      lines(count, (at) => ({
        id: `ba${String(at)}`,
        name: `User ${String(at)}`,
        email: email(at),
        emailVerified: at % 2 === 0,
        image: null,
        createdAt: '2020-03-04T05:06:07.890Z',
        updatedAt: '2020-03-04T05:06:07.890Z',
        accounts: [
          { providerId: 'github', accountId: String(at), password: null },
          ...(at % 2 === 0
            ? [{ providerId: 'credential', accountId: `ba${String(at)}`, password: BETTER_AUTH }]
            : []),
        ],
      })),
  },
  authjs: {
    foreignId: (at) => `authjs${String(at)}`,
    password: undefined,
    text: (count) =>
      lines(count, (at) => ({
        id: `authjs${String(at)}`,
        name: `User ${String(at)}`,
        email: email(at),
        emailVerified: at % 2 === 0 ? '2020-03-04T05:06:07.890Z' : null,
        image: null,
        accounts: [{ type: 'oidc', provider: 'google', providerAccountId: String(at) }],
      })),
  },
  keycloak: {
    foreignId: uuid,
    password: 'password',
    text: (count) =>
      document(
        [
          '{ "realm": "users", "roles": {"realm": [{"users": [1]}]}, "users": [',
          '], "clients": [] }',
        ],
        count,
        (at) => ({
          id: uuid(at),
          createdTimestamp: 1583298367890,
          username: at % 3 === 0 ? email(at) : `user${String(at)}`,
          enabled: true,
          totp: false,
          emailVerified: at % 2 === 0,
          firstName: 'User',
          lastName: String(at),
          email: email(at),
          attributes: { locale: ['de'] },
          credentials:
            at % 2 === 0
              ? [
                  {
                    type: 'password',
                    secretData:
                      '{"value":"JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=","salt":"P5rtFkGtPfoaryJ6PizUJw==","additionalParameters":{}}',
                    credentialData:
                      '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}',
                  },
                ]
              : [],
          federatedIdentities: [
            { identityProvider: 'github', userId: String(at), userName: `gh${String(at)}` },
          ],
        }),
      ),
  },
  csv: {
    foreignId: (at) => String(at),
    password: 'U*U',
    *text(count) {
      yield '\ufeffforeignId,username,email,emailVerified,passwordHash,createdAt,profile.name,plan\r\n';
      for (let at = 0; at < count; at++) {
        const hash = at % 2 === 0 ? BCRYPT : '';
        const name = `"User, ""${String(at)}""\r\nof many lines"`;
        yield `${String(at)},user${String(at)},${email(at)},${String(at % 2 === 0)},${hash},2020-03-04T05:06:07Z,${name},free\r\n`;
      }
    },
  },
  jsonl: {
    foreignId: (at) => String(at),
    password: 'U*U',
    text: (count) =>
      lines(count, (at) => ({
        foreignId: String(at),
        username: `user${String(at)}`,
        email: email(at),
        emailVerified: at % 2 === 0,
        passwordHash: at % 2 === 0 ? BCRYPT : null,
        createdAt: '2020-03-04T05:06:07Z',
        profile: { at },
      })),
  },
};
