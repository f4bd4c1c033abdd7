// The endpoints of placement groups, and the rule that a group spreads no more than ten servers.

import { z } from 'zod'
import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { type ApiFailure, invalidField, nameTaken, unprocessable } from './errors.ts'
import { findByParam, isNameUsed, labels, parseBody } from './input.ts'
import { listAnswer } from './paging.ts'
import { placementGroupView } from './server-view.ts'
import type { HetznerProject, PlacementGroup } from './state.ts'

const serversPerGroup = 10

const name = z.string().min(1).max(255)
const createBody = z.strictObject({ name, type: z.literal('spread'), labels: labels.default({}) })
const updateBody = z.strictObject({ name: name.optional(), labels: labels.optional() })

export const placementGroupEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/placement_groups', handle: listGroups },
  { method: 'POST', path: '/placement_groups', handle: createGroup },
  { method: 'GET', path: '/placement_groups/:id', handle: (call) => ok(answer(call, find(call))) },
  { method: 'PUT', path: '/placement_groups/:id', handle: updateGroup },
  { method: 'DELETE', path: '/placement_groups/:id', handle: deleteGroup },
]

const find = ({ project, params }: Call): PlacementGroup =>
  findByParam(project.placementGroups, { what: 'placement group', id: params.id })

const answer = ({ project }: Call, group: PlacementGroup): object => ({
  placement_group: placementGroupView(group, project),
})

function listGroups(call: Call): Answer {
  const listed = call.world.listed(call.project)
  return listAnswer(call, {
    member: 'placement_groups',
    items: listed.placementGroups.values(),
    sorts: { id: (one) => one.id, name: (one) => one.name, created: (one) => one.created },
    filters: { name: (one) => one.name, type: (one) => one.type },
    enums: { type: ['spread'] },
    labels: (one) => one.labels,
    view: (group) => placementGroupView(group, listed),
  })
}

function createGroup(call: Call): Answer {
  const { world, project } = call
  const body = parseBody(createBody, call.body)
  if (isNameUsed(project.placementGroups, body)) throw nameTaken('name is already used')
  const group: PlacementGroup = { id: world.nextID('placementGroup'), created: world.clock.now(), ...body }
  project.placementGroups.set(group.id, group)
  return created(answer(call, group))
}

function updateGroup(call: Call): Answer {
  const group = find(call)
  const { name: newName = group.name, labels: newLabels = group.labels } = parseBody(updateBody, call.body)
  if (isNameUsed(call.project.placementGroups, { name: newName, except: group }))
    throw nameTaken('name is already used')
  group.name = newName
  group.labels = newLabels
  return ok(answer(call, group))
}

function deleteGroup(call: Call): Answer {
  const group = find(call)
  if (membersOf(call.project, group.id) > 0) {
    throw unprocessable('resource_in_use', `placement group with ID '${group.id}' is still in use`)
  }
  call.project.placementGroups.delete(group.id)
  return noContent
}

const membersOf = ({ servers }: HetznerProject, groupID: number): number =>
  [...servers.values()].filter(({ placementGroup }) => placementGroup === groupID).length

/** Throws 422 when there is no such group, or no room in it. */
export function checkPlacementGroup(project: HetznerProject, groupID: number): void {
  if (!project.placementGroups.has(groupID)) {
    throw invalidField('placement_group', `placement group with ID '${groupID}' not found`)
  }
  if (membersOf(project, groupID) >= serversPerGroup) throw full(groupID)
}

/** Users report this code; the documentation names none. */
const full = (groupID: number): ApiFailure =>
  unprocessable('service_error', `placement group ${groupID} contains already ${serversPerGroup} servers`)
