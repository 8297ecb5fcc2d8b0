# One image per service: docker build --build-arg APP=transformer . (or aggregator, data-generator, ops)
# It holds Node, the few libraries Node is linked to, and the service: no shell, no package manager, no root.
# docs/decisions says why (images).

ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG APP

# Node and its libraries: the same layer in all images.
FROM ${NODE_IMAGE} AS root
ARG SOURCE_DATE_EPOCH=0
COPY deploy/docker/root-file-system.sh /opt/
RUN /opt/root-file-system.sh /image

# Manifests alone, so that dependencies are installed anew only when one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /context
COPY . .
RUN find . -name package.json -exec cp --parents -t /opt {} + && cp package-lock.json /opt/

FROM ${NODE_IMAGE} AS build
ENV NX_DAEMON=false npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
WORKDIR /src
COPY --from=manifests /opt ./
RUN npm ci --ignore-scripts
COPY . .
COPY --from=root /image /image
ARG APP
ARG SOURCE_DATE_EPOCH=0
RUN node tools/build.mjs "$APP" && deploy/docker/install-app.sh "$APP" /image /layer

FROM scratch AS runtime
COPY --from=root /image /
WORKDIR /app
ENV NODE_ENV=production
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/main.js"]

FROM runtime AS service
# How V8 uses memory: docs/deploy.md. What NODE_OPTIONS of a container says is added.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=16", "--heap-growing-percent=120", \
  "--external-memory-accounted-in-global-limit", "/app/main.js"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/health-check.mjs"]

FROM service AS image-transformer
ENV HTTP_PORT=3001
EXPOSE 3001

FROM service AS image-aggregator
ENV HTTP_PORT=3000
EXPOSE 3000

FROM service AS image-data-generator
ENV HTTP_PORT=3002
EXPOSE 3002

FROM runtime AS image-ops

FROM image-${APP}
ARG APP
ARG VERSION=0.1.0
ARG REVISION=unknown
COPY --from=build /layer /
LABEL org.opencontainers.image.title="login-pipeline-${APP}" \
      org.opencontainers.image.description="Login Pipeline: ${APP}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
