// The password of root, told once and only to those who gave no SSH key.

const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

export const rootPassword = (random: () => number): string =>
  Array.from({ length: 20 }, () => letters[Math.floor(random() * letters.length)]).join('')
