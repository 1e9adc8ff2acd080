import {
  betterAuthScrypt,
  devise,
  firebaseScrypt,
  pbkdf2,
  phpass,
  wordPress,
  type ForeignHasher,
} from '../../src/passwords/foreign/index.js';

/** A hash that its own system, or its documentation, has published with its password. */
export interface ForeignVector {
  readonly name: string;
  readonly source: string;
  readonly password: string;
  readonly stored: string;
}

/** The signer key of the example in the README of https://github.com/firebase/scrypt. */
export const FIREBASE_SIGNER_KEY =
  'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==';
export const FIREBASE_SALT = '42xEC+ixf3L2lw==';
export const FIREBASE_HASH =
  'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';

/** Hashers with the vectors that they must match. */
export const FOREIGN: readonly {
  readonly name: string;
  readonly hasher: ForeignHasher;
  readonly vectors: readonly ForeignVector[];
}[] = [
  {
    name: 'firebaseScrypt',
    hasher: firebaseScrypt({ signerKey: FIREBASE_SIGNER_KEY }),
    vectors: [
      {
        name: 'Firebase',
        source: 'https://github.com/firebase/scrypt, README, "Sample Usage"',
        password: 'user1password',
        stored: `$firebase-scrypt$v=1$${FIREBASE_SALT}$${FIREBASE_HASH}`,
      },
    ],
  },
  {
    name: 'pbkdf2',
    hasher: pbkdf2(),
    vectors: [
      {
        name: 'Django, SHA-256',
        source: 'django 4.1, tests/auth_tests/test_hashers.py, test_low_level_pbkdf2',
        password: 'l\u00e8tmein',
        stored: 'pbkdf2_sha256$390000$seasalt2$geC/uZ92nRXDSjSxeoiBqYyRcrLzMm8xK3ro1QS1uo8=',
      },
      {
        name: 'Django, SHA-1',
        source: 'django 4.1, tests/auth_tests/test_hashers.py, test_low_level_pbkdf2_sha1',
        password: 'l\u00e8tmein',
        stored: 'pbkdf2_sha1$390000$seasalt2$aDapRanzW8aHTz97v2TcfHzWD+I=',
      },
      {
        name: 'Keycloak, as PHC',
        source: 'the realm in the documentation of Gloo (solo-io/gloo-mesh-use-cases), user1',
        password: 'password',
        stored:
          '$pbkdf2-sha256$i=27500,l=32$P5rtFkGtPfoaryJ6PizUJw$JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k',
      },
      {
        name: 'passlib, SHA-256',
        source: 'passlib 1.7, tests/test_handlers_pbkdf2.py',
        password: 'password',
        stored:
          '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ',
      },
      {
        name: 'passlib, SHA-512',
        source: 'passlib 1.7, tests/test_handlers_pbkdf2.py',
        password: 'password',
        stored:
          '$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww',
      },
    ],
  },
  {
    name: 'phpass',
    hasher: phpass(),
    vectors: [
      {
        name: 'phpass',
        source: 'phpass 0.3, test.php',
        password: 'test12345',
        stored: '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
      },
      {
        name: 'phpBB',
        source: 'passlib 1.7, tests/test_handlers.py, phpass_test',
        password: 'test1',
        stored: '$H$9aaaaaSXBjgypwqm.JsMssPLiS8YQ00',
      },
    ],
  },
  {
    name: 'wordPress',
    hasher: wordPress(),
    vectors: [
      {
        name: 'WordPress 6.8',
        source: 'the pinned hash of a php-wasm demo, which its build checks with password_verify',
        password: 'admin',
        stored: '$wp$2y$10$Q1xinFjrZeLWJBvxviIL6u834Fu.evIEFHAUVisQ5O.w9Dm0sMdES',
      },
    ],
  },
  {
    name: 'devise',
    // Devise::Encryptor.compare of devise 4.9: "#{password}#{klass.pepper}", then bcrypt.
    hasher: devise({ pepper: '*U' }),
    vectors: [
      {
        name: 'Devise',
        source: 'crypt_blowfish 1.3, wrapper.c: "U*U*U", of which the last two are the pepper',
        password: 'U*U',
        stored: '$devise$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a',
      },
    ],
  },
  {
    name: 'betterAuthScrypt',
    hasher: betterAuthScrypt(),
    vectors: [
      {
        name: 'better-auth',
        source: 'better-auth 1.7.25, hashPassword of better-auth/crypto',
        password: 'correct horse',
        stored:
          '5604544f72cbd8629081aa221b61b3ac:89ffb4858857192a217150a47edd1731994834c28090b20f97fb0ae97baff380c81cd9a4c7632848cc9f2a998ec2657098246022f566d892be51591a689f65fa',
      },
    ],
  },
];
