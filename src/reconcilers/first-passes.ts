// Knows whether every Project of the initial list has ended one pass: until then, who holds which bot is not known (design §9).

export interface FirstPasses {
  /** A Project of the initial list. */
  expect(key: string): void
  /** A pass of it has ended, whatever its outcome, or it is gone. */
  ended(key: string): void
  /** The initial list is complete. */
  listed(): void
  allEnded(): boolean
}

export function createFirstPasses(): FirstPasses {
  const pending = new Set<string>()
  let isListed = false
  return {
    expect(key) {
      if (!isListed) pending.add(key)
    },
    ended: (key) => void pending.delete(key),
    listed() {
      isListed = true
    },
    allEnded: () => isListed && pending.size === 0,
  }
}
