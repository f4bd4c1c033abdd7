# The everyday commands; `make` alone lists them. What they do is in package.json and in scripts/.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help demo lab test test-long check generate bundle image install control-plane

# npm writes this file at the end of an installation; it is older than the lock file when a package changed.
modules := node_modules/.package-lock.json

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: install control-plane bundle ## Show a Project from apply to a bot that answers, then its deletion (PROJECTS=50 for many)
	@npm run --silent demo -- $(if $(PROJECTS),--projects $(PROJECTS)) $(ARGS)

lab: install control-plane bundle ## Leave control plane, simulators and operator running, to play with
	@npm run --silent lab -- $(ARGS)

test: install control-plane ## Run the tests, those against a real API server too
	npm test

test-long: install control-plane ## Run what takes long: soak, kills, mutations
	npm run test:long

check: install ## Check format, lint, types, architecture, and that generated files are up to date
	npm run lint
	npm run types
	npm run architecture
	npm run check:generated

generate: install ## Generate types, CRDs and reference anew
	npm run generate

bundle: install ## Bundle the operator into one file
	@npm run --silent bundle

image: install ## Build the container image (STAND_IN=1 where no image registry can be reached; TAG=botyard:dev)
	@npm run --silent image -- $(if $(STAND_IN),--stand-in) $(if $(TAG),--tag $(TAG))

install: $(modules)

control-plane: install
	@npm run --silent control-plane

$(modules): package-lock.json
	npm ci
	@touch $@
