import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const PACKAGES = path.join(__dirname, '../../..');

/** The sources of all packages, parsed. */
const sources = ['schema', 'entity', 'accounts'].flatMap((name) => {
  const folder = path.join(PACKAGES, name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.c?ts$/.test(file) && !/\.test(-d)?\.ts$/.test(file))
    .map((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      const place = path.posix.join(name, file.split(path.sep).join('/'));
      return ts.createSourceFile(place, text, ts.ScriptTarget.Latest, true);
    });
});

/** The names that an entry of a package exports. */
const exported = new Set(
  sources
    .filter(({ fileName }) => fileName.endsWith('/index.ts'))
    .flatMap((source) =>
      source.statements.flatMap((statement) =>
        ts.isExportDeclaration(statement) &&
        statement.exportClause &&
        ts.isNamedExports(statement.exportClause)
          ? statement.exportClause.elements.map(({ name }) => name.text)
          : [],
      ),
    ),
);

/** A doc comment as text: of a declaration with overloads, the first that has one. */
function textOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter((part) => ts.isJSDoc(part));
  return comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join('\n');
}

const isInternal = (node: ts.Node): boolean =>
  ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');

/** Each doc comment that stands on something. */
function* comments(node: ts.Node): Generator<{ text: string; place: string }> {
  const source = node.getSourceFile();
  if ('jsDoc' in node) {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    yield { text: textOf(node), place: `${source.fileName}:${line + 1}` };
  }
  for (const child of node.getChildren(source)) yield* comments(child);
}

/** The members of a class that its users can call or read. */
function publicMembers(declaration: ts.ClassDeclaration): ts.ClassElement[] {
  return declaration.members.filter((member) => {
    if (ts.isConstructorDeclaration(member) || ts.isClassStaticBlockDeclaration(member)) {
      return false;
    }
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    const flags = ts.getCombinedModifierFlags(member);
    // What overrides, or has a symbol for its name, is described where it comes from.
    if ((flags & ts.ModifierFlags.Override) !== 0) return false;
    if (member.name && ts.isComputedPropertyName(member.name)) return false;
    const isHidden = (flags & hidden) !== 0;
    return (
      !isHidden && !(member.name && ts.isPrivateIdentifier(member.name)) && !isInternal(member)
    );
  });
}

it('a doc comment begins with a verb or a noun', () => {
  const all = sources.flatMap((source) => [...comments(source)]);
  expect(all.length).toBeGreaterThan(1000);
  const wrong = all.filter(({ text }) => /^\s*(?:What|Who|Whose|Whether)\b/.test(text));
  expect(wrong.map(({ place, text }) => `${place}: ${text.slice(0, 60)}`)).toEqual([]);
});

it('what a package exports, and the public members of its classes, have a sentence of their own', () => {
  const lacking: string[] = [];
  let seen = 0;
  const check = (node: ts.Node, name: string): void => {
    seen++;
    const text = textOf(node).trim();
    if (text === '' || text.startsWith('See {@link'))
      lacking.push(`${node.getSourceFile().fileName}: ${name}`);
  };
  for (const source of sources) {
    for (const statement of source.statements) {
      const isDeclaration =
        ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isFunctionDeclaration(statement);
      const name = isDeclaration ? statement.name?.text : undefined;
      if (name === undefined || !exported.has(name) || isInternal(statement)) continue;
      if (ts.isFunctionDeclaration(statement) && !statement.body) {
        check(statement, name);
        continue;
      }
      if (!ts.isFunctionDeclaration(statement)) check(statement, name);
      if (!ts.isClassDeclaration(statement)) continue;
      const described = new Set<string>();
      for (const member of publicMembers(statement)) {
        const memberName = member.name?.getText() ?? '';
        if (described.has(memberName)) continue;
        described.add(memberName);
        check(member, `${name}.${memberName}`);
      }
    }
  }
  expect(seen).toBeGreaterThan(300);
  expect(lacking).toEqual([]);
});
