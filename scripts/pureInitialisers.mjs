import { RolldownMagicString } from 'rolldown';
import { parseSync } from 'rolldown/utils';

/**
 * A plugin that tells every bundler that the constants of our modules can be left out where nobody uses
 * them. In files of their own, `sideEffects` in `package.json` says so; in one file, only this does:
 * `const a = /* @__PURE__ *\/ (() => defineEntity(…))();`
 *
 * @param isOwn - tells, by its path, whether a module is one of ours: one whose constants change nothing.
 */
export function pureInitialisers(isOwn) {
  return {
    name: 'pure-initialisers',
    transform(code, id) {
      if (!isOwn(id)) return null;
      const { program } = parseSync(id, code, { lang: 'ts' });
      const text = new RolldownMagicString(code);
      for (const init of program.body.flatMap(initialisers)) {
        text.prependLeft(init.start, '/* @__PURE__ */ (() => (');
        text.appendRight(init.end, '))()');
      }
      return text.hasChanged() ? { code: text } : null;
    },
  };
}

/** A plugin that does the same for a CommonJS module that comes along: `__toESM(require_ms())`. */
export function pureInterop() {
  return {
    name: 'pure-interop',
    renderChunk(code) {
      const text = new RolldownMagicString(code);
      for (const { index, 0: before } of code.matchAll(/__toESM\((?=require_\w+\(|\()/g)) {
        text.appendRight(index + before.length, '/* @__PURE__ */ ');
      }
      return text.hasChanged() ? { code: text } : null;
    },
  };
}

/** The values that a statement gives to constants, where it takes more than writing them down. */
function initialisers(statement) {
  const declaration =
    statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type !== 'VariableDeclaration') return [];
  return declaration.declarations.map(({ init }) => init).filter((init) => init && computes(init));
}

/** Tells whether anything is called, read or spread, other than later in a function. */
function computes(node) {
  if (Array.isArray(node)) return node.some(computes);
  if (typeof node?.type !== 'string') return false;
  if (/^(Arrow)?FunctionExpression$/.test(node.type)) return false;
  if (/^(Call|New|TaggedTemplate|Member|Chain)Expression$|^SpreadElement$/.test(node.type))
    return true;
  return Object.values(node).some((child) => typeof child === 'object' && computes(child));
}
