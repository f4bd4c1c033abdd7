// One way in which the operator could be without a rule.

export interface Mutation {
  rule: `R${number}`
  /** What is taken out: a row of the table that is printed. */
  what: string
  file: string
  /** What is replaced; it must be there exactly once. */
  from: string
  to: string
  /** Part of the full name of the test that must fail then. */
  killedBy: string
}
