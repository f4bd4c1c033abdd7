// Tables and code spans for the generated pages.

/** A table with one row a record; every cell is Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

export const code = (text: string) => `\`${text}\``

/** A pipe would end the cell, and a line break the table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
