import type { MessageKind } from '../Delivery.js';
import type { MessageContent, TemplateFacts } from './MessageTemplate.js';

const ONCE = 'It works once and expires soon.';
const NOT_YOU =
  'If this was not you, change your password and check the addresses and active sessions of your account.';

/**
 * The library's own words.
 *
 * Whoever signs up types somebody's address and a username of their own choice. So messages to an
 * address that nobody has verified hold nothing that a visitor wrote: no advertisement goes out in
 * the application's name.
 */
export const englishTemplates: Readonly<
  Record<MessageKind, (facts: TemplateFacts) => MessageContent>
> = {
  EmailVerification: ({ applicationName }) => ({
    subject: `Confirm your e-mail address for ${applicationName}`,
    paragraphs: [
      `Please confirm that this e-mail address is yours, so you can use it with ${applicationName}.`,
      `Open this link to confirm it. ${ONCE}`,
    ],
    link: 'Confirm my e-mail address',
    closing: [`If you do not have a ${applicationName} account, ignore this message.`],
  }),

  PhoneVerification: ({ applicationName, token = '' }) => ({
    subject: `Your code for ${applicationName}`,
    paragraphs: [
      `Your code for ${applicationName} is ${token}.`,
      `${ONCE} Do not share it with anyone.`,
    ],
    short: `${token} is your code for ${applicationName}. Do not share it with anyone.`,
  }),

  PasswordReset: ({ applicationName, username }) => ({
    subject: `Choose a new password for ${applicationName}`,
    paragraphs: [
      `Someone asked to reset the password of your ${applicationName} account${called(username)}.`,
      `If it was you, open this link to choose a new password. ${ONCE}`,
    ],
    link: 'Choose a new password',
    closing: ['If it was not you, ignore this message. Your password stays the same.'],
  }),

  MagicLink: ({ applicationName, code }) => ({
    subject: `Your link to log in to ${applicationName}`,
    paragraphs: [
      `Open this link to log in to ${applicationName}. ${ONCE}`,
      ...(code === undefined
        ? []
        : [`Or enter the code ${code} on the page where you asked for it, and nowhere else.`]),
    ],
    link: `Log in to ${applicationName}`,
    closing: [
      'If you did not ask for this link, ignore this message. Do not forward it: anyone who has the link can log in.',
    ],
  }),

  SignUpLink: ({ applicationName, code }) => ({
    subject: `Your link to sign up for ${applicationName}`,
    paragraphs: [
      `There is no ${applicationName} account with this e-mail address yet. Open this link to create one and log in. ${ONCE}`,
      ...(code === undefined
        ? []
        : [`Or enter the code ${code} on the page where you asked for it, and nowhere else.`]),
    ],
    link: `Create my ${applicationName} account`,
    closing: [
      'If you did not ask for this link, ignore this message. Nothing is created without it.',
    ],
  }),

  LoginCode: ({ applicationName, code = '' }) => ({
    subject: `Your code to log in to ${applicationName}`,
    paragraphs: [
      `Your code to log in to ${applicationName} is ${code}.`,
      `Enter it on the page where you asked for it, and nowhere else. ${ONCE}`,
    ],
    short: `${code} is your code to log in to ${applicationName}. Enter it only on the page where you asked for it, and tell nobody.`,
  }),

  SignUpAttempt: ({ applicationName }) => ({
    subject: `You already have a ${applicationName} account`,
    paragraphs: [
      `Someone tried to sign up for ${applicationName} with this e-mail address, but it already belongs to your account. Nothing has changed.`,
      'If it was you, log in. If you forgot your password, you can reset it there.',
    ],
    link: 'Log in',
    closing: ['If it was not you, you do not need to do anything.'],
  }),

  UsernameChanged: ({ applicationName, username }) => ({
    subject: `Your ${applicationName} username was changed`,
    paragraphs: [
      username === undefined
        ? `The username of your ${applicationName} account was changed.`
        : `The username of your ${applicationName} account is now ${username}.`,
      NOT_YOU,
    ],
  }),

  PasswordChanged: ({ applicationName }) => ({
    subject: `Your ${applicationName} password was changed`,
    paragraphs: [
      `The password of your ${applicationName} account was changed.`,
      'If this was not you, reset your password at once and check the addresses of your account.',
    ],
  }),

  PasswordRemoved: ({ applicationName }) => ({
    subject: `Your ${applicationName} password was removed`,
    paragraphs: [
      `Your ${applicationName} account no longer has a password. You can set one again at any time, by a reset.`,
      'If this was not you, reset your password at once and check the addresses of your account.',
    ],
  }),

  PasswordDisabled: ({ applicationName }) => ({
    subject: `Your ${applicationName} account needs a new password`,
    paragraphs: [
      `Someone entered too many wrong passwords in a row for your ${applicationName} account. Your password no longer works on devices that have not logged in before.`,
      'To log in on a new device, reset your password first. None of these attempts succeeded.',
    ],
  }),

  ContactAdded: ({ applicationName, contact }) => ({
    subject: `A contact was added to your ${applicationName} account`,
    paragraphs: [
      `${contact ?? 'A contact'} was added to your ${applicationName} account.`,
      NOT_YOU,
    ],
  }),

  ContactRemoved: ({ applicationName, contact, token }) => ({
    subject: `A contact was removed from your ${applicationName} account`,
    paragraphs: [
      `${contact ?? 'A contact'} was removed from your ${applicationName} account.`,
      token === undefined
        ? NOT_YOU
        : `If this was not you, open this link. It restores the address and logs out every device. ${ONCE}`,
    ],
    link: 'Restore the address',
  }),

  TwoFactorEnabled: ({ applicationName }) => ({
    subject: `Two-factor authentication was turned on for your ${applicationName} account`,
    paragraphs: [
      `Your ${applicationName} account now asks for a second factor at every login.`,
      NOT_YOU,
    ],
  }),

  TwoFactorDisabled: ({ applicationName }) => ({
    subject: `Two-factor authentication was turned off for your ${applicationName} account`,
    paragraphs: [`Your ${applicationName} account no longer asks for a second factor.`, NOT_YOU],
  }),

  PasskeyAdded: ({ applicationName }) => ({
    subject: `A passkey was added to your ${applicationName} account`,
    paragraphs: [
      `A new passkey can log in to your ${applicationName} account.`,
      'If this was not you, reset your password at once, and check the passkeys and addresses of your account.',
    ],
  }),

  PasskeyRemoved: ({ applicationName }) => ({
    subject: `A passkey was removed from your ${applicationName} account`,
    paragraphs: [`A passkey can no longer log in to your ${applicationName} account.`, NOT_YOU],
  }),
};

function called(username: string | undefined): string {
  return username === undefined ? '' : ` (${username})`;
}
