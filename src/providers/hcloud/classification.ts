// What each of Hetzner's error codes means for us: one table for answers and for failed actions alike.
// Decide on the code, never on the text; the status only helps where there is no code that we know.

import { type Duration, minutes, seconds } from '../../clock.ts'
import type { ErrorClass } from './errors.ts'

export interface Classification {
  errorClass: ErrorClass
  /** One sentence for the person who reads it. */
  remedy: string
  /** Where the class alone does not say how long to wait. */
  retryAfter?: Duration
}

const newToken = 'Put a valid read and write token of the same Hetzner project into the Secret.'
const wait = 'Nothing to do: it is tried again.'
const widen = 'Nothing to do: other places are tried. Add a type or a location to spec.server to widen the choice.'
const ourDefect = 'This is a defect of Botyard or a change at Hetzner: please report it.'
const fixSpec = 'Correct the spec.'
const raiseLimit = 'Ask Hetzner for a higher limit, or delete what is no longer needed.'

/** The vendor's documented codes, those known from its own clients, and three that are ours. */
export const classifications: Readonly<Record<string, Classification>> = {
  unauthorized: { errorClass: 'Auth', remedy: newToken },
  token_readonly: {
    errorClass: 'Auth',
    remedy: 'Create a token with read and write access and put it into the Secret.',
  },
  forbidden: { errorClass: 'Auth', remedy: newToken },

  rate_limit_exceeded: { errorClass: 'Throttled', remedy: wait },

  resource_unavailable: { errorClass: 'Capacity', remedy: widen },
  placement_error: { errorClass: 'Capacity', remedy: widen },
  no_space_left_in_location: { errorClass: 'Capacity', remedy: widen },
  maintenance: { errorClass: 'Capacity', remedy: wait, retryAfter: minutes(5) },
  // Ours: `invalid_input` that means "this type is not sold in this location". A pair to skip, not a wrong spec.
  unsupported_location: { errorClass: 'Capacity', remedy: widen },

  resource_limit_exceeded: { errorClass: 'Quota', remedy: raiseLimit },
  resource_locked: { errorClass: 'Quota', remedy: 'Ask the support of Hetzner why the resource is locked.' },

  conflict: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(1) },
  locked: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  uniqueness_error: { errorClass: 'Conflict', remedy: 'Rename or delete the other resource of that name.' },
  server_not_stopped: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  must_be_unassigned: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  resource_in_use: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(10) },
  primary_ip_assigned: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  primary_ip_already_assigned: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  server_has_ipv4: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  server_has_ipv6: { errorClass: 'Conflict', remedy: wait, retryAfter: seconds(5) },
  server_already_added: { errorClass: 'Conflict', remedy: wait },
  firewall_already_applied: { errorClass: 'Conflict', remedy: wait },
  firewall_resource_not_found: { errorClass: 'Conflict', remedy: wait },
  // Ours: a firewall with the marker's name that is not labelled as ours.
  marker_name_taken: { errorClass: 'Conflict', remedy: 'Rename or delete the firewall of that name at Hetzner.' },

  invalid_input: { errorClass: 'InvalidSpec', remedy: fixSpec },
  invalid_server_type: { errorClass: 'InvalidSpec', remedy: fixSpec },
  unsupported_error: { errorClass: 'InvalidSpec', remedy: fixSpec },
  protected: { errorClass: 'InvalidSpec', remedy: 'Remove the protection of the resource at Hetzner.' },
  primary_ip_version_mismatch: { errorClass: 'InvalidSpec', remedy: fixSpec },
  primary_ip_datacenter_mismatch: { errorClass: 'InvalidSpec', remedy: fixSpec },
  server_is_load_balancer_target: {
    errorClass: 'InvalidSpec',
    remedy: 'Take the server out of the load balancer at Hetzner.',
  },
  incompatible_network_type: { errorClass: 'InvalidSpec', remedy: fixSpec },
  private_net_only_server: { errorClass: 'InvalidSpec', remedy: fixSpec },

  not_found: { errorClass: 'NotFound', remedy: 'Nothing to do: it is looked up again.' },
  // Ours: Hetzner no longer knows an action that was followed. What came of it shows on the resource.
  action_not_found: { errorClass: 'NotFound', remedy: 'Nothing to do: it is looked up again.' },

  json_error: { errorClass: 'Bug', remedy: ourDefect },
  method_not_allowed: { errorClass: 'Bug', remedy: ourDefect },
  deprecated_api_endpoint: { errorClass: 'Bug', remedy: ourDefect },

  service_error: { errorClass: 'Transient', remedy: wait },
  server_error: { errorClass: 'Transient', remedy: wait },
  bad_gateway: { errorClass: 'Transient', remedy: wait },
  unavailable: { errorClass: 'Transient', remedy: wait },
  timeout: { errorClass: 'Transient', remedy: wait },
  unknown_error: { errorClass: 'Transient', remedy: wait },
  action_failed: { errorClass: 'Transient', remedy: wait },
  robot_unavailable: { errorClass: 'Transient', remedy: wait },
}

/** A code that is not in the table proves nothing: look again later. */
const unknown: Classification = { errorClass: 'Transient', remedy: wait }

export function classify(code: string, status?: number): Classification {
  if (Object.hasOwn(classifications, code)) return classifications[code] ?? unknown
  return status === 429 ? { errorClass: 'Throttled', remedy: wait } : unknown
}

/**
 * Hetzner reports a type that is not sold in a location as `invalid_input` with nothing but this text to tell it from a
 * wrong spec: the only place where a text decides.
 */
export function preciseCode(code: string, message: string): string {
  return code === 'invalid_input' && /unsupported location for server type/i.test(message)
    ? 'unsupported_location'
    : code
}
