// What the transport needs to know to reach an API server as somebody.

export interface TlsMaterial {
  readonly ca?: string | Buffer | undefined
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  readonly servername?: string | undefined
  /** False only where a kubeconfig says so. */
  readonly rejectUnauthorized?: boolean | undefined
}

export interface Access {
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsMaterial
}

export interface ClusterAccess {
  /** Base URL, perhaps with a path; no slash at its end. */
  readonly server: string
  /** Asked before every call: what it answers may be rotated at any time. */
  access(): Promise<Access>
  /** The server answered 401: what is cached is to be read again. */
  refused(): void
}
