import { Buffer } from 'node:buffer';

/**
 * Size of an item in bytes, by the rules of AWS
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html): names and
 * strings in UTF-8, a number a byte for each two digits and one more, three bytes for a list or a map and one
 * for each of its elements.
 *
 * @param {Readonly<Record<string, object>>} item attributes as DynamoDB sends them: `{ PK: { S: 'a' } }`
 */
export function itemSize(item) {
  return sum(Object.entries(item).map(([name, value]) => utf8(name) + valueSize(value)));
}

function valueSize(value) {
  const [[type, content]] = Object.entries(value);
  switch (type) {
    case 'S':
      return utf8(content);
    case 'N':
      return numberSize(content);
    case 'B':
      return content.byteLength;
    case 'SS':
      return sum(content.map(utf8));
    case 'NS':
      return sum(content.map(numberSize));
    case 'BS':
      return sum(content.map(({ byteLength }) => byteLength));
    case 'L':
      return 3 + sum(content.map((each) => 1 + valueSize(each)));
    case 'M':
      return (
        3 + sum(Object.entries(content).map(([name, each]) => 1 + utf8(name) + valueSize(each)))
      );
    default: // BOOL, NULL
      return 1;
  }
}

function numberSize(text) {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

const utf8 = (text) => Buffer.byteLength(text);
const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
