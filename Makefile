# Stemma. `make help` lists what there is to make. Needed: Go, gcc and make.

# One set of flags everywhere, so that builds, tests and tools share one cache.
# CGO: signatures are checked by the C library libsecp256k1 (needs gcc).
export GOFLAGS := -buildvcs=false
export CGO_ENABLED := 1

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse --verify --quiet HEAD 2>/dev/null)
SDK     := github.com/cosmos/cosmos-sdk/version
LDFLAGS := -s -w -X $(SDK).Name=stemma -X $(SDK).AppName=stemmad \
	-X $(SDK).Version=$(VERSION) -X $(SDK).Commit=$(COMMIT)

# Packages tested at a time: linking each test takes about 1 GB of memory.
TEST_P     ?= 2
TEST_FLAGS ?=
PKG        ?= ./...

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Building

.PHONY: build ts install clean static release release-check licences
build: ## build/stemmad and build/stemma-portal
	go build -ldflags '$(LDFLAGS)' -o build/stemmad ./cmd/stemmad
	go build -ldflags '$(LDFLAGS)' -o build/stemma-portal ./cmd/stemma-portal

ts: ## what npm would publish of the TypeScript client, into build/ts
	client/ts/build.sh --pack

install: ## stemmad into Go's bin folder
	go install -ldflags '$(LDFLAGS)' ./cmd/stemmad

# Static, so that they run on any Linux. That for arm64 is built without C, and so without libsecp256k1:
# it verifies signatures by Go code, to the same results. Times are the commit's.
RELEASE_DIR   ?= build/release
RELEASE_TIME   = $(shell git log -1 --format=%ct)
RELEASE_FLAGS  = -trimpath -mod=readonly
RELEASE_LD     = $(LDFLAGS) -buildid=

# Static programs for this machine's kind, with the C library that verifies signatures.
STATIC = go build $(RELEASE_FLAGS) -tags netgo,osusergo -ldflags '$(RELEASE_LD) -linkmode external -extldflags "-static"'

static: ## build/static: the programs as a release has them, for this machine's kind
	$(STATIC) -o build/static/ ./cmd/stemmad ./cmd/stemma-portal

release: ## archives for linux/amd64 and arm64 with checksums, completions and a bill of materials
	@mkdir -p $(RELEASE_DIR)
	rm -rf $(RELEASE_DIR)/*
	GOOS=linux GOARCH=amd64 $(STATIC) -o $(RELEASE_DIR)/amd64/ ./cmd/stemmad ./cmd/stemma-portal
	GOFLAGS=-buildvcs=false CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build $(RELEASE_FLAGS) \
		-ldflags '$(RELEASE_LD)' -o $(RELEASE_DIR)/arm64/ ./cmd/stemmad ./cmd/stemma-portal
	go run ./scripts/licences -notices $(RELEASE_DIR)/notices.txt -list $(RELEASE_DIR)/licences.json >/dev/null
	go run ./scripts/release -version $(VERSION) -time $(RELEASE_TIME) -out $(RELEASE_DIR) \
		-notices $(RELEASE_DIR)/notices.txt -licences $(RELEASE_DIR)/licences.json \
		-completions $(RELEASE_DIR)/amd64/stemmad amd64=$(RELEASE_DIR)/amd64 arm64=$(RELEASE_DIR)/arm64
	rm -rf $(RELEASE_DIR)/amd64 $(RELEASE_DIR)/arm64 $(RELEASE_DIR)/notices.txt $(RELEASE_DIR)/licences.json

release-check: ## make them twice, with caches of their own; are they the same bytes? 50 minutes on two busy cores, and 6 GB
	GOCACHE=$(CURDIR)/build/check/cache1 $(MAKE) --no-print-directory release RELEASE_DIR=build/check/1
	rm -rf build/check/cache1
	GOCACHE=$(CURDIR)/build/check/cache2 $(MAKE) --no-print-directory release RELEASE_DIR=build/check/2
	diff -r build/check/1 build/check/2
	cd build/check/1 && sha256sum --check SHA256SUMS
	rm -rf build/check

licences: ## do the licences of all that a release is built from allow it, and with which duties?
	go mod verify
	go run ./scripts/licences

clean: localnet-stop ## remove what was built, and the local network; tools stay
	rm -rf build/stemmad build/stemma-portal build/localnet build/ts

## Trying it

.PHONY: demo demo-dispute localnet localnet-status localnet-stop localnet-reset
demo: build ## one node, real works, one payment; DATA=FOLDER for model cards of your own, DEMO_FLAGS=--exit to stop after the story
	go run ./scripts/demo $(if $(DATA),--data '$(DATA)') $(DEMO_FLAGS)

demo-dispute: build ## play a stolen photograph and other disputes from all sides: the commands of docs/disputes.md, in two minutes
	go run ./scripts/doccheck -v docs/disputes.md

localnet: build ## four validators on this machine, in the background
	scripts/localnet.sh start

localnet-status: ## what the four validators do
	scripts/localnet.sh status

localnet-stop: ## stop the four validators; their data stays
	@scripts/localnet.sh stop

localnet-reset: ## stop them and delete their data
	scripts/localnet.sh reset

## Checking

# Pure packages whose tests are asked what they would miss.
MUTANTS ?= x/agent/budget x/license/names x/license/rules x/lineage/graph x/registry/anchor x/royalty/flow x/registry/sumtree x/registry/manifest x/license/termspec x/headers/rfc6962 x/dispute/course

.PHONY: test test-web test-x402 test-ops test-signer test-image test-race test-sim test-oracle test-kills test-fleet drill test-fuzz test-client test-attacks test-hostile test-portal test-mutants test-dataset rehearse-upgrade cover bench bench-scale test-join load load-small docs-check tour tour-check lint format
test: ## all tests; PKG=./x/royalty/... for some of them
	go test -p $(TEST_P) -timeout 20m $(TEST_FLAGS) $(PKG)

test-web: build ## the TypeScript client on a chain, every message signed by CosmJS, files for wallets, two chains and a relayer, an agent over MCP, C2PA by its makers' library, proofs, pages in a browser; needs Node 20.19 with npm
	client/ts/test.sh
	testutil/cosmjs/run.sh --built
	testutil/wallets/run.sh
	testutil/relayer/run.sh --built
	testutil/mcp/run.sh --built
	testutil/c2pa/run.sh
	portal/web/test.sh

test-x402: build ## the stock client of x402 pays a thousand times, and a work with a thousand ancestors; needs Node 20.19 with npm
	client/ts/build.sh
	cd build/ts && X402_PAYMENTS=1000 X402_ANCESTORS=1000 node --test --test-reporter=spec test/x402.test.js

test-ops: ## alerts, dashboard and metrics against Debian's Prometheus, which it gets, and four validators
	PROMETHEUS=$$(scripts/ops/install.sh) go test ./scripts/ops -v -count=1

test-signer: ## a validator whose key three processes of Horcrux share, each killed while it signs, and one behind sentries; gets and builds Horcrux
	DEPLOY=1 HORCRUX=$$(scripts/deploy/horcrux.sh) go test ./scripts/deploy -run TestAValidator -v -count=1 -timeout 20m

test-image: static ## what the container file puts together, in a root of its own without a container tool; as root
	go run ./scripts/licences -notices build/static/THIRD-PARTY-NOTICES.txt >/dev/null
	IMAGE=$(CURDIR)/build/static go test ./scripts/deploy -run TestWhatTheImageHoldsRuns -v -count=1

test-race: ## all tests under the race detector (slow)
	go test -race -p $(TEST_P) -timeout 60m $(TEST_FLAGS) $(PKG)

cover: ## tests with coverage, into build/cover.out
	@mkdir -p build
	go test -p $(TEST_P) -timeout 20m -coverprofile build/cover.out $(TEST_FLAGS) $(PKG)
	go tool cover -func build/cover.out | tail -1

test-sim: ## all messages by many seeds, and random blocks on three executors, for long; SIM_FLAGS='-sim.messages.seeds=40 -sim.messages.blocks=1000 -sim.seed=7 -sim.blocks=500'
	go test ./app -run 'TestSimulationOfAllMessages|TestRandomBlocksAgree|TestMoneyInRandomBlocks|TestMoneyIsConservedAcrossChains' -v -timeout 90m -args -sim.messages.seeds=20 -sim.messages.blocks=400 -sim.blocks=300 -sim.money.blocks=20000 -ibc.transfers=1000 $(SIM_FLAGS)

test-oracle: ## random worlds against the plain rules of rights and of disputes' money, six a second; WORLDS=2000, SEED=1 for that of the first
	WORLDS=$(or $(WORLDS),20000) SEED=$(or $(SEED),1) go test ./testutil/rightsoracle -run Oracle -count=1 -timeout 10h
	WORLDS=$(or $(WORLDS),5000) SEED=$(or $(SEED),1) go test ./testutil/disputeoracle -run Oracle -v -count=1 -timeout 10h
	go test ./testutil/rightsoracle -skip Oracle -count=1 -timeout 10h -rapid.seed=0 -rapid.checks=$(or $(CHECKS),1000)

test-kills: ## kill a node under load, a fifth of the times in its first blocks; KILLS=100
	go test ./cmd/stemmad -run TestANodeIsKilled -v -count=1 -timeout 30m -args -kills=$(or $(KILLS),100)

test-fleet: ## declare many outputs, by an account and through an agent, with client and node killed twice each; OUTPUTS=10000
	go test ./cmd/stemmad -run TestAFleetIsKilled -v -count=1 -timeout 60m -args -outputs=$(or $(OUTPUTS),10000) -fleet-kills=2

test-client: ## the library under load: a thousand unordered transactions, parallel ones, restarts; UNORDERED=1000
	go test ./client -run 'TestParallel|TestUnordered|TestANodeRestarts' -v -count=1 -timeout 20m -args -unordered=$(or $(UNORDERED),1000)

test-attacks: ## hogs, forgeries, payers without money and a bad proposer on real nodes; ATTACKS=10
	go test ./cmd/stemmad -run 'TestAttacksOnANode|TestAProposerOfInvalidTransactions' -v -count=1 -timeout 60m -args -attacks=$(or $(ATTACKS),10)

drill: ## faults on four real validators, each in its long form (hours); DRILLS='Kills|Down' for some, TIMES=1000 for how often; docs/reliability.md names them
	DRILL=long go test -p 1 ./scripts/drills ./scripts/load -run 'TestDrill($(DRILLS))' -v -count=1 -timeout 10h -args -times=$(or $(TIMES),0)

test-hostile: ## what no honest client sends, each kind alone and all together, to a node and a portal; HOSTILE=60s
	go test ./testutil/hostile -run TestHostileRequests -v -count=1 -timeout 60m -args -hostile.alone=$(or $(ALONE),10s) -hostile.for=$(or $(HOSTILE),60s)

test-mutants: ## would the tests of the pure packages notice? MUTANTS_FLAGS='-sample 20 -for 90s' for some
	go run ./scripts/mutants $(MUTANTS_FLAGS) $(MUTANTS)

test-portal: build ## the portal: killed while a chain works, on an exported chain and a state-synced node, its index and pages with a million works, and a million items; KILLS=50 WORKS=1000000 ITEMS=1000000
	go test ./portal/follow -run TestFollowingAChain -v -count=1 -timeout 60m -args -kills=$(or $(KILLS),50)
	go test ./portal -run 'TestAChainThatBegan|TestANodeThatBegan' -v -count=1 -timeout 20m -args -long
	rm -f build/million.db
	go test ./portal/index -run TestMany -v -count=1 -timeout 60m -args -strict -works=$(or $(WORKS),1000000) -index=$(CURDIR)/build/million.db
	go test ./portal -run TestPagesOfMany -v -count=1 -timeout 60m -args -strict -works=$(or $(WORKS),1000000) -real=2000 -index=$(CURDIR)/build/million.db
	rm build/million.db
	go test ./portal/items -run TestManyItems -v -count=1 -timeout 20m -args -items=$(or $(ITEMS),1000000)

rehearse-upgrade: build ## the upgrade from the last version on four validators with load: one wrong, one killed, one late; KEEP=-keep for their folders
	scripts/upgrade/build-from.sh
	go run ./scripts/rehearse -from build/upgrade/from/stemmad -to build/stemmad -name $$(build/stemmad upgrade list | tail -1) $(KEEP)

test-dataset: ## the manifest of a dataset of ITEMS=254130955 items, proofs of it, and rates of other forms; needs 32 GB of disk
	go test ./client/dataset -run 'TestABuildOfMany|TestProofsOfMany' -v -count=1 -timeout 60m -args -items=$(or $(ITEMS),254130955)
	go test ./client/dataset/exchange -run TestRatesOfForms -v -count=1 -timeout 60m -args -items=10000000

test-fuzz: ## FUZZ_MUTANTS=20000 of each message, then all fuzz targets of the tree, each for FUZZTIME=1m; PKG=./client/sheet for those of one package
	$(if $(filter ./... ./testutil/strangers,$(PKG)),go test ./testutil/strangers -run TestMutatedMessages -v -count=1 -timeout 2h -args -mutants=$(or $(FUZZ_MUTANTS),20000))
	@set -e; for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' $(patsubst %/...,%,$(PKG)) | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -ho --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' $$dir/*_test.go | cut -c6-); do \
			echo "$$dir $$target"; \
			go test ./$$dir -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(FUZZTIME),1m) -fuzzminimizetime 100x -parallel $(or $(FUZZ_P),1); \
		done; \
	done

bench: ## transactions per second, next to a bank send; BENCH_FLAGS='-works=100000 -only=^pay'
	go test ./scripts/bench -run TestReport -v -count=1 -timeout 4h -args -works=1000 -txs=5000 -rounds=3 $(BENCH_FLAGS)
	go test ./x/royalty/keeper -run '^$$' -bench .

bench-scale: ## rights, queries, the sweep and state at 100,000 works; SCALE_FLAGS='-works=1000000'
	go test ./scripts/bench -run 'TestRights|TestDeepRights|TestQueries|TestState' -v -count=1 -timeout 4h -args -works=100000 -width=100 -queries=1000 -txs=10000 $(SCALE_FLAGS)
	go test ./scripts/bench -run 'TestSweep|TestOnePayment|TestPackedList' -v -count=1 -timeout 1h -args -tops=200 -ancestors=1000
	go test ./scripts/bench -run TestDearest -v -count=1 -timeout 1h -args -tops=20 -ancestors=1000 -rounds=3

test-join: ## join a chain of WORKS=1000000 works by a snapshot, up to 100,000 by all blocks too: seconds, bytes, memory (17 GB)
	go test ./testutil/localnet -run TestJoinAtScale -v -count=1 -timeout 90m -args -works=$(or $(WORKS),1000000)

load-small: build ## the load of docs/performance.md on a node that has 4 GiB and 2 cores; needs root; LOAD_FLAGS
	MEMORY=4G go run ./scripts/load -binary scripts/small/stemmad -duration 10m $(LOAD_FLAGS)

load: build ## ten minutes of mixed load on a real node; LOAD_FLAGS='-nodes 4 -accounts 2000', -compare, -kind pay
	go run ./scripts/load -duration 10m $(LOAD_FLAGS)

docs-check: build ## run every command line of README.md and docs on a local network; DOCS_FLAGS=-v
	go run ./scripts/doccheck $(DOCS_FLAGS)

tour: build ## write anew what four kinds of users see, in docs/tour
	go run ./scripts/doccheck -tour write

tour-check: build ## is it what they see?
	go run ./scripts/doccheck -tour compare

lint: ## style, mistakes and the import direction
	scripts/tools.sh golangci-lint
	build/tools/golangci-lint run $(PKG)

format: ## rewrite Go files in house format
	scripts/tools.sh golangci-lint
	build/tools/golangci-lint fmt

## Generated code

.PHONY: proto proto-check ts-proto portal-web tools
proto: ## generate Go code and the OpenAPI document from proto/
	scripts/protogen.sh

ts-proto: ## generate the types of client/ts from proto/ and testutil/vectors/codes.json; test-web says when they are out of date
	client/ts/build.sh --modules
	client/ts/generate.sh

proto-check: ## are the definitions clean and generated code up to date, and can clients of the last version read them?
	scripts/protogen.sh --check
	scripts/upgrade/breaking.sh

portal-web: ## write what the portal's pages run in browsers; needs Node 20.19 with npm
	portal/web/bundle.sh

tools: ## install the pinned tools into build/tools
	scripts/tools.sh
