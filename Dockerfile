# The operator's image: one bundle and the Node that runs it, nothing else. No shell, no package manager, no root.
#
# Both bases are arguments. Their defaults are pinned by tag; a release pins them by digest:
#   docker build --build-arg RUNTIME_IMAGE=…@sha256:… --build-arg BUILD_IMAGE=…@sha256:… .
# Where no image registry can be reached, `make image STAND_IN=1` makes stand-ins for both. See docs/guides/image.md.
ARG BUILD_IMAGE=docker.io/library/node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package may run code of its own here: the bundler is a plain binary, and Node comes with the base.
RUN npm ci --ignore-scripts
COPY scripts/bundle.ts scripts/
COPY src src
RUN node scripts/bundle.ts

FROM ${RUNTIME_IMAGE}
COPY LICENSE /app/
# The source map is for people: loaded by the operator it would cost 60 MB of memory, shipped it would be most of this layer.
COPY --from=build /build/dist/botyard.mjs /build/dist/botyard.mjs.LEGAL.txt /app/

# One heap of the C library for all threads instead of one each: 6 MiB less, and nothing here allocates in parallel.
ENV MALLOC_ARENA_MAX=1
# As a number, so that a kubelet can see that it is not root.
USER 65532:65532
# /healthz, /readyz and /metrics.
EXPOSE 8080
# The operator holds little and makes much garbage: the heap's young generation is kept small, and the heap grows by a tenth
# before it is collected as a whole. NODE_OPTIONS does not take the second one.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=2", "--heap-growing-percent=10", "/app/botyard.mjs"]

ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="botyard" \
      org.opencontainers.image.description="Kubernetes operator: a Telegram bot with a Hetzner Cloud server and a webhook, kept true" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
