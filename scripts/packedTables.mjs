import { Buffer } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { RolldownMagicString } from 'rolldown';
import { parseSync } from 'rolldown/utils';

/** Shorter lists are as well written down. */
const LEAST_NUMBERS = 256;
const LARGEST = 2 ** 32 - 1;

/**
 * A plugin that writes the long tables of numbers of third parties, such as the S-boxes of bcryptjs, as
 * base64. Random bits take gzip 6 bits a character that way, and 11 characters a number the other.
 */
export function packedTables() {
  return {
    name: 'packed-tables',
    transform(code, id) {
      if (!id.includes('/node_modules/')) return null;
      const { program } = parseSync(id, code, { lang: 'ts' });
      const text = new RolldownMagicString(code);
      for (const { start, end, elements } of tablesOf(program)) {
        text.update(start, end, pack(elements.map(({ value }) => value)));
      }
      return text.hasChanged() ? { code: text } : null;
    },
  };
}

function tablesOf(node) {
  if (typeof node !== 'object' || node === null) return [];
  if (node.type === 'ArrayExpression' && isTable(node.elements)) return [node];
  return Object.values(node).flatMap(tablesOf);
}

function isTable(elements) {
  return elements.length >= LEAST_NUMBERS && elements.every((each) => isNumber(each?.value));
}

function isNumber(value) {
  return Number.isInteger(value) && value >= 0 && value <= LARGEST;
}

function pack(numbers) {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, at) => bytes.writeUInt32BE(number, at * 4));
  const text = bytes.toString('base64');
  if (!isDeepStrictEqual(unpack(Buffer.from(text, 'base64')), numbers)) {
    throw new Error('A table does not unpack to its numbers.');
  }
  return `(${unpack})(Buffer.from('${text}', 'base64'))`;
}

/** Goes into the code as it stands here. */
function unpack(bytes) {
  return Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32BE(at * 4));
}
