// Examples for the reference: of each public member, a place where a program of the documentation uses it.
import { readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';
import { writeExamples } from './examples.mjs';
import { CommandError } from './run.mjs';
import { ROOT } from './setup.mjs';

/** A folder of its own: the examples may be compiled and run meanwhile. */
const SOURCES = join(ROOT, '.cache', 'reference-examples');
/** Most lines of an example: of a longer statement, the part that is a statement itself is shown. */
const MOST_LINES = 14;

/**
 * Gives every function and member of a class of TypeDoc's project that has no `@example` one from the documentation's
 * programs, which are compiled and run by `npm test`, with a link to their page. A property may go without.
 *
 * @param toPage - gives the site's address of a file of the repository; undefined if it has none.
 */
export async function addExamples(project, toPage) {
  const { Comment, CommentTag, ReflectionKind } = await import('typedoc');
  const examples = findExamples(writeExamples(SOURCES));
  const without = [];
  const properties = ReflectionKind.Property | ReflectionKind.Accessor;
  const members = project.getReflectionsByKind(ReflectionKind.FunctionOrMethod | properties);
  for (const member of members) {
    if (!member.parent?.kindOf([ReflectionKind.Module, ReflectionKind.Class])) continue;
    const isProperty = member.kindOf(properties);
    const described = isProperty ? [member.getSignature ?? member] : (member.signatures ?? []);
    const hasOwn = described.some(({ comment }) => comment?.getTag('@example'));
    // What the language's own protocols ask for needs no explanation.
    const isOfProtocol = /^\[|^(then|catch|finally)$/.test(member.name);
    if (hasOwn || isOfProtocol) continue;
    const { packageName, packagePath, qualifiedName } = project.getSymbolIdFromReflection(member);
    const example = examples.get(`${packageName}/${packagePath}#${qualifiedName}`);
    if (!example && (isProperty || member.inheritedFrom)) continue;
    if (!example) {
      without.push(`${packageName}/${packagePath}: ${qualifiedName}`);
      continue;
    }
    const page = toPage(example.file);
    const text = `\`\`\`ts\n${example.code}\n\`\`\`${page ? `\n\nFrom [${page.title}](${page.path}).` : ''}`;
    described[0].comment ??= new Comment();
    described[0].comment.blockTags.push(new CommentTag('@example', [{ kind: 'text', text }]));
  }
  if (without.length > 0)
    throw new CommandError(`Without an example in any program:\n${without.sort().join('\n')}`);
}

/** The shortest use of each declaration of the packages, `{ code, file }`, by `package/path#Class.member`. */
function findExamples(programs) {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.examples.json'), (file) =>
    readFileSync(file, 'utf8'),
  );
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const files = new Map(programs.map(({ path, source }) => [toSlashes(source), path]));
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const found = new Map();
  const visit = (node, file) => {
    if (ts.isIdentifier(node) && isUse(node)) {
      for (const key of keysOf(checker, node)) {
        const statement = statementOf(node);
        const example = {
          code: codeOf(statement),
          file,
          oddities: odditiesOf(checker, node, statement),
        };
        const known = found.get(key);
        if (!known || isBetter(example, known)) found.set(key, example);
      }
    }
    ts.forEachChild(node, (child) => visit(child, file));
  };
  for (const [source, path] of files) visit(program.getSourceFile(source), posix.dirname(path));
  return found;
}

/** Whether a name is called, constructed, or taken as a value. */
function isUse(node) {
  return !ts.findAncestor(node, (each) => ts.isImportDeclaration(each) || ts.isTypeNode(each));
}

/** A page's program, which runs, rather than one of a doc comment; what stands alone; and the shorter one. */
function isBetter(one, other) {
  const isPage = ({ file }) => file.endsWith('.md');
  if (isPage(one) !== isPage(other)) return isPage(one);
  if (one.oddities !== other.oddities) return one.oddities < other.oddities;
  return one.code.length < other.code.length;
}

/**
 * Counts what makes a statement hard to read without its program: calls of the program's own functions, another name
 * for an object than its class's, and an outcome that is compared.
 */
function odditiesOf(checker, node, statement) {
  let oddities = 0;
  let first = node;
  while (ts.isPropertyAccessExpression(first.parent) && first.parent.name === first)
    first = first.parent;
  while (ts.isPropertyAccessExpression(first)) first = first.expression;
  const { parent } = node;
  const about = first !== node ? first : ts.isCallExpression(parent) && parent.arguments[0];
  if (about && ts.isIdentifier(about)) {
    const { symbol } = checker.getTypeAtLocation(about);
    if (symbol && !symbol.name.toLowerCase().endsWith(about.text.toLowerCase())) oddities++;
  }
  const visit = (each) => {
    if (ts.isCallExpression(each) && ts.isIdentifier(each.expression)) {
      const [declared] = checker.getSymbolAtLocation(each.expression)?.declarations ?? [];
      if (declared && !ts.isImportSpecifier(declared)) oddities++;
    }
    if (ts.isIdentifier(each) && /^(assert|expect|catch)$/.test(each.text)) oddities++;
    ts.forEachChild(each, visit);
  };
  visit(statement);
  return oddities;
}

/** Where a name's function or method is declared, if one of the packages does so. */
function keysOf(checker, node) {
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0)
    symbol = checker.getAliasedSymbol(symbol);
  return (symbol?.declarations ?? []).flatMap((declaration) => {
    const file = toSlashes(relative(ROOT, declaration.getSourceFile().fileName));
    const [, name, path] = /(?:^|\/)packages\/(\w+)\/(dist\/.+)$/.exec(file) ?? [];
    if (name === undefined) return [];
    const { parent } = declaration;
    const within = parent && ts.isClassDeclaration(parent) ? `${parent.name.text}.` : '';
    return [`@latchkey/${name}/${path}#${within}${symbol.name}`];
  });
}

/** The statement that a name is used in, or a part of it that is not too long. */
function statementOf(node) {
  const lines = (each) => each.getText().split('\n').length;
  let best;
  for (let each = node; each && !ts.isSourceFile(each); each = each.parent) {
    if (!ts.isStatement(each) || ts.isBlock(each)) continue;
    if (!best || lines(each) <= MOST_LINES) best = each;
  }
  return best;
}

function codeOf(statement) {
  const source = statement.getSourceFile();
  const { character } = source.getLineAndCharacterOfPosition(statement.getStart());
  return statement.getText().replaceAll(`\n${' '.repeat(character)}`, '\n');
}

const toSlashes = (path) => path.split(sep).join('/');
