// Generated from openapi/hcloud.yaml by `npm run generate`. Do not edit.

export interface paths {
    "/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listServers"];
        put?: never;
        /** @description Not idempotent, and there is no idempotency key; the unique name is the only guard. */
        post: operations["createServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get: operations["getServer"];
        put: operations["updateServer"];
        post?: never;
        delete: operations["deleteServer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listServerActions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}/actions/poweron": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["powerOnServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}/actions/poweroff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Takes the power away at once. */
        post: operations["powerOffServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}/actions/shutdown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Asks the guest to stop; the guest may not listen. */
        post: operations["shutdownServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}/actions/reboot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rebootServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/servers/{id}/actions/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resetServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Reads many actions at once. It cannot list all of them. */
        get: operations["getActions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/actions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAction"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/primary_ips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listPrimaryIPs"];
        put?: never;
        post: operations["createPrimaryIP"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/primary_ips/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get: operations["getPrimaryIP"];
        put: operations["updatePrimaryIP"];
        post?: never;
        delete: operations["deletePrimaryIP"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/primary_ips/{id}/actions/unassign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description The server must be off. */
        post: operations["unassignPrimaryIP"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/firewalls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listFirewalls"];
        put?: never;
        post: operations["createFirewall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/firewalls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get: operations["getFirewall"];
        put: operations["updateFirewall"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/firewalls/{id}/actions/set_rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description The given rules take the place of all others. */
        post: operations["setFirewallRules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/firewalls/{id}/actions/apply_to_resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["applyFirewall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ssh_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSSHKeys"];
        put?: never;
        post: operations["createSSHKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ssh_keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        get: operations["getSSHKey"];
        put?: never;
        post?: never;
        delete: operations["deleteSSHKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listImages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getImage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/server_types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listServerTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/locations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listLocations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/pricing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getPricing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Labels: {
            [key: string]: string;
        };
        Meta: {
            pagination: {
                /** @description Null on the last page. */
                next_page: number | null;
            };
        };
        Failure: {
            error: {
                code: string;
                /** @description For people; newer texts carry half of the token. */
                message: string;
                details?: {
                    [key: string]: unknown;
                } | null;
            };
        };
        Action: {
            id: number;
            command: string;
            /** @enum {string} */
            status: "running" | "success" | "error";
            /** @description Per cent. */
            progress: number;
            resources: {
                id: number;
                type: string;
            }[];
            error: {
                code: string;
                message: string;
            } | null;
        };
        Server: {
            id: number;
            name: string;
            /** @enum {string} */
            status: "initializing" | "starting" | "running" | "stopping" | "off" | "deleting" | "migrating" | "rebuilding" | "unknown";
            /** Format: date-time */
            created: string;
            public_net: {
                ipv4: {
                    /** @description That of the Primary IP. */
                    id?: number;
                    ip: string;
                } | null;
                ipv6: {
                    /** @description A /64 network. */
                    ip: string;
                } | null;
                firewalls?: {
                    id?: number;
                }[];
            };
            server_type: {
                name: string;
            };
            location: {
                name: string;
            };
            image: {
                id: number;
                name: string | null;
            } | null;
            locked: boolean;
            labels: components["schemas"]["Labels"];
        };
        ServerCreate: {
            /** @description Unique in the project; a host name. */
            name: string;
            /** @description Name or id. */
            server_type: string;
            /** @description Name or id. */
            image: string | number;
            location?: string;
            start_after_create?: boolean;
            /** @description Names or ids. */
            ssh_keys?: (string | number)[];
            /** @description At most 32 768 bytes; never given back. */
            user_data?: string;
            labels?: components["schemas"]["Labels"];
            firewalls?: {
                firewall: number;
            }[];
            public_net?: {
                enable_ipv4?: boolean;
                enable_ipv6?: boolean;
                /** @description Id of a free Primary IP; null makes a new one. */
                ipv4?: number | null;
            };
        };
        PrimaryIP: {
            id: number;
            name: string;
            ip: string;
            /** @enum {string} */
            type: "ipv4" | "ipv6";
            location: {
                name: string;
            };
            /** @enum {string} */
            assignee_type: "server" | "unassigned";
            /** @description Null when free. */
            assignee_id: number | null;
            /** @description Dies with the server. */
            auto_delete: boolean;
            labels: components["schemas"]["Labels"];
        };
        FirewallRule: {
            /** @enum {string} */
            direction: "in" | "out";
            /** @enum {string} */
            protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
            port: string | null;
            source_ips: string[];
            destination_ips: string[];
            description?: string | null;
        };
        FirewallRuleInput: {
            /** @enum {string} */
            direction: "in" | "out";
            /** @enum {string} */
            protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
            /** @description One port or a range; tcp and udp only. */
            port?: string;
            /** @description For incoming traffic. */
            source_ips?: string[];
            /** @description For outgoing traffic. */
            destination_ips?: string[];
            description?: string | null;
        };
        FirewallTarget: {
            /** @enum {string} */
            type: "server" | "label_selector";
            label_selector?: {
                selector: string;
            };
        };
        Firewall: {
            id: number;
            name: string;
            labels?: components["schemas"]["Labels"];
            rules: components["schemas"]["FirewallRule"][];
            applied_to: components["schemas"]["FirewallTarget"][];
        };
        SSHKey: {
            id: number;
            name: string;
            fingerprint: string;
            public_key: string;
            labels: components["schemas"]["Labels"];
        };
        Image: {
            id: number;
            /** @description Null for snapshots and backups. */
            name: string | null;
            /** @enum {string} */
            type: "system" | "app" | "snapshot" | "backup";
            /** @enum {string} */
            status: "available" | "creating" | "unavailable";
            /** @enum {string} */
            architecture: "x86" | "arm";
            deprecation?: components["schemas"]["Deprecation"];
        };
        Deprecation: {
            /** Format: date-time */
            unavailable_after: string;
        } | null;
        Price: {
            /** @description Decimal; never to become a float. */
            net: string;
            gross: string;
        };
        LocationPrice: {
            location: string;
            price_hourly: components["schemas"]["Price"];
            price_monthly: components["schemas"]["Price"];
        };
        ServerType: {
            id: number;
            name: string;
            /** @enum {string} */
            architecture: "x86" | "arm";
            cores: number;
            /** @description GB. */
            memory: number;
            /** @description GB. */
            disk: number;
            prices: components["schemas"]["LocationPrice"][];
            locations: {
                name: string;
                available: boolean;
                deprecation: components["schemas"]["Deprecation"];
            }[];
        };
        Location: {
            id: number;
            name: string;
            network_zone: string;
        };
        Pricing: {
            currency: string;
            primary_ips: {
                /** @enum {string} */
                type: "ipv4" | "ipv6";
                prices: components["schemas"]["LocationPrice"][];
            }[];
        };
    };
    responses: {
        /** @description Not done. Decide on the code, not on the status. */
        Refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Trouble at the vendor. A write may have been done all the same. */
        Failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description One action. */
        Action: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    action: components["schemas"]["Action"];
                };
            };
        };
        /** @description One page of actions. */
        Actions: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    actions: components["schemas"]["Action"][];
                    meta: components["schemas"]["Meta"];
                };
            };
        };
        /** @description Actions, not paged. */
        ActionBatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    actions: components["schemas"]["Action"][];
                };
            };
        };
        /** @description One server. */
        Server: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    server: components["schemas"]["Server"];
                };
            };
        };
        /** @description One Primary IP. */
        PrimaryIP: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    primary_ip: components["schemas"]["PrimaryIP"];
                };
            };
        };
        /** @description One firewall. */
        Firewall: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    firewall: components["schemas"]["Firewall"];
                };
            };
        };
        /** @description One SSH key. */
        SSHKey: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    ssh_key: components["schemas"]["SSHKey"];
                };
            };
        };
    };
    parameters: {
        ID: number;
        /** @description Exact match. */
        Name: string;
        LabelSelector: string;
        /** @description From 1. */
        Page: number;
        /** @description At most 50. */
        PerPage: number;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listServers: {
        parameters: {
            query?: {
                /** @description Exact match. */
                name?: components["parameters"]["Name"];
                label_selector?: components["parameters"]["LabelSelector"];
                sort?: "id:asc"[];
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of servers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        servers: components["schemas"]["Server"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServerCreate"];
            };
        };
        responses: {
            /** @description Accepted. The server runs once the action and every next action have ended well. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        server: components["schemas"]["Server"];
                        action: components["schemas"]["Action"];
                        next_actions: components["schemas"]["Action"][];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Server"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    updateServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    labels?: components["schemas"]["Labels"];
                };
            };
        };
        responses: {
            200: components["responses"]["Server"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    deleteServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listServerActions: {
        parameters: {
            query?: {
                sort?: "id:desc"[];
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Actions"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    powerOnServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    powerOffServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    shutdownServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    rebootServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    resetServer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getActions: {
        parameters: {
            query: {
                id: number[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ActionBatch"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listPrimaryIPs: {
        parameters: {
            query?: {
                /** @description Exact match. */
                name?: components["parameters"]["Name"];
                label_selector?: components["parameters"]["LabelSelector"];
                sort?: "id:asc"[];
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of Primary IPs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        primary_ips: components["schemas"]["PrimaryIP"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createPrimaryIP: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {string} */
                    type: "ipv4" | "ipv6";
                    location?: string;
                    auto_delete?: boolean;
                    labels?: components["schemas"]["Labels"];
                };
            };
        };
        responses: {
            201: components["responses"]["PrimaryIP"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getPrimaryIP: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["PrimaryIP"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    updatePrimaryIP: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    labels?: components["schemas"]["Labels"];
                    auto_delete?: boolean;
                };
            };
        };
        responses: {
            200: components["responses"]["PrimaryIP"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    deletePrimaryIP: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. One that a server still holds is refused. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    unassignPrimaryIP: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: components["responses"]["Action"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listFirewalls: {
        parameters: {
            query?: {
                /** @description Exact match. */
                name?: components["parameters"]["Name"];
                label_selector?: components["parameters"]["LabelSelector"];
                sort?: "id:asc"[];
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of firewalls. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        firewalls: components["schemas"]["Firewall"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createFirewall: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    labels?: components["schemas"]["Labels"];
                    rules?: components["schemas"]["FirewallRuleInput"][];
                    apply_to?: components["schemas"]["FirewallTarget"][];
                };
            };
        };
        responses: {
            201: components["responses"]["Firewall"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getFirewall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Firewall"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    updateFirewall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    labels?: components["schemas"]["Labels"];
                };
            };
        };
        responses: {
            200: components["responses"]["Firewall"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    setFirewallRules: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    rules: components["schemas"]["FirewallRuleInput"][];
                };
            };
        };
        responses: {
            201: components["responses"]["ActionBatch"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    applyFirewall: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    apply_to: components["schemas"]["FirewallTarget"][];
                };
            };
        };
        responses: {
            201: components["responses"]["ActionBatch"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listSSHKeys: {
        parameters: {
            query?: {
                /** @description Exact match. */
                name?: components["parameters"]["Name"];
                label_selector?: components["parameters"]["LabelSelector"];
                sort?: "id:asc"[];
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of SSH keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ssh_keys: components["schemas"]["SSHKey"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createSSHKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    public_key: string;
                    labels?: components["schemas"]["Labels"];
                };
            };
        };
        responses: {
            201: components["responses"]["SSHKey"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getSSHKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["SSHKey"];
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    deleteSSHKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone. Servers that were made with it keep it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listImages: {
        parameters: {
            query?: {
                /** @description Exact match. */
                name?: components["parameters"]["Name"];
                type?: "system"[];
                include_deprecated?: boolean;
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of images. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        images: components["schemas"]["Image"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getImage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["ID"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One image. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        image: components["schemas"]["Image"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listServerTypes: {
        parameters: {
            query?: {
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of what servers can be bought. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        server_types: components["schemas"]["ServerType"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listLocations: {
        parameters: {
            query?: {
                /** @description From 1. */
                page?: components["parameters"]["Page"];
                /** @description At most 50. */
                per_page?: components["parameters"]["PerPage"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of locations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        locations: components["schemas"]["Location"][];
                        meta: components["schemas"]["Meta"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getPricing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The price list of this account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        pricing: components["schemas"]["Pricing"];
                    };
                };
            };
            "4XX": components["responses"]["Refused"];
            "5XX": components["responses"]["Failed"];
        };
    };
}
