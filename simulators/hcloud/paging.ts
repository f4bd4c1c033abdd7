// The query of a list: filters, order, page; and the frame of its answer.

import type { Answer, Call } from './endpoint.ts'
import { invalidField } from './errors.ts'
import { type Labels, parseSelector } from './labels.ts'

export interface ListOf<T> {
  /** The member of the answer that holds the items. */
  member: string
  items: Iterable<T>
  /** What `sort` may name; ties and the default are ascending by id. */
  sorts: Readonly<Record<string, (item: T) => string | number>>
  /** Query parameters that select; one given several times selects any of its values. */
  filters: Readonly<Record<string, (item: T) => string>>
  /** Values a filter may take; anything else is refused. */
  enums?: Readonly<Record<string, readonly string[]>>
  labels?(item: T): Labels
  view(item: T): object
  /** Further query parameters that the caller has dealt with. */
  known?: readonly string[]
}

const defaultPageSize = 25
const largestPage = 50

/** Answers a list request. A query parameter that the list does not know is refused: a typo must not select everything. */
export function listAnswer<T extends { id: number }>(call: Call, list: ListOf<T>): Answer {
  const query = call.url.searchParams
  refuseUnknown(query, list)
  const page = wholeNumber(query, { name: 'page', fallback: 1, most: Number.MAX_SAFE_INTEGER })
  const perPage = wholeNumber(query, { name: 'per_page', fallback: defaultPageSize, most: largestPage })
  const selected = select(query, list).sort(comparator(query, list))
  const pagination = paginationOf({ page, perPage, total: selected.length })
  const shown = selected.slice((page - 1) * perPage, page * perPage)
  return {
    status: 200,
    body: { [list.member]: shown.map(list.view), meta: { pagination } },
    headers: linkHeader(call.url, pagination),
  }
}

function refuseUnknown<T>(query: URLSearchParams, list: ListOf<T>): void {
  const known = ['page', 'per_page', 'sort', ...Object.keys(list.filters), ...(list.known ?? [])]
  if (list.labels !== undefined) known.push('label_selector')
  for (const name of query.keys()) if (!known.includes(name)) throw invalidField(name, 'unknown query parameter')
}

function wholeNumber(query: URLSearchParams, of: { name: string; fallback: number; most: number }): number {
  const text = query.get(of.name)
  if (text === null) return of.fallback
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value < 1 || value > of.most) throw invalidField(of.name, `must be a whole number from 1 to ${of.most}`)
  return value
}

function select<T>(query: URLSearchParams, list: ListOf<T>): T[] {
  const checks = Object.entries(list.filters).flatMap(([name, read]) => {
    const wanted = query.getAll(name)
    const allowed = list.enums?.[name]
    const wrong = allowed && wanted.find((value) => !allowed.includes(value))
    if (wrong !== undefined) throw invalidField(name, `must be one of ${allowed?.join(', ')}`)
    return wanted.length > 0 ? [(item: T) => wanted.includes(read(item))] : []
  })
  const matchesLabels = labelCheck(query, list)
  return [...list.items].filter((item) => checks.every((check) => check(item)) && matchesLabels(item))
}

function labelCheck<T>(query: URLSearchParams, { labels }: ListOf<T>): (item: T) => boolean {
  const text = query.get('label_selector')
  if (labels === undefined || text === null || text === '') return () => true
  const selector = parseSelector(text)
  if (selector === undefined) throw invalidField('label_selector', 'is not a valid label selector')
  return (item) => selector(labels(item))
}

function comparator<T extends { id: number }>(query: URLSearchParams, { sorts }: ListOf<T>): (a: T, b: T) => number {
  const orders = query.getAll('sort').map((text) => {
    const [field = '', direction = 'asc'] = text.split(':')
    const read = Object.hasOwn(sorts, field) ? sorts[field] : undefined
    if (read === undefined || !['asc', 'desc'].includes(direction)) {
      throw invalidField('sort', `must be one of ${Object.keys(sorts).join(', ')}, with :asc or :desc`)
    }
    const sign = direction === 'desc' ? -1 : 1
    return (a: T, b: T) => sign * compare(read(a), read(b))
  })
  return (a, b) => orders.reduce((order, next) => order || next(a, b), 0) || a.id - b.id
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

interface Pagination {
  page: number
  per_page: number
  previous_page: number | null
  next_page: number | null
  last_page: number
  total_entries: number
}

function paginationOf({ page, perPage, total }: { page: number; perPage: number; total: number }): Pagination {
  const last = Math.max(1, Math.ceil(total / perPage))
  return {
    page,
    per_page: perPage,
    previous_page: page > 1 ? page - 1 : null,
    next_page: page < last ? page + 1 : null,
    last_page: last,
    total_entries: total,
  }
}

function linkHeader(url: URL, pagination: Pagination): Record<string, string> {
  const { previous_page: previous, next_page: next, last_page: last } = pagination
  const links = Object.entries({ prev: previous, next, last }).flatMap(([relation, page]) => {
    if (page === null) return []
    const target = new URL(url)
    target.searchParams.set('page', String(page))
    target.searchParams.set('per_page', String(pagination.per_page))
    return [`<${target.href}>; rel="${relation}"`]
  })
  return { link: links.join(', ') }
}
