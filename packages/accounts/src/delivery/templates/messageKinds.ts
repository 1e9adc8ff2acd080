import type { MessageKind } from '../Delivery.js';

/** Every kind of message. A record, so that the compiler misses a kind that is not in it. */
const MESSAGE_KINDS: Readonly<Record<MessageKind, true>> = {
  EmailVerification: true,
  PhoneVerification: true,
  PasswordReset: true,
  MagicLink: true,
  SignUpLink: true,
  LoginCode: true,
  SignUpAttempt: true,
  UsernameChanged: true,
  PasswordChanged: true,
  PasswordRemoved: true,
  PasswordDisabled: true,
  ContactAdded: true,
  ContactRemoved: true,
  TwoFactorEnabled: true,
  TwoFactorDisabled: true,
  PasskeyAdded: true,
  PasskeyRemoved: true,
};

/** Tells whether there are messages of a kind. */
export function isMessageKind(kind: string): kind is MessageKind {
  return Object.hasOwn(MESSAGE_KINDS, kind);
}
