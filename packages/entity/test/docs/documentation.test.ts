import path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(__dirname, '../../../..');
const ENTRIES = [
  'packages/schema/src/index.ts',
  'packages/entity/src/index.ts',
  'packages/entity/src/infrastructure/index.ts',
  'packages/entity/src/testing/index.ts',
  'packages/accounts/src/index.ts',
];

const config = ts.readConfigFile(path.join(ROOT, 'tsconfig.test.json'), (file) =>
  ts.sys.readFile(file),
);
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
const program = ts.createProgram(
  ENTRIES.map((entry) => path.join(ROOT, entry)),
  options,
);
const checker = program.getTypeChecker();

/** Exports, and the public methods of exported classes, that say nothing of themselves. */
function undocumented(entry: string): string[] {
  const source = program.getSourceFile(path.join(ROOT, entry));
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} exports nothing`);
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    const missing = isSilent(symbol) ? [symbol.name] : [];
    if (!(symbol.flags & ts.SymbolFlags.Class)) return missing;
    const members = [...(symbol.members?.values() ?? [])].filter(isPublicMethod).filter(isSilent);
    return [...missing, ...members.map(({ name }) => `${symbol.name}.${name}`)];
  });
}

function isSilent(symbol: ts.Symbol): boolean {
  return symbol.getDocumentationComment(checker).length === 0;
}

function isPublicMethod(symbol: ts.Symbol): boolean {
  const [declaration] = symbol.declarations ?? [];
  return (
    declaration !== undefined &&
    ts.isMethodDeclaration(declaration) &&
    ts.isIdentifier(declaration.name) &&
    // What a language or a platform asks for by name needs no words.
    !['then', 'catch', 'finally', 'toString', 'toJSON'].includes(declaration.name.text)
  );
}

it.each(ENTRIES)('says of every export of %s what it is', (entry) => {
  expect(undocumented(entry)).toEqual([]);
});
