// What this program says of itself. It is the version in package.json, which does not ship; a test holds them together.

export const version = '0.1.0'
