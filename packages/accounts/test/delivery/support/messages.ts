import type { Message, Recipient } from '../../../src/delivery/Delivery.js';

/** Addresses that have been used to lead a mail elsewhere, or to write a header. */
export const HOSTILE_EMAILS: readonly string[] = [
  'ada@example.com,eve@evil.example',
  'ada@example.com;eve@evil.example',
  'ada@example.com eve@evil.example',
  'ada@example.com, eve@evil.example',
  '"eve@evil.example"@example.com',
  '"eve@evil.example x"@example.com',
  'eve@evil.example(@example.com)',
  'Ada <eve@evil.example>',
  '<eve@evil.example>',
  'group:eve@evil.example,ada@example.com;',
  'ada@example.com\r\nBcc: eve@evil.example',
  'ada@example.com\nRCPT TO:<eve@evil.example>',
  'ada@example.com\r',
  'ada@example.com\u0000',
  ' ada@example.com',
  'ada@eve@evil.example',
  'ada@[127.0.0.1]',
  'ada@127.1',
  'ada@0x7f.1',
  'ada@bücher.example',
  'ada＠evil.example',
  'ada@ｅvil.example',
  'ada@evil.example\u200b',
  'Ada@example.com',
  '=?utf-8?q?eve=40evil.example=3e=00?=@example.com',
  '=?utf-8?q?eve=40evil.example=2c?=ada@example.com',
  '',
];

/** A message that a sender is called with by itself. */
export function messageTo(to: Recipient, username = 'ada'): Message {
  return {
    kind: 'PasswordReset',
    to,
    token: 'a-token',
    account: {
      _v: 0,
      ulid: '01JAAAAAAAAAAAAAAAAAAAAAAA',
      accountId: '01JAAAAAAAAAAAAAAAAAAAAAAA',
      createdAt: new Date(0),
      updatedAt: new Date(0),
      username,
      permissions: [],
      deactivated: false,
      sessionGeneration: '0',
    } as unknown as Message['account'],
  };
}

export const emailTo = (value: string, username?: string): Message =>
  messageTo({ kind: 'email', value }, username);

export const smsTo = (value: string): Message => messageTo({ kind: 'phone', value });
