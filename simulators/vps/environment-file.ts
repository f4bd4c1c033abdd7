// Reads an environment file as systemd's EnvironmentFile= does: comments, quotes, escapes, values of several lines.

/** What systemd passes over without a word, this passes over too. */
export function parseEnvironmentFile(text: string): Map<string, string> {
  const variables = new Map<string, string>()
  let rest = text
  while (rest !== '') {
    const { entry, after } = takeLine(rest)
    if (entry !== undefined) variables.set(...entry)
    rest = after
  }
  return variables
}

const assignment = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/
const value = /^(?:"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|((?:[^\n\\]|\\[\s\S])*))[^\n]*(?:\n|$)/

function takeLine(text: string): { entry?: [string, string]; after: string } {
  const name = assignment.exec(text)
  const given = name === null ? null : value.exec(text.slice(name[0].length))
  if (name === null || given === null) return { after: text.slice((/^[^\n]*(?:\n|$)/.exec(text)?.[0] ?? text).length) }
  return { entry: [name[1] ?? '', unquote(given)], after: text.slice(name[0].length + given[0].length) }
}

function unquote([, double, single, plain = '']: RegExpExecArray): string {
  if (double !== undefined) return double.replaceAll('\\\n', '').replaceAll(/\\(["\\`$])/g, '$1')
  if (single !== undefined) return single
  return plain
    .replaceAll('\\\n', '')
    .replaceAll(/\\([\s\S])/g, '$1')
    .trimEnd()
}
