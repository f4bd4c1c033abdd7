// One way in which an operator could be wrong about crashes, and what must notice.

export interface Mistake {
  what: string
  file: string
  /** What is replaced; it must be there exactly once. */
  from: string
  to: string
  story: string
  /** The plan that shows it; without one the undisturbed run does. */
  plan?: string
  /** The oracle that must speak. */
  caughtBy: 'finalizer first' | 'never two' | 'webhook first' | 'the end' | 'the trace'
}
