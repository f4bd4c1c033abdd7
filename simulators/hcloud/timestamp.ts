// Dates in answers: RFC 3339 in UTC, whole seconds.

export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
