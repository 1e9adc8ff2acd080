import path from 'node:path';
import ts from 'typescript';
import { IDENTIFIER_CALLS } from '../security/identifierCalls.js';

const ROOT = path.join(__dirname, '../../../..');
const SOURCES = path.join(ROOT, 'packages/accounts/src') + path.sep;
const MAX_DEPTH = 5;
const IDENTIFIERS: readonly string[] = ['email', 'newEmail', 'newPhone', 'phone', 'username'];

/**
 * Methods of `Table` and `Entity` that send requests. Those that only describe one, for a transaction
 * or as a twin with `Params`, do not count; `transact` does, where what they describe is sent.
 */
const SENDS =
  /^(batch|create|delete|find|list|paginate|scan|transact|update)(?!.*(Operation|Params)$)/;

/** A named function of accounts: a function, or a method or accessor of a class. */
interface Named {
  readonly name: string;
  /** Named functions that its text mentions, in closures too. */
  readonly calls: Set<ts.Declaration>;
  /** Requests that its text sends, in closures too. */
  readonly sends: Set<string>;
}

function isNamed(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessor(node)) &&
    node.body !== undefined
  );
}

/** The program of what accounts exports. */
function createProgram(): ts.Program {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.test.json'), (file) =>
    ts.sys.readFile(file),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const entries = [
    'index.ts',
    'guard/index.ts',
    'selfService/index.ts',
    'passkeys/index.ts',
    'twoFactor/index.ts',
  ].map((file) => SOURCES + file);
  return ts.createProgram(entries, { ...options, noEmit: true });
}

class CallGraph {
  readonly #checker: ts.TypeChecker;
  readonly #program: ts.Program;
  readonly #functions = new Map<ts.Declaration, Named>();

  constructor(program: ts.Program) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    for (const file of program.getSourceFiles()) if (isOurs(file)) this.#visit(file, undefined);
  }

  /** Public methods of `Accounts`, of every class that it has a property of, of `Guard` and `SelfService`. */
  publicMethods(): ts.Declaration[] {
    const accounts = this.#classNamed('accounts/Accounts.ts', 'Accounts');
    const groups = accounts.members
      .filter((member) => ts.isPropertyDeclaration(member) && ts.isIdentifier(member.name))
      .flatMap((member) => this.#classesOf(this.#checker.getTypeAtLocation(member)))
      .filter((found) => ts.isClassDeclaration(found) && isOurs(found.getSourceFile()));
    const selfService = this.#classNamed('selfService/SelfService.ts', 'SelfService');
    const guard = this.#classNamed('guard/Guard.ts', 'Guard');
    return [accounts, guard, selfService, ...(groups as ts.ClassDeclaration[])]
      .flatMap(({ members }) => [...members])
      .filter((member) => isNamed(member) && ts.isIdentifier(member.name as ts.Node))
      .filter((member) => ts.isMethodDeclaration(member) && !isInternal(member));
  }

  /** The classes of a property; where options decide of which it is, of any of them. */
  #classesOf(type: ts.Type): readonly ts.Declaration[] {
    const found = this.#checker.getBaseConstraintOfType(type) ?? type;
    const parts = found.isUnion() ? found.types : [found];
    return parts.flatMap((part) => part.getSymbol()?.declarations ?? []);
  }

  /** Properties of a method's input by which somebody says who they are, or how they are reached. */
  identifiersOf(method: ts.Declaration): string[] {
    const [input] = (method as ts.MethodDeclaration).parameters;
    if (!input) return [];
    const type = this.#checker.getTypeAtLocation(input);
    const parts = type.isUnion() ? type.types : [type];
    const names = parts.flatMap((part) => part.getProperties().map((property) => property.name));
    // A document is no input that somebody typed.
    if (names.includes('createdAt')) return [];
    return [...new Set(names)].filter((name) => IDENTIFIERS.includes(name)).sort();
  }

  nameOf(declaration: ts.Declaration): string {
    return this.#functions.get(declaration)?.name ?? '';
  }

  /** The shortest way from a function to each request that it can lead to: names, then the request. */
  ways(from: ts.Declaration): string[][] {
    const ways = new Map<string, string[]>();
    const found = new Map<ts.Declaration, string[]>([[from, [this.nameOf(from)]]]);
    // A Map is walked in the order of insertion, what is added meanwhile included: breadth first.
    for (const [declaration, way] of found) {
      const { calls, sends } = this.#functions.get(declaration) ?? { calls: [], sends: [] };
      for (const send of sends) if (!ways.has(send)) ways.set(send, [...way, send]);
      for (const call of calls) {
        if (!found.has(call)) found.set(call, [...way, this.nameOf(call)]);
      }
    }
    return [...ways.values()];
  }

  #visit(node: ts.Node, inside: Named | undefined): void {
    const current = isNamed(node) ? this.#named(node) : inside;
    if (current && (ts.isIdentifier(node) || ts.isPrivateIdentifier(node))) {
      this.#mention(node, current);
    }
    ts.forEachChild(node, (child) => {
      this.#visit(child, current);
    });
  }

  #mention(node: ts.Identifier | ts.PrivateIdentifier, current: Named): void {
    for (const declaration of this.#declarationsOf(node)) {
      const { name, parent } = declaration as ts.MethodDeclaration;
      if (isOurs(declaration.getSourceFile())) {
        // A method that overloads declare is the one that has a body.
        if (isNamed(declaration)) current.calls.add(declaration);
      } else if (ts.isMethodDeclaration(declaration) && ts.isClassDeclaration(parent)) {
        const owner = parent.name?.text ?? '';
        const method = name.getText();
        const place = path.relative(SOURCES, node.getSourceFile().fileName);
        if (/^(Table|Entity)$/.test(owner) && SENDS.test(method)) {
          current.sends.add(`${owner}.${method} in ${place}`);
        }
      }
    }
  }

  #declarationsOf(node: ts.Node): readonly ts.Declaration[] {
    let symbol = this.#checker.getSymbolAtLocation(node);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) {
      symbol = this.#checker.getAliasedSymbol(symbol);
    }
    return symbol?.declarations ?? [];
  }

  #named(node: ts.FunctionLikeDeclaration): Named {
    const known = this.#functions.get(node);
    if (known) return known;
    const own = node.name?.getText() ?? '';
    const owner = ts.isClassDeclaration(node.parent) ? node.parent.name?.text : undefined;
    const name = owner === undefined ? own : `${owner}.${own}`;
    const made = { name, calls: new Set<ts.Declaration>(), sends: new Set<string>() };
    this.#functions.set(node, made);
    return made;
  }

  #classNamed(file: string, name: string): ts.ClassDeclaration {
    const found = this.#program
      .getSourceFile(SOURCES + file)
      ?.statements.find((each) => ts.isClassDeclaration(each) && each.name?.text === name);
    if (!found) throw new Error(`There is no class ${name} in ${file}.`);
    return found as ts.ClassDeclaration;
  }
}

function isOurs({ fileName }: ts.SourceFile): boolean {
  return path.normalize(fileName).startsWith(SOURCES);
}

function isInternal(node: ts.Node): boolean {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal');
}

const graph = new CallGraph(createProgram());
const methods = graph.publicMethods();

describe('an identifier that a public method takes', () => {
  it('has a row in the table of security/identifierCalls, by which its forms are compared', () => {
    const taken = methods
      .map((method) => [graph.nameOf(method), graph.identifiersOf(method)] as const)
      .filter(([, identifiers]) => identifiers.length > 0);
    const rows = Object.entries(IDENTIFIER_CALLS).map(
      ([name, calls]) =>
        [name, [...new Set(calls.map(({ property }) => property))].sort()] as const,
    );
    expect(Object.fromEntries(taken)).toEqual(Object.fromEntries(rows));
  });
});

describe('the way from a public method to a request', () => {
  it(`is at most ${String(MAX_DEPTH)} named functions long, the public method included`, () => {
    const tooLong = methods
      .flatMap((method) => graph.ways(method))
      .filter((way) => way.length - 1 > MAX_DEPTH)
      .map((way) => way.join(' → '));
    expect(tooLong).toEqual([]);
  });

  it('is found for nearly all of them', () => {
    const names = methods.map((method) => graph.nameOf(method));
    expect(names).toEqual(
      expect.arrayContaining(['Accounts.createAccount', 'Contacts.addEmail', 'SelfService.signIn']),
    );
    const silent = methods
      .filter((method) => graph.ways(method).length === 0)
      .map((method) => graph.nameOf(method));
    expect(silent.sort()).toEqual([
      'Accounts.addHooks',
      // By a function of the option `listing`, whose declaration a type does not show.
      'Accounts.listAccounts',
      'Accounts.on',
      'Accounts.settled',
      'Guard.addHooks',
      'Guard.on',
      'Guard.requirePermission',
      'Guard.requireRecentLogin',
      'Guard.verifiedSessionOf',
      'Passkeys.relatedOrigins',
      'Sessions.addHooks',
      'Sessions.requirePermission',
      'Sessions.requireRecentLogin',
      'Sessions.verifiedSessionOf',
    ]);
  });
});
