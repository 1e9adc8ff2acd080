import type { MessageKind } from '../Delivery.js';
import type { MessageContent, TemplateFacts } from './MessageTemplate.js';

const ONCE = 'It works once, and only for a limited time.';
const NOT_YOU =
  'If this was not you, change your password, and check the addresses and sessions of your account.';

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
      `Please confirm that this e-mail address is yours, so that you can use it with ${applicationName}.`,
      `Open this link to confirm it. ${ONCE}`,
    ],
    link: 'Confirm my e-mail address',
    closing: [`If you do not have an account with ${applicationName}, ignore this message.`],
  }),

  PhoneVerification: ({ applicationName, token = '' }) => ({
    subject: `Your code for ${applicationName}`,
    paragraphs: [
      `Your code for ${applicationName} is ${token}.`,
      `${ONCE} Do not give it to anybody.`,
    ],
    short: `${token} is your code for ${applicationName}. Do not give it to anybody.`,
  }),

  PasswordReset: ({ applicationName, username }) => ({
    subject: `Choose a new password for ${applicationName}`,
    paragraphs: [
      `Somebody has asked for a new password for your account${called(username)} with ${applicationName}.`,
      `If it was you, open this link to choose one. ${ONCE}`,
    ],
    link: 'Choose a new password',
    closing: ['If it was not you, ignore this message: your password stays as it is.'],
  }),

  MagicLink: ({ applicationName }) => ({
    subject: `Your link to log in to ${applicationName}`,
    paragraphs: [`Open this link to log in to ${applicationName}. ${ONCE}`],
    link: `Log in to ${applicationName}`,
    closing: [
      'If you did not ask for it, ignore this message. Do not forward it: whoever has the link can log in.',
    ],
  }),

  SignUpAttempt: ({ applicationName }) => ({
    subject: `You already have an account with ${applicationName}`,
    paragraphs: [
      `Somebody has tried to sign up with ${applicationName} with this e-mail address, which your account has already. Nothing has changed.`,
      'If it was you, log in. If you have forgotten your password, ask for a new one there.',
    ],
    link: 'Log in',
    closing: ['If it was not you, there is nothing that you need to do.'],
  }),

  UsernameChanged: ({ applicationName, username }) => ({
    subject: `Your username for ${applicationName} has changed`,
    paragraphs: [
      username === undefined
        ? `The username of your account with ${applicationName} has changed.`
        : `The username of your account with ${applicationName} is now ${username}.`,
      NOT_YOU,
    ],
  }),

  PasswordChanged: ({ applicationName }) => ({
    subject: `Your password for ${applicationName} has changed`,
    paragraphs: [
      `The password of your account with ${applicationName} has changed.`,
      'If this was not you, ask for a new password at once, and check the addresses of your account.',
    ],
  }),

  PasswordDisabled: ({ applicationName }) => ({
    subject: `Your account with ${applicationName} needs a new password`,
    paragraphs: [
      `Too many wrong passwords were tried on your account with ${applicationName}, one after the other. Your password no longer works on devices that have not logged in before.`,
      'To log in on any other device, ask for a new password. Nobody got in by these attempts.',
    ],
  }),

  ContactAdded: ({ applicationName, contact }) => ({
    subject: `A contact was added to your account with ${applicationName}`,
    paragraphs: [
      `${contact ?? 'A contact'} was added to your account with ${applicationName}.`,
      NOT_YOU,
    ],
  }),

  ContactRemoved: ({ applicationName, contact, token }) => ({
    subject: `A contact was removed from your account with ${applicationName}`,
    paragraphs: [
      `${contact ?? 'A contact'} was removed from your account with ${applicationName}.`,
      token === undefined
        ? NOT_YOU
        : `If this was not you, open this link: it gives the address back and logs everybody out. ${ONCE}`,
    ],
    link: 'Give the address back',
  }),

  TwoFactorEnabled: ({ applicationName }) => ({
    subject: `Two-factor authentication is on for ${applicationName}`,
    paragraphs: [
      `Your account with ${applicationName} now asks for a second factor at each login.`,
      NOT_YOU,
    ],
  }),

  TwoFactorDisabled: ({ applicationName }) => ({
    subject: `Two-factor authentication is off for ${applicationName}`,
    paragraphs: [
      `Your account with ${applicationName} no longer asks for a second factor.`,
      NOT_YOU,
    ],
  }),
};

function called(username: string | undefined): string {
  return username === undefined ? '' : ` (${username})`;
}
