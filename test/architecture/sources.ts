// Reads TypeScript files into the facts that the architecture rules judge: imports, re-exports and global names in use.
import { posix } from 'node:path'
import ts from 'typescript'

export interface Import {
  /** A path from the repository's root for our own files, else the name of the package (`node:fs`, `@scope/name`). */
  to: string
  own: boolean
  /** Nothing of it exists at run time. */
  typeOnly: boolean
  /** Names that exist at run time; `*` for a whole module. */
  values: string[]
}

export interface Source {
  path: string
  text: string
  imports: Import[]
  /** `export * from` some other file. */
  reExportsAll: boolean
  /** Global names in use, such as `fetch`, `Date.now`, `new Date()` and `process.env`, with their lines. */
  globals: { name: string; line: number }[]
}

/** Parses the files, given by path from the repository's root. Names are resolved, so that an injected `fetch` is no global. */
export function readSources(files: ReadonlyMap<string, string>): Source[] {
  const program = ts.createProgram({ rootNames: [...files.keys()], options: compilerOptions, host: hostOf(files) })
  const checker = program.getTypeChecker()
  return [...files].map(([path, text]) => {
    const file = program.getSourceFile(path)
    if (file === undefined) throw new Error(`Cannot parse ${path}`)
    return {
      path,
      text,
      imports: importsOf(file),
      reExportsAll: file.statements.some(
        (s) => ts.isExportDeclaration(s) && s.moduleSpecifier !== undefined && s.exportClause === undefined,
      ),
      globals: globalsOf(file, checker),
    }
  })
}

/** Without the standard library and without following imports, what has no symbol is a global. */
const compilerOptions: ts.CompilerOptions = {
  noLib: true,
  noResolve: true,
  types: [],
  allowImportingTsExtensions: true,
  noEmit: true,
  target: ts.ScriptTarget.ESNext,
}

function hostOf(files: ReadonlyMap<string, string>): ts.CompilerHost {
  return {
    getSourceFile: (path, version) => {
      const text = files.get(path)
      return text === undefined ? undefined : ts.createSourceFile(path, text, version, true)
    },
    fileExists: (path) => files.has(path),
    readFile: (path) => files.get(path),
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => undefined,
    getCurrentDirectory: () => '',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
  }
}

function importsOf(file: ts.SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, values: string[]) => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier))
      found.push({ ...target(file.fileName, specifier.text), typeOnly, values })
  }
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) {
      const values = importedValues(node.importClause)
      add(node.moduleSpecifier, values?.length === 0, values ?? [])
    } else if (ts.isExportDeclaration(node)) {
      const values = exportedValues(node)
      add(node.moduleSpecifier, values.length === 0, values)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, ['*'])
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true, [])
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** `undefined` for an import made for its side effects alone. */
function importedValues(clause: ts.ImportClause | undefined): string[] | undefined {
  if (clause === undefined) return undefined
  if (clause.isTypeOnly) return []
  const values = clause.name === undefined ? [] : ['default']
  if (clause.namedBindings === undefined) return values
  if (ts.isNamespaceImport(clause.namedBindings)) return [...values, '*']
  return [...values, ...runtimeNames(clause.namedBindings.elements)]
}

function exportedValues(node: ts.ExportDeclaration): string[] {
  if (node.isTypeOnly) return []
  if (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause)) return ['*']
  return runtimeNames(node.exportClause.elements)
}

function runtimeNames(elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): string[] {
  return elements.filter((element) => !element.isTypeOnly).map((element) => (element.propertyName ?? element.name).text)
}

function target(from: string, specifier: string): { to: string; own: boolean } {
  if (specifier.startsWith('.')) return { to: posix.normalize(posix.join(posix.dirname(from), specifier)), own: true }
  const depth = specifier.startsWith('@') ? 2 : 1
  return { to: specifier.startsWith('node:') ? specifier : specifier.split('/').slice(0, depth).join('/'), own: false }
}

function globalsOf(file: ts.SourceFile, checker: ts.TypeChecker): Source['globals'] {
  const found: Source['globals'] = []
  const visit = (node: ts.Node) => {
    // `typeof fetch` in a type and declarations of types call nothing.
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    if (ts.isIdentifier(node) && isGlobalUse(node, checker)) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
      found.push({ name: usedName(node), line })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function isGlobalUse(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false
  if (node.text === 'globalThis') return true
  if (ts.isShorthandPropertyAssignment(parent)) return checker.getShorthandAssignmentValueSymbol(parent) === undefined
  return checker.getSymbolAtLocation(node) === undefined
}

/** `Date` alone says little: `Date.now`, `new Date()` and `new Date(x)` differ. */
function usedName(node: ts.Identifier): string {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return `${node.text}.${parent.name.text}`
  if (ts.isNewExpression(parent))
    return (parent.arguments?.length ?? 0) === 0 ? `new ${node.text}()` : `new ${node.text}(…)`
  return node.text
}
