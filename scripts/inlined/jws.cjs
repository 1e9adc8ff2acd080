'use strict';

// JSON Web Signatures (RFC 7515) as far as jsonwebtoken needs them for HS256, in place of jws and jwa,
// which bring every algorithm along, and streams. A test compares them
// (packages/accounts/test/packaging/inlined.test.ts).
const { Buffer } = require('node:buffer');
const { createHmac, timingSafeEqual } = require('node:crypto');

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

exports.sign = ({ header, payload, secret, encoding }) => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const input = `${encode(JSON.stringify(header), 'latin1')}.${encode(text, encoding)}`;
  return `${input}.${signatureOf(input, header.alg, secret)}`;
};

exports.verify = (token, algorithm, secret) => {
  const [header, payload, signature] = token.split('.');
  const given = Buffer.from(signature);
  const right = Buffer.from(signatureOf(`${header}.${payload}`, algorithm, secret));
  return given.length === right.length && timingSafeEqual(given, right);
};

/** Gives null for what is not a token. */
exports.decode = (token, { json } = {}) => {
  if (!COMPACT.test(token)) return null;
  const [first, second, signature] = token.split('.');
  const header = parse(Buffer.from(first, 'base64').toString('latin1'));
  if (!header) return null;
  const payload = Buffer.from(second, 'base64').toString('utf8');
  const isJson = header.typ === 'JWT' || json;
  return { header, payload: isJson ? JSON.parse(payload) : payload, signature };
};

exports.createSign = () => {
  throw new Error('Tokens are signed without a callback.');
};

function encode(text, encoding) {
  return Buffer.from(text, encoding).toString('base64url');
}

function signatureOf(input, algorithm, secret) {
  if (algorithm !== 'HS256') throw new Error('Tokens are signed with HS256.');
  return createHmac('sha256', secret).update(input).digest('base64url');
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
