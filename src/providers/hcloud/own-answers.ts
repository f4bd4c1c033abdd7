// What our own writes were answered, laid over lists that may lag behind them (R12).

import type { Clock, Duration } from '../../clock.ts'
import type { Moment } from './write-log.ts'

export interface OwnAnswersDeps<T> {
  clock: Clock
  /** How long a list may lag behind a write. */
  lag: Duration
  now(): Moment
  /** Whether it may still be so when the next list comes. */
  isSettled(item: T): boolean
}

export interface OwnAnswers<T> {
  /** Undefined = it is gone. */
  note(id: number, item: T | undefined): void
  /** Puts right, in place, what a list that was asked for at this moment could not have seen yet. */
  layOver(list: Map<number, T>, asked: Moment): Map<number, T>
}

interface Answer<T> {
  item: T | undefined
  moment: Moment
}

export function createOwnAnswers<T>({ clock, lag, now, isSettled }: OwnAnswersDeps<T>): OwnAnswers<T> {
  const answers = new Map<number, Answer<T>>()

  /** Whether a list was asked for so soon after a write that it may not show it. */
  const mayLag = (asked: Moment, written: Moment): boolean => asked.at - written.at < lag

  function forgetBefore(asked: Moment): void {
    for (const [id, { moment }] of answers) {
      if (moment.order < asked.order && clock.monotonic() - moment.at >= lag) answers.delete(id)
    }
  }

  return {
    note: (id, item) => void answers.set(id, { item, moment: now() }),
    // A passing state is not held on to: what a list shows of it is as good.
    layOver(list, asked) {
      forgetBefore(asked)
      for (const [id, { item, moment }] of answers) {
        if (item === undefined) list.delete(id)
        else if (!list.has(id) || moment.order > asked.order || (mayLag(asked, moment) && isSettled(item)))
          list.set(id, item)
      }
      return list
    },
  }
}
