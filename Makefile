# Filmless. `make help` lists what there is to make.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
NODE := $(TARGET)/tools/node
export PATH := $(NODE)/bin:$(HOME)/.cargo/bin:$(PATH)
# The Rust that rust-toolchain.toml names is often there already, called stable: then it is not downloaded a second time.
RUST := $(shell sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
ifeq ($(RUST),$(word 2,$(shell PATH="$(PATH)" rustup run stable rustc --version 2>/dev/null)))
export RUSTUP_TOOLCHAIN := stable
endif
export FILMLESS_BIN := $(TARGET)/debug/filmless
# Cargo is run by hand as often as from here; a folder named by the caller must be the same for both.
export CARGO_TARGET_DIR := $(TARGET)

BUILD_TOOLS := $(TARGET)/tools/build-tools-are-there
TEST_TOOLS := $(TARGET)/tools/test-tools-are-there
OHIF := $(TARGET)/ohif
OHIF_SOURCES := $(shell find web/ohif web/src/ohif web/src/link web/src/read -type f)
WEB_SOURCES := $(shell find web \( -name node_modules -o -name dist \) -prune -o -type f -print)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ohif ## Run everything on this machine, upload a study, show what the patient gets (ARGS="--port 8080 ...")
	@tools/run-demo $(ARGS)

.PHONY: build
build: $(BUILD_TOOLS) web ## Build the program
	@# Of the whole workspace, as the tests are, so that every dependency is compiled once, with one set of features.
	@test -x $(FILMLESS_BIN) || echo "Compiling everything once; the bar below says how far it is." >&2
	@cargo build --locked --workspace --bin filmless

.PHONY: web
web: web/dist/style.css ## Build style sheet and viewer

.PHONY: ohif
ohif: $(OHIF)/index.html ## Build OHIF, which studies open in, from its npm package

.PHONY: test
test: $(TEST_TOOLS) lint build ohif node_modules_of_tests ## Everything that must hold before a change goes in
	tests/openapi/check
	tests/infra/run
	tools/run-rust-tests
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-localstack test-others
	npm --prefix tests/e2e test
	$(MAKE) --no-print-directory sam-build

# Whoever waits for LocalStack leaves half of the machine to the others.
.PHONY: test-localstack
test-localstack:
	trap tests/localstack/down EXIT; tests/localstack/deploy >/dev/null; \
		tools/run-rust-tests --localstack && tests/localstack/run-lambda-tests

.PHONY: test-others
test-others:
	tests/corpus/run --pydicom-files
	tests/usage/run
	tests/media/run
	tests/dicomweb/run
	npm --prefix web test

.PHONY: quick
quick: lint build ## What a change breaks first: lint, unit tests, and the whole way of one study
	tools/run-rust-tests --quick

.PHONY: lint
lint: $(BUILD_TOOLS) web ## Formatting, clippy, documentation and the list of licences, without a warning
	@tools/third-party.mjs --check
	cargo fmt --all --check
	cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --workspace --no-deps --document-private-items

.PHONY: third-party
third-party: web ## Write THIRD-PARTY.md anew: the licences of what is shipped
	@tools/third-party.mjs

.PHONY: fmt
fmt: ## Format the Rust sources
	cargo fmt --all

.PHONY: faults
faults: build ## Have everything fail, at random (RUNS=10000 SEED=1); prints the seed of each run that does not hold
	@FAULTS_RUNS="$(or $(RUNS),10000)" FAULTS_SEED="$(or $(SEED),1)" \
	  cargo test --locked --quiet --workspace --test faults -- --nocapture in_any_storm

.PHONY: hospital
hospital: build ## Have a hospital make every mistake for a year (PEOPLE=4000 STUDIES=10000 SEED=1 MISTAKES=350 of 1000); nobody may see what is not theirs
	@HOSPITAL_PEOPLE="$(or $(PEOPLE),4000)" HOSPITAL_STUDIES="$(or $(STUDIES),10000)" HOSPITAL_SEED="$(or $(SEED),1)" \
	  HOSPITAL_MISTAKES="$(or $(MISTAKES),350)" HOSPITAL_DAYS="$(or $(DAYS),365)" \
	  cargo test --locked --quiet --workspace --test hospital -- --nocapture in_a_hospital

.PHONY: fuzz-codecs
fuzz-codecs: ## Fuzz OpenJPEG, CharLS and libwebp under AddressSanitizer (SECONDS_EACH=1800, CORPUS=folder)
	@for codec in jpeg_2000 jpeg_ls webp; do \
		tests/fuzz/build-codecs cargo fuzz run --fuzz-dir tests/fuzz -s none $$codec $(if $(CORPUS),$(CORPUS)/$$codec) -- \
			-max_total_time=$(or $(SECONDS_EACH),1800) -timeout=20 -rss_limit_mb=3000 || exit 1; \
	done

.PHONY: corpus
corpus: corpus_folder $(TEST_TOOLS) build ## Compare with other decoders over a folder of DICOM files (DIR=...)
	@tests/corpus/run "$(abspath $(DIR))"

.PHONY: corpus_folder
corpus_folder:
	@if [ ! -d "$(DIR)" ]; then echo "DIR=... is missing: '$(DIR)' is not a folder, nothing was read" >&2; exit 1; fi

.PHONY: gallery
gallery: corpus_folder $(TEST_TOOLS) ## Draw one picture of every modality below a folder (DIR=... OUT=gallery.png)
	@cargo build --locked --quiet --workspace --example render_corpus
	@rm -rf $(TARGET)/gallery
	@$(TARGET)/debug/examples/render_corpus "$(abspath $(DIR))" $(TARGET)/gallery
	@tests/corpus/python tests/corpus/gallery.py "$(abspath $(DIR))" $(TARGET)/gallery "$(or $(OUT),gallery.png)"

.PHONY: screenshots
screenshots: corpus_folder $(TEST_TOOLS) build node_modules_of_tests ## Photograph all pages, for guide and docs, with the files of docs/images/PROVENANCE.md below a folder (DIR=...)
	@rm -rf $(TARGET)/screenshots
	@for language in vi en; do tests/corpus/python tests/screenshots/dress.py "$(abspath $(DIR))" $$language $(TARGET)/screenshots/$$language; done
	@tests/screenshots/shoot.js $(TARGET)/screenshots/vi $(TARGET)/screenshots/en

# `make bench` measures what ships; PROFILE=dev measures what the tests run.
PROFILE := release
MEASURED := $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
bench bench-dicomweb bench-lists bench-rooms bench-usage: export FILMLESS_BIN := $(MEASURED)/filmless
bench bench-dicomweb bench-lists bench-rooms bench-usage: export BENCH_PROFILE := $(PROFILE)

.PHONY: measured
measured: $(TEST_TOOLS) web ## Build what `make bench` measures, as it ships; an hour or more the first time on two cores (PROFILE=dev)
	@TIMEFORMAT="Built ($(PROFILE)): %0R s, %0U s of the processor."; time cargo build --locked --quiet --workspace \
		--profile $(PROFILE) --bins --example measure_imaging --example lists --example make_ledger

.PHONY: bench
bench: measured ## Measure, print one line per figure, write target/bench.json (PROFILE=dev for the profile of the tests)
	@tools/measure-delivery.mjs $(TARGET)/bench.json
	@tools/measure-functions.mjs $(MEASURED) $(TARGET)/bench.json
	@tests/corpus/python tests/bench/measure_imaging.py $(MEASURED)/examples $(TARGET)/bench.json
	@$(MAKE) --no-print-directory bench-dicomweb bench-lists bench-rooms bench-usage

.PHONY: bench-dicomweb
bench-dicomweb: measured ## Measure DICOMweb beside Orthanc's plugin, and the memory of retrieval (SIZES="--instances 2000 --frames 2000")
	@tests/dicomweb/python tests/dicomweb/measure.py $(TARGET)/bench.json
	@tests/dicomweb/python tests/dicomweb/memory.py $(TARGET)/bench.json $(or $(SIZES),--instances 300 --frames 600)

.PHONY: bench-lists
bench-lists: measured ## Measure the pages of staff among 100,000 studies (STUDIES_A_DAY=1000, for 100 days)
	@$(MEASURED)/examples/lists $(TARGET)/bench.json $(or $(STUDIES_A_DAY),1000)

.PHONY: bench-rooms
bench-rooms: measured ## Measure the rooms of consultations: ten members on slow links, and a hundred rooms (ARGS=--quick)
	@tools/measure-rooms.mjs $(TARGET)/bench.json $(ARGS)

.PHONY: bench-usage
bench-usage: measured ## Measure exports and queries of the usage ledger (EVENTS="1000000 10000000", ROWS=100000000)
	@tests/usage/python tests/usage/measure.py $(FILMLESS_BIN) $(MEASURED)/examples/make_ledger $(TARGET)/bench.json \
	  --events $(or $(EVENTS),1000000 10000000) --rows $(or $(ROWS),100000000)

.PHONY: template
template: ## Join the parts of infra/template into target/template.yaml, which SAM reads
	@mkdir -p target
	@infra/print-template > target/template.yaml

.PHONY: sam-build
sam-build: $(TEST_TOOLS) web template ## Have SAM build one function as `make deploy` builds all, lightly (FUNCTION=RunUpkeepFunction)
	@# For this machine, from what is compiled already: what is tried is the way, not the program.
	@PATH="$(abspath tests/infra/bin):$$PATH" CARGO_LAMBDA_COMPILER=cargo SAM_BUILD_MODE=debug tests/infra/tool sam build \
		$(or $(FUNCTION),RunUpkeepFunction) --build-dir $(TARGET)/sam-build \
		--parameter-overrides Architecture=$(subst aarch64,arm64,$(shell uname -m))

.PHONY: deploy
deploy: web template ## Build all functions and deploy them (ENV=dev, staging or prod)
	@if [ -z "$(ENV)" ]; then echo "ENV=... is missing: dev, staging or prod" >&2; exit 1; fi
	web/ohif/build.mjs $(OHIF)-deployed $(TARGET)/tools 11
	sam build --config-env $(ENV)
	sam deploy --config-env $(ENV)
	infra/put-viewers $(OHIF)-deployed "$$(sam list stack-outputs --config-env $(ENV) --output json | \
		sed -n '/"ViewersBucketName"/,/}/s/.*"OutputValue": "\(.*\)".*/\1/p')"

.PHONY: bench-viewer
bench-viewer: $(TEST_TOOLS) build tests/bench-viewer/node_modules/.package-lock.json ## Measure the viewer on a slow link beside OHIF (ARGS=--quick)
	@tests/bench-viewer/bench.js $(TARGET)/bench.json $(ARGS)

.PHONY: clean
clean: ## Remove everything that was built or installed here
	rm -rf $(TARGET) web/dist web/node_modules tests/e2e/node_modules tests/bench-viewer/node_modules

$(BUILD_TOOLS): tools/install-tools
	@tools/install-tools $(NODE)
	@mkdir -p $(@D) && touch $@

$(TEST_TOOLS): tools/install-tools
	@tools/install-tools $(NODE) --tests
	@mkdir -p $(@D) && touch $@ $(BUILD_TOOLS)

web/dist/style.css: $(WEB_SOURCES) web/node_modules/.package-lock.json | $(BUILD_TOOLS)
	npm --prefix web run --silent build -- --logLevel warn
	@touch $@

$(OHIF)/index.html: $(OHIF_SOURCES) web/node_modules/.package-lock.json | $(BUILD_TOOLS)
	@mkdir -p $(TARGET)/tools
	@echo "Building OHIF once, from 50 MB; it takes half a minute." >&2
	web/ohif/build.mjs $(OHIF) $(TARGET)/tools

.PHONY: node_modules_of_tests
node_modules_of_tests: tests/e2e/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package.json %/package-lock.json | $(BUILD_TOOLS)
	npm --prefix $* ci --silent --no-audit --no-fund
	@touch $@
